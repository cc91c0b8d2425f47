//! Writing trees of operators, fast and careful.
//!
//! *Takes* a [`Root`]: one operation over [`Node`]s. *Leaves* its fast code in the main line: registers of
//! locals stand directly in the instructions, and each instruction that meets an unread local has the same
//! alternate. There, out of line, the whole root stands again with careful reads in the order of evaluation.
//! The fast code writes its destination with its last instruction only, so that the careful code finds
//! everything as it was.
//!
//! ```text
//! x = a * 2 + b            mulk  t, a, 2     -> L        L: getlocalx t, a
//!                          add   x, t, b     -> L           mulk      t, t, 2
//!                       M: ...                              getlocalx u, b
//!                                                           add       x, t, u
//!                                                           jump      M
//! ```
//!
//! *Costs* the code of an expression twice, half of it where the processor does not look.

use quadriga_bytecode::insn::DOUBLES;
use quadriga_bytecode::{Const, InsnRef, Label, Opcode, Reg};

use crate::syntax::ast::{self, BinaryOp, CompareOp, UnaryOp};

use super::fold::Constant;
use super::function::{ColdCode, FunctionLowering};
use super::node::Node;
use super::vars::Variable;

/// One operation with its operands.
#[derive(Debug)]
pub(super) enum Root<'a> {
    /// Computes a tree.
    Value { node: Node<'a>, dst: Reg },
    /// Jumps if the truth of a tree is `sense`.
    Branch { span: ast::Span, node: Node<'a>, target: Label, sense: bool },
    /// Goes on with a step of reading a variable.
    Read { variable: Variable<'a>, step: usize, dst: Reg },
    /// Reads a field, and invokes it.
    Field { span: ast::Span, base: Node<'a>, name: &'a str, of_super: bool, dst: Reg },
    /// Finds a method, at the start of a call.
    Method { span: ast::Span, window: Reg, base: Node<'a>, name: &'a str, of_super: bool },
    /// Stores a field.
    SetField { span: ast::Span, base: Node<'a>, name: &'a str, value: Node<'a> },
    /// Stores an element.
    SetIndex { span: ast::Span, base: Node<'a>, key: Node<'a>, value: Node<'a> },
}

impl Root<'_> {
    /// The register of its result. It may be a temporary of its tree, which then stays in use.
    fn result(&self) -> Option<Reg> {
        match self {
            Root::Value { dst, .. } | Root::Field { dst, .. } => Some(*dst),
            _ => None,
        }
    }
}

/// An element or field that is read.
pub(super) enum Access<'n, 'a> {
    /// `.name`, invoked; of `super` or not.
    Field(&'n str, bool),
    /// `["name"]`.
    Entry(&'n str),
    /// `[key]`.
    Element(&'n Node<'a>),
}

/// Where container and key of an element or field are that has been read.
pub(super) struct Found {
    pub base: Reg,
    pub key: Option<Reg>,
    /// Where it goes on if one of them is a function.
    pub alternate: Option<Label>,
    /// What they occupy.
    pub temps: Vec<Reg>,
}

/// How operands are read.
pub(super) enum Reading {
    /// In place; unread locals make the instruction take the alternate.
    Fast(Option<Label>),
    /// By reads that invoke and search.
    Careful,
}

/// An operand in a register.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    pub reg: Reg,
    /// A temporary made for it.
    pub temp: bool,
    /// It may be a function or nothing.
    pub unread: bool,
}

impl<'a> FunctionLowering<'a> {
    /// Writes an operation, its alternate out of line. Gives the temporaries of its trees back.
    pub fn run(&mut self, root: Root<'a>) {
        let mut reading = Reading::Fast(None);
        self.write(&root, &mut reading);
        let alternate = match reading {
            Reading::Fast(alternate) => alternate,
            Reading::Careful => None,
        };
        let mut temps = Vec::new();
        root_temps(&root, &mut temps);
        let result = root.result();
        if let Some(from) = alternate {
            // While the temporaries are live, so that the careful code works above them.
            self.defer(from, ColdCode::Slow(root));
        }
        for t in temps.into_iter().rev().filter(|&t| Some(t) != result) {
            self.b.free(t);
        }
    }

    /// Writes an operation with careful reads.
    pub fn slow(&mut self, root: &Root<'a>) {
        self.write(root, &mut Reading::Careful);
    }

    /// Makes a tree a value: a constant, or a register that keeps it.
    pub fn settle(&mut self, node: Node<'a>) -> Node<'a> {
        match node {
            node if node.is_value() => node,
            node => {
                let t = self.own_temp(&node);
                self.node_to(node, t);
                Node::Temp(t)
            }
        }
    }

    /// A register for the result of an operation on a tree: its lowest temporary if it has any, since the last
    /// instruction may write what it reads, and else a new one.
    pub fn own_temp(&mut self, node: &Node<'a>) -> Reg {
        let mut temps = Vec::new();
        node_temps(node, &mut temps);
        temps.into_iter().min().unwrap_or_else(|| self.b.temp())
    }

    /// Computes a tree into a register.
    pub fn node_to(&mut self, node: Node<'a>, dst: Reg) {
        match node {
            Node::Local(_, v) => self.read(v, dst),
            Node::Reg(r) => self.copy(dst, r),
            Node::Temp(r) if r == dst => {}
            node => self.run(Root::Value { node, dst }),
        }
    }

    /// Gives the temporaries of a tree back.
    pub fn release(&mut self, node: &Node<'a>) {
        let mut temps = Vec::new();
        node_temps(node, &mut temps);
        for t in temps.into_iter().rev() {
            self.b.free(t);
        }
    }

    /// Reads an element or field of a container, both without effects, into `dst`. They stay where they are, to
    /// be used again.
    pub fn read_part(&mut self, base: &Node<'a>, access: Access<'_, 'a>, span: ast::Span, dst: Reg) -> Found {
        let mut reading = Reading::Fast(None);
        let base = self.operand(base, &mut reading);
        let key = match &access {
            Access::Element(key) => Some(self.operand(key, &mut reading)),
            _ => None,
        };
        self.at(span);
        let insn = match (access, key) {
            (Access::Field(name, of_super), _) => {
                self.b.field(Opcode::GetFieldX, u8::from(of_super), dst, base.reg, name)
            }
            (Access::Entry(name), _) => self.get_entry(dst, base.reg, name),
            (Access::Element(_), key) => {
                self.b.emit(Opcode::GetIndex, 0, dst.0, base.reg.0, key.map_or(0, |k| k.reg.0))
            }
        };
        self.attach(insn, &mut reading, &[base, key.unwrap_or(base)]);
        let temps = [Some(base), key].into_iter().flatten().filter(|o| o.temp).map(|o| o.reg).collect();
        let alternate = match reading {
            Reading::Fast(alternate) => alternate,
            Reading::Careful => None,
        };
        Found { base: base.reg, key: key.map(|k| k.reg), alternate, temps }
    }

    fn write(&mut self, root: &Root<'a>, reading: &mut Reading) {
        match root {
            Root::Value { node, dst } => self.node_into(node, *dst, reading),
            Root::Branch { span, node, target, sense } => {
                self.at(*span);
                self.branch(node, *target, *sense, reading);
            }
            Root::Read { variable, step, dst } => self.read_step(*variable, *step, *dst),
            Root::Field { span, base, name, of_super, dst } => {
                let base = self.operand(base, reading);
                self.at(*span);
                let insn = self.b.field(Opcode::GetFieldX, u8::from(*of_super), *dst, base.reg, name);
                self.attach(insn, reading, &[base]);
                self.drop_operand(base);
            }
            Root::Method { span, window, base, name, of_super } => {
                // The receiver of a careful call goes to its place in the window at once.
                let this = Reg(window.0 + 1);
                let base = match (base, &reading) {
                    (Node::Local(_, v), Reading::Careful) => {
                        self.read(*v, this);
                        Operand { reg: this, temp: false, unread: false }
                    }
                    _ => self.operand(base, reading),
                };
                self.at(*span);
                let insn = self.b.field(Opcode::GetMethod, u8::from(*of_super), *window, base.reg, name);
                self.attach(insn, reading, &[base]);
                self.drop_operand(base);
            }
            Root::SetField { span, base, name, value } => {
                let base = self.operand(base, reading);
                let value = self.operand(value, reading);
                self.at(*span);
                let insn = self.set_entry(base.reg, value.reg, name);
                self.attach(insn, reading, &[base]);
                self.drop_operand(value);
                self.drop_operand(base);
            }
            Root::SetIndex { span, base, key, value } => {
                let base = self.operand(base, reading);
                let key = self.operand(key, reading);
                let value = self.operand(value, reading);
                self.at(*span);
                let insn = self.b.emit(Opcode::SetIndex, 0, base.reg.0, key.reg.0, value.reg.0);
                self.attach(insn, reading, &[base, key]);
                self.drop_operand(value);
                self.drop_operand(key);
                self.drop_operand(base);
            }
        }
    }

    /// Gives an instruction the alternate if one of its operands is unread.
    pub fn attach(&mut self, insn: InsnRef, reading: &mut Reading, operands: &[Operand]) {
        if operands.iter().any(|o| o.unread) {
            self.attach_always(insn, reading);
        }
    }

    /// Gives an instruction of fast code the alternate.
    pub fn attach_always(&mut self, insn: InsnRef, reading: &mut Reading) {
        if let Reading::Fast(alternate) = reading {
            let label = *alternate.get_or_insert_with(|| self.b.label());
            self.b.alternate(insn, label);
        }
    }

    /// A tree as an operand.
    pub fn operand(&mut self, node: &Node<'a>, reading: &mut Reading) -> Operand {
        match (node, &reading) {
            (Node::Reg(reg) | Node::Temp(reg), _) => Operand { reg: *reg, temp: false, unread: false },
            (Node::Local(reg, _), Reading::Fast(_)) => Operand { reg: *reg, temp: false, unread: true },
            _ => {
                let reg = self.b.temp();
                self.node_into(node, reg, reading);
                Operand { reg, temp: true, unread: false }
            }
        }
    }

    pub fn drop_operand(&mut self, o: Operand) {
        if o.temp {
            self.b.free(o.reg);
        }
    }

    /// Writes a tree. Only its last instruction writes `dst`, which may be an operand.
    fn node_into(&mut self, node: &Node<'a>, dst: Reg, reading: &mut Reading) {
        match node {
            Node::Const(c) => _ = self.b.load_const(dst, c.to_const()),
            Node::Reg(r) | Node::Temp(r) => self.copy(dst, *r),
            Node::Local(_, v) => self.read(*v, dst),
            Node::Unary { op, span, operand } => {
                let x = self.operand(operand, reading);
                self.at(*span);
                let insn = match op {
                    UnaryOp::Negate => self.b.emit(Opcode::Neg, DOUBLES, dst.0, x.reg.0, 0),
                    UnaryOp::Not => self.b.emit(Opcode::Not, 1, dst.0, x.reg.0, 0),
                };
                self.attach(insn, reading, &[x]);
                self.drop_operand(x);
            }
            Node::Arith { first, rest } => self.arithmetic(first, rest, dst, reading),
            Node::Compare { first, rest } => self.comparison(first, rest, dst, reading),
            Node::Index { base, keys } => self.index(base, keys, dst, reading),
        }
    }

    // -- arithmetic

    fn arithmetic(
        &mut self,
        first: &Node<'a>,
        rest: &[(BinaryOp, ast::Span, Node<'a>)],
        dst: Reg,
        reading: &mut Reading,
    ) {
        let mut left = self.operand(first, reading);
        for (i, (op, span, right)) in rest.iter().enumerate() {
            let last = i + 1 == rest.len();
            let constant = match right {
                Node::Const(c) => self.constant_form(*op, c),
                _ => None,
            };
            let right = match constant {
                Some(_) => None,
                None => Some(self.operand(right, reading)),
            };
            let to = if last {
                dst
            } else if left.temp {
                left.reg
            } else {
                self.b.temp()
            };
            self.at(*span);
            let insn = match (constant, right) {
                (Some((op, c)), _) => self.b.emit(op, DOUBLES, to.0, left.reg.0, c),
                (None, Some(r)) => self.b.emit(plain_form(*op), DOUBLES, to.0, left.reg.0, r.reg.0),
                (None, None) => unreachable!("an operand is a constant or a register"),
            };
            match right {
                Some(r) => self.attach(insn, reading, &[left, r]),
                None => self.attach(insn, reading, &[left]),
            }
            if let Some(r) = right {
                self.drop_operand(r);
            }
            if left.temp && left.reg != to {
                self.b.free(left.reg);
            }
            left = Operand { reg: to, temp: !last, unread: false };
        }
    }

    /// The instruction for a constant right operand, and the operand.
    fn constant_form(&mut self, op: BinaryOp, c: &Constant) -> Option<(Opcode, u16)> {
        if let Some(i) = c.immediate() {
            match op {
                BinaryOp::Add => return Some((Opcode::AddI, i)),
                BinaryOp::Subtract => return Some((Opcode::SubI, i)),
                _ => {}
            }
        }
        let op = match op {
            BinaryOp::Add => Opcode::AddK,
            BinaryOp::Subtract => Opcode::SubK,
            BinaryOp::Multiply => Opcode::MulK,
            BinaryOp::Divide => Opcode::DivK,
            BinaryOp::Modulo => Opcode::ModK,
            BinaryOp::Power => return None,
        };
        let k = self.b.constant16(c.to_const())?;
        Some((op, k))
    }

    // -- comparisons to a value

    fn comparison(
        &mut self,
        first: &Node<'a>,
        rest: &[(CompareOp, ast::Span, Node<'a>)],
        dst: Reg,
        reading: &mut Reading,
    ) {
        let mut left = self.operand(first, reading);
        // The product of the results so far.
        let mut product: Option<Reg> = None;
        for (i, (op, span, right)) in rest.iter().enumerate() {
            let last = i + 1 == rest.len();
            let right = self.operand(right, reading);
            let to = if last && product.is_none() { dst } else { self.b.temp() };
            self.at(*span);
            let (op, x, y) = compare_form(*op, left.reg, right.reg);
            let insn = self.b.emit(op, 1, to.0, x.0, y.0);
            self.attach(insn, reading, &[left, right]);
            self.drop_operand(left);
            left = right;
            if let Some(p) = product {
                self.b.emit(Opcode::Mul, 0, if last { dst.0 } else { p.0 }, p.0, to.0);
                self.b.free(to);
            } else if !last {
                product = Some(to);
            }
        }
        self.drop_operand(left);
        if let Some(p) = product {
            self.b.free(p);
        }
    }

    // -- elements

    fn index(&mut self, first: &Node<'a>, keys: &[(ast::Span, Node<'a>)], dst: Reg, reading: &mut Reading) {
        let mut base = self.operand(first, reading);
        for (i, (span, key)) in keys.iter().enumerate() {
            let last = i + 1 == keys.len();
            // What is read on the way shares one register.
            let to = if last {
                dst
            } else if base.temp {
                base.reg
            } else {
                self.b.temp()
            };
            // `m["x"]` is found like `m.x`, through a cache, but not invoked.
            if let Node::Const(Constant::Str(name)) = key {
                self.at(*span);
                let insn = self.get_entry(to, base.reg, name);
                self.attach(insn, reading, &[base]);
            } else {
                let key = self.operand(key, reading);
                self.at(*span);
                let insn = self.b.emit(Opcode::GetIndex, 0, to.0, base.reg.0, key.reg.0);
                self.attach(insn, reading, &[base, key]);
                self.drop_operand(key);
            }
            if last {
                self.drop_operand(base);
            }
            base = Operand { reg: to, temp: true, unread: false };
        }
    }

    /// `dst = base["name"]`. Names that the instruction for fields cannot hold are keys like others.
    pub fn get_entry(&mut self, dst: Reg, base: Reg, name: &str) -> InsnRef {
        if self.b.constant16(Const::Str(name.into())).is_some() {
            return self.b.field(Opcode::GetField, 0, dst, base, name);
        }
        let key = self.b.temp();
        self.b.load_const(key, Const::Str(name.into()));
        let insn = self.b.emit(Opcode::GetIndex, 0, dst.0, base.0, key.0);
        self.b.free(key);
        insn
    }

    /// `base["name"] = value`, likewise.
    pub fn set_entry(&mut self, base: Reg, value: Reg, name: &str) -> InsnRef {
        if self.b.constant16(Const::Str(name.into())).is_some() {
            return self.b.field(Opcode::SetField, 0, base, value, name);
        }
        let key = self.b.temp();
        self.b.load_const(key, Const::Str(name.into()));
        let insn = self.b.emit(Opcode::SetIndex, 0, base.0, key.0, value.0);
        self.b.free(key);
        insn
    }
}

fn plain_form(op: BinaryOp) -> Opcode {
    match op {
        BinaryOp::Add => Opcode::Add,
        BinaryOp::Subtract => Opcode::Sub,
        BinaryOp::Multiply => Opcode::Mul,
        BinaryOp::Divide => Opcode::Div,
        BinaryOp::Modulo => Opcode::Mod,
        BinaryOp::Power => Opcode::Pow,
    }
}

fn compare_form(op: CompareOp, x: Reg, y: Reg) -> (Opcode, Reg, Reg) {
    match op {
        CompareOp::Equal => (Opcode::Eq, x, y),
        CompareOp::NotEqual => (Opcode::Ne, x, y),
        CompareOp::Less => (Opcode::Lt, x, y),
        CompareOp::LessEqual => (Opcode::Le, x, y),
        CompareOp::Greater => (Opcode::Lt, y, x),
        CompareOp::GreaterEqual => (Opcode::Le, y, x),
    }
}

fn root_temps(root: &Root<'_>, out: &mut Vec<Reg>) {
    match root {
        Root::Value { node, .. } | Root::Branch { node, .. } => node_temps(node, out),
        Root::Read { .. } => {}
        Root::Field { base, .. } | Root::Method { base, .. } => node_temps(base, out),
        Root::SetField { base, value, .. } => {
            node_temps(base, out);
            node_temps(value, out);
        }
        Root::SetIndex { base, key, value, .. } => {
            node_temps(base, out);
            node_temps(key, out);
            node_temps(value, out);
        }
    }
}

fn node_temps(node: &Node<'_>, out: &mut Vec<Reg>) {
    match node {
        Node::Const(_) | Node::Reg(_) | Node::Local(..) => {}
        Node::Temp(r) => out.push(*r),
        Node::Unary { operand, .. } => node_temps(operand, out),
        Node::Arith { first, rest } => {
            node_temps(first, out);
            rest.iter().for_each(|(_, _, n)| node_temps(n, out));
        }
        Node::Compare { first, rest } => {
            node_temps(first, out);
            rest.iter().for_each(|(_, _, n)| node_temps(n, out));
        }
        Node::Index { base, keys } => {
            node_temps(base, out);
            keys.iter().for_each(|(_, key)| node_temps(key, out));
        }
    }
}
