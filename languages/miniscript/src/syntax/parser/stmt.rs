//! Statements, blocks and the way back to solid ground after an error.

use super::expr::{LOWEST, Position};
use super::{BlockKind, MAX_BLOCK_DEPTH, MAX_TREE_HEIGHT, OpenBlock, Parser};
use crate::syntax::ast::{
    Block, Expr, ExprKind, Ident, IfArm, PostfixKind, Span, Stmt, StmtKind, Target, TargetKind,
};
use crate::syntax::token::{Dialect, Token, TokenKind};

/// What ends a block besides `end` and the end of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockEnd {
    /// Nothing: the top level, where `end` is an error too.
    Source,
    /// `end` only.
    End,
    /// `else` as well.
    EndOrElse,
}

/// What follows the condition of an `if`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IfForm {
    /// `then` and a line end: a block.
    Block,
    /// `then` and a statement on the same line.
    Line,
    /// No `then`, and not enough to go on as if there were one.
    Broken,
}

impl Parser<'_> {
    /// Reads the whole text.
    pub(super) fn program(&mut self) -> Block {
        self.block(BlockEnd::Source)
    }

    // ----- blocks -----

    fn enter_block(&mut self, at: Span) -> bool {
        if self.block_depth >= MAX_BLOCK_DEPTH || self.height >= MAX_TREE_HEIGHT {
            self.too_deep(at, "blocks nested too deeply");
            return false;
        }
        self.block_depth += 1;
        self.height += 1;
        true
    }

    fn leave_block(&mut self) {
        self.block_depth -= 1;
        self.height -= 1;
    }

    /// Reads the statements of a `kind` block and its `end`. `keyword` is what opened it.
    pub(super) fn body(&mut self, kind: BlockKind, keyword: Span) -> Block {
        if !self.enter_block(keyword) {
            return self.empty_block();
        }
        self.open_blocks.push(OpenBlock { kind, span: keyword, accepts_else: false });
        let block = self.block(BlockEnd::End);
        self.require_end(kind);
        self.open_blocks.pop();
        self.leave_block();
        block
    }

    fn loop_body(&mut self, kind: BlockKind, keyword: Span) -> Block {
        self.loops += 1;
        let body = self.body(kind, keyword);
        self.loops -= 1;
        body
    }

    fn empty_block(&self) -> Block {
        Block { stmts: Vec::new(), span: Span::new(self.prev_end, self.prev_end) }
    }

    /// Reads statements up to a token that ends the block, which is not consumed.
    fn block(&mut self, until: BlockEnd) -> Block {
        let mut block = self.empty_block();
        loop {
            while self.take(TokenKind::Eol) {}
            if self.ends_block(until) || self.unwind_to_else(until) {
                break;
            }
            let start = self.cur.span.start;
            let kind = self.statement();
            let stmt = Stmt { kind, span: self.span_from(start) };
            if !self.panic && !self.at(TokenKind::Eol) && !self.ends_block(until) && !self.unwinding_to_else {
                self.error_line_end("");
            }
            if self.panic {
                self.resync(None);
            }
            block.stmts.push(stmt);
        }
        if let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) {
            block.span = first.span.to(last.span);
        }
        block
    }

    fn ends_block(&self, until: BlockEnd) -> bool {
        match self.cur.kind {
            TokenKind::EndOfInput => true,
            TokenKind::End => until != BlockEnd::Source,
            TokenKind::Else => until == BlockEnd::EndOrElse,
            _ => false,
        }
    }

    /// At an `else` that belongs to an `if` further out, whose inner blocks were not closed: reports it once and
    /// says to close this block.
    fn unwind_to_else(&mut self, until: BlockEnd) -> bool {
        if !self.at(TokenKind::Else) || until == BlockEnd::Source {
            return false;
        }
        let of_if = self.open_blocks.iter().rev().take_while(|b| b.kind != BlockKind::Function);
        if !of_if.clone().any(|block| block.accepts_else) {
            return false;
        }
        if !self.unwinding_to_else {
            self.unexpected_statement();
            self.panic = false;
            self.unwinding_to_else = true;
        }
        true
    }

    /// Consumes `end KEYWORD`, or reports what stands there instead.
    fn require_end(&mut self, kind: BlockKind) {
        if self.at(TokenKind::EndOfInput) {
            self.incomplete = true;
            if self.unclosed.is_empty() {
                self.unclosed.clone_from(&self.open_blocks);
            }
            return;
        }
        if !self.at(TokenKind::End) {
            // Only while unwinding to an `else`, which was reported.
            return;
        }
        let behind = self.peek_behind();
        let found = BlockKind::of(behind.kind);
        if found == Some(kind) {
            self.advance();
            self.advance();
            return;
        }
        let opened = self.open_blocks.last().map_or(0, |block| self.lines.line(block.span.start));
        let word = kind.word();
        let help = Some(format!("the '{word}' on line {opened} needs an 'end {word}'"));
        match self.dialect {
            Dialect::V2 => {
                let message = format!("got {} where Keyword({word}) is required", self.describe(behind));
                self.error_with_help(behind.span, message, help);
            }
            Dialect::V1 => {
                let (span, message) = self.unmatched_end_v1(behind);
                self.error_with_help(span, message, help);
            }
        }
        let below = self.open_blocks.len().saturating_sub(1);
        if found.is_some_and(|found| self.open_blocks[..below].iter().any(|block| block.kind == found)) {
            // It closes a block further out; this one is taken to be closed here.
            return;
        }
        self.advance();
        if found.is_some() {
            self.advance();
        }
    }

    /// What 1.x says about `end` where it closes nothing.
    fn unmatched_end_v1(&self, behind: Token) -> (Span, String) {
        let span = self.cur.span.to(behind.span);
        match BlockKind::of(behind.kind) {
            Some(found) => {
                let word = found.word();
                (span, format!("'end {word}' without matching '{word}'"))
            }
            None => (self.cur.span, "'end' without following keyword ('if', 'function', etc.)".to_owned()),
        }
    }

    // ----- resynchronising -----

    /// Leaves panic mode: skips to the end of the statement, or to `stop` if it comes first. Function literals on
    /// the way are read whole, so that their `end` is not taken for another's.
    fn resync(&mut self, stop: Option<TokenKind>) {
        while !self.stopped {
            match self.cur.kind {
                TokenKind::EndOfInput => break,
                kind if Some(kind) == stop => break,
                TokenKind::Eol => {
                    // The rest of a bracket that spans lines.
                    let next = self.peek_behind().kind;
                    if !matches!(
                        next,
                        TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace
                    ) {
                        break;
                    }
                    self.advance();
                }
                TokenKind::End => {
                    let named = BlockKind::of(self.peek_behind().kind);
                    if named.is_some_and(|named| self.open_blocks.iter().any(|block| block.kind == named)) {
                        break;
                    }
                    self.advance();
                    if named.is_some() {
                        self.advance();
                    }
                }
                TokenKind::Function => {
                    self.panic = false;
                    self.function();
                    self.panic = true;
                }
                _ => {
                    self.advance();
                }
            }
        }
        self.panic = false;
    }

    /// Leaves panic mode behind the header of a block, so that its body can be read.
    pub(super) fn resync_header(&mut self) {
        if self.panic {
            self.resync(None);
        }
    }

    // ----- statements -----

    fn statement(&mut self) -> StmtKind {
        match self.cur.kind {
            TokenKind::If => self.if_statement(),
            TokenKind::While => self.while_statement(),
            TokenKind::For => self.for_statement(),
            _ => self.simple_statement(),
        }
    }

    /// Reads the statement of a one-line `if`.
    fn line_statement(&mut self) -> Block {
        let span = self.cur.span;
        let kind = match self.cur.kind {
            TokenKind::If => self.if_statement(),
            TokenKind::While | TokenKind::For => {
                let message = match self.dialect {
                    Dialect::V2 => format!("Unexpected token: {}", self.describe(self.cur)),
                    Dialect::V1 => "loop is invalid within single-line 'if'".to_owned(),
                };
                let help = "a loop needs the block form: a line end behind 'then', and 'end if'";
                self.error_with_help(span, message, Some(help.to_owned()));
                // Whoever writes this also writes the loop's `end`.
                self.panic = false;
                self.statement()
            }
            _ => self.simple_statement(),
        };
        if self.panic {
            self.resync(Some(TokenKind::Else));
        }
        let span = self.span_from(span.start);
        Block { stmts: vec![Stmt { kind, span }], span }
    }

    fn if_statement(&mut self) -> StmtKind {
        let keyword = self.advance().span;
        if !self.enter_block(keyword) {
            return self.error_stmt();
        }
        let mut start = keyword.start;
        let mut arms = Vec::new();
        let mut else_body = None;
        let mut block_form = false;
        loop {
            let cond = self.expression();
            let form = self.then();
            let body = match form {
                IfForm::Broken => self.empty_block(),
                IfForm::Line => self.line_statement(),
                IfForm::Block => {
                    if !block_form {
                        block_form = true;
                        self.open_blocks.push(OpenBlock {
                            kind: BlockKind::If,
                            span: keyword,
                            accepts_else: true,
                        });
                    }
                    self.block(BlockEnd::EndOrElse)
                }
            };
            arms.push(IfArm { cond, body, span: self.span_from(start) });
            if form == IfForm::Broken {
                break;
            }
            if self.at(TokenKind::Else) {
                self.unwinding_to_else = false;
                self.advance();
                if self.at(TokenKind::If) {
                    start = self.advance().span.start;
                    continue;
                }
                else_body = Some(match form {
                    IfForm::Block => self.else_block(),
                    _ => self.line_statement(),
                });
            }
            // A one-line arm at the end of a block-form chain ends the statement without an `end if`.
            if form == IfForm::Block || (block_form && self.at(TokenKind::End)) {
                self.require_end(BlockKind::If);
            }
            break;
        }
        if block_form {
            self.open_blocks.pop();
        }
        self.leave_block();
        StmtKind::If { arms, else_body }
    }

    fn else_block(&mut self) -> Block {
        if !self.at_line_end() {
            self.error_line_end(" after 'else'");
            self.resync(None);
        }
        if let Some(block) = self.open_blocks.last_mut() {
            block.accepts_else = false;
        }
        self.block(BlockEnd::End)
    }

    /// Consumes the `then` behind a condition and says what follows.
    fn then(&mut self) -> IfForm {
        let mut form_without_then = IfForm::Block;
        if !self.panic && !self.at(TokenKind::Then) {
            if self.at(TokenKind::Assign) && self.dialect == Dialect::V1 {
                self.error(self.cur.span, "found = instead of == in if condition".to_owned());
            } else {
                let help = self.at(TokenKind::Assign).then(|| "use '==' to compare".to_owned());
                let message = format!("got {} where Keyword(then) is required", self.describe(self.cur));
                self.error_unless_incomplete(message, help);
            }
            if !self.at_line_end() {
                form_without_then = IfForm::Broken;
            }
        }
        if self.panic {
            self.resync(Some(TokenKind::Then));
        }
        if !self.take(TokenKind::Then) {
            return if self.at(TokenKind::Eol) { form_without_then } else { IfForm::Broken };
        }
        if self.at_line_end() { IfForm::Block } else { IfForm::Line }
    }

    fn while_statement(&mut self) -> StmtKind {
        let keyword = self.advance().span;
        let cond = self.expression();
        self.header_end(" after while condition");
        let body = self.loop_body(BlockKind::While, keyword);
        StmtKind::While { cond, body }
    }

    fn for_statement(&mut self) -> StmtKind {
        let keyword = self.advance().span;
        let mut var = Ident { name: self.intern("_"), span: self.cur.span };
        if self.at(TokenKind::Identifier) {
            var = self.ident();
        } else if self.dialect == Dialect::V1 {
            self.error_got("Identifier");
        } else {
            let message = format!("Expected identifier after 'for', got: {}", self.plain_text(self.cur));
            self.error(self.cur.span, message);
        }
        if !self.panic && !self.take(TokenKind::In) {
            self.error_got("Keyword(in)");
        }
        let iterable = self.expression();
        self.header_end(" after for expression");
        let body = self.loop_body(BlockKind::For, keyword);
        StmtKind::For { var, iterable, body }
    }

    /// Checks that the header of a loop ends here and leaves panic mode.
    fn header_end(&mut self, place: &str) {
        if !self.panic && !self.at_line_end() {
            self.error_line_end(place);
        }
        self.resync_header();
    }

    fn simple_statement(&mut self) -> StmtKind {
        match self.cur.kind {
            TokenKind::Break => {
                let span = self.advance().span;
                if self.loops == 0 {
                    self.late_error(span, "'break' without open loop block");
                }
                StmtKind::Break
            }
            TokenKind::Continue => {
                let span = self.advance().span;
                if self.loops == 0 {
                    self.late_error(span, "'continue' without open loop block");
                }
                StmtKind::Continue
            }
            TokenKind::Return => {
                self.advance();
                let has_value = self.cur.kind.starts_expression();
                StmtKind::Return(if has_value { Some(self.expression()) } else { None })
            }
            TokenKind::At if self.dialect == Dialect::V1 => self.address_statement(),
            TokenKind::Minus | TokenKind::Not | TokenKind::New | TokenKind::At => {
                StmtKind::Expr(self.expression())
            }
            kind if kind.starts_expression() => self.expression_statement(),
            _ => {
                self.unexpected_statement();
                self.error_stmt()
            }
        }
    }

    /// Reports that no statement can begin with the current token.
    fn unexpected_statement(&mut self) {
        let kind = self.cur.kind;
        if self.dialect == Dialect::V1 && kind == TokenKind::End {
            let (span, message) = self.unmatched_end_v1(self.peek_behind());
            self.error(span, message);
        } else if self.dialect == Dialect::V1 && kind == TokenKind::Else {
            self.error(self.cur.span, "'else' without matching 'if'".to_owned());
        } else if self.dialect == Dialect::V1 && kind.is_control_keyword() {
            let message = format!("unexpected keyword '{}' at start of line", self.text(self.cur.span));
            self.error(self.cur.span, message);
        } else {
            self.unexpected();
        }
    }

    fn error_stmt(&self) -> StmtKind {
        StmtKind::Expr(Expr { kind: ExprKind::Error, span: Span::new(self.prev_end, self.prev_end) })
    }

    /// Reads an assignment, a call without parentheses, or an expression whose value is dropped.
    fn expression_statement(&mut self) -> StmtKind {
        let first = self.postfix(Position::Statement);
        if self.panic {
            return StmtKind::Expr(first);
        }
        if self.cur.kind.is_assignment() {
            let first = match into_target(first, self) {
                Ok(target) => return self.assignment(target),
                Err(first) => first,
            };
            self.error_line_end("");
            return StmtKind::Expr(first);
        }
        if is_callable(&first) && self.at_call_argument() {
            let mut args = vec![self.expression()];
            while !self.panic && self.take(TokenKind::Comma) {
                args.push(self.expression());
            }
            return StmtKind::Call { callee: first, args };
        }
        StmtKind::Expr(self.binary_behind(first, LOWEST))
    }

    /// Reads a statement that begins with `@`, which 1.x allows in front of the target of an assignment.
    fn address_statement(&mut self) -> StmtKind {
        let expr = self.expression();
        if self.panic || !self.cur.kind.is_assignment() {
            return StmtKind::Expr(expr);
        }
        match expr.kind {
            ExprKind::AddressOf(operand) => match into_target(*operand, self) {
                Ok(target) => self.assignment(target),
                Err(operand) => StmtKind::Expr(operand),
            },
            _ => StmtKind::Expr(expr),
        }
    }

    fn assignment(&mut self, target: Target) -> StmtKind {
        let op = self.advance();
        let value = self.expression();
        match op.kind.compound_op() {
            None => StmtKind::Assign { target, value },
            Some(binary) => StmtKind::CompoundAssign { target, op: binary, op_span: op.span, value },
        }
    }

    /// Whether the current token begins the first argument of a call statement.
    fn at_call_argument(&self) -> bool {
        let token = self.cur;
        match token.kind {
            // A minus that leans to the right is a sign, any other is a subtraction.
            TokenKind::Minus => token.after_space && !token.before_space,
            // 1.x does not ask for white space: `print"x"`.
            kind => kind.starts_expression() && (token.after_space || self.dialect == Dialect::V1),
        }
    }
}

/// Whether a call statement can call this. A literal cannot be called, so what follows it is junk.
fn is_callable(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Name(_)
            | ExprKind::Postfix { .. }
            | ExprKind::Group(_)
            | ExprKind::SelfValue
            | ExprKind::Super
            | ExprKind::Locals
            | ExprKind::Outer
            | ExprKind::Globals
    )
}

/// Turns an expression into the place that it denotes, or gives it back.
fn into_target(expr: Expr, parser: &mut Parser<'_>) -> Result<Target, Expr> {
    let span = expr.span;
    let kind = match expr.kind {
        ExprKind::Name(name) => TargetKind::Name(name),
        // The constants of 2.0 are ordinary names on the left side. The special names of 1.x are, too.
        ExprKind::True | ExprKind::False | ExprKind::Null if parser.dialect == Dialect::V2 => {
            let text = parser.text(span);
            TargetKind::Name(parser.intern(text))
        }
        ExprKind::SelfValue | ExprKind::Super | ExprKind::Locals | ExprKind::Outer | ExprKind::Globals
            if parser.dialect == Dialect::V1 =>
        {
            let text = parser.text(span);
            TargetKind::Name(parser.intern(text))
        }
        ExprKind::Postfix { base, mut ops } => {
            match ops.pop() {
                Some(op) => {
                    let base_span =
                        Span::new(base.span.start, ops.last().map_or(base.span.end, |op| op.span.end));
                    match op.kind {
                        PostfixKind::Member(name) => {
                            // The name is the last piece of the access.
                            let name_span = Span::new(op.span.end - name.len() as u32, op.span.end);
                            let base = rebuild(*base, ops, base_span);
                            TargetKind::Member { base, name: Ident { name, span: name_span } }
                        }
                        PostfixKind::Index(index) => {
                            TargetKind::Index { base: rebuild(*base, ops, base_span), index: *index }
                        }
                        _ => {
                            ops.push(op);
                            return Err(Expr { kind: ExprKind::Postfix { base, ops }, span });
                        }
                    }
                }
                None => return Err(*base),
            }
        }
        kind => return Err(Expr { kind, span }),
    };
    Ok(Target { kind, span })
}

/// The chain that is left when its last access has been taken off.
fn rebuild(base: Expr, ops: Vec<crate::syntax::ast::PostfixOp>, span: Span) -> Expr {
    if ops.is_empty() { base } else { Expr { kind: ExprKind::Postfix { base: Box::new(base), ops }, span } }
}
