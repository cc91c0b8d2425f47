//! The table of a dictionary: entries in order of insertion, and an index into them.
//!
//! One object holds both: `cap` entries of 24 bytes, then a power of two of `u32`s, 0 for a free place and
//! `n` for entry `n - 1`, probed linearly from the low bits of the hash. Deleting an entry empties its key
//! and leaves the index alone, so probing needs no other mark; the next table, made when the entries are
//! used up, leaves deleted ones behind. At most half of the index is in use. A look-up costs the
//! hash and, as a rule, two cache lines.

use crate::hash::{hash_identity, hash_int};
use crate::layout::{Entry, Kind, Table};
use crate::refs::{BoxedIntRef, StrRef, ValueExt};
use crate::string::str_eq;
use quadriga_value::Value;
use std::ptr::NonNull;

/// Largest number of entries.
pub const MAX_ENTRIES: usize = 1 << 29;

/// The form in which `key` stands in tables: integral numbers as integers, `-0.0` as 0, one NaN.
#[inline]
pub fn normalize_key(key: Value) -> Value {
    if key.is_int() {
        key
    } else if let Some(d) = key.as_double() {
        if d == 0.0 {
            Value::int(0)
        } else if d.is_nan() {
            Value::double(f64::NAN)
        } else {
            Value::number(d)
        }
    } else if key.is_empty() {
        // The mark of deleted entries is no key.
        Value::NIL
    } else {
        match key.as_boxed_int().map(BoxedIntRef::get) {
            Some(i) if quadriga_value::fits_int(i) => Value::int(i),
            _ => key,
        }
    }
}

/// The hash of a normalised key. Strings are hashed by text, numbers by value, other objects by identity.
#[inline]
pub fn hash_key(key: Value) -> u64 {
    if key.is_int() {
        hash_int(key.as_int_unchecked())
    } else if let Some(s) = key.as_str() {
        s.hash() as u64
    } else if let Some(i) = integer_value(key) {
        hash_int(i)
    } else {
        hash_identity(key)
    }
}

/// Whether a stored key and a normalised key are the same.
#[inline]
pub fn same_key(stored: Value, key: Value) -> bool {
    stored == key || same_content(stored, key)
}

fn same_content(a: Value, b: Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => str_eq(a, b),
        (None, None) => matches!((integer_value(a), integer_value(b)), (Some(x), Some(y)) if x == y),
        _ => false,
    }
}

/// The integer that a boxed integer or a double beyond the inline range stands for.
fn integer_value(v: Value) -> Option<i64> {
    match v.as_double() {
        Some(d) => {
            let i = d as i64;
            (i as f64 == d && i != i64::MAX).then_some(i)
        }
        None => v.as_i64(),
    }
}

/// A table. The rules of [`crate::refs`] apply: it leads to a live object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableRef(NonNull<Table>);

/// Places of the index for an entry.
const PLACES: usize = 2;

/// Entries of a table that is made for at least `entries`: a power of two.
pub(crate) fn capacity_for(entries: usize) -> usize {
    entries.next_power_of_two().max(4)
}

/// Bytes of a table for `capacity` entries, which [`capacity_for`] gave.
pub(crate) fn table_bytes(capacity: usize) -> usize {
    size_of::<Table>() + capacity * (size_of::<Entry>() + PLACES * size_of::<u32>())
}

impl TableRef {
    /// The table at `ptr`, if it is not null.
    ///
    /// # Safety
    /// `ptr` is null or a live table.
    #[inline(always)]
    pub(crate) unsafe fn from_ptr(ptr: *mut Table) -> Option<TableRef> {
        NonNull::new(ptr).map(TableRef)
    }

    /// Makes the fresh object at `ptr` a table without entries.
    ///
    /// # Safety
    /// `ptr` is a fresh object of kind `Table` and of `table_bytes(capacity)` bytes.
    pub(crate) unsafe fn init(ptr: *mut Table, capacity: usize, stamp: u64) -> TableRef {
        let places = capacity * PLACES;
        // SAFETY: the caller's promise; the index lies behind the entries.
        unsafe {
            debug_assert_eq!((*ptr).header.kind, Kind::Table);
            (*ptr).used = 0;
            (*ptr).cap = capacity as u32;
            (*ptr).mask = places as u32 - 1;
            (*ptr).first = 0;
            (*ptr).stamp = stamp;
            let table = TableRef(NonNull::new_unchecked(ptr));
            std::ptr::write_bytes(table.index(), 0, places);
            table
        }
    }

    #[inline(always)]
    pub(crate) fn ptr(self) -> *mut Table {
        self.0.as_ptr()
    }

    #[inline(always)]
    fn fields(&self) -> &Table {
        // SAFETY: a live table (module rule).
        unsafe { self.0.as_ref() }
    }

    /// Entries in use, deleted ones included.
    #[inline(always)]
    pub(crate) fn used(self) -> usize {
        self.fields().used as usize
    }

    /// Entries that fit.
    #[inline(always)]
    pub(crate) fn capacity(self) -> usize {
        self.fields().cap as usize
    }

    /// First entry that may be live.
    #[inline(always)]
    pub(crate) fn first(self) -> usize {
        self.fields().first as usize
    }

    /// The number of this table.
    #[inline(always)]
    pub(crate) fn stamp(self) -> u64 {
        self.fields().stamp
    }

    /// Size of the index minus one.
    #[inline(always)]
    pub(crate) fn mask(self) -> u32 {
        self.fields().mask
    }

    #[inline(always)]
    fn entries(self) -> *mut Entry {
        // The entries follow the struct; no access happens here.
        self.ptr().wrapping_add(1).cast()
    }

    #[inline(always)]
    fn index(self) -> *mut u32 {
        self.entries().wrapping_add(self.capacity()).cast()
    }

    /// Entry `i`, below `used`.
    #[inline(always)]
    pub(crate) fn entry(self, i: usize) -> Entry {
        debug_assert!(i < self.used());
        // SAFETY: the first `used` entries are initialised.
        unsafe { *self.entries().add(i) }
    }

    /// Stores the value of entry `i`, below `used`. The caller does the barrier of the map.
    #[inline(always)]
    pub(crate) fn set_value(self, i: usize, value: Value) {
        debug_assert!(i < self.used());
        // SAFETY: the first `used` entries are initialised; none is borrowed.
        unsafe { (*self.entries().add(i)).value = value }
    }

    /// The entry at `place` of the index.
    #[inline(always)]
    pub(crate) fn at_place(self, place: u32) -> Option<usize> {
        debug_assert!(place <= self.mask());
        // SAFETY: a place of the index.
        let n = unsafe { *self.index().add(place as usize) };
        (n as usize).checked_sub(1)
    }

    /// The live entry with this hash of which `same` approves the key.
    #[inline(always)]
    fn find(self, hash: u64, same: impl Fn(Value) -> bool) -> Option<usize> {
        let (index, entries, mask) = (self.index(), self.entries(), self.mask());
        let mut place = hash as u32 & mask;
        loop {
            // SAFETY: `place` is a place of the index, and what stands there is the number of an entry in
            // use plus one. A free place exists, so the loop ends.
            unsafe {
                let n = *index.add(place as usize) as usize;
                if n == 0 {
                    return None;
                }
                let entry = entries.add(n - 1);
                if (*entry).hash == hash && same((*entry).key) {
                    return Some(n - 1);
                }
            }
            place = (place + 1) & mask;
        }
    }

    /// The entry of the normalised `key`.
    #[inline]
    pub(crate) fn find_key(self, key: Value, hash: u64) -> Option<usize> {
        if key.is_int() {
            self.find(hash, |k| k == key)
        } else if let Some(s) = key.as_str() {
            self.find_str(s, hash)
        } else {
            self.find(hash, |k| same_key(k, key))
        }
    }

    #[inline]
    pub(crate) fn find_str(self, s: StrRef, hash: u64) -> Option<usize> {
        let bits = s.value();
        self.find(hash, |k| k == bits || k.as_str().is_some_and(|k| str_eq(k, s)))
    }

    /// Appends an entry; there is room. The caller counts it and does the barrier of the map.
    #[inline]
    pub(crate) fn push(self, key: Value, value: Value, hash: u64) -> usize {
        let i = self.used();
        debug_assert!(i < self.capacity());
        let (index, mask) = (self.index(), self.mask());
        let mut place = hash as u32 & mask;
        // SAFETY: entry `i` is below the capacity; the index has a free place, which the loop finds.
        unsafe {
            *self.entries().add(i) = Entry { key, value, hash };
            while *index.add(place as usize) != 0 {
                place = (place + 1) & mask;
            }
            *index.add(place as usize) = i as u32 + 1;
            (*self.ptr()).used = i as u32 + 1;
        }
        i
    }

    /// Empties entry `i`. The caller counts.
    pub(crate) fn delete(self, i: usize) {
        debug_assert!(i < self.used());
        // SAFETY: the entry is initialised; `first` moves over deleted entries up to `used` at most.
        unsafe {
            let entry = self.entries().add(i);
            (*entry).key = Value::EMPTY;
            (*entry).value = Value::EMPTY;
            let mut first = self.first();
            while first < self.used() && (*self.entries().add(first)).key.is_empty() {
                first += 1;
            }
            (*self.ptr()).first = first as u32;
        }
    }

    /// Takes deleted entries off the end, and out of the index.
    pub(crate) fn trim(self, stamp: u64) {
        while self.used() > self.first() && self.entry(self.used() - 1).key.is_empty() {
            self.forget_last();
            // SAFETY: a live table of which nothing is borrowed.
            unsafe { (*self.ptr()).stamp = stamp };
        }
    }

    /// Removes the last entry; in the index, later places of the same run move forward over the gap.
    fn forget_last(self) {
        let (index, mask, last) = (self.index(), self.mask(), self.used() - 1);
        let home = |entry: usize| self.entry(entry).hash as u32 & mask;
        let mut gap = home(last);
        while self.at_place(gap) != Some(last) {
            gap = (gap + 1) & mask;
        }
        let mut place = gap;
        loop {
            place = (place + 1) & mask;
            let Some(entry) = self.at_place(place) else { break };
            if place.wrapping_sub(home(entry)) & mask >= place.wrapping_sub(gap) & mask {
                // SAFETY: both are places of the index.
                unsafe { *index.add(gap as usize) = entry as u32 + 1 };
                gap = place;
            }
        }
        // SAFETY: a place of the index; the table is live and nothing of it is borrowed.
        unsafe {
            *index.add(gap as usize) = 0;
            (*self.ptr()).used = last as u32;
        }
    }

    /// Forgets all entries of a table that is not used any more.
    pub(crate) fn retire(self) {
        // SAFETY: a live table of which nothing is borrowed.
        unsafe {
            (*self.ptr()).used = 0;
            (*self.ptr()).first = 0;
        }
    }

    /// Forgets all entries, in time linear in the size of the index.
    pub(crate) fn reset(self, stamp: u64) {
        // SAFETY: a live table of which nothing is borrowed; the index has `mask + 1` places.
        unsafe {
            (*self.ptr()).used = 0;
            (*self.ptr()).first = 0;
            (*self.ptr()).stamp = stamp;
            std::ptr::write_bytes(self.index(), 0, self.mask() as usize + 1);
        }
    }

    /// The first entry at or behind `from` that is not deleted.
    #[inline]
    pub(crate) fn next_live(self, from: usize) -> Option<usize> {
        let mut i = from.max(self.first());
        while i < self.used() {
            if !self.entry(i).key.is_empty() {
                return Some(i);
            }
            i += 1;
        }
        None
    }
}
