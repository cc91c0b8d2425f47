//! Contexts and interpreter.
//!
//! The parts, from the outside in: [`Context`] is an isolated world and what Rust code does with it;
//! [`Dialect`] is what a language supplies; `interp` runs verified bytecode with fast paths that all
//! languages share; `instance` holds what a context adds to shared code (caches, feedback, constants with
//! identity).

#![warn(clippy::undocumented_unsafe_blocks)]

mod api;
mod context;
mod dialect;
mod error;
pub mod feedback;
mod frame;
mod globals;
mod host;
mod instance;
mod interp;
mod language;
mod limits;
mod lookup_cache;
mod native;
mod registers;
mod roots;
mod user_map;

pub use context::{Context, ContextConfig, DEFAULT_NATIVE_STACK, DialectId, OutputFn};
pub use dialect::{
    BinaryOp, CompareOp, ContinuationFn, Dialect, Lookup, Outcome, Recipe, Store, UnaryOp, VariableKind,
};
pub use error::{Error, ErrorKind, Result, TraceEntry};
pub use host::{About, Host, InputFn, Module, ResolverFn, ZoneFn};
pub use instance::FunctionInstance;
pub use interp::{DISPATCH, Resumed};
pub use language::{CompileMode, Diagnostic, Language, Severity};
pub use limits::{CancelHandle, DEFAULT_MAX_DEPTH, Limits};
pub use native::{Args, NativeFn, NativeInfo};

pub use quadriga_bytecode as bytecode;
pub use quadriga_heap as heap;
pub use quadriga_value as value;
