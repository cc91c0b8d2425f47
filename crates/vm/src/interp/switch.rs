//! Dispatch by a loop around a match: for builds where tail calls are not proven.

use super::{Flow, ops, run_found, run_native, run_slow};
use crate::context::Context;
use quadriga_bytecode::{Insn, Opcode};

/// Runs until a slow path says stop.
pub(super) unsafe fn run(cx: *mut Context) {
    // SAFETY: the state in the context is that of a verified function, and stays so.
    unsafe {
        let (mut pc, mut base, mut k) = ((*cx).pc, (*cx).base, (*cx).k);
        loop {
            let w = Insn(*pc);
            pc = pc.add(1);
            macro_rules! arms {
                ($name:ident; $($op:ident)*) => {
                    match w.op_byte() {
                        $(byte if byte == Opcode::$op as u8 => ops::$op(w, pc, base, k, cx),)*
                        _ => unreachable!("verified code"),
                    }
                };
            }
            macro_rules! all {
                ($($op:ident)*) => { arms!(x; $($op)*) };
            }
            let flow = quadriga_bytecode::for_each_opcode!(all);
            match flow {
                Flow::Next(next) => pc = next,
                Flow::Frame(next, b, constants) => (pc, base, k) = (next, b, constants),
                special => {
                    let next = match special {
                        Flow::Invoke => match ops::invoke_found(w, pc, base, k, cx) {
                            Flow::Frame(next, b, constants) => {
                                (pc, base, k) = (next, b, constants);
                                continue;
                            }
                            _ => run_found(w, pc, base, k, cx),
                        },
                        Flow::Native => run_native(w, pc, base, k, cx),
                        _ => run_slow(w, pc, base, k, cx),
                    };
                    if next.is_null() {
                        return;
                    }
                    (pc, base, k) = (next, (*cx).base, (*cx).k);
                }
            }
        }
    }
}
