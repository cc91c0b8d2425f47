//! What a context keeps alive, and the part of the register stack that is in use.

use crate::context::Context;
use crate::instance::FunctionInstance;
use quadriga_heap::Tracer;
use quadriga_value::Value;
use std::sync::atomic::Ordering;

/// The function whose constants start at `k`; `None` for the state outside of all functions.
///
/// # Safety
/// `k` is the constants pointer of a context's state or of one of its frames.
#[inline]
pub(crate) unsafe fn instance_at(k: *const Value) -> Option<*mut FunctionInstance> {
    // SAFETY: the word before the constants is the address of an instance, or 0.
    let address = unsafe { k.cast::<u64>().sub(1).read() } as usize;
    if address == 0 { None } else { Some(std::ptr::with_exposed_provenance_mut(address)) }
}

/// The end of the registers of a frame.
///
/// # Safety
/// `base` and `k` are those of a context's state or of one of its frames.
unsafe fn frame_end(base: *mut Value, k: *const Value) -> *mut Value {
    // SAFETY: a frame's registers lie within the stack; instances live as long as their context.
    unsafe {
        let registers = instance_at(k).map_or(0, |i| (*i).registers as usize);
        base.add(registers)
    }
}

impl Context {
    /// First register that is free for a call made by Rust code.
    pub(crate) fn window_top(&self) -> *mut Value {
        // SAFETY: the state of this context.
        let top = unsafe { frame_end(self.base, self.k) };
        top.max(self.native_top)
    }

    /// The end of the registers of all frames. That of the innermost one need not be the highest: its
    /// registers begin in the middle of its caller's.
    fn registers_in_use(&self) -> *mut Value {
        let mut top = self.window_top();
        let mut fp = self.fp;
        while fp > self.first_frame() {
            // SAFETY: between the first frame and `fp` all frames are initialised.
            unsafe {
                fp = fp.sub(1);
                top = top.max(frame_end((*fp).base, (*fp).k));
            }
        }
        top
    }

    /// Raises the limit that calls compare against so that registers below `end` may be used.
    pub(crate) fn reserve_registers(&mut self, end: usize) {
        if self.registers.reserve(end) {
            self.reset_poll();
        }
    }
}

/// Reports the roots of a context; clears what former calls left in unused registers.
///
/// # Safety
/// `cx` is the address of the context whose heap calls this.
pub(crate) unsafe fn trace_context(cx: *const (), tracer: &mut Tracer) {
    let cx: *const Context = cx.cast();
    // SAFETY: the caller's promise; only fields other than the heap are read.
    let cx = unsafe { &*cx };
    cx.found.iter().for_each(|v| tracer.value(*v));
    tracer.value(cx.result);
    tracer.value(cx.thrown);
    tracer.value(cx.globals);
    for v in cx.builtin_cells.iter().flat_map(|cells| cells.values()) {
        tracer.value(*v);
    }
    for unit in &cx.units {
        tracer.value(unit.globals);
        for f in unit.functions.iter().flatten() {
            f.constants().for_each(|v| tracer.value(v));
            f.defaults.iter().for_each(|v| tracer.value(*v));
        }
    }
    for c in &cx.continuations {
        tracer.value(c.state);
    }
    for v in cx.slots.iter().flatten() {
        tracer.value(*v);
    }
    let top = cx.registers_in_use();
    let mut register = cx.registers.start();
    while register < top {
        // SAFETY: below the end of the registers in use.
        unsafe {
            tracer.conservative_word((*register).bits());
            register = register.add(1);
        }
    }
    let limit = cx.registers.soft_limit();
    // SAFETY: all frames end below `top`, and calls in preparation are below `native_top`.
    if unsafe { cx.registers.clean_above(top) } {
        // A limit of 0 is an interruption that nobody has looked at yet.
        let moved = cx.registers.soft_limit();
        let _ = cx.shared_owner.limit.compare_exchange(limit, moved, Ordering::SeqCst, Ordering::SeqCst);
    }
}
