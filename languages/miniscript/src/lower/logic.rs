//! `and` and `or` as values, and what is known to be 1 or 0.
//!
//! The operators are fuzzy: they compute degrees of truth, look at their right operand only if the left one
//! does not decide, and hand error values on. *Takes* the operands, *leaves* the result in a register. *Costs*
//! a jump and a slow operation per operator; jumps alone if all operands are 1 or 0 for sure.

use quadriga_bytecode::{Const, Label, Opcode, Reg};

use crate::ops;
use crate::syntax::ast::*;

use super::function::{ColdCode, FunctionLowering};

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
        let result = self.early(dst);
        let left = self.b.temp();
        self.expr_into(&operands[0], left);
        // What it is if a left operand decides, which is a jump for plain truths. Others are looked at out of
        // line.
        let (jump, decided) = match op {
            LogicalOp::And => (Opcode::JNone, 0),
            LogicalOp::Or => (Opcode::JFull, 1),
        };
        self.b.load_const(result, Const::Int(decided));
        for (i, right) in operands[1..].iter().enumerate() {
            let look = self.b.label();
            self.at(span);
            let insn = self.b.branch(jump, left, 0, done);
            self.b.alternate(insn, look);
            self.defer(look, ColdCode::Left { op, left, result, done });
            let last = i + 2 == operands.len();
            self.combine(op, left, right, if last { result } else { left }, span);
        }
        self.b.bind(done);
        self.b.free(left);
        self.finish_early(result, dst);
    }

    /// `to = left op right`, where `left` does not decide.
    fn combine(&mut self, op: LogicalOp, left: Reg, right: &'a Expr, to: Reg, span: Span) {
        let right = self.value(right);
        self.at(span);
        self.special(operations(op).1, to, left, right.reg);
        self.drop_value(right);
    }

    /// Out of line: if `left` decides alone, that is the result, and control goes to `done`; else `back`.
    pub fn look_at_left(&mut self, op: LogicalOp, left: Reg, result: Reg, done: Label, back: Label) {
        let t = self.b.temp();
        self.special(operations(op).0, t, left, left);
        self.b.branch(Opcode::JEmpty, t, 0, back);
        self.copy(result, t);
        self.b.jump(done);
        self.b.free(t);
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

    /// Out of line: `value or rest ...` where `value` is no plain truth. Jumps either way.
    pub fn or_rest(&mut self, value: Reg, rest: &'a [Expr], if_true: Label, if_false: Label, span: Span) {
        let (look, left) = (self.b.temp(), self.b.temp());
        self.copy(left, value);
        for operand in rest {
            self.special(ops::OR_LEFT, look, left, left);
            // What decides an `or` alone is true.
            self.b.branch(Opcode::JNotEmpty, look, 0, if_true);
            self.combine(LogicalOp::Or, left, operand, left, span);
        }
        self.b.branch(Opcode::JTrue, left, 0, if_true);
        self.b.jump(if_false);
        self.b.free(left);
        self.b.free(look);
    }
}
