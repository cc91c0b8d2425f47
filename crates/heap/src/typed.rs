//! Typed buffers: packed bytes, integers or doubles, of which single elements may be absent.
//!
//! An element is absent (reads as nil) if its bit in the validity bitmap is clear; a buffer whose elements
//! are all present has no bitmap. Integers of 64 bits that do not fit inline are boxed when read. Length is
//! fixed at creation; [`Heap::typed_push`] replaces the storage in doubling steps.

use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::{Bytes, Kind, Typed, TypedKind};
use crate::refs::{TypedRef, ValueExt};
use quadriga_value::Value;

/// Largest number of elements.
pub const MAX_TYPED_LEN: usize = 1 << 28;

/// Why a value cannot be an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypedError {
    /// It is no number of the element type, or out of its range.
    WrongValue,
    /// No memory.
    Heap(HeapError),
}

impl From<HeapError> for TypedError {
    fn from(e: HeapError) -> TypedError {
        TypedError::Heap(e)
    }
}

impl TypedKind {
    /// Bytes of an element.
    #[inline]
    pub fn size(self) -> usize {
        match self {
            TypedKind::U8 => 1,
            TypedKind::I64 | TypedKind::F64 => 8,
        }
    }

    /// The bits of `v` as an element.
    fn encode(self, v: Value) -> Option<u64> {
        match self {
            TypedKind::U8 => v.as_int().and_then(|i| u8::try_from(i).ok()).map(u64::from),
            TypedKind::I64 => v.as_i64().map(|i| i as u64),
            TypedKind::F64 => v.as_number().or_else(|| v.as_i64().map(|i| i as f64)).map(f64::to_bits),
        }
    }
}

/// First byte behind a storage object.
#[inline(always)]
fn data_of(bytes: *mut Bytes) -> *mut u8 {
    // No access happens here.
    bytes.wrapping_add(1).cast()
}

impl TypedRef {
    /// Number of elements.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.fields().len as usize
    }

    /// Whether there is none.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.fields().len == 0
    }

    /// Type of the elements.
    #[inline(always)]
    pub fn typed_kind(self) -> TypedKind {
        match self.fields().header.aux {
            0 => TypedKind::U8,
            1 => TypedKind::I64,
            _ => TypedKind::F64,
        }
    }

    /// First element.
    #[inline(always)]
    pub fn data(self) -> *mut u8 {
        data_of(self.fields().data)
    }

    /// The bytes of the elements; not to be held while the buffer changes.
    pub fn as_bytes(&self) -> &[u8] {
        let n = self.len() * self.typed_kind().size();
        // SAFETY: the storage holds that many initialised bytes.
        unsafe { std::slice::from_raw_parts(self.data(), n) }
    }

    /// Whether element `i` is present.
    ///
    /// # Panics
    /// If there is no element `i`.
    #[inline]
    pub fn is_valid(self, i: usize) -> bool {
        assert!(i < self.len(), "buffer index out of range");
        let valid = self.fields().valid;
        // SAFETY: the bitmap has a bit for each element.
        valid.is_null() || unsafe { *data_of(valid).add(i / 8) } >> (i % 8) & 1 != 0
    }

    #[inline]
    fn set_valid_bit(self, i: usize, on: bool) {
        let valid = self.fields().valid;
        if !valid.is_null() {
            // SAFETY: the bitmap has a bit for each element; nothing of it is borrowed.
            unsafe {
                let byte = data_of(valid).add(i / 8);
                *byte = *byte & !(1 << (i % 8)) | (on as u8) << (i % 8);
            }
        }
    }

    #[inline(always)]
    fn bits(self, i: usize) -> u64 {
        assert!(i < self.len(), "buffer index out of range");
        // SAFETY: element `i` exists; elements of 8 bytes are aligned because storage is.
        unsafe {
            match self.typed_kind() {
                TypedKind::U8 => *self.data().add(i) as u64,
                _ => *self.data().cast::<u64>().add(i),
            }
        }
    }

    #[inline(always)]
    fn set_bits(self, i: usize, bits: u64) {
        assert!(i < self.len(), "buffer index out of range");
        // SAFETY: as in `bits`; nothing of the buffer is borrowed.
        unsafe {
            match self.typed_kind() {
                TypedKind::U8 => *self.data().add(i) = bits as u8,
                _ => *self.data().cast::<u64>().add(i) = bits,
            }
        }
    }
}

impl Heap {
    /// Storage for `len` bytes, all `fill`.
    fn alloc_bytes(&mut self, len: usize, fill: u8) -> Result<*mut Bytes, HeapError> {
        let bytes = self.alloc_raw(Kind::Bytes, size_of::<Bytes>() + len)?.cast::<Bytes>().as_ptr();
        // SAFETY: a fresh object of that size.
        unsafe {
            (*bytes).len = len as u32;
            (*bytes).pad = 0;
            std::ptr::write_bytes(data_of(bytes), fill, len);
        }
        Ok(bytes)
    }

    /// A buffer of `len` zeros.
    pub fn typed_new(&mut self, kind: TypedKind, len: usize) -> Result<TypedRef, HeapError> {
        check_len(len)?;
        let data = self.alloc_bytes(len * kind.size(), 0)?;
        let object = self.alloc_raw(Kind::Typed, size_of::<Typed>())?.cast::<Typed>();
        let p = object.as_ptr();
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).header.aux = kind as u8;
            (*p).len = len as u32;
            (*p).pad = 0;
            (*p).data = data;
            (*p).valid = std::ptr::null_mut();
        }
        Ok(TypedRef(object))
    }

    /// A buffer of the given bytes.
    pub fn typed_from_bytes(&mut self, bytes: &[u8]) -> Result<TypedRef, HeapError> {
        let typed = self.typed_new(TypedKind::U8, bytes.len())?;
        // SAFETY: the new buffer has room for all bytes and is not borrowed.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), typed.data(), bytes.len()) };
        Ok(typed)
    }

    /// Element `i`, nil if absent.
    ///
    /// # Panics
    /// If there is no element `i`.
    pub fn typed_get(&mut self, typed: TypedRef, i: usize) -> Result<Value, HeapError> {
        if !typed.is_valid(i) {
            return Ok(Value::NIL);
        }
        let bits = typed.bits(i);
        match typed.typed_kind() {
            TypedKind::U8 => Ok(Value::int(bits as i64)),
            TypedKind::I64 => self.int64(bits as i64),
            TypedKind::F64 => Ok(Value::double_from_outside(f64::from_bits(bits))),
        }
    }

    /// Stores element `i`; nil makes it absent.
    ///
    /// # Panics
    /// If there is no element `i`.
    pub fn typed_set(&mut self, typed: TypedRef, i: usize, v: Value) -> Result<(), TypedError> {
        assert!(i < typed.len(), "buffer index out of range");
        if v.is_nil() {
            self.need_bitmap(typed)?;
            typed.set_bits(i, 0);
            typed.set_valid_bit(i, false);
            return Ok(());
        }
        let bits = typed.typed_kind().encode(v).ok_or(TypedError::WrongValue)?;
        typed.set_bits(i, bits);
        typed.set_valid_bit(i, true);
        Ok(())
    }

    fn need_bitmap(&mut self, typed: TypedRef) -> Result<(), HeapError> {
        if typed.fields().valid.is_null() {
            // One bit for each element that the storage has room for.
            let capacity = self.typed_capacity(typed);
            let valid = self.alloc_bytes(capacity.div_ceil(8), 0xFF)?;
            // SAFETY: a live buffer, of which no borrow is held.
            unsafe {
                (*typed.ptr()).valid = valid;
                self.barrier(typed.header());
            }
        }
        Ok(())
    }

    fn typed_capacity(&self, typed: TypedRef) -> usize {
        // SAFETY: the storage of a live buffer is live.
        unsafe { (*typed.fields().data).len as usize / typed.typed_kind().size() }
    }

    /// Appends an element; nil appends an absent one.
    pub fn typed_push(&mut self, typed: TypedRef, v: Value) -> Result<(), TypedError> {
        let len = typed.len();
        if !v.is_nil() && typed.typed_kind().encode(v).is_none() {
            return Err(TypedError::WrongValue);
        }
        if len == self.typed_capacity(typed) {
            self.typed_grow(typed)?;
        }
        if v.is_nil() {
            self.need_bitmap(typed)?;
        }
        // SAFETY: a live buffer with room for one more element, of which no borrow is held.
        unsafe { (*typed.ptr()).len = len as u32 + 1 };
        self.typed_set(typed, len, v)
    }

    fn typed_grow(&mut self, typed: TypedRef) -> Result<(), HeapError> {
        let (len, size) = (typed.len(), typed.typed_kind().size());
        check_len(len + 1)?;
        let capacity = (len * 2).clamp(16, MAX_TYPED_LEN);
        let data = self.alloc_bytes(capacity * size, 0)?;
        let had_bitmap = !typed.fields().valid.is_null();
        let valid =
            if had_bitmap { self.alloc_bytes(capacity.div_ceil(8), 0xFF)? } else { std::ptr::null_mut() };
        let p = typed.ptr();
        // SAFETY: the new storage is at least as large as the old; no borrow of the buffer is held.
        unsafe {
            std::ptr::copy_nonoverlapping(typed.data(), data_of(data), len * size);
            if had_bitmap {
                std::ptr::copy_nonoverlapping(data_of((*p).valid), data_of(valid), len.div_ceil(8));
            }
            (*p).data = data;
            (*p).valid = valid;
            self.barrier(typed.header());
        }
        Ok(())
    }

    /// A copy of the elements `from..to`.
    pub fn typed_slice(&mut self, typed: TypedRef, from: usize, to: usize) -> Result<TypedRef, HeapError> {
        assert!(from <= to && to <= typed.len(), "buffer range out of range");
        let size = typed.typed_kind().size();
        let copy = self.typed_new(typed.typed_kind(), to - from)?;
        // SAFETY: both storages hold the elements copied; they are different objects.
        unsafe {
            std::ptr::copy_nonoverlapping(typed.data().add(from * size), copy.data(), (to - from) * size);
        }
        if (from..to).any(|i| !typed.is_valid(i)) {
            self.need_bitmap(copy)?;
            (from..to).for_each(|i| copy.set_valid_bit(i - from, typed.is_valid(i)));
        }
        Ok(copy)
    }
}

fn check_len(len: usize) -> Result<(), HeapError> {
    if len > MAX_TYPED_LEN { Err(HeapError::TooLarge { what: "buffer", max: MAX_TYPED_LEN }) } else { Ok(()) }
}
