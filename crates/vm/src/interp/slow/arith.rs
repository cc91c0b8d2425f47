//! Arithmetic, comparison, truth: the universal rest first, then the dialect.

use super::{Pc, finish, finish_as};
use crate::context::Context;
use crate::dialect::{BinaryOp, CompareOp, Outcome, UnaryOp};
use crate::error::Result;
use crate::frame::ReturnKind;
use crate::interp::ops::{seen, truth_value};
use quadriga_bytecode::insn::DOUBLES;
use quadriga_bytecode::{Insn, Opcode};
use quadriga_heap::{MAX_STR_BYTES, ValueExt};
use quadriga_value::Value;

fn note_other(cx: &mut Context, w: Insn) {
    if w.x() & seen::OTHER == 0 {
        // SAFETY: the instruction word stands before `pc` in this context's copy of the code.
        unsafe { *cx.pc.cast_mut().cast::<u8>().sub(7) |= seen::OTHER };
    }
}

fn binary_op(op: Opcode) -> BinaryOp {
    match op {
        Opcode::Add | Opcode::AddI | Opcode::AddK => BinaryOp::Add,
        Opcode::Sub | Opcode::SubI | Opcode::SubK => BinaryOp::Sub,
        Opcode::Mul | Opcode::MulK => BinaryOp::Mul,
        Opcode::Div | Opcode::DivK => BinaryOp::Div,
        Opcode::Mod | Opcode::ModK => BinaryOp::Mod,
        Opcode::Pow => BinaryOp::Pow,
        Opcode::IDiv => BinaryOp::IDiv,
        Opcode::BitAnd => BinaryOp::BitAnd,
        Opcode::BitOr => BinaryOp::BitOr,
        Opcode::BitXor => BinaryOp::BitXor,
        Opcode::Shl => BinaryOp::Shl,
        _ => BinaryOp::Shr,
    }
}

pub(super) fn binary(cx: &mut Context, w: Insn) -> Result<Pc> {
    let op = w.op().expect("verified code");
    let x = cx.register(w.b());
    let y = match op {
        Opcode::AddI | Opcode::SubI => Value::int(w.c_signed()),
        Opcode::AddK | Opcode::SubK | Opcode::MulK | Opcode::DivK | Opcode::ModK => cx.constant(w.c()),
        _ => cx.register(w.c()),
    };
    note_other(cx, w);
    let op = binary_op(op);
    if op == BinaryOp::Add
        && let (Some(a), Some(b)) = (x.as_str(), y.as_str())
        && a.byte_len() + b.byte_len() <= MAX_STR_BYTES
    {
        let joined = cx.concat(a, b)?;
        cx.set_register(w.a(), joined.value());
        return Ok(cx.after(w));
    }
    if let (BinaryOp::Mod | BinaryOp::Pow, Some(a), Some(b)) = (op, x.as_number(), y.as_number())
        && (w.x() & DOUBLES != 0 || !x.both_int(y))
    {
        let r = if op == BinaryOp::Mod { remainder(a, b) } else { power(a, b) };
        let v = if w.x() & DOUBLES != 0 { Value::number(r) } else { Value::double(r) };
        cx.set_register(w.a(), v);
        return Ok(cx.after(w));
    }
    let outcome = cx.dialect_ref().binary(cx, op, x, y)?;
    finish(cx, w, outcome, w.a())
}

/// C's `fmod`. Whole numbers take the integer division of the processor, which gives the same in a
/// fraction of the time.
fn remainder(a: f64, b: f64) -> f64 {
    let (i, j) = (a as i64, b as i64);
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if a.abs() <= EXACT && b.abs() <= EXACT && i as f64 == a && j as f64 == b && j != 0 {
        return ((i % j) as f64).copysign(a);
    }
    a % b
}

/// Power; squares, which programs take most, are a product.
fn power(a: f64, b: f64) -> f64 {
    if b == 2.0 { a * a } else { a.powf(b) }
}

pub(super) fn unary(cx: &mut Context, w: Insn) -> Result<Pc> {
    let x = cx.register(w.b());
    if w.op() == Some(Opcode::Not) {
        let outcome = cx.dialect_ref().unary(cx, UnaryOp::Not, x)?;
        return finish_truth(cx, w, outcome);
    }
    note_other(cx, w);
    let outcome = cx.dialect_ref().unary(cx, UnaryOp::Neg, x)?;
    finish(cx, w, outcome, w.a())
}

pub(super) fn compare(cx: &mut Context, w: Insn) -> Result<Pc> {
    let op = match w.op() {
        Some(Opcode::Eq) => CompareOp::Eq,
        Some(Opcode::Ne) => CompareOp::Ne,
        Some(Opcode::Lt) => CompareOp::Lt,
        _ => CompareOp::Le,
    };
    let (x, y) = (cx.register(w.b()), cx.register(w.c()));
    let outcome = cx.dialect_ref().compare(cx, op, x, y)?;
    finish_truth(cx, w, outcome)
}

/// Ends an operation whose result is a truth, in the form that the instruction wants.
fn finish_truth(cx: &mut Context, w: Insn, outcome: Outcome) -> Result<Pc> {
    match outcome {
        // The answer is a boolean in nearly all cases; anything else is a value that the language wants.
        Outcome::Value(v) => {
            let v = v.as_bool().map_or(v, |r| truth_value(w, r));
            cx.set_register(w.a(), v);
            Ok(cx.after(w))
        }
        other => finish_as(cx, w, other, ReturnKind::Truth.with(w.a())),
    }
}

pub(super) fn compare_jump(cx: &mut Context, w: Insn) -> Result<Pc> {
    let op = w.op().expect("verified code");
    let x = cx.register(w.a());
    let y = match op {
        Opcode::JEq | Opcode::JNe | Opcode::JLt | Opcode::JNLt | Opcode::JLe | Opcode::JNLe => {
            cx.register(w.b())
        }
        Opcode::JEqK | Opcode::JNeK => cx.constant(w.b()),
        _ => Value::int(w.b_signed()),
    };
    let how = match op {
        Opcode::JEq | Opcode::JEqI | Opcode::JEqK => CompareOp::Eq,
        Opcode::JNe | Opcode::JNeI | Opcode::JNeK => CompareOp::Ne,
        Opcode::JLt | Opcode::JNLt | Opcode::JLtI | Opcode::JNLtI => CompareOp::Lt,
        Opcode::JLe | Opcode::JNLe | Opcode::JLeI | Opcode::JNLeI => CompareOp::Le,
        Opcode::JGtI | Opcode::JNGtI => CompareOp::Gt,
        _ => CompareOp::Ge,
    };
    let outcome = cx.dialect_ref().compare(cx, how, x, y)?;
    finish_as(cx, w, outcome, ReturnKind::Branch.with(0))
}

/// Whether the jump `op` is taken when its condition has this truth.
pub(super) fn jumps_on(op: Opcode, truth: bool) -> bool {
    let negated = matches!(
        op,
        Opcode::JNLt
            | Opcode::JNLe
            | Opcode::JNLtI
            | Opcode::JNLeI
            | Opcode::JNGtI
            | Opcode::JNGeI
            | Opcode::JFalse
            | Opcode::JNone
    );
    truth != negated
}

pub(super) fn truth_jump(cx: &mut Context, w: Insn) -> Result<Pc> {
    let x = cx.register(w.a());
    let outcome = cx.dialect_ref().truth(cx, x)?;
    finish_as(cx, w, outcome, ReturnKind::Branch.with(0))
}

/// `jfull` and `jnone` of a value whose degree of truth is neither 0 nor 1, or needs the language to say:
/// the alternate, if there is one.
pub(super) fn degree_jump(cx: &mut Context, w: Insn) -> Result<Pc> {
    if cx.has_alternate() { super::take_alternate(cx) } else { truth_jump(cx, w) }
}

/// Truth of a value where no script code is needed; otherwise the outcome to wait for.
pub(super) fn truth_of(cx: &mut Context, v: Value) -> Result<std::result::Result<bool, Outcome>> {
    let known = match v.as_bool() {
        Some(b) => Some(b),
        None if v.is_nil() => Some(false),
        None => v.as_number().map(|n| n != 0.0),
    };
    if let Some(b) = known {
        return Ok(Ok(b));
    }
    match cx.dialect_ref().truth(cx, v)? {
        Outcome::Value(b) => Ok(Ok(b == Value::TRUE)),
        other => Ok(Err(other)),
    }
}

pub(super) fn special(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (x, y) = (cx.register(w.b()), cx.register(w.c()));
    let outcome = cx.dialect_ref().special(cx, w.x(), x, y)?;
    finish(cx, w, outcome, w.a())
}
