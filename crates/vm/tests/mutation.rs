//! Hostile bytecode: whatever the verifier accepts is safe to run. The example `mutate_run` does the same for
//! as long as one likes.

mod support;

use support::fuzz::Fuzz;

const MUTANTS: u64 = if cfg!(debug_assertions) { 4_000 } else { 30_000 };

#[test]
fn accepted_mutants_do_no_harm() {
    let mut fuzz = Fuzz::new(1);
    for _ in 0..MUTANTS {
        fuzz.step();
    }
    assert!(fuzz.tally.accepted * 10 >= MUTANTS, "few mutants are accepted: {:?}", fuzz.tally);
}
