//! The test dialect, and what runs programs in it.
//!
//! The dialect has what the first language has no use for: checked 64-bit integers, exceptions, generators, value
//! semantics, descriptors, operators as methods, keys with an equality of their own. Its programs are text
//! assembly, in `tests/programs`; `dialect.rs` is where to look up what an instruction means in it.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod arith;
pub mod describe;
pub mod dialect;
pub mod fuzz;
pub mod natives;
pub mod objects;
pub mod program;
pub mod shorthand;
pub mod special;

use quadriga_vm::bytecode::{Unit, VerifiedUnit, asm, verify};
use quadriga_vm::heap::HeapConfig;
use quadriga_vm::value::Value;
use quadriga_vm::{Context, ContextConfig, Error, ErrorKind, Limits, Result};
use std::sync::{Arc, Mutex};

use dialect::TestDialect;

/// How the heap behaves; what a program does must not depend on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// As in production.
    Normal,
    /// A collection at every allocation, with poison and verification.
    Stress,
    /// Collections only at safepoints, where no Rust frame is looked at.
    Safepoints,
    /// A collection at every safepoint, with poison and verification.
    SafepointStress,
}

/// All modes.
pub const MODES: [Mode; 4] = [Mode::Normal, Mode::Stress, Mode::Safepoints, Mode::SafepointStress];

impl Mode {
    /// The configuration of the heap.
    pub fn heap(self) -> HeapConfig {
        let stress = matches!(self, Mode::Stress | Mode::SafepointStress);
        HeapConfig {
            collect_every: stress.then_some(1),
            poison: stress,
            verify: stress,
            safepoint_only: matches!(self, Mode::Safepoints | Mode::SafepointStress),
            nursery_bytes: 256 << 10,
            ..HeapConfig::default()
        }
    }
}

/// A context with the test dialect.
pub fn context(mode: Mode, limits: Limits) -> Box<Context> {
    context_with(ContextConfig { limits, heap: mode.heap(), ..ContextConfig::default() }, false)
}

/// A context with the test dialect; a lenient one answers nil where it would fail.
pub fn context_with(config: ContextConfig, lenient: bool) -> Box<Context> {
    let mut cx = Context::new(config).expect("a context");
    cx.set_output(Box::new(|_| {}));
    cx.add_dialect(Arc::new(TestDialect { name: "test", lenient })).expect("the dialect installs");
    cx
}

/// Collects what a context prints.
pub fn capture(cx: &mut Context) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    cx.set_output(Box::new(move |s| sink.lock().expect("nobody panicked").push_str(s)));
    text
}

/// The unit of a program in shorthand.
pub fn assemble(program: &str) -> Unit {
    let text = shorthand::expand("t", program);
    asm::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// A verified unit.
pub fn verified(unit: Unit) -> Arc<VerifiedUnit> {
    Arc::new(verify(unit).unwrap_or_else(|e| panic!("{e}")))
}

/// The verified unit of a program in shorthand.
pub fn unit_of(program: &str) -> Arc<VerifiedUnit> {
    verified(assemble(program))
}

/// Runs the top level of a unit, and tells how that ended. (What was thrown is known only until then.)
pub fn run_to_text(cx: &mut Context, unit: &Arc<VerifiedUnit>) -> String {
    cx.enter(|cx| {
        let result = run(cx, unit);
        outcome(cx, result)
    })
}

/// Runs the top level of a unit.
pub fn run(cx: &mut Context, unit: &Arc<VerifiedUnit>) -> Result<Value> {
    let index = cx.load(unit)?;
    let main = cx.main_closure(index)?;
    cx.call(main, Value::NIL, &[])
}

/// The outcome of a run as text: the value, or kind, message, and the calls from inner to outer with lines.
pub fn outcome(cx: &mut Context, result: Result<Value>) -> String {
    match result {
        Ok(v) => format!("=> {}", describe::text(cx, v)),
        Err(e) => error_text(cx, &e),
    }
}

/// As [`outcome`], of an error.
pub fn error_text(cx: &mut Context, e: &Error) -> String {
    let message = match e.kind() {
        ErrorKind::Thrown => describe::text(cx, cx.thrown()),
        _ => e.message().to_string(),
    };
    let calls: Vec<String> = e.trace().iter().map(|t| format!("{}:{}", t.function, t.line)).collect();
    let shown = if calls.len() > 6 { calls[..6].join(" < ") + " < ..." } else { calls.join(" < ") };
    format!("!! {:?}: {message} [{shown}]", e.kind())
}
