//! Frozen lists and maps.

use super::{Aside, Work};
use quadriga_vm::heap::layout::{ListKind, flags};
use quadriga_vm::heap::{ListRef, MapRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Result};
use std::collections::HashMap;

/// Whether this is a frozen container.
pub(crate) fn is_frozen(v: Value) -> bool {
    v.as_list().is_some_and(ListRef::is_immutable) || v.as_map().is_some_and(MapRef::is_immutable)
}

/// Whether a list can hold containers at all.
fn holds_objects(list: ListRef) -> bool {
    list.list_kind() == ListKind::Any
}

/// Freezes a container and all containers in it. Those that wait are known by address, which does not change;
/// all of them are reachable from `v`.
pub(crate) fn freeze(cx: &mut Context, v: Value) -> Result<()> {
    let result = Aside::with(cx, |cx, aside| freeze_all(cx, v, aside));
    // Counting may collect: the value stays where the collector looks.
    std::hint::black_box(v);
    result
}

fn freeze_all(cx: &mut Context, v: Value, aside: &mut Aside) -> Result<()> {
    let mut work = Work::default();
    let mut waiting: Vec<usize> = Vec::new();
    mark(cx, v, &mut waiting, aside)?;
    while let Some(address) = waiting.pop() {
        let container = Value::from_address(address);
        if let Some(list) = container.as_list() {
            for i in 0..list.len() {
                work.step(cx)?;
                mark(cx, list.get(i), &mut waiting, aside)?;
            }
        } else if let Some(map) = container.as_map() {
            let mut cursor = 0;
            while let Some((key, value)) = cx.heap.map_next(map, &mut cursor) {
                work.step(cx)?;
                mark(cx, key, &mut waiting, aside)?;
                mark(cx, value, &mut waiting, aside)?;
            }
        }
    }
    work.pay(cx)
}

/// Freezes one container; what it holds waits, unless it was frozen before (then its contents are, too).
fn mark(cx: &mut Context, v: Value, waiting: &mut Vec<usize>, aside: &mut Aside) -> Result<()> {
    if let Some(list) = v.as_list() {
        if !list.is_immutable() {
            list.set_flag(flags::IMMUTABLE);
            if holds_objects(list) {
                aside.push(cx, waiting, list.address())?;
            }
        }
    } else if let Some(map) = v.as_map()
        && !map.is_immutable()
    {
        map.set_flag(flags::IMMUTABLE);
        aside.push(cx, waiting, map.address())?;
    }
    Ok(())
}

/// A deep frozen copy; what is frozen already is shared.
pub(crate) fn frozen_copy(cx: &mut Context, v: Value) -> Result<Value> {
    Aside::with(cx, |cx, aside| {
        let copies = cx.heap.list_new(0)?;
        let mut copier = Copier { copies, known: HashMap::new(), work: Work::default(), aside };
        let copy = copier.copy(cx, v)?;
        copier.work.pay(cx)?;
        Ok(copy)
    })
}

struct Copier<'a> {
    /// All copies, so that the collector sees them.
    copies: ListRef,
    /// Address of a container that was or is being copied, and the position of its copy.
    known: HashMap<usize, usize>,
    work: Work,
    aside: &'a mut Aside,
}

impl Copier<'_> {
    fn copy(&mut self, cx: &mut Context, v: Value) -> Result<Value> {
        if is_frozen(v) {
            return Ok(v);
        }
        if let Some(&i) = v.as_address().and_then(|address| self.known.get(&address)) {
            return Ok(self.copies.get(i));
        }
        cx.check_native_stack()?;
        if let Some(list) = v.as_list() {
            return self.copy_list(cx, list);
        }
        match v.as_map() {
            Some(map) => self.copy_map(cx, map),
            None => Ok(v),
        }
    }

    fn remember(&mut self, cx: &mut Context, original: usize, copy: Value) -> Result<()> {
        self.aside.insert(cx, &mut self.known, original, self.copies.len())?;
        Ok(cx.heap.list_push(self.copies, copy)?)
    }

    fn copy_list(&mut self, cx: &mut Context, list: ListRef) -> Result<Value> {
        cx.charge(list.len() as u64)?;
        let copy = cx.heap.copy_list(list)?;
        self.remember(cx, list.address(), copy.value())?;
        if holds_objects(copy) {
            for i in 0..copy.len() {
                self.work.step(cx)?;
                let element = copy.get(i);
                if element.is_object() {
                    let element = self.copy(cx, element)?;
                    cx.heap.list_set(copy, i, element)?;
                }
            }
        }
        copy.set_flag(flags::IMMUTABLE);
        Ok(copy.value())
    }

    fn copy_map(&mut self, cx: &mut Context, map: MapRef) -> Result<Value> {
        // Keys may be containers: the copy is built entry by entry.
        let copy = cx.heap.map_new(None, map.len().min(64))?;
        self.remember(cx, map.address(), copy.value())?;
        let mut cursor = 0;
        while let Some((key, value)) = cx.heap.map_next(map, &mut cursor) {
            self.work.step(cx)?;
            let key = self.copy(cx, key)?;
            let value = self.copy(cx, value)?;
            match key.as_str() {
                Some(name) if !map.is_dictionary() => cx.map_set_field(copy, name, value)?,
                _ => cx.map_set(copy, key, value)?,
            }
        }
        copy.set_flag(flags::IMMUTABLE);
        Ok(copy.value())
    }
}
