//! Assignments.
//!
//! *Takes* a target and a value. *Leaves* the value computed straight into the target's register where it has
//! one. The container and the key of a target come before the value; a compound assignment computes them twice
//! in 2.0 (`target target value`), once in 1.x. *Costs* one visit per node, two for the targets of compound
//! assignments that have effects.

use crate::syntax::ast::*;

use super::emit::Root;
use super::fold::Constant;
use super::function::FunctionLowering;
use super::identity;
use super::node::{Effects, Node};
use super::scope::scope_target;
use super::vars::{Place, Variable};

impl<'a> FunctionLowering<'a> {
    /// `target = value`.
    pub fn assign(&mut self, target: &'a Target, value: &'a Expr, span: Span) {
        if let Some((scope, name)) = scope_target(target) {
            let place = self.scope_place(scope, name);
            self.assign_place(place, name, value, span);
            return;
        }
        match &target.kind {
            TargetKind::Name(name) => {
                let place = self.place(name);
                self.assign_place(place, name, value, span);
            }
            TargetKind::Member { base, name } => {
                let base = self.prepare(base);
                let (base, value) = self.container_and_value(base, value);
                self.run(Root::SetField { span, base, name: &name.name, value });
            }
            TargetKind::Index { base, index } => {
                let base = self.prepare(base);
                let (base, key) = self.prepare_pair(base, index);
                if let Node::Const(Constant::Str(_)) = &key
                    && let ExprKind::String(name) = &index.kind
                {
                    let (base, value) = self.container_and_value(base, value);
                    self.run(Root::SetField { span, base, name, value });
                    return;
                }
                let (base, key, value) = self.element_and_value(base, key, value);
                self.run(Root::SetIndex { span, base, key, value });
            }
        }
    }

    fn assign_place(&mut self, place: Place, name: &str, value: &'a Expr, span: Span) {
        if let Place::Register(r) = place {
            self.expr_into(value, r);
            return;
        }
        let v = self.value(value);
        self.at(span);
        self.store(place, name, v.reg);
        self.drop_value(v);
    }

    /// Makes a value ready behind its container. The value is no unread local then, since a store does not
    /// look at it.
    fn container_and_value(&mut self, base: Node<'a>, value: &'a Expr) -> (Node<'a>, Node<'a>) {
        let (base, value) = self.prepare_pair(base, value);
        if value.is_unread() {
            let base = self.settle(base);
            return (base, self.settle(value));
        }
        (base, value)
    }

    fn element_and_value(
        &mut self,
        base: Node<'a>,
        key: Node<'a>,
        value: &'a Expr,
    ) -> (Node<'a>, Node<'a>, Node<'a>) {
        if self.effects(value) == Effects::Any {
            let base = self.settle(base);
            let key = self.settle(key);
            let value = self.prepare(value);
            let value = self.settle_unread(value);
            return (base, key, value);
        }
        let value = self.prepare(value);
        if value.is_unread() {
            let base = self.settle(base);
            let key = self.settle(key);
            return (base, key, self.settle(value));
        }
        let base = self.settle_before(base, &value);
        let key = self.settle_before(key, &value);
        (base, key, value)
    }

    fn settle_unread(&mut self, node: Node<'a>) -> Node<'a> {
        if node.is_unread() { self.settle(node) } else { node }
    }

    // -- compound assignment

    /// `target op= value`.
    pub fn assign_compound(&mut self, target: &'a Target, op: BinaryOp, value: &'a Expr, span: Span) {
        let variable = |scope, name: &'a Name| Variable { scope, name, place: identity(target), invoke: true };
        if let Some((scope, name)) = scope_target(target) {
            let place = self.scope_place(scope, name);
            let dotted = matches!(target.kind, TargetKind::Member { .. });
            let read = Variable { invoke: dotted, ..variable(Some(scope), name) };
            self.update(place, read, op, value, span);
            return;
        }
        match &target.kind {
            TargetKind::Name(name) => {
                let place = self.place(name);
                self.update(place, variable(None, name), op, value, span);
            }
            TargetKind::Member { base, name } => {
                let written = self.written_part(base, value);
                let read = self.part_again(base, &written);
                let old = self.b.temp();
                let of_super = matches!(base.kind, ExprKind::Super);
                self.field(read, &name.name, of_super, target.span, old);
                let new = self.prepare_binary(Node::Temp(old), op, span, value);
                self.run(Root::SetField { span, base: written, name: &name.name, value: new });
            }
            TargetKind::Index { base, index } => {
                let written = self.written_part(base, value);
                let quiet = self.effects(index) != Effects::Any;
                let written = if quiet { written } else { self.settle(written) };
                let written_key = self.written_part(index, value);
                let (read, key) = (self.part_again(base, &written), self.part_again(index, &written_key));
                // The element is read before the value is computed, and only once.
                let old =
                    self.settle(Node::Index { span: target.span, base: Box::new(read), key: Box::new(key) });
                let new = self.prepare_binary(old, op, span, value);
                self.run(Root::SetIndex { span, base: written, key: written_key, value: new });
            }
        }
    }

    /// A variable that is read, combined and written.
    fn update(&mut self, place: Place, read: Variable<'a>, op: BinaryOp, value: &'a Expr, span: Span) {
        let old = self.prepare_variable(read, span);
        let new = self.prepare_binary(old, op, span, value);
        if let Place::Register(r) = place {
            self.node_to(new, r);
            return;
        }
        let v = self.value_of(new);
        self.at(span);
        self.store(place, read.name, v.reg);
        self.drop_value(v);
    }

    /// Part of a target that is read and then written: for writing. A function behind a local is invoked here,
    /// or, if the value is a constant, where the store finds it.
    fn written_part(&mut self, e: &'a Expr, value: &Expr) -> Node<'a> {
        let node = self.prepare(e);
        if node.is_unread() && self.constant(value).is_some() { node } else { self.settle(node) }
    }

    /// The same part for reading: once more if it has effects (2.0).
    fn part_again(&mut self, e: &'a Expr, written: &Node<'a>) -> Node<'a> {
        match written {
            Node::Temp(t) if self.v1 => Node::Reg(*t),
            Node::Temp(_) => self.prepare(e),
            node => node.clone(),
        }
    }
}
