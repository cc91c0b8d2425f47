//! Maps: keys in order of insertion, in two modes.
//!
//! A *shaped* map has a shape that knows its keys (interned strings) and an array of slots: right behind the
//! map as far as was foreseen, in storage of its own beyond that. A *dictionary* has a table. A map starts
//! shaped and becomes a dictionary for good when its keys stop looking like the fields of an object:
//! * a key that is no string is added, or one that the program computed ([`KeyOrigin::Computed`]);
//! * a key is removed, unless it is the one added last (then the shape steps back);
//! * it has more than [`MAX_FIELDS`] keys, unless it has flag `KEEP_SHAPE`;
//! * the table of shapes is full.
//!
//! The *prototype* of a map is part of its shape. It is given at creation ([`Heap::map_new`]) or stands under
//! the key `Heap::proto_key` as a visible entry ([`Heap::map_derive`], or storing it there). A map that is a
//! prototype has flag `PROTO`, and any change of its keys or its own prototype increments
//! `Heap::proto_epoch`, so that caches of inherited look-ups see it.
//!
//! Stores call the barrier of the map; the collector scans slots and tables with their owner.

use crate::address::at;
use crate::dict::init_dictionary;
use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::{Kind, Map, Values, flags};
use crate::list::{first_slot, retire};
use crate::refs::{MapRef, StrRef, ValueExt};
use crate::shape::ShapeId;
use crate::table::normalize_key;
use quadriga_value::Value;

/// Most keys of a shaped map without flag `KEEP_SHAPE`.
pub const MAX_FIELDS: usize = 128;
/// Most slots that stand right behind a map.
pub const MAX_INLINE_SLOTS: usize = 64;

/// Where a key comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyOrigin {
    /// The program's text: a field name.
    Constant,
    /// A computation: an index.
    Computed,
}

/// What makes two keys the same; `aux` of a map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyPolicy {
    /// Numbers by value, strings by text, everything else by identity.
    Content,
    /// Rules of the language, which does the probing itself; it numbers them from 1.
    User(u8),
}

impl MapRef {
    /// Number of entries.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.fields().count as usize
    }

    /// Whether there is no entry.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.fields().count == 0
    }

    /// The shape; [`ShapeId::NONE`] for a dictionary.
    #[inline(always)]
    pub fn shape(self) -> ShapeId {
        ShapeId(self.fields().shape)
    }

    /// Whether a table holds the entries.
    #[inline(always)]
    pub fn is_dictionary(self) -> bool {
        self.fields().shape == 0
    }

    /// Number of slots that a shaped map has room for.
    #[inline(always)]
    pub fn slot_capacity(self) -> usize {
        debug_assert!(!self.is_dictionary());
        self.fields().cap_or_table
    }

    /// The value in a slot of a shaped map.
    ///
    /// # Safety
    /// The map is shaped and has more than `slot` keys.
    #[inline(always)]
    pub unsafe fn slot(self, slot: usize) -> Value {
        debug_assert!(!self.is_dictionary() && slot < self.len());
        // SAFETY: the caller's promise.
        unsafe { *self.fields().slots.add(slot) }
    }

    /// How keys are compared.
    #[inline]
    pub fn key_policy(self) -> KeyPolicy {
        match self.fields().header.aux {
            0 => KeyPolicy::Content,
            n => KeyPolicy::User(n),
        }
    }

    /// The slots of a shaped map, one for each key.
    pub(crate) fn slots(&self) -> &[Value] {
        debug_assert!(!self.is_dictionary());
        // SAFETY: a shaped map has at least as many slots as keys, all initialised. They are not at null.
        unsafe { std::slice::from_raw_parts(self.fields().slots, self.len()) }
    }

    /// Where the slots stand that were made with the map.
    fn inline_slots(self) -> *mut Value {
        at::<Value>(self.address() + size_of::<Map>())
    }

    /// The storage of the slots; null if they stand behind the map.
    fn slot_storage(self) -> *mut Values {
        let slots = self.fields().slots;
        if slots == self.inline_slots() {
            return std::ptr::null_mut();
        }
        at::<Values>(slots.addr() - size_of::<Values>())
    }

    #[inline(always)]
    pub(crate) fn set_shape(self, shape: ShapeId, count: usize) {
        // SAFETY: a live map (module rule of `refs`), of which no borrow is held.
        unsafe {
            (*self.ptr()).shape = shape.0;
            (*self.ptr()).count = count as u32;
        }
    }
}

impl Heap {
    /// An empty shaped map with room for `slots` keys, without prototype.
    pub(crate) fn alloc_map(&mut self, slots: usize) -> Result<MapRef, HeapError> {
        let slots = slots.next_multiple_of(2).min(MAX_INLINE_SLOTS);
        let map = self.alloc_raw(Kind::Map, size_of::<Map>() + slots * size_of::<Value>())?.cast::<Map>();
        let (m, p) = (MapRef(map), map.as_ptr());
        // SAFETY: a fresh object of that size.
        unsafe {
            let first = m.inline_slots();
            (*p).shape = ShapeId::EMPTY.0;
            (*p).count = 0;
            (*p).slots = first;
            (*p).cap_or_table = slots;
            for i in 0..slots {
                *first.add(i) = Value::EMPTY;
            }
        }
        Ok(m)
    }

    /// An empty map that inherits from `proto`, with room for `hint` keys, or as many as maps with the same
    /// prototype have needed. The prototype is not an entry of the map.
    pub fn map_new(&mut self, proto: Option<MapRef>, hint: usize) -> Result<MapRef, HeapError> {
        let Some(proto) = proto else { return self.alloc_map(hint) };
        let known = self.shapes.root(Some(proto)).map_or(0, |root| self.shapes.slots_hint(root));
        let m = self.alloc_map(hint.max(known))?;
        proto.set_heap_flag(flags::PROTO);
        // The allocation may have swept an unused shape: it is asked for again.
        match self.shapes.root(Some(proto)) {
            Some(root) => m.set_shape(root, 0),
            None => {
                // SAFETY: the map is fresh.
                unsafe { init_dictionary(m.ptr()) };
                m.set_dict_proto(Some(proto));
            }
        }
        Ok(m)
    }

    /// A map that inherits from `proto` because it has the entry `proto_key: proto`, with room for `hint`
    /// more keys. If the heap has no `proto_key`, like [`Heap::map_new`].
    pub fn map_derive(&mut self, proto: MapRef, hint: usize) -> Result<MapRef, HeapError> {
        let Some(key) = self.proto_key else { return self.map_new(Some(proto), hint) };
        let known = self.derived_shape(key, proto).map_or(0, |shape| self.shapes.slots_hint(shape));
        let m = self.alloc_map(known.max(hint + 1))?;
        match self.derived_shape(key, proto) {
            Some(shape) => {
                proto.set_heap_flag(flags::PROTO);
                m.set_shape(shape, 1);
                // SAFETY: the fresh map has room for a slot.
                unsafe { *m.inline_slots() = proto.value() };
            }
            None => self.map_set(m, key.value(), proto.value(), KeyOrigin::Constant)?,
        }
        Ok(m)
    }

    fn derived_shape(&mut self, key: StrRef, proto: MapRef) -> Option<ShapeId> {
        self.shapes.add(ShapeId::EMPTY, key, Some(Some(proto)))
    }

    /// A map of a known shape with room for at least `capacity` keys; the caller stores all values (they
    /// are `EMPTY` until then). `None` if the allocation collected and freed the shape: caches are stale.
    pub fn map_with_shape(&mut self, shape: ShapeId, capacity: usize) -> Result<Option<MapRef>, HeapError> {
        let count = self.shapes.count(shape);
        let generation = self.shapes_generation;
        let m = self.alloc_map(capacity.max(count))?;
        if self.shapes_generation != generation && !self.shapes.is_live(shape) {
            return Ok(None);
        }
        if count > m.slot_capacity() {
            self.grow_slots(m, count)?;
            if self.shapes_generation != generation && !self.shapes.is_live(shape) {
                return Ok(None);
            }
        }
        m.set_shape(shape, count);
        Ok(Some(m))
    }

    /// An empty dictionary.
    pub fn dictionary_new(&mut self) -> Result<MapRef, HeapError> {
        let map = self.alloc_raw(Kind::Map, size_of::<Map>())?.cast::<Map>();
        // SAFETY: a fresh object of that size.
        unsafe { init_dictionary(map.as_ptr()) };
        Ok(MapRef(map))
    }

    /// An empty dictionary with room for `entries` entries whose keys are compared by `policy`.
    pub fn dictionary_with(&mut self, policy: KeyPolicy, entries: usize) -> Result<MapRef, HeapError> {
        let m = self.dictionary_new()?;
        self.set_key_policy(m, policy)?;
        if entries > 0 {
            let table = self.alloc_table(entries)?;
            self.put_table(m, table);
        }
        Ok(m)
    }

    /// Chooses how the keys of `m` are compared; another rule than the usual one makes it a dictionary.
    pub fn set_key_policy(&mut self, m: MapRef, policy: KeyPolicy) -> Result<(), HeapError> {
        let aux = match policy {
            KeyPolicy::Content => 0,
            KeyPolicy::User(n) => n,
        };
        if aux != 0 {
            self.make_dictionary(m)?;
        }
        // SAFETY: a live map, of which no borrow is held.
        unsafe { (*m.ptr()).header.aux = aux };
        Ok(())
    }

    /// Own value under `key`.
    #[inline]
    pub fn map_get(&self, m: MapRef, key: Value) -> Option<Value> {
        if m.is_dictionary() {
            self.dict_get(m, normalize_key(key))
        } else {
            self.map_get_str(m, key.as_str()?)
        }
    }

    /// Own value under a string.
    #[inline]
    pub fn map_get_str(&self, m: MapRef, key: StrRef) -> Option<Value> {
        if m.is_dictionary() {
            let table = m.table()?;
            let i = table.find_str(key, key.hash() as u64)?;
            return m.entry_value(table, i);
        }
        let slot = self.shapes.lookup(m.shape(), self.interned(key)?)?;
        // SAFETY: the shape has the key in this slot.
        let value = unsafe { m.slot(slot) };
        (!value.is_empty()).then_some(value)
    }

    /// Whether `m` itself has `key`.
    #[inline]
    pub fn map_has(&self, m: MapRef, key: Value) -> bool {
        self.map_get(m, key).is_some()
    }

    /// Stores `value` under `key`.
    #[inline]
    pub fn map_set(
        &mut self,
        m: MapRef,
        key: Value,
        value: Value,
        origin: KeyOrigin,
    ) -> Result<(), HeapError> {
        if m.is_dictionary() {
            let key = self.storable_key(key)?;
            self.dict_set(m, key, value)
        } else {
            self.shaped_set(m, key, value, origin)
        }
    }

    /// `key` as tables hold it: normalised, and no rope.
    #[inline]
    fn storable_key(&mut self, key: Value) -> Result<Value, HeapError> {
        let key = normalize_key(key);
        if let Some(s) = key.as_str() {
            self.flatten(s)?;
        }
        Ok(key)
    }

    fn shaped_set(
        &mut self,
        m: MapRef,
        key: Value,
        value: Value,
        origin: KeyOrigin,
    ) -> Result<(), HeapError> {
        if let Some(name) = key.as_str() {
            let keep = m.has_flag(flags::KEEP_SHAPE);
            let may_add = keep || (origin == KeyOrigin::Constant && m.len() < MAX_FIELDS);
            if let Some(known) = self.interned(name) {
                if may_add
                    && m.len() < m.slot_capacity()
                    && self.proto_key != Some(known)
                    && let Some(child) = self.shapes.transition(m.shape(), known)
                {
                    // SAFETY: the shape has a child for the key, so the key is new; there is a free slot.
                    unsafe { self.add_slot(m, child, value) };
                    return Ok(());
                }
                if let Some(slot) = self.shapes.lookup(m.shape(), known) {
                    return self.set_field(m, known, slot, value);
                }
            }
            if may_add {
                return self.add_field(m, name, value);
            }
        }
        self.make_dictionary(m)?;
        let key = self.storable_key(key)?;
        self.dict_set(m, key, value)
    }

    /// Stores into an existing slot.
    #[inline]
    fn set_field(&mut self, m: MapRef, key: StrRef, slot: usize, value: Value) -> Result<(), HeapError> {
        if self.proto_key == Some(key) && value.as_map() != self.shapes.proto(m.shape()) {
            match self.shapes.with_proto(m.shape(), key, value.as_map()) {
                Some(shape) => m.set_shape(shape, m.len()),
                None => {
                    self.make_dictionary(m)?;
                    return self.dict_set(m, key.value(), value);
                }
            }
            if let Some(proto) = value.as_map() {
                proto.set_heap_flag(flags::PROTO);
            }
            self.keys_changed(m);
        }
        // SAFETY: the shape has the key in this slot; `m` is a live map.
        unsafe {
            *m.fields().slots.add(slot) = value;
            self.barrier(m.header());
        }
        Ok(())
    }

    /// Adds a key that the shaped map does not have.
    #[inline(never)]
    fn add_field(&mut self, m: MapRef, key: StrRef, value: Value) -> Result<(), HeapError> {
        let key = self.intern_str(key)?;
        let slot = m.len();
        if slot >= m.slot_capacity() {
            self.grow_slots(m, slot + 1)?;
        }
        // No allocation from here to the store of the shape: nothing else keeps a new shape.
        let proto = if self.proto_key == Some(key) { value.as_map() } else { None };
        match self.shapes.add(m.shape(), key, proto.map(Some)) {
            Some(shape) => m.set_shape(shape, slot + 1),
            None => {
                self.make_dictionary(m)?;
                return self.dict_set(m, key.value(), value);
            }
        }
        if let Some(proto) = proto {
            proto.set_heap_flag(flags::PROTO);
        }
        // SAFETY: there is room for the slot; `m` is a live map.
        unsafe {
            *m.fields().slots.add(slot) = value;
            self.barrier(m.header());
        }
        self.keys_changed(m);
        Ok(())
    }

    /// Gives a shaped map room for at least `need` slots. May collect and free shapes that no map has: an id
    /// that the caller holds is stale if `shapes_generation` has changed.
    #[inline(never)]
    pub fn grow_slots(&mut self, m: MapRef, need: usize) -> Result<(), HeapError> {
        let have = m.slot_capacity();
        if need <= have {
            return Ok(());
        }
        let capacity = need.max(have * 2).next_multiple_of(2).max(4);
        let storage = self.alloc_values(capacity)?;
        let first = first_slot(storage);
        let p = m.ptr();
        // SAFETY: the new storage has room for all slots; no borrow of the map is held.
        unsafe {
            std::ptr::copy_nonoverlapping((*p).slots, first, (*p).count as usize);
            retire(m.slot_storage());
            (*p).slots = first;
            (*p).cap_or_table = capacity;
            self.barrier(m.header());
        }
        self.shapes.note_slots(m.shape(), need.min(MAX_INLINE_SLOTS));
        Ok(())
    }

    /// Stores into a slot of a shaped map: the fast path of a field that is no prototype.
    ///
    /// # Safety
    /// The map is shaped and has more than `slot` keys; the key is not `proto_key`.
    #[inline(always)]
    pub unsafe fn set_slot(&mut self, m: MapRef, slot: usize, value: Value) {
        debug_assert!(!m.is_dictionary() && slot < m.len());
        // SAFETY: the caller's promise.
        unsafe {
            *m.fields().slots.add(slot) = value;
            self.barrier(m.header());
        }
    }

    /// Adds the key that leads to `shape`: the fast path of a new field.
    ///
    /// # Safety
    /// `shape` is the child of the map's shape for a key that is not `proto_key`, and the map has a free slot.
    #[inline(always)]
    pub unsafe fn add_slot(&mut self, m: MapRef, shape: ShapeId, value: Value) {
        let slot = m.len();
        debug_assert!(slot < m.slot_capacity() && self.shapes.parent(shape) == m.shape());
        // SAFETY: the caller's promise.
        unsafe {
            m.set_shape(shape, slot + 1);
            *m.fields().slots.add(slot) = value;
            self.barrier(m.header());
        }
        self.keys_changed(m);
    }

    /// Keys or prototype of `m` changed: caches of look-ups through it are stale.
    #[inline(always)]
    pub(crate) fn keys_changed(&mut self, m: MapRef) {
        if m.has_flag(flags::PROTO) {
            self.proto_epoch = self.proto_epoch.wrapping_add(1);
            if self.proto_epoch == 0 {
                // Epochs repeat from here on: caches of the first round must be gone.
                self.shapes_generation = self.shapes_generation.wrapping_add(1);
            }
        }
    }

    #[inline]
    pub(crate) fn is_proto_key(&self, key: Value) -> bool {
        match (self.proto_key, key.as_str()) {
            (Some(proto_key), Some(key)) => crate::string::str_eq(proto_key, key),
            _ => false,
        }
    }

    /// What `m` inherits from.
    #[inline]
    pub fn map_proto(&self, m: MapRef) -> Option<MapRef> {
        if m.is_dictionary() { m.dict_proto() } else { self.shapes.proto(m.shape()) }
    }

    /// Turns a shaped map into a dictionary; does nothing to a dictionary.
    #[inline]
    pub fn make_dictionary(&mut self, m: MapRef) -> Result<(), HeapError> {
        if m.is_dictionary() { Ok(()) } else { self.leave_shape(m) }
    }

    #[cold]
    fn leave_shape(&mut self, m: MapRef) -> Result<(), HeapError> {
        let table = if m.is_empty() { None } else { Some(self.alloc_table(m.len() + 1)?) };
        let mut count = 0;
        if let Some(table) = table {
            for (key, &value) in self.shapes.keys(m.shape()).iter().zip(m.slots()) {
                if !value.is_empty() {
                    table.push(key.value(), value, key.hash() as u64);
                    count += 1;
                }
            }
        }
        let proto = self.shapes.proto(m.shape());
        // SAFETY: the slots are copied; nobody uses them any more.
        unsafe { retire(m.slot_storage()) };
        m.set_shape(ShapeId::NONE, count);
        m.set_dict_proto(proto);
        // SAFETY: a live map, of which no borrow is held.
        unsafe {
            (*m.ptr()).cap_or_table = table.map_or(0, |table| table.ptr().expose_provenance());
            self.barrier(m.header());
        }
        self.keys_changed(m);
        Ok(())
    }
}
