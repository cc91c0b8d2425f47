//! MiniScript for Quadriga: parser, lowering, and the dialect with its library.
//!
//! * [`syntax`] turns source text into a tree and reports every syntax error;
//! * [`lower`] turns the tree into bytecode, with the operations that [`ops`] numbers;
//! * [`dialect`] answers what the engine asks about the language; the answers stand in [`runtime`];
//! * `intrinsics` are the functions that programs find defined;
//! * [`language`](mod@language) is all of that as one object for hosts;
//! * [`number`] prints and reads numbers exactly as the language does, [`rng`] is its random generator.
//!
//! Version 2.0 is the language proper. What 1.x does differently is available as a variant, as far as it is
//! cheap.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod dialect;
mod intrinsics;
pub mod language;
pub mod lower;
pub mod number;
pub mod ops;
pub mod rng;
pub mod runtime;
mod state;
pub mod syntax;

pub use dialect::MiniScriptDialect;
pub use language::MiniScript;
pub use lower::{CompileOptions, compile};
pub use syntax::Dialect as Version;

/// Name of 2.0, of its dialect and of the language of its units.
pub const LANGUAGE: &str = "miniscript";
/// The same of 1.x.
pub const LANGUAGE_V1: &str = "miniscript1";

/// Name of a version.
fn name_of(version: Version) -> &'static str {
    match version {
        Version::V2 => LANGUAGE,
        Version::V1 => LANGUAGE_V1,
    }
}

/// The language, version 2.0; its other versions are variants of it.
#[must_use]
pub fn language() -> MiniScript {
    MiniScript::new(Version::V2)
}
