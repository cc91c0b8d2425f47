//! Generators: frames that live on the heap while they are suspended.
//!
//! Making one copies the argument window into a heap object. Resuming copies the registers to the top of
//! the register stack, below them the generator itself; `yield` copies them back.

use super::call::{again, enter_safepoint, pop_frame, push_frame};
use super::{Pc, deliver, finish, unwind};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, ReturnKind};
use crate::instance::FunctionInstance;
use crate::interp;
use quadriga_bytecode::Insn;
use quadriga_heap::{ClosureRef, GeneratorRef, ValueExt};
use quadriga_value::Value;

/// State in the object's header byte.
const SUSPENDED: u8 = 0;
const RUNNING: u8 = 1;
const FINISHED: u8 = 2;

/// What a generator did when it was resumed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Resumed {
    /// It gave a value and waits.
    Yielded(Value),
    /// It returned this value, or had done so before (then nil).
    Returned(Value),
}

/// A generator that will run `closure` with the arguments in `window`.
pub(super) fn new(
    cx: &mut Context,
    closure: ClosureRef,
    instance: &FunctionInstance,
    window: *mut Value,
) -> Result<Value> {
    charge_copy(cx, instance)?;
    let used = 3 + instance.function().params.len();
    for i in used..instance.registers as usize {
        // What former calls have left there is not the generator's.
        // SAFETY: the caller has checked that the frame fits.
        unsafe { *window.add(i) = Value::NIL };
    }
    // SAFETY: as above.
    let registers = unsafe { std::slice::from_raw_parts(window, instance.registers as usize) };
    Ok(cx.heap.generator(closure.value(), 0, 0, registers)?.value())
}

/// Charges for copying the registers of a large frame.
fn charge_copy(cx: &mut Context, instance: &FunctionInstance) -> Result<()> {
    if instance.registers >= 64 { cx.charge(instance.registers as u64 / 16) } else { Ok(()) }
}

/// The function of a generator.
fn instance_of(g: GeneratorRef) -> *const FunctionInstance {
    g.closure().as_closure().expect("a generator runs a closure").function().cast()
}

/// Puts a suspended generator on top of the stacks. Answers where it goes on.
fn start(cx: &mut Context, g: GeneratorRef, sent: Value, ret: u64, next: Pc) -> Result<Pc> {
    // SAFETY: closures of a context point to its instances.
    let instance = unsafe { &*instance_of(g) };
    enter_safepoint(cx, instance, ret)?;
    charge_copy(cx, instance)?;
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

fn already_running(cx: &Context) -> Error {
    cx.engine_error(ErrorKind::Runtime, "generator already executing")
}

pub(super) fn resume(cx: &mut Context, w: Insn) -> Result<Pc> {
    let (target, sent) = (cx.register(w.b()), cx.register(w.c()));
    match target.as_generator() {
        Some(g) if g.state() == SUSPENDED => {
            let next = cx.after(w);
            start(cx, g, sent, ReturnKind::Generator.with(w.a()), next)
        }
        Some(g) if g.state() == FINISHED => {
            let outcome = cx.dialect_ref().generator_finished(cx, Value::NIL)?;
            finish(cx, w, outcome, w.a())
        }
        Some(_) => Err(already_running(cx)),
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
        Some(g) if g.state() == RUNNING => Err(already_running(cx)),
        _ => deliver(cx, ReturnKind::IterStep.with(0), next, Value::EMPTY),
    }
}

/// Resumes a suspended generator for Rust code.
pub(crate) fn resume_from_rust(cx: &mut Context, g: GeneratorRef, sent: Value) -> Result<Resumed> {
    match g.state() {
        SUSPENDED => {
            let next = start(cx, g, sent, ReturnKind::GeneratorExit.with(0), cx.pc)?;
            cx.pc = next;
            let v = interp::run(cx)?;
            Ok(if g.state() == FINISHED { Resumed::Returned(v) } else { Resumed::Yielded(v) })
        }
        RUNNING => Err(already_running(cx)),
        _ => Ok(Resumed::Returned(Value::NIL)),
    }
}

/// Raises an error where a generator is suspended. One that has not begun, or is finished, fails with it.
pub(crate) fn throw_into(cx: &mut Context, g: GeneratorRef, error: Error) -> Result<Resumed> {
    match g.state() {
        SUSPENDED if g.pc() != 0 => {
            let next = start(cx, g, Value::NIL, ReturnKind::GeneratorExit.with(0), cx.pc)?;
            cx.pc = next;
            let next = unwind::raise(cx, error);
            if next.is_null() {
                return Err(cx.pending.take().expect("an error that no handler took"));
            }
            cx.pc = next;
            let v = interp::run(cx)?;
            Ok(if g.state() == FINISHED { Resumed::Returned(v) } else { Resumed::Yielded(v) })
        }
        RUNNING => Err(already_running(cx)),
        _ => {
            finish_object(g);
            Err(error)
        }
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
    if !ReturnKind::of(ret).of_generator() {
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

/// The function of a generator, whose registers start at `base`, has returned `v` to `frame`.
pub(super) fn returned(
    cx: &mut Context,
    base: *mut Value,
    kind: ReturnKind,
    frame: Frame,
    v: Value,
) -> Result<Pc> {
    finished(base);
    match kind {
        ReturnKind::GeneratorStep => deliver(cx, ReturnKind::IterStep.with(0), frame.pc, Value::EMPTY),
        ReturnKind::Generator => {
            let outcome = cx.dialect_ref().generator_finished(cx, v)?;
            again(cx, outcome, ReturnKind::Register.with(frame.ret as u32 as usize), frame.pc)
        }
        _ => deliver(cx, frame.ret, frame.pc, v),
    }
}

/// The function of the generator whose registers start at `base` has returned or failed.
pub(super) fn finished(base: *mut Value) {
    if let Some(g) = of_frame(base) {
        finish_object(g);
    }
}

fn finish_object(g: GeneratorRef) {
    g.set_state(FINISHED);
    // What it held is garbage from now on.
    for i in 0..g.len() {
        // SAFETY: the object has that many values. Writing a constant needs no barrier.
        unsafe { *g.values_ptr().add(i) = Value::NIL };
    }
}
