//! A language as hosts see it: a compiler from text to units, a dialect, and its way to report errors.

use crate::dialect::Dialect;
use crate::error::Error;
use quadriga_bytecode::{Span, Unit};
use std::sync::Arc;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The source does not compile.
    Error,
    /// It compiles, but probably does not mean what it says.
    Warning,
}

/// A finding in a source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in the language's words, without kind and position.
    pub message: String,
    /// Where, as bytes of the source.
    pub span: Span,
    /// Line, from 1.
    pub line: u32,
    /// What to do about it.
    pub help: Option<String>,
}

/// What is to be compiled, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CompileMode {
    /// A program.
    #[default]
    Program,
    /// Input of an interactive session: the value of a last expression is shown.
    Interactive,
    /// An expression or program whose last expression is its value.
    Evaluate,
    /// A library that others import.
    Module,
}

/// A language.
pub trait Language: Send + Sync + 'static {
    /// Short name, lower case; also that of its dialect and in its units.
    fn name(&self) -> &'static str;

    /// Endings of file names, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Its variants (`--dialect`), the first one being the default.
    fn variants(&self) -> &'static [&'static str] {
        &[]
    }

    /// The same language in one of its other variants.
    fn variant(&self, name: &str) -> Option<Arc<dyn Language>> {
        let _ = name;
        None
    }

    /// Compiles a source. On failure all findings, in the order in which the language would report them.
    fn compile(&self, name: &str, source: &str, mode: CompileMode) -> Result<Unit, Vec<Diagnostic>>;

    /// All findings, warnings included.
    fn check(&self, name: &str, source: &str) -> Vec<Diagnostic> {
        match self.compile(name, source, CompileMode::Program) {
            Ok(_) => Vec::new(),
            Err(found) => found,
        }
    }

    /// Whether an interactive session should ask for another line before it compiles.
    fn needs_more_input(&self, source: &str) -> bool {
        let _ = source;
        false
    }

    /// The dialect.
    fn dialect(&self) -> Arc<dyn Dialect>;

    /// The line that the language itself prints for an uncaught error.
    fn error_line(&self, error: &Error) -> String;

    /// The line that the language itself prints for a source that does not compile.
    fn diagnostic_line(&self, name: &str, diagnostic: &Diagnostic) -> String;

    /// Whether the language prints its error lines to standard output.
    fn errors_to_stdout(&self) -> bool {
        false
    }

    /// Words that a completion offers besides the globals.
    fn keywords(&self) -> &'static [&'static str] {
        &[]
    }
}
