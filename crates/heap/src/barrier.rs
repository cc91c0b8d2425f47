//! The write barrier.
//!
//! A minor collection does not look into old objects, except into those that were written to since the last
//! collection. So a store of a reference into an object (or into the storage that belongs to it) first
//! tests one bit of the object's header. Cost: a load, a test and a branch that is almost never taken; the
//! slow path runs once per old object and collection.

use crate::heap::Heap;
use crate::layout::{Header, Kind, gc_bits};

impl Heap {
    /// To be called with the *owner* when a reference is stored into `object` or its storage, before the
    /// next allocation. An object made since the last allocation needs none.
    ///
    /// # Safety
    /// `object` is a live object of this heap.
    #[inline(always)]
    pub unsafe fn barrier(&mut self, object: *mut Header) {
        // SAFETY: the caller's promise.
        unsafe {
            if (*object).gc & gc_bits::OLD_UNLOGGED != 0 {
                self.remember(object);
            }
        }
    }

    /// The slow path of [`Heap::barrier`], for compiled code that makes the test itself.
    ///
    /// # Safety
    /// `object` is a live object of this heap whose old-and-unlogged bit is set.
    #[cold]
    #[inline(never)]
    pub unsafe fn remember(&mut self, object: *mut Header) {
        // SAFETY: the caller's promise.
        unsafe {
            debug_assert!((*object).kind != Kind::Free, "a store into freed memory");
            (*object).gc &= !gc_bits::OLD_UNLOGGED;
        }
        self.remembered.push(object);
    }
}
