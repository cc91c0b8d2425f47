//! The encoding: one 64-bit word per instruction, some followed by cache words.
//!
//! ```text
//!  63      48 47      32 31      16 15   8 7    0
//! |    c     |    b     |    a     |  x   |  op  |
//! ```
//! `b` and `c` together are a 32-bit operand where the table says so; `x` and `c` together are the 24-bit
//! offset of a conditional jump (`c` is the high part). Offsets count words from the end of the
//! instruction. A context runs a copy of its own, whose cache words and `x` feedback bits it writes; in a
//! unit the cache words are zero, and so is `x` but for [`DOUBLES`].

use crate::op::{Flow, Opcode};

/// One instruction word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(transparent)]
pub struct Insn(pub u64);

/// The bit of `x` of an arithmetic instruction that front ends may set: all numbers of the language are
/// doubles, so an integer result that does not fit inline (or would be `-0`) is the double.
pub const DOUBLES: u8 = 0x80;

/// Smallest and largest distance of a conditional jump.
pub const OFFSET24: std::ops::RangeInclusive<i64> = -(1 << 23)..=(1 << 23) - 1;

impl Insn {
    /// Three 16-bit operands.
    #[inline]
    pub const fn abc(op: Opcode, x: u8, a: u16, b: u16, c: u16) -> Insn {
        Insn(op as u64 | (x as u64) << 8 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// One 16-bit and one 32-bit operand.
    #[inline]
    pub const fn abx(op: Opcode, a: u16, bx: u32) -> Insn {
        Insn(op as u64 | (a as u64) << 16 | (bx as u64) << 32)
    }

    /// A conditional jump. `offset` must lie in [`OFFSET24`].
    #[inline]
    pub const fn jump(op: Opcode, a: u16, b: u16, offset: i32) -> Insn {
        Insn::abc(op, offset as u8, a, b, (offset >> 8) as u16)
    }

    /// The byte of the opcode.
    #[inline(always)]
    pub const fn op_byte(self) -> u8 {
        self.0 as u8
    }

    /// The opcode, if the byte is one.
    #[inline]
    pub fn op(self) -> Option<Opcode> {
        Opcode::from_byte(self.op_byte())
    }

    /// Operand x.
    #[inline(always)]
    pub const fn x(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Operand a.
    #[inline(always)]
    pub const fn a(self) -> usize {
        (self.0 >> 16) as u16 as usize
    }

    /// Operand b.
    #[inline(always)]
    pub const fn b(self) -> usize {
        (self.0 >> 32) as u16 as usize
    }

    /// Operand c.
    #[inline(always)]
    pub const fn c(self) -> usize {
        (self.0 >> 48) as usize
    }

    /// Operand b as a signed number.
    #[inline(always)]
    pub const fn b_signed(self) -> i64 {
        (self.0 >> 32) as u16 as i16 as i64
    }

    /// Operand c as a signed number.
    #[inline(always)]
    pub const fn c_signed(self) -> i64 {
        (self.0 as i64) >> 48
    }

    /// Operands b and c as one.
    #[inline(always)]
    pub const fn bx(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Operands b and c as one signed number.
    #[inline(always)]
    pub const fn bx_signed(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// The offset of a conditional jump.
    #[inline(always)]
    pub const fn offset24(self) -> i32 {
        ((self.c_signed() as i32) << 8) | self.x() as i32
    }

    /// Where the instruction at word `pc` jumps to, if it jumps. In a verified unit that is the start of an
    /// instruction; before, it may be anything.
    #[inline]
    pub fn target(self, pc: usize) -> Option<i64> {
        let op = self.op()?;
        let offset = match op.info().flow {
            Flow::Branch => self.offset24(),
            Flow::Jump => self.bx_signed(),
            Flow::Next | Flow::End => return None,
        };
        Some((pc + op.words()) as i64 + offset as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_overlap() {
        let i = Insn::abc(Opcode::Add, 0xAB, 0x1234, 0x5678, 0x9ABC);
        assert_eq!((i.op(), i.x(), i.a(), i.b(), i.c()), (Some(Opcode::Add), 0xAB, 0x1234, 0x5678, 0x9ABC));
        assert_eq!(Insn::abx(Opcode::LoadK, 7, 0xDEAD_BEEF).bx(), 0xDEAD_BEEF);
    }

    #[test]
    fn offsets_keep_their_sign() {
        for o in [0, 1, -1, 255, 256, -256, -257, *OFFSET24.start() as i32, *OFFSET24.end() as i32] {
            assert_eq!(Insn::jump(Opcode::JLt, 1, 2, o).offset24(), o);
        }
    }

    #[test]
    fn targets_count_from_the_end_of_the_instruction() {
        assert_eq!(Insn::jump(Opcode::JLt, 1, 2, -3).target(10), Some(8));
        assert_eq!(Insn::abx(Opcode::Loop, 0, -12_i32 as u32).target(10), Some(0));
        assert_eq!(Insn::abx(Opcode::Jump, 0, i32::MIN as u32).target(0), Some(i32::MIN as i64 + 1));
        assert_eq!(Insn::abc(Opcode::Add, 0, 1, 2, 3).target(10), None);
    }
}
