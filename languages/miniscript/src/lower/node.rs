//! Expressions without effects, ready to be written.
//!
//! *Takes* expressions. *Leaves* [`Node`]s: trees of operators over registers, constants and locals that are
//! still to be read. Whatever in the expression has effects (calls, reads of globals and fields) is written at
//! once, in the order of evaluation, and stands in the tree as a temporary. *Costs* one walk, and a look at
//! each right operand to see whether it has effects.
//!
//! A tree can be written any number of times: nothing in it has effects, so that the fast code may give up in
//! the middle and the careful code may start again (see [`super::emit`]).

use quadriga_bytecode::{FunctionBuilder, Reg};

use crate::syntax::ast::*;

use super::fold::{self, Constant};
use super::function::FunctionLowering;
use super::identity;
use super::scope::{ScopeName, Storage, scope_member};
use super::vars::Variable;

/// An expression without effects.
#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    Const(Constant),
    /// A value in a register that stays as it is.
    Reg(Reg),
    /// A value in a temporary that belongs to the tree.
    Temp(Reg),
    /// A local that has not been read yet: it may hold a function, or nothing.
    Local(Reg, Variable<'a>),
    Unary {
        op: UnaryOp,
        span: Span,
        operand: Box<Node<'a>>,
    },
    Arith {
        first: Box<Node<'a>>,
        rest: Vec<(BinaryOp, Span, Node<'a>)>,
    },
    Compare {
        first: Box<Node<'a>>,
        rest: Vec<(CompareOp, Span, Node<'a>)>,
    },
    /// `base[key][key]...`, one after the other: as long as the text likes, so no tree.
    Index {
        base: Box<Node<'a>>,
        keys: Vec<(Span, Node<'a>)>,
    },
}

impl<'a> Node<'a> {
    /// A local that has not been read yet.
    pub fn is_unread(&self) -> bool {
        matches!(self, Node::Local(..))
    }

    /// A value, or a local.
    pub fn is_leaf(&self) -> bool {
        matches!(self, Node::Const(_) | Node::Reg(_) | Node::Temp(_) | Node::Local(..))
    }

    /// `base[key]`.
    pub fn element(base: Node<'a>, span: Span, key: Node<'a>) -> Node<'a> {
        match base {
            Node::Index { base, mut keys } => {
                keys.push((span, key));
                Node::Index { base, keys }
            }
            base => Node::Index { base: Box::new(base), keys: vec![(span, key)] },
        }
    }

    /// A value that is there already.
    pub fn is_value(&self) -> bool {
        self.is_leaf() && !self.is_unread()
    }
}

/// What evaluating an expression can do besides giving a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Effects {
    None,
    /// It can raise an error.
    Raises,
    /// It can call functions.
    Any,
}

/// What happens first when a tree is written: a local is looked at, or an operation that can raise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum First {
    Local,
    Error,
    Neither,
}

fn first_of(node: &Node<'_>, local: Reg) -> First {
    let leaf = |n: &Node<'_>| matches!(n, Node::Local(r, _) if *r == local);
    let chain = |first: &Node<'_>, rest: &mut dyn Iterator<Item = &Node<'_>>| {
        let mut found = first_of(first, local);
        let mut seen = leaf(first);
        for operand in rest {
            if found != First::Neither {
                break;
            }
            found = first_of(operand, local);
            seen |= leaf(operand);
            if found == First::Neither && seen {
                found = First::Local;
            }
        }
        found
    };
    match node {
        Node::Unary { operand, .. } if leaf(operand) => First::Local,
        Node::Unary { operand, .. } => first_of(operand, local),
        Node::Arith { first, rest } => chain(first, &mut rest.iter().map(|(_, _, n)| n)),
        Node::Compare { first, rest } => chain(first, &mut rest.iter().map(|(_, _, n)| n)),
        // The first access raises if anything does.
        Node::Index { base, keys } => match chain(base, &mut keys.iter().take(1).map(|(_, key)| key)) {
            First::Neither => First::Error,
            found => found,
        },
        _ => First::Neither,
    }
}

impl<'a> FunctionLowering<'a> {
    /// What evaluating `e` can do.
    pub fn effects(&self, e: &Expr) -> Effects {
        match &e.kind {
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::True
            | ExprKind::False
            | ExprKind::Null
            | ExprKind::SelfValue
            | ExprKind::Super => Effects::None,
            ExprKind::Name(name) if self.in_register(name) => Effects::None,
            ExprKind::Group(inner) | ExprKind::Unary { operand: inner, .. } => self.effects(inner),
            ExprKind::Binary { first, rest } => {
                let rest = rest.iter().map(|t| self.effects(&t.operand)).max();
                self.effects(first).max(rest.unwrap_or(Effects::None))
            }
            ExprKind::Compare { first, rest } => {
                let rest = rest.iter().map(|t| self.effects(&t.operand)).max();
                self.effects(first).max(rest.unwrap_or(Effects::None))
            }
            ExprKind::Postfix { base, ops } => self.postfix_effects(base, ops),
            _ => Effects::Any,
        }
    }

    fn postfix_effects(&self, base: &Expr, ops: &[PostfixOp]) -> Effects {
        let (mut effects, rest) = match scope_member(base, ops) {
            Some((ScopeName::Locals, name)) if self.in_register(name) => (Effects::None, &ops[1..]),
            Some(_) => return Effects::Any,
            None => (self.effects(base), ops),
        };
        for op in rest {
            effects = effects.max(match &op.kind {
                PostfixKind::Index(key) => self.effects(key).max(Effects::Raises),
                _ => Effects::Any,
            });
        }
        effects
    }

    /// Whether `name` is first looked for in a register of this function.
    fn in_register(&self, name: &str) -> bool {
        !self.info.scope_map && self.info.var(name).is_some_and(|v| v.storage == Storage::Register)
    }

    /// Makes an expression ready: what has effects is written now.
    pub fn prepare(&mut self, e: &'a Expr) -> Node<'a> {
        if let Some(c) = self.constant(e) {
            return Node::Const(c);
        }
        match &e.kind {
            ExprKind::Name(name) => self.prepare_variable(Variable::bare(name, identity(e)), e.span),
            ExprKind::SelfValue => Node::Reg(FunctionBuilder::SELF),
            ExprKind::Super => Node::Reg(FunctionBuilder::HOME),
            ExprKind::Group(inner) => self.prepare(inner),
            ExprKind::Unary { op, operand } => {
                let operand = Box::new(self.prepare(operand));
                Node::Unary { op: *op, span: e.span, operand }
            }
            ExprKind::Binary { first, rest } => {
                let mut node = self.prepare(first);
                for tail in rest {
                    node = self.prepare_binary(node, tail.op, e.span, &tail.operand);
                }
                node
            }
            ExprKind::Compare { first, rest } => self.prepare_compare(first, rest, e.span),
            ExprKind::Postfix { base, ops } => self.chain(base, ops, super::chain::End::Value, None),
            _ => {
                let t = self.b.temp();
                self.expr_into(e, t);
                Node::Temp(t)
            }
        }
    }

    /// A variable: in place if it lives in a register, else its value in a temporary.
    pub fn prepare_variable(&mut self, v: Variable<'a>, span: Span) -> Node<'a> {
        match self.local_of(&v) {
            Some((reg, true)) => Node::Reg(reg),
            Some((reg, false)) => Node::Local(reg, v),
            None => {
                let t = self.b.temp();
                self.at(span);
                self.read(v, t);
                Node::Temp(t)
            }
        }
    }

    /// `left op right`, where `left` is ready and `right` comes after it.
    pub fn prepare_binary(&mut self, left: Node<'a>, op: BinaryOp, span: Span, right: &'a Expr) -> Node<'a> {
        let (left, right) = self.prepare_pair(left, right);
        if let (Node::Const(a), Node::Const(b)) = (&left, &right)
            && let Some(c) = fold::binary(op, a, b, self.v1)
        {
            return Node::Const(c);
        }
        match left {
            Node::Arith { first, mut rest } => {
                rest.push((op, span, right));
                Node::Arith { first, rest }
            }
            first => Node::Arith { first: Box::new(first), rest: vec![(op, span, right)] },
        }
    }

    /// Makes `right` ready behind `left`, whose locals must be looked at before anything else happens.
    pub fn prepare_pair(&mut self, left: Node<'a>, right: &'a Expr) -> (Node<'a>, Node<'a>) {
        if self.effects(right) == Effects::Any {
            let left = self.settle(left);
            return (left, self.prepare(right));
        }
        // Nothing has been written for the right operand, so there is still time to read the left one first.
        let right = self.prepare(right);
        (self.settle_before(left, &right), right)
    }

    /// Reads a bare local now if writing `next` could raise an error before it looks at that local.
    pub fn settle_before(&mut self, node: Node<'a>, next: &Node<'a>) -> Node<'a> {
        match node {
            Node::Local(r, _) if first_of(next, r) == First::Error => self.settle(node),
            node => node,
        }
    }

    fn prepare_compare(&mut self, first: &'a Expr, rest: &'a [CompareTail], span: Span) -> Node<'a> {
        if let [tail] = rest {
            let left = self.prepare(first);
            let (left, right) = self.prepare_pair(left, &tail.operand);
            return Node::Compare { first: Box::new(left), rest: vec![(tail.op, span, right)] };
        }
        // In a longer chain every operand counts twice; those with effects are values then.
        let quiet = std::iter::once(first).chain(rest.iter().map(|t| &t.operand));
        let all_quiet = quiet.map(|e| self.effects(e)).all(|effects| effects == Effects::None);
        let operand = |this: &mut Self, e| {
            let node = this.prepare(e);
            if all_quiet { node } else { this.settle(node) }
        };
        let first = Box::new(operand(self, first));
        let rest = rest.iter().map(|t| (t.op, span, operand(self, &t.operand))).collect();
        Node::Compare { first, rest }
    }
}
