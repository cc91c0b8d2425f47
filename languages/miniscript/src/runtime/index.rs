//! Elements: reading and writing by index or key.
//!
//! A key that a list or string does not have as an index, or a map as an entry, is looked up in the type
//! map, as by dot.

use super::{Lang, Type, errors, isa, slot};
use crate::runtime::display;
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{ListRef, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Error, Result};

/// `o[key]`.
#[inline]
pub(crate) fn get(cx: &mut Context, lang: Lang, o: Value, key: Value) -> Result<Value> {
    match o.kind() {
        Some(Kind::Map) => {
            cx.charge_key(key)?;
            if let Some(v) = o.as_map().and_then(|map| cx.heap.map_get(map, key)) {
                return Ok(v);
            }
        }
        Some(Kind::Str) => {
            if let (Some(s), Some(i)) = (o.as_str(), key.as_index()) {
                return character(cx, lang, s, i);
            }
        }
        _ => {}
    }
    Ok(get_with_home(cx, lang, o, key)?.0)
}

/// `o[key]`, and the home of a method found so.
#[inline(never)]
pub(crate) fn get_with_home(cx: &mut Context, lang: Lang, o: Value, key: Value) -> Result<(Value, Value)> {
    let type_slot = if let Some(map) = o.as_map() {
        if let Some(found) = find(cx, map, key) {
            return Ok(found);
        }
        if lang.v1() {
            isa::check_chain(cx, map)?;
        }
        slot::MAP
    } else if let Some(list) = o.as_list() {
        if let Some(i) = key.as_index() {
            return Ok((element(lang, list, i)?, Value::NIL));
        }
        slot::LIST
    } else if let Some(s) = o.as_str() {
        if let Some(i) = key.as_index() {
            return Ok((character(cx, lang, s, i)?, Value::NIL));
        }
        slot::STRING
    } else {
        return Err(no_container(cx, lang, o));
    };
    if key.as_str().is_some()
        && let Some(types) = lang.type_map(cx, type_slot)
        && let Some((v, _)) = find(cx, types, key)
    {
        return Ok((v, Value::NIL));
    }
    Err(missing(cx, lang, o, key))
}

/// The entry under `key` in a map or its prototypes, and what the map that has it inherits from.
fn find(cx: &Context, map: MapRef, key: Value) -> Option<(Value, Value)> {
    let mut holder = map;
    for _ in 0..isa::MAX_CHAIN {
        if let Some(v) = cx.heap.map_get(holder, key) {
            let home = cx.heap.map_proto(holder).map_or(Value::NIL, MapRef::value);
            return Some((v, home));
        }
        holder = cx.heap.map_proto(holder)?;
    }
    None
}

/// Element `i` of a list; negative counts from the end.
fn element(lang: Lang, list: ListRef, i: i64) -> Result<Value> {
    match position(i, list.len()) {
        Some(at) => Ok(list.get(at)),
        None if lang.v1() => Err(out_of_range("list", i)),
        None => Ok(Value::NIL),
    }
}

/// Character `i` of a string; empty out of range.
fn character(cx: &mut Context, lang: Lang, s: StrRef, i: i64) -> Result<Value> {
    if let Some(at) = position(i, s.char_len()) {
        cx.flatten(s)?;
        if let Some(c) = cx.heap.char_at(s, at)? {
            return Ok(c.value());
        }
    }
    if lang.v1() {
        return Err(out_of_range("string", i));
    }
    Ok(cx.heap.empty_str()?.value())
}

/// The position that index `i` means in a sequence of `len`.
#[inline]
pub(crate) fn position(i: i64, len: usize) -> Option<usize> {
    let at = if i < 0 { i.checked_add(len as i64)? } else { i };
    (0..len as i64).contains(&at).then_some(at as usize)
}

#[cold]
pub(crate) fn out_of_range(what: &str, i: i64) -> Error {
    Error::runtime(format!("Index Error ({what} index {i} out of range)"))
}

/// The error for a value that has no elements.
#[cold]
pub(crate) fn no_container(cx: &mut Context, lang: Lang, o: Value) -> Error {
    if lang.v1() && o.is_nil() {
        return Error::runtime("Null Reference Exception: can't index into null");
    }
    errors::about(cx, lang, "Can't index into", o)
}

/// The error for a key that was not found.
#[cold]
pub(crate) fn missing(cx: &mut Context, lang: Lang, o: Value, key: Value) -> Error {
    if Type::of(key) == Type::Number && !lang.v1() {
        return errors::about(cx, lang, "Can't index into", o);
    }
    match display::text_of(cx, lang, key) {
        Ok(key) => Error::runtime(format!("Key Not Found: '{key}' not found in map")),
        Err(e) => e,
    }
}

/// `o[key] = v`.
pub(crate) fn set(cx: &mut Context, lang: Lang, o: Value, key: Value, v: Value) -> Result<()> {
    if let Some(map) = o.as_map() {
        if map.is_immutable() {
            return Err(errors::frozen("map"));
        }
        return cx.map_set(map, key, v);
    }
    if let (Some(list), Some(i)) = (o.as_list(), key.as_index()) {
        if list.is_immutable() {
            return Err(errors::frozen("list"));
        }
        return match position(i, list.len()) {
            Some(at) => Ok(cx.heap.list_set(list, at, v)?),
            None if lang.v1() => Err(out_of_range("list", i)),
            None => Ok(()),
        };
    }
    Err(cannot_set(cx, lang, o))
}

/// The error for a write into something that has no elements.
#[cold]
pub(crate) fn cannot_set(cx: &mut Context, lang: Lang, o: Value) -> Error {
    if errors::is_error(o) {
        return Error::runtime("Cannot assign into an error value");
    }
    if lang.v1() {
        let what = if o.is_nil() { "of null" } else { "in this type" };
        return Error::runtime(format!(
            "can't set {}indexed element {what}",
            if o.is_nil() { "" } else { "an " }
        ));
    }
    errors::about(cx, lang, "Can't set indexed value in", o)
}
