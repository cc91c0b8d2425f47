//! Counts how many mutants of valid units the verifier accepts, and checks that it survives all of them.
//!
//! `cargo run --release --example mutate -- [mutants] [seed]`

use std::time::Instant;

use quadriga_bytecode::mutate::{Rng, mutant, valid};
use quadriga_bytecode::verify;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u64>());
    let (Some(Ok(total)), Some(Ok(seed))) =
        (arguments.next().or(Some(Ok(1_000_000))), arguments.next().or(Some(Ok(1))))
    else {
        eprintln!("usage: mutate [mutants] [seed]");
        std::process::exit(2);
    };
    let mut rng = Rng(seed);
    let mut unit = valid(&mut rng);
    let mut accepted = 0_u64;
    let mut words = 0_usize;
    let start = Instant::now();
    for i in 0..total {
        if i % 16 == 0 {
            unit = valid(&mut rng);
        }
        let mutant = mutant(&mut rng, &unit);
        words += mutant.functions.iter().map(|f| f.code.len()).sum::<usize>();
        accepted += u64::from(verify(mutant).is_ok());
    }
    let rate = 100.0 * accepted as f64 / total.max(1) as f64;
    println!("{total} mutants of {words} words: {accepted} accepted ({rate:.1} %), {:.1?}", start.elapsed());
}
