//! Programs as files: `programs/NAME.qasm`, and beside it `NAME.expected` with what it prints and how it
//! ends. With `QUADRIGA_BLESS=1` the tests write what they see; look at the difference before you keep it.

use super::{Mode, capture, context, run_to_text, shorthand, verified};
use quadriga_vm::Limits;
use quadriga_vm::bytecode::{Unit, VerifiedUnit, asm};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A program.
pub struct Program {
    /// Name of the file, without its ending.
    pub name: String,
    /// What it is to print and how it is to end.
    pub expected: String,
    /// Its unit.
    pub unit: Unit,
    path: PathBuf,
}

/// Limits under which programs run: low enough to be reached.
pub fn limits() -> Limits {
    Limits { max_depth: 200, memory: Some(64 << 20), time: None, fuel: Some(400_000) }
}

/// All programs, by name.
pub fn all() -> Vec<Program> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut programs: Vec<Program> = std::fs::read_dir(&directory)
        .expect("the directory of programs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "qasm"))
        .map(|path| Program {
            name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
            expected: std::fs::read_to_string(path.with_extension("expected")).unwrap_or_default(),
            unit: assemble_file(&path),
            path,
        })
        .collect();
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!programs.is_empty(), "no programs in {}", directory.display());
    programs
}

fn assemble_file(path: &Path) -> Unit {
    let name = path.file_stem().expect("a name").to_string_lossy();
    let text = shorthand::expand(&name, &std::fs::read_to_string(path).expect("a program"));
    asm::parse(&text).unwrap_or_else(|e| panic!("{}: {e}\n{text}", path.display()))
}

impl Program {
    /// Runs it in a fresh context, and answers what it printed and how it ended.
    pub fn run(&self, mode: Mode) -> String {
        run_unit(&verified(self.unit.clone()), mode)
    }

    /// Fails unless a run did what is expected.
    pub fn compare(&mut self, mode: Mode, seen: &str) {
        if std::env::var_os("QUADRIGA_BLESS").is_some() && mode == Mode::Normal {
            std::fs::write(self.path.with_extension("expected"), seen).expect("written");
            self.expected = seen.to_string();
        } else {
            assert_eq!(seen, self.expected, "{} in mode {mode:?}", self.name);
        }
    }
}

/// Runs a unit in a fresh context, and answers what it printed and how it ended.
pub fn run_unit(unit: &Arc<VerifiedUnit>, mode: Mode) -> String {
    let mut cx = context(mode, limits());
    let printed = capture(&mut cx);
    let end = run_to_text(&mut cx, unit);
    let printed = printed.lock().expect("nobody panicked");
    format!("{printed}{end}\n")
}
