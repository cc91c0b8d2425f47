//! Lists: storage, element access, growing and shrinking at either end.
//!
//! A list has a window `[elems, elems + len)` into a storage object that it alone owns; the storage is filled
//! with `EMPTY` outside the window, so that pushing writes one element and one length and nothing else.
//! Taking from the front moves the window (O(1)); the gap in front is reused before the storage grows.
//! The kind byte says what *every* element is; it is kept exact for the first element and only widened
//! after that, so that `Int` and `Double` never lie. A *range* has no storage at all until somebody writes
//! to it: its capacity is 0, which sends every store to the slow path.
//!
//! Stores call the barrier of the list, never of its storage: the collector scans the storage with its owner.

use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::{Kind, List, ListKind, Values};
use crate::refs::ListRef;
use quadriga_value::Value;

/// Largest number of elements.
pub const MAX_LIST_LEN: usize = (1 << 31) - 1;

/// What a list of just this element is.
#[inline(always)]
pub(crate) fn kind_of(v: Value) -> ListKind {
    if v.is_int() {
        ListKind::Int
    } else if v.is_double() {
        ListKind::Double
    } else {
        ListKind::Any
    }
}

/// What a list is that has elements of both kinds.
#[inline(always)]
pub(crate) fn join(a: ListKind, b: ListKind) -> ListKind {
    if a == b || b == ListKind::Fresh {
        a
    } else if a == ListKind::Fresh {
        b
    } else {
        ListKind::Any
    }
}

/// What a list of these elements is.
pub(crate) fn kind_of_all(values: &[Value]) -> ListKind {
    let Some((&first, rest)) = values.split_first() else { return ListKind::Fresh };
    let kind = kind_of(first);
    let same = match kind {
        ListKind::Int => rest.iter().all(|v| v.is_int()),
        ListKind::Double => rest.iter().all(|v| v.is_double()),
        _ => true,
    };
    if same { kind } else { ListKind::Any }
}

impl ListRef {
    /// Number of elements.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.fields().len as usize
    }

    /// Whether there is no element.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.fields().len == 0
    }

    /// What every element is.
    #[inline(always)]
    pub fn list_kind(self) -> ListKind {
        match self.fields().header.aux {
            0 => ListKind::Any,
            1 => ListKind::Int,
            2 => ListKind::Double,
            3 => ListKind::Fresh,
            _ => ListKind::Range,
        }
    }

    /// Whether this is an arithmetic progression without storage.
    #[inline(always)]
    pub fn is_range(self) -> bool {
        self.fields().header.aux >= ListKind::Range as u8
    }

    /// Start and step of a range.
    #[inline]
    pub(crate) fn progression(self) -> (f64, f64) {
        let fields = self.fields();
        let (start, step) = (fields.elems.addr() as u64, fields.buffer.addr() as u64);
        if fields.header.aux == ListKind::IntRange as u8 {
            (start as i64 as f64, step as i64 as f64)
        } else {
            (f64::from_bits(start), f64::from_bits(step))
        }
    }

    #[inline(never)]
    fn range_element(self, i: usize) -> Value {
        let (start, step) = self.progression();
        Value::number(start + i as f64 * step)
    }

    /// Element `i`.
    ///
    /// # Panics
    /// If there is none.
    #[inline(always)]
    pub fn get(self, i: usize) -> Value {
        assert!(i < self.len(), "list index out of range");
        // SAFETY: `i` is below the length.
        unsafe { self.get_unchecked(i) }
    }

    /// Element `i`.
    ///
    /// # Safety
    /// `i` is below the length.
    #[inline(always)]
    pub unsafe fn get_unchecked(self, i: usize) -> Value {
        if self.is_range() {
            self.range_element(i)
        } else {
            // SAFETY: the window holds `len` values.
            unsafe { *self.fields().elems.add(i) }
        }
    }

    /// The elements of a list that is not a range ([`Heap::materialize`] makes it one that is not). Not to be
    /// held while the list changes.
    ///
    /// # Panics
    /// If this is a range.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        assert!(!self.is_range(), "the elements of a range are read after Heap::materialize");
        let fields = self.fields();
        if fields.len == 0 {
            return &[];
        }
        // SAFETY: the window holds `len` initialised values.
        unsafe { std::slice::from_raw_parts(fields.elems, fields.len as usize) }
    }

    #[inline(always)]
    pub(crate) fn set_kind(self, kind: ListKind) {
        // SAFETY: a live list (module rule of `refs`); no borrow of it is held.
        unsafe { (*self.ptr()).header.aux = kind as u8 }
    }

    /// Widens the kind so that `v` fits in.
    #[inline(always)]
    pub(crate) fn admit(self, v: Value) {
        let kind = self.list_kind();
        if kind != ListKind::Any {
            let wider = join(kind, kind_of(v));
            if wider != kind {
                self.set_kind(wider);
            }
        }
    }

    /// Elements that fit in front of the window.
    pub(crate) fn front_gap(self) -> usize {
        let fields = self.fields();
        if fields.buffer.is_null() {
            return 0;
        }
        (fields.elems.addr() - first_slot(fields.buffer).addr()) / size_of::<Value>()
    }

    /// Overwrites `[from, to)` of the storage with `EMPTY`, relative to the window.
    ///
    /// # Safety
    /// The range lies in the storage.
    pub(crate) unsafe fn clear_slots(self, from: usize, to: usize) {
        let elems = self.fields().elems;
        for i in from..to {
            // SAFETY: the caller's promise.
            unsafe { *elems.add(i) = Value::EMPTY };
        }
    }

    #[inline(always)]
    pub(crate) fn set_len(self, len: usize) {
        // SAFETY: a live list (module rule of `refs`); no borrow of it is held.
        unsafe { (*self.ptr()).len = len as u32 };
        if len == 0 {
            self.set_kind(ListKind::Fresh);
        }
    }
}

/// The first value of a storage object.
#[inline(always)]
pub(crate) fn first_slot(storage: *mut Values) -> *mut Value {
    // The values follow the struct; no access happens here.
    storage.wrapping_add(1).cast()
}

/// Empties storage that its owner no longer refers to. Stores call the barrier of the owner only, so what
/// stands here would not be kept up to date for a collector that finds the storage by an old address on the
/// native stack.
///
/// # Safety
/// `storage` is null or storage of values that nobody uses any more.
#[inline(always)]
pub(crate) unsafe fn retire(storage: *mut Values) {
    if !storage.is_null() {
        // SAFETY: the caller's promise.
        unsafe { (*storage).len = 0 }
    }
}

impl Heap {
    /// Storage for `capacity` values, all `EMPTY`.
    pub(crate) fn alloc_values(&mut self, capacity: usize) -> Result<*mut Values, HeapError> {
        // SAFETY: nothing is copied.
        unsafe { self.alloc_values_copy(capacity, std::ptr::null(), 0) }
    }

    /// Storage for `capacity` values: those at `from`, then `EMPTY`.
    ///
    /// # Safety
    /// `len <= capacity` values stand at `from`, also after a collection.
    pub(crate) unsafe fn alloc_values_copy(
        &mut self,
        capacity: usize,
        from: *const Value,
        len: usize,
    ) -> Result<*mut Values, HeapError> {
        debug_assert!(len <= capacity);
        let bytes = size_of::<Values>() + capacity * size_of::<Value>();
        let storage = self.alloc_raw(Kind::Values, bytes)?.cast::<Values>().as_ptr();
        // SAFETY: a fresh object of that size, and the caller's promise.
        unsafe {
            (*storage).len = capacity as u32;
            (*storage).cap = capacity as u32;
            let first = first_slot(storage);
            if len > 0 {
                std::ptr::copy_nonoverlapping(from, first, len);
            }
            for i in len..capacity {
                *first.add(i) = Value::EMPTY;
            }
        }
        Ok(storage)
    }

    /// A list without storage. It is made before its storage: the other way round, a collection in between
    /// would make the storage old and leave the list young, and stores into the list would go unnoticed by
    /// whoever finds the storage after the list has died.
    fn bare_list(&mut self) -> Result<ListRef, HeapError> {
        let list = self.alloc_raw(Kind::List, size_of::<List>())?.cast::<List>();
        let p = list.as_ptr();
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).header.aux = ListKind::Fresh as u8;
            (*p).len = 0;
            (*p).cap = 0;
            (*p).elems = std::ptr::null_mut();
            (*p).buffer = std::ptr::null_mut();
        }
        Ok(ListRef(list))
    }

    /// Gives a bare list its storage.
    #[inline(always)]
    fn furnish(&mut self, list: ListRef, storage: *mut Values, capacity: usize) {
        let p = list.ptr();
        // SAFETY: a live list, of which no borrow is held.
        unsafe {
            (*p).cap = capacity as u32;
            (*p).elems = first_slot(storage);
            (*p).buffer = storage;
            self.barrier(list.header());
        }
    }

    /// An empty list with room for `capacity` elements.
    pub fn list_new(&mut self, capacity: usize) -> Result<ListRef, HeapError> {
        let list = self.bare_list()?;
        if capacity > 0 {
            check_len(capacity)?;
            let capacity = capacity.next_multiple_of(2);
            let storage = self.alloc_values(capacity)?;
            self.furnish(list, storage, capacity);
        }
        Ok(list)
    }

    /// A list of the given elements, which the collector must be able to see.
    pub fn list_from_slice(&mut self, values: &[Value]) -> Result<ListRef, HeapError> {
        // SAFETY: the slice holds its values.
        unsafe { self.list_copy_of(values.as_ptr(), values.len(), kind_of_all(values)) }
    }

    /// A list of the `len` values at `from`, which are all of `kind`.
    ///
    /// # Safety
    /// They stand there, also after a collection.
    pub(crate) unsafe fn list_copy_of(
        &mut self,
        from: *const Value,
        len: usize,
        kind: ListKind,
    ) -> Result<ListRef, HeapError> {
        if len == 0 {
            return self.list_new(0);
        }
        check_len(len)?;
        let capacity = len.next_multiple_of(2);
        let list = self.bare_list()?;
        // SAFETY: the caller's promise.
        let storage = unsafe { self.alloc_values_copy(capacity, from, len)? };
        self.furnish(list, storage, capacity);
        list.set_len(len);
        list.set_kind(kind);
        Ok(list)
    }

    /// The list `start, start + step, ...` of `len` numbers, without storage until it is written to.
    pub fn list_range(&mut self, start: f64, step: f64, len: usize) -> Result<ListRef, HeapError> {
        check_len(len)?;
        let list = self.bare_list()?;
        if len > 0 {
            let p = list.ptr();
            // SAFETY: a fresh list. The two pointer fields of a range are numbers and never followed.
            unsafe {
                let (kind, first, second) = if is_int_range(start, step, len) {
                    (ListKind::IntRange, start as i64 as u64, step as i64 as u64)
                } else {
                    (ListKind::Range, start.to_bits(), step.to_bits())
                };
                (*p).header.aux = kind as u8;
                (*p).len = len as u32;
                (*p).elems = std::ptr::without_provenance_mut(first as usize);
                (*p).buffer = std::ptr::without_provenance_mut(second as usize);
            }
        }
        Ok(list)
    }

    /// Gives a range storage; does nothing to other lists.
    #[inline(always)]
    pub fn materialize(&mut self, list: ListRef) -> Result<(), HeapError> {
        if list.is_range() { self.materialize_range(list, 0) } else { Ok(()) }
    }

    #[cold]
    fn materialize_range(&mut self, list: ListRef, extra: usize) -> Result<(), HeapError> {
        let len = list.len();
        let capacity = (len + extra).next_multiple_of(2);
        check_len(len + extra)?;
        let storage = self.alloc_values(capacity)?;
        let first = first_slot(storage);
        let mut kind = ListKind::Fresh;
        for i in 0..len {
            let v = list.range_element(i);
            kind = join(kind, kind_of(v));
            // SAFETY: `i` is below the capacity.
            unsafe { *first.add(i) = v };
        }
        let p = list.ptr();
        // SAFETY: a live list, of which no borrow is held.
        unsafe {
            (*p).header.aux = kind as u8;
            (*p).cap = capacity as u32;
            (*p).elems = first;
            (*p).buffer = storage;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Makes room for `extra` elements behind the last one: by moving the window to the front of its
    /// storage if at least half of that is free, otherwise by storage of twice the size.
    #[inline]
    pub fn list_reserve(&mut self, list: ListRef, extra: usize) -> Result<(), HeapError> {
        let fields = list.fields();
        if (fields.cap - fields.len.min(fields.cap)) as usize >= extra {
            Ok(())
        } else {
            self.grow_list(list, extra)
        }
    }

    #[inline(never)]
    fn grow_list(&mut self, list: ListRef, extra: usize) -> Result<(), HeapError> {
        if list.is_range() {
            return self.materialize_range(list, extra);
        }
        let len = list.len();
        let need = len + extra;
        check_len(need)?;
        let gap = list.front_gap();
        let total = list.fields().cap as usize + gap;
        if gap > 0 && need <= total && gap >= total / 2 {
            // SAFETY: the window moves inside the storage; what it leaves is cleared.
            unsafe { self.move_window(list, 0) };
            return Ok(());
        }
        let capacity = need.max(len * 2).clamp(4, MAX_LIST_LEN).next_multiple_of(2);
        // Near the limit there may be no room to grow into.
        self.replace_storage(list, capacity).or_else(|_| self.replace_storage(list, need.next_multiple_of(2)))
    }

    /// Moves the elements of a list, which is no range, to new storage for `capacity` elements.
    pub(crate) fn replace_storage(&mut self, list: ListRef, capacity: usize) -> Result<(), HeapError> {
        let len = list.len();
        // SAFETY: the elements stand in the storage of the list, which is in use.
        let storage = unsafe { self.alloc_values_copy(capacity, list.fields().elems, len)? };
        let p = list.ptr();
        // SAFETY: a live list, of which no borrow is held.
        unsafe {
            retire((*p).buffer);
            (*p).elems = first_slot(storage);
            (*p).buffer = storage;
            (*p).cap = capacity as u32;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Moves the window so that it begins `gap` elements behind the start of the storage.
    ///
    /// # Safety
    /// The list has storage, and the window fits there.
    pub(crate) unsafe fn move_window(&mut self, list: ListRef, gap: usize) {
        let p = list.ptr();
        // SAFETY: old and new window lie in the storage (the caller's promise); what the old one covers and
        // the new one does not is cleared.
        unsafe {
            let first = first_slot((*p).buffer);
            let old_gap = list.front_gap();
            let total = (*p).cap as usize + old_gap;
            let len = (*p).len as usize;
            std::ptr::copy((*p).elems, first.add(gap), len);
            let (clear_from, clear_to) = if gap < old_gap {
                (old_gap.max(gap + len), old_gap + len)
            } else {
                (old_gap, gap.min(old_gap + len))
            };
            for i in clear_from..clear_to {
                *first.add(i) = Value::EMPTY;
            }
            (*p).elems = first.add(gap);
            (*p).cap = (total - gap) as u32;
        }
    }

    /// Stores element `i`.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn list_set(&mut self, list: ListRef, i: usize, v: Value) -> Result<(), HeapError> {
        assert!(i < list.len(), "list index out of range");
        self.materialize(list)?;
        list.admit(v);
        // SAFETY: `i` is below the length, and the list has storage.
        unsafe {
            *list.fields().elems.add(i) = v;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Appends an element.
    #[inline(always)]
    pub fn list_push(&mut self, list: ListRef, v: Value) -> Result<(), HeapError> {
        let fields = list.fields();
        if fields.len >= fields.cap {
            self.grow_list(list, 1)?;
        }
        let fields = list.fields();
        let (elems, len) = (fields.elems, fields.len);
        list.admit(v);
        // SAFETY: there is room behind the last element.
        unsafe {
            *elems.add(len as usize) = v;
            (*list.ptr()).len = len + 1;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Takes the last element off.
    #[inline]
    pub fn list_pop(&mut self, list: ListRef) -> Result<Option<Value>, HeapError> {
        let len = list.len();
        if len == 0 {
            return Ok(None);
        }
        if list.is_range() {
            let last = list.get(len - 1);
            // A range without its last number is a range.
            if len == 1 {
                self.list_clear(list)
            } else {
                list.set_len(len - 1)
            }
            return Ok(Some(last));
        }
        // SAFETY: `len - 1` is an element; its slot is cleared so that the value can die.
        let last = unsafe {
            let slot = list.fields().elems.add(len - 1);
            slot.replace(Value::EMPTY)
        };
        list.set_len(len - 1);
        Ok(Some(last))
    }

    /// Takes the first element off, in amortised constant time.
    #[inline]
    pub fn list_pull(&mut self, list: ListRef) -> Result<Option<Value>, HeapError> {
        let len = list.len();
        if len == 0 {
            return Ok(None);
        }
        self.materialize(list)?;
        let p = list.ptr();
        // SAFETY: the first element exists; the window shrinks by its slot, which is cleared.
        let first = unsafe {
            let first = (*p).elems.replace(Value::EMPTY);
            (*p).elems = (*p).elems.add(1);
            (*p).cap -= 1;
            first
        };
        list.set_len(len - 1);
        Ok(Some(first))
    }

    /// Takes all elements off; the storage goes too.
    pub fn list_clear(&mut self, list: ListRef) {
        let p = list.ptr();
        // SAFETY: a live list, of which no borrow is held; an empty list needs no storage. The storage of a
        // range is no pointer.
        unsafe {
            if !list.is_range() {
                retire((*p).buffer);
            }
            (*p).header.aux = ListKind::Fresh as u8;
            (*p).len = 0;
            (*p).cap = 0;
            (*p).elems = std::ptr::null_mut();
            (*p).buffer = std::ptr::null_mut();
        }
    }
}

/// Whether all elements of a progression are inline integers, and none is `-0`.
fn is_int_range(start: f64, step: f64, len: usize) -> bool {
    let last = start + step * (len - 1) as f64;
    let fits = |x: f64| Value::number(x).is_int();
    fits(start) && fits(step) && fits(last)
}

pub(crate) fn check_len(len: usize) -> Result<(), HeapError> {
    if len > MAX_LIST_LEN { Err(too_long()) } else { Ok(()) }
}

#[cold]
fn too_long() -> HeapError {
    HeapError::TooLarge { what: "list", max: MAX_LIST_LEN }
}
