//! What contexts share and what they do not: units, threads, name spaces, languages.

mod support;

use quadriga_vm::heap::ValueExt;
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Result};
use std::sync::Arc;
use support::dialect::TestDialect;
use support::program::{self, limits, run_unit};
use support::{MODES, Mode, assemble, capture, context, run_to_text, unit_of, verified};

/// Runs a unit in a name space.
fn run_in(cx: &mut Context, unit: &Arc<quadriga_vm::bytecode::VerifiedUnit>, space: Value) -> Result<Value> {
    let index = cx.load_into(unit, space.as_map().expect("a name space"))?;
    let main = cx.main_closure(index)?;
    cx.call(main, Value::NIL, &[])
}

#[test]
fn name_spaces_shadow_built_ins_each_for_itself() {
    let show = unit_of("function \"main\" () registers 4\n  getglobal r3, $fail\n  print r3\n  retnil\n");
    let define =
        unit_of("function \"main\" () registers 4\n  loadk r3, \"mine\"\n  setglobal r3, $fail\n  retnil\n");
    let forget = unit_of(
        "function \"main\" () registers 5\n  loadk r3, \"fail\"\n  special.18 r4, r3, r3\n  retnil\n",
    );
    for mode in MODES {
        let mut cx = context(mode, limits());
        let printed = capture(&mut cx);
        let a = cx.globals().value();
        let b = cx.heap.namespace_new().expect("room").value();
        cx.heap.roots.permanent.push(b);
        for (unit, space) in [
            (&show, a),
            (&show, b),
            (&define, b),
            (&show, a),
            (&show, b),
            (&forget, b),
            (&show, b),
            (&show, a),
        ] {
            run_in(&mut cx, unit, space).expect("it runs");
        }
        let seen = printed.lock().expect("nobody panicked").replace("<native fail>", "built-in");
        let lines: Vec<&str> = seen.lines().collect();
        assert_eq!(lines, ["built-in", "built-in", "built-in", "mine", "built-in", "built-in"], "{mode:?}");
    }
}

#[test]
fn languages_of_a_context_have_their_own_built_ins_and_share_objects() {
    let main = "function \"main\" () registers 4\n  getglobal r3, $fail\n  ret r3\n";
    let test = unit_of(main);
    let mut unit = assemble(main);
    unit.language = "other".into();
    let other = verified(unit);
    let mut cx = context(Mode::Normal, limits());
    cx.add_dialect(Arc::new(TestDialect { name: "other", lenient: false })).expect("it installs");
    for _ in 0..2 {
        assert_eq!(run_to_text(&mut cx, &test), "=> <native fail>");
        assert_eq!(run_to_text(&mut cx, &other), "=> 4");
    }
    // A variable is one for both.
    cx.set_global("fail", Value::int(1)).expect("room");
    assert_eq!(run_to_text(&mut cx, &test), "=> 1");
    assert_eq!(run_to_text(&mut cx, &other), "=> 1");
}

#[test]
fn units_are_shared_between_threads() {
    let programs = program::all();
    let chosen = ["caches", "generators", "operators", "user_maps", "exceptions"];
    std::thread::scope(|scope| {
        for program in programs.iter().filter(|p| chosen.contains(&p.name.as_str())) {
            let unit = verified(program.unit.clone());
            for _ in 0..2 {
                let unit = unit.clone();
                scope.spawn(move || {
                    for _ in 0..3 {
                        assert_eq!(run_unit(&unit, Mode::Normal), program.expected, "{}", program.name);
                    }
                });
            }
        }
    });
}

/// Counts up in a global, and keeps garbage of each round.
const COUNTER: &str = "function \"main\" () registers 6
  getglobal r3, $n
  addi r3, r3, 1
  setglobal r3, $n
  newlist r4, r3, 1
  setglobal r4, $kept
  closure r5, &again
  setglobal r5, $again
  ret r3
function \"again\" () registers 4
  getglobal r3, $kept
  ret r3
";

#[test]
fn a_context_moves_between_threads() {
    let unit = unit_of(COUNTER);
    for mode in MODES {
        let mut cx = context(mode, limits());
        cx.set_global("n", Value::int(0)).expect("room");
        for round in 1..=4 {
            let unit = unit.clone();
            let worker = std::thread::spawn(move || {
                assert_eq!(run_to_text(&mut cx, &unit), format!("=> {round}"));
                cx.collect(true);
                cx
            });
            cx = worker.join().expect("the thread ends");
            let again = cx.global("again").expect("no error").expect("a function");
            let kept = cx.call(again, Value::NIL, &[]).expect("it runs");
            assert_eq!(kept.as_list().expect("a list").get(0), Value::int(round));
        }
    }
}

#[test]
fn cancelling_comes_too_early_or_too_late() {
    let unit = unit_of("function \"main\" () registers 4\n  loadint r3, 7\n  ret r3\n");
    let mut cx = context(Mode::Normal, limits());
    let handle = cx.cancel_handle();
    assert!(handle.cancel());
    assert!(run_to_text(&mut cx, &unit).contains("Cancelled"), "the next call is meant");
    assert_eq!(run_to_text(&mut cx, &unit), "=> 7", "and no further one");
    drop(cx);
    assert!(!handle.cancel());
}
