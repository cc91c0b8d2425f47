//! The language as hosts see it: compiler, dialect, and how errors read.

use crate::dialect::MiniScriptDialect;
use crate::lower::{CompileOptions, Mode, compile};
use crate::syntax::{self, ParseOptions};
use crate::{Version, name_of};
use quadriga_vm::bytecode::{Span, Unit};
use quadriga_vm::{CompileMode, Diagnostic, Dialect, Error, ErrorKind, Language, Severity};
use std::sync::Arc;

/// A version of the language.
#[derive(Clone, Copy, Debug)]
pub struct MiniScript {
    version: Version,
}

impl MiniScript {
    /// The language in this version.
    #[must_use]
    pub fn new(version: Version) -> MiniScript {
        MiniScript { version }
    }

    /// Which version it is.
    #[must_use]
    pub fn version(self) -> Version {
        self.version
    }
}

const VARIANTS: [&str; 2] = ["2.0", "1.x"];

impl Language for MiniScript {
    fn name(&self) -> &'static str {
        name_of(self.version)
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["ms"]
    }

    fn variants(&self) -> &'static [&'static str] {
        &VARIANTS
    }

    fn variant(&self, name: &str) -> Option<Arc<dyn Language>> {
        let version = match name {
            "2.0" | "2" => Version::V2,
            "1.x" | "1" => Version::V1,
            _ => return None,
        };
        Some(Arc::new(MiniScript { version }))
    }

    fn compile(&self, name: &str, source: &str, mode: CompileMode) -> Result<Unit, Vec<Diagnostic>> {
        let mode = match mode {
            CompileMode::Program => Mode::Program,
            CompileMode::Interactive => Mode::Repl,
            CompileMode::Evaluate => Mode::Evaluate,
            CompileMode::Module => Mode::Module,
        };
        let options = CompileOptions { dialect: self.version, mode };
        compile(source, name, &options).map_err(|found| found.into_iter().map(finding).collect())
    }

    fn needs_more_input(&self, source: &str) -> bool {
        syntax::parse(source, ParseOptions { dialect: self.version }).incomplete
    }

    fn dialect(&self) -> Arc<dyn Dialect> {
        Arc::new(MiniScriptDialect::new(self.version))
    }

    fn error_line(&self, error: &Error) -> String {
        match error.kind() {
            // A module that does not compile: the message is the whole line.
            ErrorKind::Syntax => error.message().to_string(),
            _ => format!("Runtime Error: {error}"),
        }
    }

    fn diagnostic_line(&self, name: &str, diagnostic: &Diagnostic) -> String {
        let (message, line) = (&diagnostic.message, diagnostic.line);
        // 1.x alone has errors of the lexer, and knows two.
        let by_lexer = self.version == Version::V1
            && (message.starts_with("missing closing quote")
                || message.starts_with("invalid numeric literal"));
        let kind = if by_lexer { "Lexer Error" } else { "Compiler Error" };
        if name.is_empty() {
            format!("{kind}: {message} [line {line}]")
        } else {
            format!("{kind}: {message} [{name} line {line}]")
        }
    }

    fn errors_to_stdout(&self) -> bool {
        true
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "and", "break", "continue", "else", "end", "false", "for", "function", "globals", "if", "in",
            "isa", "locals", "new", "not", "null", "or", "outer", "return", "self", "super", "then", "true",
            "while",
        ]
    }
}

/// A syntax error in the engine's form.
fn finding(d: syntax::Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message: d.message,
        span: Span { start: d.span.start, end: d.span.end },
        line: d.line,
        help: d.help,
    }
}
