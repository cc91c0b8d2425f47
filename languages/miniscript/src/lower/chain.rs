//! Access chains: `a.b[c](d).e`.
//!
//! *Takes* a base with its accesses, and what the chain ends in. *Leaves* the accesses written, but for
//! elements at the end, which have no effects beyond errors and stay a [`Node`]. *Costs* one visit per access.
//!
//! A member or element in front of a call is a method call. The lookup of a method comes after its arguments,
//! as in the reference implementation, which also keeps it next to the call; the receiver waits in its place in
//! the window.

use quadriga_bytecode::{FunctionBuilder, Opcode, Reg};

use crate::ops;
use crate::syntax::ast::*;

use super::emit::Root;
use super::expr::Val;
use super::function::FunctionLowering;
use super::identity;
use super::node::{Effects, Node};
use super::scope::{import_name, scope_member};
use super::vars::Variable;

/// What a chain ends in.
#[derive(Clone, Copy)]
pub(super) enum End<'a> {
    /// The value.
    Value,
    /// The value as it stands, for `@`.
    Reference,
    /// A call with these arguments, for call statements.
    Call(&'a [Expr]),
}

/// A chain while it is written.
struct Chain<'a> {
    ops: &'a [PostfixOp],
    /// The next access.
    at: usize,
    end: End<'a>,
    /// Where the last access may leave its result.
    dst: Option<Reg>,
    called: bool,
    span: Span,
}

impl<'a> Chain<'a> {
    /// The arguments, if the access at `i` is followed by a call.
    fn call_behind(&self, i: usize) -> Option<&'a [Expr]> {
        match (self.ops.get(i + 1).map(|op| &op.kind), self.end) {
            (Some(PostfixKind::Call(args)), _) => Some(args),
            (None, End::Call(args)) => Some(args),
            _ => None,
        }
    }

    /// Takes the call behind the access at `i`.
    fn take_call(&mut self, i: usize) {
        self.at = i + 2;
        self.called |= i + 2 > self.ops.len();
        if let Some(op) = self.ops.get(i + 1) {
            self.span = self.span.to(op.span);
        }
    }

    /// Whether nothing follows.
    fn ends(&self) -> bool {
        self.at >= self.ops.len() && (self.called || !matches!(self.end, End::Call(_)))
    }
}

impl<'a> FunctionLowering<'a> {
    /// Writes a chain. The result is in `dst` if that is given and the last access has effects.
    pub fn chain(
        &mut self,
        base: &'a Expr,
        ops: &'a [PostfixOp],
        end: End<'a>,
        dst: Option<Reg>,
    ) -> Node<'a> {
        let mut c = Chain { ops, at: 0, end, dst, called: false, span: base.span };
        let mut node = self.chain_base(base, &mut c);
        while c.at < ops.len() {
            let of_super = c.at == 0 && matches!(base.kind, ExprKind::Super);
            node = self.access(node, of_super, &mut c);
        }
        match c.end {
            End::Call(args) if !c.called => {
                c.called = true;
                self.call_value(node, args, &c)
            }
            _ => node,
        }
    }

    fn chain_base(&mut self, base: &'a Expr, c: &mut Chain<'a>) -> Node<'a> {
        if let ExprKind::Name(name) = &base.kind {
            let args = match (c.ops.first().map(|op| &op.kind), c.end) {
                (Some(PostfixKind::Call(args)), _) => Some(args.as_slice()),
                (None, End::Call(args)) => Some(args),
                _ => None,
            };
            if let Some(args) = args {
                c.at = 1;
                c.called = c.ops.is_empty();
                if let Some(op) = c.ops.first() {
                    c.span = c.span.to(op.span);
                }
                return self.call_name(name, base, args, c);
            }
        }
        match scope_member(base, c.ops) {
            // In a call statement, the last member is a method.
            Some(_) if c.ops.len() == 1 && matches!(c.end, End::Call(_)) => self.prepare(base),
            Some((scope, name)) => {
                c.at = 1;
                c.span = c.span.to(c.ops[0].span);
                let dotted = matches!(c.ops[0].kind, PostfixKind::Member(_));
                let invoke = dotted && !(c.ops.len() == 1 && matches!(c.end, End::Reference));
                let v = Variable { scope: Some(scope), name, place: identity(base), invoke };
                match (c.dst, self.local_of(&v)) {
                    (Some(dst), None) if c.ends() => {
                        self.at(c.span);
                        self.read(v, dst);
                        Node::Reg(dst)
                    }
                    _ => self.prepare_variable(v, c.span),
                }
            }
            None => self.prepare(base),
        }
    }

    /// The next access, with the call behind it if there is one.
    fn access(&mut self, node: Node<'a>, of_super: bool, c: &mut Chain<'a>) -> Node<'a> {
        let op = &c.ops[c.at];
        c.span = c.span.to(op.span);
        let call = c.call_behind(c.at);
        let is_last = c.at + 1 == c.ops.len();
        match (&op.kind, call) {
            (PostfixKind::Member(name), Some(args)) => {
                c.take_call(c.at);
                self.call_method(node, name, of_super, args, c)
            }
            (PostfixKind::Index(key), Some(args)) => {
                c.take_call(c.at);
                self.call_element(node, key, of_super, args, c)
            }
            (PostfixKind::Member(name), None) => {
                c.at += 1;
                if is_last && matches!(c.end, End::Reference) {
                    return self.member_reference(node, name, c);
                }
                let (dst, result) = self.result(&node, c);
                self.field(node, name, of_super, c.span, dst);
                result
            }
            (PostfixKind::Index(key), None) => {
                c.at += 1;
                let reference = is_last && matches!(c.end, End::Reference);
                let node = if reference { self.checked_reference(node, c.span) } else { node };
                let (base, key) = self.prepare_pair(node, key);
                Node::element(base, c.span, key)
            }
            (PostfixKind::Slice { start, end }, _) => {
                c.at += 1;
                self.slice(node, start.as_deref(), end.as_deref(), c)
            }
            (PostfixKind::Call(args), _) => {
                c.at += 1;
                self.call_value(node, args, c)
            }
        }
    }

    /// Where an access with effects leaves its result: the destination of the chain if it is the last one, else
    /// a temporary of its base or a new one.
    fn result(&mut self, base: &Node<'a>, c: &Chain<'a>) -> (Reg, Node<'a>) {
        match (c.dst, base) {
            (Some(dst), _) if c.ends() => (dst, Node::Reg(dst)),
            _ => {
                let t = self.own_temp(base);
                (t, Node::Temp(t))
            }
        }
    }

    fn slice(
        &mut self,
        base: Node<'a>,
        start: Option<&'a Expr>,
        end: Option<&'a Expr>,
        c: &Chain<'a>,
    ) -> Node<'a> {
        let base = self.value_of(base);
        let bounds = self.b.window(2);
        for (i, bound) in [start, end].into_iter().enumerate() {
            let to = Reg(bounds.0 + i as u16);
            match bound {
                Some(e) => self.expr_into(e, to),
                None => _ = self.b.emit(Opcode::LoadNil, 0, to.0, 0, 0),
            }
        }
        self.at(c.span);
        self.b.free_window(bounds, 2);
        self.drop_value(base);
        let (dst, result) = self.result_above(c);
        self.b.emit(Opcode::Slice, 0, dst.0, base.reg.0, bounds.0);
        result
    }

    /// Where an operation leaves its result whose operands have been given back already: it reads them before
    /// it writes.
    fn result_above(&mut self, c: &Chain<'a>) -> (Reg, Node<'a>) {
        match c.dst {
            Some(dst) if c.ends() => (dst, Node::Reg(dst)),
            _ => {
                let t = self.b.temp();
                (t, Node::Temp(t))
            }
        }
    }

    // -- references

    /// The base of `@base.x` or `@base[x]`, which must not be an error value.
    fn checked_reference(&mut self, base: Node<'a>, span: Span) -> Node<'a> {
        let v = match self.settle(base) {
            Node::Const(c) => {
                let t = self.b.temp();
                self.b.load_const(t, c.to_const());
                Node::Temp(t)
            }
            node => node,
        };
        if let Node::Reg(r) | Node::Temp(r) = v {
            let t = self.b.temp();
            self.at(span);
            self.special(ops::REFERENCE, t, r, r);
            self.b.free(t);
        }
        v
    }

    fn member_reference(&mut self, base: Node<'a>, name: &str, c: &Chain<'a>) -> Node<'a> {
        let base = self.checked_reference(base, c.span);
        self.release(&base);
        let (dst, result) = self.result_above(c);
        self.at(c.span);
        if let Node::Reg(r) | Node::Temp(r) = base {
            self.get_entry(dst, r, name);
        }
        result
    }

    // -- calls

    /// `name(args)`.
    fn call_name(&mut self, name: &'a Name, at: &'a Expr, args: &'a [Expr], c: &Chain<'a>) -> Node<'a> {
        let window = self.window(args);
        self.at(at.span);
        self.read(Variable::bare(name, identity(at)).reference(), window);
        self.arguments(window, args);
        let result = self.call(window, args, false, &[], c);
        match import_name(name, args) {
            Some(module) => self.bind_import(module, result),
            None => result,
        }
    }

    /// Binds what `import` gave to the name of the module, unless it is an error value.
    fn bind_import(&mut self, module: &'a str, result: Node<'a>) -> Node<'a> {
        let v = self.value_of(result.clone());
        let (bound, missing) = (self.b.temp(), self.b.label());
        self.special(ops::IMPORTED, bound, v.reg, v.reg);
        self.b.branch(Opcode::JEmpty, bound, 0, missing);
        let place = self.place(module);
        self.store(place, module, bound);
        self.b.bind(missing);
        self.b.free(bound);
        result
    }

    /// `value(args)`.
    fn call_value(&mut self, callee: Node<'a>, args: &'a [Expr], c: &Chain<'a>) -> Node<'a> {
        let callee = self.value_of(callee);
        let window = self.window(args);
        self.copy(window, callee.reg);
        self.arguments(window, args);
        self.call(window, args, false, &[callee], c)
    }

    /// `receiver.name(args)`.
    fn call_method(
        &mut self,
        receiver: Node<'a>,
        name: &'a str,
        of_super: bool,
        args: &'a [Expr],
        c: &Chain<'a>,
    ) -> Node<'a> {
        let span = c.span;
        // An unread local can wait for the lookup if the arguments invoke nothing.
        let waits = receiver.is_value()
            || receiver.is_unread() && args.iter().all(|e| self.constant(e).is_some() || self.is_sure(e));
        let receiver = if waits { receiver } else { self.settle(receiver) };
        let window = self.window(args);
        self.arguments(window, args);
        let (base, operand) = match receiver {
            Node::Temp(r) => (Node::Reg(r), Some(Val::temp(r))),
            node => (node, None),
        };
        self.run(Root::Method { span, window, base, name, of_super });
        self.call(window, args, true, operand.as_slice(), c)
    }

    /// `receiver[key](args)`.
    fn call_element(
        &mut self,
        receiver: Node<'a>,
        key: &'a Expr,
        of_super: bool,
        args: &'a [Expr],
        c: &Chain<'a>,
    ) -> Node<'a> {
        let receiver = self.value_of(receiver);
        let key = self.value(key);
        let window = self.window(args);
        self.arguments(window, args);
        self.at(c.span);
        self.b.emit(Opcode::GetIndexMethod, 0, window.0, receiver.reg.0, key.reg.0);
        if of_super {
            self.copy(Reg(window.0 + 1), FunctionBuilder::SELF);
        }
        self.call(window, args, true, &[receiver, key], c)
    }

    /// Whether reading `e` invokes nothing, so that it may stand before something that does.
    fn is_sure(&self, e: &'a Expr) -> bool {
        match &e.kind {
            ExprKind::Name(name) => {
                self.local_of(&Variable::bare(name, identity(e))).is_some_and(|(_, sure)| sure)
            }
            ExprKind::SelfValue | ExprKind::Super => self.effects(e) == Effects::None,
            _ => false,
        }
    }

    /// The registers of a call: callee, self, home, arguments.
    fn window(&mut self, args: &[Expr]) -> Reg {
        self.b.window(window_size(args))
    }

    fn arguments(&mut self, window: Reg, args: &'a [Expr]) {
        for (i, e) in args.iter().enumerate() {
            let offset = u16::try_from(3 + i).unwrap_or(u16::MAX);
            self.expr_into(e, Reg(window.0.saturating_add(offset)));
        }
    }

    /// Calls, and gives back the window and the operands below it.
    fn call(&mut self, window: Reg, args: &[Expr], method: bool, below: &[Val], c: &Chain<'a>) -> Node<'a> {
        self.at(c.span);
        let n = window_size(args);
        self.b.free_window(window, n);
        for &v in below.iter().rev() {
            self.drop_value(v);
        }
        let (dst, result) = self.result_above(c);
        self.b.emit(Opcode::Call, u8::from(method), window.0, dst.0, n - 3);
        result
    }
}

/// Registers of a call. More arguments than that do not fit a frame; the builder reports it.
fn window_size(args: &[Expr]) -> u16 {
    u16::try_from(args.len() + 3).unwrap_or(u16::MAX)
}
