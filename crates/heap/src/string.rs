//! Strings: making, reading, comparing.
//!
//! A string is immutable UTF-8. Four representations ([`StrKind`]): *flat* (the bytes follow the header),
//! *slice* (a window into a flat string), *rope* (two halves, not copied yet, see `rope.rs`) and *buffer*
//! (flat with room at its end; only slices refer to it). Reading the text of a rope first flattens it, in
//! place, so that the identity of the string stays. Length in bytes and in characters is always known, so
//! "ASCII" is simply "as many characters as bytes". Hashes are computed once.

use crate::address::at;
use crate::error::HeapError;
use crate::hash::{TextHasher, hash_text};
use crate::heap::Heap;
use crate::layout::{Kind, STR_TEXT, Str, StrKind, flags};
use crate::refs::StrRef;
use quadriga_value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// Longest string, in bytes.
pub const MAX_STR_BYTES: usize = (1 << 31) - 1;

impl StrRef {
    /// How the text is held.
    #[inline(always)]
    pub fn str_kind(self) -> StrKind {
        match self.fields().header.aux {
            0 => StrKind::Flat,
            1 => StrKind::Slice,
            2 => StrKind::Rope,
            _ => StrKind::Buffer,
        }
    }

    /// Length in bytes.
    #[inline(always)]
    pub fn byte_len(self) -> usize {
        self.fields().bytes as usize
    }

    /// Length in characters.
    #[inline(always)]
    pub fn char_len(self) -> usize {
        self.fields().chars as usize
    }

    /// Whether there is no character.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.fields().bytes == 0
    }

    /// Whether every character is a byte.
    #[inline(always)]
    pub fn is_ascii(self) -> bool {
        self.has_flag(flags::ASCII)
    }

    /// Whether this is the unique string of its text.
    #[inline(always)]
    pub fn is_interned(self) -> bool {
        self.has_flag(flags::INTERNED)
    }

    /// Whether the bytes have to be gathered before they can be read.
    #[inline(always)]
    pub fn is_rope(self) -> bool {
        self.fields().header.aux == StrKind::Rope as u8
    }

    /// The text of a string that is not a rope; [`Heap::text`] takes any. It must not be used after the
    /// string became unreachable (module rule of `refs`).
    ///
    /// # Panics
    /// If this is a rope.
    #[inline]
    pub fn text(&self) -> &str {
        assert!(!self.is_rope(), "the text of a rope is read after Heap::flatten");
        let start = self.text_start();
        // SAFETY: the string is flat or a slice, so `byte_len` bytes of valid UTF-8 stand at `start`; they
        // are never written again (a buffer grows behind all slices that exist).
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, self.byte_len())) }
    }

    /// The text, copied if this is a rope. The copy is outside the heap and its limit, however long it is:
    /// this is for tests and for hosts that take a text with them. Whatever a script can ask for flattens
    /// first ([`Heap::flatten`]) and reads [`StrRef::text`], or takes the [`StrRef::head`].
    pub fn to_text(&self) -> Cow<'_, str> {
        if self.is_rope() { Cow::Owned(self.gather()) } else { Cow::Borrowed(self.text()) }
    }

    /// The text if it has at most `most` bytes, otherwise its first characters that fit, for messages and
    /// for names that are short if they mean anything.
    pub fn head(&self, most: usize) -> Cow<'_, str> {
        if !self.is_rope() {
            return Cow::Borrowed(cut(self.text(), most));
        }
        let mut out = String::with_capacity(most.min(self.byte_len()));
        for leaf in self.leaves() {
            let part = cut(leaf.text(), most - out.len());
            out.push_str(part);
            if part.len() < leaf.byte_len() {
                break;
            }
        }
        Cow::Owned(out)
    }

    /// Whether [`StrRef::hash`] has to read the text.
    #[inline(always)]
    pub fn is_unhashed(self) -> bool {
        self.fields().hash == 0
    }

    #[cold]
    fn gather(self) -> String {
        let mut out = String::with_capacity(self.byte_len());
        self.each_leaf(&mut |leaf| out.push_str(leaf));
        out
    }

    /// First byte of a string that is not a rope.
    #[inline(always)]
    pub(crate) fn text_start(self) -> *const u8 {
        let fields = self.fields();
        let (base, offset) = if fields.header.aux == StrKind::Slice as u8 {
            (fields.a, fields.b)
        } else {
            (self.address(), 0)
        };
        at::<u8>(base + STR_TEXT + offset)
    }

    /// Hash of the text; computed at the first call.
    #[inline(always)]
    pub fn hash(self) -> u32 {
        let known = self.fields().hash;
        if known != 0 { known } else { self.compute_hash() }
    }

    #[inline(never)]
    fn compute_hash(self) -> u32 {
        let hash = if self.is_rope() { self.rope_hash() } else { hash_text(self.text()) };
        // SAFETY: a live string (module rule of `refs`); no borrow of its fields is held.
        unsafe { (*self.ptr()).hash = hash };
        hash
    }

    /// The hash of a rope: piece by piece, nothing is gathered.
    fn rope_hash(self) -> u32 {
        let mut hasher = TextHasher::new();
        self.each_leaf(&mut |leaf| hasher.write(leaf.as_bytes()));
        hasher.finish()
    }
}

/// The first characters of `text`, at most `most` bytes.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl fmt::Display for StrRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_rope() {
            return f.pad(self.text());
        }
        if f.width().is_some() || f.precision().is_some() {
            return f.pad(&self.to_text());
        }
        self.leaves().try_for_each(|leaf| f.write_str(leaf.text()))
    }
}

/// Whether two strings have the same text.
#[inline]
pub fn str_eq(a: StrRef, b: StrRef) -> bool {
    if a == b {
        return true;
    }
    let (x, y) = (a.fields(), b.fields());
    if x.bytes != y.bytes || x.header.flags & y.header.flags & flags::INTERNED != 0 {
        return false;
    }
    if x.hash != y.hash && x.hash != 0 && y.hash != 0 {
        return false;
    }
    if a.is_rope() || b.is_rope() { cmp_leaves(a, b).is_eq() } else { a.text() == b.text() }
}

/// The order of two strings: that of their code points, which is that of their bytes.
pub fn str_cmp(a: StrRef, b: StrRef) -> Ordering {
    if a == b {
        Ordering::Equal
    } else if a.is_rope() || b.is_rope() {
        cmp_leaves(a, b)
    } else {
        a.text().as_bytes().cmp(b.text().as_bytes())
    }
}

/// The order of two texts, read piece by piece.
#[cold]
fn cmp_leaves(a: StrRef, b: StrRef) -> Ordering {
    let (mut xs, mut ys) = (a.leaves(), b.leaves());
    let (mut x, mut y) = (xs.next(), ys.next());
    let (mut i, mut j) = (0, 0);
    while let (Some(s), Some(t)) = (x, y) {
        let (p, q) = (&s.text().as_bytes()[i..], &t.text().as_bytes()[j..]);
        let n = p.len().min(q.len());
        match p[..n].cmp(&q[..n]) {
            Ordering::Equal => {}
            other => return other,
        }
        (i, j) = (i + n, j + n);
        if n == p.len() {
            (x, i) = (xs.next(), 0);
        }
        if n == q.len() {
            (y, j) = (ys.next(), 0);
        }
    }
    // The one of which something is left is the greater one.
    x.is_some().cmp(&y.is_some())
}

impl Heap {
    /// A string with the given text. Texts of one ASCII character are made only once.
    #[inline]
    pub fn str(&mut self, text: &str) -> Result<StrRef, HeapError> {
        match text.as_bytes() {
            &[byte] => self.ascii_char(byte),
            _ => self.new_flat_str(text),
        }
    }

    /// A fresh flat string.
    pub(crate) fn new_flat_str(&mut self, text: &str) -> Result<StrRef, HeapError> {
        let chars = if text.is_ascii() { text.len() } else { text.chars().count() };
        self.new_counted_str(text, chars)
    }

    /// A fresh flat string of a text that has `chars` characters.
    #[inline]
    pub(crate) fn new_counted_str(&mut self, text: &str, chars: usize) -> Result<StrRef, HeapError> {
        let s = self.alloc_flat(StrKind::Flat, text.len(), text.len(), chars)?;
        // SAFETY: the new string has room for all bytes of `text` and nobody else sees it yet.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), s.text_start().cast_mut(), text.len()) };
        Ok(s)
    }

    /// A flat string or buffer with room for `capacity` bytes. The caller writes the `bytes` first ones
    /// before anybody reads them; the collector does not.
    #[inline]
    pub(crate) fn alloc_flat(
        &mut self,
        kind: StrKind,
        capacity: usize,
        bytes: usize,
        chars: usize,
    ) -> Result<StrRef, HeapError> {
        if capacity > MAX_STR_BYTES {
            return Err(too_long());
        }
        let s = self.alloc_raw(Kind::Str, STR_TEXT + capacity)?.cast::<Str>();
        let p = s.as_ptr();
        // SAFETY: `p` is a fresh object with at least STR_TEXT bytes; `a` and `b` belong to the text.
        unsafe {
            (*p).header.aux = kind as u8;
            (*p).header.flags = ascii_flag(bytes, chars);
            (*p).hash = 0;
            (*p).bytes = bytes as u32;
            (*p).chars = chars as u32;
            (*p).depth = 0;
        }
        Ok(StrRef(s))
    }

    /// A slice or rope.
    #[inline]
    pub(crate) fn alloc_derived(
        &mut self,
        kind: StrKind,
        bytes: usize,
        chars: usize,
        depth: u32,
        a: usize,
        b: usize,
    ) -> Result<StrRef, HeapError> {
        let s = self.alloc_raw(Kind::Str, size_of::<Str>())?.cast::<Str>();
        let p = s.as_ptr();
        // SAFETY: `p` is a fresh object of that size.
        unsafe {
            (*p).header.aux = kind as u8;
            (*p).header.flags = ascii_flag(bytes, chars);
            (*p).hash = 0;
            (*p).bytes = bytes as u32;
            (*p).chars = chars as u32;
            (*p).depth = depth;
            (*p).a = a;
            (*p).b = b;
        }
        Ok(StrRef(s))
    }

    /// The empty string.
    pub fn empty_str(&mut self) -> Result<StrRef, HeapError> {
        self.intern("")
    }

    /// The string of one character.
    #[inline]
    pub fn single_char(&mut self, c: char) -> Result<StrRef, HeapError> {
        if c.is_ascii() { self.ascii_char(c as u8) } else { self.new_flat_str(c.encode_utf8(&mut [0; 4])) }
    }

    /// The (interned) string of one byte of ASCII.
    #[inline]
    pub(crate) fn ascii_char(&mut self, byte: u8) -> Result<StrRef, HeapError> {
        let known = self.single_chars[byte as usize & 127];
        if known.is_object() {
            // SAFETY: the table holds strings only.
            Ok(unsafe { StrRef::from_value_unchecked(known) })
        } else {
            self.make_ascii_char(byte)
        }
    }

    #[cold]
    fn make_ascii_char(&mut self, byte: u8) -> Result<StrRef, HeapError> {
        let s = self.intern((byte as char).encode_utf8(&mut [0; 4]))?;
        self.single_chars[byte as usize & 127] = s.value();
        Ok(s)
    }

    /// The text of `s`, gathered if it is a rope.
    #[inline]
    pub fn text<'a>(&mut self, s: &'a StrRef) -> Result<&'a str, HeapError> {
        self.flatten(*s)?;
        Ok(s.text())
    }

    /// The string value of `text` (shorthand for host functions).
    pub fn str_value(&mut self, text: &str) -> Result<Value, HeapError> {
        Ok(self.str(text)?.value())
    }
}

#[inline(always)]
fn ascii_flag(bytes: usize, chars: usize) -> u8 {
    if bytes == chars { flags::ASCII } else { 0 }
}

#[cold]
pub(crate) fn too_long() -> HeapError {
    HeapError::TooLarge { what: "string", max: MAX_STR_BYTES }
}
