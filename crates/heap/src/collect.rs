//! A collection, from roots to reclaimed memory.
//!
//! ```text
//! end the holes ► find the roots ► (full: clear marks) ► mark ► weak things ► sweep ► (verify) ► drop payloads
//! ```
//!
//! Minor and full differ in what counts as marked at the start. A minor one costs the survivors among the
//! objects made since the last collection, the old objects written to since, and a byte per 128 bytes of
//! nursery; a full one costs the live heap.

use crate::address::at;
use crate::finalize::drop_payloads;
use crate::heap::{CharCache, Heap};
use crate::layout::Header;
use crate::mark::{Marked, Marker, is_live};
use crate::roots::Tracer;
use quadriga_value::Value;
use std::time::{Duration, Instant};

/// In the mode that collects at every Nth allocation, every so many collections one is full.
const FORCED_FULL: u64 = 4;

/// The time, where there is a clock.
fn now() -> Option<Instant> {
    if cfg!(target_family = "wasm") { None } else { Some(Instant::now()) }
}

impl Heap {
    /// Reclaims what became unreachable among the objects made since the last collection; as for roots, see
    /// [`Heap::collect_full`].
    pub fn collect_minor(&mut self) {
        self.collect(false);
    }

    /// Reclaims everything that is unreachable and gives empty memory back to the system. A reference that
    /// only a native frame holds counts if [`crate::RootSet::native_high`] is set (and the target can be
    /// scanned); otherwise it must not be used afterwards.
    pub fn collect_full(&mut self) {
        self.collect(true);
    }

    /// Whether a collection should run at the next safepoint.
    #[inline(always)]
    pub fn safepoint_due(&self) -> bool {
        self.account.due()
    }

    /// Runs the collection that is due, if one is.
    #[cold]
    pub fn collect_at_safepoint(&mut self) {
        if self.account.forced {
            let n = self.account.minor_collections + self.account.full_collections;
            self.collect(n % FORCED_FULL == FORCED_FULL - 1);
        } else if self.account.due() {
            self.collect(self.account.full_due());
        }
    }

    #[cold]
    #[inline(never)]
    fn collect(&mut self, full: bool) {
        let start = now();
        self.end_holes();
        self.large.sort();
        let roots = self.find_roots();
        if full {
            self.space.clear_marks();
            self.large.clear_marks();
            self.shapes.clear_marks();
        }
        let mut marked = self.mark_from(&roots, full);
        marked.remembered_bytes += roots.len() * size_of::<Value>();
        self.scratch_roots = roots;
        self.scratch_roots.clear();

        self.char_cache = CharCache::default();
        let mut live = |address: usize| {
            // SAFETY: the tables name objects that existed before this collection; nothing is swept yet.
            unsafe { is_live(at(address)) }
        };
        self.interner.sweep(full, &mut live);
        let mut dead = Vec::new();
        self.hosts.sweep(full, &mut live, &mut dead);
        if full {
            self.shapes.trace_young(&mut |_| {});
            if self.shapes.sweep() != 0 {
                self.shapes_generation = self.shapes_generation.wrapping_add(1);
            }
        }
        self.large.sweep(full, self.config.poison, &mut self.account);
        self.space.sweep(full, self.config.poison);
        for (_, bytes) in &dead {
            self.account.discharge_external(*bytes);
        }
        if full {
            // What the next nursery needs may stay, unless the heap is so small that it would show.
            self.space.release(marked.bytes.min(self.account.nursery()), &mut self.account);
        }
        let pause = start.map_or(Duration::ZERO, |start| start.elapsed());
        self.account.collected(full, marked, pause);
        if self.config.verify {
            self.verify();
        }
        drop_payloads(dead.into_iter().map(|(payload, _)| payload));
    }

    /// Everything that roots refer to.
    fn find_roots(&mut self) -> Vec<*mut Header> {
        let mut tracer = Tracer::new(&self.space, &self.large, std::mem::take(&mut self.scratch_roots));
        self.roots.trace(&mut tracer);
        for &value in &self.single_chars {
            tracer.value(value);
        }
        if let Some(key) = self.proto_key {
            tracer.value(Value::from_address(key.0.as_ptr().expose_provenance()));
        }
        tracer.into_found()
    }

    /// Marks what `roots` and, in a minor collection, the objects written to since the last one reach.
    fn mark_from(&mut self, roots: &[*mut Header], full: bool) -> Marked {
        let mut marker =
            Marker::new(full, &self.space.frames, &mut self.shapes, std::mem::take(&mut self.scratch));
        if !full {
            for &object in &self.remembered {
                // SAFETY: remembered objects were alive at the last collection and stay until a full one.
                unsafe { marker.remembered(object) };
            }
            marker.young_shapes();
        }
        self.remembered.clear();
        for &object in roots {
            // SAFETY: roots are live objects: reported as such, or found in the tables of the heap.
            unsafe { marker.reach(object) };
        }
        marker.drain();
        let (marked, scratch) = marker.finish();
        self.scratch = scratch;
        marked
    }
}
