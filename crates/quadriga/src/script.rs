//! Sources and what becomes of them: scripts, or findings.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use vm::bytecode::VerifiedUnit;

/// What a source is to become.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Mode {
    /// A program. Running it gives null.
    #[default]
    Program,
    /// Input of an interactive session: the language shows the values of expressions as its own tool does,
    /// in the output of the context.
    Interactive,
    /// A program, or a single expression, whose last expression is its value.
    Evaluate,
    /// A library that other programs import.
    Module,
}

impl Mode {
    fn for_vm(self) -> vm::CompileMode {
        match self {
            Mode::Program => vm::CompileMode::Program,
            Mode::Interactive => vm::CompileMode::Interactive,
            Mode::Evaluate => vm::CompileMode::Evaluate,
            Mode::Module => vm::CompileMode::Module,
        }
    }
}

/// A text in a language, before it is compiled.
///
/// ```
/// use quadriga::{Context, Engine, Mode, Source};
///
/// let engine = Engine::new();
/// let source = Source::new("miniscript", "", "6 * 7").mode(Mode::Evaluate);
/// let script = engine.compile_source(&source)?;
/// assert_eq!(Context::new(&engine)?.run(&script)?.as_i64(), Some(42));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) language: String,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) variant: Option<String>,
    pub(crate) mode: Mode,
}

impl Source {
    /// A program. `name` appears in error messages; it may be a path, or empty.
    pub fn new(language: impl Into<String>, name: impl Into<String>, text: impl Into<String>) -> Source {
        Source {
            language: language.into(),
            name: name.into(),
            text: text.into(),
            variant: None,
            mode: Mode::Program,
        }
    }

    /// Chooses a variant of the language, one of [`crate::Language::variants`].
    pub fn variant(mut self, variant: impl Into<String>) -> Source {
        self.variant = Some(variant.into());
        self
    }

    /// Says what the source is to become.
    pub fn mode(mut self, mode: Mode) -> Source {
        self.mode = mode;
        self
    }
}

/// A compiled and verified program.
///
/// It belongs to no context: clones share the code, and any number of contexts on any number of threads may
/// run it at the same time.
#[derive(Clone)]
pub struct Script {
    pub(crate) unit: Arc<VerifiedUnit>,
    pub(crate) language: Arc<dyn vm::Language>,
}

impl Script {
    /// The name of its source.
    pub fn name(&self) -> &str {
        &self.unit.name
    }

    /// The text of its source.
    pub fn source(&self) -> &str {
        &self.unit.source
    }

    /// The name of its language.
    pub fn language(&self) -> &'static str {
        self.language.name()
    }

    /// Its bytecode.
    #[doc(hidden)]
    pub fn unit(&self) -> &Arc<VerifiedUnit> {
        &self.unit
    }

    /// Its bytecode as text.
    pub fn disassemble(&self) -> String {
        vm::bytecode::disasm::print(&self.unit)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("language", &self.language()).field("name", &self.name()).finish()
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Severity {
    /// The source does not compile.
    Error,
    /// It compiles, but probably does not mean what it says.
    Warning,
}

/// A finding in a source.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in the language's words, without kind and position.
    pub message: String,
    /// Where: bytes of the source. Always within it, and on character boundaries.
    pub span: Range<usize>,
    /// Line of the beginning, from 1.
    pub line: u32,
    /// Column of the beginning, in characters, from 1.
    pub column: u32,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn for_vm(&self) -> vm::Diagnostic {
        vm::Diagnostic {
            severity: match self.severity {
                Severity::Error => vm::Severity::Error,
                Severity::Warning => vm::Severity::Warning,
            },
            message: self.message.clone(),
            span: vm::bytecode::Span { start: self.span.start as u32, end: self.span.end as u32 },
            line: self.line,
            help: self.help.clone(),
        }
    }

    fn new(found: &vm::Diagnostic, text: &str) -> Diagnostic {
        let span = clamp_span(text, found.span);
        let line_start = text[..span.start].rfind('\n').map_or(0, |i| i + 1);
        Diagnostic {
            severity: match found.severity {
                vm::Severity::Error => Severity::Error,
                vm::Severity::Warning => Severity::Warning,
            },
            message: found.message.clone(),
            line: found.line,
            column: text[line_start..span.start].chars().count() as u32 + 1,
            span,
            help: found.help.clone(),
        }
    }
}

/// A span as a range that may be used to slice `text`.
pub(crate) fn clamp_span(text: &str, span: vm::bytecode::Span) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start as usize);
    start..floor(span.end as usize).max(start)
}

/// A source that does not compile: everything that is wrong with it.
#[derive(Clone)]
pub struct CompileError(Box<Data>);

#[derive(Clone)]
struct Data {
    name: String,
    text: String,
    found: Vec<Diagnostic>,
    line: String,
}

impl CompileError {
    fn new(language: &dyn vm::Language, source: &Source, found: &[vm::Diagnostic]) -> CompileError {
        if found.is_empty() {
            return CompileError::plain(
                source,
                "it does not compile, and the compiler does not say why".into(),
            );
        }
        let first = found.iter().find(|d| d.severity == vm::Severity::Error).or(found.first());
        CompileError(Box::new(Data {
            line: first.map_or(String::new(), |d| language.diagnostic_line(&source.name, d)),
            found: found.iter().map(|d| Diagnostic::new(d, &source.text)).collect(),
            name: source.name.clone(),
            text: source.text.clone(),
        }))
    }

    /// An error that is not the fault of the text.
    pub(crate) fn plain(source: &Source, message: String) -> CompileError {
        let found = Diagnostic {
            severity: Severity::Error,
            message: message.clone(),
            span: 0..0,
            line: 1,
            column: 1,
            help: None,
        };
        CompileError(Box::new(Data {
            name: source.name.clone(),
            text: source.text.clone(),
            found: vec![found],
            line: message,
        }))
    }

    /// The findings, at least one, in the order in which the language would report them.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.found
    }

    /// The name of the source.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The text of the source.
    pub fn source_text(&self) -> &str {
        &self.0.text
    }

    /// The line that the language's own tool prints for it.
    pub fn language_line(&self) -> &str {
        &self.0.line
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.0.found.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            let name = if self.0.name.is_empty() { "line " } else { &self.0.name };
            let colon = if self.0.name.is_empty() { "" } else { ":" };
            write!(f, "{name}{colon}{}: {}", d.line, d.message)?;
        }
        Ok(())
    }
}

impl fmt::Debug for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompileError")
            .field("name", &self.0.name)
            .field("diagnostics", &self.0.found)
            .finish()
    }
}

impl std::error::Error for CompileError {}

pub(crate) fn compile(language: &Arc<dyn vm::Language>, source: &Source) -> Result<Script, CompileError> {
    let unit = language
        .compile(&source.name, &source.text, source.mode.for_vm())
        .map_err(|found| CompileError::new(&**language, source, &found))?;
    let unit = vm::bytecode::verify(unit).map_err(|e| {
        CompileError::plain(source, format!("the compiler of {} made invalid code: {e}", language.name()))
    })?;
    Ok(Script { unit: Arc::new(unit), language: language.clone() })
}

pub(crate) fn check(language: &Arc<dyn vm::Language>, source: &Source) -> Vec<Diagnostic> {
    let found = language.check(&source.name, &source.text);
    found.iter().map(|d| Diagnostic::new(d, &source.text)).collect()
}
