//! Raising: stack traces, handlers, and the way out of the interpreter.

use super::call::pop_frame;
use super::{Pc, generator};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result, TraceEntry};
use crate::frame::ReturnKind;
use crate::instance::FunctionInstance;
use quadriga_bytecode::Insn;
use quadriga_value::Value;

/// Calls that a trace lists from its inner end, and from its outer end.
const TRACE_INNER: usize = 100;
const TRACE_OUTER: usize = 20;

pub(super) fn throw(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.a());
    Err(cx.throw(v))
}

impl Context {
    /// The error that raises `v`.
    #[cold]
    pub fn throw(&mut self, v: Value) -> Error {
        self.thrown = v;
        Error::new(ErrorKind::Thrown, "")
    }

    /// The value that is being raised by an error of kind `Thrown`. Rust code that runs a script between
    /// receiving such an error and passing it on takes the value first and raises it anew.
    pub fn thrown(&self) -> Value {
        self.thrown
    }

    /// The running calls, innermost first, shortened in the middle when there are very many.
    pub fn stack_trace(&self) -> Vec<TraceEntry> {
        let mut trace = Vec::new();
        let mut outer = std::collections::VecDeque::new();
        let (mut pc, mut k, mut fp) = (self.pc, self.k, self.fp);
        loop {
            // SAFETY: `k` is that of this context's state or of one of its frames.
            if let Some(entry) = unsafe { trace_entry(pc, k) } {
                if trace.len() < TRACE_INNER {
                    trace.push(entry);
                } else {
                    if outer.len() == TRACE_OUTER {
                        outer.pop_front();
                    }
                    outer.push_back(entry);
                }
            }
            if fp <= self.first_frame() {
                break;
            }
            // SAFETY: frames below `fp` are initialised.
            unsafe {
                fp = fp.sub(1);
                (pc, k) = ((*fp).pc, (*fp).k);
            }
        }
        trace.extend(outer);
        trace
    }
}

/// # Safety
/// `k` is the constants of a live function instance or of the root state.
unsafe fn trace_entry(pc: Pc, k: *const Value) -> Option<TraceEntry> {
    // SAFETY: the word before the constants is the address of the instance.
    let instance = unsafe {
        let address = k.cast::<u64>().sub(1).read() as usize;
        if address == 0 || pc.is_null() {
            return None;
        }
        &*std::ptr::with_exposed_provenance::<FunctionInstance>(address)
    };
    let unit = instance.verified();
    let position = instance.function().position(instance.word_of(pc).saturating_sub(1));
    Some(TraceEntry {
        function: instance.function().name.clone(),
        source_name: unit.name.clone(),
        source: unit.source.clone(),
        line: position.line,
        span: position.span,
    })
}

/// Looks for a handler. Returns where it starts, or null when the error leaves the interpreter (it is then
/// `cx.pending`).
pub(crate) fn raise(cx: &mut Context, mut error: Error) -> Pc {
    if !error.has_trace() {
        let trace = cx.stack_trace();
        error.set_trace(trace);
    }
    // A program may raise in a loop that has no back edge.
    if let Err(stop) = cx.charge(1).and_then(|()| cx.check_interrupt()) {
        let trace = error.into_trace();
        error = stop;
        error.set_trace(trace);
    }
    loop {
        if let Some(target) = find_handler(cx, &error) {
            // Handlers may close a loop, and this is a safepoint like a back edge. An interruption is not
            // lost: it is asked for again at the next one.
            if cx.heap.safepoint_due() {
                let _ = cx.poll();
            }
            return target;
        }
        if cx.fp <= cx.first_frame() {
            cx.pending = Some(error);
            return std::ptr::null();
        }
        let base = cx.base;
        let frame = pop_frame(cx);
        let kind = ReturnKind::of(frame.ret);
        if kind.of_generator() {
            generator::finished(base);
        }
        match kind {
            ReturnKind::Exit | ReturnKind::GeneratorExit => {
                cx.pending = Some(error);
                return std::ptr::null();
            }
            ReturnKind::Native => cx.continuations.truncate(frame.ret as u32 as usize),
            ReturnKind::IterStep
                if !error.kind().is_stop() && cx.dialect_ref().ends_iteration(cx, &error) =>
            {
                cx.thrown = Value::NIL;
                // Behind an `iternext` that does not jump comes the next instruction.
                return frame.pc;
            }
            _ => {}
        }
    }
}

fn find_handler(cx: &mut Context, error: &Error) -> Option<Pc> {
    let instance: *const FunctionInstance = cx.instance()?;
    // SAFETY: instances live as long as the context.
    let instance = unsafe { &*instance };
    let word = instance.word_of(cx.pc).saturating_sub(1);
    let handler = *instance.function().handler(word)?;
    let value = match error.kind() {
        // Nobody catches a stop.
        kind if kind.is_stop() => return None,
        ErrorKind::Thrown => std::mem::replace(&mut cx.thrown, Value::NIL),
        _ => cx.dialect_ref().caught(cx, error)?,
    };
    cx.set_register(handler.register as usize, value);
    // SAFETY: verified targets lie within the code.
    Some(unsafe { instance.code.add(handler.target as usize).cast_const() })
}
