//! Parts of strings and lists.

use super::{Lang, convert, errors};
use quadriga_vm::heap::{ListRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Result};

/// `x[from:to]`; null bounds mean the ends. An error value in it ends the program.
pub(crate) fn slice(cx: &mut Context, lang: Lang, x: Value, from: Value, to: Value) -> Result<Value> {
    for v in [x, from, to] {
        if let Some(e) = errors::as_error(v) {
            return Err(errors::uncaught(e));
        }
    }
    if let Some(s) = x.as_str() {
        let (from, to) = bounds(from, to, s.char_len())?;
        string(cx, s, from, to)
    } else if let Some(l) = x.as_list() {
        let (from, to) = bounds(from, to, l.len())?;
        list(cx, l, from, to)
    } else {
        Err(errors::about(cx, lang, "Can't slice", x))
    }
}

fn string(cx: &mut Context, s: StrRef, from: usize, to: usize) -> Result<Value> {
    cx.charge((to - from) as u64 / 16)?;
    Ok(part(cx, s, from, to)?.value())
}

/// The characters `from..to` of a string, which is flattened only if that is neither nothing nor all of it.
pub(crate) fn part(cx: &mut Context, s: StrRef, from: usize, to: usize) -> Result<StrRef> {
    if from < to && (from > 0 || to < s.char_len()) {
        cx.flatten(s)?;
    }
    Ok(cx.heap.str_slice(s, from, to)?)
}

fn list(cx: &mut Context, l: ListRef, from: usize, to: usize) -> Result<Value> {
    cx.charge((to - from) as u64)?;
    Ok(cx.heap.list_slice(l, from, to)?.value())
}

/// The part of `0..len` that two bounds mean: negative ones count from the end, both are clamped.
fn bounds(from: Value, to: Value, len: usize) -> Result<(usize, usize)> {
    let from = if from.is_nil() { 0 } else { convert::lenient_index(from)? };
    let to = if to.is_nil() { len as i64 } else { convert::lenient_index(to)? };
    let clamp = |i: i64| {
        let i = if i < 0 { i.saturating_add(len as i64) } else { i };
        i.clamp(0, len as i64) as usize
    };
    let (from, to) = (clamp(from), clamp(to));
    Ok(if from < to { (from, to) } else { (0, 0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: i64, to: i64) -> (usize, usize) {
        bounds(Value::int(from), Value::int(to), 6).unwrap()
    }

    #[test]
    fn bounds_count_from_the_end_and_are_clamped() {
        assert_eq!(of(1, 4), (1, 4));
        assert_eq!(of(-3, -1), (3, 5));
        assert_eq!(of(-99, 99), (0, 6));
        assert_eq!(of(4, 1), (0, 0));
        assert_eq!(bounds(Value::NIL, Value::int(3), 6).unwrap(), (0, 3));
        assert_eq!(bounds(Value::int(2), Value::NIL, 6).unwrap(), (2, 6));
    }
}
