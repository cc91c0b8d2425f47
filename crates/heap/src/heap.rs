//! The heap of one context: allocation, and the state that operations on objects share.
//!
//! [`Heap::alloc_raw`] takes a kind and a size and leaves room with a header; it costs an addition and a
//! compare as long as the current hole lasts. The slow path takes the next hole and is where collections
//! happen, unless they are confined to safepoints.

use crate::account::{Account, HeapConfig, HeapStats};
use crate::address::at;
use crate::block::{BLOCK, LINE, MAX_SMALL};
use crate::error::HeapError;
use crate::finalize::{HostTable, drop_payloads};
use crate::intern::Interner;
use crate::large::LargeSpace;
use crate::layout::{GRANULE, Header, Kind, gc_bits};
use crate::mark::Scratch;
use crate::os;
use crate::refs::StrRef;
use crate::roots::RootSet;
use crate::shape::ShapeTable;
use crate::space::Space;
use crate::stack;
use quadriga_value::Value;
use std::mem::offset_of;
use std::ptr::NonNull;

/// Largest object, so that its size in granules fits into the header.
const MAX_OBJECT: usize = (u32::MAX as usize).saturating_mul(GRANULE) & !(GRANULE - 1);
/// Number of kinds, `Free` included.
const KINDS: usize = Kind::Table as usize + 1;

/// Position of a character that somebody asked for last, so that walking a text is linear.
#[derive(Clone, Copy, Default, Debug)]
pub struct CharCache {
    /// Address of the string, 0 = none. Emptied by every collection.
    pub string: usize,
    /// Character index.
    pub chars: u32,
    /// Its byte offset.
    pub bytes: u32,
}

/// All objects of one context.
#[repr(C)]
pub struct Heap {
    /// Next free byte of the hole that is being filled. Compiled code reads and writes it.
    pub cursor: usize,
    /// End of the hole.
    pub limit: usize,
    /// Where a collection starts.
    pub roots: RootSet,
    /// Modes. The limit, the nursery and `collect_every` are read when the heap is made.
    pub config: HeapConfig,
    /// Shapes of the maps.
    pub shapes: ShapeTable,
    /// Incremented when a collection freed shapes: caches keyed by shape ids are stale.
    pub shapes_generation: u32,
    /// Unique strings (weak).
    pub interner: Interner,
    /// The strings of one ASCII character, `EMPTY` while not made. Roots.
    pub single_chars: [Value; 128],
    /// See [`CharCache`].
    pub char_cache: CharCache,
    /// Key under which a map holds its prototype. A root.
    pub proto_key: Option<StrRef>,
    /// Incremented when a prototype changes.
    pub proto_epoch: u32,
    /// Payloads of host objects.
    pub hosts: HostTable,
    /// The number of the next table, see [`crate::layout::Table::stamp`].
    pub(crate) next_stamp: u64,
    /// Old objects written to since the last collection.
    pub(crate) remembered: Vec<*mut Header>,
    pub(crate) space: Space,
    pub(crate) large: LargeSpace,
    pub(crate) account: Account,
    pub(crate) scratch: Scratch,
    pub(crate) scratch_roots: Vec<*mut Header>,
    /// Allocations until the next forced collection.
    countdown: u32,
}

const _: () = assert!(offset_of!(Heap, cursor) == 0 && offset_of!(Heap, limit) == size_of::<usize>());

// SAFETY: every pointer in a heap leads into memory that the heap itself owns, or to roots of the context
// that owns the heap and moves together with it; nothing is shared between threads. Payloads of host
// objects are `Send`.
unsafe impl Send for Heap {}

impl Heap {
    /// An empty heap.
    pub fn new(config: HeapConfig) -> Heap {
        Heap {
            cursor: 0,
            limit: 0,
            roots: RootSet::new(),
            shapes: ShapeTable::new(),
            shapes_generation: 0,
            interner: Interner::new(),
            single_chars: [Value::EMPTY; 128],
            char_cache: CharCache::default(),
            proto_key: None,
            proto_epoch: 0,
            hosts: HostTable::default(),
            next_stamp: 1,
            remembered: Vec::new(),
            space: Space::default(),
            large: LargeSpace::default(),
            account: Account::new(&config),
            scratch: Scratch::default(),
            scratch_roots: Vec::new(),
            countdown: config.collect_every.unwrap_or(0),
            config,
        }
    }

    /// Room for an object of `bytes` bytes (rounded up to granules) with its header written: no flags, `aux`
    /// 0. The caller initialises the rest before the next allocation. May collect.
    #[inline(always)]
    pub fn alloc_raw(&mut self, kind: Kind, bytes: usize) -> Result<NonNull<Header>, HeapError> {
        let size = (bytes + (GRANULE - 1)) & !(GRANULE - 1);
        let address = self.cursor;
        if size <= self.limit - address {
            self.cursor = address + size;
            // SAFETY: [address, address + size) is free memory of the hole that the cursor runs through.
            Ok(unsafe { write_header(address, kind, size, 0) })
        } else {
            self.alloc_slow(kind, size)
        }
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&mut self, kind: Kind, size: usize) -> Result<NonNull<Header>, HeapError> {
        self.count_down();
        if self.may_collect() && self.account.due() {
            self.collect_at_safepoint();
        }
        if size > MAX_SMALL {
            return self.alloc_large(kind, size);
        }
        let address = match self.find_room(size) {
            Some(address) => address,
            None => {
                if !self.may_collect() || !self.account.full_may_help() {
                    return Err(self.out_of_memory(size));
                }
                self.collect_full();
                self.find_room(size).ok_or_else(|| self.out_of_memory(size))?
            }
        };
        // SAFETY: `find_room` took [address, address + size) out of a hole.
        Ok(unsafe { write_header(address, kind, size, 0) })
    }

    /// Takes `size` bytes out of the current hole, the overflow block or the next hole.
    fn find_room(&mut self, size: usize) -> Option<usize> {
        if size > self.space.hole.1 - self.cursor {
            if size > LINE
                && self.space.hole.1 != 0
                && let Some(address) = self.space.bump_overflow(size, &mut self.account)
            {
                return Some(address);
            }
            let hole = self.space.next_hole(self.cursor, size, &mut self.account);
            (self.cursor, self.limit) = hole.unwrap_or((0, 0));
            hole?;
        }
        let address = self.cursor;
        self.cursor += size;
        if self.config.collect_every.is_some() {
            // Every allocation is to come here, so that it is counted.
            self.limit = self.cursor;
        }
        Some(address)
    }

    fn alloc_large(&mut self, kind: Kind, size: usize) -> Result<NonNull<Header>, HeapError> {
        if size > MAX_OBJECT {
            return Err(HeapError::TooLarge { what: "object", max: MAX_OBJECT });
        }
        self.make_room(os::large_size(size))?;
        match self.large.alloc(size, &mut self.account) {
            // SAFETY: `alloc` made the memory for this object.
            Some(address) => Ok(unsafe { write_header(address, kind, size, gc_bits::LARGE) }),
            None => Err(HeapError::OutOfMemory { wanted: size, limit: usize::MAX }),
        }
    }

    /// Makes sure that `bytes` bytes can be taken outside the blocks: gives empty blocks back, collects.
    fn make_room(&mut self, bytes: usize) -> Result<(), HeapError> {
        if bytes <= self.account.room() {
            return Ok(());
        }
        if bytes > self.account.limit() {
            return Err(self.out_of_memory(bytes));
        }
        self.space.release(0, &mut self.account);
        if bytes > self.account.room() && self.may_collect() && self.account.full_may_help() {
            self.collect_full();
            self.space.release(0, &mut self.account);
        }
        if bytes <= self.account.room() { Ok(()) } else { Err(self.out_of_memory(bytes)) }
    }

    /// Whether `bytes` more could be allocated under the limit, after a collection if need be; for callers
    /// that build a text or list outside the heap first.
    pub fn check_size(&mut self, bytes: usize) -> Result<(), HeapError> {
        if bytes <= self.account.room() { Ok(()) } else { self.make_room(bytes) }
    }

    fn out_of_memory(&self, wanted: usize) -> HeapError {
        // With room for a chunk's tables, a block and the object it was the system that refused.
        let refused = self.account.room() >= wanted.saturating_add(2 * BLOCK);
        let limit = if refused { usize::MAX } else { self.account.limit() };
        HeapError::OutOfMemory { wanted, limit }
    }

    /// Whether an allocation may collect: references in native frames must be found then.
    fn may_collect(&self) -> bool {
        stack::CAN_SCAN && self.roots.native_high != 0 && !self.config.safepoint_only
    }

    /// The mode that collects at every Nth allocation.
    fn count_down(&mut self) {
        if let Some(every) = self.config.collect_every {
            self.countdown = self.countdown.saturating_sub(1);
            if self.countdown == 0 {
                self.countdown = every;
                self.account.forced = true;
            }
        }
    }

    /// Ends the holes being filled, so that all regions can be walked.
    pub(crate) fn end_holes(&mut self) {
        self.space.retire(self.cursor, &mut self.account);
        (self.cursor, self.limit) = (0, 0);
    }

    /// Counts `bytes` held outside the heap on behalf of an object. May collect.
    pub fn charge_external(&mut self, bytes: usize) -> Result<(), HeapError> {
        self.check_size(bytes)?;
        self.account.charge_external(bytes);
        Ok(())
    }

    /// Takes back [`Heap::charge_external`].
    pub fn discharge_external(&mut self, bytes: usize) {
        self.account.discharge_external(bytes);
    }

    /// The figures so far.
    pub fn stats(&self) -> HeapStats {
        self.account.stats(if self.space.hole.1 == 0 { 0 } else { self.cursor - self.space.hole.0 })
    }

    /// Calls `f` for every object: those that the last collection found alive, and all made since (dead
    /// ones among them too). Run [`Heap::collect_full`] before for the exact set.
    pub fn for_each_object(&self, f: &mut dyn FnMut(*mut Header)) {
        self.space.end_region_at(self.cursor);
        self.space.for_each_object(f);
        self.large.for_each_object(f);
    }

    /// Objects and their bytes per kind, in the order of [`Kind`]; see [`Heap::for_each_object`].
    pub fn count_kinds(&self) -> [(usize, usize); KINDS] {
        let mut counts = [(0, 0); KINDS];
        self.for_each_object(&mut |object| {
            // SAFETY: the walk yields objects.
            let header = unsafe { *object };
            let (objects, bytes) = &mut counts[header.kind as usize];
            *objects += 1;
            *bytes += header.granules as usize * GRANULE;
        });
        counts
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        drop_payloads(self.hosts.drain().into_iter());
    }
}

/// Writes the header of a new object.
///
/// # Safety
/// `[address, address + size)` is memory of the heap that nothing refers to.
#[inline(always)]
unsafe fn write_header(address: usize, kind: Kind, size: usize, gc: u8) -> NonNull<Header> {
    let object = at::<Header>(address);
    // SAFETY: the caller's promise; the memory of a heap is not at address 0.
    unsafe {
        object.write(Header { kind, gc, flags: 0, aux: 0, granules: (size / GRANULE) as u32 });
        NonNull::new_unchecked(object)
    }
}
