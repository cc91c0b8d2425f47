//! Reading and writing variables.
//!
//! A read is a sequence of steps: the function's own locals, its creator's, the globals. It ends at the first
//! step that is sure to find a value; every other step is an instruction whose alternate is the next step.
//!
//! *Takes* a [`Variable`], *leaves* one instruction in the main line (two for scope maps), and the other steps
//! out of line.

use quadriga_bytecode::{Capture, Const, Opcode, Reg};

use super::emit::Root;
use super::function::{ColdCode, FunctionLowering};
use super::scope::{FunctionInfo, Kind, ScopeName, Storage};
use crate::ops;

/// A read of a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable<'a> {
    /// The scope it is asked of; none for a bare name.
    pub scope: Option<ScopeName>,
    pub name: &'a str,
    /// The identity of the place, under which definite assignment knows it.
    pub place: usize,
    /// A function is invoked.
    pub invoke: bool,
}

impl<'a> Variable<'a> {
    /// A bare name.
    pub fn bare(name: &'a str, place: usize) -> Variable<'a> {
        Variable { scope: None, name, place, invoke: true }
    }

    /// The same without invoking.
    pub fn reference(self) -> Variable<'a> {
        Variable { invoke: false, ..self }
    }
}

/// One place to look.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A register. `plain` if it holds no function.
    Register {
        reg: Reg,
        plain: bool,
    },
    Box(Reg),
    /// The own scope map.
    Map(Reg),
    /// A captured value.
    Value {
        capture: u16,
        plain: bool,
    },
    CapturedBox(u16),
    CapturedMap(u16),
    Global,
    /// `scope.x` of a scope that is a map.
    MapField(Reg),
    CapturedMapField(u16),
    GlobalsField,
    /// `scope.x` where the scope has no `x`.
    EmptyField,
    /// The first-assignment rule at run time.
    Unassigned,
}

/// The steps of a read, with the last one being sure.
#[derive(Default)]
struct Steps {
    list: [Option<Step>; 4],
    len: usize,
}

impl Steps {
    fn push(&mut self, step: Step) {
        self.list[self.len] = Some(step);
        self.len += 1;
    }
}

/// Where an assignment goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Register(Reg),
    Box(Reg),
    Map(Reg),
    CapturedBox(u16),
    CapturedMap(u16),
    Global,
}

impl<'a> FunctionLowering<'a> {
    /// The register of a local that is read first, and whether it holds the value for sure.
    pub fn local_of(&self, v: &Variable<'a>) -> Option<(Reg, bool)> {
        if self.info.scope_map || !matches!(v.scope, None | Some(ScopeName::Locals)) {
            return None;
        }
        let var = self.info.var(v.name).filter(|var| var.storage == Storage::Register)?;
        let unsure = v.invoke && var.function || self.info.unsure.contains(&v.place);
        Some((Reg(var.register), !unsure))
    }

    /// Reads a variable into `dst`.
    pub fn read(&mut self, v: Variable<'a>, dst: Reg) {
        self.read_step(v, 0, dst);
    }

    /// The steps of a read from number `from` on.
    pub fn read_step(&mut self, v: Variable<'a>, from: usize, dst: Reg) {
        let steps = self.steps(&v);
        let Some(step) = steps.list[from] else { return };
        let insn = self.step(step, &v, dst);
        let next = from + 1 < steps.len;
        if next {
            let otherwise = self.b.label();
            self.b.alternate(insn, otherwise);
            // Scope maps hand values out as they are; reading by name invokes them.
            self.invoke_found(step, &v, dst);
            self.defer(otherwise, ColdCode::Slow(Root::Read { variable: v, step: from + 1, dst }));
        } else {
            self.invoke_found(step, &v, dst);
        }
    }

    fn steps(&mut self, v: &Variable<'a>) -> Steps {
        let mut steps = Steps::default();
        let sure = match v.scope {
            None => self.own_step(v, &mut steps) || self.outer_step(v, false, &mut steps),
            Some(ScopeName::Locals) if self.info.kind == Kind::Program => {
                return self.globals_steps(v);
            }
            Some(ScopeName::Outer) if self.parent().is_none() => return self.globals_steps(v),
            Some(ScopeName::Globals) => return self.globals_steps(v),
            Some(ScopeName::Locals) => {
                if self.info.scope_map {
                    steps.push(Step::MapField(Reg(self.info.map_register)));
                    return steps;
                }
                self.own_step(v, &mut steps)
            }
            Some(ScopeName::Outer) => self.outer_step(v, true, &mut steps),
        };
        if !sure {
            steps.push(if v.scope.is_none() { Step::Global } else { Step::EmptyField });
        }
        steps
    }

    /// The function's own locals. Answers whether the search ends here.
    fn own_step(&mut self, v: &Variable<'a>, steps: &mut Steps) -> bool {
        let info = self.info;
        let unsure = info.unsure.contains(&v.place);
        if info.scope_map {
            steps.push(Step::Map(Reg(info.map_register)));
        } else if let Some(var) = info.var(v.name) {
            let reg = Reg(var.register);
            steps.push(match var.storage {
                Storage::Register => Step::Register { reg, plain: !var.function },
                Storage::Box => Step::Box(reg),
            });
            if !unsure {
                return true;
            }
        }
        if info.must_assign.contains(&v.place) {
            steps.push(Step::Unassigned);
            return true;
        }
        false
    }

    /// The creator's locals. Answers whether the search ends here.
    fn outer_step(&mut self, v: &Variable<'a>, by_scope: bool, steps: &mut Steps) -> bool {
        let Some(parent) = self.parent() else { return false };
        if parent.scope_map {
            let capture = self.b.capture(Capture::Register(parent.map_register));
            let field = Step::CapturedMapField(capture);
            steps.push(if by_scope { field } else { Step::CapturedMap(capture) });
            return by_scope;
        }
        let Some((i, var)) = var_of(parent, v.name) else { return false };
        let capture = self.b.capture(Capture::Register(var.register));
        match var.storage {
            Storage::Register => {
                steps.push(Step::Value { capture, plain: !var.function });
                true
            }
            Storage::Box => {
                steps.push(Step::CapturedBox(capture));
                var.param || self.info.assigned_before.as_ref().is_some_and(|before| before.has(i))
            }
        }
    }

    /// `globals.x`: the cell of a name that this unit assigns, else an entry of the map (a built-in is none).
    fn globals_steps(&mut self, v: &Variable<'a>) -> Steps {
        let mut steps = Steps::default();
        if self.shared.analysis.globals.contains(v.name) {
            steps.push(Step::Global);
        }
        steps.push(Step::GlobalsField);
        steps
    }

    fn step(&mut self, step: Step, v: &Variable<'a>, dst: Reg) -> quadriga_bytecode::InsnRef {
        let call = |plain, called| if v.invoke { called } else { plain };
        let field = call(Opcode::GetField, Opcode::GetFieldX);
        match step {
            Step::Register { reg, plain } => {
                let op = if plain { Opcode::GetLocal } else { call(Opcode::GetLocal, Opcode::GetLocalX) };
                let sure = !self.info.unsure.contains(&v.place);
                let op = if sure && op == Opcode::GetLocal { Opcode::Move } else { op };
                self.b.emit(op, 0, dst.0, reg.0, 0)
            }
            Step::Box(reg) => self.b.emit(call(Opcode::GetBox, Opcode::GetBoxX), 0, dst.0, reg.0, 0),
            Step::Map(map) => self.b.field(Opcode::GetOwn, 0, dst, map, v.name),
            Step::Value { capture, .. } => self.b.emit(Opcode::GetCapture, 0, dst.0, capture, 0),
            Step::CapturedBox(capture) => {
                let op = call(Opcode::GetCaptureBox, Opcode::GetCaptureBoxX);
                self.b.emit(op, 0, dst.0, capture, 0)
            }
            Step::CapturedMap(capture) => {
                self.b.emit(Opcode::GetCapture, 0, dst.0, capture, 0);
                self.b.field(Opcode::GetOwn, 0, dst, dst, v.name)
            }
            Step::Global => self.b.global(call(Opcode::GetGlobal, Opcode::GetGlobalX), dst, v.name),
            Step::MapField(map) => self.b.field(field, 0, dst, map, v.name),
            Step::CapturedMapField(capture) => {
                self.b.emit(Opcode::GetCapture, 0, dst.0, capture, 0);
                self.b.field(field, 0, dst, dst, v.name)
            }
            Step::GlobalsField => {
                self.special(ops::GLOBALS, dst, dst, dst);
                self.b.field(field, 0, dst, dst, v.name)
            }
            Step::EmptyField => {
                self.b.emit(Opcode::NewMap, 0, dst.0, 0, 0);
                self.b.field(field, 0, dst, dst, v.name)
            }
            Step::Unassigned => {
                self.b.load_const(dst, Const::Str(v.name.into()));
                self.special(ops::UNASSIGNED_LOCAL, dst, dst, dst)
            }
        }
    }

    /// Invokes what a step without a form of its own for that has found.
    fn invoke_found(&mut self, step: Step, v: &Variable<'a>, dst: Reg) {
        let raw = match step {
            Step::Map(_) | Step::CapturedMap(_) => true,
            Step::Value { plain, .. } => !plain,
            _ => false,
        };
        if raw && v.invoke {
            self.b.emit(Opcode::GetLocalX, 0, dst.0, dst.0, 0);
        }
    }

    // -- assignment

    /// Where an assignment to a bare name goes.
    pub fn place(&self, name: &str) -> Place {
        if self.info.kind == Kind::Program {
            return Place::Global;
        }
        if self.info.scope_map {
            return Place::Map(Reg(self.info.map_register));
        }
        match self.info.var(name) {
            Some(var) => match var.storage {
                Storage::Register => Place::Register(Reg(var.register)),
                Storage::Box => Place::Box(Reg(var.register)),
            },
            None => Place::Global,
        }
    }

    /// Where an assignment to `scope.name` goes.
    pub fn scope_place(&mut self, scope: ScopeName, name: &str) -> Place {
        match (scope, self.parent()) {
            (ScopeName::Globals, _) | (ScopeName::Outer, None) => Place::Global,
            (ScopeName::Locals, _) => self.place(name),
            (ScopeName::Outer, Some(parent)) if parent.scope_map => {
                Place::CapturedMap(self.b.capture(Capture::Register(parent.map_register)))
            }
            (ScopeName::Outer, Some(parent)) => match parent.var(name) {
                Some(var) => Place::CapturedBox(self.b.capture(Capture::Register(var.register))),
                None => Place::Global,
            },
        }
    }

    /// Stores the value of a register.
    pub fn store(&mut self, place: Place, name: &str, value: Reg) {
        match place {
            Place::Register(r) => self.copy(r, value),
            Place::Box(r) => _ = self.b.emit(Opcode::SetBox, 0, r.0, value.0, 0),
            Place::Map(map) => _ = self.set_entry(map, value, name),
            Place::CapturedBox(c) => _ = self.b.emit(Opcode::SetCaptureBox, 0, value.0, c, 0),
            Place::CapturedMap(c) => {
                let map = self.b.temp();
                self.b.emit(Opcode::GetCapture, 0, map.0, c, 0);
                self.set_entry(map, value, name);
                self.b.free(map);
            }
            Place::Global => _ = self.b.global(Opcode::SetGlobal, value, name),
        }
    }

    // -- scopes as values

    /// `locals`, `outer` or `globals` itself.
    pub fn scope_into(&mut self, scope: ScopeName, dst: Reg) {
        match (scope, self.parent()) {
            (ScopeName::Locals, _) if self.info.scope_map => {
                self.copy(dst, Reg(self.info.map_register));
            }
            (ScopeName::Outer, Some(parent)) if parent.scope_map => {
                let capture = self.b.capture(Capture::Register(parent.map_register));
                self.b.emit(Opcode::GetCapture, 0, dst.0, capture, 0);
            }
            _ => _ = self.special(ops::GLOBALS, dst, dst, dst),
        }
    }
}

fn var_of<'f>(f: &'f FunctionInfo<'_>, name: &str) -> Option<(usize, &'f super::scope::Var)> {
    let i = *f.var_index.get(name)?;
    Some((i, &f.vars[i]))
}
