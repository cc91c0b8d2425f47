//! Writes a tree as S-expressions, for tests and for looking at what the parser made of a text.
//!
//! *Takes* a tree; *leaves* text, one statement per line at the top level; *costs* a recursion as high as the tree.

use super::ast::{
    Block, Expr, ExprKind, Function, LogicalOp, PostfixKind, Stmt, StmtKind, Target, TargetKind, UnaryOp,
};
use std::fmt::Write;

/// The statements of `block`, one per line.
#[must_use]
pub fn block(block: &Block) -> String {
    let mut out = String::new();
    for (at, stmt) in block.stmts.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        write_stmt(&mut out, stmt);
    }
    out
}

fn list<'a, T: 'a>(
    out: &mut String,
    items: impl IntoIterator<Item = &'a T>,
    write: impl Fn(&mut String, &T),
) {
    for item in items {
        out.push(' ');
        write(out, item);
    }
}

fn write_block(out: &mut String, block: &Block) {
    out.push_str("(do");
    list(out, &block.stmts, write_stmt);
    out.push(')');
}

fn write_stmt(out: &mut String, stmt: &Stmt) {
    match &stmt.kind {
        StmtKind::Expr(expr) => return write_expr(out, expr),
        StmtKind::Call { callee, args } => {
            out.push_str("(call ");
            write_expr(out, callee);
            list(out, args, write_expr);
        }
        StmtKind::Assign { target, value } => {
            out.push_str("(= ");
            write_target(out, target);
            out.push(' ');
            write_expr(out, value);
        }
        StmtKind::CompoundAssign { target, op, value, .. } => {
            let _ = write!(out, "({}= ", op.symbol());
            write_target(out, target);
            out.push(' ');
            write_expr(out, value);
        }
        StmtKind::If { arms, else_body } => {
            out.push_str("(if");
            for arm in arms {
                out.push(' ');
                write_expr(out, &arm.cond);
                out.push(' ');
                write_block(out, &arm.body);
            }
            if let Some(body) = else_body {
                out.push_str(" else ");
                write_block(out, body);
            }
        }
        StmtKind::While { cond, body } => {
            out.push_str("(while ");
            write_expr(out, cond);
            out.push(' ');
            write_block(out, body);
        }
        StmtKind::For { var, iterable, body } => {
            let _ = write!(out, "(for {} ", var.name);
            write_expr(out, iterable);
            out.push(' ');
            write_block(out, body);
        }
        StmtKind::Break => out.push_str("(break"),
        StmtKind::Continue => out.push_str("(continue"),
        StmtKind::Return(value) => {
            out.push_str("(return");
            list(out, value, write_expr);
        }
    }
    out.push(')');
}

fn write_target(out: &mut String, target: &Target) {
    match &target.kind {
        TargetKind::Name(name) => out.push_str(name),
        TargetKind::Member { base, name } => {
            out.push_str("(. ");
            write_expr(out, base);
            let _ = write!(out, " {})", name.name);
        }
        TargetKind::Index { base, index } => {
            out.push_str("(at ");
            write_expr(out, base);
            out.push(' ');
            write_expr(out, index);
            out.push(')');
        }
    }
}

fn write_function(out: &mut String, function: &Function) {
    out.push_str("(function (");
    for (at, param) in function.params.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(&param.name.name);
        if let Some(default) = &param.default {
            out.push('=');
            write_expr(out, default);
        }
    }
    out.push(')');
    list(out, &function.body.stmts, write_stmt);
}

fn write_expr(out: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Number(value) => {
            let _ = write!(out, "{value}");
            return;
        }
        ExprKind::String(text) => {
            let _ = write!(out, "{text:?}");
            return;
        }
        ExprKind::True => return out.push_str("true"),
        ExprKind::False => return out.push_str("false"),
        ExprKind::Null => return out.push_str("null"),
        ExprKind::Name(name) => return out.push_str(name),
        ExprKind::SelfValue => return out.push_str("SELF"),
        ExprKind::Super => return out.push_str("SUPER"),
        ExprKind::Locals => return out.push_str("LOCALS"),
        ExprKind::Outer => return out.push_str("OUTER"),
        ExprKind::Globals => return out.push_str("GLOBALS"),
        ExprKind::Error => return out.push_str("<error>"),
        ExprKind::Group(inner) => {
            out.push_str("(group ");
            write_expr(out, inner);
        }
        ExprKind::List(items) => {
            out.push_str("(list");
            list(out, items, write_expr);
        }
        ExprKind::Map(entries) => {
            out.push_str("(map");
            for entry in entries {
                out.push(' ');
                write_expr(out, &entry.key);
                out.push(':');
                write_expr(out, &entry.value);
            }
        }
        ExprKind::Function(function) => write_function(out, function),
        ExprKind::Postfix { base, ops } => {
            out.push_str("(chain ");
            write_expr(out, base);
            for op in ops {
                write_access(out, &op.kind);
            }
        }
        ExprKind::AddressOf(operand) => {
            out.push_str("(@ ");
            write_expr(out, operand);
        }
        ExprKind::New(operand) => {
            out.push_str("(new ");
            write_expr(out, operand);
        }
        ExprKind::Unary { op, operand } => {
            out.push_str(match op {
                UnaryOp::Negate => "(neg ",
                UnaryOp::Not => "(not ",
            });
            write_expr(out, operand);
        }
        ExprKind::Binary { first, rest } => {
            out.push('(');
            write_expr(out, first);
            for tail in rest {
                let _ = write!(out, " {} ", tail.op.symbol());
                write_expr(out, &tail.operand);
            }
        }
        ExprKind::Compare { first, rest } => {
            out.push('(');
            write_expr(out, first);
            for tail in rest {
                let _ = write!(out, " {} ", tail.op.symbol());
                write_expr(out, &tail.operand);
            }
        }
        ExprKind::Logical { op, operands } => {
            out.push_str(match op {
                LogicalOp::And => "(and",
                LogicalOp::Or => "(or",
            });
            list(out, operands, write_expr);
        }
        ExprKind::Isa { operands } => {
            out.push_str("(isa");
            list(out, operands, write_expr);
        }
    }
    out.push(')');
}

fn write_access(out: &mut String, access: &PostfixKind) {
    match access {
        PostfixKind::Member(name) => {
            let _ = write!(out, " .{name}");
        }
        PostfixKind::Index(index) => {
            out.push_str(" [");
            write_expr(out, index);
            out.push(']');
        }
        PostfixKind::Slice { start, end } => {
            out.push_str(" [");
            if let Some(start) = start {
                write_expr(out, start);
            }
            out.push(':');
            if let Some(end) = end {
                write_expr(out, end);
            }
            out.push(']');
        }
        PostfixKind::Call(args) => {
            out.push_str(" (call");
            list(out, args, write_expr);
            out.push(')');
        }
    }
}
