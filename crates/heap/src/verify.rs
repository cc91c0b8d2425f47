//! The verifier: after a collection, is the heap what everybody relies on?
//!
//! Walks all live objects and panics at the first that is malformed, refers to something dead, or breaks
//! an invariant of the barrier. For tests; costs about as much as a full collection.

use crate::address::header_of;
use crate::heap::Heap;
use crate::layout::*;
use crate::mark::is_live;
use crate::trace::{Visitor, trace};
use quadriga_value::Value;
use std::mem::size_of;

impl Heap {
    /// Panics if the heap is not well-formed. Only right after a collection.
    pub(crate) fn verify(&self) {
        assert!(self.remembered.is_empty(), "the remembered set outlives a collection");
        self.for_each_object(&mut |object| {
            // SAFETY: the walk yields objects.
            unsafe { verify_object(object) };
        });
        if let Some(limit) = self.config.limit_bytes {
            assert!(self.account.taken_bytes <= limit, "{} bytes taken of {limit}", self.account.taken_bytes);
        }
    }
}

/// # Safety
/// `object` is an object of the heap, after a collection.
unsafe fn verify_object(object: *mut Header) {
    // SAFETY: the caller's promise; the first byte is read as such before it is trusted to be a kind.
    unsafe {
        let kind = *object.cast::<u8>();
        assert!((1..=Kind::Table as u8).contains(&kind), "object {object:p} of kind {kind}");
        let header = *object;
        let size = header.granules as usize * GRANULE;
        assert!(size >= least_size(object), "{:?} {object:p} of {size} bytes", header.kind);
        assert!(is_live(object), "{:?} {object:p} is not marked", header.kind);
        assert!(header.gc & gc_bits::OLD_UNLOGGED != 0, "{:?} {object:p} is not old", header.kind);
        trace(object, &mut EdgeCheck { owner: object });
        match header.kind {
            Kind::List => verify_list(object.cast()),
            Kind::Map => verify_map(object.cast()),
            _ => {}
        }
    }
}

/// The least number of bytes that the object's fields need.
///
/// # Safety
/// `object` is an object of the heap.
unsafe fn least_size(object: *mut Header) -> usize {
    let values = |fixed: usize, len: u32| fixed + len as usize * size_of::<Value>();
    // SAFETY: the kind says which struct it is.
    unsafe {
        match (*object).kind {
            Kind::Free => GRANULE,
            Kind::Str if matches!((*object).aux, 1 | 2) => size_of::<Str>(),
            Kind::Str => STR_TEXT + (*object.cast::<Str>()).bytes as usize,
            Kind::List => size_of::<List>(),
            Kind::Map => size_of::<Map>(),
            Kind::Closure => values(size_of::<Closure>(), (*object.cast::<Closure>()).captures),
            Kind::Native => size_of::<Native>(),
            Kind::Box => size_of::<BoxCell>(),
            Kind::BoxedInt => size_of::<BoxedInt>(),
            Kind::Record => values(size_of::<Record>(), (*object.cast::<Record>()).len),
            Kind::Host => size_of::<Host>(),
            Kind::Weak => size_of::<Weak>(),
            Kind::Typed => size_of::<Typed>(),
            Kind::Generator => values(size_of::<Generator>(), (*object.cast::<Generator>()).len),
            Kind::Values => values(size_of::<Values>(), (*object.cast::<Values>()).cap),
            Kind::Bytes => size_of::<Bytes>() + (*object.cast::<Bytes>()).len as usize,
            Kind::Table => {
                let table = object.cast::<Table>();
                size_of::<Table>() + (*table).cap as usize * size_of::<Entry>()
            }
        }
    }
}

/// # Safety
/// `list` is a list of the heap.
unsafe fn verify_list(list: *mut List) {
    // SAFETY: the caller's promise; elements are initialised.
    unsafe {
        let (len, kind) = ((*list).len as usize, (*list).header.aux);
        assert!(kind <= ListKind::IntRange as u8, "list {list:p} of kind {kind}");
        if kind >= ListKind::Range as u8 {
            return;
        }
        assert!(len <= (*list).cap as usize, "list {list:p}: {len} elements of {}", (*list).cap);
        assert!(kind != ListKind::Fresh as u8 || len == 0, "list {list:p} is not fresh");
        if (*list).buffer.is_null() {
            assert!(len == 0, "list {list:p} has elements but no storage");
            return;
        }
        let buffer = (*list).buffer;
        assert!((*buffer).header.kind == Kind::Values, "list {list:p} has storage of another kind");
        let first = buffer.addr() + size_of::<Values>();
        let skipped = ((*list).elems.addr() - first) / size_of::<Value>();
        assert!(skipped + len <= (*buffer).len as usize, "list {list:p}: elements that nobody initialised");
        assert!(skipped + (*list).cap as usize <= (*buffer).cap as usize, "list {list:p}: capacity");
        for index in 0..len {
            let value = *(*list).elems.wrapping_add(index);
            let right = match kind {
                k if k == ListKind::Int as u8 => value.is_int(),
                k if k == ListKind::Double as u8 => value.is_double(),
                _ => true,
            };
            assert!(right, "list {list:p} of kind {kind} holds {value:?} at {index}");
        }
    }
}

/// # Safety
/// `map` is a map of the heap.
unsafe fn verify_map(map: *mut Map) {
    // SAFETY: the caller's promise; entries are initialised.
    unsafe {
        let count = (*map).count as usize;
        if (*map).shape != 0 {
            let slots = (*map).slots.addr();
            assert!(count <= (*map).cap_or_table, "map {map:p}: {count} slots of {}", (*map).cap_or_table);
            let room = if slots == map.addr() + size_of::<Map>() {
                ((*map).header.granules as usize * GRANULE - size_of::<Map>()) / size_of::<Value>()
            } else if slots == 0 {
                0
            } else {
                let storage = crate::address::at::<Values>(slots - size_of::<Values>());
                assert!((*storage).header.kind == Kind::Values, "map {map:p} has storage of another kind");
                (*storage).len as usize
            };
            assert!(
                (*map).cap_or_table <= room,
                "map {map:p}: {} slots in room for {room}",
                (*map).cap_or_table
            );
            return;
        }
        if (*map).cap_or_table == 0 {
            assert!(count == 0, "map {map:p} has entries but no table");
            return;
        }
        let table = crate::address::at::<Table>((*map).cap_or_table);
        assert!((*table).header.kind == Kind::Table, "map {map:p} has storage of another kind");
        let (first, used) = ((*table).first as usize, (*table).used as usize);
        assert!(first <= used && used <= (*table).cap as usize, "map {map:p}: entries out of range");
        let entries = crate::address::at::<Entry>(table.addr() + size_of::<Table>());
        let cells = (*map).header.flags & flags::CELLS != 0;
        let present = |entry: *const Entry| {
            if (*entry).key.is_empty() {
                return false;
            }
            match header_of((*entry).value) {
                Some(cell) if cells => !(*cell.cast::<BoxCell>()).value.is_empty(),
                _ => true,
            }
        };
        let found = (first..used).filter(|&index| present(entries.wrapping_add(index))).count();
        assert!(found == count, "map {map:p}: {found} entries, count {count}");
    }
}

/// Checks that what an object refers to is alive.
struct EdgeCheck {
    owner: *mut Header,
}

impl EdgeCheck {
    fn check(&self, target: *mut Header) {
        // SAFETY: references lead to objects, or the read below finds a wrong kind or a missing mark; the
        // memory of blocks stays mapped as long as something in the chunk is alive.
        unsafe {
            let (owner, kind) = ((*self.owner).kind, *target.cast::<u8>());
            let at = self.owner;
            assert!((1..=Kind::Table as u8).contains(&kind), "{owner:?} {at:p} refers to freed {target:p}");
            assert!(is_live(target), "{owner:?} {at:p} refers to dead {:?} {target:p}", (*target).kind);
        }
    }
}

impl Visitor for EdgeCheck {
    fn object(&mut self, object: *mut Header) {
        self.check(object);
    }

    fn storage(&mut self, storage: *mut Header) {
        self.check(storage);
    }

    unsafe fn values(&mut self, first: *const Value, len: usize) {
        for index in 0..len {
            // SAFETY: the caller's promise.
            if let Some(target) = header_of(unsafe { *first.wrapping_add(index) }) {
                self.check(target);
            }
        }
    }

    fn weak(&mut self, weak: *mut Weak) {
        // SAFETY: the visitor is given live weak references.
        if let Some(target) = header_of(unsafe { (*weak).target }) {
            self.check(target);
        }
    }

    fn shape(&mut self, _id: u32) {}
}
