//! Statements: branches, loops, assignments, dropped values.

use super::*;

#[test]
fn comparisons_fuse_with_branches() {
    assert_code(
        &body("", "a = 1; b = 2\nif a < b and not a == 3 or 0.5 > b then return 1 else return 2"),
        "loadint r3, 1
         loadint r4, 2
         jnlt r3, r4, L0
         jnei r3, 3, L1
         L0:
         loadk r5, k0 (0.5)
         jnlt r4, r5, L2
         L1:
         loadint r5, 1
         ret r5
         L2:
         loadint r5, 2
         ret r5",
    );
}

#[test]
fn branches_have_alternates() {
    assert_code(
        &body("a", "if a == \"x\" then return"),
        "jnek r3, k0, L1 else L2 (\"x\")
         L0:
         retnil
         L1:
         retnil
         L2:
         getlocalx r4, r3
         jnek r4, k0, L1 (\"x\")
         jump L0",
    );
    assert_code(
        &body("a", "if a == null then return\nif null != a then return"),
        "getlocalx r4, r3
         jnotnil r4, L0
         retnil
         L0:
         getlocalx r4, r3
         jnil r4, L1
         retnil
         L1:
         retnil",
    );
}

#[test]
fn comparison_chains_branch_pair_by_pair() {
    assert_code(
        &body("", "a = 1; b = 2\nif 0 < a <= b then return 1"),
        "loadint r3, 1
         loadint r4, 2
         jngti r3, 0, L0
         jnle r3, r4, L0
         loadint r5, 1
         ret r5
         L0:
         retnil",
    );
}

#[test]
fn comparison_chains_look_at_all_operands() {
    let text = body("a, b, c", "if a < b < c then return 1");
    assert!(
        text.starts_with("lt.1 r7, r3, r4 else L2\nlt.1 r8, r4, r5 else L2\nmul r6, r7, r8\njfalse r6, L1\n"),
        "{text}"
    );
}

#[test]
fn or_goes_on_out_of_line_for_partial_truth() {
    assert_code(
        &body("a, b", "if a or b then return 1"),
        "getlocalx r5, r3
         jfull r5, L0 else L2
         jfalse r4, L1 else L3
         L0:
         loadint r5, 1
         ret r5
         L1:
         retnil
         L2:
         move r7, r5
         special.5 r6, r7, r7
         jnotempty r6, L0
         getlocalx r8, r4
         special.6 r7, r7, r8
         jtrue r7, L0
         jump L1
         L3:
         getlocalx r5, r4
         jfalse r5, L1
         jump L0",
    );
}

#[test]
fn not_turns_plain_truths_around() {
    assert_code(
        &body("a", "if not a then return 1"),
        "jfull r3, L1 else L2
         L0:
         loadint r4, 1
         ret r4
         L1:
         retnil
         L2:
         getlocalx r5, r3
         not.1 r4, r5
         jfalse r4, L1
         jump L0",
    );
}

#[test]
fn while_tests_at_the_head() {
    assert_code(
        &body("", "n = 9\nwhile n > 0\nn -= 1\nif n == 5 then continue\nif n == 3 then break\nend while"),
        "loadint r3, 9
         L0:
         jngti r3, 0, L3
         subi r3, r3, 1
         jnei r3, 5, L1
         jump L2
         L1:
         jnei r3, 3, L2
         jump L3
         L2:
         loop L0
         L3:
         retnil",
    );
}

#[test]
fn a_loop_that_never_comes_back_has_no_back_edge() {
    assert_code(&body("", "while true\nreturn 1\nend while"), "loadint r3, 1\nret r3\nretnil");
}

#[test]
fn for_puts_elements_into_the_variable() {
    assert_code(
        &body("l", "for x in l\nif x then continue\nend for"),
        "getlocalx r7, r3
         iterinit r5, r7
         jump L2
         L0:
         jfalse r4, L2 else L3
         L1:
         jump L2
         L2:
         iternext r5, r4, L0
         retnil
         L3:
         getlocalx r7, r4
         jfalse r7, L2
         jump L1",
    );
    assert_code(
        &code("for x in [1]\nend for", "@main"),
        "loadint r6, 1
         newlist r5, r6, 1
         iterinit r3, r5
         jump L1
         L0:
         setglobal r5, k0 (cell \"x\")
         L1:
         iternext r3, r5, L0
         retnil",
    );
}

#[test]
fn dropped_values_are_checked_unless_they_are_null() {
    assert_code(
        &body("", "g 1\n5\n1 < 2"),
        "getglobal r3, k0 (cell \"g\")
         loadint r6, 1
         call r3, r3, 1
         jnotnil r3, L1
         L0:
         retnil
         L1:
         special.1 r4, r3, r3
         jump L0",
    );
}

#[test]
fn stores_read_container_and_key_first() {
    assert_code(
        &body("", "a = []\na[0] = f(1)\na.x = a[1]\na[\"y\"] = 2"),
        "newlist r3, r4, 0
         getglobal r4, k0 (cell \"f\")
         loadint r7, 1
         call r4, r4, 1
         loadint r5, 0
         setindex r3, r5, r4
         loadint r5, 1
         getindex r4, r3, r5
         setfield r3, r4, k1 (\"x\")
         loadint r4, 2
         setfield r3, r4, k2 (\"y\")
         retnil",
    );
    assert_code(
        &body("a, x", "a[0] = x"),
        "getlocalx r5, r3
         getlocalx r6, r4
         loadint r7, 0
         setindex r5, r7, r6
         retnil",
    );
}

#[test]
fn compound_assignment_computes_quiet_targets_once() {
    assert_code(
        &body("a, i", "a[i] += 1"),
        "getindex r5, r3, r4 else L1
         addi r6, r5, 1
         setindex r3, r4, r6
         L0:
         retnil
         L1:
         getlocalx r5, r3
         getlocalx r6, r4
         getlocalx r7, r3
         getlocalx r8, r4
         getindex r7, r7, r8
         addi r8, r7, 1
         setindex r5, r6, r8
         jump L0",
    );
    assert_code(
        &body("", "self.x *= 2"),
        "getfieldx r3, r1, k0 (\"x\")
         mulk r4, r3, k1 (2)
         setfield r1, r4, k0 (\"x\")
         retnil",
    );
}

#[test]
fn compound_assignment_computes_other_targets_twice() {
    let source = "a[f] += 1";
    let count = |text: &str| text.lines().filter(|l| l.contains("cell \"f\"")).count();
    assert_eq!(count(&code(source, "@main")), 2);
    let v1 = CompileOptions { dialect: crate::syntax::Dialect::V1, ..CompileOptions::default() };
    let unit = compile(source, "", &v1).expect("it compiles");
    assert_eq!(count(&code_of(&unit, "@main")), 1);
}

#[test]
fn run_time_errors_report_the_line_of_the_statement() {
    let unit = compiled("x = 1\ny = [\n  x,\n  x.foo]\n", Mode::Program);
    let main = &unit.functions[0];
    let lines: Vec<u32> = main.spans.iter().map(|s| s.line).collect();
    assert!(lines.windows(2).all(|w| w[0] <= w[1]) && lines.iter().all(|l| (1..=2).contains(l)), "{lines:?}");
}

#[test]
fn the_last_expression_is_the_result_where_that_is_wanted() {
    let last = |source, mode| code_of(&compiled(source, mode), "@main");
    assert_code(
        &last("x = 1\nx + 1", Mode::Evaluate),
        "loadint r3, 1
         setglobal r3, k0 (cell \"x\")
         getglobalx r3, k0 (cell \"x\")
         addi r3, r3, 1
         ret r3",
    );
    assert_code(
        &last("if 1 then x = 2", Mode::Evaluate),
        "loadint r3, 2\nsetglobal r3, k0 (cell \"x\")\nretnil",
    );
    assert_code(
        &last("5", Mode::Repl),
        "loadint r3, 5
         jnotnil r3, L1
         L0:
         retnil
         L1:
         special.1 r4, r3, r3
         special.11 r4, r3, r3
         jump L0",
    );
}
