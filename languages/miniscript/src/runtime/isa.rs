//! The `isa` operator, and `new`.

use super::{Lang, TYPE_MAPS, Type, errors};
use quadriga_vm::heap::{KeyOrigin, MapRef, RecordRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Error, Result};

/// Links of an `__isa` chain that are followed; longer ones are taken for cycles.
pub(crate) const MAX_CHAIN: usize = 256;

/// `x isa t`.
pub(crate) fn isa(cx: &Context, lang: Lang, x: Value, t: Value) -> Result<bool> {
    if t.is_nil() {
        return Ok(x.is_nil());
    }
    if x == t && (t.as_map().is_some() || errors::is_error(t)) {
        return Ok(!lang.v1());
    }
    let inherits = match (x.as_map(), errors::as_error(x)) {
        (Some(map), _) => map_inherits(cx, lang, map, t)?,
        (_, Some(e)) => error_inherits(e, t),
        _ => false,
    };
    Ok(inherits || is_type_map_of(cx, lang, x, t))
}

fn is_type_map_of(cx: &Context, lang: Lang, x: Value, t: Value) -> bool {
    Type::of(x).slot().is_some_and(|slot| lang.slot(cx, slot) == t)
}

fn map_inherits(cx: &Context, lang: Lang, map: MapRef, t: Value) -> Result<bool> {
    let mut current = map;
    for _ in 0..MAX_CHAIN {
        let Some(link) = link_of(cx, current) else { return Ok(false) };
        if link == t {
            return Ok(true);
        }
        match link.as_map() {
            Some(next) => current = next,
            None => return Ok(false),
        }
    }
    if lang.v1() { Err(endless()) } else { Ok(false) }
}

#[cold]
fn endless() -> Error {
    Error::runtime("__isa depth exceeded (perhaps a reference loop?)")
}

/// 1.x: fails if the chain of a map, in which something was not found, has no end.
#[cold]
pub(crate) fn check_chain(cx: &Context, map: MapRef) -> Result<()> {
    let mut current = map;
    for _ in 0..MAX_CHAIN {
        match cx.heap.map_proto(current) {
            Some(next) => current = next,
            None => return Ok(()),
        }
    }
    Err(endless())
}

/// What stands under `__isa` in the map itself; it need not be a map.
fn link_of(cx: &Context, map: MapRef) -> Option<Value> {
    if let Some(proto) = cx.heap.map_proto(map) {
        return Some(proto.value());
    }
    cx.heap.map_get_str(map, cx.heap.proto_key?)
}

fn error_inherits(e: RecordRef, t: Value) -> bool {
    let mut current = e;
    for _ in 0..MAX_CHAIN {
        let link = errors::parent(current);
        if link == t {
            return true;
        }
        match errors::as_error(link) {
            Some(next) => current = next,
            None => return false,
        }
    }
    false
}

/// `new prototype`.
pub(crate) fn new_object(cx: &mut Context, lang: Lang, prototype: Value) -> Result<Value> {
    if let Some(proto) = prototype.as_map() {
        if lang.v1() {
            check_v1(cx, lang, prototype)?;
        }
        return Ok(cx.heap.map_derive(proto, 0)?.value());
    }
    if lang.v1() {
        return Err(Error::runtime("argument to 'new' must be a map"));
    }
    let map = cx.heap.map_new(None, 1)?;
    if let Some(key) = cx.heap.proto_key {
        cx.heap.map_set(map, key.value(), prototype, KeyOrigin::Constant)?;
    }
    Ok(map.value())
}

/// 1.x refuses the type maps.
fn check_v1(cx: &Context, lang: Lang, prototype: Value) -> Result<()> {
    let name = TYPE_MAPS.iter().find(|(slot, _)| lang.slot(cx, *slot) == prototype).map(|(_, name)| *name);
    let (thing, how) = match name {
        Some("string") => ("a string", "use quotes, e.g. \"foo\""),
        Some("list") => ("a list", "use square brackets, e.g. [1,2]"),
        Some("number") => ("a number", "use a numeric literal, e.g. 42"),
        Some("funcRef") => ("a function", "use the 'function' keyword"),
        _ => return Ok(()),
    };
    Err(Error::runtime(format!("invalid use of 'new'; to create {thing}, {how}")))
}
