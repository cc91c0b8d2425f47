//! Units out of nothing.

use std::sync::Arc;

use super::Rng;
use crate::build::{FuncId, FunctionBuilder, InsnMark, InsnRef, Label, Reg, UnitBuilder};
use crate::op::{Flow, Opcode, Operand, TABLE};
use crate::unit::{
    Alternate, Capture, Const, FIRST_PARAM, Function, FunctionFlags, Handler, Span, SpanEntry, Unit,
};

/// Registers every generated function has at least.
const REGISTERS: u16 = 12;
/// Constructs open at a time.
const MAX_OPEN: usize = 6;

const TEXTS: &[&str] = &[
    "",
    "a",
    "fib",
    "length",
    "two words",
    "\"quoted\\\"",
    "line\nbreak\r\n\t",
    "\0\u{1}\u{7F}",
    "\u{202E}é漢😀",
    ";#@:=",
];

const NUMBERS: &[u64] = &[
    0,
    1 << 63,
    0x3FF0_0000_0000_0000,
    0x7FF0_0000_0000_0000,
    0xFFF0_0000_0000_0000,
    0x7FF8_0000_0000_0000,
    0xFFF8_0000_0000_BEEF,
    0x7FF0_0000_0000_0001,
    0x7FEF_FFFF_FFFF_FFFF,
    1,
];

/// A constant that is no cell; containers hold scalars, or one another if `deep`.
pub(super) fn constant(rng: &mut Rng, deep: bool) -> Const {
    let mut c = scalar(rng);
    for _ in 0..if deep { rng.below(4) } else { 0 } {
        let list = rng.once_in(2);
        let more = scalar(rng);
        c = match list {
            true => Const::List([c, more].into()),
            false => Const::Map([(more, c), (Const::Int(1), Const::List([].into()))].into()),
        };
    }
    c
}

fn scalar(rng: &mut Rng) -> Const {
    match rng.below(8) {
        0 => Const::Nil,
        1 => Const::Bool(rng.once_in(2)),
        2 => Const::Int(rng.below(100) as i64 - 50),
        3 => Const::Int(rng.bits() as i64),
        4 => Const::Double(f64::from_bits(rng.pick(NUMBERS))),
        5 => Const::Double(f64::from_bits(rng.bits())),
        6 => Const::Double(rng.below(1000) as f64 / 8.0),
        _ => Const::Str(rng.pick(TEXTS).into()),
    }
}

/// A unit that the verifier accepts. It uses every opcode sooner or later, and its loops nest.
pub fn valid(rng: &mut Rng) -> Unit {
    let source: Arc<str> = "first line\nsecond \"line\"".into();
    let mut unit = UnitBuilder::new(rng.pick(TEXTS), source, "test");
    let ids: Vec<FuncId> = (0..1 + rng.below(4)).map(|_| unit.declare()).collect();
    for (i, &id) in ids.iter().enumerate() {
        unit.define(id, Generator::new(rng, i, ids.len()).function());
    }
    match unit.finish(ids[0]) {
        Ok(unit) => unit,
        Err(error) => unreachable!("the generator builds valid units: {error}"),
    }
}

/// A construct whose end is still to come.
enum Open {
    If(Label),
    Loop(Label),
    Iterate { head: Label, next: Label },
    Try { from: InsnMark, handler: Label },
}

struct Generator<'r> {
    rng: &'r mut Rng,
    f: FunctionBuilder,
    index: usize,
    functions: usize,
    /// Registers that instructions name.
    size: u16,
    captures: usize,
    flags: FunctionFlags,
    open: Vec<Open>,
    /// Code out of line: where it starts, and where it goes on afterwards.
    cold: Vec<(Label, Option<Label>)>,
}

impl<'r> Generator<'r> {
    /// Function 0 is main and captures nothing. Every third captures a captured value of its maker.
    fn new(rng: &'r mut Rng, index: usize, functions: usize) -> Generator<'r> {
        let mut f = FunctionBuilder::new(rng.pick(TEXTS));
        for _ in 0..rng.below(4) {
            let default = constant(rng, true);
            f.param(rng.pick(TEXTS), default);
        }
        // Frames of different sizes overlap in more ways.
        let size = REGISTERS + if rng.once_in(2) { rng.below(30) as u16 } else { 0 };
        for _ in 0..size {
            f.local(rng.pick(TEXTS));
        }
        if rng.once_in(3) {
            f.set_note(rng.pick(TEXTS));
        }
        let flags =
            FunctionFlags { generator: rng.once_in(4), lenient: rng.once_in(4), constructor: rng.once_in(4) };
        f.set_flags(flags);
        let mut captures = 0;
        if index > 0 {
            f.capture(if captures_capture(index) { Capture::Capture(0) } else { Capture::Register(3) });
            captures = 1;
            for r in 0..rng.below(3) {
                captures = f.capture(Capture::Register(4 + r as u16)) as usize + 1;
            }
        }
        Generator { rng, f, index, functions, size, captures, flags, open: Vec::new(), cold: Vec::new() }
    }

    fn function(mut self) -> Function {
        if self.rng.once_in(2) {
            self.furnish();
        }
        for line in 0..4 + self.rng.below(24) {
            if self.rng.once_in(3) {
                self.f.at(Span { start: line as u32, end: line as u32 + 3 }, line as u32 + 1);
            }
            match self.rng.below(12) {
                0 if self.open.len() < MAX_OPEN => self.open(),
                1 => self.close(),
                2 => self.with_alternate(),
                3 => self.call(),
                _ => {
                    self.simple();
                }
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
        self.f.emit(Opcode::RetNil, 0, 0, 0, 0);
        for (start, back) in std::mem::take(&mut self.cold) {
            self.f.bind(start);
            self.simple();
            match back {
                Some(back) => self.f.jump(back),
                None => self.f.emit(Opcode::RetNil, 0, 0, 0, 0),
            };
        }
        match self.f.finish() {
            Ok(function) => function,
            Err(error) => unreachable!("the generator builds valid functions: {error}"),
        }
    }

    /// Puts something into most registers, so that what follows finds operands of all kinds.
    fn furnish(&mut self) {
        for r in FIRST_PARAM..self.size {
            match self.rng.below(9) {
                0 => self.f.emit_wide(Opcode::LoadInt, Reg(r), self.rng.below(5) as u32),
                1 => {
                    let c = constant(self.rng, true);
                    let k = self.f.constant(c);
                    self.f.emit_wide(Opcode::LoadK, Reg(r), k)
                }
                2 => {
                    let n = self.rng.below(4) as u16;
                    let from = self.registers(n);
                    self.f.emit(Opcode::NewList, 0, r, from, n)
                }
                3 => self.f.emit(Opcode::NewMap, 0, r, 4, 0),
                4 => self.f.emit(Opcode::NewBox, 0, r, r, 0),
                5 if !self.closable().is_empty() => {
                    let of = self.closable();
                    self.f.emit(Opcode::Closure, 0, r, self.rng.pick(&of), 0)
                }
                6 => {
                    let name = self.rng.pick(TEXTS);
                    self.f.global(Opcode::GetGlobal, Reg(r), name)
                }
                7 => {
                    let from = self.registers(1);
                    self.f.emit(Opcode::NewObject, 0, r, from, 0)
                }
                _ => continue,
            };
        }
    }

    fn open(&mut self) {
        let open = match self.rng.below(4) {
            0 => {
                let end = self.f.label();
                self.branch(end);
                Open::If(end)
            }
            1 => {
                let head = self.f.label();
                self.f.bind(head);
                Open::Loop(head)
            }
            2 => {
                let (head, next) = (self.f.label(), self.f.label());
                self.f.jump(next);
                self.f.bind(head);
                Open::Iterate { head, next }
            }
            _ => Open::Try { from: self.f.here(), handler: self.f.label() },
        };
        self.open.push(open);
    }

    fn close(&mut self) {
        match self.open.pop() {
            None => {}
            Some(Open::If(end)) => self.f.bind(end),
            Some(Open::Loop(head)) => {
                self.f.loop_back(head);
            }
            Some(Open::Iterate { head, next }) => {
                self.f.bind(next);
                let (state, value) = (self.registers(2), self.registers(1));
                self.f.branch(Opcode::IterNext, Reg(state), value, head);
            }
            Some(Open::Try { from, handler }) => {
                let register = Reg(self.registers(1));
                self.f.handler(from, self.f.here(), handler, register);
                self.cold.push((handler, None));
            }
        }
    }

    fn with_alternate(&mut self) {
        let insn = self.simple();
        let (cold, back) = (self.f.label(), self.f.label());
        self.f.alternate(insn, cold);
        self.f.bind(back);
        self.cold.push((cold, Some(back)));
    }

    /// Calls a function that is one.
    fn call(&mut self) {
        let count = self.rng.below(4) as u16;
        let window = self.registers(3 + count);
        let closable = self.closable();
        if closable.is_empty() || self.rng.once_in(2) {
            let name = self.rng.pick(TEXTS);
            self.f.global(Opcode::GetGlobal, Reg(window), name);
        } else {
            self.f.emit(Opcode::Closure, 0, window, self.rng.pick(&closable), 0);
        }
        let result = self.registers(1);
        self.f.emit(Opcode::Call, self.rng.below(2) as u8, window, result, count);
    }

    fn branch(&mut self, to: Label) {
        let branches = TABLE.iter().filter(|i| i.flow == Flow::Branch && i.op != Opcode::IterNext);
        let branches: Vec<Opcode> = branches.map(|i| i.op).collect();
        let op = self.rng.pick(&branches);
        let a = Reg(self.registers(1));
        let b = self.operand(op, op.info().operands[2], 0);
        self.f.branch(op, a, b, to);
    }

    /// Emits an instruction that does not jump.
    fn simple(&mut self) -> InsnRef {
        loop {
            let op = TABLE[self.rng.below(Opcode::COUNT)].op;
            let info = op.info();
            let impossible = matches!(info.flow, Flow::Branch | Flow::Jump)
                || (info.flow == Flow::End && !self.rng.once_in(8))
                || (op == Opcode::Yield && !self.flags.generator)
                || (info.operands[2] == Operand::Capture && self.captures == 0)
                || (op == Opcode::Closure && self.closable().is_empty());
            if impossible {
                continue;
            }
            let a_reg = self.registers(1);
            match info.operands[2] {
                Operand::K32 => {
                    let c = constant(self.rng, true);
                    let k = self.f.constant(c);
                    return self.f.emit_wide(op, Reg(a_reg), k);
                }
                Operand::Imm32 => return self.f.emit_wide(op, Reg(a_reg), self.rng.bits() as u32),
                Operand::Cell32 => {
                    let name = self.rng.pick(TEXTS);
                    return self.f.global(op, Reg(a_reg), name);
                }
                _ => {}
            }
            let count = self.rng.below(4) as u16;
            let [x, a, b, c] = info.operands.map(|kind| self.operand(op, kind, count));
            return self.f.emit(op, x as u8, a, b, c);
        }
    }

    /// Functions of which this one can make a closure.
    fn closable(&self) -> Vec<u16> {
        (1..self.functions).filter(|&i| self.index > 0 || !captures_capture(i)).map(|i| i as u16).collect()
    }

    /// The first of `n` registers that may be written.
    fn registers(&mut self, n: u16) -> u16 {
        1 + self.rng.below((self.size - n) as usize) as u16
    }

    fn operand(&mut self, op: Opcode, kind: Operand, count: u16) -> u16 {
        match kind {
            Operand::Read => self.rng.below(self.size as usize) as u16,
            Operand::Write => self.registers(1),
            Operand::Pair | Operand::ReadPair => self.registers(2),
            Operand::Window => self.registers(3),
            Operand::Call => self.registers(3 + count),
            Operand::Range => self.registers(count),
            Operand::K => {
                let c = constant(self.rng, true);
                self.f.constant16(c).unwrap_or(0)
            }
            Operand::Name => self.f.constant16(Const::Str(self.rng.pick(TEXTS).into())).unwrap_or(0),
            Operand::Imm => self.rng.bits() as u16,
            Operand::Count => count,
            Operand::Capture => self.rng.below(self.captures) as u16,
            Operand::Func => {
                let of = self.closable();
                self.rng.pick(&of)
            }
            Operand::Flags if op == Opcode::Special => self.rng.below(256) as u16,
            Operand::Flags => self.rng.below(2) as u16,
            Operand::None | Operand::Feedback | Operand::Offset24 => 0,
            Operand::K32 | Operand::Cell32 | Operand::Imm32 | Operand::Offset32 => 0,
        }
    }
}

fn captures_capture(index: usize) -> bool {
    index % 3 == 2
}

/// A unit of which nothing is right but the types: for text, which must keep it all the same.
pub fn arbitrary(rng: &mut Rng) -> Unit {
    let mut texts = || Arc::<str>::from(rng.pick(TEXTS));
    let (name, source, language) = (texts(), texts(), texts());
    let functions = (0..rng.below(3)).map(|_| arbitrary_function(rng)).collect();
    Unit { name, source, language: language[..].into(), functions, main: rng.below(5) as u32 }
}

fn arbitrary_function(rng: &mut Rng) -> Function {
    let registers = rng.bits() as u16;
    let code: Box<[u64]> = (0..rng.below(24)).map(|_| arbitrary_word(rng)).collect();
    let word =
        |rng: &mut Rng| if rng.once_in(8) { rng.bits() as u32 } else { rng.below(code.len() + 1) as u32 };
    let position = |rng: &mut Rng| SpanEntry {
        pc: word(rng),
        line: rng.below(9) as u32,
        span: Span { start: rng.below(99) as u32, end: rng.bits() as u32 },
    };
    let mut spans: Box<[SpanEntry]> = (0..rng.below(4)).map(|_| position(rng)).collect();
    if rng.once_in(2) {
        spans.sort_by_key(|s| s.pc);
    }
    let alternate = |rng: &mut Rng| Alternate { pc: word(rng), target: word(rng) };
    let mut alternates: Box<[Alternate]> = (0..rng.below(3)).map(|_| alternate(rng)).collect();
    if rng.once_in(2) {
        alternates.sort_by_key(|a| a.pc);
    }
    let capture = |rng: &mut Rng| match rng.once_in(2) {
        true => Capture::Register(rng.bits() as u16),
        false => Capture::Capture(rng.bits() as u16),
    };
    let handler = |rng: &mut Rng| Handler {
        start: word(rng),
        end: word(rng),
        target: word(rng),
        register: rng.bits() as u16,
    };
    let constant_or_cell = |rng: &mut Rng| match rng.once_in(4) {
        true => Const::Cell(rng.pick(TEXTS).into()),
        false => constant(rng, true),
    };
    Function {
        name: rng.pick(TEXTS).into(),
        note: rng.once_in(2).then(|| rng.pick(TEXTS).into()),
        params: (0..rng.below(4)).map(|_| rng.pick(TEXTS).into()).collect(),
        defaults: (0..rng.below(4)).map(|_| constant_or_cell(rng)).collect(),
        registers,
        flags: FunctionFlags {
            generator: rng.once_in(2),
            lenient: rng.once_in(2),
            constructor: rng.once_in(2),
        },
        consts: (0..rng.below(5)).map(|_| constant_or_cell(rng)).collect(),
        captures: (0..rng.below(3)).map(|_| capture(rng)).collect(),
        handlers: (0..rng.below(3)).map(|_| handler(rng)).collect(),
        alternates,
        spans,
        locals: (0..rng.below(3)).map(|_| (rng.bits() as u16, rng.pick(TEXTS).into())).collect(),
        code,
    }
}

/// Noise, an opcode with noise behind it, an opcode with small operands, or zero.
fn arbitrary_word(rng: &mut Rng) -> u64 {
    let op = TABLE[rng.below(Opcode::COUNT)].op as u64;
    match rng.below(5) {
        0 => rng.bits(),
        1 => rng.bits() & !0xFF | op,
        2 => op | (rng.bits() & 0x0007_0007_0007_0000),
        3 => op | (rng.bits() & 0x0000_0007_0007_0000),
        _ => 0,
    }
}
