//! Memory from the system: aligned chunks, and single mappings for large objects.
//!
//! Takes sizes, leaves exposed addresses (see [`crate::address`]). On Unix everything is mapped, so that a
//! freed block or object leaves the resident set at once. Elsewhere, and under Miri, the Rust allocator
//! stands in; only whole chunks go back then.

/// Large objects from this size on are mapped on their own; smaller ones come from the Rust allocator.
const MAP_FROM: usize = 128 << 10;
/// Mapped sizes are multiples of this (a multiple of every page size in use).
const PAGE: usize = 16 << 10;
/// Alignment of what the Rust allocator gives.
const SMALL_ALIGN: usize = 16;

pub(crate) use imp::{decommit, map_aligned, unmap_aligned};

/// What a large object of `bytes` bytes really takes.
pub(crate) fn large_size(bytes: usize) -> usize {
    if bytes >= MAP_FROM { bytes.next_multiple_of(PAGE) } else { bytes }
}

/// Memory for a large object; `bytes` is a [`large_size`]. `None` if the system has none.
pub(crate) fn take_large(bytes: usize) -> Option<usize> {
    if bytes >= MAP_FROM && imp::MAPS {
        return imp::map(bytes);
    }
    let layout = std::alloc::Layout::from_size_align(bytes, SMALL_ALIGN).ok()?;
    // SAFETY: large objects have a size.
    let memory = unsafe { std::alloc::alloc(layout) };
    if memory.is_null() { None } else { Some(memory.expose_provenance()) }
}

/// Gives a large object back.
///
/// # Safety
/// `address` came from [`take_large`] with the same `bytes`, and nobody uses the memory any more.
pub(crate) unsafe fn give_large(address: usize, bytes: usize) {
    if bytes >= MAP_FROM && imp::MAPS {
        // SAFETY: mapped by `take_large` with this size; unused, says the caller.
        return unsafe { imp::unmap_aligned(address, bytes) };
    }
    // SAFETY: allocated by `take_large` with this layout; unused, says the caller.
    unsafe {
        let layout = std::alloc::Layout::from_size_align_unchecked(bytes, SMALL_ALIGN);
        std::alloc::dealloc(crate::address::at(address), layout);
    }
}

#[cfg(all(unix, not(miri)))]
mod imp {
    use crate::address::at;
    use quadriga_value::PAYLOAD_MASK;
    use std::ptr;

    /// Whether large objects are mapped.
    pub(crate) const MAPS: bool = true;

    /// Fresh private pages.
    pub(crate) fn map(bytes: usize) -> Option<usize> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let kind = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
        // SAFETY: a new private mapping touches no existing memory.
        let memory = unsafe { libc::mmap(ptr::null_mut(), bytes, protection, kind, -1, 0) };
        if memory == libc::MAP_FAILED {
            return None;
        }
        let address = memory.expose_provenance();
        if (address + bytes) as u64 > PAYLOAD_MASK {
            // SAFETY: just mapped, not yet used. A value has no room for such an address.
            unsafe { libc::munmap(memory, bytes) };
            return None;
        }
        Some(address)
    }

    /// Fresh pages, `bytes` of them at a multiple of `bytes` (a power of two).
    pub(crate) fn map_aligned(bytes: usize) -> Option<usize> {
        let wide = map(2 * bytes)?;
        let aligned = wide.next_multiple_of(bytes);
        let (before, after) = (aligned - wide, wide + bytes - aligned);
        // SAFETY: both pieces lie in the mapping just made, outside the part that is kept.
        unsafe {
            if before != 0 {
                libc::munmap(at(wide), before);
            }
            if after != 0 {
                libc::munmap(at(aligned + bytes), after);
            }
        }
        Some(aligned)
    }

    /// Ends a mapping.
    ///
    /// # Safety
    /// `[address, address + bytes)` was mapped here and is unused.
    pub(crate) unsafe fn unmap_aligned(address: usize, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { libc::munmap(at(address), bytes) };
    }

    /// Lets the system take the pages; they stay usable and their content is undefined.
    ///
    /// # Safety
    /// `[address, address + bytes)` lies in a mapping made here, and its content is not needed.
    pub(crate) unsafe fn decommit(address: usize, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { libc::madvise(at(address), bytes, libc::MADV_DONTNEED) };
    }
}

#[cfg(not(all(unix, not(miri))))]
mod imp {
    use crate::address::at;
    use std::alloc::{Layout, alloc, dealloc};

    pub(crate) const MAPS: bool = false;

    pub(crate) fn map(_bytes: usize) -> Option<usize> {
        None
    }

    /// Memory of `bytes` bytes at a multiple of `bytes` (a power of two).
    pub(crate) fn map_aligned(bytes: usize) -> Option<usize> {
        let layout = Layout::from_size_align(bytes, bytes).ok()?;
        // SAFETY: the layout has a size.
        let memory = unsafe { alloc(layout) };
        if memory.is_null() { None } else { Some(memory.expose_provenance()) }
    }

    /// Gives memory back.
    ///
    /// # Safety
    /// `address` came from [`map_aligned`] with the same `bytes` and is unused.
    pub(crate) unsafe fn unmap_aligned(address: usize, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { dealloc(at(address), Layout::from_size_align_unchecked(bytes, bytes)) };
    }

    /// Nothing: the Rust allocator takes no parts back.
    ///
    /// # Safety
    /// As for mapped memory.
    pub(crate) unsafe fn decommit(_address: usize, _bytes: usize) {}
}
