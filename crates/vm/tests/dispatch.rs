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

const MIXED_TURNS: u64 = if cfg!(debug_assertions) { 30_000 } else { 3_000_000 };

/// Not only the loop: calls, fields, elements, iteration, generators, slow paths and natives return to
/// where they came from.
#[test]
fn so_does_a_run_that_uses_everything() {
    let program = format!(
        "function \"main\" () registers 24
  loadint r3, 0
  loadint r4, 0
  newmap r5, 2
  setfield r5, r4, \"n\"
  closure r6, &add
  newlist r7, r3, 1
  closure r8, &forever
  call r8, r9, 0
  loadnil r10
  loadk r11, =0.5
L0:
  loadk r12, ={MIXED_TURNS}
  jnlt r3, r12, L1
  move r12, r6
  move r15, r4
  loadint r16, 1
  call r12, r4, 2
  setfield r5, r4, \"n\"
  getfield r13, r5, \"n\"
  loadint r14, 0
  setindex r7, r14, r13
  getindex r13, r7, r14
  resume r14, r9, r10
  getglobal r15, $yes
  call r15, r15, 0
  jtrue r15, L2
  throw r15
L2:
  iterinit r15, r7
  jump L4
L3:
  mul r11, r11, r11
L4:
  iternext r15, r17, L3
  newlist r18, r3, 1
  addi r3, r3, 1
  loop L0
L1:
  add r4, r4, r14
  ret r4
function \"add\" (x, y) registers 6
  add r5, r3, r4
  ret r5
function \"forever\" () registers 5 flags generator
  loadint r3, 0
L0:
  addi r3, r3, 1
  yield r4, r3
  loop L0
"
    );
    let mut cx = context_with(ContextConfig { native_stack: 256 << 10, ..ContextConfig::default() }, false);
    let unit = unit_of(&program);
    let result = run(&mut cx, &unit);
    assert_eq!(outcome(&mut cx, result), format!("=> {}", 2 * MIXED_TURNS), "by {DISPATCH}");
}
