//! Branches on trees of operators.
//!
//! *Takes* a [`Node`] and the truth that leads to a target. *Leaves* comparisons fused with their jumps, the
//! constant on the right and as an immediate where it can be; everything else is computed and tested. *Costs*
//! one instruction per comparison.
//!
//! "Jump if not less" is an instruction of its own, since the opposite of a comparison with NaN is not the
//! opposite comparison.

use quadriga_bytecode::{Label, Opcode, Reg};

use crate::syntax::ast::{CompareOp, UnaryOp};

use super::emit::{Operand, Reading};
use super::fold::Constant;
use super::function::FunctionLowering;
use super::node::Node;

/// One side of a comparison that branches.
enum Side {
    Operand(Operand),
    Constant(Constant),
}

impl<'a> FunctionLowering<'a> {
    /// Jumps if the truth of a tree is `sense`.
    pub fn branch(&mut self, node: &Node<'a>, target: Label, sense: bool, reading: &mut Reading) {
        match node {
            // All operands count, so those that may be functions are read even behind a comparison that fails.
            Node::Compare { first, rest }
                if rest.len() == 1 || first.is_value() && rest.iter().all(|(_, _, n)| n.is_value()) =>
            {
                // All must hold: a comparison that does not leads to the end, or to the target.
                let fails = if sense { self.b.label() } else { target };
                let mut left = self.operand_or_constant(first, reading);
                for (i, (op, _, right)) in rest.iter().enumerate() {
                    let jumps_if_true = sense && i + 1 == rest.len();
                    let right = self.operand_or_constant(right, reading);
                    let to = if jumps_if_true { target } else { fails };
                    self.compare_branch(*op, &left, &right, to, jumps_if_true, reading);
                    self.drop_side(left);
                    left = right;
                }
                self.drop_side(left);
                if sense {
                    self.b.bind(fails);
                }
            }
            // A plain truth needs no negation; the careful code treats degrees and error values.
            Node::Unary { op: UnaryOp::Not, operand, .. } if matches!(reading, Reading::Fast(_)) => {
                let x = self.operand(operand, reading);
                let op = if sense { Opcode::JNone } else { Opcode::JFull };
                let insn = self.b.branch(op, x.reg, 0, target);
                self.attach_always(insn, reading);
                self.drop_operand(x);
            }
            node => {
                let x = self.operand(node, reading);
                let insn =
                    self.b.branch(if sense { Opcode::JTrue } else { Opcode::JFalse }, x.reg, 0, target);
                self.attach(insn, reading, &[x]);
                self.drop_operand(x);
            }
        }
    }

    fn operand_or_constant(&mut self, node: &Node<'a>, reading: &mut Reading) -> Side {
        match node {
            Node::Const(c) => Side::Constant(c.clone()),
            node => Side::Operand(self.operand(node, reading)),
        }
    }

    fn drop_side(&mut self, side: Side) {
        if let Side::Operand(o) = side {
            self.drop_operand(o);
        }
    }

    fn compare_branch(
        &mut self,
        op: CompareOp,
        left: &Side,
        right: &Side,
        target: Label,
        sense: bool,
        reading: &mut Reading,
    ) {
        let (op, x, y) = match (left, right) {
            (Side::Operand(x), y) => (op, *x, y),
            (y @ Side::Constant(_), Side::Operand(x)) => (mirrored(op), *x, y),
            (Side::Constant(x), Side::Constant(_)) => {
                let reg = self.b.temp();
                self.b.load_const(reg, x.to_const());
                (op, Operand { reg, temp: true, unread: false }, right)
            }
        };
        let insn = match y {
            Side::Operand(y) => {
                let (op, a, b) = branch_form(op, sense, x.reg, y.reg);
                let insn = self.b.branch(op, a, b.0, target);
                self.attach(insn, reading, &[x, *y]);
                None
            }
            Side::Constant(Constant::Null) if !x.unread && equality(op).is_some() => {
                let equal = equality(op) == Some(sense);
                self.b.branch(if equal { Opcode::JNil } else { Opcode::JNotNil }, x.reg, 0, target);
                None
            }
            Side::Constant(c) => match c.immediate() {
                Some(i) => Some(self.b.branch(immediate_form(op, sense), x.reg, i, target)),
                None => match (equality(op), self.b.constant16(c.to_const())) {
                    (Some(equal), Some(k)) => {
                        let op = if equal == sense { Opcode::JEqK } else { Opcode::JNeK };
                        Some(self.b.branch(op, x.reg, k, target))
                    }
                    _ => {
                        let t = self.b.temp();
                        self.b.load_const(t, c.to_const());
                        let (op, a, b) = branch_form(op, sense, x.reg, t);
                        let insn = self.b.branch(op, a, b.0, target);
                        self.b.free(t);
                        Some(insn)
                    }
                },
            },
        };
        if let Some(insn) = insn {
            self.attach(insn, reading, &[x]);
        }
        // A constant on both sides is the one operand made here.
        if matches!((left, right), (Side::Constant(_), Side::Constant(_))) {
            self.drop_operand(x);
        }
    }
}

/// The comparison with its sides exchanged.
fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal | CompareOp::NotEqual => op,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
    }
}

/// Whether it asks for equality (true) or difference (false).
fn equality(op: CompareOp) -> Option<bool> {
    match op {
        CompareOp::Equal => Some(true),
        CompareOp::NotEqual => Some(false),
        _ => None,
    }
}

/// The jump that is taken if `x op y` is `sense`.
fn branch_form(op: CompareOp, sense: bool, x: Reg, y: Reg) -> (Opcode, Reg, Reg) {
    match (op, sense) {
        (CompareOp::Equal, true) | (CompareOp::NotEqual, false) => (Opcode::JEq, x, y),
        (CompareOp::Equal, false) | (CompareOp::NotEqual, true) => (Opcode::JNe, x, y),
        (CompareOp::Less, true) => (Opcode::JLt, x, y),
        (CompareOp::Less, false) => (Opcode::JNLt, x, y),
        (CompareOp::LessEqual, true) => (Opcode::JLe, x, y),
        (CompareOp::LessEqual, false) => (Opcode::JNLe, x, y),
        (CompareOp::Greater, true) => (Opcode::JLt, y, x),
        (CompareOp::Greater, false) => (Opcode::JNLt, y, x),
        (CompareOp::GreaterEqual, true) => (Opcode::JLe, y, x),
        (CompareOp::GreaterEqual, false) => (Opcode::JNLe, y, x),
    }
}

fn immediate_form(op: CompareOp, sense: bool) -> Opcode {
    match (op, sense) {
        (CompareOp::Equal, true) | (CompareOp::NotEqual, false) => Opcode::JEqI,
        (CompareOp::Equal, false) | (CompareOp::NotEqual, true) => Opcode::JNeI,
        (CompareOp::Less, true) => Opcode::JLtI,
        (CompareOp::Less, false) => Opcode::JNLtI,
        (CompareOp::LessEqual, true) => Opcode::JLeI,
        (CompareOp::LessEqual, false) => Opcode::JNLeI,
        (CompareOp::Greater, true) => Opcode::JGtI,
        (CompareOp::Greater, false) => Opcode::JNGtI,
        (CompareOp::GreaterEqual, true) => Opcode::JGeI,
        (CompareOp::GreaterEqual, false) => Opcode::JNGeI,
    }
}
