//! `check`, `disasm`, `completions`, `languages`, help.

mod common;

use common::{arg, file, json, quadriga, quadriga_with_input};

const BROKEN: &str = "x = (1 + 2\nprint x\ny = [1, 2\nif x then\nprint \"é\" +\n";

#[test]
fn check_finds_all_errors() {
    let path = file("broken.ms", BROKEN);
    let run = quadriga(&["check", arg(&path)]).exits(3);
    assert_eq!(run.stderr, "");
    let places = run.stdout.matches("-->").count();
    assert!(places >= 2, "{}", run.stdout);
    assert!(run.stdout.contains(&format!("--> {}:1:", arg(&path))), "{}", run.stdout);
    assert!(run.stdout.contains("x = (1 + 2") && !run.stdout.contains('\u{1b}'), "{}", run.stdout);
    let plain = quadriga(&["check", "--diagnostics", "plain", arg(&path)]).exits(3);
    assert_eq!(plain.stdout.lines().count(), places);
    assert!(plain.stdout.starts_with("Compiler Error: "), "{}", plain.stdout);
    let colors = quadriga(&["check", "--color", "always", arg(&path)]).exits(3);
    assert!(colors.stdout.contains('\u{1b}'));
}

#[test]
fn check_leaves_good_files_alone() {
    let good = file("good.ms", "print 1\n");
    assert_eq!(quadriga(&["check", arg(&good)]).ok(), "");
    assert_eq!(json(&quadriga(&["check", "--json", arg(&good)]).ok()), serde_json::json!([]));
    assert_eq!(quadriga_with_input(&["check", "-"], b"print 2").ok(), "");
}

#[test]
fn check_json_parses() {
    let broken = file("broken.ms", BROKEN);
    let good = file("good.ms", "print 1\n");
    let run = quadriga(&["check", "--json", arg(&broken), arg(&good), "missing.ms"]).exits(4);
    let findings = json(&run.stdout);
    let findings = findings.as_array().expect("an array");
    assert!(findings.len() >= 3, "{findings:?}");
    let first = &findings[0];
    assert_eq!((&first["severity"], &first["kind"]), (&"error".into(), &"syntax".into()));
    assert_eq!((&first["file"], &first["line"]), (&arg(&broken).into(), &1.into()));
    assert!(first["display"].as_str().is_some_and(|d| d.starts_with("Compiler Error: ")), "{first}");
    assert!(first["span"]["start"].is_u64() && first["column"].is_u64(), "{first}");
    assert_eq!(findings.last().map(|f| &f["kind"]), Some(&"file".into()));
}

#[test]
fn check_tells_unreadable_files() {
    let run = quadriga(&["check", "missing.ms"]).exits(4);
    assert!(run.stderr.contains("missing.ms"), "{run:?}");
    quadriga(&["check"]).exits(2);
}

const LOOP: &str = "f = function(o)\n  return o.x + 1\nend function\ns = 0\nfor i in range(1, 100)\n  s = s + f({\"x\": i})\nend for\n\
                    while s > 10\n  s = s / 2\nend while\nprint s\n";

#[test]
fn disasm_shows_functions() {
    let path = file("loop.ms", LOOP);
    let all = quadriga(&["disasm", arg(&path)]).ok();
    assert!(all.contains("unit ") && all.contains("function 0") && all.contains("function 1"), "{all}");
    let one = quadriga(&["disasm", "--function", "f", arg(&path)]).ok();
    assert!(one.contains("\"f\"") && one.contains("getfield") && !one.contains("unit "), "{one}");
    assert_eq!(
        quadriga(&["disasm", "-e", "print 1", "--function", "0"]).ok().matches("function ").count(),
        1
    );
    let run = quadriga(&["disasm", "--function", "nope", arg(&path)]).exits(2);
    assert!(run.stderr.contains("no function `nope`") && run.stderr.contains(" f\n"), "{run:?}");
    quadriga(&["disasm", "-e", "x = ("]).exits(3);
}

#[test]
fn disasm_shows_feedback() {
    let path = file("loop.ms", LOOP);
    let run = quadriga(&["disasm", "--feedback", arg(&path)]).exits(0);
    assert!(!run.stdout.contains("\n9.8"), "the program's output is in the listing: {}", run.stdout);
    assert!(!run.stderr.is_empty(), "the program's output is lost");
    for expected in ["{x} slot 0", " turns", "calls f ", "; int"] {
        assert!(run.stdout.contains(expected), "{expected} is missing:\n{}", run.stdout);
    }
    // What was learned before an error is shown.
    let run = quadriga(&["disasm", "--feedback", "-e", "a = 1\nb = a + 1\nprint nothing"]).exits(1);
    assert!(run.stdout.contains("; int"), "{run:?}");
}

#[test]
fn completions_exist_for_all_shells() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = quadriga(&["completions", shell]).ok();
        assert!(script.contains("quadriga") && script.contains("time-limit"), "{shell}");
    }
    quadriga(&["completions", "csh"]).exits(2);
}

#[test]
fn languages_are_listed() {
    let list = quadriga(&["languages"]).ok();
    assert!(list.contains("miniscript") && list.contains(".ms") && list.contains("1.x"), "{list}");
}

#[test]
fn help_documents_exit_codes() {
    for args in [&["--help"][..], &["run", "--help"]] {
        let help = quadriga(args).ok();
        for code in ["  5  ", "  6  ", "  7  ", "  8  ", "130  "] {
            assert!(help.contains(code), "{args:?} lacks {code}: {help}");
        }
        assert!(!help.contains('\u{1b}'), "colours in a pipe");
    }
    let run = quadriga(&["--color=always", "--help"]).exits(0);
    assert!(run.stdout.contains('\u{1b}'), "{}", run.stdout);
    assert!(quadriga(&["--version"]).ok().starts_with("quadriga "));
}
