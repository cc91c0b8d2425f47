//! Building functions: what a front end writes with.
//!
//! Takes a stream of calls in program order, leaves a [`Function`], and costs amortised constant time per
//! call, plus a pass over the jumps at the end. Encodings do not show: a front end names registers, labels,
//! constants and strings, and the builder picks indices and offsets.
//!
//! Calls do not fail. The first thing that cannot be encoded is remembered, and [`FunctionBuilder::finish`]
//! reports it; until then the builder goes on with placeholders. What the builder accepts is not yet
//! verified: [`crate::verify()`] decides whether a unit may run.
//!
//! ```
//! use quadriga_bytecode::{Const, FunctionBuilder, Opcode, UnitBuilder, verify};
//!
//! // f(n): while n > 0 do n = n - 1; return n
//! let mut f = FunctionBuilder::new("f");
//! let n = f.param("n", Const::Nil);
//! let (head, done) = (f.label(), f.label());
//! f.bind(head);
//! f.branch(Opcode::JNGtI, n, 0, done);
//! f.emit(Opcode::SubI, 0, n.0, n.0, 1);
//! f.loop_back(head);
//! f.bind(done);
//! f.emit(Opcode::Ret, 0, n.0, 0, 0);
//!
//! let mut unit = UnitBuilder::new("example", "".into(), "none");
//! let main = unit.add(f.finish()?);
//! assert!(verify(unit.finish(main)?).is_ok());
//! # Ok::<(), quadriga_bytecode::BuildError>(())
//! ```

mod error;
mod frame;
mod unit;

use std::collections::HashMap;

pub use error::{BuildError, BuildErrorKind};
pub use unit::{FuncId, UnitBuilder};

use crate::disasm;
use crate::insn::{Insn, OFFSET24};
use crate::op::{Flow, Opcode, Operand};
use crate::unit::{
    Alternate, Capture, Const, FIRST_PARAM, Function, FunctionFlags, Handler, Span, SpanEntry,
};
use frame::Frame;

/// A register.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct Reg(pub u16);

/// A place in the code that jumps go to, bound before or after them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Label(u32);

/// An emitted instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct InsnRef(u32);

impl InsnRef {
    /// Its word in the code.
    pub fn pc(self) -> u32 {
        self.0
    }
}

/// A boundary between instructions, for the range of a handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct InsnMark(u32);

impl InsnMark {
    /// The word of the instruction that follows.
    pub fn pc(self) -> u32 {
        self.0
    }
}

/// Words a function may have: every offset fits 32 bits with room to spare.
const MAX_WORDS: usize = 1 << 30;
/// A label without a place.
const UNBOUND: u32 = u32::MAX;

/// From this many constants on, those with a 32-bit index go behind the others.
const SHORT: usize = 1 << 15;

/// Writes one function.
pub struct FunctionBuilder {
    name: Box<str>,
    note: Option<Box<str>>,
    flags: FunctionFlags,
    params: Vec<Box<str>>,
    defaults: Vec<Const>,
    frame: Frame,
    code: Vec<u64>,
    /// The end of the code cannot be reached from the instruction before it or from a label.
    terminated: bool,
    consts: Vec<Const>,
    const_index: HashMap<Key, u32>,
    /// Further constants, which come behind all of `consts`, and the instructions that name them.
    wide: Vec<Const>,
    wide_index: HashMap<Key, u32>,
    wide_uses: Vec<u32>,
    captures: Vec<Capture>,
    capture_index: HashMap<Capture, u16>,
    labels: Vec<u32>,
    jumps: Vec<(u32, Label)>,
    handlers: Vec<(InsnMark, InsnMark, Label, Reg)>,
    alternates: Vec<(InsnRef, Label)>,
    spans: Vec<SpanEntry>,
    position: Option<(Span, u32)>,
    locals: Vec<(u16, Box<str>)>,
    error: Option<BuildErrorKind>,
}

/// What makes two constants one: kind and content, doubles by their bits.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Nil,
    Bool(bool),
    Int(i64),
    Double(u64),
    Str(Box<str>),
    Cell(Box<str>),
    /// A container, by its text.
    Text(String),
}

impl Key {
    fn of(c: &Const) -> Key {
        match c {
            Const::Nil => Key::Nil,
            Const::Bool(b) => Key::Bool(*b),
            Const::Int(i) => Key::Int(*i),
            Const::Double(d) => Key::Double(d.to_bits()),
            Const::Str(s) => Key::Str(s.clone()),
            Const::Cell(s) => Key::Cell(s.clone()),
            Const::List(_) | Const::Map(_) => Key::Text(disasm::constant(c)),
        }
    }
}

impl FunctionBuilder {
    /// The register of the running closure.
    pub const CLOSURE: Reg = Reg(0);
    /// The register of self.
    pub const SELF: Reg = Reg(1);
    /// The register of the map in which the running method was found.
    pub const HOME: Reg = Reg(2);

    /// A function called `name`.
    pub fn new(name: &str) -> FunctionBuilder {
        FunctionBuilder {
            name: name.into(),
            note: None,
            flags: FunctionFlags::default(),
            params: Vec::new(),
            defaults: Vec::new(),
            frame: Frame::new(FIRST_PARAM),
            code: Vec::new(),
            terminated: false,
            consts: Vec::new(),
            const_index: HashMap::new(),
            wide: Vec::new(),
            wide_index: HashMap::new(),
            wide_uses: Vec::new(),
            captures: Vec::new(),
            capture_index: HashMap::new(),
            labels: Vec::new(),
            jumps: Vec::new(),
            handlers: Vec::new(),
            alternates: Vec::new(),
            spans: Vec::new(),
            position: None,
            locals: Vec::new(),
            error: None,
        }
    }

    // -- properties

    /// Sets the note for people.
    pub fn set_note(&mut self, note: &str) {
        self.note = Some(note.into());
    }

    /// Sets the properties.
    pub fn set_flags(&mut self, flags: FunctionFlags) {
        self.flags = flags;
    }

    /// The properties.
    pub fn flags(&self) -> FunctionFlags {
        self.flags
    }

    // -- registers

    /// Declares the next parameter. Parameters come before all other registers.
    pub fn param(&mut self, name: &str, default: Const) -> Reg {
        if self.frame.top() != FIRST_PARAM as usize + self.params.len() {
            self.fail(BuildErrorKind::LateParameter);
        }
        self.params.push(name.into());
        self.defaults.push(default);
        self.local(name)
    }

    /// Declares a variable: a register above everything live, which stays for good. Its initial content is
    /// whatever the register held.
    pub fn local(&mut self, name: &str) -> Reg {
        let r = self.frame.fixed();
        self.locals.push((r.0, name.into()));
        r
    }

    /// Takes a temporary above everything live.
    pub fn temp(&mut self) -> Reg {
        self.frame.temps(1)
    }

    /// Gives a temporary back. Any order is correct; the reverse order of taking keeps frames small.
    pub fn free(&mut self, r: Reg) {
        self.frame.free(r, 1);
    }

    /// Takes `n` consecutive temporaries above everything live.
    pub fn window(&mut self, n: u16) -> Reg {
        self.frame.temps(n)
    }

    /// Gives back a window (or any part of one).
    pub fn free_window(&mut self, r: Reg, n: u16) {
        self.frame.free(r, n);
    }

    /// Whether `r` is a temporary that has not been given back.
    pub fn is_temp(&self, r: Reg) -> bool {
        self.frame.is_temp(r)
    }

    // -- tables

    /// The index of a captured value; equal captures share one.
    pub fn capture(&mut self, c: Capture) -> u16 {
        if let Some(&i) = self.capture_index.get(&c) {
            return i;
        }
        let Ok(i) = u16::try_from(self.captures.len()) else {
            self.fail(BuildErrorKind::TooManyCaptures);
            return 0;
        };
        self.captures.push(c);
        self.capture_index.insert(c, i);
        i
    }

    /// The index of a constant; equal constants share one (doubles are equal if their bits are).
    pub fn constant(&mut self, c: Const) -> u32 {
        let next = self.consts.len() as u32;
        let index = *self.const_index.entry(Key::of(&c)).or_insert(next);
        if index == next {
            self.consts.push(c);
        }
        index
    }

    /// The index of a constant for a 16-bit operand. None if it does not fit: load the constant instead.
    pub fn constant16(&mut self, c: Const) -> Option<u16> {
        u16::try_from(self.constant(c)).ok()
    }

    fn constant_name(&mut self, name: &str) -> u16 {
        self.constant16(Const::Str(name.into())).unwrap_or_else(|| {
            self.fail(BuildErrorKind::TooManyConstants);
            0
        })
    }

    // -- places

    /// A label, not yet bound.
    pub fn label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    /// Binds a label here.
    pub fn bind(&mut self, l: Label) {
        let here = self.code.len() as u32;
        self.terminated = false;
        match self.labels.get_mut(l.0 as usize) {
            Some(place) if *place == UNBOUND => *place = here,
            Some(_) => self.fail(BuildErrorKind::LabelBoundTwice),
            None => self.fail(BuildErrorKind::LabelUnbound),
        }
    }

    /// The boundary before the next instruction.
    pub fn here(&self) -> InsnMark {
        InsnMark(self.code.len() as u32)
    }

    /// Sets the source position of what follows.
    pub fn at(&mut self, span: Span, line: u32) {
        self.position = Some((span, line));
    }

    /// The source position of what follows.
    pub fn position(&self) -> (Span, u32) {
        self.position.unwrap_or_default()
    }

    /// Whether control cannot get here: the last instruction goes elsewhere and no label is bound here.
    pub fn last_terminates(&self) -> bool {
        self.terminated
    }

    /// Sends exceptions raised between `from` and `to` to `target`, the value in `reg`. Of nested ranges
    /// the inner must be told first, as it is if each is told where its range ends. Empty ranges vanish.
    pub fn handler(&mut self, from: InsnMark, to: InsnMark, target: Label, reg: Reg) {
        if from < to {
            self.handlers.push((from, to, target, reg));
        }
    }

    /// Gives an instruction its alternate (see [`Alternate`]); usually bound after the body.
    pub fn alternate(&mut self, insn: InsnRef, target: Label) {
        self.alternates.push((insn, target));
    }

    // -- instructions

    /// Emits an instruction that does not jump, its operands as the [table](crate::op) says.
    pub fn emit(&mut self, op: Opcode, x: u8, a: u16, b: u16, c: u16) -> InsnRef {
        debug_assert!(!jumps(op), "{} needs a label", op.info().mnemonic);
        self.push(op, Insn::abc(op, x, a, b, c))
    }

    /// Emits an instruction whose operands b and c are one.
    pub fn emit_wide(&mut self, op: Opcode, a: Reg, bx: u32) -> InsnRef {
        debug_assert!(!jumps(op), "{} needs a label", op.info().mnemonic);
        self.push(op, Insn::abx(op, a.0, bx))
    }

    /// `dst = c`, by the shortest instruction.
    pub fn load_const(&mut self, dst: Reg, c: Const) -> InsnRef {
        match c {
            Const::Nil => self.emit(Opcode::LoadNil, 0, dst.0, 0, 0),
            Const::Bool(true) => self.emit(Opcode::LoadTrue, 0, dst.0, 0, 0),
            Const::Bool(false) => self.emit(Opcode::LoadFalse, 0, dst.0, 0, 0),
            Const::Int(i) if i32::try_from(i).is_ok() => {
                self.emit_wide(Opcode::LoadInt, dst, i as i32 as u32)
            }
            other => self.emit_constant(Opcode::LoadK, dst, other),
        }
    }

    /// `dst = closure of f`.
    pub fn closure(&mut self, dst: Reg, f: FuncId) -> InsnRef {
        self.emit(Opcode::Closure, 0, dst.0, f.0, 0)
    }

    /// Jumps to `l`. Jumps back are for code out of line (alternates); loops close with [`Self::loop_back`].
    pub fn jump(&mut self, l: Label) -> InsnRef {
        self.push_jump(Opcode::Jump, 0, 0, l)
    }

    /// Jumps back to the head of a loop.
    pub fn loop_back(&mut self, l: Label) -> InsnRef {
        self.push_jump(Opcode::Loop, 0, 0, l)
    }

    /// Emits a conditional jump. `b` is a register, an immediate or a constant, as the table says.
    pub fn branch(&mut self, op: Opcode, a: Reg, b: u16, l: Label) -> InsnRef {
        debug_assert!(op.info().flow == Flow::Branch, "{} does not branch", op.info().mnemonic);
        self.push_jump(op, a.0, b, l)
    }

    /// Emits an instruction on the global variable `name`.
    pub fn global(&mut self, op: Opcode, a: Reg, name: &str) -> InsnRef {
        debug_assert!(op.info().operands[2] == Operand::Cell32, "{} takes no global", op.info().mnemonic);
        self.emit_constant(op, a, Const::Cell(name.into()))
    }

    /// Emits an instruction that has 32 bits for its constant. Once there are many constants it leaves the
    /// short indices to those that need them, such as names of fields.
    fn emit_constant(&mut self, op: Opcode, a: Reg, c: Const) -> InsnRef {
        let key = Key::of(&c);
        if self.consts.len() < SHORT || self.const_index.contains_key(&key) {
            let k = self.constant(c);
            return self.emit_wide(op, a, k);
        }
        let next = self.wide.len() as u32;
        let k = *self.wide_index.entry(key).or_insert(next);
        if k == next {
            self.wide.push(c);
        }
        let insn = self.emit_wide(op, a, k);
        self.wide_uses.push(insn.0);
        insn
    }

    /// Emits an instruction on the field `name`.
    pub fn field(&mut self, op: Opcode, x: u8, a: Reg, b: Reg, name: &str) -> InsnRef {
        debug_assert!(op.info().operands[3] == Operand::Name, "{} takes no name", op.info().mnemonic);
        let k = self.constant_name(name);
        self.emit(op, x, a.0, b.0, k)
    }

    fn push_jump(&mut self, op: Opcode, a: u16, b: u16, l: Label) -> InsnRef {
        let insn = self.push(op, Insn::abc(op, 0, a, b, 0));
        self.jumps.push((insn.0, l));
        insn
    }

    fn push(&mut self, op: Opcode, word: Insn) -> InsnRef {
        let pc = self.code.len();
        if pc >= MAX_WORDS {
            self.fail(BuildErrorKind::TooLarge);
            return InsnRef(0);
        }
        if let Some((span, line)) = self.position
            && self.spans.last().is_none_or(|e| (e.span, e.line) != (span, line))
        {
            self.spans.push(SpanEntry { pc: pc as u32, line, span });
        }
        self.code.push(word.0);
        self.code.resize(pc + op.words(), 0);
        self.terminated = matches!(op.info().flow, Flow::End | Flow::Jump);
        InsnRef(pc as u32)
    }

    // -- the end

    /// The function. Code whose end can be reached returns nil there.
    pub fn finish(mut self) -> Result<Function, BuildError> {
        if !self.terminated {
            self.emit(Opcode::RetNil, 0, 0, 0, 0);
        }
        match self.resolve() {
            Ok((registers, handlers, alternates)) => Ok(Function {
                name: self.name,
                note: self.note,
                params: self.params.into(),
                defaults: self.defaults.into(),
                registers,
                flags: self.flags,
                code: self.code.into(),
                consts: self.consts.into(),
                captures: self.captures.into(),
                handlers: handlers.into(),
                alternates: alternates.into(),
                spans: self.spans.into(),
                locals: self.locals.into(),
            }),
            Err(kind) => Err(BuildError { function: self.name, kind }),
        }
    }

    /// Puts places where labels were.
    fn resolve(&mut self) -> Result<(u16, Vec<Handler>, Vec<Alternate>), BuildErrorKind> {
        if let Some(kind) = self.error {
            return Err(kind);
        }
        let registers = self.frame.registers().ok_or(BuildErrorKind::TooManyRegisters)?;
        let short = self.consts.len() as u32;
        for &pc in &self.wide_uses {
            let insn = Insn(self.code[pc as usize]);
            if let Some(op) = insn.op() {
                self.code[pc as usize] = Insn::abx(op, insn.a() as u16, insn.bx() + short).0;
            }
        }
        self.consts.append(&mut self.wide);
        for i in 0..self.jumps.len() {
            let (pc, label) = self.jumps[i];
            let target = self.place(label)?;
            self.patch(pc as usize, target)?;
        }
        let mut handlers = Vec::with_capacity(self.handlers.len());
        for &(from, to, target, reg) in &self.handlers {
            handlers.push(Handler { start: from.0, end: to.0, target: self.place(target)?, register: reg.0 });
        }
        let mut alternates = Vec::with_capacity(self.alternates.len());
        for &(insn, target) in &self.alternates {
            alternates.push(Alternate { pc: insn.0, target: self.place(target)? });
        }
        alternates.sort_by_key(|a| a.pc);
        if alternates.windows(2).any(|w| w[0].pc == w[1].pc) {
            return Err(BuildErrorKind::AlternateTwice);
        }
        Ok((registers, handlers, alternates))
    }

    fn place(&self, l: Label) -> Result<u32, BuildErrorKind> {
        match self.labels.get(l.0 as usize) {
            Some(&place) if place != UNBOUND => Ok(place),
            _ => Err(BuildErrorKind::LabelUnbound),
        }
    }

    fn patch(&mut self, pc: usize, target: u32) -> Result<(), BuildErrorKind> {
        let insn = Insn(self.code[pc]);
        let Some(op) = insn.op() else { return Ok(()) };
        let offset = target as i64 - (pc + op.words()) as i64;
        let patched = if op.info().flow == Flow::Branch {
            if !OFFSET24.contains(&offset) {
                return Err(BuildErrorKind::TooLarge);
            }
            Insn::jump(op, insn.a() as u16, insn.b() as u16, offset as i32)
        } else {
            Insn::abx(op, 0, offset as i32 as u32)
        };
        self.code[pc] = patched.0;
        Ok(())
    }

    fn fail(&mut self, kind: BuildErrorKind) {
        self.error.get_or_insert(kind);
    }
}

fn jumps(op: Opcode) -> bool {
    matches!(op.info().flow, Flow::Branch | Flow::Jump)
}
