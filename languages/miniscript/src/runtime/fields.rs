//! Fields: look-up by dot through the `__isa` chain and the type maps, with a recipe for inline caches.

use super::{Lang, Type, errors, index, isa, slot, takes_alternate};
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Error, Lookup, Outcome, Recipe, Result, Store};

/// `o.name`. `by_dot` is false for the form of brackets and references, which looks into no error value.
pub(crate) fn get(cx: &mut Context, lang: Lang, o: Value, name: StrRef, by_dot: bool) -> Result<Lookup> {
    if let Some(map) = o.as_map() {
        return get_from_map(cx, lang, map, name);
    }
    // Only lists and strings are read alike by dot and by brackets; for others there may be a detailed form.
    if !matches!(o.kind(), Some(Kind::List | Kind::Str)) && cx.has_alternate() {
        return Ok(Lookup { outcome: Outcome::Alternate, recipe: Recipe::None, home: Value::NIL });
    }
    if let Some(e) = errors::as_error(o) {
        if !by_dot {
            return Err(index::no_container(cx, lang, o));
        }
        if let Some(v) = errors::field(e, name.text()) {
            return Ok(Lookup::uncached(v));
        }
        if let Some(found) = in_type_map(cx, lang, slot::ERROR, name) {
            return Ok(found);
        }
        return Err(Error::runtime(format!("Undefined error field '{}'", name.text())));
    }
    let t = Type::of(o);
    if (by_dot || matches!(t, Type::List | Type::String))
        && let Some(slot) = t.slot()
        && let Some(found) = in_type_map(cx, lang, slot, name)
    {
        return Ok(found);
    }
    Err(match t {
        Type::List | Type::String => index::missing(cx, lang, o, name.value()),
        Type::Null if lang.v1() => {
            Error::runtime(format!("Type Error (while attempting to look up {})", name.text()))
        }
        _ => index::no_container(cx, lang, o),
    })
}

fn get_from_map(cx: &mut Context, lang: Lang, map: MapRef, name: StrRef) -> Result<Lookup> {
    if let Some((v, holder, recipe)) = cx.find_in_chain(map, name) {
        let home = cx.heap.map_proto(holder).map_or(Value::NIL, MapRef::value);
        return Ok(Lookup { outcome: Outcome::Value(v), recipe, home });
    }
    if lang.v1() {
        isa::check_chain(cx, map)?;
    }
    match in_type_map(cx, lang, slot::MAP, name) {
        Some(mut found) => {
            let bare = map.is_dictionary() && cx.heap.map_proto(map).is_none();
            if !bare && !chain_is_shaped(cx, map) {
                found.recipe = Recipe::None;
            }
            Ok(found)
        }
        None => Err(index::missing(cx, lang, map.value(), name.value())),
    }
}

/// A method of a type. The type maps are flagged as prototypes, so that caches notice changes of theirs.
fn in_type_map(cx: &mut Context, lang: Lang, slot: usize, name: StrRef) -> Option<Lookup> {
    let types = lang.type_map(cx, slot)?;
    let (v, _, found) = cx.find_in_chain(types, name)?;
    let recipe = match found {
        Recipe::Own { slot } => Recipe::Holder { map: types, slot },
        other => other,
    };
    Some(Lookup { outcome: Outcome::Value(v), recipe, home: Value::NIL })
}

/// Whether the shape of `map` and the epoch of prototypes stand for all that its chain does not have.
fn chain_is_shaped(cx: &Context, map: MapRef) -> bool {
    let mut holder = map;
    for _ in 0..isa::MAX_CHAIN {
        if holder.is_dictionary() {
            return false;
        }
        match cx.heap.map_proto(holder) {
            Some(next) => holder = next,
            None => return true,
        }
    }
    false
}

/// Whether the engine may store `o.name = v` itself.
pub(crate) fn set(cx: &mut Context, lang: Lang, o: Value) -> Result<Store> {
    if let Some(map) = o.as_map() {
        return if map.is_immutable() { Err(errors::frozen("map")) } else { Ok(Store::Plain) };
    }
    if takes_alternate(cx, o) {
        return Ok(Store::Done(Outcome::Alternate));
    }
    Err(index::cannot_set(cx, lang, o))
}
