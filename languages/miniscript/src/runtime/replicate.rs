//! Strings and lists times a number, over a number.

use super::{Lang, errors};
use quadriga_vm::heap::{ListRef, MAX_LIST_LEN, MAX_STR_BYTES, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Result};

/// What is said of results beyond the maximal length.
pub(crate) const STRING_TOO_LARGE: &str = "string too large (exceeds maximum size)";
pub(crate) const LIST_TOO_LARGE: &str = "list too large (exceeds maximum size)";

/// How often something of `len` parts is to be repeated: whole copies, and parts of one more.
struct Times {
    copies: f64,
    extra: usize,
}

impl Times {
    /// A factor above 0.
    fn of(factor: f64, len: usize) -> Times {
        let copies = factor.trunc();
        Times { copies, extra: (len as f64 * (factor - copies)) as usize }
    }
}

/// `x * factor`; null for what cannot be repeated.
pub(crate) fn replicate(cx: &mut Context, lang: Lang, x: Value, factor: f64) -> Result<Value> {
    if let Some(s) = x.as_str() {
        string(cx, lang, s, factor)
    } else if let Some(l) = x.as_list() {
        list(cx, lang, l, factor)
    } else {
        Ok(Value::NIL)
    }
}

/// `x / divisor`.
pub(crate) fn divide(cx: &mut Context, lang: Lang, x: Value, divisor: f64) -> Result<Value> {
    if x.as_list().is_some() && !divisor.is_finite() {
        return Ok(Value::NIL);
    }
    replicate(cx, lang, x, 1.0 / divisor)
}

fn string(cx: &mut Context, lang: Lang, s: StrRef, factor: f64) -> Result<Value> {
    if !factor.is_finite() {
        return Ok(Value::NIL);
    }
    if factor <= 0.0 || s.is_empty() {
        return Ok(cx.heap.empty_str()?.value());
    }
    let times = Times::of(factor, s.char_len());
    if times.copies * s.byte_len() as f64 > MAX_STR_BYTES as f64 {
        return errors::error_value(cx, lang, STRING_TOO_LARGE);
    }
    let copies = times.copies as usize;
    cx.charge((copies * s.byte_len()) as u64 / 16)?;
    let whole = cx.heap.str_repeat(s, copies)?;
    if times.extra == 0 {
        return Ok(whole.value());
    }
    let part = super::slices::part(cx, s, 0, times.extra)?;
    super::operators::concat(cx, lang, whole, part)
}

fn list(cx: &mut Context, lang: Lang, l: ListRef, factor: f64) -> Result<Value> {
    if !factor.is_finite() {
        return Ok(Value::NIL);
    }
    if factor <= 0.0 || l.is_empty() {
        return Ok(cx.heap.list_new(0)?.value());
    }
    let times = Times::of(factor, l.len());
    if times.copies * l.len() as f64 + times.extra as f64 > MAX_LIST_LEN as f64 {
        return errors::error_value(cx, lang, LIST_TOO_LARGE);
    }
    let copies = times.copies as usize;
    cx.charge((copies * l.len() + times.extra) as u64)?;
    if copies == 0 {
        return Ok(cx.heap.list_slice(l, 0, times.extra)?.value());
    }
    let result = cx.heap.list_repeat(l, copies)?;
    if times.extra > 0 {
        cx.heap.list_extend_range(result, l, 0, times.extra)?;
    }
    Ok(result.value())
}
