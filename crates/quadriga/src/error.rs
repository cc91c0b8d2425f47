//! What can go wrong, in one type.

use crate::script::{CompileError, clamp_span};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What kind of error it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An error of the script, in the words of its language (a missing key, a wrong type).
    Runtime,
    /// The script raised a value that nobody caught.
    Thrown,
    /// Too many nested calls.
    Depth,
    /// The memory limit.
    Memory,
    /// A string, list or map beyond the largest possible size.
    TooLarge,
    /// The time limit.
    Time,
    /// The fuel is used up.
    Fuel,
    /// Somebody called [`crate::CancelHandle::cancel`].
    Cancelled,
    /// The script asked to end, with this exit code.
    Exit(i32),
    /// A host function failed, or was called with wrong arguments.
    Host,
    /// A host function panicked.
    Panic,
    /// The source does not compile; see [`Error::compile_error`].
    Compile,
    /// A value is not what the Rust side asked for.
    Conversion,
    /// There is no global of this name.
    NotFound,
    /// A value of one context was used with another.
    WrongContext,
    /// A value was used whose context does not exist any more.
    ContextGone,
    /// The engine could not do what it was asked for (no such language, no memory for a context).
    Engine,
}

/// One call in a stack trace.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Frame {
    /// Name of the function.
    pub function: String,
    /// Name of the source; may be empty.
    pub source_name: Arc<str>,
    /// Text of the source.
    pub source: Arc<str>,
    /// Line, from 1 (0 = unknown).
    pub line: u32,
    /// Where in the source: a range of bytes that lies within it.
    pub span: Range<usize>,
}

/// What stopped a call into a context.
///
/// After any error the context can be used as before, with the state in which the script left it. `Display`
/// prints the message and the innermost position.
///
/// ```
/// use quadriga::{Context, Engine, ErrorKind};
///
/// let mut cx = Context::new(&Engine::new())?;
/// let error = cx.eval("miniscript", "x = 1\nprint x.y").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Runtime);
/// assert_eq!(error.line(), Some(2));
/// println!("{}", error.language_line()); // as the language's own tool prints it
/// # Ok::<(), quadriga::Error>(())
/// ```
#[derive(Clone)]
pub struct Error(Box<Data>);

#[derive(Clone)]
struct Data {
    kind: ErrorKind,
    message: String,
    /// What the engine reported, if it comes from there.
    raised: Option<vm::Error>,
    language: Option<Arc<dyn vm::Language>>,
    frames: Vec<Frame>,
    compile: Option<CompileError>,
}

impl Error {
    /// An error that a host function returns: the script stops with this message (or catches it, if its
    /// language can). Its kind is [`ErrorKind::Host`].
    pub fn new(message: impl Into<String>) -> Error {
        Error::of(ErrorKind::Host, message)
    }

    /// Lets a host function end the script with an exit code. The script cannot catch it; the host that runs
    /// it sees [`ErrorKind::Exit`].
    pub fn exit(code: i32) -> Error {
        Error::of(ErrorKind::Exit(code), format!("exit code {code}"))
    }

    #[cold]
    pub(crate) fn of(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Data {
            kind,
            message: message.into(),
            raised: None,
            language: None,
            frames: Vec::new(),
            compile: None,
        }))
    }

    /// What the engine raised; the message may come from elsewhere.
    #[cold]
    pub(crate) fn raised(
        error: vm::Error,
        message: Option<String>,
        language: Option<Arc<dyn vm::Language>>,
    ) -> Error {
        let kind = match error.kind() {
            vm::ErrorKind::Runtime => ErrorKind::Runtime,
            vm::ErrorKind::Thrown => ErrorKind::Thrown,
            vm::ErrorKind::StackOverflow => ErrorKind::Depth,
            vm::ErrorKind::OutOfMemory => ErrorKind::Memory,
            vm::ErrorKind::TooLarge => ErrorKind::TooLarge,
            vm::ErrorKind::TimeLimit => ErrorKind::Time,
            vm::ErrorKind::OutOfFuel => ErrorKind::Fuel,
            vm::ErrorKind::Cancelled => ErrorKind::Cancelled,
            vm::ErrorKind::Exit(code) => ErrorKind::Exit(code),
            vm::ErrorKind::Host => ErrorKind::Host,
            vm::ErrorKind::Panic => ErrorKind::Panic,
            vm::ErrorKind::Syntax => ErrorKind::Compile,
            _ => ErrorKind::Runtime,
        };
        let frames = error.trace().iter().map(Frame::new).collect();
        let mut error = error;
        if let Some(message) = message {
            error.set_message(message);
        }
        let message = error.message().to_string();
        Error(Box::new(Data { kind, message, raised: Some(error), language, frames, compile: None }))
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, without kind and position.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The calls that led to it, innermost first. Empty if no script code ran. Very long traces are shortened
    /// in the middle.
    pub fn trace(&self) -> &[Frame] {
        &self.0.frames
    }

    /// The line where it happened, from 1.
    pub fn line(&self) -> Option<u32> {
        if let Some(found) = self.compile_error().and_then(|c| c.diagnostics().first()) {
            return Some(found.line);
        }
        self.0.frames.first().map(|f| f.line).filter(|&line| line > 0)
    }

    /// The line that the language's own tool prints for it, exactly. For errors that no language has a form
    /// for, the message.
    pub fn language_line(&self) -> String {
        match (&self.0.compile, &self.0.language, &self.0.raised) {
            (Some(compile), _, _) => compile.language_line().to_string(),
            (None, Some(language), Some(raised)) => language.error_line(raised),
            _ => self.0.message.clone(),
        }
    }

    /// The code, if the script asked to end with one.
    pub fn exit_code(&self) -> Option<i32> {
        if let ErrorKind::Exit(code) = self.0.kind { Some(code) } else { None }
    }

    /// All findings, if a source did not compile.
    pub fn compile_error(&self) -> Option<&CompileError> {
        self.0.compile.as_ref()
    }

    /// The language whose words [`Error::language_line`] uses.
    pub(crate) fn set_language(&mut self, language: &Arc<dyn vm::Language>) {
        self.0.language = Some(language.clone());
    }

    /// The same error, with `context` in front of its message.
    pub(crate) fn within(mut self, context: fmt::Arguments<'_>) -> Error {
        self.0.message = format!("{context}: {}", self.0.message);
        if let Some(raised) = &mut self.0.raised {
            raised.set_message(self.0.message.clone());
        }
        self
    }

    /// As the engine passes it on when a host function returns it.
    pub(crate) fn into_raised(self) -> vm::Error {
        if let Some(raised) = self.0.raised {
            return raised;
        }
        let kind = match self.0.kind {
            ErrorKind::Exit(code) => vm::ErrorKind::Exit(code),
            ErrorKind::Panic => vm::ErrorKind::Panic,
            _ => vm::ErrorKind::Host,
        };
        vm::Error::new(kind, self.0.message)
    }
}

impl Frame {
    fn new(entry: &vm::TraceEntry) -> Frame {
        Frame {
            function: entry.function.to_string(),
            source_name: entry.source_name.clone(),
            source: entry.source.clone(),
            line: entry.line,
            span: clamp_span(&entry.source, entry.span),
        }
    }
}

impl From<CompileError> for Error {
    fn from(compile: CompileError) -> Error {
        let mut error = Error::of(ErrorKind::Compile, compile.to_string());
        error.0.compile = Some(compile);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match self.0.frames.first() {
            Some(t) if t.line > 0 && t.source_name.is_empty() => write!(f, " [line {}]", t.line),
            Some(t) if t.line > 0 => write!(f, " [{} line {}]", t.source_name, t.line),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.compile.as_ref().map(|c| c as _)
    }
}

/// The message of a caught panic.
pub(crate) fn panic_message(payload: &(dyn std::any::Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "no message"
    }
}
