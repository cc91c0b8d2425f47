//! Frames: where a call returns to, and what happens with its result.

use quadriga_value::Value;

/// What a call was made for, and so what becomes of its result. Stored in the upper half of
/// [`Frame::ret`]; the lower half is a register of the caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum ReturnKind {
    /// The result goes to the register. The one kind that the fast path of `ret` treats.
    Register = 0,
    /// The call came from Rust code: leave the interpreter.
    Exit = 1,
    /// The instruction before the return address is a conditional jump that waits for the truth of the result.
    Branch = 2,
    /// The instruction before the return address wants the truth of the result as a value.
    Truth = 3,
    /// The result is dropped, self goes to the register.
    Constructor = 4,
    /// The result is the next element of the iteration at the return address.
    IterStep = 5,
    /// A generator ran; its register window is given back.
    Generator = 6,
    /// A generator ran for an `iternext`.
    GeneratorStep = 7,
    /// A Rust continuation takes the result; the register is its number.
    Native = 8,
    /// The result is dropped.
    Discard = 9,
    /// Rust code resumed a generator: leave the interpreter when it yields, returns or fails.
    GeneratorExit = 10,
}

impl ReturnKind {
    /// The kind of a [`Frame::ret`] word.
    pub fn of(ret: u64) -> ReturnKind {
        match (ret >> 32) as u32 {
            0 => ReturnKind::Register,
            1 => ReturnKind::Exit,
            2 => ReturnKind::Branch,
            3 => ReturnKind::Truth,
            4 => ReturnKind::Constructor,
            5 => ReturnKind::IterStep,
            6 => ReturnKind::Generator,
            7 => ReturnKind::GeneratorStep,
            8 => ReturnKind::Native,
            9 => ReturnKind::Discard,
            _ => ReturnKind::GeneratorExit,
        }
    }

    /// Whether such a frame ends a run of the interpreter.
    pub fn leaves(self) -> bool {
        matches!(self, ReturnKind::Exit | ReturnKind::GeneratorExit)
    }

    /// Whether the function in such a frame is a generator at work.
    pub fn of_generator(self) -> bool {
        matches!(self, ReturnKind::Generator | ReturnKind::GeneratorStep | ReturnKind::GeneratorExit)
    }

    /// A [`Frame::ret`] word.
    #[inline(always)]
    pub const fn with(self, register: usize) -> u64 {
        (self as u64) << 32 | register as u64
    }
}

/// State of a caller while its callee runs.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Frame {
    /// Where the caller goes on: behind the calling instruction (before its cache words are skipped the
    /// interpreter has already done so).
    pub pc: *const u64,
    /// Registers of the caller.
    pub base: *mut Value,
    /// Constants of the caller; the word before them is its function instance.
    pub k: *const Value,
    /// Kind and register, see [`ReturnKind`].
    pub ret: u64,
}
