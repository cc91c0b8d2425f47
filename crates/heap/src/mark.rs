//! Marking: from roots to everything that they reach.
//!
//! Takes objects, leaves them and all that they refer to marked, with the old-and-unlogged bit set. A minor
//! marking keeps the marks of the last one, so it stops at every old object; a full one starts from cleared
//! marks. No recursion: objects wait on a stack, long runs of values as runs. Cost: one pass over the fields
//! of the objects that are marked; the loads of their headers overlap.

use crate::address::{at, header_of};
use crate::block;
use crate::frames::Frames;
use crate::layout::{GRANULE, Header, Kind, Weak, gc_bits};
use crate::shape::ShapeTable;
use crate::trace::{Visitor, has_edges, trace};
use quadriga_value::Value;

/// Runs of values longer than this are scanned in pieces of this length, so that a long list does not fill
/// the stack with its elements.
const RUN: usize = 1024;

/// Objects whose headers are being loaded while others are marked.
const RING: usize = 8;

/// Lists that a marking needs, kept between collections.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Objects to mark and trace (some twice: they are marked when they leave).
    grey: Vec<*mut Header>,
    /// Values to visit when `grey` is empty.
    runs: Vec<(*const Value, usize)>,
    weaks: Vec<*mut Weak>,
    shape_values: Vec<Value>,
}

/// What a marking did.
#[derive(Clone, Copy, Default)]
pub(crate) struct Marked {
    /// Size of the objects marked.
    pub(crate) bytes: usize,
    /// Size of what remembered objects made it look at.
    pub(crate) remembered_bytes: usize,
}

/// A marking in progress.
pub(crate) struct Marker<'a> {
    full: bool,
    frames: &'a Frames,
    shapes: &'a mut ShapeTable,
    lists: Scratch,
    granules: usize,
    /// Values in the objects that [`Marker::remembered`] was given.
    remembered_values: usize,
}

/// Whether `object` is marked: after a marking, whether it has survived.
///
/// # Safety
/// `object` is an object, or was one before this collection.
#[inline(always)]
pub(crate) unsafe fn is_live(object: *mut Header) -> bool {
    // SAFETY: headers of dead objects stay readable until the sweep.
    unsafe {
        let gc = (*object).gc;
        if gc & gc_bits::LARGE != 0 { gc & gc_bits::MARKED != 0 } else { block::is_marked(object.addr()) }
    }
}

impl<'a> Marker<'a> {
    /// A marking; in a full one all marks have been cleared before.
    pub(crate) fn new(
        full: bool,
        frames: &'a Frames,
        shapes: &'a mut ShapeTable,
        lists: Scratch,
    ) -> Marker<'a> {
        Marker { full, frames, shapes, lists, granules: 0, remembered_values: 0 }
    }

    /// Marks `object` unless it is marked; whether it was not.
    ///
    /// # Safety
    /// `object` is a live object of the heap.
    #[inline(always)]
    unsafe fn mark(&mut self, object: *mut Header) -> bool {
        // SAFETY: the caller's promise; what lies in a chunk is not large.
        unsafe {
            let address = object.addr();
            let small = self.frames.contains(address);
            if small && block::is_marked(address) {
                return false;
            }
            let header = *object;
            debug_assert!(header.kind != Kind::Free && header.granules != 0, "reference to freed memory");
            if small {
                block::mark(address, header.granules as usize * GRANULE);
                (*object).gc = header.gc | gc_bits::OLD_UNLOGGED;
            } else {
                if header.gc & gc_bits::MARKED != 0 {
                    return false;
                }
                (*object).gc = header.gc | gc_bits::OLD_UNLOGGED | gc_bits::MARKED;
            }
            self.granules += header.granules as usize;
            true
        }
    }

    /// A root, or the target of an edge: to be marked unless it is. Does not touch the object.
    ///
    /// # Safety
    /// `object` is a live object of the heap.
    #[inline(always)]
    pub(crate) unsafe fn reach(&mut self, object: *mut Header) {
        let address = object.addr();
        // SAFETY: the caller's promise; the address lies in a chunk.
        if !(self.frames.contains(address) && unsafe { block::is_marked(address) }) {
            self.lists.grey.push(object);
        }
    }

    /// An old object that was written to: its edges are roots of a minor marking.
    ///
    /// # Safety
    /// `object` is an object of the heap that was alive at the last collection.
    pub(crate) unsafe fn remembered(&mut self, object: *mut Header) {
        // SAFETY: the caller's promise.
        unsafe {
            (*object).gc |= gc_bits::OLD_UNLOGGED;
            let mut size = Size(0);
            trace(object, &mut size);
            self.remembered_values += size.0;
            trace(object, self);
        }
    }

    /// Keys and prototypes of shapes made since the last collection: roots of a minor marking.
    pub(crate) fn young_shapes(&mut self) {
        let mut values = std::mem::take(&mut self.lists.shape_values);
        self.shapes.trace_young(&mut |value| values.push(value));
        self.shape_values(values);
    }

    fn shape_values(&mut self, mut values: Vec<Value>) {
        for value in values.drain(..) {
            if let Some(object) = header_of(value) {
                // SAFETY: shapes that are in use hold live objects.
                unsafe { self.reach(object) };
            }
        }
        self.lists.shape_values = values;
    }

    /// Marks everything that the grey objects reach.
    pub(crate) fn drain(&mut self) {
        // Between the stack and the marking an object waits in a ring while its header is being loaded.
        let mut ring = [std::ptr::null_mut::<Header>(); RING];
        let (mut place, mut waiting) = (0, 0);
        loop {
            let next = self.lists.grey.pop().unwrap_or(std::ptr::null_mut());
            if !next.is_null() {
                prefetch(next);
                waiting += 1;
            }
            let object = std::mem::replace(&mut ring[place], next);
            place = (place + 1) % RING;
            if !object.is_null() {
                waiting -= 1;
                // SAFETY: grey objects are live.
                unsafe {
                    if self.mark(object) && has_edges(*object) {
                        trace(object, self);
                    }
                }
            } else if waiting == 0 && !self.next_run() {
                break;
            }
        }
    }

    /// Scans a piece of a run; whether there was one.
    fn next_run(&mut self) -> bool {
        let Some((first, len)) = self.lists.runs.pop() else { return false };
        let now = len.min(RUN);
        if now < len {
            self.lists.runs.push((first.wrapping_add(now), len - now));
        }
        // SAFETY: a piece of a run that `values` was promised to be initialised.
        unsafe { self.scan(first, now) };
        true
    }

    /// # Safety
    /// `len` initialised values stand at `first`.
    #[inline(always)]
    unsafe fn scan(&mut self, first: *const Value, len: usize) {
        for index in 0..len {
            // SAFETY: the caller's promise; references in live objects lead to live objects.
            unsafe {
                let value = *first.wrapping_add(index);
                if value.is_object() {
                    self.reach(at(value.address_unchecked()));
                }
            }
        }
    }

    /// Ends the marking: clears weak references to dead objects. Answers what was done, and the lists.
    pub(crate) fn finish(mut self) -> (Marked, Scratch) {
        debug_assert!(self.lists.grey.is_empty() && self.lists.runs.is_empty());
        for weak in self.lists.weaks.drain(..) {
            // SAFETY: the weak references are live; their targets are or were objects before the sweep.
            unsafe {
                if let Some(target) = header_of((*weak).target)
                    && !is_live(target)
                {
                    (*weak).target = Value::NIL;
                }
            }
        }
        let remembered_bytes = self.remembered_values * size_of::<Value>();
        (Marked { bytes: self.granules * GRANULE, remembered_bytes }, self.lists)
    }
}

impl Visitor for Marker<'_> {
    #[inline(always)]
    fn object(&mut self, object: *mut Header) {
        // SAFETY: references in live objects lead to live objects.
        unsafe { self.reach(object) };
    }

    #[inline(always)]
    fn storage(&mut self, storage: *mut Header) {
        // SAFETY: as above.
        unsafe { self.mark(storage) };
    }

    #[inline(always)]
    unsafe fn values(&mut self, first: *const Value, len: usize) {
        if len > RUN {
            self.lists.runs.push((first, len));
        } else {
            // SAFETY: the caller's promise.
            unsafe { self.scan(first, len) };
        }
    }

    fn weak(&mut self, weak: *mut Weak) {
        self.lists.weaks.push(weak);
    }

    #[inline(always)]
    fn shape(&mut self, id: u32) {
        if self.full {
            let mut values = std::mem::take(&mut self.lists.shape_values);
            self.shapes.mark(id, &mut |value| values.push(value));
            self.shape_values(values);
        }
    }
}

/// Asks for the cache line of an object.
#[inline(always)]
fn prefetch(object: *const Header) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a hint; it cannot fault.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(object.cast());
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: a hint; it cannot fault.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) object, options(nostack, preserves_flags, readonly));
    }
    #[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
    let _ = object;
}

/// Counts the values of an object.
struct Size(usize);

impl Visitor for Size {
    fn object(&mut self, _object: *mut Header) {}

    fn storage(&mut self, _storage: *mut Header) {}

    #[inline(always)]
    unsafe fn values(&mut self, _first: *const Value, len: usize) {
        self.0 += len;
    }

    fn weak(&mut self, _weak: *mut Weak) {}

    fn shape(&mut self, _id: u32) {}
}
