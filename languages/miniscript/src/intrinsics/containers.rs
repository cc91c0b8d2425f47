//! Strings, lists and maps, as far as they are only read.

use super::{Def, defs};
use crate::runtime::{Lang, Type, Work, compare, convert, errors, number_of, slices, truth_number};
use quadriga_vm::heap::{ListRef, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "len"(self) => len;
    "indexOf"(self, value, after) => index_of;
    "hasIndex"(self, index) => has_index;
    "indexes"(self) => indexes;
    "values"(self) => values;
    "sum"(self) => sum;
    "slice"(seq, from = 0, to) => slice;
};

fn len(_: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    let len = if let Some(list) = v.as_list() {
        list.len()
    } else if let Some(s) = v.as_str() {
        s.char_len()
    } else if let Some(map) = v.as_map() {
        map.len()
    } else {
        return Ok(if errors::is_error(v) { v } else { Value::NIL });
    };
    Ok(Value::int(len as i64))
}

/// The answer for something that is no sequence and no map.
#[cold]
fn no_container(cx: &mut Context, lang: Lang, v: Value) -> Result<Value> {
    if errors::is_error(v) { Ok(v) } else { errors::type_error(cx, lang, "list, string, or map", v) }
}

fn index_of(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, wanted, after) = (args.get(0), args.get(1), args.get(2));
    if errors::is_error(after) {
        return Ok(after);
    }
    if let Some(list) = v.as_list() {
        let from = start_after(after, list.len())?;
        let found = index_in_list(cx, list, wanted, from)?;
        Ok(found.map_or(Value::NIL, |i| Value::int(i as i64)))
    } else if let Some(s) = v.as_str() {
        let Some(needle) = wanted.as_str() else { return Ok(Value::NIL) };
        let from = start_after(after, s.char_len())?;
        cx.charge(s.char_len().saturating_sub(from) as u64 / 16)?;
        cx.flatten(s)?;
        cx.flatten(needle)?;
        let found = cx.heap.str_find(s, needle, from)?;
        Ok(found.map_or(Value::NIL, |i| Value::int(i as i64)))
    } else if let Some(map) = v.as_map() {
        key_of(cx, map, wanted, after)
    } else {
        no_container(cx, lang, v)
    }
}

/// Where a search starts that is to find something behind index `after`.
fn start_after(after: Value, len: usize) -> Result<usize> {
    if after.is_nil() {
        return Ok(0);
    }
    let mut i = convert::lenient_index(after)?;
    if i < -1 {
        i = i.saturating_add(len as i64);
    }
    Ok(usize::try_from(i.saturating_add(1)).unwrap_or(0))
}

fn index_in_list(cx: &mut Context, list: ListRef, wanted: Value, from: usize) -> Result<Option<usize>> {
    let mut work = Work::default();
    for i in from..list.len() {
        work.step(cx)?;
        if compare::equal(cx, list.get(i), wanted)? {
            return Ok(Some(i));
        }
    }
    work.pay(cx)?;
    Ok(None)
}

/// The key of the first entry with value `wanted` behind the one with key `after`.
fn key_of(cx: &mut Context, map: MapRef, wanted: Value, after: Value) -> Result<Value> {
    let mut work = Work::default();
    let mut searching = after.is_nil();
    let mut cursor = 0;
    while let Some((key, v)) = cx.heap.map_next(map, &mut cursor) {
        work.step(cx)?;
        if !searching {
            searching = compare::equal(cx, key, after)?;
        } else if compare::equal(cx, v, wanted)? {
            return Ok(key);
        }
    }
    work.pay(cx)?;
    Ok(Value::NIL)
}

fn has_index(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, index) = (args.get(0), args.get(1));
    if let Some(map) = v.as_map() {
        cx.charge_key(index)?;
        return Ok(truth_number(cx.heap.map_has(map, index)));
    }
    let len = match (v.as_list(), v.as_str()) {
        (Some(list), _) => list.len(),
        (_, Some(s)) => s.char_len(),
        _ => return no_container(cx, lang, v),
    };
    let len = len as i64;
    Ok(truth_number(index.as_index().is_some_and(|i| (-len..len).contains(&i))))
}

fn indexes(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    let len = match (v.as_list(), v.as_str(), v.as_map()) {
        (Some(list), ..) => list.len(),
        (_, Some(s), _) => s.char_len(),
        (.., Some(map)) => return entries(cx, map, |key, _| key),
        _ => return no_container(cx, lang, v),
    };
    Ok(cx.heap.list_range(0.0, 1.0, len)?.value())
}

fn values(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    match (v.as_map(), v.as_str()) {
        (Some(map), _) => entries(cx, map, |_, value| value),
        (_, Some(s)) => characters(cx, s),
        _ if Type::of(v) == Type::List => Ok(v),
        _ => no_container(cx, lang, v),
    }
}

/// A list of something of every entry.
fn entries(cx: &mut Context, map: MapRef, part: fn(Value, Value) -> Value) -> Result<Value> {
    let list = cx.heap.list_new(map.len())?;
    let mut work = Work::default();
    let mut cursor = 0;
    while let Some((key, v)) = cx.heap.map_next(map, &mut cursor) {
        work.step(cx)?;
        cx.heap.list_push(list, part(key, v))?;
    }
    work.pay(cx)?;
    Ok(list.value())
}

fn characters(cx: &mut Context, s: StrRef) -> Result<Value> {
    cx.flatten(s)?;
    let mut work = Work::default();
    let list = cx.heap.list_new(s.char_len())?;
    for c in s.text().chars() {
        work.step(cx)?;
        let c = cx.heap.single_char(c)?;
        cx.heap.list_push(list, c.value())?;
    }
    work.pay(cx)?;
    Ok(list.value())
}

fn sum(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    let mut total = 0.0;
    let mut work = Work::default();
    if let Some(list) = v.as_list() {
        for i in 0..list.len() {
            work.step(cx)?;
            total += summand(list.get(i))?;
        }
    } else if let Some(map) = v.as_map() {
        let mut cursor = 0;
        while let Some((_, v)) = cx.heap.map_next(map, &mut cursor) {
            work.step(cx)?;
            total += summand(v)?;
        }
    } else if errors::is_error(v) {
        return Ok(v);
    }
    work.pay(cx)?;
    Ok(Value::number(total))
}

#[inline]
fn summand(v: Value) -> Result<f64> {
    match number_of(v) {
        Some(n) => Ok(n),
        None => convert::lenient(v),
    }
}

/// The function form, which answers misuse with an error value.
fn slice(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    if let Some(e) = convert::first_error(args) {
        return Ok(e);
    }
    let v = args.get(0);
    if !matches!(Type::of(v), Type::String | Type::List) {
        return errors::type_error(cx, lang, "list or string", v);
    }
    slices::slice(cx, lang, v, args.given(1).unwrap_or(Value::int(0)), args.get(2))
}
