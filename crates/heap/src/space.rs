//! The block space: where all but large objects live.
//!
//! Takes requests for room, leaves addresses; never moves or walks anything by itself. Small objects go into
//! holes of partly used blocks first and into empty blocks then. An object of more than a line that does
//! not fit into the current hole goes into an empty block reserved for such objects (the overflow block), so
//! that one long object does not waste a hole. Cost: the bump itself is inline in [`crate::Heap`]; a new
//! hole costs the search for it, at most one pass over the 256 line bytes of a block per visit.

use crate::account::Account;
use crate::address::at;
use crate::block::{self, BLOCK, BLOCKS, BlockState, CHUNK, LINE};
use crate::frames::Frames;
use crate::layout::{GRANULE, Header, Kind};
use crate::os;

/// Blocks with fewer free lines than this are not allocated into.
const MIN_FREE_LINES: usize = 16;

/// All blocks of a heap, and the two holes being filled.
#[derive(Default)]
pub(crate) struct Space {
    /// Addresses of the chunks, ascending.
    chunks: Vec<usize>,
    /// The same as a set.
    pub(crate) frames: Frames,
    /// Empty blocks that count as taken.
    free: Vec<usize>,
    /// Empty blocks that do not.
    released: Vec<usize>,
    /// Used blocks with holes that nobody has allocated into since the last collection.
    recyclable: Vec<usize>,
    /// Blocks allocated into since the last collection.
    fresh: Vec<usize>,
    /// Start and true end of the hole that the heap's cursor runs through (0, 0 = none).
    pub(crate) hole: (usize, usize),
    /// Cursor and end of the overflow block.
    overflow: (usize, usize),
}

impl Space {
    /// Lowest address of the chunks, and end of the highest.
    pub(crate) fn bounds(&self) -> Option<(usize, usize)> {
        let (&first, &last) = (self.chunks.first()?, self.chunks.last()?);
        Some((first, last + CHUNK))
    }

    /// Ends the current hole at `cursor` and takes the next one that has room for `size` bytes. Answers its
    /// bounds, or `None` if there is none within the limit.
    pub(crate) fn next_hole(
        &mut self,
        cursor: usize,
        size: usize,
        account: &mut Account,
    ) -> Option<(usize, usize)> {
        let mut from = self.hole.1;
        let mut current = if from == 0 { 0 } else { block::block_of(from - 1) };
        self.end_hole(cursor, account);
        let min_lines = size.div_ceil(LINE);
        loop {
            if current != 0 {
                // SAFETY: `current` is a used block of this space; `from` is in it or its end.
                if let Some(hole) = unsafe { block::find_hole(current, from, min_lines) } {
                    // SAFETY: just found.
                    unsafe { block::take_hole(hole.0, hole.1) };
                    account.note_fresh(hole.1 - hole.0);
                    self.hole = hole;
                    return Some(hole);
                }
            }
            current = match self.recyclable.pop() {
                Some(block) => block,
                None => self.empty_block(account)?,
            };
            self.fresh.push(current);
            from = current;
        }
    }

    /// Room for an object of `size` bytes in the overflow block. `None`: no room within the limit.
    pub(crate) fn bump_overflow(&mut self, size: usize, account: &mut Account) -> Option<usize> {
        if size > self.overflow.1 - self.overflow.0 {
            let block = self.empty_block(account)?;
            self.end_overflow();
            self.fresh.push(block);
            // SAFETY: an empty block is one hole.
            unsafe { block::take_hole(block, block + BLOCK) };
            account.note_fresh(BLOCK);
            self.overflow = (block, block + BLOCK);
        }
        let address = self.overflow.0;
        self.overflow.0 += size;
        account.allocated_bytes += size as u64;
        Some(address)
    }

    /// Ends both holes: from here on every region can be walked.
    pub(crate) fn retire(&mut self, cursor: usize, account: &mut Account) {
        self.end_hole(cursor, account);
        self.end_overflow();
    }

    /// Covers the unused ends of both holes, which stay in use, so that their regions can be walked.
    pub(crate) fn end_region_at(&self, cursor: usize) {
        if self.hole.1 != 0 {
            write_filler(cursor, self.hole.1);
        }
        write_filler(self.overflow.0, self.overflow.1);
    }

    fn end_hole(&mut self, cursor: usize, account: &mut Account) {
        if self.hole.1 != 0 {
            account.allocated_bytes += (cursor - self.hole.0) as u64;
            write_filler(cursor, self.hole.1);
        }
        self.hole = (0, 0);
    }

    fn end_overflow(&mut self) {
        write_filler(self.overflow.0, self.overflow.1);
        self.overflow = (0, 0);
    }

    /// An empty block, in use from now on.
    fn empty_block(&mut self, account: &mut Account) -> Option<usize> {
        let block = match self.free.pop() {
            Some(block) => block,
            None => {
                if self.released.is_empty() {
                    self.add_chunk(account)?;
                }
                if account.room() < BLOCK {
                    return None;
                }
                account.taken_bytes += BLOCK;
                self.released.pop()?
            }
        };
        // SAFETY: a block of a live chunk; empty blocks have empty tables.
        unsafe { block::set_state(block, BlockState::Used) };
        Some(block)
    }

    #[cold]
    fn add_chunk(&mut self, account: &mut Account) -> Option<()> {
        // The tables of the chunk count as a block.
        if account.room() < 2 * BLOCK {
            return None;
        }
        let chunk = os::map_aligned(CHUNK)?;
        account.taken_bytes += BLOCK;
        // SAFETY: new memory.
        unsafe { block::init_chunk(chunk) };
        let place = self.chunks.partition_point(|&other| other < chunk);
        self.chunks.insert(place, chunk);
        self.frames.rebuild(&self.chunks);
        self.released.extend((1..BLOCKS).rev().map(|index| chunk + index * BLOCK));
        Some(())
    }

    /// Calls `f` for every used block.
    pub(crate) fn for_each_used(&self, f: &mut dyn FnMut(usize)) {
        for &chunk in &self.chunks {
            for index in 1..BLOCKS {
                let block = chunk + index * BLOCK;
                // SAFETY: a block of a live chunk.
                if unsafe { block::state(block) } == BlockState::Used {
                    f(block);
                }
            }
        }
    }

    /// The object at or around `address`, if it is in this space. After [`Space::retire`], before marking.
    pub(crate) fn resolve(&self, address: usize) -> Option<*mut Header> {
        let block = block::block_of(address);
        if !self.frames.contains(address) || block.is_multiple_of(CHUNK) {
            return None;
        }
        // SAFETY: a block of a live chunk; regions are ended.
        unsafe {
            if block::state(block) != BlockState::Used {
                return None;
            }
            block::resolve(address)
        }
    }

    /// Forgets all marks, for a full marking.
    pub(crate) fn clear_marks(&mut self) {
        // SAFETY: used blocks of live chunks.
        self.for_each_used(&mut |block| unsafe { block::clear_tables(block) });
    }

    /// After a marking: finds the holes of the blocks that changed (all, after a full one).
    pub(crate) fn sweep(&mut self, full: bool, poison: bool) {
        let mut blocks = std::mem::take(&mut self.fresh);
        if full {
            blocks.clear();
            self.recyclable.clear();
            self.for_each_used(&mut |block| blocks.push(block));
        }
        // From the back, so that the lists are popped in the order of the blocks.
        for &block in blocks.iter().rev() {
            // SAFETY: used blocks of live chunks; the marking is done, so what is unmarked is dead.
            let free = unsafe {
                if poison {
                    block::poison_gaps(block);
                }
                block::settle(block)
            };
            if free == block::BLOCK_LINES {
                // SAFETY: as above.
                unsafe { block::set_state(block, BlockState::Free) };
                self.free.push(block);
            } else if free >= MIN_FREE_LINES {
                self.recyclable.push(block);
            }
        }
        blocks.clear();
        self.fresh = blocks;
    }

    /// Gives empty blocks back to the system until at most `keep` bytes of them are left.
    pub(crate) fn release(&mut self, keep: usize, account: &mut Account) {
        if self.free.len() * BLOCK <= keep {
            return;
        }
        self.free.clear();
        self.released.clear();
        let mut kept = 0;
        let mut chunks = std::mem::take(&mut self.chunks);
        chunks.retain(|&chunk| {
            let blocks = (1..BLOCKS).map(|index| chunk + index * BLOCK);
            let count = |wanted| {
                // SAFETY: blocks of a live chunk.
                blocks.clone().filter(|&block| unsafe { block::state(block) } == wanted).count()
            };
            let free = count(BlockState::Free);
            if count(BlockState::Used) == 0 && (free == 0 || (kept + free) * BLOCK > keep) {
                account.taken_bytes -= (free + 1) * BLOCK;
                // SAFETY: no block of the chunk is in use.
                unsafe { os::unmap_aligned(chunk, CHUNK) };
                return false;
            }
            for block in blocks.rev() {
                // SAFETY: blocks of a live chunk; only an empty one loses its content.
                unsafe {
                    match block::state(block) {
                        BlockState::Used => {}
                        BlockState::Released => self.released.push(block),
                        BlockState::Free if (kept + 1) * BLOCK <= keep => {
                            kept += 1;
                            self.free.push(block);
                        }
                        BlockState::Free => {
                            os::decommit(block, BLOCK);
                            block::set_state(block, BlockState::Released);
                            account.taken_bytes -= BLOCK;
                            self.released.push(block);
                        }
                    }
                }
            }
            true
        });
        self.chunks = chunks;
        self.frames.rebuild(&self.chunks);
    }

    /// Calls `f` for every object: those alive at the last collection, and all made since.
    pub(crate) fn for_each_object(&self, f: &mut dyn FnMut(*mut Header)) {
        self.for_each_used(&mut |block| {
            // SAFETY: used blocks of live chunks.
            unsafe {
                block::for_each_marked(block, f);
                block::for_each_fresh(block, f);
            }
        });
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        for &chunk in &self.chunks {
            // SAFETY: the heap is going away and with it everything in the chunk.
            unsafe { os::unmap_aligned(chunk, CHUNK) };
        }
    }
}

/// Covers the unused end of a hole.
fn write_filler(start: usize, end: usize) {
    if start < end {
        let granules = ((end - start) / GRANULE) as u32;
        // SAFETY: `[start, end)` is the free rest of a hole that this space owns.
        unsafe { at::<Header>(start).write(Header { kind: Kind::Free, gc: 0, flags: 0, aux: 0, granules }) };
    }
}
