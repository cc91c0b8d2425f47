//! Elements, literals, copies.

use super::{Pc, finish, finish_as};
use crate::context::Context;
use crate::dialect::{Lookup, Outcome};
use crate::error::Result;
use crate::frame::ReturnKind;
use crate::interp::ops::seen;
use quadriga_bytecode::Insn;
use quadriga_heap::ValueExt;
use quadriga_value::Value;

/// Feedback for an access that the fast path does not treat.
fn note_access(cx: &mut Context, w: Insn, o: Value, key: Value) {
    let bit = match (o.as_list(), key.as_int()) {
        (Some(list), Some(i)) if (0..list.len() as i64).contains(&i) => 1 << (list.list_kind() as u8).min(4),
        (Some(_), Some(_)) => seen::OUT_OF_RANGE,
        _ => seen::ELSE,
    };
    if w.x() & bit == 0 {
        // SAFETY: the instruction word stands before `pc` in this context's copy of the code.
        unsafe { *cx.pc.cast_mut().cast::<u8>().sub(7) |= bit };
    }
}

pub(super) fn get_index(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, key) = (cx.register(w.b()), cx.register(w.c()));
    note_access(cx, w, o, key);
    let outcome = cx.dialect_ref().get_index(cx, o, key)?;
    finish(cx, w, outcome, w.a())
}

pub(super) fn get_index_method(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, key) = (cx.register(w.b()), cx.register(w.c()));
    let Lookup { outcome, home, .. } = cx.dialect_ref().get_index_method(cx, o, key)?;
    if matches!(outcome, Outcome::Alternate) {
        return super::take_alternate(cx);
    }
    cx.set_register(w.a() + 1, o);
    cx.set_register(w.a() + 2, home);
    finish(cx, w, outcome, w.a())
}

pub(super) fn set_index(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, key, v) = (cx.register(w.a()), cx.register(w.b()), cx.register(w.c()));
    note_access(cx, w, o, key);
    if let (Some(list), Some(i)) = (o.as_list(), key.as_int())
        && !list.is_immutable()
        && (i as u64) < list.len() as u64
    {
        cx.heap.list_set(list, i as usize, v)?;
        return Ok(cx.after(w));
    }
    let outcome = cx.dialect_ref().set_index(cx, o, key, v)?;
    finish_as(cx, w, outcome, ReturnKind::Discard.with(0))
}

pub(super) fn slice(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, from, to) = (cx.register(w.b()), cx.register(w.c()), cx.register(w.c() + 1));
    let outcome = cx.dialect_ref().slice(cx, o, from, to)?;
    finish(cx, w, outcome, w.a())
}

/// Registers `b..b+c` of the instruction. Many of them cost fuel.
fn range(cx: &mut Context, w: Insn) -> Result<&'static [Value]> {
    if w.c() >= 64 {
        cx.charge(w.c() as u64 / 16)?;
    }
    // SAFETY: verified registers of the running frame; the slice is used up before the frame moves on,
    // and the register stack never moves.
    Ok(unsafe { std::slice::from_raw_parts(cx.base.add(w.b()), w.c()) })
}

pub(super) fn new_list(cx: &mut Context, w: Insn) -> Result<Pc> {
    let values = range(cx, w)?;
    let list = cx.heap.list_from_slice(values)?;
    cx.set_register(w.a(), list.value());
    Ok(cx.after(w))
}

pub(super) fn list_append(cx: &mut Context, w: Insn) -> Result<Pc> {
    let values = range(cx, w)?;
    if let Some(list) = cx.register(w.a()).as_list()
        && !list.is_immutable()
    {
        cx.heap.list_extend_slice(list, values)?;
    }
    Ok(cx.after(w))
}

pub(super) fn new_map(cx: &mut Context, w: Insn) -> Result<Pc> {
    let map = cx.heap.map_new(None, w.b())?;
    cx.set_register(w.a(), map.value());
    Ok(cx.after(w))
}

pub(super) fn map_put(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, key, v) = (cx.register(w.a()), cx.register(w.b()), cx.register(w.c()));
    if let Some(map) = o.as_map()
        && !map.is_immutable()
    {
        cx.map_set(map, key, v)?;
    }
    Ok(cx.after(w))
}

pub(super) fn new_object(cx: &mut Context, w: Insn) -> Result<Pc> {
    let prototype = cx.register(w.b());
    let outcome = cx.dialect_ref().new_object(cx, prototype)?;
    finish(cx, w, outcome, w.a())
}

pub(super) fn unshare(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.b());
    let copy = cx.dialect_ref().unshare(cx, v)?;
    finish(cx, w, Outcome::Value(copy), w.a())
}
