//! Expressions that are known at compile time.
//!
//! *Takes* expressions, *leaves* their constant values where all parts are literals. What is folded gives
//! exactly what the running program would compute; anything else (operators on mixed types, strings that grow
//! large) is left to run. It *costs* one walk over the expression, which ends at the first part that is no
//! constant.

use std::rc::Rc;

use quadriga_bytecode::Const;

use crate::number::{format_number, format_number_v1};
use crate::runtime::logic::{and_degrees, not_degree, or_degrees};
use crate::runtime::operators::number_op;
use crate::syntax::ast::*;

/// Strings are joined and replicated at compile time up to this many bytes.
const MAX_BYTES: usize = 1 << 12;

/// A value that is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Null,
    Number(f64),
    Str(Rc<str>),
    /// Default values only.
    List(Vec<Constant>),
    /// Default values only.
    Map(Vec<(Constant, Constant)>),
}

impl Constant {
    pub const TRUE: Constant = Constant::Number(1.0);

    /// 1 or 0.
    pub fn bool(b: bool) -> Constant {
        Constant::Number(f64::from(u8::from(b)))
    }

    /// Truth in a condition.
    pub fn truth(&self) -> bool {
        match self {
            Constant::Null => false,
            Constant::Number(n) => *n != 0.0,
            Constant::Str(s) => !s.is_empty(),
            Constant::List(l) => !l.is_empty(),
            Constant::Map(m) => !m.is_empty(),
        }
    }

    /// Degree of truth of a scalar.
    fn degree(&self) -> f64 {
        match self {
            Constant::Number(n) => *n,
            other => f64::from(u8::from(other.truth())),
        }
    }

    /// The constant as an immediate operand.
    pub fn immediate(&self) -> Option<u16> {
        match integer(self)? {
            i if i16::try_from(i).is_ok() => Some(i as i16 as u16),
            _ => None,
        }
    }

    /// The constant as the bytecode knows it. Numbers are integers where the engine would make them so.
    pub fn to_const(&self) -> Const {
        match self {
            Constant::Null => Const::Nil,
            Constant::Number(n) => integer(self).map_or(Const::Double(*n), Const::Int),
            Constant::Str(s) => Const::Str((&**s).into()),
            Constant::List(l) => Const::List(l.iter().map(Constant::to_const).collect()),
            Constant::Map(m) => {
                let mut entries: Vec<(Const, Const)> = Vec::with_capacity(m.len());
                for (k, v) in m {
                    let (k, v) = (k.to_const(), v.to_const());
                    match entries.iter_mut().find(|(known, _)| *known == k) {
                        // The last value wins, the first position is kept.
                        Some(entry) => entry.1 = v,
                        None => entries.push((k, v)),
                    }
                }
                Const::Map(entries.into())
            }
        }
    }
}

/// A number that is an integer of the engine: integral, within 48 bits, and not negative zero.
fn integer(c: &Constant) -> Option<i64> {
    const LIMIT: f64 = (1i64 << 47) as f64;
    match *c {
        Constant::Number(n)
            if n.trunc() == n && (-LIMIT..LIMIT).contains(&n) && !(n == 0.0 && n.is_sign_negative()) =>
        {
            Some(n as i64)
        }
        _ => None,
    }
}

/// The value of a constant scalar expression.
pub(super) fn constant(e: &Expr, v1: bool) -> Option<Constant> {
    match &e.kind {
        ExprKind::Number(n) => Some(Constant::Number(*n)),
        ExprKind::String(s) => Some(Constant::Str(s.clone())),
        ExprKind::True => Some(Constant::TRUE),
        ExprKind::False => Some(Constant::bool(false)),
        ExprKind::Null => Some(Constant::Null),
        ExprKind::Group(inner) => constant(inner, v1),
        ExprKind::Unary { op: UnaryOp::Negate, operand } => match constant(operand, v1)? {
            Constant::Number(n) => Some(Constant::Number(-n)),
            _ => None,
        },
        ExprKind::Unary { op: UnaryOp::Not, operand } => {
            Some(Constant::Number(not_degree(constant(operand, v1)?.degree())))
        }
        ExprKind::Binary { first, rest } => {
            let mut value = constant(first, v1)?;
            for tail in rest {
                value = binary(tail.op, &value, &constant(&tail.operand, v1)?, v1)?;
            }
            Some(value)
        }
        ExprKind::Compare { first, rest } => {
            let mut left = constant(first, v1)?;
            let mut result = true;
            for tail in rest {
                let right = constant(&tail.operand, v1)?;
                result &= compare(tail.op, &left, &right)?;
                left = right;
            }
            Some(Constant::bool(result))
        }
        ExprKind::Logical { op, operands } => {
            let mut value = constant(&operands[0], v1)?;
            for operand in &operands[1..] {
                let (a, b) = (value.degree(), constant(operand, v1)?.degree());
                value = Constant::Number(match op {
                    LogicalOp::And => and_degrees(a, b),
                    LogicalOp::Or => or_degrees(a, b),
                });
            }
            Some(value)
        }
        _ => None,
    }
}

/// The value of a parameter's default. 1.x takes literals only.
pub(super) fn default_value(e: &Expr, v1: bool) -> Option<Constant> {
    match &e.kind {
        ExprKind::List(elements) if !v1 => {
            elements.iter().map(|e| default_value(e, v1)).collect::<Option<_>>().map(Constant::List)
        }
        ExprKind::Map(entries) if !v1 => {
            let pair = |e: &MapEntry| Some((default_value(&e.key, v1)?, default_value(&e.value, v1)?));
            entries.iter().map(pair).collect::<Option<_>>().map(Constant::Map)
        }
        ExprKind::Unary { op: UnaryOp::Negate, operand } if v1 => {
            matches!(operand.kind, ExprKind::Number(_)).then(|| constant(e, v1))?
        }
        ExprKind::Binary { .. } | ExprKind::Compare { .. } | ExprKind::Logical { .. } if v1 => None,
        _ => constant(e, v1),
    }
}

/// `a op b`, if it is worth knowing.
pub(super) fn binary(op: BinaryOp, a: &Constant, b: &Constant, v1: bool) -> Option<Constant> {
    use Constant::{Number, Str};
    match (op, a, b) {
        (_, Number(x), Number(y)) => Some(Number(number_op(vm_op(op), *x, *y))),
        (BinaryOp::Add, Str(_), Number(_) | Str(_)) | (BinaryOp::Add, Number(_), Str(_)) => {
            let mut text = String::new();
            for part in [a, b] {
                match part {
                    Str(s) => text.push_str(s),
                    Number(n) if v1 => format_number_v1(*n, &mut text),
                    Number(n) => format_number(*n, &mut text),
                    _ => {}
                }
            }
            (text.len() <= MAX_BYTES).then(|| Str(text.into()))
        }
        (BinaryOp::Multiply, Str(s), Number(n)) if n.trunc() == *n && *n >= 1.0 => {
            let small = *n <= (MAX_BYTES / s.len().max(1)) as f64;
            small.then(|| Str(s.repeat(*n as usize).into()))
        }
        _ => None,
    }
}

/// Comparison of two numbers or two strings.
fn compare(op: CompareOp, a: &Constant, b: &Constant) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (a, b) {
        (Constant::Number(x), Constant::Number(y)) => x.partial_cmp(y),
        (Constant::Str(x), Constant::Str(y)) => Some(x.cmp(y)),
        _ => return None,
    };
    Some(match op {
        CompareOp::Equal => order == Some(Equal),
        CompareOp::NotEqual => order != Some(Equal),
        CompareOp::Less => order == Some(Less),
        CompareOp::LessEqual => matches!(order, Some(Less | Equal)),
        CompareOp::Greater => order == Some(Greater),
        CompareOp::GreaterEqual => matches!(order, Some(Greater | Equal)),
    })
}

fn vm_op(op: BinaryOp) -> quadriga_vm::BinaryOp {
    match op {
        BinaryOp::Add => quadriga_vm::BinaryOp::Add,
        BinaryOp::Subtract => quadriga_vm::BinaryOp::Sub,
        BinaryOp::Multiply => quadriga_vm::BinaryOp::Mul,
        BinaryOp::Divide => quadriga_vm::BinaryOp::Div,
        BinaryOp::Modulo => quadriga_vm::BinaryOp::Mod,
        BinaryOp::Power => quadriga_vm::BinaryOp::Pow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_those_of_the_engine() {
        let int = |n| integer(&Constant::Number(n));
        assert_eq!(int(-5.0), Some(-5));
        assert_eq!(int(-0.0), None);
        assert_eq!(int(140_737_488_355_327.0), Some(140_737_488_355_327));
        assert_eq!(int(140_737_488_355_328.0), None);
        assert_eq!(int(0.5), None);
        assert_eq!(int(f64::NAN), None);
    }

    #[test]
    fn strings_and_numbers_join() {
        let s = |t: &str| Constant::Str(t.into());
        assert_eq!(binary(BinaryOp::Add, &s("a"), &Constant::Number(1.5), false), Some(s("a1.5")));
        assert_eq!(binary(BinaryOp::Multiply, &s("ab"), &Constant::Number(3.0), false), Some(s("ababab")));
        assert_eq!(binary(BinaryOp::Multiply, &s("ab"), &Constant::Number(1e9), false), None);
        assert_eq!(binary(BinaryOp::Multiply, &Constant::Number(3.0), &s("ab"), false), None);
    }
}
