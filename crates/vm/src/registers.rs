//! The register stack: one mapping that never moves, and what is known of its unused part.
//!
//! Frames are windows that overlap: a callee's registers begin in the middle of its caller's. Nothing clears
//! the registers of a new frame, and verified code may read one that it never wrote. So this must hold at
//! every instruction: *a word of the stack that looks like a reference leads to a live object*. It does
//! because a collection treats all words up to the end of the highest frame as roots, and clears the words
//! above ([`RegisterStack::clean_above`]). To know how far it must clear, the limit that calls compare against
//! is a soft one: words beyond it were never written since they were last clear. The slow path of a call
//! moves it up in steps, a collection moves it down again.

use quadriga_value::Value;
use std::cell::Cell;
use std::mem::MaybeUninit;

/// Registers of all frames together.
const SIZE: usize = 1 << 20;
/// Registers behind the last usable one; helpers may write a few words past a full stack.
const SPARE: usize = 8;
/// Registers by which the soft limit lies above what is in use.
const STEP: usize = 1 << 12;

/// The register stack of a context.
pub(crate) struct RegisterStack {
    words: *mut [MaybeUninit<Value>],
    /// Address of the first word that is known to be clear, as are all behind it.
    soft: Cell<usize>,
}

impl RegisterStack {
    pub fn new() -> RegisterStack {
        // Not zeroed here: the allocator would write (and so take) all of it, unless it happens to ask the
        // system for fresh pages. Words are cleared when the soft limit passes them.
        let words = Box::into_raw(Box::<[Value]>::new_uninit_slice(SIZE));
        let stack = RegisterStack { words, soft: Cell::new(0) };
        stack.soft.set(stack.start().addr());
        stack.raise_soft_limit(stack.start().addr());
        stack
    }

    /// The first register.
    pub fn start(&self) -> *mut Value {
        self.words.cast()
    }

    /// The end of the usable registers.
    pub fn end(&self) -> *mut Value {
        // SAFETY: within the allocation.
        unsafe { self.start().add(SIZE - SPARE) }
    }

    /// The soft limit.
    pub fn soft_limit(&self) -> usize {
        self.soft.get()
    }

    fn step_above(&self, address: usize) -> usize {
        (address + STEP * size_of::<Value>()).min(self.end().addr())
    }

    /// Moves the soft limit up so that registers below `end` may be written. Whether it moved.
    pub fn reserve(&self, end: usize) -> bool {
        debug_assert!(end <= self.end().addr(), "registers beyond the end of the stack");
        if end < self.soft.get() || self.soft.get() == self.end().addr() {
            return false;
        }
        self.raise_soft_limit(end);
        true
    }

    /// Moves the soft limit to a step above `address`, and clears the words that it passes.
    fn raise_soft_limit(&self, address: usize) {
        let (from, to) = (self.soft.get(), self.step_above(address));
        let words = to.saturating_sub(from) / size_of::<Value>();
        // SAFETY: both ends lie within the allocation, and nobody uses words beyond the soft limit. Zero is
        // the double 0.0.
        unsafe { std::ptr::write_bytes(self.start().with_addr(from), 0, words) };
        self.soft.set(to);
    }

    /// Clears the words from `top` on, and moves the soft limit down to a step above it. Whether it moved.
    ///
    /// # Safety
    /// No frame and no call in preparation has registers from `top` on.
    pub unsafe fn clean_above(&self, top: *mut Value) -> bool {
        let soft = self.soft.get();
        let words = soft.saturating_sub(top.addr()) / size_of::<Value>();
        // SAFETY: the soft limit lies within the allocation; nobody else uses the words (the caller's promise).
        unsafe { std::ptr::write_bytes(top, 0, words) };
        self.soft.set(self.step_above(top.addr()).min(soft));
        self.soft.get() != soft
    }
}

impl Drop for RegisterStack {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `new`.
        drop(unsafe { Box::from_raw(self.words) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_follows_use() {
        let stack = RegisterStack::new();
        let low = stack.soft_limit();
        assert!(!stack.reserve(low - 8));
        assert!(stack.reserve(low));
        let high = stack.soft_limit();
        assert!(high > low);
        let top = stack.start().wrapping_add(10);
        // SAFETY: the words lie below the soft limit, and nobody else uses the stack.
        unsafe {
            *top.sub(1) = Value::TRUE;
            *top = Value::TRUE;
            *top.add(STEP) = Value::TRUE;
            assert!(stack.clean_above(top));
            assert_eq!((*top.sub(1)).bits(), Value::TRUE.bits());
            assert_eq!(((*top).bits(), (*top.add(STEP)).bits()), (0, 0));
        }
        assert_eq!(stack.soft_limit(), top.wrapping_add(STEP).addr());
    }

    #[test]
    fn the_end_is_hard() {
        let stack = RegisterStack::new();
        assert!(stack.reserve(stack.end().addr()));
        assert_eq!(stack.soft_limit(), stack.end().addr());
        assert!(!stack.reserve(stack.end().addr()));
    }
}
