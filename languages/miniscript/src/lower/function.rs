//! One function: its frame, its body, and the code out of line behind it.
//!
//! *Takes* an analysed function, *leaves* a [`Function`] of the unit. *Costs* one walk over the body; an
//! expression that has an alternate is written twice.
//!
//! Code out of line is written when the body is done. It may need registers of its own, and these must not
//! touch what was live where it was asked for; so each piece remembers how high the frame was there.

use std::collections::VecDeque;

use quadriga_bytecode::{
    BuildError, Capture, Function, FunctionBuilder, InsnRef, Label, Opcode, Reg, Span as CodeSpan,
};

use crate::syntax::ast::{self, Expr, LogicalOp};

use super::assign::Compound;
use super::emit::Root;
use super::fold::{self, Constant};
use super::scope::{FunctionInfo, Kind, Storage};
use super::{Mode, Shared};
use crate::ops;
use crate::syntax::Dialect;

/// Writes one function.
pub(super) struct FunctionLowering<'a> {
    pub shared: &'a Shared<'a>,
    pub info: &'a FunctionInfo<'a>,
    pub b: FunctionBuilder,
    /// Labels of the loops around the place.
    pub loops: Vec<LoopLabels>,
    /// The line of the statement, which run-time errors report.
    pub line: u32,
    pub v1: bool,
    cold: VecDeque<Cold<'a>>,
}

/// Where `break` and `continue` go.
pub(super) struct LoopLabels {
    pub exit: Label,
    pub next: Label,
    /// Somebody goes to `next`.
    pub continued: bool,
}

/// A piece of code out of line.
struct Cold<'a> {
    from: Label,
    back: Label,
    /// First register that was free where it was asked for.
    top: u16,
    span: CodeSpan,
    line: u32,
    what: ColdCode<'a>,
}

/// What stands out of line.
pub(super) enum ColdCode<'a> {
    /// An operation with careful reads.
    Slow(Root<'a>),
    /// A compound assignment whose container or key is a function.
    Update(Compound<'a>),
    /// The check of a value that is dropped.
    Discard(Reg),
    /// The left operand of a logical operator that is no plain truth.
    Left { op: LogicalOp, left: Reg, result: Reg, done: Label },
    /// A condition `value or rest ...` whose first operand is no plain truth.
    OrRest { value: Reg, rest: &'a [Expr], if_true: Label, if_false: Label, span: ast::Span },
}

/// Lowers function `index`.
pub(super) fn lower<'a>(shared: &'a Shared<'a>, index: usize) -> Result<Function, BuildError> {
    let info = &shared.analysis.functions[index];
    let mut f = FunctionLowering {
        shared,
        info,
        b: FunctionBuilder::new(&info.name),
        loops: Vec::new(),
        line: info.line,
        v1: shared.options.dialect == Dialect::V1,
        cold: VecDeque::new(),
    };
    if let Some(note) = &info.note {
        f.b.set_note(note);
    }
    f.at(info.span);
    f.prologue();
    if info.kind == Kind::Program && shared.options.mode == Mode::Evaluate {
        f.result_block(info.body);
    } else {
        f.block(info.body);
    }
    f.epilogue();
    f.out_of_line();
    f.b.finish()
}

impl<'a> FunctionLowering<'a> {
    // -- places

    /// What follows stems from `span` of the current statement.
    pub fn at(&mut self, span: ast::Span) {
        self.b.at(CodeSpan { start: span.start, end: span.end }, self.line);
    }

    /// The value of an expression that is known.
    pub fn constant(&self, e: &Expr) -> Option<Constant> {
        fold::constant(e, self.v1)
    }

    /// The creator, if its locals are visible here.
    pub fn parent(&self) -> Option<&'a FunctionInfo<'a>> {
        let parent = &self.shared.analysis.functions[self.info.parent?];
        (parent.kind != Kind::Program).then_some(parent)
    }

    // -- instructions

    /// Emits an operation of the language's own.
    pub fn special(&mut self, code: u8, dst: Reg, x: Reg, y: Reg) -> InsnRef {
        self.b.emit(Opcode::Special, code, dst.0, x.0, y.0)
    }

    /// Copies a register.
    pub fn copy(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.b.emit(Opcode::Move, 0, dst.0, src.0, 0);
        }
    }

    // -- code out of line

    /// First register that is free.
    pub fn top(&mut self) -> u16 {
        let t = self.b.temp();
        self.b.free(t);
        t.0
    }

    /// Puts `what` out of line: reached by `from`, it comes back to this place.
    pub fn defer(&mut self, from: Label, what: ColdCode<'a>) {
        let back = self.b.label();
        self.b.bind(back);
        let (span, line) = self.b.position();
        let top = self.top();
        self.cold.push_back(Cold { from, back, top, span, line, what });
    }

    fn out_of_line(&mut self) {
        while let Some(c) = self.cold.pop_front() {
            let here = self.top();
            let pad = c.top.saturating_sub(here);
            let first = self.b.window(pad);
            self.b.bind(c.from);
            self.line = c.line;
            self.b.at(c.span, c.line);
            match c.what {
                ColdCode::Slow(root) => self.slow(&root),
                ColdCode::Update(c) => self.update_twice(&c),
                ColdCode::Discard(r) => {
                    let t = self.b.temp();
                    self.special(ops::DISCARD, t, r, r);
                    if self.shared.options.mode == Mode::Repl && self.info.kind == Kind::Program {
                        self.special(ops::SHOW, t, r, r);
                    }
                    self.b.free(t);
                }
                ColdCode::Left { op, left, result, done } => {
                    self.look_at_left(op, left, result, done, c.back);
                }
                ColdCode::OrRest { value, rest, if_true, if_false, span } => {
                    self.or_rest(value, rest, if_true, if_false, span);
                }
            }
            if !self.b.last_terminates() {
                self.b.jump(c.back);
            }
            self.b.free_window(first, pad);
        }
    }

    // -- the frame

    fn prologue(&mut self) {
        let info = self.info;
        let params: Vec<Reg> = info.params.iter().map(|(name, d)| self.b.param(name, d.to_const())).collect();
        if info.scope_map {
            let map = self.b.local("locals");
            let count = u16::try_from(info.vars.len()).unwrap_or(0);
            self.b.emit(Opcode::NewMap, 0, map.0, count, 0);
            for ((name, _), reg) in info.params.iter().zip(&params) {
                self.set_entry(map, *reg, name);
            }
        } else {
            self.locals();
        }
        if info.uses_self && self.parent().is_some_and(|p| p.kind == Kind::Function) {
            self.captured_self();
        }
    }

    fn locals(&mut self) {
        let info = self.info;
        for var in info.vars.iter().filter(|v| !v.param) {
            // The register is that of the analysis, unless there are too many, which the builder reports.
            self.b.local(&var.name);
        }
        for var in &info.vars {
            let r = Reg(var.register);
            if !var.param && (var.empty || var.storage == Storage::Box) {
                self.b.emit(Opcode::LoadEmpty, 0, r.0, 0, 0);
            }
            if var.storage == Storage::Box {
                self.b.emit(Opcode::NewBox, 0, r.0, r.0, 0);
            }
        }
    }

    /// A function created in a method is one of the same object, unless it is called as a method itself.
    fn captured_self(&mut self) {
        let (this, home) = (FunctionBuilder::SELF, FunctionBuilder::HOME);
        let called_as_method = self.b.label();
        self.b.branch(Opcode::JNotNil, this, 0, called_as_method);
        for r in [this, home] {
            let captured = self.b.capture(Capture::Register(r.0));
            self.b.emit(Opcode::GetCapture, 0, r.0, captured, 0);
        }
        self.b.bind(called_as_method);
    }

    fn epilogue(&mut self) {
        if self.b.last_terminates() {
            return;
        }
        match self.info.kind {
            Kind::Module => _ = self.b.emit(Opcode::Ret, 0, self.info.map_register, 0, 0),
            _ => _ = self.b.emit(Opcode::RetNil, 0, 0, 0, 0),
        }
    }
}
