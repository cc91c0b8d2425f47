//! Embed dynamic languages in Rust.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[doc(hidden)]
pub extern crate quadriga_vm as vm;

mod builder;
mod containers;
mod context;
mod convert;
mod engine;
mod error;
mod function;
mod handle;
mod host;
mod languages;
mod object;
mod scope;
mod script;
#[cfg(feature = "serde")]
mod serde;
mod value;

#[cfg(feature = "serde")]
pub use crate::serde::{Serde, from_value, to_value};
pub use builder::{ContextBuilder, DEFAULT_MAX_DEPTH, HeapMode};
pub use containers::{List, Map};
pub use context::{CancelHandle, Context, Stats};
pub use convert::{FromValue, IntoArgs, IntoValue};
pub use engine::{Engine, EngineBuilder, Language};
pub use error::{Error, ErrorKind, Frame};
pub use function::Function;
pub use host::{FromArg, HostFn, HostFnMut, IntoReturn, Rest};
pub use object::{HostRef, Opaque};
pub use scope::{AsScope, Scope};
pub use script::{CompileError, Diagnostic, Mode, Script, Severity, Source};
pub use value::Value;
