//! Units: compiled source as plain, immutable data.

use std::sync::Arc;

/// A range of bytes in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// From word `pc` on (up to the next entry), instructions stem from `span`, which begins on `line`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpanEntry {
    /// First word.
    pub pc: u32,
    /// Line, counted from 1.
    pub line: u32,
    /// Where in the source.
    pub span: Span,
}

/// A constant of a function. Strings become interned strings of the context that runs it.
#[derive(Clone, PartialEq, Debug)]
pub enum Const {
    /// Nil.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer; outside 48 bits it becomes a boxed integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A string.
    Str(Box<str>),
    /// The cell of a global variable of this name.
    Cell(Box<str>),
    /// A list that cannot be changed.
    List(Box<[Const]>),
    /// A map that cannot be changed.
    Map(Box<[(Const, Const)]>),
}

/// Where a closure takes a captured value from when it is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Capture {
    /// A register of the function that makes it.
    Register(u16),
    /// A captured value of the function that makes it.
    Capture(u16),
}

/// While an instruction in `start..end` runs, an exception goes to `target` with the value in `register`.
/// The first matching handler wins, so inner ones come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    /// First word covered.
    pub start: u32,
    /// Word after the last.
    pub end: u32,
    /// Word where the handler starts.
    pub target: u32,
    /// Register that receives the exception.
    pub register: u16,
}

/// The alternate of an instruction: code that does the same in more steps, for operands that the
/// instruction itself cannot treat. A slow path may say "take the alternate"; execution then goes on at
/// `target`, and nothing of the instruction has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alternate {
    /// Word of the instruction.
    pub pc: u32,
    /// Word where its alternate starts.
    pub target: u32,
}

/// Properties of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FunctionFlags {
    /// Calling it makes a generator.
    pub generator: bool,
    /// Arguments beyond the parameters are dropped instead of being an error.
    pub lenient: bool,
    /// It returns its self (register 1), whatever it computes.
    pub constructor: bool,
}

/// One function. Register 0 holds the closure, 1 self, 2 the home (where the method was found), and the
/// parameters start at 3.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// Name for people.
    pub name: Box<str>,
    /// Note for people (a doc string).
    pub note: Option<Box<str>>,
    /// Names of the parameters.
    pub params: Box<[Box<str>]>,
    /// A default per parameter (missing arguments): constant, nil if none.
    pub defaults: Box<[Const]>,
    /// Registers in use, the fixed three and the parameters included.
    pub registers: u16,
    /// Properties.
    pub flags: FunctionFlags,
    /// Instructions with their cache words.
    pub code: Box<[u64]>,
    /// Constants.
    pub consts: Box<[Const]>,
    /// What a closure of it captures.
    pub captures: Box<[Capture]>,
    /// Handlers, inner first.
    pub handlers: Box<[Handler]>,
    /// Alternates, ordered by `pc`.
    pub alternates: Box<[Alternate]>,
    /// Source positions, ordered by `pc`.
    pub spans: Box<[SpanEntry]>,
    /// Names of registers that hold variables, for debuggers and dumps.
    pub locals: Box<[(u16, Box<str>)]>,
}

/// First register of the parameters.
pub const FIRST_PARAM: u16 = 3;

impl Function {
    /// The source position of the instruction at word `pc`.
    pub fn position(&self, pc: usize) -> SpanEntry {
        let after = self.spans.partition_point(|e| e.pc as usize <= pc);
        match after.checked_sub(1) {
            Some(i) => self.spans[i],
            None => SpanEntry { pc: 0, line: 0, span: Span::default() },
        }
    }

    /// The alternate of the instruction at word `pc`.
    pub fn alternate(&self, pc: usize) -> Option<usize> {
        let i = self.alternates.binary_search_by_key(&(pc as u32), |a| a.pc).ok()?;
        Some(self.alternates[i].target as usize)
    }

    /// The handler that covers word `pc`.
    pub fn handler(&self, pc: usize) -> Option<&Handler> {
        self.handlers.iter().find(|h| (h.start as usize..h.end as usize).contains(&pc))
    }
}

/// A compiled source.
#[derive(Clone, PartialEq, Debug)]
pub struct Unit {
    /// Name of the source (a path, or empty).
    pub name: Arc<str>,
    /// Its text, for diagnostics.
    pub source: Arc<str>,
    /// The language, by the name under which its dialect is registered.
    pub language: Box<str>,
    /// Functions; others refer to them by index.
    pub functions: Box<[Function]>,
    /// Index of the function that runs the top level.
    pub main: u32,
}
