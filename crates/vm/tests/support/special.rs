//! The operations of `special.N a, b, c`: `a = N(b, c)`.

use super::dialect::{counts, id, slot, tag, user_map};
use super::{describe, natives, objects};
use quadriga_vm::heap::layout::{TypedKind, flags};
use quadriga_vm::heap::{KeyPolicy, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Error, Outcome, Result};
use std::sync::atomic::Ordering;

/// Largest buffer.
const MAX_BUFFER: i64 = 1 << 16;

/// Operation `code` on `x` and `y`.
pub fn run(cx: &mut Context, code: u8, x: Value, y: Value) -> Result<Outcome> {
    let v = match code {
        // Print x.
        0 => {
            let line = describe::text(cx, x) + "\n";
            cx.charge(line.len() as u64)?;
            cx.write(&line);
            Value::NIL
        }
        // x += y.
        1 => return objects::in_place_add(cx, x, y),
        // An empty map with keys that the dialect compares.
        2 => user_map(cx)?.value(),
        // A property with getter x and setter y.
        3 => cx.heap.record(tag::PROPERTY, &[x, y])?.value(),
        // An error value with message x.
        4 => cx.heap.record(tag::ERROR, &[x])?.value(),
        // What ends an iteration when it is thrown.
        5 => cx.heap.record(tag::STOP, &[x])?.value(),
        // Whether x and y are the same word.
        6 => Value::bool(x == y),
        // Whether map x has key y.
        7 => Value::bool(find(cx, map(x)?, y)?.is_some()),
        // Removes key y of map x.
        8 => {
            let m = map(x)?;
            cx.map_remove(m, y)?.unwrap_or(Value::NIL)
        }
        // Copies made by unshare so far.
        9 => Value::int(counts(cx).copies as i64),
        // A weak reference to x.
        10 => cx.heap.weak(x)?.value(),
        // The target of weak reference x, nil if it is dead.
        11 => x.as_weak().map_or(Value::NIL, |weak| weak.get()),
        // The prototype of x.
        12 => {
            let m = map(x)?;
            cx.heap.map_proto(m).map_or(Value::NIL, MapRef::value)
        }
        // A buffer of y elements of type x.
        13 => buffer(cx, x, y)?,
        // A host object with a payload of x bytes.
        14 => natives::host_object(cx, x)?,
        // Payloads dropped so far.
        15 => Value::int(counts(cx).drops.load(Ordering::SeqCst) as i64),
        // Collects: everything if x is true.
        16 => {
            cx.collect(x == Value::TRUE);
            Value::NIL
        }
        // The methods of numbers (x = 0), strings (1), lists (2).
        17 => {
            let id = id(cx);
            cx.slot(id, x.as_int().unwrap_or(0).clamp(slot::NUMBERS as i64, slot::LISTS as i64) as usize)
        }
        // Removes global x of the running function's name space.
        18 => {
            let globals = cx.running_globals();
            cx.remove_global(globals, x)?.unwrap_or(Value::NIL)
        }
        // Makes list or map x unchangeable.
        19 => {
            x.as_list().inspect(|l| l.set_flag(flags::IMMUTABLE));
            x.as_map().inspect(|m| m.set_flag(flags::IMMUTABLE));
            x
        }
        // The length of x.
        20 => Value::int(length(x)? as i64),
        // The kind of x.
        21 => {
            let name = x.kind().map_or_else(|| "Word".to_string(), |kind| format!("{kind:?}"));
            cx.heap.str(&name)?.value()
        }
        // Appends y to list or buffer x.
        22 => {
            if let Some(list) = x.as_list().filter(|l| !l.is_immutable()) {
                cx.heap.list_push(list, y)?;
            } else if let Some(typed) = x.as_typed() {
                cx.heap.typed_push(typed, y).map_err(objects::typed_error)?;
            }
            x
        }
        // The name space of the running function.
        23 => cx.running_globals().value(),
        // Whether x, a string, is a rope that nobody has read yet.
        24 => Value::bool(x.as_str().is_some_and(StrRef::is_rope)),
        // Moves map x out of its shape.
        25 => {
            let m = map(x)?;
            cx.heap.make_dictionary(m)?;
            x
        }
        _ => return Err(Error::runtime(format!("no operation {code}"))),
    };
    Ok(Outcome::Value(v))
}

fn map(x: Value) -> Result<MapRef> {
    x.as_map().ok_or_else(|| Error::runtime("not a map"))
}

fn find(cx: &mut Context, m: MapRef, key: Value) -> Result<Option<Value>> {
    if m.key_policy() == KeyPolicy::Content { Ok(cx.heap.map_get(m, key)) } else { cx.map_get_user(m, key) }
}

fn length(x: Value) -> Result<usize> {
    let list = x.as_list().map(|l| l.len());
    let string = || x.as_str().map(StrRef::char_len);
    let entries = || x.as_map().map(MapRef::len);
    let elements = || x.as_typed().map(|t| t.len());
    list.or_else(string).or_else(entries).or_else(elements).ok_or_else(|| Error::runtime("no length"))
}

fn buffer(cx: &mut Context, kind: Value, len: Value) -> Result<Value> {
    let kind = match kind.as_int() {
        Some(0) => TypedKind::U8,
        Some(1) => TypedKind::I64,
        _ => TypedKind::F64,
    };
    let len = len.as_int().unwrap_or(0).clamp(0, MAX_BUFFER) as usize;
    cx.charge(len as u64)?;
    Ok(cx.heap.typed_new(kind, len)?.value())
}
