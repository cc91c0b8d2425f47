//! Fuel and depth are properties of the bytecode: a program that runs out of either stops at the same
//! instruction in every mode of the heap, and the context goes on.

mod support;

use quadriga_vm::Limits;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::program::{self, limits};
use support::{MODES, Mode, capture, context, outcome, run, run_to_text, unit_of, verified};

/// Amounts of fuel with which programs are tried.
const FUELS: [u64; 5] = [17, 60, 250, 1000, 4000];

/// What a program prints, how it ends, and what fuel it leaves.
fn run_with(unit: &Arc<quadriga_vm::bytecode::VerifiedUnit>, mode: Mode, limits: Limits) -> String {
    let mut cx = context(mode, limits);
    let printed = capture(&mut cx);
    let end = run_to_text(&mut cx, unit);
    let left = cx.fuel_left();
    let printed = printed.lock().expect("nobody panicked");
    format!("{printed}{end}\nfuel left: {left:?}\n")
}

#[test]
fn fuel_ends_a_program_at_the_same_instruction_in_every_mode() {
    let mut stopped = 0;
    for program in program::all() {
        let unit = verified(program.unit.clone());
        for fuel in FUELS {
            let limits = || Limits { fuel: Some(fuel), ..limits() };
            let normal = run_with(&unit, Mode::Normal, limits());
            stopped += usize::from(normal.contains("OutOfFuel"));
            for mode in &MODES[1..] {
                assert_eq!(
                    run_with(&unit, *mode, limits()),
                    normal,
                    "{} with fuel {fuel}, {mode:?}",
                    program.name
                );
            }
        }
    }
    assert!(stopped > 20, "only {stopped} runs ended for want of fuel");
}

/// The same for all builds: dispatchers, levels of optimisation. What is expected stands in a file, which
/// `QUADRIGA_BLESS=1` writes anew.
#[test]
fn fuel_ends_a_program_at_the_same_instruction_in_every_build() {
    let mut seen = String::new();
    // How deep native functions nest depends on the build.
    for program in program::all().iter().filter(|p| p.name != "depth") {
        let unit = verified(program.unit.clone());
        for fuel in FUELS {
            let text = run_with(&unit, Mode::Normal, Limits { fuel: Some(fuel), ..limits() });
            let mut end = text.lines().rev();
            let (left, how) = (end.next().unwrap_or(""), end.next().unwrap_or(""));
            seen += &format!("{} {fuel}: {how}; {left}\n", program.name);
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuel.expected");
    if std::env::var_os("QUADRIGA_BLESS").is_some() {
        std::fs::write(&path, &seen).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("the file of what is expected");
    for (seen, expected) in seen.lines().zip(expected.lines()) {
        assert_eq!(seen, expected);
    }
    assert_eq!(seen.lines().count(), expected.lines().count());
}

const RECURSION: &str = "function \"main\" () registers 6
  closure r3, &down
  setglobal r3, $down
  call r3, r3, 0
  ret r3
function \"down\" () registers 8
  getglobal r3, $count
  addi r3, r3, 1
  setglobal r3, $count
  getglobal r4, $down
  call r4, r4, 0
  ret r4
";

#[test]
fn depth_is_exact() {
    for mode in MODES {
        for max_depth in [1, 2, 10, 500] {
            let mut cx = context(mode, Limits { max_depth, ..limits() });
            cx.set_global("count", quadriga_vm::value::Value::int(0)).expect("room");
            let text = run_to_text(&mut cx, &unit_of(RECURSION));
            assert!(text.contains("StackOverflow"), "{text}");
            // The top level is the first of the nested calls.
            let count = cx.global("count").expect("no error").and_then(|v| v.as_int());
            assert_eq!(count, Some(max_depth as i64 - 1), "{mode:?}, depth {max_depth}");
            let again = unit_of("function \"main\" () registers 4\n  loadint r3, 7\n  ret r3\n");
            let result = run(&mut cx, &again);
            assert_eq!(outcome(&mut cx, result), "=> 7");
        }
    }
}

const ENDLESS: &str = "function \"main\" () registers 4
  loadint r3, 0
L0:
  addi r3, r3, 1
  loop L0
";

#[test]
fn deadlines_and_cancellation_stop_an_endless_loop() {
    for mode in [Mode::Normal, Mode::Safepoints] {
        let time = Duration::from_millis(30);
        let mut cx = context(mode, Limits { time: Some(time), fuel: None, ..limits() });
        let start = Instant::now();
        let text = run_to_text(&mut cx, &unit_of(ENDLESS));
        assert!(text.contains("TimeLimit"), "{text}");
        assert!(start.elapsed() >= time);
        cx.set_time_and_fuel(None, None);
        let handle = cx.cancel_handle();
        let other = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            handle.cancel()
        });
        let text = run_to_text(&mut cx, &unit_of(ENDLESS));
        assert!(other.join().expect("the thread ends"), "the context is there");
        assert!(text.contains("Cancelled"), "{text}");
        let result = run(&mut cx, &unit_of("function \"main\" () registers 4\n  loadint r3, 7\n  ret r3\n"));
        assert_eq!(outcome(&mut cx, result), "=> 7");
    }
}

/// Keeps all it makes, in pieces of 8000 elements; catches the end of memory if it can, and lets go.
const HOARDER: &str = "function \"main\" () registers 16
  loadint r3, 0
  newlist r4, r3, 0
  getglobal r8, $range
  loadint r11, 8000
  call r8, r5, 1
  handler A B -> C r6
A:
  loadint r7, 0
  setindex r5, r7, r7
L0:
  loadint r13, 0
  loadint r14, 8000
  slice r6, r5, r13
  listappend r4, r6, 1
  addi r3, r3, 1
  loop L0
B:
C:
  loadnil r4
  print r6
  ret r6
";

#[test]
fn the_memory_limit_holds_and_its_end_can_be_caught() {
    const LIMIT: usize = 3 << 20;
    for mode in MODES {
        let unit = unit_of(HOARDER);
        let mut cx = context(mode, Limits { memory: Some(LIMIT), fuel: None, ..limits() });
        for round in 0..3 {
            let text = run_to_text(&mut cx, &unit);
            assert!(text.contains("memory"), "{text} in round {round}, {mode:?}");
            assert!(cx.heap.stats().accounted_bytes <= LIMIT);
            cx.collect(true);
            assert!(cx.heap.stats().live_bytes < LIMIT / 2, "what the script held is free, {mode:?}");
        }
    }
}
