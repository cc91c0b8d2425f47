//! Bytecode: what front ends write and every tier reads.
//!
//! * [`op`] is the one table of opcodes; encoder, verifier, disassembler and interpreter follow it.
//! * [`FunctionBuilder`] and [`UnitBuilder`] are all that a front end sees; encodings stay here.
//! * A [`Unit`] is immutable and shared between contexts and threads. Only a verified unit runs:
//!   [`verify()`] turns the plain data into a [`VerifiedUnit`].
//! * [`asm`] and [`disasm`] are the text form, and each undoes the other.

#![forbid(unsafe_code)]

pub mod asm;
mod build;
pub mod disasm;
pub mod insn;
#[doc(hidden)]
pub mod mutate;
pub mod op;
mod text;
mod unit;
mod verify;

pub use build::{
    BuildError, BuildErrorKind, FuncId, FunctionBuilder, InsnMark, InsnRef, Label, Reg, UnitBuilder,
};
pub use insn::Insn;
pub use op::Opcode;
pub use unit::{Alternate, Capture, Const, Function, FunctionFlags, Handler, Span, SpanEntry, Unit};
pub use verify::{MAX_CONST_DEPTH, VerifiedUnit, VerifyError, verify};
