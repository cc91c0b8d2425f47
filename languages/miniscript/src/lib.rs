//! MiniScript for Quadriga.
//!
//! * [`syntax`] turns source text into a tree and reports every syntax error;
//! * [`number`] prints and reads numbers exactly as the language does;
//! * [`rng`] is the language's random number generator.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod number;
pub mod rng;
pub mod syntax;
