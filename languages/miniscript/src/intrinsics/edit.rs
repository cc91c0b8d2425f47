//! Lists, maps and strings changed: adding, taking, replacing.
//!
//! An error value as the container ends the program; other values that cannot be changed give an error
//! value. Frozen containers are refused when there is something to change.

use super::{Def, defs};
use crate::runtime::{Lang, Work, compare, convert, display, errors, index, slices, truth_number};
use quadriga_vm::heap::{ListRef, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Error, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "push"(self, value) => push;
    "pop"(self) => |cx, lang, args| take(cx, lang, args, End::Last);
    "pull"(self) => |cx, lang, args| take(cx, lang, args, End::First);
    "insert"(self, index, value) => insert;
    "remove"(self, index) => remove;
    "replace"(self, oldval, newval, maxCount) => replace;
};

/// The answer for something that cannot be changed.
#[cold]
pub(super) fn refuse(cx: &mut Context, lang: Lang, expected: &str, v: Value) -> Result<Value> {
    match errors::as_error(v) {
        Some(e) => Err(errors::uncaught(e)),
        None => errors::type_error(cx, lang, expected, v),
    }
}

#[inline]
fn writable_list(list: ListRef) -> Result<()> {
    if list.is_immutable() { Err(errors::frozen("list")) } else { Ok(()) }
}

#[inline]
fn writable_map(map: MapRef) -> Result<()> {
    if map.is_immutable() { Err(errors::frozen("map")) } else { Ok(()) }
}

fn push(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, value) = (args.get(0), args.get(1));
    if let Some(list) = v.as_list() {
        writable_list(list)?;
        cx.heap.list_push(list, value)?;
    } else if let Some(map) = v.as_map() {
        writable_map(map)?;
        cx.map_set(map, value, Value::int(1))?;
    } else {
        return refuse(cx, lang, "list or map", v);
    }
    Ok(v)
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    First,
    Last,
}

/// Takes an element from an end of a list, or the first key of a map.
fn take(cx: &mut Context, lang: Lang, args: Args, end: End) -> Result<Value> {
    let v = args.get(0);
    if let Some(list) = v.as_list() {
        writable_list(list)?;
        let element = match end {
            End::First => cx.heap.list_pull(list)?,
            End::Last => cx.heap.list_pop(list)?,
        };
        Ok(element.unwrap_or(Value::NIL))
    } else if let Some(map) = v.as_map() {
        let Some((key, _)) = cx.heap.map_first(map) else { return Ok(Value::NIL) };
        writable_map(map)?;
        cx.map_remove(map, key)?;
        Ok(key)
    } else {
        refuse(cx, lang, "list or map", v)
    }
}

fn insert(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, at, value) = (args.get(0), args.get(1), args.get(2));
    if let Some(list) = v.as_list() {
        let at = insertion(lang, convert::lenient_index(at)?, list.len())?;
        writable_list(list)?;
        cx.charge((list.len() - at) as u64 / 16)?;
        cx.heap.list_insert(list, at, value)?;
        Ok(v)
    } else if let Some(s) = v.as_str() {
        let at = insertion(lang, convert::lenient_index(at)?, s.char_len())?;
        let part = display::to_string(cx, lang, value)?;
        let front = slices::part(cx, s, 0, at)?;
        let back = slices::part(cx, s, at, s.char_len())?;
        let front = crate::runtime::operators::concat(cx, lang, front, part)?;
        match front.as_str() {
            Some(front) => crate::runtime::operators::concat(cx, lang, front, back),
            None => Ok(front),
        }
    } else {
        refuse(cx, lang, "list or string", v)
    }
}

/// Where something is inserted: -1 means the end.
fn insertion(lang: Lang, i: i64, len: usize) -> Result<usize> {
    let len = len as i64;
    let at = if i < 0 { i.saturating_add(len + 1) } else { i };
    if lang.v1() && !(0..=len).contains(&at) {
        return Err(index::out_of_range("list", i));
    }
    Ok(at.clamp(0, len) as usize)
}

fn remove(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, key) = (args.get(0), args.get(1));
    if let Some(map) = v.as_map() {
        writable_map(map)?;
        return Ok(truth_number(cx.map_remove(map, key)?.is_some()));
    }
    if let Some(list) = v.as_list() {
        writable_list(list)?;
        let i = convert::lenient_index(key)?;
        return match index::position(i, list.len()) {
            Some(at) => {
                cx.charge((list.len() - at) as u64 / 16)?;
                cx.heap.list_remove(list, at)?;
                Ok(if lang.v1() { Value::NIL } else { Value::int(1) })
            }
            None if lang.v1() => Err(index::out_of_range("list", i)),
            None => Ok(Value::int(0)),
        };
    }
    match v.as_str() {
        Some(s) if lang.v1() => remove_text(cx, lang, s, key),
        _ => refuse(cx, lang, "list or map", v),
    }
}

/// 1.x: a string without the first occurrence of another.
fn remove_text(cx: &mut Context, lang: Lang, s: StrRef, part: Value) -> Result<Value> {
    let part = display::to_string(cx, lang, part)?;
    cx.flatten(s)?;
    cx.flatten(part)?;
    let Some(at) = cx.heap.str_find(s, part, 0)? else { return Ok(s.value()) };
    let front = slices::part(cx, s, 0, at)?;
    let back = slices::part(cx, s, at + part.char_len(), s.char_len())?;
    Ok(cx.concat(front, back)?.value())
}

fn replace(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, old, new, most) = (args.get(0), args.get(1), args.get(2), args.get(3));
    let most = if most.is_nil() { -1 } else { convert::lenient_index(most)? };
    let most = usize::try_from(most).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
    if let Some(list) = v.as_list() {
        replace_in_list(cx, list, old, new, most)?;
        Ok(v)
    } else if let Some(map) = v.as_map() {
        replace_in_map(cx, map, old, new, most)?;
        Ok(v)
    } else if let Some(s) = v.as_str() {
        replace_text(cx, lang, s, old, new, most)
    } else {
        refuse(cx, lang, "list, map, or string", v)
    }
}

fn replace_in_list(cx: &mut Context, list: ListRef, old: Value, new: Value, most: usize) -> Result<()> {
    let mut work = Work::default();
    let mut count = 0;
    for i in 0..list.len() {
        work.step(cx)?;
        if compare::equal(cx, list.get(i), old)? {
            writable_list(list)?;
            cx.heap.list_set(list, i, new)?;
            count += 1;
            if count >= most {
                break;
            }
        }
    }
    work.pay(cx)
}

fn replace_in_map(cx: &mut Context, map: MapRef, old: Value, new: Value, most: usize) -> Result<()> {
    let mut work = Work::default();
    let mut count = 0;
    let mut cursor = 0;
    while let Some((key, v)) = cx.heap.map_next(map, &mut cursor) {
        work.step(cx)?;
        if compare::equal(cx, v, old)? {
            writable_map(map)?;
            // The key exists: the order stays, and the cursor with it.
            cx.map_set(map, key, new)?;
            count += 1;
            if count >= most {
                break;
            }
        }
    }
    work.pay(cx)
}

fn replace_text(
    cx: &mut Context,
    lang: Lang,
    s: StrRef,
    old: Value,
    new: Value,
    most: usize,
) -> Result<Value> {
    let (old, new) = if lang.v1() {
        (display::to_string(cx, lang, old)?, display::to_string(cx, lang, new)?)
    } else {
        match (old.as_str(), new.as_str()) {
            (Some(old), Some(new)) => (old, new),
            _ => return Ok(Value::NIL),
        }
    };
    if old.is_empty() {
        if lang.v1() {
            return Err(Error::runtime("replace: oldval argument is empty"));
        }
        return Ok(s.value());
    }
    for part in [s, old, new] {
        cx.flatten(part)?;
    }
    cx.charge(s.byte_len() as u64 / 16)?;
    let mut work = Work::default();
    let mut count = 0;
    for _ in s.text().matches(old.text()).take(most) {
        work.step(cx)?;
        count += 1;
    }
    if count == 0 {
        return Ok(s.value());
    }
    let size = s.byte_len() - count * old.byte_len() + count.saturating_mul(new.byte_len());
    if size > quadriga_vm::heap::MAX_STR_BYTES {
        return errors::error_value(cx, lang, crate::runtime::replicate::STRING_TOO_LARGE);
    }
    cx.charge(size as u64 / 16)?;
    cx.heap.check_size(2 * size)?;
    let mut text = String::with_capacity(size);
    let mut start = 0;
    for (at, found) in s.text().match_indices(old.text()).take(count) {
        work.step(cx)?;
        text.push_str(&s.text()[start..at]);
        text.push_str(new.text());
        start = at + found.len();
    }
    text.push_str(&s.text()[start..]);
    work.pay(cx)?;
    Ok(cx.heap.str(&text)?.value())
}
