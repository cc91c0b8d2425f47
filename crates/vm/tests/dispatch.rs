//! The dispatcher needs no native stack per instruction: a long run on a small stack.

mod support;

use quadriga_vm::{ContextConfig, DISPATCH};
use support::{context_with, outcome, run, unit_of};

/// Instructions per turn of the loop below.
const PER_TURN: u64 = 4;
const TURNS: u64 = if cfg!(debug_assertions) { 500_000 } else { 25_000_000 };

#[test]
fn a_long_run_fits_a_native_stack_of_256_kb() {
    let program = format!(
        "function \"main\" () registers 6
  loadint r3, 0
  loadint r4, 0
  loadint r5, {TURNS}
L0:
  jnlt r3, r5, L1
  add r4, r4, r3
  addi r3, r3, 1
  loop L0
L1:
  ret r4
"
    );
    let mut cx = context_with(ContextConfig { native_stack: 256 << 10, ..ContextConfig::default() }, false);
    let unit = unit_of(&program);
    let result = run(&mut cx, &unit);
    let expected = TURNS * (TURNS - 1) / 2;
    assert_eq!(
        outcome(&mut cx, result),
        format!("=> {expected}"),
        "{} instructions by {DISPATCH}",
        TURNS * PER_TURN
    );
}
