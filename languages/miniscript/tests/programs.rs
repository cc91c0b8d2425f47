//! Every program of `tests/programs` in every mode: `NAME.ms` must print `NAME.out`, error line included.
//!
//! The first line of a program may say what it needs: `// test: ` and then, separated by blanks, `slow` (collections
//! are not forced at every allocation), `dialect=1.x`, `input=first|second` (the lines it reads;
//! to the end of the line).

mod common;

use common::{Mode, Program, diff, run};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Case {
    program: Program,
    expected: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs")
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "modules") {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "ms") {
            found.push(path);
        }
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn modules() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    sources(&folder().join("import/modules"), &mut paths);
    paths.iter().map(|p| (p.file_stem().expect("a name").to_string_lossy().into_owned(), text(p))).collect()
}

fn cases() -> Vec<Case> {
    let mut paths = Vec::new();
    sources(&folder(), &mut paths);
    paths.sort();
    assert!(paths.len() >= 200, "only {} programs found", paths.len());
    let modules = Arc::new(modules());
    let cases = paths.iter().map(|path| {
        let name = path.strip_prefix(folder()).expect("below the folder").display().to_string();
        let mut program =
            Program { name, source: text(path), modules: modules.clone(), ..Program::default() };
        read_directive(&mut program);
        Case { program, expected: text(&path.with_extension("out")) }
    });
    cases.collect()
}

/// Reads what the first line says.
fn read_directive(program: &mut Program) {
    let first = program.source.lines().next().unwrap_or_default();
    let Some(mut rest) = first.strip_prefix("// test: ").map(str::to_owned) else { return };
    while !rest.is_empty() {
        if let Some(lines) = rest.strip_prefix("input=") {
            program.input = lines.split('|').map(str::to_owned).collect();
            break;
        }
        let (word, after) = rest.split_once(' ').unwrap_or((&rest, ""));
        match word.split_once('=') {
            None if word == "slow" => program.slow = true,
            Some(("dialect", version)) => program.variant = version.to_owned(),
            _ => panic!("{}: what is {word:?}?", program.name),
        }
        rest = after.to_owned();
    }
}

fn run_all(mode: Mode) {
    let mut failures = String::new();
    let (mut count, mut failed) = (0, 0);
    for case in cases() {
        count += 1;
        let got = run(&case.program, mode);
        if got != case.expected {
            failed += 1;
            let _ = writeln!(failures, "{}\n{}", case.program.name, diff(&case.expected, &got));
        }
    }
    assert!(failures.is_empty(), "{failed} of {count} programs differ ({mode:?}):\n{failures}");
}

#[test]
fn plain() {
    run_all(Mode::Plain);
}

#[test]
fn collecting_at_every_allocation() {
    run_all(Mode::Stress);
}

#[test]
fn collecting_at_safepoints_only() {
    run_all(Mode::Safepoints);
}

#[test]
fn with_fuel() {
    run_all(Mode::Fuel);
}
