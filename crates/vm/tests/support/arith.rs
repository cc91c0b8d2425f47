//! Numbers: checked 64-bit integers, doubles, and what else `+` and `<` take.

use quadriga_vm::heap::{ValueExt, str_cmp, str_eq};
use quadriga_vm::value::Value;
use quadriga_vm::{BinaryOp, CompareOp, Context, Error, Result};
use std::cmp::Ordering;

use super::describe;

/// The method by which an object defines an operator.
pub fn method_name(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "__add__",
        BinaryOp::Sub => "__sub__",
        BinaryOp::Mul => "__mul__",
        BinaryOp::Div => "__div__",
        BinaryOp::Mod => "__mod__",
        BinaryOp::Pow => "__pow__",
        BinaryOp::IDiv => "__idiv__",
        BinaryOp::BitAnd => "__and__",
        BinaryOp::BitOr => "__or__",
        BinaryOp::BitXor => "__xor__",
        BinaryOp::Shl => "__shl__",
        BinaryOp::Shr => "__shr__",
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Pow => "**",
        BinaryOp::IDiv => "//",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
    }
}

/// `x op y` of numbers, strings and lists.
pub fn binary(cx: &mut Context, op: BinaryOp, x: Value, y: Value) -> Result<Value> {
    if let (Some(a), Some(b)) = (x.as_i64(), y.as_i64()) {
        return integers(cx, op, a, b);
    }
    if let (Some(a), Some(b)) = (double(x), double(y))
        && let Some(d) = doubles(op, a, b)
    {
        return Ok(Value::double_from_outside(d));
    }
    if op == BinaryOp::Add
        && let (Some(a), Some(b)) = (x.as_str(), y.as_str())
    {
        return Ok(cx.heap.str_concat(a, b)?.value());
    }
    if op == BinaryOp::Add
        && let (Some(a), Some(b)) = (x.as_list(), y.as_list())
    {
        cx.charge((a.len() + b.len()) as u64)?;
        return Ok(cx.heap.list_concat(a, b)?.value());
    }
    let (a, b) = (describe::text(cx, x), describe::text(cx, y));
    Err(Error::runtime(format!("cannot do {a} {} {b}", sign(op))))
}

fn double(v: Value) -> Option<f64> {
    v.as_double().or_else(|| v.as_i64().map(|i| i as f64))
}

fn doubles(op: BinaryOp, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a % b,
        BinaryOp::Pow => a.powf(b),
        BinaryOp::IDiv => (a / b).trunc(),
        _ => return None,
    })
}

fn integers(cx: &mut Context, op: BinaryOp, a: i64, b: i64) -> Result<Value> {
    let count = u32::try_from(b).ok();
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => return Ok(Value::number(a as f64 / b as f64)),
        BinaryOp::Mod | BinaryOp::IDiv if b == 0 => {
            return Err(Error::runtime(format!("division by zero: {a} {} 0", sign(op))));
        }
        BinaryOp::Mod => Some(a.wrapping_rem(b)),
        BinaryOp::IDiv => a.checked_div(b),
        BinaryOp::Pow => count.and_then(|n| a.checked_pow(n)),
        BinaryOp::BitAnd => Some(a & b),
        BinaryOp::BitOr => Some(a | b),
        BinaryOp::BitXor => Some(a ^ b),
        BinaryOp::Shl => count.and_then(|n| a.checked_shl(n).filter(|s| s >> n == a)),
        BinaryOp::Shr => count.map(|n| a >> n.min(63)),
    };
    match result {
        Some(i) => Ok(cx.heap.int64(i)?),
        None => Err(Error::runtime(format!("integer overflow: {a} {} {b}", sign(op)))),
    }
}

/// `-x`.
pub fn negate(cx: &mut Context, x: Value) -> Result<Value> {
    if let Some(i) = x.as_i64() {
        return match i.checked_neg() {
            Some(n) => Ok(cx.heap.int64(n)?),
            None => Err(Error::runtime(format!("integer overflow: -({i})"))),
        };
    }
    let text = describe::text(cx, x);
    Err(Error::runtime(format!("cannot negate {text}")))
}

/// A comparison of values without methods; `None` if they have no order.
pub fn compare(op: CompareOp, x: Value, y: Value) -> Option<bool> {
    match op {
        CompareOp::Eq => Some(equal(x, y)),
        CompareOp::Ne => Some(!equal(x, y)),
        _ => {
            let order = if let (Some(a), Some(b)) = (x.as_i64(), y.as_i64()) {
                Some(a.cmp(&b))
            } else if let (Some(a), Some(b)) = (double(x), double(y)) {
                // Not a number is neither below nor above anything.
                return Some(a.partial_cmp(&b).is_some_and(|order| holds(op, order)));
            } else {
                Some(str_cmp(x.as_str()?, y.as_str()?))
            };
            order.map(|order| holds(op, order))
        }
    }
}

fn holds(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        _ => order.is_ge(),
    }
}

fn equal(x: Value, y: Value) -> bool {
    if let (Some(a), Some(b)) = (x.as_i64(), y.as_i64()) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (double(x), double(y)) {
        return a == b;
    }
    match (x.as_str(), y.as_str()) {
        (Some(a), Some(b)) => str_eq(a, b),
        _ => x == y,
    }
}
