//! What the language keeps in a context besides values.

use crate::rng::Rng;
use quadriga_vm::bytecode::VerifiedUnit;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// State of one version of the language in a context.
pub(crate) struct State {
    /// The generator of `rnd` and `shuffle`.
    pub rng: Rng,
    /// When the context was made, for `time`; `None` where there is no clock.
    pub started: Option<Instant>,
    /// Where relative paths of the module `file` start; empty for the directory of the process.
    pub directory: PathBuf,
    /// Modules that were imported, compiled, by name and text. A context keeps all code that it ever ran: so
    /// importing a module again costs nothing.
    pub modules: HashMap<(String, Arc<str>), Arc<VerifiedUnit>>,
}

impl State {
    pub fn new() -> State {
        // The seed of a hash map is as random as the standard library gets.
        let seed = RandomState::new().build_hasher().finish();
        State {
            rng: Rng::from_bits(seed),
            started: now(),
            directory: PathBuf::new(),
            modules: HashMap::new(),
        }
    }
}

/// The present, where there is a clock.
pub(crate) fn now() -> Option<Instant> {
    if HAS_CLOCK { Some(Instant::now()) } else { None }
}

/// Whether the standard library can ask for the time.
pub(crate) const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));
