//! Runs MiniScript programs as a host does, in several modes of the engine, and compares what they print.
//!
//! A program's stream is its output followed by the line that the language prints for the error that stopped
//! it, if one did. The modes may change nothing about it.
#![allow(dead_code, reason = "each test file uses a part of it")]

use quadriga::{Context, Engine, ErrorKind, HeapMode, Source};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How a program is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// As everybody runs it.
    Plain,
    /// A collection at every allocation; freed memory is overwritten, the heap checked.
    Stress,
    /// Collections at safepoints only, where every root is known exactly.
    Safepoints,
    /// Under a limit of fuel that it does not reach.
    Fuel,
}

/// A program and what it needs.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// What a failure is reported under.
    pub name: String,
    /// Its text.
    pub source: String,
    /// `1.x`, or empty for 2.0.
    pub variant: String,
    /// The lines it reads.
    pub input: Vec<String>,
    /// Modules it may import, and their texts.
    pub modules: Arc<Vec<(String, String)>>,
    /// Whether it may see files.
    pub files: bool,
    /// Whether collections at every allocation would take too long: then they come when they are due.
    pub slow: bool,
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::new)
}

fn heap_mode(program: &Program, mode: Mode) -> HeapMode {
    // A program with a large heap would take hours if every collection of it were forced.
    let collect_every = if program.slow { None } else { Some(1) };
    match mode {
        Mode::Plain | Mode::Fuel => HeapMode::default(),
        Mode::Stress => HeapMode { collect_every, poison: true, verify: true, safepoint_only: false },
        Mode::Safepoints => HeapMode { collect_every, poison: true, verify: true, safepoint_only: true },
    }
}

/// Runs a program and returns its stream.
pub fn run(program: &Program, mode: Mode) -> String {
    let variant = if program.variant.is_empty() { "2.0" } else { &program.variant };
    let source = Source::new("miniscript", "", program.source.as_str()).variant(variant);
    let script = match engine().compile_source(&source) {
        Ok(script) => script,
        Err(error) => return format!("{}\n", error.language_line()),
    };
    let stream = Arc::new(Mutex::new(String::new()));
    let (written, prompted) = (stream.clone(), stream.clone());
    let mut lines = program.input.clone().into_iter();
    let modules = program.modules.clone();
    let mut builder = Context::builder(engine())
        .language("miniscript")
        .variant(variant)
        .output(move |text| append(&written, text))
        .input(move |prompt| {
            append(&prompted, prompt);
            lines.next()
        })
        .resolver(move |name| {
            let found = modules.iter().find(|(known, _)| known == name)?;
            Some((format!("{name}.ms"), found.1.clone()))
        })
        .allow_files(program.files)
        .heap_mode(heap_mode(program, mode));
    if mode == Mode::Fuel {
        builder = builder.fuel(1 << 50);
    }
    let mut cx = builder.build().expect("a context without limits");
    let result = cx.run(&script);
    let mut stream = std::mem::take(&mut *stream.lock().unwrap_or_else(PoisonError::into_inner));
    if let Err(error) = result
        && !matches!(error.kind(), ErrorKind::Exit(_))
    {
        stream.push_str(&error.language_line());
        stream.push('\n');
    }
    stream
}

fn append(stream: &Mutex<String>, text: &str) {
    stream.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
}

/// The suites' way to compare: without white space at the end of the lines and of the whole.
pub fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// What differs, line by line: `-` is missing, `+` is too much; what is common at both ends is left out but
/// for the last line before.
pub fn diff(expected: &str, got: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), got.split('\n').collect());
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let back = a[front..].iter().rev().zip(b[front..].iter().rev()).take_while(|(x, y)| x == y).count();
    let mut out = String::new();
    if front > 0 {
        out += &format!("     {} equal lines, the last one: {:?}\n", front, a[front - 1]);
    }
    for line in &a[front..a.len() - back] {
        out += &format!("   - {line:?}\n");
    }
    for line in &b[front..b.len() - back] {
        out += &format!("   + {line:?}\n");
    }
    out
}
