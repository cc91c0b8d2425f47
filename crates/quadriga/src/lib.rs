//! Run programs of dynamic languages inside a Rust program: fast, isolated, with hard limits.
//!
//! ```
//! use quadriga::{Context, Engine};
//!
//! let engine = Engine::new();
//! let mut cx = Context::new(&engine)?;
//! cx.function("shout", |text: String| text.to_uppercase())?;
//! cx.set("name", "world")?;
//! let greeting = cx.eval("miniscript", "shout(\"hello \" + name)")?;
//! assert_eq!(greeting.as_str(), Some("HELLO WORLD"));
//! # Ok::<(), quadriga::Error>(())
//! ```
//!
//! # Who is who
//!
//! | | is | threads |
//! |---|---|---|
//! | [`Engine`] | the languages of a process; make one, clone it freely | `Send + Sync` |
//! | [`Script`] | a compiled program; run it in as many contexts as you like | `Send + Sync` |
//! | [`Context`] | an isolated world: globals, objects, limits | `Send`, one thread at a time |
//! | [`Scope`] | a context during a call, as host functions see it | stays where it is |
//! | [`Value`] | a value in Rust's hands; may refer to an object of a context and keeps it alive | `Send + Sync` |
//!
//! # A tour
//!
//! **Compile once, run often.** [`Engine::compile`] gives a [`Script`] or a [`CompileError`] with all findings;
//! [`Context::run`] runs it. [`Context::eval`] does both and returns the value of the last expression.
//!
//! **Talk to the script.** [`Context::get`] and [`Context::set`] read and write globals, [`Context::call`] calls
//! a function by name. Rust types convert by themselves: numbers, strings, `Option`, tuples, vectors, maps
//! ([`FromValue`] has the list), structs and enums through serde ([`Serde`], [`to_value`], [`from_value`]).
//!
//! **Let the script call Rust.** [`Context::function`] takes a closure with typed arguments. A wrong
//! argument, an `Err` and even a panic become an error of the script, with its line; the context lives on. A
//! closure whose first argument is `&mut Scope` can call back, build objects, read globals.
//!
//! ```
//! # use quadriga::{Context, Engine, Error, Function, Scope};
//! # let mut cx = Context::new(&Engine::new())?;
//! cx.function("repeat", |cx: &mut Scope, times: u32, action: Function| -> Result<(), Error> {
//!     for i in 0..times {
//!         action.call::<()>(cx, (i,))?;
//!     }
//!     Ok(())
//! })?;
//! cx.eval("miniscript", "
//!     sum = 0
//!     repeat 5, function(i)
//!         globals.sum = sum + i
//!     end function
//! ")?;
//! assert_eq!(cx.get::<i64>("sum")?, 10);
//! # Ok::<(), Error>(())
//! ```
//!
//! **Keep values.** A [`List`], [`Map`], [`Function`] or [`HostRef`] may be stored in any struct or vector, for
//! as long as you like; its object stays alive until the last clone is dropped, on whichever thread. Using one
//! with another context, or after its own is gone, is an [`Error`]. There is no `unsafe` in it for you to get
//! wrong.
//!
//! **Own Rust objects.** [`Context::host_object`] moves a Rust value into the script's world; host functions get
//! at it through [`HostRef`], and it is dropped when the script has lost it.
//!
//! **Set limits.** [`Context::builder`] limits memory, time, fuel (deterministic work), call depth and captured
//! output; [`Context::cancel_handle`] stops a script from another thread. Each ends the call with its own
//! [`ErrorKind`], no script can catch it, and the next call starts afresh.
//!
//! ```
//! # use quadriga::{Context, Engine, Error, ErrorKind};
//! use std::time::Duration;
//!
//! let mut cx = Context::builder(&Engine::new())
//!     .time_limit(Duration::from_millis(50))
//!     .memory_limit(32 << 20)
//!     .build()?;
//! let error = cx.eval("miniscript", "while true\nend while").unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Time);
//! assert_eq!(cx.eval("miniscript", "1 + 1")?.as_i64(), Some(2));
//! # Ok::<(), Error>(())
//! ```
//!
//! **Decide what scripts see.** Output goes to standard output, a string or a closure; input, modules, files,
//! arguments and the environment do not exist unless the builder provides them.
//!
//! The examples of this crate: `rules` (a rule engine with host functions, structs and limits), `limits`,
//! `host_functions`, and `embedding_overhead`, which measures what crossing the border costs.
//!
//! # Features
//!
//! * `miniscript` (default): the MiniScript language, name `"miniscript"`, variants `"2.0"` and `"1.x"`.
//! * `serde` (default): [`Serde`], [`to_value`], [`from_value`].
//! * `jit`: reserved for the optimising compiler; has no effect yet.
//!
//! # What a host should know
//!
//! * The code of everything that a context ever ran, and every function made by [`Context::function`], stays in
//!   the context until it is dropped. Compile what runs often once; use short-lived contexts for the rest.
//! * The memory limit counts the objects of the context. What host functions allocate in Rust is theirs.
//! * Limits are checked by running script code. A host function that works for long calls [`Scope::charge`].
//! * A panic of a host function is caught, but the process's panic hook sees it first and prints it. With
//!   `panic = "abort"` nothing can be caught.
//! * Host functions run on the context's own native stack of 1 MB ([`ContextBuilder::native_stack`]).
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

/// The example of the project's front page compiles and runs.
#[cfg(all(doctest, feature = "miniscript"))]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
