//! What small programs become, as text. Every unit that a test looks at has passed the verifier.

mod errors;
mod expressions;
mod long;
mod scopes;
mod statements;

use quadriga_bytecode::insn::DOUBLES;
use quadriga_bytecode::{Unit, disasm, verify};

use super::{CompileOptions, Mode, compile};

fn compiled(source: &str, mode: Mode) -> Unit {
    let options = CompileOptions { mode, ..CompileOptions::default() };
    let unit = compile(source, "", &options).unwrap_or_else(|d| panic!("{}", d[0]));
    verify(unit).expect("the verifier accepts what the lowering writes").into_inner()
}

/// The instructions of the function `name` of a program, without places and constants.
fn code(source: &str, name: &str) -> String {
    code_of(&compiled(source, Mode::Program), name)
}

fn code_of(unit: &Unit, name: &str) -> String {
    let index = unit.functions.iter().position(|f| &*f.name == name).expect("there is such a function");
    let text = disasm::print_function(unit, index, &|_| None);
    let mut out = String::new();
    for line in text.lines().skip(1) {
        let line = line.trim();
        if line.is_empty()
            || ["@ ", "const ", "local ", "capture ", "note "].iter().any(|p| line.starts_with(p))
        {
            continue;
        }
        let (words, comment) = line.split_once(';').map_or((line, ""), |(w, c)| (w.trim(), c.trim()));
        let instruction = words.split_once("  ").map_or(words, |(_, i)| i.trim());
        // All arithmetic says that numbers are doubles.
        out.push_str(&instruction.replacen(&format!(".{DOUBLES} "), " ", 1));
        // A constant stands behind its instruction.
        if !comment.is_empty() {
            out.push_str(&format!(" ({comment})"));
        }
        out.push('\n');
    }
    out
}

/// Compares code line by line, without regard to indentation.
#[track_caller]
fn assert_code(got: &str, want: &str) {
    let clean = |s: &str| s.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    assert!(clean(got) == clean(want), "the code is\n{got}\ninstead of\n{want}");
}

/// The code of the body of a function `f` with the given parameters.
fn body(params: &str, body: &str) -> String {
    code(&format!("f = function({params})\n{body}\nend function\n"), "f")
}

/// The first error of a program, as it is reported.
fn error(source: &str) -> String {
    match compile(source, "", &CompileOptions::default()) {
        Ok(_) => String::new(),
        Err(d) => d[0].report(None),
    }
}
