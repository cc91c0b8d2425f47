//! Syntax errors, in the words of the language.
//!
//! *Takes* what the parser found wrong. *Leaves* a message that is, letter for letter, what the reference
//! implementation prints, together with a place and sometimes a hint that the reference does not give. *Costs*
//! one string per error; a program without errors allocates nothing here.

use super::ast::Span;
use std::fmt;

/// Which part of the language reports an error; the word before the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosticKind {
    /// `Compiler Error`
    Compiler,
    /// `Lexer Error`, 1.x only.
    Lexer,
}

/// One syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which part of the language reports it.
    pub kind: DiagnosticKind,
    /// The message proper.
    pub message: String,
    /// The offending text.
    pub span: Span,
    /// The line that the language reports. Mostly the line of `span`, but 1.x reports errors at the end of the
    /// source one line behind it.
    pub line: u32,
    /// What could be done about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The line as the language prints it: `Compiler Error: MESSAGE [line N]`, or `[FILE line N]`.
    #[must_use]
    pub fn report(&self, file: Option<&str>) -> String {
        let kind = match self.kind {
            DiagnosticKind::Compiler => "Compiler Error",
            DiagnosticKind::Lexer => "Lexer Error",
        };
        match file {
            None | Some("") => format!("{kind}: {} [line {}]", self.message, self.line),
            Some(file) => format!("{kind}: {} [{file} line {}]", self.message, self.line),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report(None))
    }
}

impl std::error::Error for Diagnostic {}
