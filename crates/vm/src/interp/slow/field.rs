//! Fields: the further entries of polymorphic sites, the dialect's look-up, and what caches learn.

use super::variable::is_callable;
use super::{Pc, finish, finish_as};
use crate::context::Context;
use crate::dialect::{Lookup, Outcome, Recipe, Store};
use crate::error::Result;
use crate::frame::ReturnKind;
use crate::instance::{FunctionInstance, NO_SHAPE, POLY_MAX, PolyCache, PolyEntry};
use crate::interp::ops::{recipe, shape_of};
use crate::lookup_cache::DICTIONARY;
use quadriga_bytecode::Insn;
use quadriga_heap::{MapRef, StrRef, ValueExt};
use quadriga_value::Value;

/// A field as found through a cache or the dialect.
struct Found {
    outcome: Outcome,
    home: Value,
}

fn name_of(cx: &Context, index: usize) -> StrRef {
    cx.constant(index).as_str().expect("verified: a name")
}

fn shape(v: Value) -> u32 {
    // SAFETY: `v` is a value of this context that is in use.
    unsafe { shape_of(v) }
}

/// The cache words of the instruction.
fn cache_words(cx: &Context) -> *mut u64 {
    cx.pc.cast_mut()
}

/// Entries beyond the first at this site.
fn poly_of(cx: &mut Context) -> Option<&mut PolyCache> {
    let cache = cache_words(cx);
    // SAFETY: the instruction has three or four cache words; the last half of the third is the number
    // of the poly cache plus one.
    let index = unsafe { (*cache.add(2) >> 32) as usize };
    let instance = instance_mut(cx);
    instance.poly.get_mut(index.checked_sub(1)?)
}

fn instance_mut(cx: &mut Context) -> &mut FunctionInstance {
    // SAFETY: instances are owned by the context, and `&mut cx` excludes other users.
    unsafe { &mut *cx.instance_ptr().expect("a function runs") }
}

fn entry_value(cx: &Context, o: Value, key: u64, holder: u64, epoch: u32) -> Option<Value> {
    let slot = (key >> 32) as u16 as usize;
    let map = match key >> 48 {
        recipe::OWN => o.as_map()?,
        recipe::HOLDER if epoch == cx.heap.proto_epoch => {
            // SAFETY: while the epoch lasts, the holder is in the prototype chain that the receiver's
            // shape stands for, and so alive.
            unsafe { MapRef::from_ptr(std::ptr::with_exposed_provenance_mut(holder as usize)) }
        }
        _ => return None,
    };
    // SAFETY: the shape that the key names has this slot.
    Some(unsafe { *(*map.ptr()).slots.add(slot) })
}

/// Looks a field up: poly cache, then dialect; fills the caches.
fn find(cx: &mut Context, o: Value, name: StrRef, has_home: bool) -> Result<Found> {
    let wanted = shape(o);
    if let Some(poly) = poly_of(cx) {
        let hit = poly.entries.iter().find(|e| e.key as u32 == wanted).copied();
        if let Some(e) = hit
            && let Some(v) = entry_value(cx, o, e.key, e.holder, e.epoch)
        {
            return Ok(Found { outcome: Outcome::Value(v), home: Value::from_bits(e.home) });
        }
    }
    // The site knows no answer; the context may.
    let general = match o.as_map() {
        Some(map) if map.is_dictionary() => {
            let absent = cx.heap.map_proto(map).is_none() && cx.heap.map_get_str(map, name).is_none();
            if absent { DICTIONARY } else { 0 }
        }
        Some(_) => wanted,
        None => 0,
    };
    let dialect = cx.instance().map_or(0, |i| i.dialect);
    if general != 0
        && let Some(e) = cx.lookups.get(general, name.address(), dialect)
        && let Some(v) = entry_value(cx, o, e.key, e.holder, e.epoch)
    {
        if general == wanted {
            store_entry(cx, e, has_home);
        }
        return Ok(Found { outcome: Outcome::Value(v), home: Value::from_bits(e.home) });
    }
    let generation = cx.heap.shapes_generation;
    let Lookup { outcome, recipe, home } = cx.dialect_ref().get_field(cx, o, name)?;
    // A look-up that collected may have freed the shape, and its number may mean another one by now; one
    // that gave the receiver another shape has answered for that.
    let same = generation == cx.heap.shapes_generation && shape(o) == wanted;
    if matches!(outcome, Outcome::Value(_)) && same {
        let wanted = if general == 0 { wanted } else { general };
        remember(cx, o, wanted, recipe, home, has_home).inspect(|&e| {
            if general != 0 {
                cx.lookups.set(name.address(), dialect, e);
            }
        });
    }
    Ok(Found { outcome, home })
}

/// Keeps an answer at the site, for receivers like `o`, which `wanted` stands for. Returns the entry if it
/// can be kept.
fn remember(
    cx: &mut Context,
    o: Value,
    wanted: u32,
    found: Recipe,
    home: Value,
    has_home: bool,
) -> Option<PolyEntry> {
    let (kind, slot, holder) = match found {
        Recipe::None => return None,
        Recipe::Own { slot } => (recipe::OWN, slot, 0),
        Recipe::Holder { map, slot } => (recipe::HOLDER, slot, map.address() as u64),
    };
    // A home that is the receiver would be that of the first receiver for all of its shape.
    if wanted == 0 || slot > u16::MAX as u32 || home.is_object() && home == o {
        return None;
    }
    let key = wanted as u64 | (slot as u64) << 32 | kind << 48;
    let entry = PolyEntry { key, holder, epoch: cx.heap.proto_epoch, home: home.bits() };
    if wanted == DICTIONARY {
        // The fast path does not know dictionaries.
        return (kind == recipe::HOLDER).then_some(entry);
    }
    store_entry(cx, entry, has_home);
    Some(entry)
}

/// Keeps the slot of an own field at the site; not for other sites, which want to know the home as well.
fn remember_own(cx: &mut Context, o: Value, slot: u32) {
    let wanted = shape(o);
    if wanted != 0 && slot <= u16::MAX as u32 {
        let key = wanted as u64 | (slot as u64) << 32 | recipe::OWN << 48;
        store_entry(cx, PolyEntry { key, holder: 0, epoch: 0, home: 0 }, false);
    }
}

/// Puts an entry into the first cache if that is free or is the outdated entry of the same shape, else
/// among the further ones.
fn store_entry(cx: &mut Context, entry: PolyEntry, has_home: bool) {
    let cache = cache_words(cx);
    // SAFETY: three cache words, four if the instruction keeps homes.
    unsafe {
        let first = *cache as u32;
        if first == NO_SHAPE as u32 || first == entry.key as u32 {
            *cache = entry.key;
            *cache.add(1) = entry.holder;
            *cache.add(2) = (*cache.add(2) & !0xFFFF_FFFF) | entry.epoch as u64;
            if has_home {
                *cache.add(3) = entry.home;
            }
            return;
        }
        if *cache.add(2) >> 32 == 0 {
            let instance = instance_mut(cx);
            instance.poly.push(PolyCache::default());
            let index = instance.poly.len() as u64;
            *cache.add(2) |= index << 32;
        }
    }
    let Some(poly) = poly_of(cx) else { return };
    if let Some(e) = poly.entries.iter_mut().find(|e| e.key as u32 == entry.key as u32) {
        *e = entry;
    } else if poly.entries.len() < POLY_MAX {
        poly.entries.push(entry);
    } else {
        poly.megamorphic = true;
    }
}

pub(super) fn get_field(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, name) = (cx.register(w.b()), name_of(cx, w.c()));
    let found = find(cx, o, name, false)?;
    finish(cx, w, found.outcome, w.a())
}

pub(super) fn get_field_x(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, name) = (cx.register(w.b()), name_of(cx, w.c()));
    let found = find(cx, o, name, true)?;
    match found.outcome {
        Outcome::Value(callee) if is_callable(callee) => {
            let this = if w.x() != 0 { cx.register(1) } else { o };
            super::call_found(cx, w, callee, this, found.home)
        }
        other => finish(cx, w, other, w.a()),
    }
}

pub(super) fn get_method(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, name) = (cx.register(w.b()), name_of(cx, w.c()));
    let this = if w.x() != 0 { cx.register(1) } else { o };
    let found = find(cx, o, name, true)?;
    if matches!(found.outcome, Outcome::Alternate) {
        return super::take_alternate(cx);
    }
    cx.set_register(w.a() + 1, this);
    cx.set_register(w.a() + 2, found.home);
    finish(cx, w, found.outcome, w.a())
}

pub(super) fn get_own(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, name) = (cx.register(w.b()), name_of(cx, w.c()));
    if let Some(map) = o.as_map()
        && let Some(v) = cx.heap.map_get(map, name.value())
    {
        if let Some(slot) = cx.own_slot(map, name) {
            remember_own(cx, o, slot);
        }
        cx.set_register(w.a(), v);
        return Ok(cx.after(w));
    }
    if cx.has_alternate() {
        return super::take_alternate(cx);
    }
    let outcome = cx.dialect_ref().unassigned(cx, crate::dialect::VariableKind::Local, name.text())?;
    finish(cx, w, outcome, w.a())
}

pub(super) fn set_field(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (o, v, name) = (cx.register(w.a()), cx.register(w.b()), name_of(cx, w.c()));
    match cx.dialect_ref().set_field(cx, o, name, v)? {
        Store::Done(outcome) => finish_as(cx, w, outcome, ReturnKind::Discard.with(0)),
        Store::Plain => {
            let map = o.as_map().expect("a dialect answers `Plain` for maps only");
            let before = shape(o);
            cx.map_set_field(map, name, v)?;
            let after = shape(o);
            // Storing a prototype changes the shape of a map that has the field already.
            if before != 0
                && after != 0
                && cx.heap.proto_key != Some(name)
                && let Some(slot) = cx.own_slot(map, name)
            {
                if before == after {
                    remember_own(cx, o, slot);
                } else if cx.is_transition(before, name, after) && slot <= u16::MAX as u32 {
                    let key = before as u64 | (slot as u64) << 32 | recipe::ADD << 48;
                    let entry = PolyEntry { key, holder: after as u64, epoch: 0, home: 0 };
                    store_entry(cx, entry, false);
                }
            }
            Ok(cx.after(w))
        }
    }
}
