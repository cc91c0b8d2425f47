//! Help for the tests of objects: heaps that check themselves, reproducible random numbers.

use crate::{Heap, HeapConfig};

/// A linear congruential generator: tests are the same every time.
pub(crate) struct Lcg(pub u64);

impl Lcg {
    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
}

/// Number of steps of a random test.
pub(crate) fn steps(n: usize) -> usize {
    if cfg!(miri) { (n / 50).clamp(20, 150) } else { n }
}

/// Runs `test` on a heap that finds references on the native stack, poisons what it frees, verifies itself,
/// and, with `every`, collects at every so many allocations.
pub(crate) fn with_heap(every: Option<u32>, test: impl FnOnce(&mut Heap)) {
    let mut heap =
        Heap::new(HeapConfig { poison: true, verify: true, collect_every: every, ..HeapConfig::default() });
    let bottom = 0usize;
    heap.roots.native_high = std::hint::black_box(&raw const bottom) as usize;
    below(&mut heap, test);
}

/// A frame of its own, all of it below the `bottom` of the caller.
#[inline(never)]
fn below(heap: &mut Heap, test: impl FnOnce(&mut Heap)) {
    test(heap);
}
