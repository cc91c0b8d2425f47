//! Expressions: operands in place, constants as immediates, alternates.

use super::*;

#[test]
fn locals_stand_in_place_and_only_the_last_instruction_writes_the_target() {
    assert_code(
        &body("a, b", "x = a + b * 2\nreturn x"),
        "mulk r6, r4, k0 else L1 (2)
         add r5, r3, r6 else L1
         L0:
         ret r5
         L1:
         getlocalx r6, r3
         getlocalx r8, r4
         mulk r7, r8, k0 (2)
         add r5, r6, r7
         jump L0",
    );
}

#[test]
fn plain_locals_need_no_alternate() {
    assert_code(
        &body("", "x = 1\ny = x + 2\nx += y\nreturn y - x"),
        "loadint r3, 1
         addi r4, r3, 2
         add r3, r3, r4
         sub r5, r4, r3
         ret r5",
    );
}

#[test]
fn constants_fold_and_stand_on_the_right() {
    assert_code(
        &body("", "x = 2 ^ 3 + 1\nreturn x - 5 + 0.5 + \"a\" * 2 - 100000"),
        "loadint r3, 9
         subi r5, r3, 5
         addk r5, r5, k0 (0.5)
         addk r5, r5, k1 (\"aa\")
         subk r4, r5, k2 (100000)
         ret r4",
    );
}

#[test]
fn comparisons_give_one_or_zero() {
    assert_code(
        &body("", "a = 1; b = 2\nreturn [a > b, a >= 3, a < b < 3]"),
        "loadint r3, 1
         loadint r4, 2
         lt.1 r6, r4, r3
         loadint r9, 3
         le.1 r7, r9, r3
         lt.1 r9, r3, r4
         loadint r10, 3
         lt.1 r11, r4, r10
         mul r8, r9, r11
         newlist r5, r6, 3
         ret r5",
    );
}

#[test]
fn a_local_is_read_before_a_right_operand_with_effects() {
    assert_code(
        &body("a, b", "return a + b.len"),
        "getlocalx r5, r3
         getfieldx r6, r4, k0 else L1 (\"len\")
         L0:
         add r5, r5, r6
         ret r5
         L1:
         getlocalx r7, r4
         getfieldx r6, r7, k0 (\"len\")
         jump L0",
    );
}

#[test]
fn a_local_is_read_before_an_error_can_happen() {
    // `a` itself is looked at by the first element access, so nothing can come before it.
    let same = body("a, i", "return a[i] + a[i + 1]");
    assert!(same.starts_with("getindex r6, r3, r4 else L1\n"), "{same}");
    let other = body("a, i", "return a + i[0]");
    assert!(other.starts_with("getlocalx r5, r3\n"), "{other}");
}

#[test]
fn a_constant_string_as_a_key_is_a_field() {
    assert_code(
        &body("m", "return m[\"key\"]"),
        "getfield r4, r3, k0 else L1 (\"key\")
         L0:
         ret r4
         L1:
         getlocalx r5, r3
         getfield r4, r5, k0 (\"key\")
         jump L0",
    );
}

#[test]
fn a_literal_may_read_the_variable_that_it_is_assigned_to() {
    assert_code(
        &body("", "x = {}\nx = {\"k\": x, 1: 2}\nx = [x]"),
        "newmap r3, 0
         newmap r4, 2
         setfield r4, r3, k0 (\"k\")
         loadint r5, 1
         loadint r6, 2
         mapput r4, r5, r6
         move r3, r4
         move r4, r3
         newlist r3, r4, 1
         retnil",
    );
}

#[test]
fn long_lists_of_constants_are_copied() {
    let elements = (0..20).map(|i| i.to_string()).collect::<Vec<_>>().join(", ");
    assert_code(
        &body("", &format!("return [{elements}]")),
        &format!(
            "loadk r4, k0 ([{elements}])
             loadnil r5
             loadnil r6
             slice r3, r4, r5
             ret r3"
        ),
    );
}

#[test]
fn arguments_go_straight_into_the_window() {
    assert_code(
        &body("", "return g(1, h(2))"),
        "getglobal r3, k0 (cell \"g\")
         loadint r6, 1
         getglobal r8, k1 (cell \"h\")
         loadint r11, 2
         call r8, r7, 1
         call r3, r3, 2
         ret r3",
    );
}

#[test]
fn methods_are_looked_up_behind_their_arguments() {
    assert_code(
        &body("o, x", "return o.m(x)"),
        "getlocalx r5, r3
         getlocalx r9, r4
         getmethod r6, r5, k0 (\"m\")
         call.1 r6, r5, 1
         ret r5",
    );
    // Without arguments that invoke something, the receiver can wait.
    assert_code(
        &body("o", "return o.m(1).n"),
        "loadint r7, 1
         getmethod r4, r3, k0 else L1 (\"m\")
         L0:
         call.1 r4, r4, 1
         getfieldx r4, r4, k1 (\"n\")
         ret r4
         L1:
         getlocalx r5, r3
         getmethod r4, r5, k0 (\"m\")
         jump L0",
    );
}

#[test]
fn elements_are_called_with_their_container_as_self() {
    assert_code(
        &body("", "f = []\nreturn f[0](1)(2)"),
        "newlist r3, r4, 0
         loadint r4, 0
         loadint r8, 1
         getindexmethod r5, r3, r4
         call.1 r5, r4, 1
         move r5, r4
         loadint r8, 2
         call r5, r4, 1
         ret r4",
    );
}

#[test]
fn super_keeps_self() {
    assert_code(
        &body("", "super.f self.y\nreturn super.g"),
        "getfieldx r6, r1, k0 (\"y\")
         getmethod.1 r3, r2, k1 (\"f\")
         call.1 r3, r3, 1
         jnotnil r3, L1
         L0:
         getfieldx.1 r3, r2, k2 (\"g\")
         ret r3
         L1:
         special.1 r4, r3, r3
         jump L0",
    );
}

#[test]
fn references_are_not_invoked() {
    assert_code(
        &body("a", "return [@a, @a.b, @g, @a[0]]"),
        "move r5, r3
         getlocalx r9, r3
         special.9 r10, r9, r9
         getfield r6, r9, k0 (\"b\")
         getglobal r7, k1 (cell \"g\")
         getlocalx r9, r3
         special.9 r10, r9, r9
         loadint r10, 0
         getindex r8, r9, r10
         newlist r4, r5, 4
         ret r4",
    );
}

#[test]
fn logic_on_comparisons_is_control_flow() {
    assert_code(
        &body("", "a = 1; b = 2\nreturn a < b or not a == 1"),
        "loadint r3, 1
         loadint r4, 2
         jlt r3, r4, L0
         jeqi r3, 1, L1
         L0:
         loadint r5, 1
         jump L2
         L1:
         loadint r5, 0
         L2:
         ret r5",
    );
}

#[test]
fn logic_on_other_values_is_fuzzy() {
    assert_code(
        &body("a, b", "return a and b"),
        "getlocalx r6, r3
         loadint r5, 0
         jnone r6, L1 else L2
         L0:
         getlocalx r7, r4
         special.4 r5, r6, r7
         L1:
         ret r5
         L2:
         special.3 r7, r6, r6
         jempty r7, L0
         move r5, r7
         jump L1",
    );
}

#[test]
fn other_operations() {
    assert_code(
        &body("a", "return [not a, -a, a isa number, new a, a[1:]]"),
        "not.1 r5, r3 else L2
         L0:
         neg r6, r3 else L3
         L1:
         getlocalx r10, r3
         getglobalx r11, k0 (cell \"number\")
         special.2 r7, r10, r11
         getlocalx r10, r3
         newobject r8, r10
         getlocalx r10, r3
         loadint r11, 1
         loadnil r12
         slice r9, r10, r11
         newlist r4, r5, 5
         ret r4
         L2:
         getlocalx r10, r3
         not.1 r5, r10
         jump L0
         L3:
         getlocalx r10, r3
         neg r6, r10
         jump L1",
    );
}

#[test]
fn long_chains_are_neither_deep_trees_nor_large_frames() {
    let sum = vec!["x"; 20_000].join(" + ");
    let calls = "x".to_string() + &".f(1)[2](3)".repeat(2_000);
    let unit = compiled(&format!("x = {sum}\nx = {calls}"), Mode::Program);
    let text = code_of(&unit, "@main");
    assert_eq!(text.lines().filter(|l| l.starts_with("add ")).count(), 19_999);
    assert_eq!(text.lines().filter(|l| l.starts_with("call.1 ")).count(), 4_000);
    assert!(unit.functions[0].registers < 20, "{}", unit.functions[0].registers);
}
