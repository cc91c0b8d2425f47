//! Slow paths: what an instruction does when its fast path gives up.
//!
//! A slow path sees the whole context; `cx.pc` stands behind the instruction word, `cx.base` and `cx.k` are
//! those of its function. It answers with the address of the next word to run (null: leave the
//! interpreter), after which `cx.base` and `cx.k` are those of the function that goes on there.

mod arith;
mod call;
mod element;
mod field;
mod generator;
mod iter;
pub(crate) mod unwind;
mod variable;

pub(crate) use call::{
    call_found, call_native, call_other, call_window, deliver, enter_closure, invoke_native,
};
pub use generator::Resumed;
pub(crate) use generator::{resume_from_rust, throw_into};

use crate::context::{Context, Continuation};
use crate::dialect::Outcome;
use crate::error::{ErrorKind, Result};
use crate::frame::ReturnKind;
use quadriga_bytecode::{Insn, Opcode};
use quadriga_value::Value;

/// Address of the next word.
pub(crate) type Pc = *const u64;
pub(crate) type SlowFn = fn(&mut Context, Insn) -> Result<Pc>;

/// The slow path of every opcode.
pub(crate) static SLOW: [SlowFn; Opcode::COUNT] = {
    let mut table: [SlowFn; Opcode::COUNT] = [never; Opcode::COUNT];
    macro_rules! set {
        ($($op:ident => $f:path;)*) => { $(table[Opcode::$op as usize] = $f;)* };
    }
    set! {
        GetLocal => variable::get_local; GetLocalX => variable::get_local_x;
        GetGlobal => variable::get_global; GetGlobalX => variable::get_global_x;
        SetGlobal => variable::set_global;
        GetCaptureBox => variable::get_capture_box; GetCaptureBoxX => variable::get_capture_box_x;
        SetCaptureBox => variable::set_capture_box;
        NewBox => variable::new_box;
        GetBox => variable::get_box; GetBoxX => variable::get_box_x; SetBox => variable::set_box;
        Add => arith::binary; Sub => arith::binary; Mul => arith::binary; Div => arith::binary;
        Mod => arith::binary; Pow => arith::binary; IDiv => arith::binary;
        AddI => arith::binary; SubI => arith::binary;
        AddK => arith::binary; SubK => arith::binary; MulK => arith::binary; DivK => arith::binary;
        ModK => arith::binary;
        BitAnd => arith::binary; BitOr => arith::binary; BitXor => arith::binary;
        Shl => arith::binary; Shr => arith::binary;
        Neg => arith::unary; Not => arith::unary;
        Eq => arith::compare; Ne => arith::compare; Lt => arith::compare; Le => arith::compare;
        JEq => arith::compare_jump; JNe => arith::compare_jump;
        JLt => arith::compare_jump; JNLt => arith::compare_jump;
        JLe => arith::compare_jump; JNLe => arith::compare_jump;
        JEqI => arith::compare_jump; JNeI => arith::compare_jump;
        JLtI => arith::compare_jump; JNLtI => arith::compare_jump;
        JLeI => arith::compare_jump; JNLeI => arith::compare_jump;
        JGtI => arith::compare_jump; JNGtI => arith::compare_jump;
        JGeI => arith::compare_jump; JNGeI => arith::compare_jump;
        JEqK => arith::compare_jump; JNeK => arith::compare_jump;
        JFull => arith::degree_jump; JNone => arith::degree_jump;
        JTrue => arith::truth_jump; JFalse => arith::truth_jump;
        Loop => iter::loop_back;
        GetField => field::get_field; GetFieldX => field::get_field_x; GetOwn => field::get_own;
        SetField => field::set_field; GetMethod => field::get_method;
        GetIndexMethod => element::get_index_method;
        GetIndex => element::get_index; SetIndex => element::set_index; Slice => element::slice;
        NewList => element::new_list; ListAppend => element::list_append;
        NewMap => element::new_map; MapPut => element::map_put; NewObject => element::new_object;
        Call => call::call; Ret => call::ret; RetNil => call::ret; Closure => call::closure;
        IterInit => iter::iter_init; IterNext => iter::iter_next;
        Throw => unwind::throw; Yield => generator::yield_value; Resume => generator::resume;
        Unshare => element::unshare; Special => arith::special;
    }
    table
};

fn never(_: &mut Context, w: Insn) -> Result<Pc> {
    unreachable!("{:?} has no slow path", w.op())
}

impl Context {
    #[inline]
    pub(crate) fn register(&self, r: usize) -> Value {
        // SAFETY: operands of verified code name registers of the running frame.
        unsafe { *self.base.add(r) }
    }

    #[inline]
    pub(crate) fn set_register(&mut self, r: usize, v: Value) {
        // SAFETY: as above.
        unsafe { *self.base.add(r) = v }
    }

    #[inline]
    pub(crate) fn constant(&self, i: usize) -> Value {
        // SAFETY: operands of verified code name constants of the running function.
        unsafe { *self.k.add(i) }
    }

    /// The word after the instruction `w` and its cache.
    #[inline]
    pub(crate) fn after(&self, w: Insn) -> Pc {
        let words = w.op().map_or(1, Opcode::words);
        // SAFETY: a verified instruction does not end the code.
        unsafe { self.pc.add(words - 1) }
    }
}

/// Ends the slow path of `w` with what the dialect says; the result goes to register `dst`.
pub(crate) fn finish(cx: &mut Context, w: Insn, outcome: Outcome, dst: usize) -> Result<Pc> {
    match outcome {
        Outcome::Value(v) => {
            cx.set_register(dst, v);
            Ok(cx.after(w))
        }
        other => finish_as(cx, w, other, ReturnKind::Register.with(dst)),
    }
}

/// As [`finish`], for any kind of return.
pub(crate) fn finish_as(cx: &mut Context, w: Insn, outcome: Outcome, ret: u64) -> Result<Pc> {
    match outcome {
        Outcome::Value(v) => {
            let next = cx.after(w);
            deliver(cx, ret, next, v)
        }
        Outcome::Call { callee, this, home, args, count } => {
            let next = cx.after(w);
            call_from_rust(cx, callee, this, home, &args[..count as usize], ret, next)
        }
        Outcome::CallThen { callee, this, args, count, then, state } => {
            let next = cx.after(w);
            let waiting = Continuation { then, state, ret };
            call::call_then(cx, callee, this, &args[..count as usize], waiting, next)
        }
        Outcome::Alternate => take_alternate(cx),
    }
}

/// Puts a call into the window above the running frame and starts it.
pub(crate) fn call_from_rust(
    cx: &mut Context,
    callee: Value,
    this: Value,
    home: Value,
    args: &[Value],
    ret: u64,
    next: Pc,
) -> Result<Pc> {
    let window = cx.window_top();
    cx.check_window(window, 3 + args.len())?;
    // SAFETY: the window lies within the register stack and above everything in use.
    unsafe {
        *window = callee;
        *window.add(1) = this;
        *window.add(2) = home;
        std::ptr::copy(args.as_ptr(), window.add(3), args.len());
    }
    call_window(cx, window, args.len(), ret, next, !this.is_nil())
}

/// Goes on at the alternate of the instruction.
pub(crate) fn take_alternate(cx: &Context) -> Result<Pc> {
    let Some(target) = cx.alternate() else {
        return Err(cx.engine_error(ErrorKind::Runtime, "the instruction has no alternate"));
    };
    let instance = cx.instance().expect("a function runs");
    // SAFETY: verified targets lie within the code.
    Ok(unsafe { instance.code.add(target).cast_const() })
}
