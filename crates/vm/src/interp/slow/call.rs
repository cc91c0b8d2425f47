//! Calls and returns beyond the fast path: missing arguments, natives, interruption, and what becomes of
//! a result.

use super::{Pc, arith, generator};
use crate::context::{Context, Continuation};
use crate::dialect::Outcome;
use crate::error::{ErrorKind, Result};
use crate::frame::{Frame, ReturnKind};
use crate::instance::FunctionInstance;
use crate::interp::ops::truth_value;
use crate::native::{Args, NativeFn};
use quadriga_bytecode::{Capture, Insn};
use quadriga_heap::layout::Kind;
use quadriga_heap::{ClosureRef, NativeRef, ValueExt};
use quadriga_value::Value;
use std::sync::atomic::Ordering;

pub(super) fn call(cx: &mut Context, w: Insn) -> Result<Pc> {
    // SAFETY: verified: the window lies within the registers of the frame.
    let window = unsafe { cx.base.add(w.a()) };
    let method = w.x() != 0;
    if !method {
        // SAFETY: as above.
        unsafe {
            *window.add(1) = Value::NIL;
            *window.add(2) = Value::NIL;
        }
    }
    let next = cx.after(w);
    call_window(cx, window, w.c(), ReturnKind::Register.with(w.b()), next, method)
}

/// A `call` of a native function.
pub(crate) fn call_native(cx: &mut Context, w: Insn) -> Result<Value> {
    // SAFETY: verified: the window lies within the registers of the frame.
    let window = unsafe { cx.base.add(w.a()) };
    // SAFETY: as above; the fast path has seen a native function there.
    let native = unsafe {
        if w.x() == 0 {
            *window.add(1) = Value::NIL;
            *window.add(2) = Value::NIL;
        }
        NativeRef::from_value_unchecked(*window)
    };
    count_native_target(cx, native.index());
    invoke_native(cx, native, window, w.c(), w.x() != 0)
}

/// A call without arguments of what a reading instruction found; the result goes to register a.
pub(crate) fn call_found(cx: &mut Context, w: Insn, callee: Value, this: Value, home: Value) -> Result<Pc> {
    let next = cx.after(w);
    super::call_from_rust(cx, callee, this, home, &[], ReturnKind::Register.with(w.a()), next)
}

/// Calls what stands in `window[0]` with `count` arguments from `window[3]` on.
pub(crate) fn call_window(
    cx: &mut Context,
    window: *mut Value,
    count: usize,
    ret: u64,
    next: Pc,
    method: bool,
) -> Result<Pc> {
    // SAFETY: the window lies within the register stack.
    let callee = unsafe { *window };
    match callee.kind() {
        Some(Kind::Closure) => {
            let closure = callee.as_closure().expect("a closure");
            enter_closure(cx, closure, window, count, ret, next)
        }
        Some(Kind::Native) => {
            let native = callee.as_native().expect("a native function");
            let v = invoke_native(cx, native, window, count, method)?;
            deliver(cx, ret, next, v)
        }
        _ => {
            let outcome = call_other(cx, window, count)?;
            again(cx, outcome, ret, next)
        }
    }
}

/// Asks the dialect to call what stands in `window[0]`, which is no function.
pub(crate) fn call_other(cx: &mut Context, window: *mut Value, count: usize) -> Result<Outcome> {
    // SAFETY: the arguments stand in the window, and stay there: calls that the dialect makes begin above.
    let (callee, args) =
        unsafe { (*window, Args::new(window.add(3), count, *window.add(1), *window, false)) };
    with_window(cx, window, 3 + count, |cx| cx.dialect_ref().call_other(cx, callee, args))
}

/// Runs `f` while the first `n` registers of a window are in use: kept alive, and not overwritten by calls.
fn with_window<R>(cx: &mut Context, window: *mut Value, n: usize, f: impl FnOnce(&mut Context) -> R) -> R {
    let top = cx.native_top;
    // SAFETY: the caller has made sure that the window lies within the register stack.
    cx.native_top = top.max(unsafe { window.add(n) });
    let result = f(cx);
    cx.native_top = top;
    result
}

/// Feedback of a `call` whose target is native: its index, marked by the lowest bit.
fn count_native_target(cx: &mut Context, index: u32) {
    let target = (index as u64) << 1 | 1;
    let cache = cx.pc.cast_mut();
    // SAFETY: a `call` has two cache words.
    unsafe {
        if *cache == target {
            *cache.add(1) = (*cache.add(1)).wrapping_add(1);
        } else if *cache == 0 {
            *cache = target;
            *cache.add(1) = 1;
        } else {
            *cache.add(1) = (*cache.add(1)).wrapping_add(1 << 32);
        }
    }
}

/// Calls a native function with arguments in a window.
pub(crate) fn invoke_native(
    cx: &mut Context,
    native: NativeRef,
    window: *mut Value,
    count: usize,
    method: bool,
) -> Result<Value> {
    let info = &cx.natives[native.index() as usize];
    let shifted = method && info.method;
    let most = info.params.len();
    // A native function is never removed from its context; counting references would cost more than most
    // of them do.
    let code: *const NativeFn = &*info.code;
    let given = count + shifted as usize;
    if !info.variadic && given > most {
        let name = info.name.clone();
        return Err(cx.dialect_ref().arity_error(cx, &name, given, most));
    }
    cx.charge(1)?;
    // SAFETY: the arguments stand in the window, which nobody else uses during the call.
    let args = unsafe { Args::new(window.add(3), count, *window.add(1), native.data(), shifted) };
    // The native may have caught a panic that left frames of the calls it made.
    let saved = (cx.pc, cx.base, cx.k, cx.native_top, cx.fp);
    let waiting = cx.continuations.len();
    // A native that calls back gets a window above its own arguments.
    // SAFETY: within the register stack.
    cx.native_top = unsafe { window.add(3 + count) };
    // SAFETY: as said, the code outlives the call.
    let result = unsafe { (*code)(cx, args) };
    (cx.pc, cx.base, cx.k, cx.native_top, cx.fp) = saved;
    cx.continuations.truncate(waiting);
    result
}

/// Pushes the frame of a closure whose arguments stand in `window`.
pub(crate) fn enter_closure(
    cx: &mut Context,
    closure: ClosureRef,
    window: *mut Value,
    count: usize,
    ret: u64,
    next: Pc,
) -> Result<Pc> {
    let instance: *const FunctionInstance = closure.function().cast();
    // SAFETY: closures of a context point to its instances.
    let instance = unsafe { &*instance };
    let function = instance.function();
    let params = function.params.len();
    if count > params && !function.flags.lenient {
        let name = function.name.to_string();
        return Err(cx.dialect_ref().arity_error(cx, &name, count, params));
    }
    // A collection must see the arguments: they may stand above the running frame.
    with_window(cx, window, 3 + count, |cx| enter_safepoint(cx, instance, ret))?;
    if cx.fp >= cx.fp_limit {
        return Err(cx.engine_error(ErrorKind::StackOverflow, "call stack overflow"));
    }
    cx.check_window(window, instance.registers as usize)?;
    for i in count..params {
        // SAFETY: parameters are registers, for which there is room.
        unsafe { *window.add(3 + i) = instance.defaults[i] };
    }
    if function.flags.generator {
        let v = with_window(cx, window, instance.registers as usize, |cx| {
            generator::new(cx, closure, instance, window)
        })?;
        return deliver(cx, ret, next, v);
    }
    let ret = match ReturnKind::of(ret) {
        ReturnKind::Register if function.flags.constructor => {
            ReturnKind::Constructor.with(ret as u32 as usize)
        }
        _ => ret,
    };
    push_frame(cx, ret, next);
    cx.base = window;
    cx.k = instance.k;
    Ok(instance.code)
}

/// Fuel and interruption at the entry of a function.
pub(super) fn enter_safepoint(cx: &mut Context, instance: &FunctionInstance, ret: u64) -> Result<()> {
    if cx.fuel.is_some() {
        cx.charge(instance.live_code().len().min(64) as u64)?;
    }
    // SAFETY: the context owns the shared words.
    if unsafe { (*cx.shared).limit.load(Ordering::Relaxed) } != 0 {
        return Ok(());
    }
    // The Rust code that makes a call of kind `Exit` may hold values, so this is no place to collect.
    if ReturnKind::of(ret).leaves() { cx.check_interrupt() } else { cx.poll() }
}

/// Pushes the state of the running function; the caller has checked the depth.
pub(super) fn push_frame(cx: &mut Context, ret: u64, next: Pc) {
    // SAFETY: below the limit of the frame stack.
    unsafe {
        *cx.fp = Frame { pc: next, base: cx.base, k: cx.k, ret };
        cx.fp = cx.fp.add(1);
    }
}

/// Pops the running function's frame: the state becomes that of the caller.
pub(super) fn pop_frame(cx: &mut Context) -> Frame {
    // SAFETY: a running function has a frame below it.
    let frame = unsafe {
        cx.fp = cx.fp.sub(1);
        *cx.fp
    };
    cx.base = frame.base;
    cx.k = frame.k;
    cx.pc = frame.pc;
    frame
}

/// `ret` into a frame that wants more than a register.
pub(super) fn ret(cx: &mut Context, w: Insn) -> Result<Pc> {
    let constructor = cx.instance().is_some_and(|i| i.function().flags.constructor);
    let v = match w.op() {
        _ if constructor => cx.register(1),
        Some(quadriga_bytecode::Opcode::Ret) => cx.register(w.a()),
        _ => Value::NIL,
    };
    let callee_base = cx.base;
    let frame = pop_frame(cx);
    let kind = ReturnKind::of(frame.ret);
    if kind.of_generator() {
        generator::returned(cx, callee_base, kind, frame, v)
    } else {
        deliver(cx, frame.ret, frame.pc, v)
    }
}

/// Gives a result to the function whose state is in the context, which goes on at `next`.
pub(crate) fn deliver(cx: &mut Context, ret: u64, next: Pc, v: Value) -> Result<Pc> {
    let register = ret as u32 as usize;
    match ReturnKind::of(ret) {
        // A constructor has put its self in place of the result.
        ReturnKind::Register | ReturnKind::Generator | ReturnKind::Constructor => {
            cx.set_register(register, v);
            Ok(next)
        }
        ReturnKind::Exit | ReturnKind::GeneratorExit => {
            cx.result = v;
            Ok(std::ptr::null())
        }
        ReturnKind::Discard => Ok(next),
        ReturnKind::Branch => {
            let w = before(next);
            match arith::truth_of(cx, v)? {
                Ok(truth) => {
                    let taken = arith::jumps_on(w.op().expect("verified code"), truth);
                    // SAFETY: a verified jump.
                    Ok(if taken { unsafe { next.offset(w.offset24() as isize) } } else { next })
                }
                Err(outcome) => again(cx, outcome, ret, next),
            }
        }
        ReturnKind::Truth => match arith::truth_of(cx, v)? {
            Ok(truth) => {
                cx.set_register(register, truth_value(before(next), truth));
                Ok(next)
            }
            Err(outcome) => again(cx, outcome, ret, next),
        },
        ReturnKind::IterStep | ReturnKind::GeneratorStep => {
            if v.is_empty() {
                return Ok(next);
            }
            let w = before(next);
            cx.set_register(w.b(), v);
            // SAFETY: a verified jump.
            Ok(unsafe { next.offset(w.offset24() as isize) })
        }
        ReturnKind::Native => {
            cx.continuations.truncate(register + 1);
            let Continuation { then, state, ret } =
                cx.continuations.pop().expect("the frame names its continuation");
            match then(cx, state, v)? {
                Outcome::Value(v) => deliver(cx, ret, next, v),
                outcome => again(cx, outcome, ret, next),
            }
        }
    }
}

/// The instruction before `next`; the kinds of return that ask have no cache words behind theirs.
fn before(next: Pc) -> Insn {
    // SAFETY: `next` follows an instruction.
    unsafe { Insn(*next.sub(1)) }
}

/// A result that turned out to need another call. Native functions that ask for further ones nest here.
pub(super) fn again(cx: &mut Context, outcome: Outcome, ret: u64, next: Pc) -> Result<Pc> {
    cx.check_native_stack()?;
    match outcome {
        Outcome::Value(v) => deliver(cx, ret, next, v),
        Outcome::Call { callee, this, home, args, count } => {
            super::call_from_rust(cx, callee, this, home, &args[..count as usize], ret, next)
        }
        Outcome::CallThen { callee, this, args, count, then, state } => {
            let waiting = Continuation { then, state, ret };
            call_then(cx, callee, this, &args[..count as usize], waiting, next)
        }
        Outcome::Alternate => super::take_alternate(cx),
    }
}

/// Calls a function whose result goes to a continuation.
pub(super) fn call_then(
    cx: &mut Context,
    callee: Value,
    this: Value,
    args: &[Value],
    continuation: Continuation,
    next: Pc,
) -> Result<Pc> {
    let waiting = cx.continuations.len();
    cx.continuations.push(continuation);
    let ret = ReturnKind::Native.with(waiting);
    let result = super::call_from_rust(cx, callee, this, Value::NIL, args, ret, next);
    if result.is_err() {
        // Nobody will come back to it.
        cx.continuations.truncate(waiting);
    }
    result
}

pub(super) fn closure(cx: &mut Context, w: Insn) -> Result<Pc> {
    let unit = cx.instance().expect("a function runs").unit;
    let instance = cx.function_instance(unit, w.b() as u32)?;
    // SAFETY: instances live as long as the context.
    let function = unsafe { (*instance).function() };
    let blank = [Value::NIL; 16];
    let result = match function.captures.len() {
        n @ ..=16 => cx.heap.closure(instance.cast_const().cast(), unit, &blank[..n])?,
        n => cx.heap.closure(instance.cast_const().cast(), unit, &vec![Value::NIL; n])?,
    };
    let maker = cx.register(0).as_closure();
    for (i, capture) in function.captures.iter().enumerate() {
        let v = match *capture {
            Capture::Register(r) => cx.register(r as usize),
            Capture::Capture(c) => maker.map_or(Value::NIL, |m| m.get(c as usize)),
        };
        cx.heap.closure_set(result, i, v);
    }
    cx.set_register(w.a(), result.value());
    Ok(cx.after(w))
}
