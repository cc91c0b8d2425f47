//! The look-up cache of a context: answers to field look-ups, by shape and name, for sites that see more
//! shapes than their inline caches hold, and for dictionaries.
//!
//! Direct-mapped and small; an entry holds what an inline cache entry holds. Emptied with the inline caches
//! when shapes die.

use crate::instance::PolyEntry;

const SIZE: usize = 1024;

/// Stands for a dictionary that has neither the key nor a prototype.
pub(crate) const DICTIONARY: u32 = 0xFFFF_FE00;

#[derive(Clone, Copy)]
struct Slot {
    name: usize,
    dialect: u32,
    entry: PolyEntry,
}

/// See the module.
pub(crate) struct LookupCache(Box<[Slot]>);

impl LookupCache {
    pub fn new() -> LookupCache {
        let empty = Slot { name: 0, dialect: 0, entry: PolyEntry { key: 0, holder: 0, epoch: 0, home: 0 } };
        LookupCache(vec![empty; SIZE].into_boxed_slice())
    }

    fn index(shape: u32, name: usize) -> usize {
        (name >> 4 ^ (shape as usize).wrapping_mul(0x9E37_79B1)) % SIZE
    }

    /// The answer of a dialect for receivers of `shape` and the interned name at this address.
    pub fn get(&self, shape: u32, name: usize, dialect: u32) -> Option<PolyEntry> {
        let slot = &self.0[Self::index(shape, name)];
        (slot.name == name && slot.dialect == dialect && slot.entry.key as u32 == shape).then_some(slot.entry)
    }

    /// Remembers an answer.
    pub fn set(&mut self, name: usize, dialect: u32, entry: PolyEntry) {
        self.0[Self::index(entry.key as u32, name)] = Slot { name, dialect, entry };
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        for slot in &mut self.0 {
            slot.name = 0;
        }
    }
}
