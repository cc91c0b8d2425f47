//! Generators: frames that live on the heap while they are suspended.
//!
//! Making one copies the argument window into a heap object. Resuming copies the registers to the top of
//! the register stack, below them the generator itself; `yield` copies them back.

use super::call::{pop_frame, push_frame};
use super::{Pc, deliver, finish};
use crate::context::Context;
use crate::error::{ErrorKind, Result};
use crate::frame::ReturnKind;
use crate::instance::FunctionInstance;
use quadriga_bytecode::Insn;
use quadriga_heap::{ClosureRef, GeneratorRef, ValueExt};
use quadriga_value::Value;

/// State in the object's header byte.
const SUSPENDED: u8 = 0;
const RUNNING: u8 = 1;
const FINISHED: u8 = 2;

/// A generator that will run `closure` with the arguments in `window`.
pub(super) fn new(
    cx: &mut Context,
    closure: ClosureRef,
    instance: &FunctionInstance,
    window: *mut Value,
) -> Result<Value> {
    let used = 3 + instance.function().params.len();
    for i in used..instance.registers as usize {
        // Only clean registers may go into a heap object.
        // SAFETY: the caller has checked that the frame fits.
        unsafe { *window.add(i) = Value::NIL };
    }
    // SAFETY: as above.
    let registers = unsafe { std::slice::from_raw_parts(window, instance.registers as usize) };
    Ok(cx.heap.generator(closure.value(), 0, 0, registers)?.value())
}

fn start(cx: &mut Context, g: GeneratorRef, sent: Value, ret: u64, next: Pc) -> Result<Pc> {
    let closure = g.closure().as_closure().expect("a generator runs a closure");
    let instance: *const FunctionInstance = closure.function().cast();
    // SAFETY: closures of a context point to its instances.
    let instance = unsafe { &*instance };
    if cx.fp >= cx.fp_limit {
        return Err(cx.engine_error(ErrorKind::StackOverflow, "call stack overflow"));
    }
    let place = cx.window_top();
    cx.check_window(place, 1 + instance.registers as usize)?;
    // SAFETY: room was checked; the registers of the object are as many as the function's.
    let window = unsafe {
        *place = g.value();
        let window = place.add(1);
        std::ptr::copy_nonoverlapping(g.values_ptr(), window, instance.registers as usize);
        if g.pc() != 0 {
            *window.add(g.resume_register() as usize) = sent;
        }
        window
    };
    g.set_state(RUNNING);
    push_frame(cx, ret, next);
    cx.base = window;
    cx.k = instance.k;
    // SAFETY: a word index of the function's code.
    Ok(unsafe { instance.code.add(g.pc() as usize).cast_const() })
}

pub(super) fn resume(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (target, sent) = (cx.register(w.b()), cx.register(w.c()));
    match target.as_generator() {
        Some(g) if g.state() == SUSPENDED => {
            let next = cx.after(w);
            start(cx, g, sent, ReturnKind::Generator.with(w.a()), next)
        }
        Some(g) if g.state() == FINISHED => {
            cx.result = Value::NIL;
            let outcome = cx.dialect_ref().generator_finished(cx)?;
            finish(cx, w, outcome, w.a())
        }
        Some(_) => Err(cx.engine_error(ErrorKind::Runtime, "generator already executing")),
        None => Err(cx.engine_error(ErrorKind::Runtime, "not a generator")),
    }
}

/// The next turn of a loop over a generator.
pub(super) fn step(cx: &mut Context, w: Insn, target: Value) -> Result<Pc> {
    let next = cx.after(w);
    match target.as_generator() {
        Some(g) if g.state() == SUSPENDED => {
            start(cx, g, Value::NIL, ReturnKind::GeneratorStep.with(0), next)
        }
        Some(g) if g.state() == RUNNING => {
            Err(cx.engine_error(ErrorKind::Runtime, "generator already executing"))
        }
        _ => deliver(cx, ReturnKind::IterStep.with(0), next, Value::EMPTY),
    }
}

/// The generator whose frame starts at `base`.
fn of_frame(base: *mut Value) -> Option<GeneratorRef> {
    // SAFETY: `start` put it below the registers.
    unsafe { *base.sub(1) }.as_generator()
}

pub(super) fn yield_value(cx: &mut Context, w: Insn) -> Result<Pc> {
    let v = cx.register(w.b());
    // SAFETY: a running function has a frame below it.
    let ret = unsafe { (*cx.fp.sub(1)).ret };
    if !matches!(ReturnKind::of(ret), ReturnKind::Generator | ReturnKind::GeneratorStep) {
        return Err(cx.engine_error(ErrorKind::Runtime, "yield outside of a generator"));
    }
    let g = of_frame(cx.base).expect("a generator's frame");
    let instance = cx.instance().expect("a function runs");
    let next_word = instance.word_of(cx.pc) as u32;
    let count = instance.registers as usize;
    // SAFETY: the registers of the frame.
    let registers = unsafe { std::slice::from_raw_parts(cx.base, count) };
    cx.heap.generator_save(g, registers);
    g.set_pc(next_word);
    g.set_resume_register(w.a() as u32);
    g.set_state(SUSPENDED);
    let frame = pop_frame(cx);
    deliver(cx, frame.ret, frame.pc, v)
}

/// The function of the generator whose registers start at `base` has returned or failed.
pub(super) fn finished(cx: &mut Context, base: *mut Value) {
    if let Some(g) = of_frame(base) {
        g.set_state(FINISHED);
        // What it held is garbage from now on.
        let blank = [Value::NIL; 8];
        if g.len() <= blank.len() {
            cx.heap.generator_save(g, &blank[..g.len()]);
        }
    }
}
