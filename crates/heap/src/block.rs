//! Chunks, blocks and lines, and the side tables that describe them.
//!
//! A chunk is 1 MB at a multiple of 1 MB: 32 blocks of 32 KB. The first block holds the tables of the other
//! 31 ([`ChunkHead`]), so the description of any address is found by masking it. A line is 128 bytes; a byte
//! of a table per line says what the line holds, and one byte of a bitmap (a bit per granule) says where
//! objects start in it:
//!
//! ```text
//! lines[l]    FREE | LIVE | FRESH | WALKED
//! marks[l]    bit g: an object that the last collection found alive starts at granule g of the line
//! starts[l]   bit g: an object made since then starts there (only in regions that somebody asked about)
//! ```
//!
//! A *hole* is a run of `FREE` lines. Allocation takes a whole hole, turns its lines `FRESH`, and fills it
//! from its start; what remains at its end is covered by a header of kind `Free`. A maximal run of lines
//! `>= FRESH` is therefore a *region* that can be walked from header to header. Holes are maximal and
//! bounded by `LIVE` lines or the ends of the block, so two regions never touch.

use crate::address::at;
use crate::layout::{GRANULE, Header, Kind};

/// Bytes of a chunk.
pub(crate) const CHUNK: usize = 1 << 20;
/// Bytes of a block.
pub(crate) const BLOCK: usize = 1 << 15;
/// Bytes of a line.
pub(crate) const LINE: usize = 1 << 7;
/// Blocks of a chunk, the first one (tables) included.
pub(crate) const BLOCKS: usize = CHUNK / BLOCK;
/// Lines of a block.
pub(crate) const BLOCK_LINES: usize = BLOCK / LINE;
/// Lines of a chunk.
const CHUNK_LINES: usize = CHUNK / LINE;
/// Objects above this size become large objects, unless the current hole happens to have room for them (the
/// inline allocation makes no difference).
pub(crate) const MAX_SMALL: usize = 8 << 10;

const _: () = assert!(LINE / GRANULE == 8, "a line is one byte of a bitmap");
const _: () = assert!(std::mem::size_of::<ChunkHead>() <= BLOCK);

/// The line holds nothing.
pub(crate) const FREE: u8 = 0;
/// The line holds at least a part of an object that the last collection found alive.
pub(crate) const LIVE: u8 = 1;
/// The line is part of a region allocated into since the last collection.
pub(crate) const FRESH: u8 = 2;
/// First line of a region whose `starts` are up to date.
pub(crate) const WALKED: u8 = 3;

/// Whether a block is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum BlockState {
    /// Not backed by memory that counts.
    Released = 0,
    /// Counted, but empty.
    Free = 1,
    /// Holds objects, or is being filled.
    Used = 2,
}

/// The tables of a chunk.
#[repr(C, align(16))]
pub(crate) struct ChunkHead {
    pub(crate) marks: [u8; CHUNK_LINES],
    pub(crate) starts: [u8; CHUNK_LINES],
    pub(crate) lines: [u8; CHUNK_LINES],
    pub(crate) states: [BlockState; BLOCKS],
}

/// The tables of the chunk that `address` lies in.
#[inline(always)]
pub(crate) fn head(address: usize) -> *mut ChunkHead {
    at(address & !(CHUNK - 1))
}

/// Index of the line of `address` in the tables of its chunk.
#[inline(always)]
pub(crate) fn line_of(address: usize) -> usize {
    (address & (CHUNK - 1)) / LINE
}

/// Bit of the granule of `address` in its line.
#[inline(always)]
fn granule_bit(address: usize) -> u8 {
    1 << ((address / GRANULE) & 7)
}

/// Address of a line of the chunk that `block` belongs to.
#[inline(always)]
fn line_address(block: usize, line: usize) -> usize {
    (block & !(CHUNK - 1)) + line * LINE
}

/// Start of the block that `address` lies in.
#[inline(always)]
pub(crate) fn block_of(address: usize) -> usize {
    address & !(BLOCK - 1)
}

/// Writes empty tables into a new chunk.
///
/// # Safety
/// `chunk` is a chunk's memory that nothing refers to.
pub(crate) unsafe fn init_chunk(chunk: usize) {
    // SAFETY: the head fits into the first block (asserted above); all-zero is a valid head.
    unsafe { std::ptr::write_bytes(head(chunk), 0, 1) };
}

/// Whether the object at `address` was alive at the last collection, or has been marked by this one.
///
/// # Safety
/// `address` lies in a block of a live chunk.
#[inline(always)]
pub(crate) unsafe fn is_marked(address: usize) -> bool {
    // SAFETY: the chunk is alive, so its tables are.
    unsafe { (*head(address)).marks[line_of(address)] & granule_bit(address) != 0 }
}

/// Marks the object of `size` bytes at `address` and its lines.
///
/// # Safety
/// `[address, address + size)` is an object in a block of a live chunk.
#[inline(always)]
pub(crate) unsafe fn mark(address: usize, size: usize) {
    let line = line_of(address);
    // SAFETY: the chunk is alive, so its tables are.
    unsafe {
        let head = head(address);
        (*head).marks[line] |= granule_bit(address);
        (*head).lines[line] = LIVE;
        let last = line_of(address + size - 1);
        let mut next = line + 1;
        while next <= last {
            (*head).lines[next] = LIVE;
            next += 1;
        }
    }
}

/// State of a block.
///
/// # Safety
/// `block` is a block of a live chunk.
pub(crate) unsafe fn state(block: usize) -> BlockState {
    // SAFETY: the chunk is alive.
    unsafe { (*head(block)).states[(block & (CHUNK - 1)) / BLOCK] }
}

/// Changes the state of a block.
///
/// # Safety
/// `block` is a block of a live chunk.
pub(crate) unsafe fn set_state(block: usize, state: BlockState) {
    // SAFETY: the chunk is alive.
    unsafe { (*head(block)).states[(block & (CHUNK - 1)) / BLOCK] = state };
}

/// The part of one of the tables that belongs to a block.
macro_rules! table {
    ($block:expr, $field:ident) => {{
        let first = line_of($block);
        &mut (&mut (*head($block)).$field)[first..first + BLOCK_LINES]
    }};
}

/// The first hole of at least `min_lines` lines at or behind `from` in `block`, as addresses.
///
/// # Safety
/// `block` is a block of a live chunk, and nobody else holds a reference to its tables; `from` lies in the
/// block or is its end.
pub(crate) unsafe fn find_hole(block: usize, from: usize, min_lines: usize) -> Option<(usize, usize)> {
    // SAFETY: the caller's promise.
    let lines = unsafe { table!(block, lines) };
    let mut line = (from - block) / LINE;
    while line < BLOCK_LINES {
        if lines[line] != FREE {
            line += 1;
            continue;
        }
        let start = line;
        while line < BLOCK_LINES && lines[line] == FREE {
            line += 1;
        }
        if line - start >= min_lines {
            return Some((block + start * LINE, block + line * LINE));
        }
    }
    None
}

/// Makes a hole a region.
///
/// # Safety
/// `[start, end)` is a hole that [`find_hole`] found.
pub(crate) unsafe fn take_hole(start: usize, end: usize) {
    let first = line_of(start);
    // SAFETY: the hole lies in one block of a live chunk.
    unsafe { (&mut (*head(start)).lines)[first..first + (end - start) / LINE].fill(FRESH) };
}

/// Forgets everything about a block; before a full marking, and when a block is handed out.
///
/// # Safety
/// As for [`find_hole`].
pub(crate) unsafe fn clear_tables(block: usize) {
    // SAFETY: the caller's promise; one table at a time.
    unsafe {
        table!(block, marks).fill(0);
        table!(block, starts).fill(0);
        table!(block, lines).fill(FREE);
    }
}

/// After a marking: lines of regions without survivors become free. Answers the number of free lines.
///
/// # Safety
/// As for [`find_hole`].
pub(crate) unsafe fn settle(block: usize) -> usize {
    // SAFETY: the caller's promise; one table at a time.
    unsafe {
        table!(block, starts).fill(0);
        let mut free = 0;
        for line in table!(block, lines) {
            *line = if *line == LIVE { LIVE } else { FREE };
            free += (*line == FREE) as usize;
        }
        free
    }
}

/// The object of a block that `address` points to or into, if there is one. Regions are walked on demand;
/// nothing may be marked between the last settling and this.
///
/// # Safety
/// `address` lies in a used block of a live chunk, in which all regions end in a filler.
pub(crate) unsafe fn resolve(address: usize) -> Option<*mut Header> {
    // SAFETY: the chunk is alive, so its tables are.
    let line_state = unsafe { (*head(address)).lines[line_of(address)] };
    let start = match line_state {
        FREE => return None,
        // SAFETY: the caller's promise.
        LIVE => unsafe { start_at_or_below(&(*head(address)).marks, address)? },
        // SAFETY: the line belongs to a region.
        _ => unsafe {
            walk_region_once(address);
            start_at_or_below(&(*head(address)).starts, address)?
        },
    };
    let object = at::<Header>(start);
    // SAFETY: a set bit stands for an object.
    let size = unsafe { (*object).granules as usize * GRANULE };
    if address < start + size { Some(object) } else { None }
}

/// Address of the last set bit of `bitmap` at or below `address` in its block.
fn start_at_or_below(bitmap: &[u8; CHUNK_LINES], address: usize) -> Option<usize> {
    let block = block_of(address);
    let (line, lowest) = (line_of(address), line_of(block));
    let up_to_here = granule_bit(address) | (granule_bit(address) - 1);
    let mut bits = bitmap[line] & up_to_here;
    let mut at_line = line;
    while bits == 0 {
        if at_line == lowest {
            return None;
        }
        at_line -= 1;
        bits = bitmap[at_line];
    }
    Some(line_address(block, at_line) + bits.ilog2() as usize * GRANULE)
}

/// Sets the `starts` of the region that `address` lies in, unless that has been done.
///
/// # Safety
/// The line of `address` belongs to a region that ends in a filler.
unsafe fn walk_region_once(address: usize) {
    let block = block_of(address);
    let (low, high) = (line_of(block), line_of(block) + BLOCK_LINES);
    // SAFETY: the chunk is alive; nobody else holds a reference to its tables.
    let head = unsafe { &mut *head(address) };
    let mut first = line_of(address);
    while first > low && head.lines[first - 1] >= FRESH {
        first -= 1;
    }
    if head.lines[first] == WALKED {
        return;
    }
    head.lines[first] = WALKED;
    let mut end = line_of(address) + 1;
    while end < high && head.lines[end] >= FRESH {
        end += 1;
    }
    let end = line_address(block, end);
    let mut here = line_address(block, first);
    while here < end {
        // SAFETY: objects and filler follow each other without a gap from the start of the region on.
        let header = unsafe { *at::<Header>(here) };
        assert!(header.granules != 0, "an object of no size at {here:#x}");
        if header.kind != Kind::Free {
            head.starts[line_of(here)] |= granule_bit(here);
        }
        here += header.granules as usize * GRANULE;
    }
}

/// Calls `f` for every object that is marked in `block`.
///
/// # Safety
/// `block` is a used block of a live chunk; `f` does not change marks.
pub(crate) unsafe fn for_each_marked(block: usize, f: &mut dyn FnMut(*mut Header)) {
    let first = line_of(block);
    for line in first..first + BLOCK_LINES {
        // SAFETY: the chunk is alive.
        let mut bits = unsafe { (*head(block)).marks[line] };
        while bits != 0 {
            f(at(line_address(block, line) + bits.trailing_zeros() as usize * GRANULE));
            bits &= bits - 1;
        }
    }
}

/// Calls `f` for every object of the block's regions.
///
/// # Safety
/// `block` is a used block of a live chunk; all its regions end in a filler.
pub(crate) unsafe fn for_each_fresh(block: usize, f: &mut dyn FnMut(*mut Header)) {
    let first = line_of(block);
    let mut line = first;
    while line < first + BLOCK_LINES {
        // SAFETY: the chunk is alive.
        if unsafe { (*head(block)).lines[line] } < FRESH {
            line += 1;
            continue;
        }
        let object = at::<Header>(line_address(block, line));
        let mut here = object as usize;
        // SAFETY: see `walk_region_once`; the walk stops at the first line that is not of the region.
        unsafe {
            while here < block + BLOCK && (*head(block)).lines[line_of(here)] >= FRESH {
                let object = at::<Header>(here);
                if (*object).kind != Kind::Free {
                    f(object);
                }
                here += (*object).granules as usize * GRANULE;
            }
        }
        line = first + (here - block) / LINE;
    }
}

/// Overwrites everything in `[start, end)` such that every granule reads as a header of kind `Free`.
///
/// # Safety
/// The memory belongs to the heap and holds nothing; both ends are granules.
pub(crate) unsafe fn poison(start: usize, end: usize) {
    let pattern = [
        u64::from_le_bytes([Kind::Free as u8, 0xDB, 0xDB, 0xDB, 0xDB, 0xDB, 0xDB, 0xDB]).to_le(),
        !0 / 255 * 0xDB,
    ];
    let mut here = start;
    while here < end {
        // SAFETY: the caller's promise.
        unsafe { at::<[u64; 2]>(here).write(pattern) };
        here += GRANULE;
    }
}

/// Poisons everything in `block` that no marked object covers.
///
/// # Safety
/// As for [`for_each_marked`], after a marking.
pub(crate) unsafe fn poison_gaps(block: usize) {
    let mut gap = block;
    // SAFETY: gaps between marked objects hold nothing that is alive.
    unsafe {
        for_each_marked(block, &mut |object| {
            poison(gap, object as usize);
            gap = object as usize + (*object).granules as usize * GRANULE;
        });
        poison(gap, block + BLOCK);
    }
}
