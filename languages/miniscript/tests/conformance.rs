//! The language's own suites and the examples of its reference, where their folder exists.
//!
//! The folder is given by `QUADRIGA_CONFORMANCE`, or stands beside the project as `../shared/conformance`; the reference
//! beside it as `../reference/miniscript.md`. Without it the test says so and passes.
//!
//! Suite format: a line that begins with `====` separates cases (and carries a comment); in a case, a line that begins with
//! `----` separates program and expected stream.

mod common;

use common::{Mode, Program, diff, run, trimmed};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

struct Case {
    program: Program,
    /// Line of the suite on which the program begins.
    line: usize,
    expected: String,
}

/// Cases of suite 1.x that the variant does not cover, by their first line, and why.
/// `docs/languages/miniscript.md` lists them too. Each of them must fail: a case that passes leaves the table.
const NOT_COVERED: &[(usize, &str)] = &[
    (570, "lists and maps are hashed by identity, as in 2.0, not by content"),
    (589, "the same, for containers that contain themselves"),
];

fn folder() -> Option<PathBuf> {
    let path = std::env::var_os("QUADRIGA_CONFORMANCE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    println!("conformance: {} does not exist: nothing to run", path.display());
    None
}

fn read_suite(path: &Path, variant: &str) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let text = text.replace("\r\n", "\n");
    let mut cases = Vec::new();
    let (mut program, mut expected, mut line, mut in_output) = (String::new(), String::new(), 0, false);
    for (i, text) in text.lines().chain(["===="]).enumerate() {
        if text.starts_with("====") {
            if in_output {
                let name = format!("{}:{line}", path.file_name().unwrap_or_default().display());
                // The suites' own runners join the lines: there is no newline at the end.
                let source = program.trim_end_matches('\n').to_owned();
                let program =
                    Program { name, source, variant: variant.to_owned(), files: true, ..Program::default() };
                cases.push(Case { program, line, expected: std::mem::take(&mut expected) });
            }
            program.clear();
            in_output = false;
        } else if text.starts_with("----") && !in_output {
            in_output = true;
        } else {
            let part = if in_output { &mut expected } else { &mut program };
            if !in_output && part.is_empty() {
                line = i + 1;
            }
            part.push_str(text);
            part.push('\n');
        }
    }
    cases
}

/// Pairs of an `ms` block and the `out` block that follows it.
fn read_reference(path: &Path) -> Vec<Case> {
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut open: Option<Case> = None;
    while let Some((i, text)) = lines.next() {
        let variant = match text {
            "```ms" => Some(""),
            "```ms1" => Some("1.x"),
            _ => None,
        };
        if let Some(variant) = variant {
            let name = format!("reference:{}", i + 2);
            let program = Program {
                name,
                source: block(&mut lines),
                variant: variant.to_owned(),
                ..Program::default()
            };
            open = Some(Case { program, line: i + 2, expected: String::new() });
        } else if text == "```out" {
            if let Some(mut case) = open.take() {
                case.expected = block(&mut lines);
                cases.push(case);
            }
        } else if !text.trim().is_empty() {
            open = None;
        }
    }
    cases
}

fn block<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) -> String {
    lines
        .map(|(_, text)| text)
        .take_while(|text| *text != "```")
        .fold(String::new(), |all, text| all + text + "\n")
}

/// Runs cases, prints the counts, returns the failures.
fn check(what: &str, cases: &[Case], mode: Mode, excused: &[(usize, &str)]) -> String {
    let mut failures = String::new();
    let (mut passed, mut failed, mut left_out) = (0, 0, 0);
    for case in cases {
        let got = trimmed(&run(&case.program, mode));
        let expected = trimmed(&case.expected);
        let ok = got == expected;
        let excuse = excused.iter().find(|(line, _)| *line == case.line);
        match (ok, excuse) {
            (true, None) => passed += 1,
            (false, Some(_)) => left_out += 1,
            (true, Some(_)) => {
                failed += 1;
                let _ = writeln!(failures, "{}: listed as not covered, but passes\n", case.program.name);
            }
            (false, None) => {
                failed += 1;
                let _ = writeln!(failures, "{} ({mode:?})\n{}", case.program.name, diff(&expected, &got));
            }
        }
    }
    let rest = if left_out > 0 { format!(", {left_out} not covered") } else { String::new() };
    println!("{what} ({mode:?}): {passed} passed, {failed} failed{rest}");
    failures
}

fn run_everything(mode: Mode) {
    let Some(folder) = folder() else { return };
    let mut failures = String::new();
    let suite = read_suite(&folder.join("miniscript/suite-2.0.txt"), "");
    assert!(suite.len() > 770, "only {} cases in suite 2.0", suite.len());
    failures += &check("suite 2.0", &suite, mode, &[]);
    let suite = read_suite(&folder.join("miniscript/suite-1.x.txt"), "1.x");
    assert!(suite.len() > 110, "only {} cases in suite 1.x", suite.len());
    failures += &check("suite 1.x", &suite, mode, NOT_COVERED);
    let examples = read_reference(&folder.join("../reference/miniscript.md"));
    failures += &check("reference", &examples, mode, &[]);
    assert!(failures.is_empty(), "failures:\n{failures}");
}

#[test]
fn plain() {
    run_everything(Mode::Plain);
}

#[test]
fn collecting_at_every_allocation() {
    run_everything(Mode::Stress);
}

#[test]
fn collecting_at_safepoints_only() {
    run_everything(Mode::Safepoints);
}
