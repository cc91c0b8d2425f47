//! Assignments.
//!
//! *Takes* a target and a value. *Leaves* the value computed straight into the target's register where it has
//! one. The container and the key of a target come before the value; a compound assignment computes them twice
//! in 2.0 (`target target value`), once in 1.x. *Costs* one visit per node, two for the targets of compound
//! assignments that have effects.

use crate::syntax::ast::*;

use super::emit::{Access, Root};
use super::function::{ColdCode, FunctionLowering};
use super::identity;
use super::node::{Effects, Node};
use super::scope::scope_target;
use super::vars::{Place, Variable};

/// A compound assignment `target op= value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compound<'a> {
    pub target: &'a Target,
    pub op: BinaryOp,
    pub value: &'a Expr,
    pub span: Span,
}

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
                if let ExprKind::String(name) = &index.kind {
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
    pub fn assign_compound(&mut self, c: Compound<'a>) {
        let Compound { target, op, value, span } = c;
        let variable =
            |scope, name: &'a Name| Variable { scope, name, place: identity(target), invoke: true };
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
            TargetKind::Member { base, .. } if self.effects(base) == Effects::None => {
                self.update_in_place(c, base, None);
            }
            TargetKind::Index { base, index }
                if self.effects(base) == Effects::None && self.effects(index) != Effects::Any =>
            {
                self.update_in_place(c, base, Some(index));
            }
            _ => self.update_twice(&c),
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

    /// An element or field whose container and key are quiet: they are computed once. If one of them turns out
    /// to be a function, which has to be invoked as often as the language says, the whole statement runs out of
    /// line instead. (When its old value has been read, that can no longer happen.)
    fn update_in_place(&mut self, c: Compound<'a>, base: &'a Expr, index: Option<&'a Expr>) {
        let base = self.prepare(base);
        if base.is_unread() && index.is_some_and(|e| self.effects(e) != Effects::None) {
            // The key could raise an error before anybody looks at the container.
            self.update_twice(&c);
            return;
        }
        let key = index.filter(|e| !matches!(e.kind, ExprKind::String(_))).map(|e| self.prepare(e));
        let (name, access) = match (&key, &c.target.kind) {
            (Some(key), _) => ("", Access::Element(key)),
            (None, TargetKind::Member { name, base }) => {
                (&*name.name, Access::Field(&name.name, matches!(base.kind, ExprKind::Super)))
            }
            (None, TargetKind::Index { index: Expr { kind: ExprKind::String(name), .. }, .. }) => {
                (&**name, Access::Entry(name))
            }
            (None, _) => return,
        };
        let old = self.b.temp();
        let found = self.read_part(&base, access, c.target.span, old);
        let value = self.prepare_binary(Node::Temp(old), c.op, c.span, c.value);
        let base = Node::Reg(found.base);
        self.run(match found.key {
            Some(key) => Root::SetIndex { span: c.span, base, key: Node::Reg(key), value },
            None => Root::SetField { span: c.span, base, name, value },
        });
        if let Some(from) = found.alternate {
            self.defer(from, ColdCode::Update(c));
        }
        for t in found.temps.into_iter().rev() {
            self.b.free(t);
        }
    }

    /// An element or field with effects in its container or key, step by step: these are computed for the
    /// store, then (2.0) again for the read.
    pub fn update_twice(&mut self, c: &Compound<'a>) {
        let Compound { target, op, value, span } = *c;
        let (base, index) = match &target.kind {
            TargetKind::Member { base, .. } => (base, None),
            TargetKind::Index { base, index } => (base, Some(index)),
            TargetKind::Name(_) => return,
        };
        let written = self.settled(base);
        let written_key = index.map(|e| self.settled(e));
        let read = self.settled_again(base, &written);
        let read_key = index.zip(written_key.as_ref()).map(|(e, k)| self.settled_again(e, k));
        let old = match (read_key, &target.kind) {
            (Some(key), _) => self.settle(Node::element(read, target.span, key)),
            (None, TargetKind::Member { name, .. }) => {
                let old = self.b.temp();
                let of_super = matches!(base.kind, ExprKind::Super);
                self.field(read, &name.name, of_super, target.span, old);
                Node::Temp(old)
            }
            (None, _) => return,
        };
        let value = self.prepare_binary(old, op, span, value);
        match (written_key, &target.kind) {
            (Some(key), _) => self.run(Root::SetIndex { span, base: written, key, value }),
            (None, TargetKind::Member { name, .. }) => {
                self.run(Root::SetField { span, base: written, name: &name.name, value });
            }
            (None, _) => {}
        }
    }

    fn settled(&mut self, e: &'a Expr) -> Node<'a> {
        let node = self.prepare(e);
        self.settle(node)
    }

    fn settled_again(&mut self, e: &'a Expr, written: &Node<'a>) -> Node<'a> {
        match written {
            Node::Temp(t) if self.v1 => Node::Reg(*t),
            Node::Temp(_) => self.settled(e),
            node => node.clone(),
        }
    }
}
