//! What a heap has taken, what it may take, and when it should collect.
//!
//! Bytes count when they are taken from the system: blocks of 32 KB, large objects, external payloads. So
//! the limit holds for real memory, whatever objects do inside the blocks.

use crate::mark::Marked;
use std::time::Duration;

/// Largest limit that still means "none".
const NO_LIMIT: usize = usize::MAX;
/// A full collection is not worth it before the old objects grew by this much.
const MIN_GROWTH: usize = 8 << 20;
/// A collection is not triggered by less fresh allocation than this.
const MIN_NURSERY: usize = 64 << 10;

/// How a heap behaves. The modes for testing cost what they say and change no result.
#[derive(Clone, Debug)]
pub struct HeapConfig {
    /// Bytes of blocks, large objects and external payloads that are never exceeded.
    pub limit_bytes: Option<usize>,
    /// Collect at every Nth allocation; every fourth of these collections is a full one. Set it before the
    /// first allocation.
    pub collect_every: Option<u32>,
    /// Overwrite freed memory so that it reads as objects of kind `Free`.
    pub poison: bool,
    /// Check the whole heap after each collection; panic at the first fault.
    pub verify: bool,
    /// Never collect inside an allocation, only in [`crate::Heap::collect_at_safepoint`].
    pub safepoint_only: bool,
    /// Fresh allocation between minor collections.
    pub nursery_bytes: usize,
}

impl Default for HeapConfig {
    fn default() -> HeapConfig {
        HeapConfig {
            limit_bytes: None,
            collect_every: None,
            poison: false,
            verify: false,
            safepoint_only: false,
            nursery_bytes: 4 << 20,
        }
    }
}

/// What happened in a heap so far.
#[derive(Clone, Copy, Default, Debug)]
pub struct HeapStats {
    /// Bytes taken now: blocks, large objects, external payloads.
    pub accounted_bytes: usize,
    /// External payloads among them.
    pub external_bytes: usize,
    /// Bytes of objects that the last full collection found alive.
    pub live_bytes: usize,
    /// Minor collections.
    pub minor_collections: u64,
    /// Full collections.
    pub full_collections: u64,
    /// Time in collections.
    pub total_pause: Duration,
    /// Longest collection.
    pub max_pause: Duration,
    /// Bytes allocated so far.
    pub allocated_bytes: u64,
}

/// The running figures behind [`HeapStats`], and the policy.
pub(crate) struct Account {
    /// Blocks, large objects, external payloads.
    pub(crate) taken_bytes: usize,
    /// External payloads among them.
    pub(crate) external_bytes: usize,
    limit: usize,
    /// Room handed out since the last collection.
    pub(crate) fresh_bytes: usize,
    /// A collection is due when `fresh_bytes` reaches this.
    trigger: usize,
    nursery: usize,
    /// The limit keeps the trigger below the nursery.
    short_of_room: bool,
    /// Bytes that survived a collection, since the last full one the dead among them included.
    old_bytes: usize,
    /// A full collection is due when `old_bytes` reaches this...
    full_at: usize,
    /// ...or `taken_bytes` this: sparse survivors keep more memory than they fill.
    full_at_taken: usize,
    last_was_full: bool,
    /// Set by the mode that collects at every Nth allocation.
    pub(crate) forced: bool,
    pub(crate) allocated_bytes: u64,
    pub(crate) live_bytes: usize,
    pub(crate) minor_collections: u64,
    pub(crate) full_collections: u64,
    total_pause: Duration,
    max_pause: Duration,
}

impl Account {
    pub(crate) fn new(config: &HeapConfig) -> Account {
        let limit = config.limit_bytes.unwrap_or(NO_LIMIT);
        let nursery = config.nursery_bytes.min(limit / 4).max(MIN_NURSERY);
        let mut account = Account {
            taken_bytes: 0,
            external_bytes: 0,
            limit,
            fresh_bytes: 0,
            trigger: 0,
            nursery,
            short_of_room: false,
            old_bytes: 0,
            full_at: MIN_GROWTH,
            full_at_taken: nursery + MIN_GROWTH,
            last_was_full: false,
            forced: false,
            allocated_bytes: 0,
            live_bytes: 0,
            minor_collections: 0,
            full_collections: 0,
            total_pause: Duration::ZERO,
            max_pause: Duration::ZERO,
        };
        account.set_trigger(0);
        account
    }

    /// Bytes that may be taken.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.taken_bytes)
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn nursery(&self) -> usize {
        self.nursery
    }

    /// `bytes` more are available to new objects.
    #[inline]
    pub(crate) fn note_fresh(&mut self, bytes: usize) {
        self.fresh_bytes += bytes;
    }

    /// Whether a collection should run.
    #[inline(always)]
    pub(crate) fn due(&self) -> bool {
        self.fresh_bytes >= self.trigger || self.forced
    }

    /// Whether the next collection should be a full one: the old objects or their memory doubled, or memory
    /// runs short and the last (minor) collection did not help.
    pub(crate) fn full_due(&self) -> bool {
        let grown = self.old_bytes >= self.full_at || self.taken_bytes >= self.full_at_taken;
        grown || (!self.last_was_full && self.short_of_room)
    }

    /// Whether a full collection could free anything that the last collection did not.
    pub(crate) fn full_may_help(&self) -> bool {
        !self.last_was_full || self.fresh_bytes != 0
    }

    /// Records a collection.
    pub(crate) fn collected(&mut self, full: bool, marked: Marked, pause: Duration) {
        self.fresh_bytes = 0;
        self.forced = false;
        self.last_was_full = full;
        if full {
            self.full_collections += 1;
            self.live_bytes = marked.bytes;
            self.old_bytes = marked.bytes + self.external_bytes;
            let growth = self.old_bytes.max(MIN_GROWTH);
            self.full_at = self.old_bytes + growth;
            self.full_at_taken = self.taken_bytes + growth + self.nursery;
        } else {
            self.minor_collections += 1;
            self.old_bytes += marked.bytes;
        }
        self.set_trigger(marked.remembered_bytes);
        self.total_pause += pause;
        self.max_pause = self.max_pause.max(pause);
    }

    /// A collection that had to look at `rescanned` bytes of old lists and roots to find young objects comes
    /// no sooner than that many bytes of allocation later: so a long list that is written to all the time
    /// costs a constant per allocated byte. Close to the limit collections come earlier, so that a heap that
    /// collects only at safepoints does not run into it between two of them.
    fn set_trigger(&mut self, rescanned: usize) {
        let wanted = self.nursery.max(rescanned);
        self.short_of_room = self.room() / 2 < self.nursery;
        self.trigger = (self.room() / 2).clamp(MIN_NURSERY, wanted);
    }

    pub(crate) fn charge_external(&mut self, bytes: usize) {
        self.taken_bytes += bytes;
        self.external_bytes += bytes;
        self.fresh_bytes += bytes;
        self.old_bytes += bytes;
    }

    pub(crate) fn discharge_external(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.external_bytes, "more discharged than charged");
        let bytes = bytes.min(self.external_bytes);
        self.taken_bytes -= bytes;
        self.external_bytes -= bytes;
        self.old_bytes = self.old_bytes.saturating_sub(bytes);
    }

    /// The figures, with `bytes_in_hole` allocated in the current hole.
    pub(crate) fn stats(&self, bytes_in_hole: usize) -> HeapStats {
        HeapStats {
            accounted_bytes: self.taken_bytes,
            external_bytes: self.external_bytes,
            live_bytes: self.live_bytes,
            minor_collections: self.minor_collections,
            full_collections: self.full_collections,
            total_pause: self.total_pause,
            max_pause: self.max_pause,
            allocated_bytes: self.allocated_bytes + bytes_in_hole as u64,
        }
    }
}
