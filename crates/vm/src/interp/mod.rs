//! The interpreter.
//!
//! * [`ops`] holds the fast path of every opcode, written once;
//! * `tail` and `switch` are two dispatchers made of them (see `build.rs` for which one a build takes);
//! * [`slow`] holds what an opcode does when its fast path gives up: cold functions that see the whole
//!   context, and call the dialect.
//!
//! The state of the running function is `(pc, base, k)`: next word, registers, constants. Fast paths keep
//! it in machine registers; before a slow path runs it is stored into the context.

pub(crate) mod ops;
pub(crate) mod slow;
#[cfg(not(tail_dispatch))]
mod switch;
#[cfg(tail_dispatch)]
mod tail;

use crate::context::Context;
use crate::error::{Error, Result};
use quadriga_bytecode::Insn;
use quadriga_value::Value;

pub use slow::Resumed;

/// Name of the dispatcher of this build.
pub const DISPATCH: &str = if cfg!(tail_dispatch) { "tail calls" } else { "match loop" };

/// What follows a fast path.
pub(crate) enum Flow {
    /// Go on at this word of the same function.
    Next(*const u64),
    /// Go on in another frame.
    Frame(*const u64, *mut Value, *const Value),
    /// Call what stands in `Context::found`.
    Invoke,
    /// Call the native function that stands in register a.
    Native,
    /// The fast path did nothing; the slow path decides.
    Slow,
}

/// Runs from the state in the context until the innermost `Exit` frame is left.
pub(crate) fn run(cx: &mut Context) -> Result<Value> {
    cx.after_collection();
    let cx: *mut Context = cx;
    // SAFETY: the context's state is that of a verified function whose frame was pushed by `enter_function`.
    unsafe {
        #[cfg(tail_dispatch)]
        tail::run(cx);
        #[cfg(not(tail_dispatch))]
        switch::run(cx);
        match (*cx).pending.take() {
            Some(error) => Err(error),
            None => Ok((*cx).result),
        }
    }
}

/// Leaves the fast paths: stores their state, runs `f`, and raises its error. Returns where to go on, or
/// null when the interpreter is to be left.
///
/// # Safety
/// `cx` is the live context, which nothing else borrows now, and the rest its state.
#[inline(always)]
unsafe fn with_context(
    pc: *const u64,
    base: *mut Value,
    k: *const Value,
    cx: *mut Context,
    f: impl FnOnce(&mut Context) -> Result<*const u64>,
) -> *const u64 {
    // SAFETY: the caller's promise.
    let cx = unsafe { &mut *cx };
    cx.pc = pc;
    cx.base = base;
    cx.k = k;
    let next = match f(cx) {
        Ok(next) => next,
        Err(error) => raise(cx, error),
    };
    cx.after_collection();
    next
}

/// Runs the slow path of the instruction `w` that stands before `pc`.
#[cold]
#[inline(never)]
pub(crate) unsafe fn run_slow(
    w: Insn,
    pc: *const u64,
    base: *mut Value,
    k: *const Value,
    cx: *mut Context,
) -> *const u64 {
    // SAFETY: the dispatchers pass the address of the live context and its state.
    unsafe { with_context(pc, base, k, cx, |cx| slow::SLOW[w.op_byte() as usize](cx, w)) }
}

/// Calls the native function in register a, for a `call`.
#[inline(never)]
pub(crate) unsafe fn run_native(
    w: Insn,
    pc: *const u64,
    base: *mut Value,
    k: *const Value,
    cx: *mut Context,
) -> *const u64 {
    let call = |cx: &mut Context| {
        let v = slow::call_native(cx, w)?;
        cx.set_register(w.b(), v);
        Ok(cx.after(w))
    };
    // SAFETY: as for `run_slow`.
    unsafe { with_context(pc, base, k, cx, call) }
}

/// Calls what a reading instruction found, if it is native or wants arguments filled in.
#[inline(never)]
pub(crate) unsafe fn run_found(
    w: Insn,
    pc: *const u64,
    base: *mut Value,
    k: *const Value,
    cx: *mut Context,
) -> *const u64 {
    let call = |cx: &mut Context| {
        let [callee, this, home] = cx.found;
        slow::call_found(cx, w, callee, this, home)
    };
    // SAFETY: as for `run_slow`.
    unsafe { with_context(pc, base, k, cx, call) }
}

#[cold]
#[inline(never)]
fn raise(cx: &mut Context, error: Error) -> *const u64 {
    slow::unwind::raise(cx, error)
}
