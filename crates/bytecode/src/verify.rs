//! The verifier: what stands between plain data and an interpreter that does not look twice.
//!
//! Takes a [`Unit`] from anywhere (a front end, a file, a fuzzer) and leaves a [`VerifiedUnit`], or says
//! what is wrong. Whoever runs a verified unit may rely on this, without checking:
//!
//! * **Decoding.** Every opcode byte is one. Execution that starts at word 0, at a jump's target, at a
//!   handler or at an alternate only ever meets instruction starts, and never runs off the end.
//! * **Registers.** Every register that an instruction names or implies is below `registers`. Nothing writes
//!   register 0, which holds the closure that runs.
//! * **Tables.** Indices of constants, captures and functions are in range. Names are strings, the operands
//!   of global instructions are cells, and no cell becomes a value. A function that makes a closure has
//!   everything that the closure captures. The main function captures nothing.
//! * **Interruption.** Every cycle of control flow passes through the jump of a `loop` or `iternext`, which
//!   poll. Alternates count as control flow; exceptions do not, for raising one polls too.
//! * **Cleanliness.** Fields without a meaning, feedback bytes and cache words are zero.
//!
//! It does not say which *kind* of value a register holds: `setbox` may find a number in place of its box,
//! `iternext` any state at all. Spans are in order but may lie outside the text, for a unit may come without.
//!
//! Time and space are linear in the size of the unit (with a binary search per alternate), and nothing
//! recurses.

mod code;
mod cycles;

use std::fmt;

use crate::unit::{Capture, Const, FIRST_PARAM, Function, Unit};

/// Containers within containers that a constant may have. It bounds the recursion of whoever builds values
/// from constants.
pub const MAX_CONST_DEPTH: usize = 64;

/// A unit that may run.
#[derive(Clone, Debug)]
pub struct VerifiedUnit(Unit);

impl VerifiedUnit {
    /// The plain unit.
    pub fn into_inner(self) -> Unit {
        self.0
    }
}

impl std::ops::Deref for VerifiedUnit {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        &self.0
    }
}

/// Why a unit may not run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The function, if the error is in one.
    pub function: Option<u32>,
    /// The word of its code, if the error is at one.
    pub pc: Option<u32>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = self.function {
            write!(f, "function {function}")?;
            if let Some(pc) = self.pc {
                write!(f, ", word {pc}")?;
            }
            write!(f, ": ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for VerifyError {}

/// An error that does not know its function yet: a word, if any, and a message.
type Fault = (Option<usize>, String);

fn fault<T>(message: impl Into<String>) -> Result<T, Fault> {
    Err((None, message.into()))
}

fn fault_at<T>(pc: usize, message: impl Into<String>) -> Result<T, Fault> {
    Err((Some(pc), message.into()))
}

/// Checks a unit; see the head of this file for what that is worth.
pub fn verify(unit: Unit) -> Result<VerifiedUnit, VerifyError> {
    match check_unit(&unit) {
        Ok(()) => Ok(VerifiedUnit(unit)),
        Err((function, (pc, message))) => {
            Err(VerifyError { function: function.map(|i| i as u32), pc: pc.map(|pc| pc as u32), message })
        }
    }
}

fn check_unit(unit: &Unit) -> Result<(), (Option<usize>, Fault)> {
    let outside = |result: Result<(), Fault>| result.map_err(|fault| (None, fault));
    if unit.functions.len() > 1 << 16 {
        outside(fault("more than 65536 functions"))?;
    }
    for text in [&*unit.name, &*unit.source, &*unit.language] {
        outside(check_text(text))?;
    }
    match unit.functions.get(unit.main as usize) {
        None => outside(fault(format!("there is no function {} to be main", unit.main)))?,
        Some(main) if !main.captures.is_empty() => outside(fault("the main function captures values"))?,
        Some(_) => {}
    }
    let needs: Vec<Needs> = unit.functions.iter().map(Needs::of).collect();
    for (i, f) in unit.functions.iter().enumerate() {
        check_function(f, &needs).map_err(|fault| (Some(i), fault))?;
    }
    Ok(())
}

/// What a function that makes a closure must have: a bound for the registers that are captured, and one for
/// the captures. Known once per function, so that a closure instruction costs constant time.
#[derive(Default)]
struct Needs {
    registers: usize,
    captures: usize,
}

impl Needs {
    fn of(f: &Function) -> Needs {
        let mut needs = Needs::default();
        for capture in &f.captures {
            match *capture {
                Capture::Register(r) => needs.registers = needs.registers.max(r as usize + 1),
                Capture::Capture(c) => needs.captures = needs.captures.max(c as usize + 1),
            }
        }
        needs
    }
}

fn check_function(f: &Function, needs: &[Needs]) -> Result<(), Fault> {
    check_header(f)?;
    let starts = code::check(f, needs)?;
    check_tables(f, &starts)?;
    cycles::check(f, &starts)
}

fn check_header(f: &Function) -> Result<(), Fault> {
    if f.params.len() != f.defaults.len() {
        return fault(format!("{} parameters but {} defaults", f.params.len(), f.defaults.len()));
    }
    let least = FIRST_PARAM as usize + f.params.len();
    if (f.registers as usize) < least {
        return fault(format!("{} registers, but the parameters end at {least}", f.registers));
    }
    if f.captures.len() > 1 << 16 {
        return fault("more than 65536 captures");
    }
    // Offsets have 32 bits, and so have the positions in every table.
    if f.code.len() > i32::MAX as usize || f.consts.len() > i32::MAX as usize {
        return fault("more code or constants than 31 bits can count");
    }
    check_text(&f.name)?;
    check_text(f.note.as_deref().unwrap_or(""))?;
    f.params.iter().try_for_each(|name| check_text(name))?;
    f.consts.iter().try_for_each(|c| check_const(c, true))?;
    f.defaults.iter().try_for_each(|c| check_const(c, false))
}

fn check_text(text: &str) -> Result<(), Fault> {
    if text.len() > i32::MAX as usize {
        return fault("a text is longer than 31 bits can count");
    }
    Ok(())
}

/// Checks depth and size of a constant. Only the constants of a function may be cells, and only outermost.
fn check_const(c: &Const, cell: bool) -> Result<(), Fault> {
    if matches!(c, Const::Cell(_)) && !cell {
        return fault("the default of a parameter is a global cell");
    }
    let mut rest = vec![(c, 0)];
    while let Some((c, depth)) = rest.pop() {
        if depth > MAX_CONST_DEPTH {
            return fault(format!("a constant nests deeper than {MAX_CONST_DEPTH} containers"));
        }
        match c {
            Const::Nil | Const::Bool(_) | Const::Int(_) | Const::Double(_) => {}
            Const::Str(s) => check_text(s)?,
            Const::Cell(_) if depth > 0 => return fault("a constant container holds a global cell"),
            Const::Cell(s) => check_text(s)?,
            Const::List(items) => rest.extend(items.iter().map(|c| (c, depth + 1))),
            Const::Map(entries) => {
                rest.extend(entries.iter().flat_map(|(k, v)| [(k, depth + 1), (v, depth + 1)]))
            }
        }
    }
    Ok(())
}

/// Checks the tables that speak of the code. `starts[pc]` says whether an instruction starts at `pc`.
fn check_tables(f: &Function, starts: &[bool]) -> Result<(), Fault> {
    let is_start = |pc: u32| starts.get(pc as usize) == Some(&true);
    let is_boundary = |pc: u32| pc as usize == starts.len() || is_start(pc);
    for (i, h) in f.handlers.iter().enumerate() {
        if h.start > h.end || !is_boundary(h.start) || !is_boundary(h.end) {
            return fault(format!("handler {i} covers {}..{}, which are no instructions", h.start, h.end));
        }
        if !is_start(h.target) {
            return fault(format!("handler {i} goes to word {}, where no instruction starts", h.target));
        }
        if h.register >= f.registers || h.register == 0 {
            return fault(format!("handler {i} writes register {} of {}", h.register, f.registers));
        }
    }
    if let Some(a) = f.alternates.iter().find(|a| !is_start(a.pc) || !is_start(a.target)) {
        return fault(format!(
            "the alternate {} -> {} joins words where no instruction starts",
            a.pc, a.target
        ));
    }
    if let Some(w) = f.alternates.windows(2).find(|w| w[0].pc >= w[1].pc) {
        return fault_at(w[1].pc as usize, "alternates are not ordered, or two are of one instruction");
    }
    if let Some(e) = f.spans.iter().find(|e| e.span.start > e.span.end) {
        return fault_at(e.pc as usize, "a span ends before it starts");
    }
    if let Some(w) = f.spans.windows(2).find(|w| w[0].pc >= w[1].pc) {
        return fault_at(w[1].pc as usize, "spans are not ordered");
    }
    if let Some((r, _)) = f.locals.iter().find(|(r, _)| *r >= f.registers) {
        return fault(format!("a local lives in register {r} of {}", f.registers));
    }
    f.locals.iter().try_for_each(|(_, name)| check_text(name))
}
