//! Truth, and the fuzzy logic of `and`, `or`, `not`.
//!
//! A number stands for its own degree of truth, everything else for 0 or 1. The operators compute on the raw
//! numbers and bring the result into 0..1 by its magnitude, as the reference implementation does
//! (`1.5 and 0.5` is 0.75).

use super::{errors, number_of, truth_number};
use quadriga_vm::heap::ValueExt;
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::value::Value;
use quadriga_vm::{Error, Result};

/// Brings a degree into 0..1.
fn clamp(d: f64) -> f64 {
    let d = d.abs();
    if d > 1.0 { 1.0 } else { d }
}

/// `a and b`. A left operand that is false decides alone, whatever the right one is.
#[must_use]
pub fn and_degrees(a: f64, b: f64) -> f64 {
    if a == 0.0 { 0.0 } else { clamp(a * b) }
}

/// `a or b`. A left operand that is fully true decides alone.
#[must_use]
pub fn or_degrees(a: f64, b: f64) -> f64 {
    if clamp(a) >= 1.0 { 1.0 } else { clamp(a + b - a * b) }
}

/// `not a`.
#[must_use]
pub fn not_degree(a: f64) -> f64 {
    1.0 - clamp(a)
}

/// Whether a value that is no error counts as true.
pub(crate) fn is_true(v: Value) -> bool {
    if let Some(n) = number_of(v) {
        return n != 0.0;
    }
    match v.kind() {
        None => false,
        Some(Kind::Str) => v.as_str().is_some_and(|s| !s.is_empty()),
        Some(Kind::List) => v.as_list().is_some_and(|l| !l.is_empty()),
        Some(Kind::Map) => v.as_map().is_some_and(|m| !m.is_empty()),
        Some(_) => true,
    }
}

fn degree(v: Value) -> f64 {
    number_of(v).unwrap_or_else(|| f64::from(u8::from(is_true(v))))
}

/// Truth of a condition. An error value is no condition.
pub(crate) fn condition(v: Value) -> Result<bool> {
    match errors::as_error(v) {
        Some(e) => {
            Err(Error::runtime(format!("Error used in conditional: error: {}", errors::message_text(e))))
        }
        None => Ok(is_true(v)),
    }
}

/// `not x`.
pub(crate) fn not(x: Value) -> Value {
    if errors::is_error(x) { x } else { Value::number(not_degree(degree(x))) }
}

/// The left operand of `and`: the result if that is decided, else `EMPTY`.
pub(crate) fn and_left(x: Value) -> Value {
    if errors::is_error(x) {
        x
    } else if is_true(x) {
        Value::EMPTY
    } else {
        truth_number(false)
    }
}

/// `x and y` where `x` is no error and true to some degree.
pub(crate) fn and(x: Value, y: Value) -> Value {
    for v in [x, y] {
        if errors::is_error(v) {
            return v;
        }
    }
    Value::number(and_degrees(degree(x), degree(y)))
}

/// The left operand of `or`: the result if that is decided, else `EMPTY`.
pub(crate) fn or_left(x: Value) -> Value {
    if !errors::is_error(x) && clamp(degree(x)) >= 1.0 { truth_number(true) } else { Value::EMPTY }
}

/// `x or y` where `x` is not fully true. An error on the left selects the right.
pub(crate) fn or(x: Value, y: Value) -> Value {
    if errors::is_error(x) || errors::is_error(y) {
        return y;
    }
    Value::number(or_degrees(degree(x), degree(y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_follow_the_reference() {
        assert_eq!(and_degrees(1.5, 0.5), 0.75);
        assert_eq!(and_degrees(-0.5, -0.5), 0.25);
        assert_eq!(or_degrees(-0.1, -0.5), 0.65);
        assert_eq!(or_degrees(-0.5, 0.5), 0.25);
        assert_eq!(or_degrees(0.5, 0.5), 0.75);
        assert_eq!(or_degrees(1.0, f64::INFINITY), 1.0);
        assert_eq!(and_degrees(0.0, f64::INFINITY), 0.0);
        assert_eq!(not_degree(-0.1), 0.9);
        assert_eq!(not_degree(42.0), 0.0);
    }

    #[test]
    fn left_operands_decide_only_at_the_ends() {
        assert_eq!(and_left(Value::int(0)), Value::int(0));
        assert_eq!(and_left(Value::NIL), Value::int(0));
        assert!(and_left(Value::double(0.25)).is_empty());
        assert_eq!(or_left(Value::int(2)), Value::int(1));
        assert!(or_left(Value::double(0.5)).is_empty());
        assert!(or_left(Value::NIL).is_empty());
    }
}
