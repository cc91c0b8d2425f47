//! Unique strings: the interner.
//!
//! Takes texts, leaves for each the one flat string with flag `INTERNED`, so that names are compared by
//! address. The table is weak: a collection drops the entries whose string died, in a minor collection
//! looking only at strings interned since the last one. Open addressing with linear probing; every slot
//! carries the hash, so that neither probing past a string nor dropping a dead one reads the string. A
//! look-up costs the hash of the text plus, as a rule, one compare of bytes.

use crate::address::at;
use crate::error::HeapError;
use crate::hash::{freeze_hash_seed, hash_text};
use crate::heap::Heap;
use crate::layout::{StrKind, flags};
use crate::refs::StrRef;
use crate::string::str_eq;

#[derive(Clone, Copy)]
struct Slot {
    /// Address of the string, 0 = free.
    string: usize,
    hash: u32,
}

const FREE: Slot = Slot { string: 0, hash: 0 };

/// Places of an empty table.
const FIRST_SIZE: usize = 64;

/// Weak table of interned strings.
pub struct Interner {
    slots: Vec<Slot>,
    used: usize,
    /// Strings entered since the last collection.
    young: Vec<Slot>,
}

impl Default for Interner {
    fn default() -> Interner {
        Interner::new()
    }
}

impl Interner {
    /// Empty.
    pub fn new() -> Interner {
        freeze_hash_seed();
        Interner { slots: vec![FREE; FIRST_SIZE], used: 0, young: Vec::new() }
    }

    /// Number of strings.
    pub fn len(&self) -> usize {
        self.used
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// The unique string of `text`, if there is one; `hash` is that of the text.
    #[inline]
    pub fn find(&self, text: &str, hash: u32) -> Option<StrRef> {
        self.find_where(hash, |s| s.text() == text)
    }

    #[inline(always)]
    fn find_where(&self, hash: u32, is_it: impl Fn(StrRef) -> bool) -> Option<StrRef> {
        let mask = self.slots.len() - 1;
        let mut i = hash as usize & mask;
        loop {
            let slot = self.slots[i];
            if slot.string == 0 {
                return None;
            }
            if slot.hash == hash {
                // SAFETY: entries are live strings: a collection sweeps the table before it reuses memory.
                let s = unsafe { StrRef::from_ptr(at(slot.string)) };
                if is_it(s) {
                    return Some(s);
                }
            }
            i = (i + 1) & mask;
        }
    }

    fn insert(&mut self, s: StrRef, hash: u32) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let size = self.slots.len() * 2;
            let old = std::mem::replace(&mut self.slots, vec![FREE; size]);
            old.into_iter().filter(|slot| slot.string != 0).for_each(|slot| self.place(slot));
        }
        let slot = Slot { string: s.address(), hash };
        self.place(slot);
        self.used += 1;
        self.young.push(slot);
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut i = slot.hash as usize & mask;
        while self.slots[i].string != 0 {
            i = (i + 1) & mask;
        }
        self.slots[i] = slot;
    }

    /// Takes `dead` out and closes the gap by moving later entries of the same run forward.
    fn remove(&mut self, dead: Slot) {
        let mask = self.slots.len() - 1;
        let mut gap = dead.hash as usize & mask;
        while self.slots[gap].string != dead.string {
            gap = (gap + 1) & mask;
        }
        let mut i = gap;
        loop {
            i = (i + 1) & mask;
            let slot = self.slots[i];
            if slot.string == 0 {
                break;
            }
            let home = slot.hash as usize & mask;
            if i.wrapping_sub(home) & mask >= i.wrapping_sub(gap) & mask {
                self.slots[gap] = slot;
                gap = i;
            }
        }
        self.slots[gap] = FREE;
        self.used -= 1;
    }

    /// After marking: removes entries whose string died. `is_live(address)` tells. In a minor collection
    /// (`full == false`) only strings interned since the last sweep can have died.
    pub(crate) fn sweep(&mut self, full: bool, is_live: &mut dyn FnMut(usize) -> bool) {
        if full {
            let mut live = std::mem::take(&mut self.slots);
            live.retain(|slot| slot.string != 0 && is_live(slot.string));
            self.slots = vec![FREE; (live.len() * 2).next_power_of_two().max(FIRST_SIZE)];
            self.used = live.len();
            live.into_iter().for_each(|slot| self.place(slot));
        } else {
            let young = std::mem::take(&mut self.young);
            for &slot in &young {
                if !is_live(slot.string) {
                    self.remove(slot);
                }
            }
            self.young = young;
        }
        self.young.clear();
    }
}

impl Heap {
    /// The unique string of `text`.
    pub fn intern(&mut self, text: &str) -> Result<StrRef, HeapError> {
        let hash = hash_text(text);
        if let Some(s) = self.interner.find(text, hash) {
            return Ok(s);
        }
        let s = self.new_flat_str(text)?;
        self.enter(s, hash);
        Ok(s)
    }

    /// The unique string with this text if there is one already; never allocates.
    pub fn interned_text(&self, text: &str) -> Option<StrRef> {
        self.interner.find(text, hash_text(text))
    }

    /// The unique string with the text of `s`: `s` itself where it can become that.
    pub fn intern_str(&mut self, s: StrRef) -> Result<StrRef, HeapError> {
        if s.is_interned() {
            return Ok(s);
        }
        if s.str_kind() != StrKind::Flat {
            self.flatten(s)?;
            return self.intern(s.text());
        }
        let hash = s.hash();
        if let Some(found) = self.interner.find(s.text(), hash) {
            return Ok(found);
        }
        self.enter(s, hash);
        Ok(s)
    }

    /// The unique string with the text of `s` if there is one already; never allocates.
    #[inline]
    pub fn interned(&self, s: StrRef) -> Option<StrRef> {
        if s.is_interned() { Some(s) } else { self.find_interned(s) }
    }

    fn find_interned(&self, s: StrRef) -> Option<StrRef> {
        self.interner.find_where(s.hash(), |found| str_eq(found, s))
    }

    fn enter(&mut self, s: StrRef, hash: u32) {
        // SAFETY: `s` is a live flat string; no borrow of it is held.
        unsafe { (*s.ptr()).hash = hash };
        s.set_heap_flag(flags::INTERNED);
        self.interner.insert(s, hash);
    }
}
