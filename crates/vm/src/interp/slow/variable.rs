//! Variables: calls of what a name holds, unassigned ones, first assignments, write barriers.

use super::{Pc, finish};
use crate::context::Context;
use crate::dialect::{Outcome, VariableKind};
use crate::error::Result;
use quadriga_bytecode::{Const, Insn};
use quadriga_heap::layout::Kind;
use quadriga_heap::{BoxRef, MapRef, StrRef, ValueExt};
use quadriga_value::Value;

pub(super) fn is_callable(v: Value) -> bool {
    matches!(v.kind(), Some(Kind::Closure | Kind::Native))
}

/// The value of a variable goes to register a: called if the form of the instruction says so.
fn read(cx: &mut Context, w: Insn, v: Value, call: bool, kind: VariableKind) -> Result<Pc> {
    if v.is_empty() {
        if cx.has_alternate() {
            return super::take_alternate(cx);
        }
        let name = variable_name(cx, w, kind);
        let outcome = cx.dialect_ref().unassigned(cx, kind, &name)?;
        return finish(cx, w, outcome, w.a());
    }
    if call && is_callable(v) {
        return finish(cx, w, Outcome::call(v, Value::NIL, &[]), w.a());
    }
    cx.set_register(w.a(), v);
    Ok(cx.after(w))
}

/// Name of the variable that the instruction reads, for an error.
fn variable_name(cx: &Context, w: Insn, kind: VariableKind) -> String {
    let Some(instance) = cx.instance() else { return String::new() };
    let function = instance.function();
    let of_register = |r: usize| {
        let found = function.locals.iter().find(|(l, _)| *l as usize == r);
        found.map_or(String::new(), |(_, n)| n.to_string())
    };
    match kind {
        VariableKind::Global => match &function.consts[w.bx() as usize] {
            Const::Cell(name) => name.to_string(),
            _ => String::new(),
        },
        VariableKind::Local | VariableKind::Boxed => of_register(w.b()),
        VariableKind::Captured => String::new(),
    }
}

fn content(v: Value) -> Value {
    v.as_box().map_or(Value::EMPTY, BoxRef::get)
}

pub(super) fn get_local(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.b());
    read(cx, w, v, false, VariableKind::Local)
}

pub(super) fn get_local_x(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.b());
    read(cx, w, v, true, VariableKind::Local)
}

/// The value of the cell that the instruction names. If that is empty, the variable may have been removed,
/// and a built-in shows through.
fn global_value(cx: &mut Context, w: Insn) -> Result<Value> {
    let index = w.bx() as usize;
    let v = content(cx.constant(index));
    if !v.is_empty() {
        return Ok(v);
    }
    let (name, globals) = global_name(cx, index)?;
    let instance = cx.instance_ptr().expect("a function runs");
    // SAFETY: instances live as long as the context.
    let dialect = unsafe { (*instance).dialect };
    let cell = cx.resolve_cell(globals, name, dialect)?;
    // SAFETY: as above; `&mut cx` excludes other users.
    unsafe { (*instance).set_constant(index, cell) };
    Ok(content(cell))
}

/// Name and name space of the global that constant `index` stands for.
fn global_name(cx: &mut Context, index: usize) -> Result<(StrRef, MapRef)> {
    let instance = cx.instance().expect("a function runs");
    let Const::Cell(name) = &instance.function().consts[index] else {
        unreachable!("verified: a cell constant")
    };
    let (name, unit) = (name.clone(), instance.unit);
    let globals = cx.units[unit as usize].globals.as_map().expect("globals are a map");
    Ok((cx.heap.intern(&name)?, globals))
}

pub(super) fn get_global(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = global_value(cx, w)?;
    read(cx, w, v, false, VariableKind::Global)
}

pub(super) fn get_global_x(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = global_value(cx, w)?;
    read(cx, w, v, true, VariableKind::Global)
}

fn captured(cx: &Context, w: Insn) -> Value {
    cx.register(0).as_closure().map_or(Value::EMPTY, |c| c.get(w.b()))
}

pub(super) fn get_capture_box(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = content(captured(cx, w));
    read(cx, w, v, false, VariableKind::Captured)
}

pub(super) fn get_capture_box_x(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = content(captured(cx, w));
    read(cx, w, v, true, VariableKind::Captured)
}

pub(super) fn get_box(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = content(cx.register(w.b()));
    read(cx, w, v, false, VariableKind::Boxed)
}

pub(super) fn get_box_x(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = content(cx.register(w.b()));
    read(cx, w, v, true, VariableKind::Boxed)
}

fn store(cx: &mut Context, w: Insn, target: Value, v: Value) -> Result<Pc> {
    if let Some(cell) = target.as_box() {
        cx.heap.box_set(cell, v);
    }
    Ok(cx.after(w))
}

pub(super) fn set_capture_box(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (target, v) = (captured(cx, w), cx.register(w.a()));
    store(cx, w, target, v)
}

pub(super) fn set_box(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (target, v) = (cx.register(w.a()), cx.register(w.b()));
    store(cx, w, target, v)
}

pub(super) fn new_box(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.b());
    let cell = cx.heap.new_box(v)?;
    cx.set_register(w.a(), cell.value());
    Ok(cx.after(w))
}

pub(super) fn set_global(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.a());
    let (name, globals) = global_name(cx, w.bx() as usize)?;
    cx.store_global(globals, name, v)?;
    Ok(cx.after(w))
}
