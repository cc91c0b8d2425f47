//! The example programs of the project run without an error, and print the same in every mode.

mod common;

use common::{Mode, Program, diff, run};
use std::fs;
use std::path::Path;

#[test]
fn examples_print_the_same_in_every_mode() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/programs");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "ms"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no programs in {}", folder.display());
    for path in paths {
        let program = Program {
            name: path.display().to_string(),
            source: fs::read_to_string(&path).expect("a text"),
            ..Program::default()
        };
        let expected = run(&program, Mode::Plain);
        assert!(!expected.is_empty(), "{}: no output", program.name);
        for fault in ["Runtime Error: ", "Compiler Error: "] {
            assert!(!expected.contains(fault), "{}: {expected}", program.name);
        }
        for mode in [Mode::Stress, Mode::Safepoints, Mode::Fuel] {
            let got = run(&program, mode);
            assert!(got == expected, "{} ({mode:?})\n{}", program.name, diff(&expected, &got));
        }
    }
}
