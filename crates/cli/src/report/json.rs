//! Findings as JSON.
//!
//! ```json
//! {"severity":"error","kind":"runtime","message":"...","display":"Runtime Error: ... [x.ms line 3]",
//!  "file":"x.ms","line":3,"column":7,"span":{"start":21,"end":24},"help":null,
//!  "trace":[{"function":"f","file":"x.ms","line":3,"column":7,"span":{"start":21,"end":24}}]}
//! ```
//! `display` is what the language prints. `file` is null for a program that is no file; `line`, `column` and
//! `span` are null where nothing is known. Lines and columns count from 1, columns in characters, spans in
//! bytes. `trace` begins with the innermost call.

use super::place::Place;
use crate::exit;
use quadriga::{CompileError, Diagnostic, Error, Frame, Severity};
use serde::Serialize;
use std::ops::Range;

/// One error or warning.
#[derive(Serialize, Debug)]
pub struct Finding {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Kind of error, see [`exit::kind_name`].
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
    /// The line that the language prints.
    pub display: Option<String>,
    /// Where.
    #[serde(flatten)]
    pub position: Position,
    /// What to do about it.
    pub help: Option<String>,
    /// The calls that led there.
    pub trace: Vec<Call>,
}

/// A place in a source.
#[derive(Serialize, Debug, Clone, Default)]
pub struct Position {
    /// File, if it is one.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// Bytes of the source.
    pub span: Option<Bytes>,
}

/// A range of bytes.
#[derive(Serialize, Debug, Clone, Copy)]
pub struct Bytes {
    /// First.
    pub start: usize,
    /// After the last.
    pub end: usize,
}

/// A call of a stack trace.
#[derive(Serialize, Debug)]
pub struct Call {
    /// Name of the function.
    pub function: String,
    /// Where it was.
    #[serde(flatten)]
    pub position: Position,
}

impl Finding {
    /// The finding as one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A file that cannot be read.
    pub fn of_file(file: &str, message: &str) -> Finding {
        Finding {
            severity: "error",
            kind: "file",
            message: message.to_string(),
            display: None,
            position: Position { file: file_name(file), ..Position::default() },
            help: None,
            trace: Vec::new(),
        }
    }
}

/// An error that stopped a script.
pub fn of_error(error: &Error) -> Finding {
    let trace: Vec<Call> = error.trace().iter().map(call).collect();
    Finding {
        severity: "error",
        kind: exit::kind_name(error.kind()),
        message: error.message().to_string(),
        display: Some(error.language_line()),
        position: trace.first().map(|call| call.position.clone()).unwrap_or_default(),
        help: None,
        trace,
    }
}

/// All findings of a source that does not compile.
pub fn of_compile_error(error: &CompileError) -> Vec<Finding> {
    let first = error.language_line().to_string();
    let findings = error.diagnostics().iter().enumerate();
    findings
        .map(|(i, d)| of_diagnostic(d, error.name(), error.source_text(), (i == 0).then(|| first.clone())))
        .collect()
}

/// A finding of the compiler.
pub fn of_diagnostic(d: &Diagnostic, name: &str, source: &str, display: Option<String>) -> Finding {
    let mut position = position(name, source, d.line, &d.span);
    position.line = Some(d.line as usize).filter(|&line| line > 0).or(position.line);
    Finding {
        severity: severity(d),
        kind: "syntax",
        message: d.message.clone(),
        display,
        position,
        help: d.help.clone(),
        trace: Vec::new(),
    }
}

/// The name of a finding's severity.
pub fn severity(d: &Diagnostic) -> &'static str {
    match d.severity {
        Severity::Warning => "warning",
        _ => "error",
    }
}

fn call(frame: &Frame) -> Call {
    Call {
        function: frame.function.to_string(),
        position: position(&frame.source_name, &frame.source, frame.line, &frame.span),
    }
}

fn position(name: &str, source: &str, line: u32, span: &Range<usize>) -> Position {
    let file = file_name(name);
    if line == 0 {
        return Position { file, ..Position::default() };
    }
    let place = Place::new(source, span);
    Position {
        file,
        line: Some(line as usize),
        column: Some(place.column()),
        span: Some(Bytes { start: place.start, end: place.end }),
    }
}

fn file_name(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_string())
}
