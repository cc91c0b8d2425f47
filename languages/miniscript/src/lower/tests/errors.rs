//! What the lowering rejects, and what it makes of names, notes and defaults.

use super::*;
use quadriga_bytecode::Const;

/// The error of a function `f(c)` with the given body, or nothing.
fn rule(body: &str) -> String {
    error(&format!("f = function(c)\n{body}\nend function\n"))
}

fn illegal(name: &str, line: u32) -> String {
    let what = format!("illegal assignment to unqualified local '{name}' based on nonlocal");
    format!("Compiler Error: {what} [line {line}]")
}

#[test]
fn a_first_assignment_must_not_read_its_variable() {
    assert_eq!(rule("n = n + 1"), illegal("n", 2));
    assert_eq!(rule("n += 1"), illegal("n", 2));
    assert_eq!(rule("n = [1, {\"a\": @n}]"), illegal("n", 2));
    assert_eq!(rule("n = n.foo(1)"), illegal("n", 2));
    assert_eq!(rule("n = g(n)"), illegal("n", 2));
    // Neither is a read of the variable: the first is another name, the second means another scope.
    assert_eq!(rule("n = function\nreturn n\nend function"), "");
    assert_eq!(rule("n = globals.n + outer.n"), "");
    // A callee with parentheses does not count, as in the reference implementation.
    assert_eq!(rule("n = n(1)"), "");
}

#[test]
fn the_rule_is_about_locals() {
    assert_eq!(error("n = n + 1"), "");
    assert_eq!(rule("c = c + 1"), "");
    assert_eq!(rule("n = 1\nn = n + 1"), "");
    assert_eq!(rule("locals.n = 1\nn = n + 1"), "");
    assert_eq!(rule("locals[\"n\"] = 1\nn = n + 1"), "");
}

#[test]
fn branches_assign_what_all_of_them_assign() {
    assert_eq!(rule("if c then n = 1\nn = n + 1"), illegal("n", 3));
    assert_eq!(rule("if c then n = 1 else n = 2\nn = n + 1"), "");
    assert_eq!(rule("if c then n = 1 else m = 2\nn = n + 1"), illegal("n", 3));
    assert_eq!(rule("if c then n = 1 else return\nn = n + 1"), "");
    assert_eq!(rule("if c then return else n = 1\nn = n + 1"), "");
    assert_eq!(rule("if c then n = 1 else if 2 then n = 2 else n = 3\nn = n + 1"), "");
    assert_eq!(rule("if c then n = 1 else if 2 then n = 2\nn = n + 1"), illegal("n", 3));
    assert_eq!(rule("if c then\nn = 1\nelse\nn = n + 1\nend if"), illegal("n", 5));
}

#[test]
fn loops_assign_nothing_unless_they_cannot_be_skipped() {
    assert_eq!(rule("while c\nn = 1\nbreak\nend while\nn += 1"), illegal("n", 6));
    assert_eq!(rule("for i in [1]\nn = i\nend for\nn += 1"), illegal("n", 5));
    assert_eq!(rule("while true\nn = 1\nif c then break\nend while\nn += 1"), "");
    assert_eq!(rule("while [0]\nn = 1\nbreak\nend while\nn += 1"), "");
    assert_eq!(rule("while \"\"\nn = 1\nbreak\nend while\nn += 1"), illegal("n", 6));
    assert_eq!(rule("while 1\nif c then break\nn = 1\nbreak\nend while\nn += 1"), illegal("n", 7));
    assert_eq!(
        rule("while 1\nfor i in [1]\nn = 1\nbreak\nend for\nbreak\nend while\nn += 1"),
        illegal("n", 9)
    );
}

#[test]
fn in_a_loop_an_earlier_assignment_moves_the_rule_to_run_time() {
    let source = "for i in c\nif i then\nn = 1\nelse\nn = n + 1\nend if\nend for";
    assert_eq!(rule(source), "");
    assert!(super::body("c", source).contains("special.7"));
    assert_eq!(rule("for i in c\nn = n + 1\nend for"), illegal("n", 3));
    assert_eq!(rule("for i in c\nif i then\nn = n + 1\nelse\nn = 1\nend if\nend for"), illegal("n", 4));
}

#[test]
fn the_first_error_of_the_text_comes_first() {
    let source = "f = function(a = b)\nend function\ng = function\nx = x\nend function";
    assert_eq!(error(source), "Compiler Error: Default value for parameter 'a' must be a constant [line 1]");
}

#[test]
fn defaults_are_constants() {
    let unit =
        compiled("f = function(a, b=-1, c=\"a\"+1, d=[1,{}], e=true, e=2*0.25)\nend function", Mode::Program);
    let f = &unit.functions[1];
    let strings: Vec<&str> = f.params.iter().map(|p| &**p).collect();
    assert_eq!(strings, ["a", "b", "c", "d", "e", "e"]);
    let list = Const::List(Box::new([Const::Int(1), Const::Map(Box::new([]))]));
    let wanted =
        [Const::Nil, Const::Int(-1), Const::Str("a1".into()), list, Const::Int(1), Const::Double(0.5)];
    assert_eq!(&*f.defaults, &wanted);
}

#[test]
fn functions_are_named_after_their_targets() {
    let source = "a = function\nend function\na.b = function\nend function\nprint function\nend function
a[1] = function\nend function\nlocals.c = function\nend function\nd = [function\nend function]";
    let unit = compiled(source, Mode::Program);
    let names: Vec<&str> = unit.functions.iter().map(|f| &*f.name).collect();
    assert_eq!(names, ["@main", "a", "a.b", "@f3", "@f4", "locals.c", "@f6"]);
}

#[test]
fn a_constant_string_at_the_start_is_a_note() {
    let unit = compiled("f = function\n\"two\" + \"!\" * 2\nreturn 1\nend function", Mode::Program);
    assert_eq!(unit.functions[1].note.as_deref(), Some("two!!"));
    assert_code(&code_of(&unit, "f"), "loadint r3, 1\nret r3");
}

#[test]
fn functions_that_are_too_large_are_errors() {
    let locals: String = (0..70_000).map(|i| format!("x{i} = {i}\n")).collect();
    assert!(rule(&locals).contains("registers"), "{}", rule(&locals));
    let call = format!("g({})", vec!["1"; 70_000].join(","));
    assert!(error(&call).contains("registers"), "{}", error(&call));
    let list = format!("x = [{}]", vec!["y"; 70_000].join(","));
    assert_eq!(error(&list), "");
}
