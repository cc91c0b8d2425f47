//! `and` and `or` as values, and what is known to be 1 or 0.
//!
//! The operators are fuzzy: they compute degrees of truth, look at their right operand only if the left one
//! does not decide, and hand error values on. *Takes* the operands, *leaves* the result in a register. *Costs*
//! two slow operations per operator, unless all operands are 1 or 0 for sure: then jumps.

use quadriga_bytecode::{Const, Label, Opcode, Reg};

use crate::ops;
use crate::syntax::ast::*;

use super::function::FunctionLowering;

/// Whether the value of an expression is 1 or 0, whatever its operands are.
pub(super) fn is_bool(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::True | ExprKind::False | ExprKind::Isa { .. } => true,
        ExprKind::Compare { .. } => true,
        ExprKind::Group(inner) => is_bool(inner),
        ExprKind::Unary { op: UnaryOp::Not, operand } => is_bool(operand),
        ExprKind::Logical { operands, .. } => operands.iter().all(is_bool),
        _ => false,
    }
}

/// The operation that looks at a left operand, and the one that combines both.
fn operations(op: LogicalOp) -> (u8, u8) {
    match op {
        LogicalOp::And => (ops::AND_LEFT, ops::AND),
        LogicalOp::Or => (ops::OR_LEFT, ops::OR),
    }
}

impl<'a> FunctionLowering<'a> {
    /// `a and b ...` or `a or b ...` into a register.
    pub fn logical(&mut self, op: LogicalOp, operands: &'a [Expr], span: Span, dst: Reg) {
        // 1.x compares other types to null.
        if !self.v1 && operands.iter().all(is_bool) {
            self.logical_by_jumps(op, operands, span, dst);
            return;
        }
        let done = self.b.label();
        let result = self.b.temp();
        let left = self.b.temp();
        self.expr_into(&operands[0], left);
        for (i, right) in operands[1..].iter().enumerate() {
            let last = i + 2 == operands.len();
            self.logical_step(op, left, right, if last { result } else { left }, result, done, span);
        }
        self.b.bind(done);
        self.b.free(left);
        self.copy(dst, result);
        self.b.free(result);
    }

    /// `to = left op right`. If `left` decides alone, `result` is set and control goes to `done`.
    #[allow(clippy::too_many_arguments, reason = "all are operands of one operation")]
    fn logical_step(
        &mut self,
        op: LogicalOp,
        left: Reg,
        right: &'a Expr,
        to: Reg,
        result: Reg,
        done: Label,
        span: Span,
    ) {
        let (look, combine) = operations(op);
        self.at(span);
        self.special(look, result, left, left);
        self.b.branch(Opcode::JNotEmpty, result, 0, done);
        let right = self.value(right);
        self.at(span);
        self.special(combine, to, left, right.reg);
        self.drop_value(right);
    }

    fn logical_by_jumps(&mut self, op: LogicalOp, operands: &'a [Expr], span: Span, dst: Reg) {
        let (no, done) = (self.b.label(), self.b.label());
        self.logical_condition(op, operands, span, no, false);
        self.b.load_const(dst, Const::Int(1));
        self.b.jump(done);
        self.b.bind(no);
        self.b.load_const(dst, Const::Int(0));
        self.b.bind(done);
    }

    /// Out of line: `value or rest ...` where `value` is an error, or true to a degree. Jumps either way.
    pub fn or_rest(&mut self, value: Reg, rest: &'a [Expr], if_true: Label, if_false: Label) {
        let (result, done) = (self.b.temp(), self.b.label());
        let left = self.b.temp();
        let (span, _) = self.b.position();
        let span = Span::new(span.start, span.end);
        self.copy(left, value);
        for (i, operand) in rest.iter().enumerate() {
            if i > 0 {
                self.logical_step(LogicalOp::Or, left, operand, left, result, done, span);
            } else {
                let right = self.value(operand);
                self.at(span);
                self.special(ops::OR, left, left, right.reg);
                self.drop_value(right);
            }
        }
        self.b.branch(Opcode::JTrue, left, 0, if_true);
        self.b.jump(if_false);
        // What decides an `or` alone is true.
        self.b.bind(done);
        self.b.jump(if_true);
        self.b.free(left);
        self.b.free(result);
    }
}
