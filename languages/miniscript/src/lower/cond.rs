//! Conditions: expressions of which only the truth is wanted.
//!
//! *Takes* an expression, a target and the truth that leads there. *Leaves* jumps: comparisons fused with
//! them, `and`, `or` and `not` as control flow wherever that is exactly what the fuzzy operators and their
//! error values amount to. *Costs* nothing beyond the jumps themselves.
//!
//! * `a and b` is true iff both are: a left error value is the result and raises either way; a product is zero
//!   iff a factor is.
//! * `a or b` with `a` 1 or 0 is true iff one of them is. Any other `a` may be an error value (then `b`
//!   counts alone) or true to a degree (then `b` counts as well): a jump tells fully true and fully false
//!   numbers from the rest, which goes on out of line.
//! * `not a` turns the truth around only if `a` is 1 or 0: `not 0.5` is true.

use quadriga_bytecode::{Label, Opcode};

use crate::syntax::ast::*;

use super::emit::Root;
use super::fold::Constant;
use super::function::{ColdCode, FunctionLowering};
use super::logic::is_bool;
use super::node::Node;

/// Operands of an `or` up to which its code may be written twice.
const OR_BY_JUMPS: usize = 4;

impl<'a> FunctionLowering<'a> {
    /// Jumps to `target` if the truth of `e` is `sense`, else goes on.
    pub fn condition(&mut self, e: &'a Expr, target: Label, sense: bool) {
        if let Some(c) = self.constant(e) {
            if c.truth() == sense {
                self.b.jump(target);
            }
            return;
        }
        match &e.kind {
            ExprKind::Group(inner) => self.condition(inner, target, sense),
            // 1.x compares other types to null, whose negation is true.
            ExprKind::Unary { op: UnaryOp::Not, operand } if is_bool(operand) && !self.v1 => {
                self.condition(operand, target, !sense);
            }
            ExprKind::Logical { op, operands } if self.flows(*op, operands) => {
                self.logical_condition(*op, operands, e.span, target, sense);
            }
            _ => self.plain_condition(e, target, sense),
        }
    }

    fn plain_condition(&mut self, e: &'a Expr, target: Label, sense: bool) {
        let mut node = self.prepare(e);
        if let Node::Compare { first, rest } = &mut node
            && let [(CompareOp::Equal | CompareOp::NotEqual, _, right)] = rest.as_mut_slice()
        {
            // The test for null takes no alternate.
            let null = |n: &Node<'_>| matches!(n, Node::Const(Constant::Null));
            let tested = if null(right) {
                Some(&mut **first)
            } else if null(first) {
                Some(right)
            } else {
                None
            };
            if let Some(operand) = tested.filter(|operand| operand.is_unread()) {
                let value = std::mem::replace(operand, Node::Const(Constant::Null));
                *operand = self.settle(value);
            }
        }
        self.run(Root::Branch { span: e.span, node, target, sense });
    }

    /// Whether a logical operator can be control flow.
    fn flows(&self, op: LogicalOp, operands: &[Expr]) -> bool {
        match op {
            LogicalOp::And => true,
            LogicalOp::Or => {
                operands.len() <= OR_BY_JUMPS || operands[..operands.len() - 1].iter().all(is_bool)
            }
        }
    }

    /// As [`Self::condition`], for a logical operator that can be control flow.
    pub fn logical_condition(
        &mut self,
        op: LogicalOp,
        operands: &'a [Expr],
        span: Span,
        target: Label,
        sense: bool,
    ) {
        let Some((last, others)) = operands.split_last() else { return };
        // Where the result goes that one operand alone decides: false for `and`, true for `or`.
        let deciding = op == LogicalOp::Or;
        let behind = self.b.label();
        let decided = if sense == deciding { target } else { behind };
        for (i, operand) in others.iter().enumerate() {
            if op == LogicalOp::And || is_bool(operand) && !self.v1 {
                self.condition(operand, decided, deciding);
            } else {
                let if_false = if sense { behind } else { target };
                self.or_operand(operand, &operands[i + 1..], decided, if_false, span);
            }
        }
        self.condition(last, target, sense);
        self.b.bind(behind);
    }

    /// An operand of an `or` that need not be 1 or 0: goes on if it is false.
    fn or_operand(&mut self, e: &'a Expr, rest: &'a [Expr], if_true: Label, if_false: Label, span: Span) {
        let value = self.value(e);
        let other = self.b.label();
        self.at(span);
        let insn = self.b.branch(Opcode::JFull, value.reg, 0, if_true);
        self.b.alternate(insn, other);
        self.defer(other, ColdCode::OrRest { value: value.reg, rest, if_true, if_false, span });
        self.drop_value(value);
    }
}
