//! The large-object space: objects above 8 KB that no hole had room for, each in memory of its own.
//!
//! Marked in their header ([`gc_bits::MARKED`]), freed one by one as soon as a collection finds them dead.
//! A table sorted by address answers which object an address belongs to; new objects wait behind the sorted
//! part and are merged at the start of a collection. Cost: a minor collection passes once over the table,
//! but touches only the headers of objects made since the last collection.

use crate::account::Account;
use crate::address::at;
use crate::block;
use crate::layout::{Header, gc_bits};
use crate::os;

struct Entry {
    address: usize,
    /// What was taken from the system.
    bytes: usize,
    /// Made since the last collection.
    young: bool,
}

/// All large objects.
#[derive(Default)]
pub(crate) struct LargeSpace {
    entries: Vec<Entry>,
    young: usize,
}

impl LargeSpace {
    /// Memory for an object of `size` bytes; the caller has made sure that the limit allows it and writes
    /// the header. `None` if the system has none.
    pub(crate) fn alloc(&mut self, size: usize, account: &mut Account) -> Option<usize> {
        let bytes = os::large_size(size);
        let address = os::take_large(bytes)?;
        account.taken_bytes += bytes;
        account.note_fresh(bytes);
        account.allocated_bytes += size as u64;
        self.entries.push(Entry { address, bytes, young: true });
        self.young += 1;
        Some(address)
    }

    /// Makes [`LargeSpace::resolve`] answer for all objects.
    pub(crate) fn sort(&mut self) {
        if self.young != 0 {
            // A stable sort finds the sorted front part and merges the rest into it.
            self.entries.sort_by_key(|entry| entry.address);
        }
    }

    /// The object at or around `address`; after [`LargeSpace::sort`].
    pub(crate) fn resolve(&self, address: usize) -> Option<*mut Header> {
        let behind = self.entries.partition_point(|entry| entry.address <= address);
        let entry = &self.entries[behind.checked_sub(1)?];
        if address < entry.address + entry.bytes { Some(at(entry.address)) } else { None }
    }

    /// Lowest and highest address; after [`LargeSpace::sort`].
    pub(crate) fn bounds(&self) -> Option<(usize, usize)> {
        let (first, last) = (self.entries.first()?, self.entries.last()?);
        Some((first.address, last.address + last.bytes))
    }

    /// Forgets all marks, for a full marking.
    pub(crate) fn clear_marks(&mut self) {
        for entry in &self.entries {
            // SAFETY: the entry's object exists.
            unsafe { (*at::<Header>(entry.address)).gc &= !gc_bits::MARKED };
        }
    }

    /// Frees what the marking did not reach; in a minor collection only young objects can be that.
    pub(crate) fn sweep(&mut self, full: bool, poison: bool, account: &mut Account) {
        if !full && self.young == 0 {
            return;
        }
        self.entries.retain_mut(|entry| {
            if !full && !entry.young {
                return true;
            }
            entry.young = false;
            // SAFETY: the entry's object exists.
            if unsafe { (*at::<Header>(entry.address)).gc } & gc_bits::MARKED != 0 {
                return true;
            }
            account.taken_bytes -= entry.bytes;
            // SAFETY: the object is dead, so nobody uses its memory; it goes out of the table.
            unsafe {
                if poison {
                    block::poison(entry.address, entry.address + entry.bytes.min(1 << 16) / 16 * 16);
                }
                os::give_large(entry.address, entry.bytes);
            }
            false
        });
        self.young = 0;
    }

    /// Calls `f` for every large object.
    pub(crate) fn for_each_object(&self, f: &mut dyn FnMut(*mut Header)) {
        for entry in &self.entries {
            f(at(entry.address));
        }
    }
}

impl Drop for LargeSpace {
    fn drop(&mut self) {
        for entry in &self.entries {
            // SAFETY: the heap is going away and with it all objects.
            unsafe { os::give_large(entry.address, entry.bytes) };
        }
    }
}
