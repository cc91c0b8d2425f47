//! Units for tests: valid ones, arbitrary ones, and valid ones with something changed.
//!
//! Everything follows from the seed of an [`Rng`], so a failure is reproduced by a number. The three kinds
//! serve three questions: does a [`valid`] unit run alike everywhere, does text keep an [`arbitrary`] unit,
//! and is whatever the verifier accepts of [`mutant`]s safe to run? For the last, many changes stay within
//! what the verifier allows (another register of the function, another opcode of the same shape), for
//! mutants that are refused test the verifier's first line only.

mod generate;

pub use generate::{arbitrary, valid};

use crate::insn::Insn;
use crate::op::{Opcode, TABLE};
use crate::unit::{Alternate, Capture, Const, Function, Handler, Unit};

/// Pseudo-random numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    /// The next number.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not zero.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A copy of `unit` with one to three changes.
pub fn mutant(rng: &mut Rng, unit: &Unit) -> Unit {
    let mut unit = unit.clone();
    for _ in 0..1 + rng.below(3) {
        change(rng, &mut unit);
    }
    unit
}

fn change(rng: &mut Rng, unit: &mut Unit) {
    let functions = unit.functions.len();
    if functions == 0 || rng.once_in(64) {
        unit.main = rng.below(functions + 2) as u32;
        return;
    }
    let f = &mut unit.functions[rng.below(functions)];
    match rng.below(20) {
        0..14 => change_code(rng, f),
        14 | 15 => change_const(rng, f),
        16 => change_captures(rng, f),
        17 => change_handlers(rng, f),
        18 => change_alternates(rng, f),
        _ => change_header(rng, f),
    }
}

fn change_code(rng: &mut Rng, f: &mut Function) {
    if f.code.is_empty() {
        return;
    }
    let pc = rng.below(f.code.len());
    match rng.below(8) {
        0 => f.code[pc] ^= 1 << rng.below(64),
        1 => f.code[pc] = rng.bits(),
        2 => {
            let other = rng.below(f.code.len());
            f.code.swap(pc, other);
        }
        3 => {
            let mut code = f.code.to_vec();
            if rng.once_in(2) {
                code.remove(pc);
            } else {
                code.insert(pc, code[rng.below(code.len())]);
            }
            f.code = code.into();
        }
        4 => f.code[pc] = f.code[pc] & !0xFF | TABLE[rng.below(Opcode::COUNT)].op as u64,
        5 => {
            // An opcode whose operands mean the same.
            if let Some(op) = Insn(f.code[pc]).op() {
                let alike =
                    TABLE.iter().filter(|i| i.operands == op.info().operands && i.flow == op.info().flow);
                let alike: Vec<Opcode> = alike.filter(|i| i.op.words() == op.words()).map(|i| i.op).collect();
                f.code[pc] = f.code[pc] & !0xFF | rng.pick(&alike) as u64;
            }
        }
        _ => {
            // A field near what it can be.
            let shift = rng.pick(&[16, 32, 48]);
            let value = match rng.below(4) {
                0 => rng.below(8),
                1 => rng.below(f.consts.len() + 1),
                _ => rng.below(f.registers as usize + 1),
            };
            f.code[pc] = f.code[pc] & !(0xFFFF << shift) | (value as u64 & 0xFFFF) << shift;
        }
    }
}

fn change_const(rng: &mut Rng, f: &mut Function) {
    let c = generate::constant(rng, !f.params.is_empty());
    let table = if rng.once_in(4) { &mut f.defaults } else { &mut f.consts };
    if !table.is_empty() {
        let i = rng.below(table.len());
        // Mostly of the same kind, since names must stay strings and cells cells.
        table[i] = match (&table[i], rng.once_in(3)) {
            (Const::Str(_), false) => Const::Str(rng.bits().to_string().into()),
            (Const::Cell(_), false) => Const::Cell(rng.pick(&["a", "print", ""]).into()),
            _ => c,
        };
    }
}

fn change_captures(rng: &mut Rng, f: &mut Function) {
    let mut captures = f.captures.to_vec();
    let capture = match rng.below(3) {
        0 => Capture::Capture(rng.below(4) as u16),
        1 => Capture::Register(rng.below(5) as u16),
        _ => Capture::Register(rng.below(f.registers as usize + 4) as u16),
    };
    match captures.first_mut() {
        Some(first) if rng.once_in(2) => *first = capture,
        _ => captures.push(capture),
    }
    f.captures = captures.into();
}

fn change_handlers(rng: &mut Rng, f: &mut Function) {
    let mut word = || rng.below(f.code.len() + 1) as u32;
    let (start, end, target) = (word(), word(), word());
    let register = rng.below(f.registers as usize + 1) as u16;
    let mut handlers = f.handlers.to_vec();
    handlers.push(Handler { start: start.min(end), end: end.max(start), target, register });
    f.handlers = handlers.into();
}

fn change_alternates(rng: &mut Rng, f: &mut Function) {
    let mut alternates = f.alternates.to_vec();
    if !alternates.is_empty() && rng.once_in(3) {
        alternates.remove(rng.below(alternates.len()));
    }
    let word = |rng: &mut Rng| rng.below(f.code.len() + 1) as u32;
    alternates.push(Alternate { pc: word(rng), target: word(rng) });
    alternates.sort_by_key(|a| a.pc);
    f.alternates = alternates.into();
}

fn change_header(rng: &mut Rng, f: &mut Function) {
    match rng.below(6) {
        0 => f.registers = f.registers.wrapping_add(rng.below(5) as u16).wrapping_sub(2),
        1 => f.flags.generator ^= true,
        2 => f.flags.lenient ^= true,
        3 => f.flags.constructor ^= true,
        4 => f.params = f.params.iter().skip(1).cloned().collect(),
        _ => {
            if !f.spans.is_empty() {
                let i = rng.below(f.spans.len());
                f.spans[i].span.start = rng.below(64) as u32;
            }
        }
    }
}
