//! The native stack as a source of roots.
//!
//! Calls a function with the bounds of the part of the stack in use and with the callee-saved registers of
//! everybody above. Where this file does not know the processor, [`CAN_SCAN`] is false and the heap
//! collects only at safepoints, where the caller vouches that no native frame holds a reference.

/// Whether the native stack can be scanned on this target.
pub(crate) const CAN_SCAN: bool =
    cfg!(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri), not(windows)));

/// Registers that a callee preserves and that may thus hold a caller's value.
const REGISTERS: usize = 10;

/// Calls `word` with every word on the stack between here and `high`, and in the callee-saved registers.
/// Values in other registers were saved to the stack by whoever called us.
#[inline(never)]
pub(crate) fn scan(high: usize, word: &mut dyn FnMut(u64)) {
    let mut registers = [0u64; REGISTERS];
    let low = spill(&mut registers);
    for register in registers {
        word(register);
    }
    let mut here = low & !7;
    while here < high {
        // SAFETY: from the stack pointer up to `native_high` the stack is mapped (that is what the owner of
        // the stack promised by setting it). The words are only looked at, as integers.
        word(unsafe { std::ptr::with_exposed_provenance::<u64>(here).read_volatile() });
        here += 8;
    }
}

/// Address in the caller's frame, for the `native_high` of code that runs on the caller's stack.
#[inline(never)]
pub fn stack_address_here() -> usize {
    let here = 0u8;
    std::hint::black_box(&raw const here) as usize
}

#[cfg(all(target_arch = "x86_64", not(miri), not(windows)))]
#[inline(always)]
fn spill(registers: &mut [u64; REGISTERS]) -> usize {
    let low: usize;
    // SAFETY: reads registers, writes six words of the array.
    unsafe {
        std::arch::asm!(
            "mov [{r}], rbx",
            "mov [{r} + 8], rbp",
            "mov [{r} + 16], r12",
            "mov [{r} + 24], r13",
            "mov [{r} + 32], r14",
            "mov [{r} + 40], r15",
            "mov {low}, rsp",
            r = in(reg) registers.as_mut_ptr(),
            low = out(reg) low,
            options(nostack, preserves_flags)
        );
    }
    low
}

#[cfg(all(target_arch = "aarch64", not(miri), not(windows)))]
#[inline(always)]
fn spill(registers: &mut [u64; REGISTERS]) -> usize {
    let low: usize;
    // SAFETY: reads registers, writes ten words of the array.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{r}]",
            "stp x21, x22, [{r}, #16]",
            "stp x23, x24, [{r}, #32]",
            "stp x25, x26, [{r}, #48]",
            "stp x27, x28, [{r}, #64]",
            "mov {low}, sp",
            r = in(reg) registers.as_mut_ptr(),
            low = out(reg) low,
            options(nostack, preserves_flags)
        );
    }
    low
}

#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri), not(windows))))]
fn spill(_registers: &mut [u64; REGISTERS]) -> usize {
    usize::MAX
}
