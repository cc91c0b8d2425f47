//! Standard output and standard error.
//!
//! Scripts print in small pieces, so standard output has a buffer: it goes out line by line on a terminal and
//! in large blocks elsewhere, always before a script waits for input, before anything goes to standard error
//! and at the end. A failed write ends the script: the output remembers the failure, drops what follows and
//! cancels what runs.

use crate::interrupt;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard};

/// Bytes that wait at most.
const BUFFER: usize = 64 << 10;

/// Standard output with its buffer.
pub struct Output {
    state: Mutex<State>,
}

struct State {
    sink: Sink,
    buffer: Vec<u8>,
    /// Whether what was written last ends a line.
    line_ended: bool,
    failure: Option<io::Error>,
}

enum Sink {
    /// The library's own stream, which knows how terminals want their text.
    Terminal(io::Stdout),
    /// The same file without the library's line buffer.
    File(File),
    /// Standard error.
    Stderr,
}

impl Output {
    /// Standard output.
    pub fn stdout() -> Output {
        let stdout = io::stdout();
        let sink = match (stdout.is_terminal(), raw_stdout()) {
            (false, Ok(file)) => Sink::File(file),
            _ => Sink::Terminal(stdout),
        };
        Output::to(sink)
    }

    /// Standard error in its place.
    pub fn stderr() -> Output {
        Output::to(Sink::Stderr)
    }

    fn to(sink: Sink) -> Output {
        Output { state: Mutex::new(State { sink, buffer: Vec::new(), line_ended: true, failure: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Appends text.
    pub fn write(&self, text: &str) {
        let mut state = self.state();
        if state.failure.is_some() {
            return;
        }
        if !text.is_empty() {
            state.line_ended = text.ends_with('\n');
        }
        state.buffer.extend_from_slice(text.as_bytes());
        let by_line = !matches!(state.sink, Sink::File(_));
        if state.buffer.len() >= BUFFER || (by_line && text.contains('\n')) {
            state.flush();
        }
    }

    /// Appends a line.
    pub fn line(&self, text: &str) {
        self.write(text);
        self.write("\n");
    }

    /// Ends the line, if one was begun.
    pub fn end_line(&self) {
        let ended = self.state().line_ended;
        if !ended {
            self.write("\n");
        }
    }

    /// Sends out what waits.
    pub fn flush(&self) {
        self.state().flush();
    }

    /// Sends out what waits, unless somebody is just writing. For the thread that ends the process.
    pub fn try_flush(&self) {
        if let Ok(mut state) = self.state.try_lock() {
            state.flush();
        }
    }

    /// Why a write failed, if one did.
    pub fn failure(&self) -> Option<io::ErrorKind> {
        self.state().failure.as_ref().map(io::Error::kind)
    }

    /// The failure in words.
    pub fn failure_text(&self) -> Option<String> {
        self.state().failure.as_ref().map(reason)
    }
}

impl State {
    fn flush(&mut self) {
        if self.buffer.is_empty() || self.failure.is_some() {
            return;
        }
        let result = match &mut self.sink {
            Sink::Terminal(out) => out.write_all(&self.buffer).and_then(|()| out.flush()),
            Sink::File(file) => file.write_all(&self.buffer),
            Sink::Stderr => io::stderr().write_all(&self.buffer),
        };
        self.buffer.clear();
        if self.buffer.capacity() > 2 * BUFFER {
            self.buffer = Vec::new();
        }
        if let Err(error) = result {
            self.failure = Some(error);
            interrupt::cancel_running();
        }
    }
}

#[cfg(unix)]
fn raw_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn raw_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

#[cfg(not(any(unix, windows)))]
fn raw_stdout() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What the system says of a failure, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_string(),
        None => text,
    }
}

/// Writes to standard error; a failure there has nowhere to go.
pub fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A message of the command itself.
pub fn message(text: &str) {
    complain(&format!("quadriga: {text}\n"));
}
