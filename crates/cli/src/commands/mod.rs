//! The commands. Each takes its arguments and leaves an exit code.

pub mod check;
pub mod disasm;
mod feedback;
pub mod languages;
pub mod run;
