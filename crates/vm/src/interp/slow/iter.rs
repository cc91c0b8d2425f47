//! Iteration over what is not a list, and back edges of loops that are interrupted.

use super::{Pc, deliver, finish_as, generator};
use crate::context::Context;
use crate::dialect::Outcome;
use crate::error::Result;
use crate::frame::ReturnKind;
use quadriga_bytecode::Insn;
use quadriga_heap::ValueExt;
use quadriga_heap::layout::Kind;
use quadriga_value::Value;
use std::sync::atomic::Ordering;

/// A turn of a loop whose body has `words` words: fuel, then whatever interrupts.
fn turn(cx: &mut Context, words: usize) -> Result<()> {
    if cx.fuel.is_some() {
        cx.charge(words as u64 + 1)?;
    }
    // SAFETY: the context owns the shared words.
    if unsafe { (*cx.shared).limit.load(Ordering::Relaxed) } == 0 { cx.poll() } else { Ok(()) }
}

pub(super) fn loop_back(cx: &mut Context, w: Insn) -> Result<Pc> {
    turn(cx, w.bx_signed().unsigned_abs() as usize)?;
    let counter = cx.pc.cast_mut();
    // SAFETY: the cache word counts turns; a verified jump follows it.
    unsafe {
        *counter = (*counter).wrapping_add(1);
        Ok(cx.pc.add(1).offset(w.bx_signed() as isize))
    }
}

pub(super) fn iter_init(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.b());
    let what = cx.dialect_ref().iterate(cx, v)?;
    cx.set_register(w.a(), what);
    cx.set_register(w.a() + 1, Value::int(0));
    Ok(cx.after(w))
}

pub(super) fn iter_next(cx: &mut Context, w: Insn) -> Result<Pc> {
    turn(cx, w.offset24().unsigned_abs() as usize)?;
    match next_element(cx, w) {
        Err(error) if cx.dialect_ref().ends_iteration(cx, &error) => {
            deliver(cx, ReturnKind::IterStep.with(0), cx.after(w), Value::EMPTY)
        }
        result => result,
    }
}

fn next_element(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, position) = (cx.register(w.a()), cx.register(w.a() + 1));
    let element = match o.kind() {
        Some(Kind::List) => {
            let list = o.as_list().expect("a list");
            let i = position.as_int().unwrap_or(i64::MAX);
            if (i as u64) < list.len() as u64 {
                cx.set_register(w.a() + 1, Value::int(i + 1));
                list.get(i as usize)
            } else {
                Value::EMPTY
            }
        }
        Some(Kind::Str) => {
            let s = o.as_str().expect("a string");
            let i = position.as_int().unwrap_or(i64::MAX);
            cx.flatten(s)?;
            match cx.heap.char_at(s, i as usize)? {
                Some(c) => {
                    cx.set_register(w.a() + 1, Value::int(i + 1));
                    c.value()
                }
                None => Value::EMPTY,
            }
        }
        Some(Kind::Generator) => return generator::step(cx, w, o),
        _ if o.is_nil() => Value::EMPTY,
        _ => {
            let mut position = position;
            let outcome = cx.dialect_ref().iter_next(cx, o, &mut position)?;
            cx.set_register(w.a() + 1, position);
            match outcome {
                Outcome::Value(v) => v,
                call => return finish_as(cx, w, call, ReturnKind::IterStep.with(0)),
            }
        }
    };
    finish_as(cx, w, Outcome::Value(element), ReturnKind::IterStep.with(0))
}
