//! Lists: operations on ranges of elements, and copies.
//!
//! All of them keep the kind exact or wider, clear what leaves the window, and take time linear in what
//! they move. Indices are positions that the caller has checked and clamped; a wrong one panics.

use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::ListKind;
use crate::list::{check_len, join, kind_of_all};
use crate::refs::ListRef;
use quadriga_value::Value;

impl Heap {
    /// Inserts `v` before element `at` (at the end for the length), moving the shorter side.
    pub fn list_insert(&mut self, list: ListRef, at: usize, v: Value) -> Result<(), HeapError> {
        let len = list.len();
        assert!(at <= len, "list index out of range");
        self.materialize(list)?;
        if at < len / 2 && list.front_gap() > 0 {
            let p = list.ptr();
            // SAFETY: there is a free slot in front of the window; `at` elements move into it.
            unsafe {
                let elems = (*p).elems.sub(1);
                std::ptr::copy(elems.add(1), elems, at);
                (*p).elems = elems;
                (*p).cap += 1;
            }
        } else {
            self.list_reserve(list, 1)?;
            // SAFETY: there is a free slot behind the window; the elements from `at` on move into it.
            unsafe {
                let elems = list.fields().elems;
                std::ptr::copy(elems.add(at), elems.add(at + 1), len - at);
            }
        }
        list.admit(v);
        // SAFETY: slot `at` is inside the window, which has grown by one.
        unsafe {
            *list.fields().elems.add(at) = v;
            (*list.ptr()).len = len as u32 + 1;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Takes element `at` out.
    pub fn list_remove(&mut self, list: ListRef, at: usize) -> Result<Value, HeapError> {
        let len = list.len();
        assert!(at < len, "list index out of range");
        if at == len - 1 {
            return Ok(self.list_pop(list)?.unwrap_or(Value::NIL));
        }
        self.materialize(list)?;
        if at == 0 {
            return Ok(self.list_pull(list)?.unwrap_or(Value::NIL));
        }
        // SAFETY: the elements behind `at` move one slot forward; the last slot is cleared.
        let v = unsafe {
            let slot = list.fields().elems.add(at);
            let v = *slot;
            std::ptr::copy(slot.add(1), slot, len - at - 1);
            list.clear_slots(len - 1, len);
            v
        };
        list.set_len(len - 1);
        Ok(v)
    }

    /// Takes the elements `from..to` out.
    pub fn list_remove_range(&mut self, list: ListRef, from: usize, to: usize) -> Result<(), HeapError> {
        let len = list.len();
        assert!(from <= to && to <= len, "list range out of range");
        if to == len {
            return self.list_truncate(list, from);
        }
        self.materialize(list)?;
        // SAFETY: the elements behind `to` move to `from`; the slots they leave are cleared.
        unsafe {
            let elems = list.fields().elems;
            std::ptr::copy(elems.add(to), elems.add(from), len - to);
            list.clear_slots(len - (to - from), len);
        }
        list.set_len(len - (to - from));
        Ok(())
    }

    /// Keeps the first `len` elements.
    pub fn list_truncate(&mut self, list: ListRef, len: usize) -> Result<(), HeapError> {
        let old = list.len();
        if len == 0 {
            self.list_clear(list);
        } else if len < old {
            if !list.is_range() {
                // SAFETY: these are elements.
                unsafe { list.clear_slots(len, old) };
            }
            list.set_len(len);
        }
        Ok(())
    }

    /// Appends the elements of `other`, which may be `list` itself.
    pub fn list_extend(&mut self, list: ListRef, other: ListRef) -> Result<(), HeapError> {
        self.list_extend_range(list, other, 0, other.len())
    }

    /// Appends the elements `from..to` of `other`, which may be `list` itself.
    pub fn list_extend_range(
        &mut self,
        list: ListRef,
        other: ListRef,
        from: usize,
        to: usize,
    ) -> Result<(), HeapError> {
        assert!(from <= to && to <= other.len(), "list range out of range");
        let (len, extra) = (list.len(), to - from);
        if extra == 0 {
            return Ok(());
        }
        self.materialize(list)?;
        self.list_reserve(list, extra)?;
        // SAFETY: there is room for `extra` elements behind the window. Source and destination differ: the
        // source lies in a window.
        unsafe {
            let end = list.fields().elems.add(len);
            let kind = copy_elements(other, from, to, end);
            list.set_kind(join(list.list_kind(), kind));
            (*list.ptr()).len = (len + extra) as u32;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Appends values, which the collector must be able to see.
    pub fn list_extend_slice(&mut self, list: ListRef, values: &[Value]) -> Result<(), HeapError> {
        let len = list.len();
        if values.is_empty() {
            return Ok(());
        }
        self.materialize(list)?;
        self.list_reserve(list, values.len())?;
        // SAFETY: there is room behind the window.
        unsafe {
            std::ptr::copy(values.as_ptr(), list.fields().elems.add(len), values.len());
            list.set_kind(join(list.list_kind(), kind_of_all(values)));
            (*list.ptr()).len = (len + values.len()) as u32;
            self.barrier(list.header());
        }
        Ok(())
    }

    /// A new list of the elements of `a`, then those of `b`.
    pub fn list_concat(&mut self, a: ListRef, b: ListRef) -> Result<ListRef, HeapError> {
        let list = self.list_new(a.len() + b.len())?;
        self.list_extend(list, a)?;
        self.list_extend(list, b)?;
        Ok(list)
    }

    /// A new list of `count` copies of the elements of `list`.
    pub fn list_repeat(&mut self, list: ListRef, count: usize) -> Result<ListRef, HeapError> {
        let total = list.len().saturating_mul(count);
        check_len(total)?;
        let result = self.list_new(total)?;
        if total == 0 {
            return Ok(result);
        }
        self.list_extend(result, list)?;
        // SAFETY: the result has room for `total` elements; each step copies from the filled part to the
        // part behind it. Its elements are those of `list`, so the kind stays; the result is fresh.
        unsafe {
            let elems = result.fields().elems;
            let mut done = list.len();
            while done < total {
                let n = done.min(total - done);
                std::ptr::copy_nonoverlapping(elems, elems.add(done), n);
                done += n;
            }
            (*result.ptr()).len = total as u32;
        }
        Ok(result)
    }

    /// A new list of the elements `from..to`; a part of a range is a range.
    pub fn list_slice(&mut self, list: ListRef, from: usize, to: usize) -> Result<ListRef, HeapError> {
        assert!(from <= to && to <= list.len(), "list range out of range");
        if list.is_range() {
            let (start, step) = list.progression();
            return self.list_range(start + from as f64 * step, step, to - from);
        }
        let (first, kind) = (list.fields().elems.wrapping_add(from), list.list_kind());
        // SAFETY: the elements stand in the storage of the list, which is in use.
        unsafe { self.list_copy_of(first, to - from, kind) }
    }

    /// A new list of the elements `from`, `from + step`, ... (`count` of them; `step` may be negative).
    pub fn list_slice_step(
        &mut self,
        list: ListRef,
        from: usize,
        step: isize,
        count: usize,
    ) -> Result<ListRef, HeapError> {
        let result = self.list_new(count)?;
        for i in 0..count {
            let at = from as isize + i as isize * step;
            self.list_push(result, list.get(at as usize))?;
        }
        Ok(result)
    }

    /// A copy of the list (of its elements' values, not of what they refer to).
    pub fn copy_list(&mut self, list: ListRef) -> Result<ListRef, HeapError> {
        self.list_slice(list, 0, list.len())
    }

    /// Replaces the elements by `values`, which the collector must be able to see (and which may be the
    /// elements themselves).
    pub fn list_assign(&mut self, list: ListRef, values: &[Value]) -> Result<(), HeapError> {
        let old = list.len();
        self.materialize(list)?;
        self.list_reserve(list, values.len().saturating_sub(old))?;
        if values.is_empty() {
            self.list_clear(list);
            return Ok(());
        }
        let kind = kind_of_all(values);
        // SAFETY: the storage has room for `values`; what is left of the old elements is cleared.
        unsafe {
            std::ptr::copy(values.as_ptr(), list.fields().elems, values.len());
            list.clear_slots(values.len(), old);
            self.barrier(list.header());
        }
        list.set_len(values.len());
        list.set_kind(kind);
        Ok(())
    }

    /// Reverses the order of the elements.
    pub fn list_reverse(&mut self, list: ListRef) -> Result<(), HeapError> {
        self.materialize(list)?;
        if list.len() > 1 {
            // SAFETY: the window holds `len` values, and nobody else borrows them here.
            unsafe { std::slice::from_raw_parts_mut(list.fields().elems, list.len()) }.reverse();
        }
        Ok(())
    }

    /// Exchanges two elements.
    pub fn list_swap(&mut self, list: ListRef, i: usize, j: usize) -> Result<(), HeapError> {
        assert!(i < list.len() && j < list.len(), "list index out of range");
        self.materialize(list)?;
        // SAFETY: both are elements. The list holds the same references as before: no barrier.
        unsafe { std::ptr::swap(list.fields().elems.add(i), list.fields().elems.add(j)) };
        Ok(())
    }

    /// Stores `v` in the elements `from..to`.
    pub fn list_fill(&mut self, list: ListRef, from: usize, to: usize, v: Value) -> Result<(), HeapError> {
        assert!(from <= to && to <= list.len(), "list range out of range");
        if from == to {
            return Ok(());
        }
        self.materialize(list)?;
        list.admit(v);
        // SAFETY: these are elements.
        unsafe {
            let elems = list.fields().elems;
            for i in from..to {
                *elems.add(i) = v;
            }
            self.barrier(list.header());
        }
        Ok(())
    }

    /// Gives unused storage back.
    pub fn list_shrink(&mut self, list: ListRef) -> Result<(), HeapError> {
        let len = list.len();
        if list.is_range() || list.fields().cap as usize + list.front_gap() < len + 8 {
            return Ok(());
        }
        if len == 0 {
            self.list_clear(list);
            return Ok(());
        }
        self.replace_storage(list, len.next_multiple_of(2))
    }
}

/// Copies the elements `from..to` of `list` to `out` and answers a kind that all of them have.
///
/// # Safety
/// `out` has room for them.
unsafe fn copy_elements(list: ListRef, from: usize, to: usize, out: *mut Value) -> ListKind {
    if list.is_range() {
        let mut kind = ListKind::Fresh;
        for i in from..to {
            let v = list.get(i);
            kind = join(kind, crate::list::kind_of(v));
            // SAFETY: the caller's promise.
            unsafe { *out.add(i - from) = v };
        }
        return kind;
    }
    // SAFETY: the window of `list` holds these elements; the caller promises room.
    unsafe { std::ptr::copy(list.fields().elems.add(from), out, to - from) };
    list.list_kind()
}
