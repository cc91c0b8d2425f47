//! `quadriga repl` through a pipe.

mod common;

use common::{Run, arg, file, quadriga_with_input};

fn repl(input: &str) -> Run {
    quadriga_with_input(&["repl"], input.as_bytes())
}

#[test]
fn values_are_shown_and_kept() {
    assert_eq!(repl("x = 6\nx * 7\n_ + 1\nnull\n\"text\"\n[1, \"a\"]\n").ok(), "42\n43\ntext\n[1, \"a\"]\n");
}

#[test]
fn output_without_a_line_end_is_kept_apart() {
    assert_eq!(repl("print \"a\", \"\"\n1 + 1").ok(), "a\n2\n");
}

#[test]
fn input_may_have_several_lines() {
    let input = "f = function(n)\n  if n < 2 then return 1\n  return n * f(n - 1)\nend function\nf(5)\nfor i in [1,\n2]\nprint i\nend for\n";
    assert_eq!(repl(input).ok(), "120\n1\n2\n");
}

#[test]
fn an_error_ends_only_its_input() {
    let run = repl("x = 1\nprint y\nx = (2\nx + 1\n").exits(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], "Runtime Error: Undefined Identifier: 'y' is unknown in this context [line 1]");
    assert!(lines[1].starts_with("Compiler Error: "), "{lines:?}");
    assert_eq!(lines[2], "2");
}

#[test]
fn incomplete_input_at_the_end_is_an_error() {
    let run = repl("print 1\nwhile true\n").exits(0);
    assert!(run.stdout.starts_with("1\nCompiler Error: "), "{run:?}");
}

#[test]
fn commands_work() {
    let path = file("lib.ms", "double = function(x)\nreturn x * 2\nend function\nprint \"loaded\"\n");
    let input = format!(
        ":load {}\ndouble(4)\nname = \"value\"\n:globals\n:reset\nname\n:nope\n:help\n:time 1 + 1\n:quit\nprint \"never\"\n",
        arg(&path)
    );
    let run = repl(&input).exits(0);
    let out = &run.stdout;
    assert!(out.starts_with("loaded\n8\n"), "{out}");
    assert!(out.contains("name = value\n"), "{out}");
    assert!(out.contains("Undefined Identifier: 'name'"), "{out}");
    assert!(out.contains("no command :nope"), "{out}");
    assert!(out.contains(":load FILE"), "{out}");
    assert!(out.contains("2\ntime: "), "{out}");
    assert!(!out.contains("never"), "{out}");
    let run = repl(":load missing.ms\n1 + 1\n").exits(0);
    assert!(run.stderr.contains("missing.ms") && run.stdout == "2\n", "{run:?}");
}

#[test]
fn the_session_survives_limits() {
    let run = quadriga_with_input(
        &["repl", "--time-limit", "0.2", "--memory-limit", "32M"],
        b"while true\nend while\nl = []\nwhile true\nl.push [1]\nend while\nl = 0\n1 + 1\nf = function(n)\nreturn f(n + 1) + 1\nend function\nf(0)\n2 + 2\n",
    );
    let run = run.exits(0);
    assert!(run.stdout.contains("\n2\n") && run.stdout.ends_with("4\n"), "{run:?}");
    assert!(run.stdout.contains("Call stack overflow"), "{run:?}");
}

#[test]
fn scripts_read_the_lines_that_follow() {
    assert_eq!(repl("x = input(\"? \")\nAda\nx + \"!\"\n").ok(), "? \nAda!\n");
}

#[test]
fn exit_ends_the_session() {
    let run = repl("print 1\nexit 3\nprint 2\n").exits(3);
    assert_eq!(run.stdout, "1\n");
}

#[test]
fn dialects_and_json() {
    let run = quadriga_with_input(&["repl", "--dialect", "1.x"], b"2^3^2\n");
    assert_eq!(run.ok(), "64\n");
    let run = quadriga_with_input(&["repl", "--diagnostics=json"], b"print y\n1\n").exits(0);
    assert_eq!(common::json(run.stderr.trim_end())["kind"], "runtime");
    assert_eq!(run.stdout, "1\n");
}
