//! Runs changed units that the verifier accepts, in the test dialect. None may crash.
//!
//! `cargo run --release -p quadriga-vm --example mutate_run -- [mutants] [seed]`
//!
//! With `QUADRIGA_FUZZ_DUMP` set, the unit about to run is in `fuzz-last.qasm`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;
use support::fuzz::Fuzz;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u64>());
    let (Some(Ok(total)), Some(Ok(seed))) =
        (arguments.next().or(Some(Ok(1_000_000))), arguments.next().or(Some(Ok(1))))
    else {
        eprintln!("usage: mutate_run [mutants] [seed]");
        std::process::exit(2);
    };
    let start = Instant::now();
    let mut fuzz = Fuzz::new(seed);
    for _ in 0..total {
        fuzz.step();
    }
    let tally = &fuzz.tally;
    let rate = 100.0 * tally.accepted as f64 / total.max(1) as f64;
    println!(
        "{total} mutants, {} accepted ({rate:.1} %) and run, {:.1?} ({} dispatcher)",
        tally.accepted,
        start.elapsed(),
        quadriga_vm::DISPATCH
    );
    for (end, n) in &tally.ends {
        println!("{n:>9} {end}");
    }
}
