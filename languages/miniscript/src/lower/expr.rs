//! Expressions with effects, into a register of the caller's choice.
//!
//! *Takes* an expression and a destination, or makes one. *Leaves* its value there, written by the last
//! instruction (a destination may be a local that the expression reads). *Costs* one visit per node.

use quadriga_bytecode::{Const, Opcode, Reg};

use crate::syntax::ast::*;

use super::chain::End;
use super::emit::Root;
use super::fold::Constant;
use super::function::FunctionLowering;
use super::identity;
use super::node::Node;
use super::scope::scope_name;
use super::vars::Variable;

/// Elements of a list that are computed before they are appended.
const CHUNK: usize = 64;
/// From this many elements on, a literal of constants is copied from a constant list.
const COPIED: usize = 16;
/// From this many entries on, the keys of a map are no names of fields: those of a function are limited.
const MANY: usize = 1024;

/// A value in a register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Val {
    pub reg: Reg,
    /// It is a temporary that the holder gives back.
    temp: bool,
}

impl Val {
    /// A value in a temporary that the holder gives back.
    pub fn temp(reg: Reg) -> Val {
        Val { reg, temp: true }
    }
}

impl<'a> FunctionLowering<'a> {
    /// The value of an expression, in whatever register it stands.
    pub fn value(&mut self, e: &'a Expr) -> Val {
        let node = self.prepare(e);
        self.value_of(node)
    }

    /// The value of a tree.
    pub fn value_of(&mut self, node: Node<'a>) -> Val {
        match self.settle(node) {
            Node::Temp(reg) => Val { reg, temp: true },
            Node::Reg(reg) => Val { reg, temp: false },
            node => {
                let reg = self.b.temp();
                self.node_to(node, reg);
                Val { reg, temp: true }
            }
        }
    }

    /// Gives a value's register back.
    pub fn drop_value(&mut self, v: Val) {
        if v.temp {
            self.b.free(v.reg);
        }
    }

    /// Computes an expression into a register.
    pub fn expr_into(&mut self, e: &'a Expr, dst: Reg) {
        if let Some(c) = self.constant(e) {
            self.b.load_const(dst, c.to_const());
            return;
        }
        match &e.kind {
            ExprKind::Name(name) => {
                self.at(e.span);
                self.read(Variable::bare(name, identity(e)), dst);
            }
            ExprKind::Group(inner) => self.expr_into(inner, dst),
            ExprKind::List(elements) => self.list(elements, e.span, dst),
            ExprKind::Map(entries) => self.map(entries, e.span, dst),
            ExprKind::Function(f) => {
                let id = self.shared.ids[self.shared.analysis.by_tree[&identity(&**f)]];
                self.at(e.span);
                self.b.closure(dst, id);
            }
            ExprKind::New(operand) => {
                let prototype = self.value(operand);
                self.at(e.span);
                self.b.emit(Opcode::NewObject, 0, dst.0, prototype.reg.0, 0);
                self.drop_value(prototype);
            }
            ExprKind::AddressOf(operand) => self.reference(operand, dst),
            ExprKind::Logical { op, operands } => self.logical(*op, operands, e.span, dst),
            ExprKind::Isa { operands } => self.isa(operands, e.span, dst),
            ExprKind::Locals | ExprKind::Outer | ExprKind::Globals => {
                if let Some(scope) = scope_name(e) {
                    self.at(e.span);
                    self.scope_into(scope, dst);
                }
            }
            ExprKind::Postfix { base, ops } => {
                let node = self.chain(base, ops, End::Value, Some(dst));
                self.node_to(node, dst);
            }
            ExprKind::Error => _ = self.b.load_const(dst, Const::Nil),
            _ => {
                let node = self.prepare(e);
                self.node_to(node, dst);
            }
        }
    }

    /// `@operand`. On anything that is no name and no access, `@` has no effect.
    fn reference(&mut self, operand: &'a Expr, dst: Reg) {
        match &operand.kind {
            ExprKind::Name(name) => {
                self.at(operand.span);
                self.read(Variable::bare(name, identity(operand)).reference(), dst);
            }
            ExprKind::Postfix { base, ops } => {
                let node = self.chain(base, ops, End::Reference, Some(dst));
                self.node_to(node, dst);
            }
            _ => self.expr_into(operand, dst),
        }
    }

    // -- literals

    fn list(&mut self, elements: &'a [Expr], span: Span, dst: Reg) {
        if elements.len() >= COPIED
            && let Some(constants) = elements.iter().map(|e| self.constant(e)).collect::<Option<Vec<_>>>()
        {
            self.at(span);
            self.copied_list(constants, dst);
            return;
        }
        let mut chunks = elements.chunks(CHUNK);
        let first = chunks.next().unwrap_or_default();
        let list = if elements.len() > CHUNK { self.early(dst) } else { dst };
        let (from, n) = self.range(first);
        self.at(span);
        self.b.emit(Opcode::NewList, 0, list.0, from.0, n);
        self.b.free_window(from, n);
        for chunk in chunks {
            let (from, n) = self.range(chunk);
            self.at(span);
            self.b.emit(Opcode::ListAppend, 0, list.0, from.0, n);
            self.b.free_window(from, n);
        }
        self.finish_early(list, dst);
    }

    /// A register for a container that is there before its elements: these may still read what a variable as
    /// the destination holds.
    pub fn early(&mut self, dst: Reg) -> Reg {
        if self.b.is_temp(dst) { dst } else { self.b.temp() }
    }

    /// Puts such a container where it belongs.
    pub fn finish_early(&mut self, container: Reg, dst: Reg) {
        if container != dst {
            self.copy(dst, container);
            self.b.free(container);
        }
    }

    /// Expressions in consecutive temporaries.
    fn range(&mut self, elements: &'a [Expr]) -> (Reg, u16) {
        let n = elements.len() as u16;
        let from = self.b.window(n);
        for (i, e) in elements.iter().enumerate() {
            self.expr_into(e, Reg(from.0 + i as u16));
        }
        (from, n)
    }

    /// A long list of constants: a slice of a constant one, since that can change.
    fn copied_list(&mut self, constants: Vec<Constant>, dst: Reg) {
        let frozen = self.b.temp();
        self.b.load_const(frozen, Constant::List(constants).to_const());
        let bounds = self.b.window(2);
        self.b.emit(Opcode::LoadNil, 0, bounds.0, 0, 0);
        self.b.emit(Opcode::LoadNil, 0, bounds.0 + 1, 0, 0);
        self.b.emit(Opcode::Slice, 0, dst.0, frozen.0, bounds.0);
        self.b.free_window(bounds, 2);
        self.b.free(frozen);
    }

    fn map(&mut self, entries: &'a [MapEntry], span: Span, dst: Reg) {
        let map = if entries.is_empty() { dst } else { self.early(dst) };
        self.at(span);
        self.b.emit(Opcode::NewMap, 0, map.0, u16::try_from(entries.len()).unwrap_or(u16::MAX), 0);
        for MapEntry { key, value } in entries {
            if let Some(Constant::Str(name)) = self.constant(key).filter(|_| entries.len() < MANY) {
                let v = self.value(value);
                self.at(value.span);
                self.set_entry(map, v.reg, &name);
                self.drop_value(v);
            } else {
                let k = self.value(key);
                let v = self.value(value);
                self.at(value.span);
                self.b.emit(Opcode::MapPut, 0, map.0, k.reg.0, v.reg.0);
                self.drop_value(v);
                self.drop_value(k);
            }
        }
        self.finish_early(map, dst);
    }

    // -- operations that are not in the machine

    fn isa(&mut self, operands: &'a [Expr], span: Span, dst: Reg) {
        let mut left = self.value(&operands[0]);
        for (i, operand) in operands[1..].iter().enumerate() {
            let right = self.value(operand);
            let last = i + 2 == operands.len();
            self.drop_value(right);
            self.drop_value(left);
            let to = if last { dst } else { self.b.temp() };
            self.at(span);
            self.special(crate::ops::ISA, to, left.reg, right.reg);
            left = Val { reg: to, temp: !last };
        }
    }

    /// Reads `base.name` and invokes it.
    pub fn field(&mut self, base: Node<'a>, name: &'a str, of_super: bool, span: Span, dst: Reg) {
        self.run(Root::Field { span, base, name, of_super, dst });
    }
}
