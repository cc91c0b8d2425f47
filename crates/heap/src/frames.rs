//! Which megabytes of the address space are chunks of this heap.
//!
//! A bit per megabyte between the lowest and the highest chunk. With it the marker tells a large object from
//! one in a block by its address alone, and so asks the mark bitmap (dense, in cache) about an edge before
//! it touches the header of the target (which is not). Rebuilt when chunks come and go.

use crate::block::CHUNK;

/// A set of chunk addresses.
#[derive(Default)]
pub(crate) struct Frames {
    /// Address of the first chunk, divided by the size of chunks.
    first: usize,
    bits: Vec<u64>,
}

impl Frames {
    /// Makes this the set of `chunks`, which ascend.
    pub(crate) fn rebuild(&mut self, chunks: &[usize]) {
        self.bits.clear();
        let (Some(&first), Some(&last)) = (chunks.first(), chunks.last()) else { return };
        self.first = first / CHUNK;
        self.bits.resize((last / CHUNK - self.first) / 64 + 1, 0);
        for &chunk in chunks {
            let frame = chunk / CHUNK - self.first;
            self.bits[frame / 64] |= 1 << (frame % 64);
        }
    }

    /// Whether `address` lies in a chunk of the set.
    #[inline(always)]
    pub(crate) fn contains(&self, address: usize) -> bool {
        let frame = (address / CHUNK).wrapping_sub(self.first);
        match self.bits.get(frame / 64) {
            Some(word) => word >> (frame % 64) & 1 != 0,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_chunks_are_members() {
        let chunks = [5 * CHUNK, 6 * CHUNK, 300 * CHUNK];
        let mut frames = Frames::default();
        assert!(!frames.contains(0) && !frames.contains(5 * CHUNK));
        frames.rebuild(&chunks);
        for frame in 0..500 {
            for offset in [0, 1, CHUNK - 1] {
                let member = chunks.contains(&(frame * CHUNK));
                assert_eq!(frames.contains(frame * CHUNK + offset), member, "{frame}");
            }
        }
        assert!(!frames.contains(usize::MAX));
    }
}
