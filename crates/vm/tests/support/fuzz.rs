//! Hostile units: changed ones that the verifier accepts are run, and must do no harm.
//!
//! Half of the units that are changed come from the generator of the bytecode crate, half are the programs
//! of this directory. They run in contexts that many of them share (so that one finds what another left in
//! registers, globals and caches), under fuel and in all modes of the heap. Whatever they do is fine, except
//! a crash, a panic, or a context that does not work afterwards.

use super::{Mode, context_with, error_text, program, run, unit_of, verified};
use quadriga_vm::bytecode::mutate::{Rng, mutant, valid};
use quadriga_vm::bytecode::{Unit, VerifiedUnit, disasm, verify};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, ContextConfig, ErrorKind, Limits};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs in one context before it is replaced.
const RUNS_PER_CONTEXT: usize = 64;

/// What happened so far.
#[derive(Default, Debug)]
pub struct Tally {
    /// Units made.
    pub mutants: u64,
    /// Units that the verifier accepted, and that ran.
    pub accepted: u64,
    /// How the runs ended.
    pub ends: BTreeMap<String, u64>,
}

/// Source of hostile units, and where they run.
pub struct Fuzz {
    rng: Rng,
    programs: Vec<Unit>,
    base: Unit,
    cx: Box<Context>,
    probe: Arc<VerifiedUnit>,
    runs: usize,
    /// The counts.
    pub tally: Tally,
}

impl Fuzz {
    /// Everything follows from the seed (except for the addresses of objects).
    pub fn new(seed: u64) -> Fuzz {
        let mut rng = Rng(seed);
        let base = valid(&mut rng);
        let cx = fresh_context(&mut rng);
        let programs = program::all().into_iter().map(|p| p.unit).collect();
        let probe = unit_of(PROBE);
        Fuzz { rng, programs, base, cx, probe, runs: 0, tally: Tally::default() }
    }

    /// Makes a unit, and runs it if the verifier accepts it.
    pub fn step(&mut self) {
        if self.tally.mutants.is_multiple_of(8) {
            self.base = match self.rng.once_in(2) {
                true => valid(&mut self.rng),
                false => self.programs[self.rng.below(self.programs.len())].clone(),
            };
        }
        self.tally.mutants += 1;
        let mut unit = mutant(&mut self.rng, &self.base);
        if self.rng.once_in(2) {
            // Any function may be the top level.
            unit.main = self.rng.below(unit.functions.len().max(1)) as u32;
        }
        if let Ok(unit) = verify(unit) {
            self.tally.accepted += 1;
            self.run(Arc::new(unit));
        }
    }

    fn run(&mut self, unit: Arc<VerifiedUnit>) {
        self.runs += 1;
        if self.runs.is_multiple_of(RUNS_PER_CONTEXT) {
            self.cx = fresh_context(&mut self.rng);
        }
        if std::env::var_os("QUADRIGA_FUZZ_DUMP").is_some() {
            let _ = std::fs::write("fuzz-last.qasm", disasm::print(&unit));
        }
        let cx = &mut self.cx;
        let panic = std::panic::AssertUnwindSafe(|| {
            let end = cx.enter(|cx| match run(cx, &unit) {
                Ok(_) => "value".to_string(),
                Err(e) => {
                    // Describing what was thrown must work as well.
                    error_text(cx, &e);
                    match e.kind() {
                        ErrorKind::Exit(_) => "Exit".to_string(),
                        kind => format!("{kind:?}"),
                    }
                }
            });
            check_usable(cx, &self.probe);
            end
        });
        match std::panic::catch_unwind(panic) {
            Ok(end) => *self.tally.ends.entry(end).or_default() += 1,
            Err(payload) => {
                eprintln!(
                    "unit {} ({} accepted):\n{}",
                    self.tally.mutants,
                    self.tally.accepted,
                    disasm::print(&unit)
                );
                std::panic::resume_unwind(payload);
            }
        }
    }
}

/// A program that every context must run, whatever ran before in it. It names no global.
const PROBE: &str = r#"
function "main" () registers 12
  loadint r3, 0
  newlist r4, r3, 0
head:
  listappend r4, r3, 1
  addi r3, r3, 1
  jgei r3, 20, done
  loop head
done:
  closure r6, &sum
  move r9, r4
  call r6, r3, 1
  ret r3

function "sum" (list) registers 8
  loadint r4, 0
  iterinit r5, r3
  jump next
each:
  add r4, r4, r7
next:
  iternext r5, r7, each
  ret r4
"#;

fn check_usable(cx: &mut Context, probe: &Arc<VerifiedUnit>) {
    cx.collect(true);
    let sum = run(cx, probe).expect("the context works after a hostile unit");
    assert_eq!(sum, Value::int(190));
}

fn fresh_context(rng: &mut Rng) -> Box<Context> {
    let limits = Limits { max_depth: 40, memory: Some(24 << 20), time: None, fuel: Some(4_000) };
    let mode = match rng.below(8) {
        0..5 => Mode::Normal,
        5 => Mode::Stress,
        6 => Mode::SafepointStress,
        _ => Mode::Safepoints,
    };
    let mut heap = mode.heap();
    heap.collect_every = heap.collect_every.map(|_| rng.pick(&[1, 3, 10]));
    heap.nursery_bytes = 64 << 10;
    let lenient = !rng.once_in(4);
    context_with(ContextConfig { limits, heap, ..ContextConfig::default() }, lenient)
}

/// Runs the unit of a text that once made trouble.
pub fn replay(text: &str) {
    let unit = verified(quadriga_vm::bytecode::asm::parse(text).expect("assembles"));
    for lenient in [true, false] {
        let config = ContextConfig { heap: Mode::Stress.heap(), ..ContextConfig::default() };
        let mut cx = context_with(config, lenient);
        let _ = run(&mut cx, &unit);
    }
}
