//! Registers of a function under construction.
//!
//! A frame is a stack: allocation takes the register above everything live. Freed registers leave from the
//! top, and a register freed below a live one waits until those above it are gone. So a variable may be
//! declared while temporaries are in use (it stays above them for good), and the order of freeing is a
//! matter of frame size, not of correctness. Every operation takes amortised constant time per register.
//!
//! A frame that outgrows [`MAX_REGISTERS`] hands out [`POISON`] from then on and says so at the end; a front
//! end need not check each allocation.

use super::Reg;

/// Registers a function may have. Below `u16::MAX`, so that `register + 2` cannot wrap.
pub(super) const MAX_REGISTERS: usize = 65_000;

/// What an overfull frame hands out.
const POISON: Reg = Reg(MAX_REGISTERS as u16);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Fixed,
    Temp,
    Free,
}

pub(super) struct Frame {
    slots: Vec<Slot>,
    most: usize,
    overflow: bool,
}

impl Frame {
    /// A frame whose first `fixed` registers are taken.
    pub fn new(fixed: u16) -> Frame {
        Frame { slots: vec![Slot::Fixed; fixed as usize], most: fixed as usize, overflow: false }
    }

    /// Registers live or waiting below live ones.
    pub fn top(&self) -> usize {
        self.slots.len()
    }

    /// Registers that the function needs; none if it needs too many.
    pub fn registers(&self) -> Option<u16> {
        if self.overflow { None } else { u16::try_from(self.most).ok() }
    }

    pub fn is_temp(&self, r: Reg) -> bool {
        self.slots.get(r.0 as usize) == Some(&Slot::Temp)
    }

    pub fn fixed(&mut self) -> Reg {
        self.take(Slot::Fixed, 1)
    }

    pub fn temps(&mut self, n: u16) -> Reg {
        self.take(Slot::Temp, n)
    }

    fn take(&mut self, kind: Slot, n: u16) -> Reg {
        let first = self.slots.len();
        let end = first + n as usize;
        if end > MAX_REGISTERS {
            self.overflow = true;
            return POISON;
        }
        self.slots.resize(end, kind);
        self.most = self.most.max(end);
        Reg(first as u16)
    }

    pub fn free(&mut self, first: Reg, n: u16) {
        if first == POISON {
            return;
        }
        for i in first.0 as usize..first.0 as usize + n as usize {
            let slot = self.slots.get_mut(i);
            debug_assert!(slot.as_deref() == Some(&Slot::Temp), "freed r{i}, which is no live temporary");
            if let Some(slot @ Slot::Temp) = slot {
                *slot = Slot::Free;
            }
        }
        while self.slots.last() == Some(&Slot::Free) {
            self.slots.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_register_is_used_again() {
        let mut f = Frame::new(3);
        let (a, b) = (f.temps(1), f.temps(2));
        f.free(b, 2);
        f.free(a, 1);
        assert_eq!((a, b, f.temps(1), f.registers()), (Reg(3), Reg(4), Reg(3), Some(6)));
    }

    #[test]
    fn a_register_freed_below_a_live_one_waits() {
        let mut f = Frame::new(3);
        let (a, b) = (f.temps(1), f.temps(1));
        f.free(a, 1);
        assert_eq!(f.temps(1), Reg(5));
        f.free(Reg(5), 1);
        f.free(b, 1);
        assert_eq!(f.top(), 3);
    }

    #[test]
    fn a_variable_stays_above_what_was_live() {
        let mut f = Frame::new(3);
        let t = f.temps(1);
        let v = f.fixed();
        f.free(t, 1);
        assert_eq!((v, f.temps(1)), (Reg(4), Reg(5)));
    }

    #[test]
    fn overflow_is_noticed_at_the_end() {
        let mut f = Frame::new(3);
        for _ in 0..MAX_REGISTERS {
            let r = f.temps(7);
            if f.overflow {
                f.free(r, 7);
            }
        }
        assert_eq!(f.registers(), None);
    }
}
