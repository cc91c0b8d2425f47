//! Panics of Rust code: in a native that nobody guards, in one that guards what it calls, in a payload.

mod support;

use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Error, ErrorKind, NativeInfo, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use support::program::limits;
use support::{MODES, capture, context, run_to_text, unit_of};

fn native(cx: &mut Context, name: &str, code: fn(&mut Context, Args) -> Result<Value>) {
    let info = NativeInfo {
        name: name.into(),
        params: Vec::new().into(),
        method: false,
        variadic: true,
        code: Arc::new(code),
    };
    let f = cx.new_native(info).expect("room");
    cx.set_global(name, f).expect("room");
}

fn panics(_: &mut Context, _: Args) -> Result<Value> {
    panic!("as it should")
}

/// Calls its argument; a panic becomes an error, as the bridge of the public library does it.
fn guard(cx: &mut Context, args: Args) -> Result<Value> {
    let called = catch_unwind(AssertUnwindSafe(|| cx.call(args.get(0), Value::NIL, &[])));
    called.unwrap_or_else(|_| Err(Error::new(ErrorKind::Host, "panicked")))
}

/// A panic under two levels of script code, a generator and a continuation.
const GUARDED: &str = "function \"main\" () registers 12
  loadint r3, 0
  loadk r11, \"kept\"
L0:
  handler A B -> B r4
A:
  getglobal r5, $guard
  closure r8, &outer
  call r5, r4, 1
  throw r3
B:
  print r4
  addi r3, r3, 1
  jgei r3, 3, out
  loop L0
out:
  ret r11
function \"outer\" () registers 9
  newmap r3, 2
  closure r4, &iadd
  setfield r3, r4, \"__iadd__\"
  special.1 r5, r3, r3
  ret r5
function \"iadd\" (other) registers 9
  closure r4, &generates
  call r4, r4, 0
  resume r5, r4, r5
  ret r5
function \"generates\" () registers 8 flags generator
  getglobal r3, $panics
  call r3, r4, 0
  yield r5, r4
  retnil
";

#[test]
fn a_guarded_panic_leaves_the_frames_below_alone() {
    let unit = unit_of(GUARDED);
    for mode in MODES {
        let mut cx = context(mode, limits());
        native(&mut cx, "panics", panics);
        native(&mut cx, "guard", guard);
        let printed = capture(&mut cx);
        assert_eq!(run_to_text(&mut cx, &unit), "=> kept", "{mode:?}");
        assert_eq!(*printed.lock().expect("nobody panicked"), "error(panicked)\n".repeat(3));
    }
}

#[test]
fn an_unguarded_panic_goes_to_the_host_and_the_context_works_afterwards() {
    let unit = unit_of(GUARDED);
    for mode in MODES {
        let mut cx = context(mode, limits());
        native(&mut cx, "panics", panics);
        // Without the guard.
        native(&mut cx, "guard", |cx, args| cx.call(args.get(0), Value::NIL, &[]));
        for _ in 0..3 {
            let panic = catch_unwind(AssertUnwindSafe(|| run_to_text(&mut cx, &unit)));
            assert!(panic.is_err());
        }
        native(&mut cx, "guard", guard);
        assert_eq!(run_to_text(&mut cx, &unit), "=> kept", "{mode:?}");
    }
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_disturbs_nobody() {
    struct Explosive;
    impl Drop for Explosive {
        fn drop(&mut self) {
            panic!("dropped")
        }
    }
    let mut cx = context(MODES[0], limits());
    for _ in 0..20 {
        cx.enter(|cx| cx.heap.host(Box::new(Explosive), Value::NIL, 16).map(drop)).expect("room");
    }
    cx.collect(true);
    let unit = unit_of("function \"main\" () registers 4\n  loadint r3, 7\n  ret r3\n");
    assert_eq!(run_to_text(&mut cx, &unit), "=> 7");
}
