//! Arithmetic on everything that the engine's fast paths leave over.
//!
//! Wrong types are no errors in 2.0: the answer is null. An error value as an operand is the answer, the
//! left one first. In 1.x null on the right counts as 0 and a wrong right operand raises.

use super::{Lang, Type, Work, display, errors, number_of, replicate};
use quadriga_vm::heap::{MAX_LIST_LEN, MAX_STR_BYTES, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{BinaryOp, Context, Error, Result};

/// `a op b` on numbers.
#[must_use]
pub fn number_op(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a % b,
        BinaryOp::Pow => a.powf(b),
        // The front end does not emit the others.
        _ => f64::NAN,
    }
}

/// `x op y`.
pub(crate) fn binary(cx: &mut Context, lang: Lang, op: BinaryOp, x: Value, y: Value) -> Result<Value> {
    let (left, right) = (number_of(x), number_of(y));
    if let (Some(a), Some(b)) = (left, right) {
        return Ok(Value::number(number_op(op, a, b)));
    }
    for v in [x, y] {
        if errors::is_error(v) {
            return Ok(v);
        }
    }
    if lang.v1() {
        if let (Some(a), true) = (left, y.is_nil()) {
            return Ok(Value::number(number_op(op, a, 0.0)));
        }
        check_right(op, x, y)?;
    }
    match op {
        BinaryOp::Add => add(cx, lang, x, y),
        BinaryOp::Sub => subtract(cx, x, y),
        BinaryOp::Mul => match right {
            Some(factor) => replicate::replicate(cx, lang, x, factor),
            None => Ok(Value::NIL),
        },
        BinaryOp::Div => match right {
            Some(divisor) => replicate::divide(cx, lang, x, divisor),
            None => Ok(Value::NIL),
        },
        _ => Ok(Value::NIL),
    }
}

/// `-x`.
pub(crate) fn negate(lang: Lang, x: Value) -> Value {
    match number_of(x) {
        Some(n) => Value::number(-n),
        None if errors::is_error(x) => x,
        None if lang.v1() && x.is_nil() => Value::int(0),
        None => Value::NIL,
    }
}

fn add(cx: &mut Context, lang: Lang, x: Value, y: Value) -> Result<Value> {
    if let Some(a) = x.as_str() {
        if y.is_nil() {
            return Ok(x);
        }
        let b = display::to_string(cx, lang, y)?;
        return concat(cx, lang, a, b);
    }
    if let Some(b) = y.as_str() {
        if x.is_nil() {
            return Ok(y);
        }
        let a = display::to_string(cx, lang, x)?;
        return concat(cx, lang, a, b);
    }
    if let (Some(a), Some(b)) = (x.as_list(), y.as_list()) {
        let len = a.len() + b.len();
        if len > MAX_LIST_LEN {
            return errors::error_value(cx, lang, replicate::LIST_TOO_LARGE);
        }
        cx.charge(len as u64)?;
        return Ok(cx.heap.list_concat(a, b)?.value());
    }
    if let (Some(a), Some(b)) = (x.as_map(), y.as_map()) {
        return combine(cx, a, b);
    }
    Ok(Value::NIL)
}

/// Two strings in a row.
pub(crate) fn concat(cx: &mut Context, lang: Lang, a: StrRef, b: StrRef) -> Result<Value> {
    if a.byte_len() + b.byte_len() > MAX_STR_BYTES {
        return errors::error_value(cx, lang, replicate::STRING_TOO_LARGE);
    }
    Ok(cx.concat(a, b)?.value())
}

/// A map of the entries of `a`, overridden and extended by those of `b`.
fn combine(cx: &mut Context, a: MapRef, b: MapRef) -> Result<Value> {
    cx.charge(a.len() as u64)?;
    let result = cx.heap.copy_map(a)?;
    let mut work = Work::default();
    let mut cursor = 0;
    while let Some((key, v)) = cx.heap.map_next(b, &mut cursor) {
        work.step(cx)?;
        cx.map_set(result, key, v)?;
    }
    work.pay(cx)?;
    Ok(result.value())
}

/// A string without its end, if that is `y`.
fn subtract(cx: &mut Context, x: Value, y: Value) -> Result<Value> {
    let (Some(s), Some(end)) = (x.as_str(), y.as_str()) else { return Ok(Value::NIL) };
    if end.is_empty() || end.byte_len() > s.byte_len() {
        return Ok(x);
    }
    cx.charge(end.byte_len() as u64 / 16)?;
    cx.flatten(s)?;
    cx.flatten(end)?;
    if !s.text().ends_with(end.text()) {
        return Ok(x);
    }
    Ok(cx.heap.str_slice(s, 0, s.char_len() - end.char_len())?.value())
}

/// 1.x: the right operand of an operation on a container must be of the kind that the left one asks for.
fn check_right(op: BinaryOp, x: Value, y: Value) -> Result<()> {
    let (what, wanted) = match (Type::of(x), op) {
        (Type::List, BinaryOp::Add) => ("list concatenation", Type::List),
        (Type::Map, BinaryOp::Add) => ("map combination", Type::Map),
        (Type::String, BinaryOp::Mul) => ("String replication", Type::Number),
        (Type::String, BinaryOp::Div) => ("String division", Type::Number),
        (Type::List, BinaryOp::Mul) => ("list replication", Type::Number),
        (Type::List, BinaryOp::Div) => ("list division", Type::Number),
        _ => return Ok(()),
    };
    let got = Type::of(y);
    // A string on the right makes any sum a concatenation of texts.
    if got == wanted || (op == BinaryOp::Add && got == Type::String) {
        return Ok(());
    }
    let (got, wanted) = (v1_type_name(got), v1_type_name(wanted));
    Err(Error::runtime(format!("{what}: got a {got} where a {wanted} was required")))
}

/// The name of a type in the messages of 1.x.
pub(crate) fn v1_type_name(t: Type) -> &'static str {
    match t {
        Type::Null => "Null",
        Type::Number => "Number",
        Type::String => "String",
        Type::List => "List",
        Type::Map => "Map",
        Type::FuncRef => "Function",
        Type::Error | Type::Other => "Handle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_have_the_sign_of_the_dividend() {
        assert_eq!(number_op(BinaryOp::Mod, -7.0, 3.0), -1.0);
        assert_eq!(number_op(BinaryOp::Mod, 7.0, -3.0), 1.0);
        assert!(number_op(BinaryOp::Mod, 1.0, 0.0).is_nan());
        assert!(number_op(BinaryOp::Mul, 0.0, -1.0).is_sign_negative());
    }
}
