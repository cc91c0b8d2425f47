//! Objects: fields along prototypes, properties, methods that operators call, iteration, classes.

use super::arith;
use super::dialect::{id, is_record, slot, tag};
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{KeyPolicy, MapRef, StrRef, TypedError, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, CompareOp, Context, Error, Lookup, Outcome, Recipe, Result, Store};

/// The method `name` of an object: what its map or a prototype has under the name.
pub fn method(cx: &mut Context, x: Value, name: &str) -> Result<Option<Value>> {
    let Some(map) = x.as_map() else { return Ok(None) };
    let name = cx.heap.intern(name)?;
    let found = cx.find_in_chain(map, name).map(|(v, ..)| v);
    Ok(found.filter(|v| matches!(v.kind(), Some(Kind::Closure | Kind::Native))))
}

/// The map with the methods of a value that is no map.
fn type_methods(cx: &Context, x: Value) -> Option<MapRef> {
    let index = match x.kind() {
        None if x.is_number() => slot::NUMBERS,
        Some(Kind::BoxedInt) => slot::NUMBERS,
        Some(Kind::Str) => slot::STRINGS,
        Some(Kind::List) => slot::LISTS,
        _ => return None,
    };
    cx.slot(id(cx), index).as_map()
}

/// A field; `None` if there is none.
pub fn get_field(cx: &mut Context, object: Value, name: StrRef) -> Result<Option<Lookup>> {
    let found = match object.as_map() {
        Some(map) => cx.find_in_chain(map, name),
        None => {
            if let Some(record) = object.as_record()
                && record.tag() == tag::ERROR
                && name.text() == "message"
            {
                return Ok(Some(Lookup::uncached(record.get(0))));
            }
            let Some(methods) = type_methods(cx, object) else { return Ok(None) };
            match cx.find_in_chain(methods, name) {
                Some((v, holder, Recipe::Own { slot })) => {
                    Some((v, holder, Recipe::Holder { map: holder, slot }))
                }
                other => other,
            }
        }
    };
    let Some((v, holder, recipe)) = found else {
        return match method(cx, object, "__getattr__")? {
            Some(callee) => Ok(Some(called(Outcome::call(callee, object, &[name.value()])))),
            None => Ok(None),
        };
    };
    if is_record(v, tag::PROPERTY) {
        let getter = v.as_record().expect("a property").get(0);
        return Ok(Some(called(Outcome::call(getter, object, &[]))));
    }
    let home = if holder.value() == object { Value::NIL } else { holder.value() };
    Ok(Some(Lookup { outcome: Outcome::Value(v), recipe, home }))
}

fn called(outcome: Outcome) -> Lookup {
    Lookup { outcome, recipe: Recipe::None, home: Value::NIL }
}

/// Prepares the store of a field.
pub fn set_field(cx: &mut Context, object: Value, name: StrRef, value: Value) -> Result<Store> {
    let Some(map) = object.as_map() else {
        return Err(Error::runtime(format!("no field '{}' to set", name.text())));
    };
    if let Some((v, ..)) = cx.find_in_chain(map, name)
        && is_record(v, tag::PROPERTY)
    {
        let setter = v.as_record().expect("a property").get(1);
        return Ok(Store::Done(Outcome::call(setter, object, &[value])));
    }
    if map.is_immutable() {
        return Err(Error::runtime("the object is frozen"));
    }
    Ok(Store::Plain)
}

/// The place of an index in something of length `len`.
fn place(key: Value, len: usize) -> Result<usize> {
    match key.as_int() {
        Some(i) if (0..len as i64).contains(&i) => Ok(i as usize),
        Some(i) => Err(Error::runtime(format!("index {i} is outside of 0..{len}"))),
        None => Err(Error::runtime("an index is an integer")),
    }
}

/// Whether keys of `map` are entries of its own, not fields of an object with methods.
fn has_user_keys(map: MapRef) -> bool {
    map.key_policy() != KeyPolicy::Content
}

/// `object[key]`.
pub fn get_index(cx: &mut Context, object: Value, key: Value) -> Result<Outcome> {
    if let Some(map) = object.as_map() {
        if let Some(callee) = method(cx, object, "__getitem__")? {
            return Ok(Outcome::call(callee, object, &[key]));
        }
        let found = if has_user_keys(map) { cx.map_get_user(map, key)? } else { cx.heap.map_get(map, key) };
        return match found {
            Some(v) => Ok(Outcome::Value(v)),
            None => Err(Error::runtime(format!("no key {}", super::describe::text(cx, key)))),
        };
    }
    if let Some(list) = object.as_list() {
        return Ok(Outcome::Value(list.get(place(key, list.len())?)));
    }
    if let Some(s) = object.as_str() {
        let i = place(key, s.char_len())?;
        return Ok(Outcome::Value(cx.heap.char_at(s, i)?.map_or(Value::NIL, StrRef::value)));
    }
    if let Some(typed) = object.as_typed() {
        let i = place(key, typed.len())?;
        return Ok(Outcome::Value(cx.heap.typed_get(typed, i)?));
    }
    Err(Error::runtime("no elements"))
}

/// `object[key] = value`.
pub fn set_index(cx: &mut Context, object: Value, key: Value, value: Value) -> Result<Outcome> {
    if let Some(map) = object.as_map() {
        if let Some(callee) = method(cx, object, "__setitem__")? {
            return Ok(Outcome::call(callee, object, &[key, value]));
        }
        if map.is_immutable() {
            return Err(Error::runtime("the map is frozen"));
        }
        cx.map_set(map, key, value)?;
    } else if let Some(list) = object.as_list() {
        let i = place(key, list.len())?;
        if list.is_immutable() {
            return Err(Error::runtime("the list is frozen"));
        }
        cx.heap.list_set(list, i, value)?;
    } else if let Some(typed) = object.as_typed() {
        let i = place(key, typed.len())?;
        cx.heap.typed_set(typed, i, value).map_err(typed_error)?;
    } else {
        return Err(Error::runtime("no elements to set"));
    }
    Ok(Outcome::Value(Value::NIL))
}

/// The error of a store into a typed buffer.
pub fn typed_error(e: TypedError) -> Error {
    match e {
        TypedError::WrongValue => Error::runtime("the buffer does not take this value"),
        TypedError::Heap(e) => e.into(),
    }
}

/// `object[from:to]`.
pub fn slice(cx: &mut Context, object: Value, from: Value, to: Value) -> Result<Value> {
    let len = object.as_str().map(StrRef::char_len).or_else(|| object.as_list().map(|l| l.len()));
    let len = len.or_else(|| object.as_typed().map(|t| t.len()));
    let (Some(len), Some(from), Some(to)) = (len, from.as_int(), to.as_int()) else {
        return Err(Error::runtime("cannot slice"));
    };
    let from = from.clamp(0, len as i64) as usize;
    let to = to.clamp(from as i64, len as i64) as usize;
    cx.charge((to - from) as u64)?;
    if let Some(list) = object.as_list() {
        return Ok(cx.heap.list_slice(list, from, to)?.value());
    }
    if let Some(s) = object.as_str() {
        return Ok(cx.heap.str_slice(s, from, to)?.value());
    }
    let typed = object.as_typed().expect("a buffer");
    Ok(cx.heap.typed_slice(typed, from, to)?.value())
}

/// The truth of an object, string or list.
pub fn truth(cx: &mut Context, x: Value) -> Result<Outcome> {
    if let Some(callee) = method(cx, x, "__bool__")? {
        return Ok(Outcome::call(callee, x, &[]));
    }
    Ok(Outcome::bool(match x.kind() {
        Some(Kind::Str) => x.as_str().is_some_and(|s| !s.is_empty()),
        Some(Kind::List) => x.as_list().is_some_and(|l| !l.is_empty()),
        Some(_) => true,
        None => x == Value::TRUE || x.as_number().is_some_and(|n| n != 0.0),
    }))
}

/// `not x`: the truth has to be known before it can be negated.
pub fn not(cx: &mut Context, x: Value) -> Result<Outcome> {
    match truth(cx, x)? {
        Outcome::Value(v) => Ok(Outcome::bool(v != Value::TRUE)),
        _ => {
            let callee = method(cx, x, "__bool__")?.unwrap_or(Value::NIL);
            Ok(Outcome::call_then(callee, x, &[], negated, Value::NIL))
        }
    }
}

/// The answer of a comparison or truth test, negated.
fn negated(cx: &mut Context, _: Value, answer: Value) -> Result<Outcome> {
    not(cx, answer)
}

/// A comparison of objects with methods; `None` if `x` has none for it.
pub fn compare(cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<Option<Outcome>> {
    let name = match op {
        CompareOp::Eq | CompareOp::Ne => "__eq__",
        CompareOp::Lt => "__lt__",
        CompareOp::Le => "__le__",
        CompareOp::Gt => "__gt__",
        CompareOp::Ge => "__ge__",
    };
    if let Some(callee) = method(cx, x, name)? {
        return Ok(Some(match op {
            CompareOp::Ne => Outcome::call_then(callee, x, &[y], negated, Value::NIL),
            _ => Outcome::call(callee, x, &[y]),
        }));
    }
    // At most: below, or equal.
    if op == CompareOp::Le
        && let Some(callee) = method(cx, x, "__lt__")?
    {
        let pair = cx.heap.record(tag::PAIR, &[x, y])?;
        return Ok(Some(Outcome::call_then(callee, x, &[y], or_equal, pair.value())));
    }
    Ok(None)
}

/// Goes on with `==` unless `<` was true.
fn or_equal(cx: &mut Context, pair: Value, below: Value) -> Result<Outcome> {
    if below == Value::TRUE {
        return Ok(Outcome::bool(true));
    }
    let pair = pair.as_record().expect("the pair that `compare` made");
    let (x, y) = (pair.get(0), pair.get(1));
    match compare(cx, CompareOp::Eq, x, y)? {
        Some(outcome) => Ok(outcome),
        None => Ok(Outcome::bool(arith::compare(CompareOp::Eq, x, y) == Some(true))),
    }
}

/// `x += y`: `__iadd__`, and where that says nil, `__add__` or what `+` does.
pub fn in_place_add(cx: &mut Context, x: Value, y: Value) -> Result<Outcome> {
    match method(cx, x, "__iadd__")? {
        Some(callee) => {
            let pair = cx.heap.record(tag::PAIR, &[x, y])?;
            Ok(Outcome::call_then(callee, x, &[y], or_add, pair.value()))
        }
        None => add(cx, x, y),
    }
}

fn or_add(cx: &mut Context, pair: Value, result: Value) -> Result<Outcome> {
    if !result.is_nil() {
        return Ok(Outcome::Value(result));
    }
    let pair = pair.as_record().expect("the pair that `in_place_add` made");
    add(cx, pair.get(0), pair.get(1))
}

fn add(cx: &mut Context, x: Value, y: Value) -> Result<Outcome> {
    match method(cx, x, "__add__")? {
        Some(callee) => Ok(Outcome::call(callee, x, &[y])),
        None => arith::binary(cx, quadriga_vm::BinaryOp::Add, x, y).map(Outcome::Value),
    }
}

/// Calls a class: a new object, given to the method `init` if there is one (a constructor, which returns it).
pub fn make_instance(cx: &mut Context, class: MapRef, args: Args) -> Result<Outcome> {
    let object = cx.heap.map_new(Some(class), 0)?;
    match method(cx, class.value(), "init")? {
        Some(init) if args.len() <= 2 => {
            let list = [args.get(0), args.get(1)];
            Ok(Outcome::call(init, object.value(), &list[..args.len()]))
        }
        None if args.is_empty() => Ok(Outcome::Value(object.value())),
        _ => Err(Error::runtime("too many arguments for a class")),
    }
}

/// What a loop over `value` iterates.
pub fn iterate(cx: &mut Context, value: Value, lenient: bool) -> Result<Value> {
    if let Some(callee) = method(cx, value, "iter")? {
        return cx.call(callee, value, &[]);
    }
    match value.kind() {
        Some(Kind::List | Kind::Str | Kind::Generator | Kind::Map | Kind::Typed) => Ok(value),
        _ if value.is_nil() || lenient => Ok(Value::NIL),
        _ => Err(Error::runtime("not iterable")),
    }
}

/// The next element: of an object with `next`, of the keys of a map, of a buffer.
pub fn iter_next(cx: &mut Context, object: Value, position: &mut Value) -> Result<Outcome> {
    if let Some(callee) = method(cx, object, "next")? {
        return Ok(Outcome::call(callee, object, &[]));
    }
    let i = position.as_int().map_or(usize::MAX, |i| i as usize);
    if let Some(map) = object.as_map() {
        let mut cursor = i;
        let Some((key, _)) = cx.heap.map_next(map, &mut cursor) else {
            return Ok(Outcome::Value(Value::EMPTY));
        };
        *position = Value::int(cursor as i64);
        return Ok(Outcome::Value(key));
    }
    match object.as_typed() {
        Some(typed) if i < typed.len() => {
            *position = Value::int(i as i64 + 1);
            Ok(Outcome::Value(cx.heap.typed_get(typed, i)?))
        }
        _ => Ok(Outcome::Value(Value::EMPTY)),
    }
}
