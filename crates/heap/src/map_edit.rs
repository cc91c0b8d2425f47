//! Maps: removing entries, walking them, copying.
//!
//! All of it works in both modes of `map.rs`. Removing the field added last steps the shape back, any other
//! removal makes a dictionary, where it costs a look-up; a step of a walk and taking an entry off either end
//! are amortised constant.

use crate::dict::copy_entries;
use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::flags;
use crate::refs::{MapRef, ValueExt};
use crate::shape::ShapeId;
use crate::table::{hash_key, normalize_key};
use quadriga_value::Value;

impl Heap {
    /// Removes `key` and answers its value.
    pub fn map_remove(&mut self, m: MapRef, key: Value) -> Result<Option<Value>, HeapError> {
        let key = normalize_key(key);
        if !m.is_dictionary() {
            let Some(name) = key.as_str().and_then(|s| self.interned(s)) else { return Ok(None) };
            let Some(slot) = self.shapes.lookup(m.shape(), name) else { return Ok(None) };
            if slot + 1 == m.len() {
                return Ok(self.remove_last_field(m));
            }
            self.make_dictionary(m)?;
        }
        let Some(table) = m.table() else { return Ok(None) };
        let Some(i) = self.dict_find(m, key) else { return Ok(None) };
        Ok(self.dict_delete(m, table, i))
    }

    /// The shape steps back to its parent.
    fn remove_last_field(&mut self, m: MapRef) -> Option<Value> {
        let slot = m.len() - 1;
        let parent = self.shapes.parent(m.shape());
        // SAFETY: the map has the slot. Writing a constant needs no barrier.
        let value = unsafe { m.fields().slots.add(slot).replace(Value::EMPTY) };
        m.set_shape(parent, slot);
        self.keys_changed(m);
        (!value.is_empty()).then_some(value)
    }

    /// Removes all entries. The names of a name space stay bound to their boxes.
    pub fn map_clear(&mut self, m: MapRef) {
        if !m.is_dictionary() {
            self.clear_fields(m);
        } else if m.has_flag(flags::CELLS) {
            let mut from = 0;
            while let (Some(table), Some((i, ..))) = (m.table(), self.dict_next(m, from)) {
                self.dict_delete(m, table, i);
                from = i + 1;
            }
        } else {
            let named = self.proto_key.is_some_and(|key| self.map_get_str(m, key).is_some());
            if named {
                m.set_dict_proto(None);
            }
            m.set_count(0);
            m.remove_table();
            self.keys_changed(m);
        }
    }

    fn clear_fields(&mut self, m: MapRef) {
        let mut root = m.shape();
        while self.shapes.parent(root) != ShapeId::NONE {
            root = self.shapes.parent(root);
        }
        for slot in 0..m.len() {
            // SAFETY: the map has these slots. Writing a constant needs no barrier.
            unsafe { *m.fields().slots.add(slot) = Value::EMPTY };
        }
        m.set_shape(root, 0);
        self.keys_changed(m);
    }

    /// The first entry at or behind `cursor` in order of insertion, which then moves behind it. A cursor
    /// starts as 0. The map may change between two calls: entries added come, entries removed do not, and
    /// if the table was rebuilt meanwhile, entries may be missed.
    #[inline]
    pub fn map_next(&self, m: MapRef, cursor: &mut usize) -> Option<(Value, Value)> {
        if m.is_dictionary() {
            let (i, key, value) = self.dict_next(m, *cursor)?;
            *cursor = i + 1;
            return Some((key, value));
        }
        while *cursor < m.len() {
            let i = *cursor;
            *cursor += 1;
            let value = m.slots()[i];
            if !value.is_empty() {
                return Some((self.shapes.keys(m.shape())[i].value(), value));
            }
        }
        None
    }

    /// The first entry.
    pub fn map_first(&self, m: MapRef) -> Option<(Value, Value)> {
        self.map_next(m, &mut 0)
    }

    /// Takes the first entry out, in amortised constant time.
    pub fn map_pop_first(&mut self, m: MapRef) -> Result<Option<(Value, Value)>, HeapError> {
        if m.is_empty() {
            return Ok(None);
        }
        self.make_dictionary(m)?;
        let Some((i, key, value)) = self.dict_next(m, 0) else { return Ok(None) };
        if let Some(table) = m.table() {
            self.dict_delete(m, table, i);
        }
        Ok(Some((key, value)))
    }

    /// Takes the last entry out.
    pub fn map_pop_last(&mut self, m: MapRef) -> Result<Option<(Value, Value)>, HeapError> {
        if !m.is_dictionary() {
            let Some(key) = self.shapes.last_key(m.shape()) else { return Ok(None) };
            return Ok(self.remove_last_field(m).map(|value| (key.value(), value)));
        }
        let Some(table) = m.table() else { return Ok(None) };
        for i in (table.first()..table.used()).rev() {
            if let Some(entry) = self.map_entry(m, i) {
                self.dict_delete(m, table, i);
                self.trim_table(m);
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// A map with the same entries and prototype. A copy of a name space is a plain dictionary.
    pub fn copy_map(&mut self, m: MapRef) -> Result<MapRef, HeapError> {
        if !m.is_dictionary() {
            let copy = self.alloc_map(m.len())?;
            if m.len() > copy.slot_capacity() {
                self.grow_slots(copy, m.len())?;
            }
            copy.set_shape(m.shape(), m.len());
            // SAFETY: the copy has room for all slots and is not borrowed.
            unsafe {
                std::ptr::copy_nonoverlapping(m.fields().slots, copy.fields().slots, m.len());
                self.barrier(copy.header());
            }
            return Ok(copy);
        }
        let copy = self.dictionary_new()?;
        if !m.is_empty() {
            let table = self.alloc_table(m.len())?;
            self.put_table(copy, table);
            if m.has_flag(flags::CELLS) {
                let mut from = 0;
                while let Some((i, key, value)) = self.dict_next(m, from) {
                    table.push(key, value, hash_key(key));
                    from = i + 1;
                }
            } else if let Some(old) = m.table() {
                copy_entries(old, table);
            }
            copy.set_count(m.len());
        }
        copy.set_dict_proto(m.dict_proto());
        // SAFETY: both are live maps, of which no borrow is held.
        unsafe {
            (*copy.ptr()).header.aux = m.fields().header.aux;
            self.barrier(copy.header());
        }
        Ok(copy)
    }
}
