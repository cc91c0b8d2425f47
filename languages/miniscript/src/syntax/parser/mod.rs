//! The parser: a recursive descent over statements with an operator-precedence core for expressions.
//!
//! *Takes* the tokens of one text, one at a time. *Leaves* the tree and the diagnostics. *Costs* constant time per
//! token; what is long without being nested is read by loops.
//!
//! # Errors
//!
//! Parsing functions always return a node. After an error they unwind in *panic mode*: no further error is
//! recorded and no token is consumed until a statement boundary is found. A wrong `end` closes the block that it
//! names, so that one slip gives one message.
//!
//! # Depth
//!
//! Three counters bound the native stack: expression nesting, block nesting, and the height of the tree, in which
//! an operand of a tighter operator counts as well. All of them go through function literals without starting
//! over. Exceeding one is an error that ends the parse.

mod expr;
mod stmt;
#[cfg(test)]
mod tests;

use super::ast::{LineIndex, Name, Program, Span};
use super::diagnostic::{Diagnostic, DiagnosticKind};
use super::lexer::Lexer;
use super::token::{Dialect, Token, TokenKind};
use super::{ParseOptions, ParseResult};
use std::collections::HashSet;
use std::rc::Rc;

/// How deep brackets and prefix operators may nest.
pub const MAX_EXPR_DEPTH: u32 = 200;
/// How deep blocks (function bodies included) may nest.
pub const MAX_BLOCK_DEPTH: u32 = 200;
/// How high the tree may be: the sum over a path from the root of blocks, brackets, prefix operators and
/// operators inside operators.
pub const MAX_TREE_HEIGHT: u32 = 600;
/// After this many errors the rest of the text is not looked at.
pub const MAX_DIAGNOSTICS: usize = 200;

/// Token texts longer than this are cut in messages.
const MAX_TOKEN_TEXT: usize = 80;

/// A kind of block that an `end` closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    If,
    While,
    For,
    Function,
}

impl BlockKind {
    fn of(keyword: TokenKind) -> Option<Self> {
        Some(match keyword {
            TokenKind::If => Self::If,
            TokenKind::While => Self::While,
            TokenKind::For => Self::For,
            TokenKind::Function => Self::Function,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::While => "while",
            Self::For => "for",
            Self::Function => "function",
        }
    }
}

/// A block whose `end` has not been seen.
#[derive(Debug, Clone, Copy)]
struct OpenBlock {
    kind: BlockKind,
    /// The keyword that opened it.
    span: Span,
    /// Whether an `else` can still follow.
    accepts_else: bool,
}

struct Parser<'a> {
    source: &'a str,
    dialect: Dialect,
    lexer: Lexer<'a>,
    lines: LineIndex,
    /// The token not yet consumed.
    cur: Token,
    /// The kind of the token consumed last.
    prev_kind: TokenKind,
    /// Where the token consumed last ends.
    prev_end: u32,
    names: HashSet<Name>,
    diagnostics: Vec<Diagnostic>,
    /// Errors that the language looks for only in a text without others.
    late: Vec<Diagnostic>,
    /// An error was found in the current statement and the parser has not yet resynchronised.
    panic: bool,
    /// No further error is recorded: a limit was exceeded.
    stopped: bool,
    /// The text ended inside something that further text can complete.
    incomplete: bool,
    /// The blocks that were open when the text ended.
    unclosed: Vec<OpenBlock>,
    open_blocks: Vec<OpenBlock>,
    /// How many loops of the current function are open.
    loops: u32,
    expr_depth: u32,
    block_depth: u32,
    height: u32,
    /// A misplaced `else` was reported and the blocks up to its `if` are being closed.
    unwinding_to_else: bool,
}

pub(super) fn parse(source: &str, options: ParseOptions) -> ParseResult {
    if u32::try_from(source.len()).is_err() {
        return ParseResult {
            program: Program { body: Default::default(), lines: LineIndex::new("") },
            diagnostics: vec![Diagnostic {
                kind: DiagnosticKind::Compiler,
                message: "source text too large".to_owned(),
                span: Span::default(),
                line: 1,
                help: Some("a source text is limited to 4 GiB".to_owned()),
            }],
            incomplete: false,
        };
    }
    let mut parser = Parser::new(source, options);
    let body = parser.program();
    parser.finish(body)
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, options: ParseOptions) -> Self {
        let mut lexer = Lexer::new(source, options.dialect);
        let cur = lexer.next_token();
        let mut parser = Self {
            source,
            dialect: options.dialect,
            lexer,
            lines: LineIndex::new(source),
            cur,
            prev_kind: TokenKind::Eol,
            prev_end: cur.span.start,
            names: HashSet::new(),
            diagnostics: Vec::new(),
            late: Vec::new(),
            panic: false,
            stopped: false,
            incomplete: false,
            unclosed: Vec::new(),
            open_blocks: Vec::new(),
            loops: 0,
            expr_depth: 0,
            block_depth: 0,
            height: 0,
            unwinding_to_else: false,
        };
        parser.check_lexical();
        parser
    }

    fn finish(mut self, body: super::ast::Block) -> ParseResult {
        let incomplete = self.incomplete && self.diagnostics.is_empty();
        if self.incomplete && !self.stopped && (incomplete || !self.unclosed.is_empty()) {
            let end = self.cur.span;
            self.panic = false;
            match self.dialect {
                Dialect::V2 => self.error(end, "unexpected end of file".to_owned()),
                Dialect::V1 => {
                    // An open function is named first, then the innermost block.
                    let block = self.unclosed.iter().find(|b| b.kind == BlockKind::Function);
                    let message = match block.or(self.unclosed.last()) {
                        Some(block) => {
                            let word = block.kind.word();
                            format!("'{word}' without matching 'end {word}'")
                        }
                        None => "unexpected end of file".to_owned(),
                    };
                    self.error(end, message);
                    if let Some(last) = self.diagnostics.last_mut() {
                        last.line += 1;
                    }
                }
            }
            if let (Some(block), Some(last)) = (self.unclosed.last(), self.diagnostics.last_mut()) {
                let (word, line) = (block.kind.word(), self.lines.line(block.span.start));
                last.help = Some(format!("the '{word}' on line {line} has no 'end {word}'"));
            }
        }
        let mut diagnostics = self.diagnostics;
        diagnostics.append(&mut self.late);
        ParseResult { program: Program { body, lines: self.lines }, diagnostics, incomplete }
    }

    // ----- tokens -----

    /// Consumes the current token and returns it. A line end behind a token that cannot end a statement is
    /// skipped.
    fn advance(&mut self) -> Token {
        let token = self.cur;
        if token.kind != TokenKind::EndOfInput {
            self.prev_end = token.span.end;
            self.prev_kind = token.kind;
        }
        let (next, lexer) = self.token_behind(token.kind);
        self.cur = next;
        self.lexer = lexer;
        if next.kind == TokenKind::EndOfInput && self.prev_kind.continues_line(self.dialect) {
            self.incomplete = true;
        }
        self.check_lexical();
        token
    }

    /// The token behind the current one, which is of kind `before`, and the position behind that.
    fn token_behind(&self, before: TokenKind) -> (Token, Lexer<'a>) {
        let mut lexer = self.lexer;
        let mut token = lexer.next_token();
        if before.continues_line(self.dialect) {
            while token.kind == TokenKind::Eol {
                token = lexer.next_token();
            }
        }
        (token, lexer)
    }

    fn peek_behind(&self) -> Token {
        self.token_behind(self.cur.kind).0
    }

    /// Reports what is wrong with the current token on its own.
    fn check_lexical(&mut self) {
        if self.cur.kind == TokenKind::UnclosedString {
            let quote = Span::new(self.cur.span.start, self.cur.span.start + 1);
            self.report(DiagnosticKind::Lexer, quote, "missing closing quote (\")".to_owned(), None);
        }
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.cur.kind == kind
    }

    fn at_line_end(&self) -> bool {
        matches!(self.cur.kind, TokenKind::Eol | TokenKind::EndOfInput)
    }

    /// Consumes the current token if it is of `kind`.
    fn take(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.advance();
        }
        found
    }

    fn text(&self, span: Span) -> &'a str {
        span.text(self.source)
    }

    fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return Rc::clone(name);
        }
        let name: Name = Rc::from(text);
        self.names.insert(Rc::clone(&name));
        name
    }

    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.prev_end.max(start))
    }

    // ----- diagnostics -----

    fn report(&mut self, kind: DiagnosticKind, span: Span, message: String, help: Option<String>) {
        if self.stopped {
            return;
        }
        let line = self.lines.line(span.start);
        self.diagnostics.push(Diagnostic { kind, message, span, line, help });
        if self.diagnostics.len() >= MAX_DIAGNOSTICS {
            self.stop();
        }
    }

    /// Records an error, unless one was already found in this statement, and enters panic mode.
    fn error(&mut self, span: Span, message: String) {
        self.error_with_help(span, message, None);
    }

    fn error_with_help(&mut self, span: Span, message: String, help: Option<String>) {
        if !self.panic {
            self.report(DiagnosticKind::Compiler, span, message, help);
        }
        self.panic = true;
    }

    fn late_error(&mut self, span: Span, message: &str) {
        if !self.stopped && self.late.len() < MAX_DIAGNOSTICS {
            let line = self.lines.line(span.start);
            let message = message.to_owned();
            self.late.push(Diagnostic { kind: DiagnosticKind::Compiler, message, span, line, help: None });
        }
    }

    /// Ends the parse after an error behind which nothing sensible can follow.
    fn stop(&mut self) {
        self.stopped = true;
        self.panic = true;
        self.lexer.skip_to_end();
        let end = self.source.len() as u32;
        self.cur = Token {
            kind: TokenKind::EndOfInput,
            after_space: false,
            before_space: true,
            span: Span::new(end, end),
        };
    }

    /// Records that a limit was exceeded at `span` and ends the parse.
    fn too_deep(&mut self, span: Span, message: &str) {
        self.error(span, message.to_owned());
        self.stop();
    }

    /// The token as the messages of the form `got X where Y is required` show it.
    fn describe(&self, token: Token) -> String {
        let text = self.shorten(self.text(token.span));
        match self.dialect {
            Dialect::V2 => match token.kind {
                TokenKind::Eol | TokenKind::EndOfInput => "EOL".to_owned(),
                TokenKind::String => {
                    format!("\"{}\"", self.shorten(&super::lexer::string_value(self.text(token.span))))
                }
                kind if kind.is_control_keyword() => format!("Keyword({text})"),
                _ => text.to_owned(),
            },
            Dialect::V1 => match token.kind {
                TokenKind::Number => format!("Number({text})"),
                TokenKind::Identifier => format!("Identifier({text})"),
                TokenKind::Unknown => format!("Unknown({text})"),
                TokenKind::String | TokenKind::UnclosedString => {
                    format!("String({})", self.shorten(&super::lexer::string_value(self.text(token.span))))
                }
                kind => kind.v1_name().map_or_else(|| format!("Keyword({text})"), str::to_owned),
            },
        }
    }

    /// The token as the 2.0 messages of the form `..., got: X` show it.
    fn plain_text(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Eol | TokenKind::EndOfInput => "EOL".to_owned(),
            TokenKind::String => self.shorten(&super::lexer::string_value(self.text(token.span))).to_owned(),
            _ => self.shorten(self.text(token.span)).to_owned(),
        }
    }

    fn shorten<'t>(&self, text: &'t str) -> &'t str {
        let mut end = text.len().min(MAX_TOKEN_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        &text[..end]
    }

    /// Reports `got X where Y is required` for the current token.
    fn error_got(&mut self, required: &str) {
        let message = format!("got {} where {required} is required", self.describe(self.cur));
        self.error(self.cur.span, message);
    }

    /// Reports that the statement should have ended before the current token. `place` continues the 2.0 message
    /// `Expected end of line`.
    fn error_line_end(&mut self, place: &str) {
        match self.dialect {
            Dialect::V1 => self.error_got("EOL"),
            Dialect::V2 => {
                let message = format!("Expected end of line{place}, got: {}", self.plain_text(self.cur));
                let help = self.at(TokenKind::Assign).then(|| {
                    "'=' assigns and is allowed once, at the start of a statement; '==' compares".to_owned()
                });
                self.error_with_help(self.cur.span, message, help);
            }
        }
    }

    // ----- limits -----

    /// Counts one more level of the tree. Every true result is to be undone by subtracting from `height`.
    fn grow(&mut self) -> bool {
        if self.height >= MAX_TREE_HEIGHT {
            self.too_deep(self.cur.span, "expression nested too deeply");
            return false;
        }
        self.height += 1;
        true
    }

    /// Enters a bracket or prefix operator. Every true result is to be undone by [`Self::leave_expr`].
    fn enter_expr(&mut self) -> bool {
        if self.expr_depth >= MAX_EXPR_DEPTH {
            self.too_deep(self.cur.span, "expression nested too deeply");
            return false;
        }
        self.expr_depth += 1;
        true
    }

    fn leave_expr(&mut self) {
        self.expr_depth -= 1;
    }
}
