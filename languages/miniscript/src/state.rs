//! What the language keeps in a context besides values.

use crate::rng::Rng;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::time::Instant;

/// State of one version of the language in a context.
pub(crate) struct State {
    /// The generator of `rnd` and `shuffle`.
    pub rng: Rng,
    /// When the context was made, for `time`; `None` where there is no clock.
    pub started: Option<Instant>,
    /// Where relative paths of the module `file` start; empty for the directory of the process.
    pub directory: PathBuf,
}

impl State {
    pub fn new() -> State {
        // The seed of a hash map is as random as the standard library gets.
        let seed = RandomState::new().build_hasher().finish();
        State { rng: Rng::from_bits(seed), started: now(), directory: PathBuf::new() }
    }
}

/// The present, where there is a clock.
pub(crate) fn now() -> Option<Instant> {
    if HAS_CLOCK { Some(Instant::now()) } else { None }
}

/// Whether the standard library can ask for the time.
pub(crate) const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));
