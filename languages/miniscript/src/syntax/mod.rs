//! The syntax of MiniScript: text in, tree and diagnostics out.
//!
//! [`parse`] *takes* a source text and [`ParseOptions`]. It *leaves* a [`ParseResult`]: a tree of the types in
//! [`ast`] and every syntax error found, the first of which is the one the language itself reports. The tree is
//! meaningful for execution only if there are no diagnostics. It *costs* one pass over the text, with a native
//! stack bounded by the nesting limits below, and memory in proportion to the tree.
//!
//! Checked here is everything that the text alone decides, including `break` and `continue` outside a loop. Not
//! checked here are the first-assignment rule and constant parameter defaults, which need name resolution and
//! constant folding.

pub mod ast;
pub mod diagnostic;
pub mod dump;
pub mod lexer;
mod parser;
pub mod token;

pub use ast::{LineIndex, Program, Span};
pub use diagnostic::{Diagnostic, DiagnosticKind};
pub use parser::{MAX_BLOCK_DEPTH, MAX_DIAGNOSTICS, MAX_EXPR_DEPTH, MAX_TREE_HEIGHT};
pub use token::Dialect;

/// How to read a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ParseOptions {
    /// The language version.
    pub dialect: Dialect,
}

/// What a source text is.
#[derive(Debug)]
pub struct ParseResult {
    /// The tree; what could not be understood is left out or stands as [`ast::ExprKind::Error`].
    pub program: Program,
    /// The syntax errors. Those of the grammar come first, in source order, then `break` and `continue` outside
    /// loops: the language looks for the latter only in a text whose grammar is right.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether there is nothing wrong except that the text ends too early: inside a block, or behind an operator,
    /// comma or opening bracket.
    pub incomplete: bool,
}

/// Reads `source`. See the [module documentation](self).
#[must_use]
pub fn parse(source: &str, options: ParseOptions) -> ParseResult {
    parser::parse(source, options)
}

/// Whether a prompt should ask for another line before it runs `source` (2.0).
///
/// True only if further lines can complete the text: an open block, or a last line that ends with an operator, a
/// comma or an opening bracket. A bracket left open after a complete element (`print [1`) is not such a case,
/// because the language does not continue a line there.
#[must_use]
pub fn needs_more_input(source: &str) -> bool {
    parse(source, ParseOptions::default()).incomplete
}
