//! Statements.
//!
//! *Takes* statements in order, *leaves* their code. Statements that control cannot reach leave none. *Costs*
//! one visit per statement.

use quadriga_bytecode::{Opcode, Reg};

use crate::syntax::ast::*;

use super::assign::Compound;
use super::chain::End;
use super::function::{ColdCode, FunctionLowering, LoopLabels};
use super::logic::is_bool;
use super::node::Node;
use super::scope::Kind;
use super::vars::Place;

impl<'a> FunctionLowering<'a> {
    /// Statements in a row.
    pub fn block(&mut self, stmts: &'a [Stmt]) {
        for s in stmts {
            if self.b.last_terminates() {
                return;
            }
            self.stmt(s);
        }
    }

    /// The top level of a program whose last expression statement is its result.
    pub fn result_block(&mut self, stmts: &'a [Stmt]) {
        let Some((last, others)) = stmts.split_last() else { return };
        self.block(others);
        if self.b.last_terminates() {
            return;
        }
        self.line = self.shared.program.line(last.span);
        self.at(last.span);
        let node = match &last.kind {
            StmtKind::Expr(e) => self.prepare(e),
            StmtKind::Call { callee, args } => self.call_statement(callee, args),
            _ => return self.stmt(last),
        };
        let v = self.value_of(node);
        self.b.emit(Opcode::Ret, 0, v.reg.0, 0, 0);
        self.drop_value(v);
    }

    fn stmt(&mut self, s: &'a Stmt) {
        self.line = self.shared.program.line(s.span);
        self.at(s.span);
        match &s.kind {
            StmtKind::Expr(e) => self.expr_statement(e),
            StmtKind::Call { callee, args } => {
                let node = self.call_statement(callee, args);
                self.discard(node);
            }
            StmtKind::Assign { target, value } => self.assign(target, value, s.span),
            StmtKind::CompoundAssign { target, op, value, .. } => {
                self.assign_compound(Compound { target, op: *op, value, span: s.span });
            }
            StmtKind::If { arms, else_body } => self.if_statement(arms, else_body.as_ref()),
            StmtKind::While { cond, body } => self.while_loop(cond, body),
            StmtKind::For { var, iterable, body } => self.for_loop(var, iterable, body, s.span),
            StmtKind::Break => {
                if let Some(l) = self.loops.last() {
                    self.b.jump(l.exit);
                }
            }
            StmtKind::Continue => {
                if let Some(l) = self.loops.last_mut() {
                    l.continued = true;
                    self.b.jump(l.next);
                }
            }
            StmtKind::Return(value) => self.return_statement(value.as_ref(), s.span),
        }
    }

    fn call_statement(&mut self, callee: &'a Expr, args: &'a [Expr]) -> Node<'a> {
        let (base, ops) = match &callee.kind {
            ExprKind::Postfix { base, ops } => (&**base, ops.as_slice()),
            _ => (callee, &[][..]),
        };
        self.chain(base, ops, End::Call(args), None)
    }

    // -- values that are dropped

    fn expr_statement(&mut self, e: &'a Expr) {
        let shown = self.info.kind == Kind::Program && self.shared.options.mode == super::Mode::Repl;
        if !shown && self.constant(e).is_some() {
            return;
        }
        let node = self.prepare(e);
        if is_bool(e) && !shown {
            // For its effects alone.
            if !node.is_value() {
                let v = self.value_of(node);
                self.drop_value(v);
            } else {
                self.release(&node);
            }
            return;
        }
        self.discard(node);
    }

    /// A value is dropped: an error value must not get lost. Null, the most common one, needs no look.
    fn discard(&mut self, node: Node<'a>) {
        let v = self.value_of(node);
        let look = self.b.label();
        self.b.branch(Opcode::JNotNil, v.reg, 0, look);
        self.defer(look, ColdCode::Discard(v.reg));
        self.drop_value(v);
    }

    // -- branches

    fn if_statement(&mut self, arms: &'a [IfArm], else_body: Option<&'a Block>) {
        let behind = self.b.label();
        // Somebody goes behind the statement by a jump.
        let mut joined = else_body.is_none();
        for (i, arm) in arms.iter().enumerate() {
            self.line = self.shared.program.line(arm.span);
            let more = i + 1 < arms.len() || else_body.is_some();
            let next = if more { self.b.label() } else { behind };
            self.condition(&arm.cond, next, false);
            self.block(&arm.body.stmts);
            if more {
                if !self.b.last_terminates() {
                    self.b.jump(behind);
                    joined = true;
                }
                self.b.bind(next);
            }
        }
        if let Some(body) = else_body {
            self.block(&body.stmts);
        }
        if joined {
            self.b.bind(behind);
        }
    }

    // -- loops

    fn while_loop(&mut self, cond: &'a Expr, body: &'a Block) {
        let (head, exit) = (self.b.label(), self.b.label());
        let next = self.b.label();
        self.b.bind(head);
        self.line = self.shared.program.line(cond.span);
        self.condition(cond, exit, false);
        let (line, span) = (self.line, cond.span);
        self.loop_body(body, exit, next);
        self.line = line;
        self.at(span);
        if !self.b.last_terminates() {
            self.b.loop_back(head);
        }
        self.b.bind(exit);
    }

    /// The body, and the place where `continue` goes if anybody does.
    fn loop_body(&mut self, body: &'a Block, exit: quadriga_bytecode::Label, next: quadriga_bytecode::Label) {
        self.loops.push(LoopLabels { exit, next, continued: false });
        self.block(&body.stmts);
        if self.loops.pop().is_some_and(|l| l.continued) {
            self.b.bind(next);
        }
    }

    fn for_loop(&mut self, var: &'a Ident, iterable: &'a Expr, body: &'a Block, span: Span) {
        let line = self.line;
        let pair = self.b.window(2);
        let what = self.value(iterable);
        self.at(span);
        self.b.emit(Opcode::IterInit, 0, pair.0, what.reg.0, 0);
        self.drop_value(what);
        let (top, exit) = (self.b.label(), self.b.label());
        let next = self.b.label();
        let enter = self.b.label();
        self.b.jump(enter);
        self.b.bind(top);
        // A variable without a register of its own gets each element before the body sees it.
        let place = self.place(&var.name);
        let element = match place {
            Place::Register(r) => r,
            _ => {
                let r = self.b.temp();
                self.store(place, &var.name, r);
                r
            }
        };
        self.loop_body(body, exit, next);
        self.b.bind(enter);
        self.line = line;
        self.at(span);
        self.b.branch(Opcode::IterNext, pair, element.0, top);
        self.b.bind(exit);
        if !matches!(place, Place::Register(_)) {
            self.b.free(element);
        }
        self.b.free_window(pair, 2);
    }

    // -- return

    fn return_statement(&mut self, value: Option<&'a Expr>, span: Span) {
        let map = (self.info.kind == Kind::Module).then_some(Reg(self.info.map_register));
        match (value, map) {
            // In 1.x, a return at top level does nothing.
            (value, None) if self.v1 && self.info.kind == Kind::Program => {
                if let Some(e) = value {
                    let v = self.value(e);
                    self.drop_value(v);
                }
            }
            (None, None) => _ = self.b.emit(Opcode::RetNil, 0, 0, 0, 0),
            (Some(e), None) if matches!(e.kind, ExprKind::Null) => {
                self.b.emit(Opcode::RetNil, 0, 0, 0, 0);
            }
            (Some(e), None) => {
                let v = self.value(e);
                self.at(span);
                self.b.emit(Opcode::Ret, 0, v.reg.0, 0, 0);
                self.drop_value(v);
            }
            // A module gives its locals, whatever it returns.
            (value, Some(map)) => {
                if let Some(e) = value {
                    let v = self.value(e);
                    self.drop_value(v);
                }
                self.b.emit(Opcode::Ret, 0, map.0, 0, 0);
            }
        }
    }
}
