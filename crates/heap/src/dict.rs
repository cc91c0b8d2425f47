//! Dictionary mode of maps: everything stands in a table.
//!
//! Keys are normalised before they come here. A dictionary whose shape fields are gone keeps its prototype
//! in `Map::slots`, so that inheriting from one costs no look-up. The functions here keep `count`, the
//! prototype and the epoch right; `map.rs` chooses between them and the shaped mode.
//!
//! Also here: probing that user code may interrupt ([`ProbeState`]), for maps whose equality is a method of
//! the keys, and name spaces, whose values are boxes ([`Heap::cell`]).

use crate::address::at;
use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::{Kind, Map, Table, flags};
use crate::refs::{BoxRef, MapRef, StrRef, ValueExt};
use crate::table::{MAX_ENTRIES, TableRef, capacity_for, hash_key, table_bytes};
use quadriga_value::Value;

impl MapRef {
    /// The table of a dictionary; none if it is empty, or shaped.
    #[inline(always)]
    pub(crate) fn table(self) -> Option<TableRef> {
        if !self.is_dictionary() {
            return None;
        }
        // SAFETY: a dictionary holds the address of a live table, or 0.
        unsafe { TableRef::from_ptr(at::<Table>(self.fields().cap_or_table)) }
    }

    /// Leaves a dictionary without table, and the table without entries: see `list::retire`.
    pub(crate) fn remove_table(self) {
        if let Some(table) = self.table() {
            table.retire();
        }
        // SAFETY: a live map (module rule of `refs`), of which no borrow is held.
        unsafe { (*self.ptr()).cap_or_table = 0 }
    }

    #[inline(always)]
    pub(crate) fn set_count(self, count: usize) {
        // SAFETY: a live map (module rule of `refs`), of which no borrow is held.
        unsafe { (*self.ptr()).count = count as u32 }
    }

    /// The box in entry `i` of a name space.
    #[inline(always)]
    fn entry_box(self, table: TableRef, i: usize) -> BoxRef {
        debug_assert!(self.has_flag(flags::CELLS));
        // SAFETY: the values of a name space are boxes.
        unsafe { BoxRef::from_value_unchecked(table.entry(i).value) }
    }

    /// The value of entry `i`; `None` for a name without value.
    #[inline(always)]
    pub(crate) fn entry_value(self, table: TableRef, i: usize) -> Option<Value> {
        if self.has_flag(flags::CELLS) {
            let v = self.entry_box(table, i).get();
            (!v.is_empty()).then_some(v)
        } else {
            Some(table.entry(i).value)
        }
    }

    /// The prototype of a dictionary.
    #[inline(always)]
    pub(crate) fn dict_proto(self) -> Option<MapRef> {
        let proto = self.fields().slots;
        // SAFETY: a dictionary holds the address of a map in `slots`, or null.
        if proto.is_null() { None } else { Some(unsafe { MapRef::from_ptr(at(proto.addr())) }) }
    }

    /// Sets the prototype of a dictionary; the caller does the barrier.
    pub(crate) fn set_dict_proto(self, proto: Option<MapRef>) {
        if let Some(proto) = proto {
            proto.set_heap_flag(flags::PROTO);
        }
        // SAFETY: a live map, of which no borrow is held.
        unsafe { (*self.ptr()).slots = proto.map_or(std::ptr::null_mut(), |p| p.ptr().cast()) }
    }
}

impl Heap {
    /// A table with room for at least `entries`.
    pub(crate) fn alloc_table(&mut self, entries: usize) -> Result<TableRef, HeapError> {
        if entries > MAX_ENTRIES {
            return Err(HeapError::TooLarge { what: "map", max: MAX_ENTRIES });
        }
        let capacity = capacity_for(entries);
        let table = self.alloc_raw(Kind::Table, table_bytes(capacity))?.cast::<Table>();
        let stamp = self.new_stamp();
        // SAFETY: a fresh object of kind and size.
        Ok(unsafe { TableRef::init(table.as_ptr(), capacity, stamp) })
    }

    fn new_stamp(&mut self) -> u64 {
        self.next_stamp += 1;
        self.next_stamp
    }

    /// The table of `m` with room for one more entry. Entries move if the old table was used up.
    fn table_with_room(&mut self, m: MapRef) -> Result<TableRef, HeapError> {
        match m.table() {
            Some(table) if table.used() < table.capacity() => Ok(table),
            old => self.new_table(m, old),
        }
    }

    #[inline(never)]
    fn new_table(&mut self, m: MapRef, old: Option<TableRef>) -> Result<TableRef, HeapError> {
        let live = match old {
            Some(table) if m.has_flag(flags::CELLS) => {
                (table.first()..table.used()).filter(|&i| !table.entry(i).key.is_empty()).count()
            }
            _ => m.len(),
        };
        let table = match self.alloc_table(live * 2) {
            Ok(table) => table,
            // Near the limit: room for the next entry, not more.
            Err(_) => self.alloc_table(live + 1)?,
        };
        if let Some(old) = old {
            copy_entries(old, table);
        }
        m.remove_table();
        self.put_table(m, table);
        Ok(table)
    }

    pub(crate) fn put_table(&mut self, m: MapRef, table: TableRef) {
        // SAFETY: a live map, of which no borrow is held.
        unsafe {
            (*m.ptr()).cap_or_table = table.ptr().expose_provenance();
            self.barrier(m.header());
        }
    }

    /// The entry of `key` in a dictionary.
    #[inline]
    pub(crate) fn dict_find(&self, m: MapRef, key: Value) -> Option<usize> {
        m.table()?.find_key(key, hash_key(key))
    }

    /// Own value of `key` in a dictionary.
    #[inline]
    pub(crate) fn dict_get(&self, m: MapRef, key: Value) -> Option<Value> {
        let table = m.table()?;
        let i = table.find_key(key, hash_key(key))?;
        m.entry_value(table, i)
    }

    /// Stores under a normalised key, which is no rope.
    #[inline]
    pub(crate) fn dict_set(&mut self, m: MapRef, key: Value, value: Value) -> Result<(), HeapError> {
        if m.has_flag(flags::CELLS) {
            return self.define(m, key, value);
        }
        let hash = hash_key(key);
        if let Some(table) = m.table()
            && let Some(i) = table.find_key(key, hash)
        {
            self.dict_store(m, table, i, value);
            return Ok(());
        }
        self.dict_insert(m, key, hash, value)?;
        Ok(())
    }

    #[inline]
    pub(crate) fn dict_store(&mut self, m: MapRef, table: TableRef, i: usize, value: Value) {
        table.set_value(i, value);
        // SAFETY: `m` is a live map.
        unsafe { self.barrier(m.header()) };
        if self.proto_key.is_some() {
            self.note_proto(m, table.entry(i).key, value);
        }
    }

    /// Appends an entry for a key that is not there.
    #[inline]
    pub(crate) fn dict_insert(
        &mut self,
        m: MapRef,
        key: Value,
        hash: u64,
        value: Value,
    ) -> Result<usize, HeapError> {
        let table = self.table_with_room(m)?;
        let i = table.push(key, value, hash);
        m.set_count(m.len() + 1);
        // SAFETY: `m` is a live map.
        unsafe { self.barrier(m.header()) };
        self.keys_changed(m);
        if self.proto_key.is_some() {
            self.note_proto(m, key, value);
        }
        Ok(i)
    }

    /// If `key` is the one that decides the prototype, `value` becomes that of the dictionary.
    #[inline]
    fn note_proto(&mut self, m: MapRef, key: Value, value: Value) {
        if self.is_proto_key(key) {
            m.set_dict_proto(value.as_map());
            self.keys_changed(m);
        }
    }

    /// Deletes entry `i`; answers its value.
    pub(crate) fn dict_delete(&mut self, m: MapRef, table: TableRef, i: usize) -> Option<Value> {
        let key = table.entry(i).key;
        let value = m.entry_value(table, i)?;
        m.set_count(m.len() - 1);
        if m.has_flag(flags::CELLS) {
            // The box stays with the name: code refers to it. An empty one needs no barrier.
            m.entry_box(table, i).set_unbarriered(Value::EMPTY);
        } else {
            table.delete(i);
            if m.is_empty() {
                self.drop_table(m, table);
            }
        }
        self.keys_changed(m);
        if self.is_proto_key(key) {
            m.set_dict_proto(None);
        }
        Some(value)
    }

    /// The last entry went: small tables start over, large ones go.
    fn drop_table(&mut self, m: MapRef, table: TableRef) {
        if table.mask() < 32 {
            let stamp = self.new_stamp();
            table.reset(stamp);
        } else {
            m.remove_table();
        }
    }

    /// Takes deleted entries off the end of the table, so that the last live one is found at once.
    pub(crate) fn trim_table(&mut self, m: MapRef) {
        if let Some(table) = m.table() {
            let stamp = self.new_stamp();
            table.trim(stamp);
        }
    }

    /// The first entry at or behind `from` that has a value.
    #[inline]
    pub(crate) fn dict_next(&self, m: MapRef, from: usize) -> Option<(usize, Value, Value)> {
        let table = m.table()?;
        let mut i = from;
        loop {
            i = table.next_live(i)?;
            if let Some(value) = m.entry_value(table, i) {
                return Some((i, table.entry(i).key, value));
            }
            i += 1;
        }
    }

    /// An empty name space: a dictionary whose values are boxes.
    pub fn namespace_new(&mut self) -> Result<MapRef, HeapError> {
        let m = self.dictionary_new()?;
        m.set_heap_flag(flags::CELLS);
        Ok(m)
    }

    /// The box of `name` in the name space `ns`, defined or not; always the same one.
    pub fn cell(&mut self, ns: MapRef, name: StrRef) -> Result<BoxRef, HeapError> {
        let name = self.intern_str(name)?;
        self.cell_of_key(ns, name.value())
    }

    /// The box of `name` in `ns`, if the name was ever used.
    pub fn cell_find(&self, ns: MapRef, name: StrRef) -> Option<BoxRef> {
        let table = ns.table()?;
        table.find_str(name, name.hash() as u64).map(|i| ns.entry_box(table, i))
    }

    fn cell_of_key(&mut self, ns: MapRef, key: Value) -> Result<BoxRef, HeapError> {
        assert!(ns.has_flag(flags::CELLS), "not a name space");
        let hash = hash_key(key);
        if let Some(table) = ns.table()
            && let Some(i) = table.find_key(key, hash)
        {
            return Ok(ns.entry_box(table, i));
        }
        let cell = self.new_box(Value::EMPTY)?;
        let table = self.table_with_room(ns)?;
        table.push(key, cell.value(), hash);
        // SAFETY: `ns` is a live map.
        unsafe { self.barrier(ns.header()) };
        Ok(cell)
    }

    /// Gives `name` a value in the name space `ns`. A name that had none comes last in the order.
    pub fn cell_define(&mut self, ns: MapRef, name: StrRef, value: Value) -> Result<(), HeapError> {
        let name = self.intern_str(name)?;
        self.define(ns, name.value(), value)
    }

    #[inline(never)]
    fn define(&mut self, ns: MapRef, key: Value, value: Value) -> Result<(), HeapError> {
        let cell = self.cell_of_key(ns, key)?;
        if cell.get().is_empty() {
            self.move_to_end(ns, key)?;
            ns.set_count(ns.len() + 1);
            self.keys_changed(ns);
        }
        self.box_set(cell, value);
        if self.is_proto_key(key) {
            ns.set_dict_proto(value.as_map());
            // SAFETY: `ns` is a live map.
            unsafe { self.barrier(ns.header()) };
            self.keys_changed(ns);
        }
        Ok(())
    }

    /// Makes the entry of `key`, which exists, the last one.
    fn move_to_end(&mut self, ns: MapRef, key: Value) -> Result<(), HeapError> {
        let hash = hash_key(key);
        let table = self.table_with_room(ns)?;
        if let Some(i) = table.find_key(key, hash)
            && i + 1 != table.used()
        {
            let entry = table.entry(i);
            table.delete(i);
            table.push(entry.key, entry.value, hash);
        }
        Ok(())
    }
}

/// Copies the live entries of `from` to the end of `to`, which has room.
pub(crate) fn copy_entries(from: TableRef, to: TableRef) {
    let mut next = 0;
    while let Some(i) = from.next_live(next) {
        let entry = from.entry(i);
        to.push(entry.key, entry.value, entry.hash);
        next = i + 1;
    }
}

/// Where a search that user code may interrupt stands. Starts as `ProbeState::default()`.
#[derive(Clone, Copy, Default, Debug)]
pub struct ProbeState {
    /// The table being searched, 0 before the first step.
    stamp: u64,
    place: u32,
}

/// What a step of a search found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Candidate {
    /// Entry `entry` has the hash; its key remains to be compared.
    Key {
        /// For [`Heap::map_entry`] and its relatives, as long as [`Heap::probe_is_current`].
        entry: usize,
        /// The key.
        key: Value,
    },
    /// No further key has the hash.
    Absent,
    /// The entries moved since the last step; the state is reset, the search begins anew.
    Moved,
}

impl Heap {
    /// The next key of `m` (a dictionary) whose hash is `hash`. User code may run between two steps, and
    /// change the map.
    pub fn map_candidates(&self, m: MapRef, hash: u64, state: &mut ProbeState) -> Candidate {
        let table = m.table();
        if state.stamp != 0 && !self.probe_is_current(m, state) {
            *state = ProbeState::default();
            return Candidate::Moved;
        }
        let Some(table) = table else { return Candidate::Absent };
        if state.stamp == 0 {
            *state = ProbeState { stamp: table.stamp(), place: hash as u32 & table.mask() };
        }
        while let Some(entry) = table.at_place(state.place) {
            state.place = (state.place + 1) & table.mask();
            let e = table.entry(entry);
            if e.hash == hash && !e.key.is_empty() {
                return Candidate::Key { entry, key: e.key };
            }
        }
        Candidate::Absent
    }

    /// Whether the entries are where they were at the last step.
    pub fn probe_is_current(&self, m: MapRef, state: &ProbeState) -> bool {
        m.is_dictionary() && m.table().is_some_and(|table| table.stamp() == state.stamp)
    }

    /// Key and value of an entry of a dictionary; `None` if it was deleted.
    pub fn map_entry(&self, m: MapRef, entry: usize) -> Option<(Value, Value)> {
        let table = m.table()?;
        if entry >= table.used() || table.entry(entry).key.is_empty() {
            return None;
        }
        Some((table.entry(entry).key, m.entry_value(table, entry)?))
    }

    /// Stores the value of an entry that [`Heap::map_entry`] shows; does nothing to others.
    pub fn map_set_entry(&mut self, m: MapRef, entry: usize, value: Value) {
        let (Some(table), Some(_)) = (m.table(), self.map_entry(m, entry)) else { return };
        if m.has_flag(flags::CELLS) {
            self.box_set(m.entry_box(table, entry), value);
        } else {
            self.dict_store(m, table, entry, value);
        }
    }

    /// Removes an entry that [`Heap::map_entry`] shows, and answers its value.
    pub fn map_remove_entry(&mut self, m: MapRef, entry: usize) -> Option<Value> {
        self.map_entry(m, entry)?;
        let table = m.table()?;
        self.dict_delete(m, table, entry)
    }

    /// Appends an entry for a key of which the caller knows the hash, and that it is not there.
    pub fn map_insert_hashed(
        &mut self,
        m: MapRef,
        key: Value,
        hash: u64,
        value: Value,
    ) -> Result<usize, HeapError> {
        assert!(!m.has_flag(flags::CELLS), "the keys of a name space are its own");
        self.make_dictionary(m)?;
        self.dict_insert(m, key, hash, value)
    }
}

/// Makes the fields of a fresh map those of an empty dictionary.
///
/// # Safety
/// `map` is a fresh object of kind `Map`.
pub(crate) unsafe fn init_dictionary(map: *mut Map) {
    // SAFETY: the caller's promise.
    unsafe {
        (*map).shape = 0;
        (*map).count = 0;
        (*map).slots = std::ptr::null_mut();
        (*map).cap_or_table = 0;
    }
}
