//! Errors: what stopped a script, where, and through which calls.

use quadriga_bytecode::Span;
use quadriga_heap::HeapError;
use std::fmt;
use std::sync::Arc;

/// Result of everything that can run script code.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of error it is. Some end the script whatever it does
/// ([`ErrorKind::is_stop`]); which others a script can catch, its dialect says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An error of the language (a missing key, a wrong type).
    Runtime,
    /// A value was raised; it waits in the context.
    Thrown,
    /// Too many nested calls.
    StackOverflow,
    /// The memory limit.
    OutOfMemory,
    /// A string, list or map beyond the maximal size.
    TooLarge,
    /// The time limit.
    TimeLimit,
    /// The fuel is used up.
    OutOfFuel,
    /// Cancelled from outside.
    Cancelled,
    /// The script asked to end with this exit code.
    Exit(i32),
    /// A host function failed.
    Host,
    /// A host function panicked.
    Panic,
    /// The source does not compile.
    Syntax,
}

impl ErrorKind {
    /// Whether it ends the script whatever the script does: limits of time and fuel, cancellation, exit.
    pub fn is_stop(self) -> bool {
        matches!(
            self,
            ErrorKind::TimeLimit | ErrorKind::OutOfFuel | ErrorKind::Cancelled | ErrorKind::Exit(_)
        )
    }
}

/// One call in a stack trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceEntry {
    /// Name of the function.
    pub function: Box<str>,
    /// Name of the source, maybe empty.
    pub source_name: Arc<str>,
    /// Text of the source.
    pub source: Arc<str>,
    /// Line, from 1 (0 = unknown).
    pub line: u32,
    /// Where in the source.
    pub span: Span,
}

/// An error with its stack trace, innermost call first.
#[derive(Clone, Debug)]
pub struct Error(Box<ErrorData>);

#[derive(Clone, Debug)]
struct ErrorData {
    kind: ErrorKind,
    message: String,
    trace: Vec<TraceEntry>,
    traced: bool,
}

impl Error {
    /// An error of some kind.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(ErrorData { kind, message: message.into(), trace: Vec::new(), traced: false }))
    }

    /// An error of the language.
    #[cold]
    pub fn runtime(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Runtime, message)
    }

    /// What kind it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message, without kind and position.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Replaces the message.
    pub fn set_message(&mut self, message: impl Into<String>) {
        self.0.message = message.into();
    }

    /// The calls that led here, innermost first; empty if no script code ran.
    pub fn trace(&self) -> &[TraceEntry] {
        &self.0.trace
    }

    /// Line of the innermost call, 0 if unknown.
    pub fn line(&self) -> u32 {
        self.0.trace.first().map_or(0, |t| t.line)
    }

    /// Whether a trace was attached.
    pub fn has_trace(&self) -> bool {
        self.0.traced
    }

    /// Takes the trace out.
    pub fn into_trace(self) -> Vec<TraceEntry> {
        self.0.trace
    }

    /// Attaches the trace (once: the first one is where it happened).
    pub fn set_trace(&mut self, trace: Vec<TraceEntry>) {
        if !self.0.traced {
            self.0.trace = trace;
            self.0.traced = true;
        }
    }
}

impl From<HeapError> for Error {
    #[cold]
    fn from(e: HeapError) -> Error {
        let kind = match e {
            HeapError::OutOfMemory { .. } => ErrorKind::OutOfMemory,
            HeapError::TooLarge { .. } => ErrorKind::TooLarge,
        };
        Error::new(kind, e.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match self.0.trace.first() {
            Some(t) if t.line > 0 && t.source_name.is_empty() => write!(f, " [line {}]", t.line),
            Some(t) if t.line > 0 => write!(f, " [{} line {}]", t.source_name, t.line),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
