//! Dispatch by tail calls: one handler per opcode, each ending in a jump to the next one.
//!
//! On stable Rust nothing promises the jump; optimised builds for x86-64 and aarch64 make it because the
//! handlers keep to a few rules: at most six integer arguments, one signature for all, no local with a
//! destructor, no address of a local that lives across the call. A test runs 10^8 instructions on a small
//! stack to prove it for the build at hand.

use super::{Flow, ops, run_found, run_native, run_slow};
use crate::context::Context;
use quadriga_bytecode::{Insn, Opcode};
use quadriga_value::Value;

type Handler = unsafe fn(u64, *const u64, *mut Value, *const Value, *mut Context);

#[repr(transparent)]
struct Table([Handler; Opcode::COUNT]);

macro_rules! dispatch {
    ($pc:expr, $base:expr, $k:expr, $cx:ident) => {{
        let pc = $pc;
        let w = *pc;
        let handler = *TABLE.0.as_ptr().add((w & 0xFF) as usize);
        handler(w, pc.add(1), $base, $k, $cx)
    }};
}

unsafe fn slow(w: u64, pc: *const u64, base: *mut Value, k: *const Value, cx: *mut Context) {
    // SAFETY: arguments of a handler; a slow path leaves the state of the function to go on with in the
    // context.
    unsafe {
        let next = run_slow(Insn(w), pc, base, k, cx);
        if !next.is_null() {
            dispatch!(next, (*cx).base, (*cx).k, cx)
        }
    }
}

/// Calls what a reading instruction found.
unsafe fn invoke(w: u64, pc: *const u64, base: *mut Value, k: *const Value, cx: *mut Context) {
    // SAFETY: arguments of a handler whose fast path said `Invoke`.
    unsafe {
        match ops::invoke_found(Insn(w), pc, base, k, cx) {
            Flow::Frame(pc, base, k) => dispatch!(pc, base, k, cx),
            _ => found(w, pc, base, k, cx),
        }
    }
}

unsafe fn found(w: u64, pc: *const u64, base: *mut Value, k: *const Value, cx: *mut Context) {
    // SAFETY: as above.
    unsafe {
        let next = run_found(Insn(w), pc, base, k, cx);
        if !next.is_null() {
            dispatch!(next, (*cx).base, (*cx).k, cx)
        }
    }
}

/// Calls the native function of a `call`.
unsafe fn native(w: u64, pc: *const u64, base: *mut Value, k: *const Value, cx: *mut Context) {
    // SAFETY: arguments of a handler whose fast path said `Native`.
    unsafe {
        let next = run_native(Insn(w), pc, base, k, cx);
        if !next.is_null() {
            dispatch!(next, (*cx).base, (*cx).k, cx)
        }
    }
}

macro_rules! handlers {
    ($($op:ident)*) => {
        #[allow(non_snake_case, reason = "handlers bear the names of their opcodes")]
        mod handler {
            use super::*;
            $(pub(super) unsafe fn $op(
                w: u64,
                pc: *const u64,
                base: *mut Value,
                k: *const Value,
                cx: *mut Context,
                        ) {
                // SAFETY: verified code; the fast path keeps the contract of `ops`.
                unsafe {
                    match ops::$op(Insn(w), pc, base, k, cx) {
                        Flow::Next(pc) => dispatch!(pc, base, k, cx),
                        Flow::Frame(pc, base, k) => dispatch!(pc, base, k, cx),
                        Flow::Invoke => invoke(w, pc, base, k, cx),
                        Flow::Native => native(w, pc, base, k, cx),
                        Flow::Slow => slow(w, pc, base, k, cx),
                    }
                }
            })*
        }
        static TABLE: Table = Table([$(handler::$op),*]);
    };
}

quadriga_bytecode::for_each_opcode!(handlers);

/// Runs until a slow path says stop.
#[inline(never)]
pub(super) unsafe fn run(cx: *mut Context) {
    // SAFETY: the state in the context is that of a verified function.
    unsafe { dispatch!((*cx).pc, (*cx).base, (*cx).k, cx) }
}
