//! Ropes and buffers: concatenation that does not copy each time.
//!
//! Takes two strings, leaves their concatenation. Short results are copied. Longer ones become a *rope*, an
//! object with two halves, gathered when somebody reads the bytes. A text that grows at its end again and
//! again (depth or length of its rope tells) moves into a *buffer* with as much free room as text, and from
//! then on appending writes into that room and makes a slice: `n` appends of constant length cost O(n) in
//! all, whether or not the text is read in between. Slices of a buffer never overlap what is written later,
//! and a slice that does not end at the end of the written part does not grow in place, so that strings
//! stay immutable. Everything here is iterative; the depth of ropes is bounded all the same.

use crate::address::at;
use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::{GRANULE, STR_TEXT, Str, StrKind};
use crate::refs::StrRef;
use crate::string::{MAX_STR_BYTES, too_long};

/// Results shorter than this are copied.
const ROPE_MIN: usize = 48;
/// Ropes deeper than this are gathered before they grow.
const MAX_DEPTH: u32 = 500;
/// A rope of this depth that is appended to moves into a buffer ...
const BUFFER_DEPTH: u32 = 8;
/// ... a shorter one at once.
const BUFFER_SOON: usize = 1024;

impl StrRef {
    /// The halves of a rope.
    #[inline]
    fn halves(self) -> (StrRef, StrRef) {
        debug_assert!(self.is_rope());
        let fields = self.fields();
        // SAFETY: a rope holds the addresses of two live strings.
        unsafe { (StrRef::from_ptr(at(fields.a)), StrRef::from_ptr(at(fields.b))) }
    }

    /// The pieces of the text in order. Nothing may be allocated in the heap while they are walked.
    pub(crate) fn leaves(self) -> Leaves {
        Leaves { next: Some(self), rest: Vec::new() }
    }

    /// Calls `f` with the pieces of the text in order.
    pub(crate) fn each_leaf(self, f: &mut dyn FnMut(&str)) {
        self.leaves().for_each(|leaf| f(leaf.text()));
    }

    /// Copies the text to `to`.
    ///
    /// # Safety
    /// `to` has room for `byte_len` bytes that are not part of a text that anybody can read.
    unsafe fn copy_to(self, to: *mut u8) {
        let mut to = to;
        let mut copy = |leaf: &str| {
            // SAFETY: the leaves have `byte_len` bytes together, for which the caller has made room.
            unsafe {
                std::ptr::copy_nonoverlapping(leaf.as_ptr(), to, leaf.len());
                to = to.add(leaf.len());
            }
        };
        if self.is_rope() { self.each_leaf(&mut copy) } else { copy(self.text()) }
    }

    /// Bytes of text for which a flat string or buffer has room.
    fn capacity(self) -> usize {
        (self.fields().header.granules as usize * GRANULE - STR_TEXT).min(MAX_STR_BYTES)
    }
}

/// Walks a rope from left to right. Every item is a string whose text can be read; of a rope none is empty.
pub(crate) struct Leaves {
    next: Option<StrRef>,
    /// Right halves still to come; as many as the rope is deep at most.
    rest: Vec<StrRef>,
}

impl Iterator for Leaves {
    type Item = StrRef;

    fn next(&mut self) -> Option<StrRef> {
        let mut leaf = self.next.take()?;
        while leaf.is_rope() {
            let (left, right) = leaf.halves();
            self.rest.push(right);
            leaf = left;
        }
        self.next = self.rest.pop();
        Some(leaf)
    }
}

/// Bytes of text that [`Heap::str_concat`] is going to copy besides short ones: what it costs.
pub fn concat_cost(a: StrRef, b: StrRef) -> usize {
    let total = a.byte_len() + b.byte_len();
    if total < ROPE_MIN || a.is_empty() || b.is_empty() {
        return 0;
    }
    let depth = a.fields().depth;
    match a.str_kind() {
        StrKind::Slice if b.byte_len() <= a.byte_len() => b.byte_len(),
        StrKind::Rope
            if b.byte_len() <= a.byte_len() / 2 && (depth >= BUFFER_DEPTH || total < BUFFER_SOON) =>
        {
            total
        }
        _ => [a, b].iter().filter(|s| s.fields().depth >= MAX_DEPTH).map(|s| s.byte_len()).sum(),
    }
}

impl Heap {
    /// Makes the bytes of `s` readable with [`StrRef::text`]: a rope becomes a slice of a new flat string.
    #[inline(always)]
    pub fn flatten(&mut self, s: StrRef) -> Result<(), HeapError> {
        if s.is_rope() { self.flatten_rope(s) } else { Ok(()) }
    }

    #[inline(never)]
    fn flatten_rope(&mut self, s: StrRef) -> Result<(), HeapError> {
        let flat = self.alloc_flat(StrKind::Flat, s.byte_len(), s.byte_len(), s.char_len())?;
        self.rope_to_slice(s, flat);
        Ok(())
    }

    /// Copies the text of the rope `s` to the start of `flat` and makes `s` a slice of that.
    fn rope_to_slice(&mut self, s: StrRef, flat: StrRef) {
        // SAFETY: `flat` is fresh, has room for the text, and nobody reads it yet. `s` is a live string that
        // is no longer borrowed when its fields are written; the barrier tells the collector of the store.
        unsafe {
            s.copy_to(flat.text_start().cast_mut());
            let p: *mut Str = s.ptr();
            (*p).header.aux = StrKind::Slice as u8;
            (*p).depth = 0;
            (*p).a = flat.address();
            (*p).b = 0;
            self.barrier(s.header());
        }
    }

    /// The concatenation of `a` and `b`.
    #[inline]
    pub fn str_concat(&mut self, a: StrRef, b: StrRef) -> Result<StrRef, HeapError> {
        let total = a.byte_len() + b.byte_len();
        if a.is_empty() {
            Ok(b)
        } else if b.is_empty() {
            Ok(a)
        } else if total < ROPE_MIN {
            self.concat_copy(a, b, total)
        } else {
            self.concat_long(a, b, total)
        }
    }

    fn concat_copy(&mut self, a: StrRef, b: StrRef, total: usize) -> Result<StrRef, HeapError> {
        let s = self.alloc_flat(StrKind::Flat, total, total, a.char_len() + b.char_len())?;
        let to = s.text_start().cast_mut();
        // SAFETY: `s` is fresh and has room for both texts.
        unsafe {
            a.copy_to(to);
            b.copy_to(to.add(a.byte_len()));
        }
        Ok(s)
    }

    fn concat_long(&mut self, a: StrRef, b: StrRef, total: usize) -> Result<StrRef, HeapError> {
        if total > MAX_STR_BYTES {
            return Err(too_long());
        }
        match a.str_kind() {
            StrKind::Slice => {
                if let Some(s) = self.append(a, b, total)? {
                    return Ok(s);
                }
            }
            StrKind::Rope if b.byte_len() <= a.byte_len() / 2 => {
                if (a.fields().depth >= BUFFER_DEPTH || total < BUFFER_SOON)
                    && self.move_to_buffer(a, total).is_ok()
                    && let Some(s) = self.append(a, b, total)?
                {
                    return Ok(s);
                }
            }
            _ => {}
        }
        self.new_rope(a, b, total)
    }

    fn new_rope(&mut self, a: StrRef, b: StrRef, total: usize) -> Result<StrRef, HeapError> {
        for half in [a, b] {
            if half.fields().depth >= MAX_DEPTH {
                self.flatten(half)?;
            }
        }
        let depth = a.fields().depth.max(b.fields().depth) + 1;
        let chars = a.char_len() + b.char_len();
        self.alloc_derived(StrKind::Rope, total, chars, depth, a.address(), b.address())
    }

    /// The rope `s` becomes a slice of a new buffer that has room for as much again as `total`.
    fn move_to_buffer(&mut self, s: StrRef, total: usize) -> Result<(), HeapError> {
        let capacity = (total * 2).min(MAX_STR_BYTES);
        let buffer = self.alloc_flat(StrKind::Buffer, capacity, s.byte_len(), s.char_len())?;
        self.rope_to_slice(s, buffer);
        Ok(())
    }

    /// `a + b` where `a` is a slice that ends where its buffer does: `b` is written behind it, in a buffer
    /// of twice the size if there is no room. `None` if `a` is another kind of slice, or `b` is longer than
    /// `a` and there is no room.
    fn append(&mut self, a: StrRef, b: StrRef, total: usize) -> Result<Option<StrRef>, HeapError> {
        // SAFETY: the parent of a slice is a live string.
        let parent = unsafe { StrRef::from_ptr(at::<Str>(a.fields().a)) };
        let offset = a.fields().b;
        let end = offset + a.byte_len();
        if parent.str_kind() != StrKind::Buffer || end != parent.byte_len() {
            return Ok(None);
        }
        let chars = a.char_len() + b.char_len();
        if parent.capacity() - end >= b.byte_len() {
            let s = self.alloc_derived(StrKind::Slice, total, chars, 0, parent.address(), offset)?;
            // SAFETY: [end, end + b) is inside the buffer and behind every slice of it. `b` may itself be a
            // slice of this buffer; its bytes end before `end`.
            unsafe {
                b.copy_to(parent.text_start().cast_mut().add(end));
                (*parent.ptr()).bytes = (end + b.byte_len()) as u32;
                (*parent.ptr()).chars += b.fields().chars;
            }
            return Ok(Some(s));
        }
        if b.byte_len() > a.byte_len() {
            return Ok(None);
        }
        let capacity = (total * 2).min(MAX_STR_BYTES);
        let Ok(buffer) = self.alloc_flat(StrKind::Buffer, capacity, 0, 0) else {
            return Ok(None);
        };
        let s = self.alloc_derived(StrKind::Slice, total, chars, 0, buffer.address(), 0)?;
        let to = buffer.text_start().cast_mut();
        // SAFETY: the buffer is fresh and has room for both texts.
        unsafe {
            a.copy_to(to);
            b.copy_to(to.add(a.byte_len()));
            (*buffer.ptr()).bytes = total as u32;
            (*buffer.ptr()).chars = chars as u32;
        }
        Ok(Some(s))
    }

    /// `count` copies of `s` in a row.
    pub fn str_repeat(&mut self, s: StrRef, count: usize) -> Result<StrRef, HeapError> {
        if count == 1 || s.is_empty() {
            return Ok(s);
        }
        if count == 0 {
            return self.empty_str();
        }
        let total = s.byte_len().checked_mul(count).filter(|&n| n <= MAX_STR_BYTES).ok_or_else(too_long)?;
        let result = self.alloc_flat(StrKind::Flat, total, total, s.char_len() * count)?;
        let to = result.text_start().cast_mut();
        // SAFETY: `result` is fresh and has room for `total` bytes; each step copies from the part that is
        // already written to the part behind it.
        unsafe {
            s.copy_to(to);
            let mut done = s.byte_len();
            while done < total {
                let n = done.min(total - done);
                std::ptr::copy_nonoverlapping(to, to.add(done), n);
                done += n;
            }
        }
        Ok(result)
    }
}
