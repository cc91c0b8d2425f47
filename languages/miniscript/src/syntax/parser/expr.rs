//! Expressions.
//!
//! [`Parser::binary`] is the core: it reads an operand and then, in a loop, every operator that binds at least as
//! tightly as it was asked for. Operators of one level are gathered into one node, so a long sum is a long vector.

use super::{BlockKind, Parser};
use crate::number;
use crate::syntax::ast::{
    BinaryOp, BinaryTail, CompareOp, CompareTail, Expr, ExprKind, Function, Ident, LogicalOp, MapEntry, Name,
    Param, PostfixKind, PostfixOp, Span, UnaryOp,
};
use crate::syntax::lexer::string_value;
use crate::syntax::token::{Dialect, TokenKind};
use std::rc::Rc;

/// How tightly an operator binds.
pub(super) type Level = u8;

pub(super) const LOWEST: Level = 0;
const OR: Level = 1;
const AND: Level = 2;
const NOT: Level = 3;
// The two comparison levels are swapped in 1.x, see `Parser::operator`.
const LOOSER_COMPARISON: Level = 4;
const TIGHTER_COMPARISON: Level = 5;
const SUM: Level = 6;
const PRODUCT: Level = 7;
const NEGATE: Level = 8;
const NEW: Level = 9;
const POWER: Level = 10;
const ADDRESS: Level = 11;

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Logical(LogicalOp),
    Compare(CompareOp),
    Isa,
    Arithmetic(BinaryOp),
}

/// Where an access chain is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// At the start of a statement, where a `(` behind white space begins an argument of a call statement.
    Statement,
    /// Anywhere else.
    Inside,
}

impl Parser<'_> {
    /// Reads a whole expression.
    pub(super) fn expression(&mut self) -> Expr {
        if !self.enter_expr() {
            return self.error_expr();
        }
        let expr = self.binary(LOWEST);
        self.leave_expr();
        expr
    }

    /// Reads an expression whose operators bind at least as tightly as `min`.
    fn binary(&mut self, min: Level) -> Expr {
        if !self.grow() {
            return self.error_expr();
        }
        let first = self.prefix(min);
        let expr = self.binary_behind(first, min);
        self.height -= 1;
        expr
    }

    /// Continues an expression whose first operand is `expr`.
    pub(super) fn binary_behind(&mut self, mut expr: Expr, min: Level) -> Expr {
        while !self.panic
            && let Some((operator, level)) = self.operator()
            && level >= min
        {
            let op_span = self.cur.span;
            self.advance();
            let operand = self.right_operand(operator, level);
            expr = attach(expr, operator, op_span, operand);
            // The further operands of the same level go into the same node.
            while !self.panic
                && let Some((next, next_level)) = self.operator()
                && next_level == level
            {
                let op_span = self.cur.span;
                self.advance();
                let operand = self.right_operand(next, level);
                append(&mut expr, next, op_span, operand);
            }
        }
        expr
    }

    fn right_operand(&mut self, operator: Operator, level: Level) -> Expr {
        if operator != Operator::Arithmetic(BinaryOp::Power) {
            return self.binary(level + 1);
        }
        if self.dialect == Dialect::V1 {
            return self.binary(ADDRESS);
        }
        // `^` associates to the right and takes a prefix operator on its right.
        if !self.enter_expr() {
            return self.error_expr();
        }
        let operand = self.binary(POWER);
        self.leave_expr();
        operand
    }

    /// The current token as a binary operator, and how tightly it binds.
    fn operator(&self) -> Option<(Operator, Level)> {
        let compare = if self.dialect == Dialect::V1 { TIGHTER_COMPARISON } else { LOOSER_COMPARISON };
        let isa = if self.dialect == Dialect::V1 { LOOSER_COMPARISON } else { TIGHTER_COMPARISON };
        Some(match self.cur.kind {
            TokenKind::Or => (Operator::Logical(LogicalOp::Or), OR),
            TokenKind::And => (Operator::Logical(LogicalOp::And), AND),
            TokenKind::Equal => (Operator::Compare(CompareOp::Equal), compare),
            TokenKind::NotEqual => (Operator::Compare(CompareOp::NotEqual), compare),
            TokenKind::Less => (Operator::Compare(CompareOp::Less), compare),
            TokenKind::LessEqual => (Operator::Compare(CompareOp::LessEqual), compare),
            TokenKind::Greater => (Operator::Compare(CompareOp::Greater), compare),
            TokenKind::GreaterEqual => (Operator::Compare(CompareOp::GreaterEqual), compare),
            TokenKind::Isa => (Operator::Isa, isa),
            TokenKind::Plus => (Operator::Arithmetic(BinaryOp::Add), SUM),
            TokenKind::Minus => (Operator::Arithmetic(BinaryOp::Subtract), SUM),
            TokenKind::Star => (Operator::Arithmetic(BinaryOp::Multiply), PRODUCT),
            TokenKind::Slash => (Operator::Arithmetic(BinaryOp::Divide), PRODUCT),
            TokenKind::Percent => (Operator::Arithmetic(BinaryOp::Modulo), PRODUCT),
            TokenKind::Caret => (Operator::Arithmetic(BinaryOp::Power), POWER),
            _ => return None,
        })
    }

    /// Reads prefix operators and the access chain behind them. `min` is how tightly the surrounding operator
    /// binds: 1.x allows a prefix operator only where a looser one would be allowed.
    fn prefix(&mut self, min: Level) -> Expr {
        let (level, operand_level) = match (self.cur.kind, self.dialect) {
            (TokenKind::Minus, Dialect::V2) => (NEGATE, POWER),
            (TokenKind::Minus, Dialect::V1) => (NEGATE, NEW),
            (TokenKind::Not, _) => (NOT, LOOSER_COMPARISON),
            (TokenKind::New, _) => (NEW, POWER),
            (TokenKind::At, _) => return self.address_of(),
            _ => return self.postfix(Position::Inside),
        };
        if self.dialect == Dialect::V1 && level < min {
            return self.unexpected();
        }
        let token = self.advance();
        if !self.enter_expr() {
            return self.error_expr();
        }
        let operand = Box::new(self.binary(operand_level));
        self.leave_expr();
        let span = token.span.to(operand.span);
        let kind = match token.kind {
            TokenKind::Minus => ExprKind::Unary { op: UnaryOp::Negate, operand },
            TokenKind::Not => ExprKind::Unary { op: UnaryOp::Not, operand },
            _ => ExprKind::New(operand),
        };
        Expr { kind, span }
    }

    /// Reads `@` and the access chain behind it.
    fn address_of(&mut self) -> Expr {
        let start = self.advance().span;
        if !self.enter_expr() {
            return self.error_expr();
        }
        let operand = if self.at(TokenKind::At) && self.dialect == Dialect::V2 {
            self.address_of()
        } else {
            self.postfix(Position::Inside)
        };
        self.leave_expr();
        Expr { span: start.to(operand.span), kind: ExprKind::AddressOf(Box::new(operand)) }
    }

    /// Reads a primary expression and the accesses behind it.
    pub(super) fn postfix(&mut self, position: Position) -> Expr {
        let base = self.primary();
        let mut ops = Vec::new();
        while !self.panic {
            let start = self.cur.span.start;
            let kind = match self.cur.kind {
                TokenKind::Dot => self.member(),
                TokenKind::LeftBracket if !self.cur.after_space => self.index(),
                TokenKind::LeftParen if position == Position::Inside || !self.cur.after_space => {
                    self.advance();
                    let args = self.items(TokenKind::RightParen, ")", "arguments");
                    Some(PostfixKind::Call(args))
                }
                _ => break,
            };
            if let Some(kind) = kind {
                ops.push(PostfixOp { kind, span: self.span_from(start) });
            }
        }
        if ops.is_empty() {
            return base;
        }
        let span = self.span_from(base.span.start);
        // A base is never a chain itself: `primary` does not return one.
        Expr { kind: ExprKind::Postfix { base: Box::new(base), ops }, span }
    }

    fn member(&mut self) -> Option<PostfixKind> {
        self.advance();
        if !self.at(TokenKind::Identifier) {
            let text = self.text(self.cur.span);
            let help = TokenKind::keyword(text, self.dialect)
                .map(|_| format!("'{text}' is a keyword; write [\"{text}\"] to use it as a key"));
            let message = match self.dialect {
                Dialect::V2 => "Expected member name after '.'".to_owned(),
                Dialect::V1 => format!("got {} where Identifier is required", self.describe(self.cur)),
            };
            self.error_unless_incomplete(message, help);
            return None;
        }
        let name = self.name();
        Some(PostfixKind::Member(name))
    }

    /// Consumes the current token as a name.
    pub(super) fn name(&mut self) -> Name {
        let token = self.advance();
        let text = self.text(token.span);
        self.intern(text)
    }

    pub(super) fn ident(&mut self) -> Ident {
        let span = self.cur.span;
        Ident { name: self.name(), span }
    }

    /// Reads `[index]` or a slice; the current token is `[`.
    fn index(&mut self) -> Option<PostfixKind> {
        self.advance();
        let start = if self.at(TokenKind::Colon) { None } else { Some(Box::new(self.expression())) };
        if !self.panic && self.at(TokenKind::Colon) {
            self.advance();
            let end = if self.at(TokenKind::RightBracket) { None } else { Some(Box::new(self.expression())) };
            self.expect_closing(TokenKind::RightBracket, "]", "slice");
            return Some(PostfixKind::Slice { start, end });
        }
        self.expect_closing(TokenKind::RightBracket, "]", "index");
        start.map(PostfixKind::Index)
    }

    /// Reads comma-separated expressions up to `close`. Only a list allows a comma before its end.
    fn items(&mut self, close: TokenKind, close_text: &str, what: &str) -> Vec<Expr> {
        let mut items = Vec::new();
        while !self.panic && !(self.at(close) && (items.is_empty() || close == TokenKind::RightBracket)) {
            items.push(self.expression());
            if self.panic || !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.expect_closing(close, close_text, what);
        items
    }

    fn expect_closing(&mut self, close: TokenKind, close_text: &str, what: &str) {
        if self.panic || self.take(close) {
            return;
        }
        let message = match self.dialect {
            Dialect::V2 => format!("Expected '{close_text}' after {what}"),
            Dialect::V1 => {
                let name = close.v1_name().unwrap_or(close_text);
                let either = if what == "expression" || what == "index" { "" } else { "Comma or " };
                format!("got {} where {either}{name} is required", self.describe(self.cur))
            }
        };
        self.error_unless_incomplete(message, None);
    }

    /// Reports an error at the current token, unless the text just ends too early.
    pub(super) fn error_unless_incomplete(&mut self, message: String, help: Option<String>) {
        if self.incomplete && self.at(TokenKind::EndOfInput) {
            self.panic = true;
        } else {
            self.error_with_help(self.cur.span, message, help);
        }
    }

    fn error_expr(&self) -> Expr {
        Expr { kind: ExprKind::Error, span: Span::new(self.prev_end, self.prev_end) }
    }

    /// Reports that no expression can begin with the current token.
    pub(super) fn unexpected(&mut self) -> Expr {
        // An operator in front of the end: what follows might have made sense of it.
        let ends_behind = self.cur.kind.continues_line(self.dialect)
            && self.peek_behind().kind == TokenKind::EndOfInput
            && !self.panic;
        if ends_behind {
            self.advance();
            self.panic = true;
            return self.error_expr();
        }
        let shown = self.describe(self.cur);
        let message = match self.dialect {
            Dialect::V2 => format!("Unexpected token: {shown}"),
            Dialect::V1 => format!("got {shown} where number, string, or identifier is required"),
        };
        self.error_unless_incomplete(message, None);
        self.error_expr()
    }

    fn primary(&mut self) -> Expr {
        if self.panic {
            return self.error_expr();
        }
        let token = self.cur;
        let kind = match token.kind {
            TokenKind::Number => self.number(),
            TokenKind::String | TokenKind::UnclosedString => {
                self.advance();
                ExprKind::String(Rc::from(string_value(self.text(token.span))))
            }
            TokenKind::Identifier => self.identifier(),
            TokenKind::True => self.keyword(ExprKind::True),
            TokenKind::False => self.keyword(ExprKind::False),
            TokenKind::Null => self.keyword(ExprKind::Null),
            TokenKind::SelfValue => self.keyword(ExprKind::SelfValue),
            TokenKind::Super => self.keyword(ExprKind::Super),
            TokenKind::Locals => self.keyword(ExprKind::Locals),
            TokenKind::Outer => self.keyword(ExprKind::Outer),
            TokenKind::Globals => self.keyword(ExprKind::Globals),
            TokenKind::LeftParen => {
                self.advance();
                let inner = self.expression();
                self.expect_closing(TokenKind::RightParen, ")", "expression");
                ExprKind::Group(Box::new(inner))
            }
            TokenKind::LeftBracket => {
                self.advance();
                ExprKind::List(self.items(TokenKind::RightBracket, "]", "list elements"))
            }
            TokenKind::LeftBrace => self.map(),
            TokenKind::Function => ExprKind::Function(Box::new(self.function())),
            _ => return self.unexpected(),
        };
        Expr { kind, span: self.span_from(token.span.start) }
    }

    fn keyword(&mut self, kind: ExprKind) -> ExprKind {
        self.advance();
        kind
    }

    fn number(&mut self) -> ExprKind {
        let token = self.advance();
        let text = self.text(token.span);
        // Rust accepts every form that the lexer cuts for 2.0, and rejects the malformed ones of 1.x.
        match number::parse_literal(text) {
            Some(value) => ExprKind::Number(value),
            None => {
                let message = format!("invalid numeric literal: {}", self.shorten(text));
                self.error(token.span, message);
                ExprKind::Error
            }
        }
    }

    fn identifier(&mut self) -> ExprKind {
        let token = self.advance();
        let text = self.text(token.span);
        match (text, self.dialect) {
            ("true", Dialect::V2) => ExprKind::True,
            ("false", Dialect::V2) => ExprKind::False,
            ("null", Dialect::V2) => ExprKind::Null,
            ("self", Dialect::V1) => ExprKind::SelfValue,
            ("super", Dialect::V1) => ExprKind::Super,
            ("locals", Dialect::V1) => ExprKind::Locals,
            ("outer", Dialect::V1) => ExprKind::Outer,
            ("globals", Dialect::V1) => ExprKind::Globals,
            _ => ExprKind::Name(self.intern(text)),
        }
    }

    fn map(&mut self) -> ExprKind {
        self.advance();
        let mut entries = Vec::new();
        while !self.panic && !self.at(TokenKind::RightBrace) {
            let key = self.expression();
            if !self.panic && !self.take(TokenKind::Colon) {
                let message = match self.dialect {
                    Dialect::V2 => "Expected ':' after map key".to_owned(),
                    Dialect::V1 => format!("got {} where Colon is required", self.describe(self.cur)),
                };
                self.error_unless_incomplete(message, None);
            }
            if self.panic {
                break;
            }
            let value = self.expression();
            entries.push(MapEntry { key, value });
            if self.panic || !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.expect_closing(TokenKind::RightBrace, "}", "map entries");
        ExprKind::Map(entries)
    }

    /// Reads a function literal; the current token is `function`.
    pub(super) fn function(&mut self) -> Function {
        let keyword = self.advance().span;
        let params = if self.at(TokenKind::LeftParen) { self.params() } else { Vec::new() };
        if !self.panic && !self.at_line_end() {
            self.error_line_end(" after function parameters");
        }
        self.resync_header();
        let loops = std::mem::take(&mut self.loops);
        let body = self.body(BlockKind::Function, keyword);
        self.loops = loops;
        Function { params, body, span: self.span_from(keyword.start) }
    }

    fn params(&mut self) -> Vec<Param> {
        self.advance();
        let mut params = Vec::new();
        let empty = self.at(TokenKind::RightParen);
        while !self.panic && !empty {
            if !self.at(TokenKind::Identifier) {
                let message = match self.dialect {
                    Dialect::V2 => "Expected parameter name".to_owned(),
                    Dialect::V1 => format!("got {} where Identifier is required", self.describe(self.cur)),
                };
                self.error_unless_incomplete(message, None);
                break;
            }
            let name = self.ident();
            let default = if self.take(TokenKind::Assign) { Some(self.expression()) } else { None };
            params.push(Param { name, default });
            if self.panic || !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.expect_closing(TokenKind::RightParen, ")", "parameters");
        params
    }
}

/// Makes the node for `left operator right`.
fn attach(left: Expr, operator: Operator, op_span: Span, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    let kind = match operator {
        Operator::Logical(op) => ExprKind::Logical { op, operands: vec![left, right] },
        Operator::Isa => ExprKind::Isa { operands: vec![left, right] },
        Operator::Compare(op) => ExprKind::Compare {
            first: Box::new(left),
            rest: vec![CompareTail { op, op_span, operand: right }],
        },
        Operator::Arithmetic(op) => {
            ExprKind::Binary { first: Box::new(left), rest: vec![BinaryTail { op, op_span, operand: right }] }
        }
    };
    Expr { kind, span }
}

/// Adds one more operand to a node that [`attach`] made for an operator of the same level.
fn append(node: &mut Expr, operator: Operator, op_span: Span, operand: Expr) {
    node.span = node.span.to(operand.span);
    match (&mut node.kind, operator) {
        (ExprKind::Logical { operands, .. }, Operator::Logical(_))
        | (ExprKind::Isa { operands }, Operator::Isa) => operands.push(operand),
        (ExprKind::Compare { rest, .. }, Operator::Compare(op)) => {
            rest.push(CompareTail { op, op_span, operand });
        }
        (ExprKind::Binary { rest, .. }, Operator::Arithmetic(op)) => {
            rest.push(BinaryTail { op, op_span, operand });
        }
        _ => unreachable!("one level has one kind of node"),
    }
}
