//! What MiniScript's operations mean beyond the fast paths that all languages share.
//!
//! Each file holds one idea: [`operators`] and [`replicate`] the arithmetic, [`logic`] truth, [`compare`]
//! equality and order, [`fields`] and [`index`] access, [`display`] printing, [`errors`] error values,
//! [`freeze`] immutability, [`isa`] the type tests, [`convert`] arguments.
//!
//! Rules of all of them: a value is never kept in Rust's heap (the collector does not look there); a helper
//! that is not O(1) charges fuel by its size ([`Work`]), asks for room before it builds something large and
//! counts tables of its own ([`Aside`]); one that recurses asks for native stack first.

mod aside;
pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod display;
pub(crate) mod errors;
pub(crate) mod fields;
pub(crate) mod freeze;
pub(crate) mod index;
pub(crate) mod isa;
pub mod logic;
pub mod operators;
pub(crate) mod replicate;
pub(crate) mod slices;

pub(crate) use aside::Aside;

use crate::Version;
use crate::state::State;
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{MapRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, DialectId, Result};

/// The language as it runs in a context: which version it is, and where its things are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lang {
    version: Version,
    /// Where; looked up by name when it is first needed if it is not known.
    id: Option<DialectId>,
}

impl Lang {
    /// A version, in whatever place a context keeps it. Costs nothing: for slow paths that rarely need more.
    pub fn of(version: Version) -> Lang {
        Lang { version, id: None }
    }

    /// A version whose place in the context is known, for functions that live there.
    pub fn in_context(version: Version, cx: &Context) -> Lang {
        Lang { version, id: Some(Lang::of(version).id(cx)) }
    }

    /// The version.
    pub fn version(self) -> Version {
        self.version
    }

    /// Whether this is 1.x.
    pub fn v1(self) -> bool {
        self.version == Version::V1
    }

    fn id(self, cx: &Context) -> DialectId {
        self.id.unwrap_or_else(|| {
            cx.dialect_id(crate::name_of(self.version)).expect("the language is one of the context's")
        })
    }

    /// A value that the language keeps ([`slot`]).
    pub fn slot(self, cx: &Context, slot: usize) -> Value {
        cx.slot(self.id(cx), slot)
    }

    /// Keeps a value.
    pub fn set_slot(self, cx: &mut Context, slot: usize, v: Value) {
        cx.set_slot(self.id(cx), slot, v);
    }

    /// What else the language keeps.
    pub fn state(self, cx: &mut Context) -> Option<&mut State> {
        cx.state(self.id(cx))
    }

    /// Starts keeping it.
    pub fn set_state(self, cx: &mut Context, state: State) {
        cx.set_state(self.id(cx), state);
    }

    /// A map that the language keeps.
    pub fn type_map(self, cx: &Context, slot: usize) -> Option<MapRef> {
        self.slot(cx, slot).as_map()
    }
}

/// Values that the language keeps alive in a context, by index.
pub(crate) mod slot {
    pub const NUMBER: usize = 0;
    pub const STRING: usize = 1;
    pub const LIST: usize = 2;
    pub const MAP: usize = 3;
    pub const FUNC_REF: usize = 4;
    pub const ERROR: usize = 5;
    /// All intrinsics by name.
    pub const INTRINSICS: usize = 6;
    /// The error value that those made by the runtime have as their `__isa`.
    pub const RUNTIME_ERROR: usize = 7;
    /// The names of the two fields of a map element during iteration, and such an element to copy.
    pub const KEY: usize = 8;
    pub const VALUE: usize = 9;
    pub const ELEMENT: usize = 18;
    /// Maps that intrinsics hand out.
    pub const VERSION: usize = 10;
    pub const GC: usize = 11;
    pub const FILE: usize = 12;
    pub const FILE_HANDLE: usize = 13;
    pub const SHELL_ARGS: usize = 14;
    pub const ENV: usize = 15;
    /// History lists of the interactive shell.
    pub const IN: usize = 16;
    pub const OUT: usize = 17;
}

/// The type maps: slot and name.
pub(crate) const TYPE_MAPS: [(usize, &str); 6] = [
    (slot::NUMBER, "number"),
    (slot::STRING, "string"),
    (slot::LIST, "list"),
    (slot::MAP, "map"),
    (slot::FUNC_REF, "funcRef"),
    (slot::ERROR, "error"),
];

/// What a value is to a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    Null,
    Number,
    String,
    List,
    Map,
    FuncRef,
    Error,
    /// A value of the host or of another language.
    Other,
}

impl Type {
    /// The type of a value.
    pub fn of(v: Value) -> Type {
        if v.is_number() || v.is_bool() {
            return Type::Number;
        }
        match v.kind() {
            None => Type::Null,
            Some(Kind::Str) => Type::String,
            Some(Kind::List) => Type::List,
            Some(Kind::Map) => Type::Map,
            Some(Kind::Closure | Kind::Native) => Type::FuncRef,
            Some(Kind::BoxedInt) => Type::Number,
            Some(Kind::Record) if errors::is_error(v) => Type::Error,
            Some(_) => Type::Other,
        }
    }

    /// Its name, as `info` and error messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Number => "number",
            Type::String => "string",
            Type::List => "list",
            Type::Map => "map",
            Type::FuncRef => "funcRef",
            Type::Error => "error",
            Type::Other => "handle",
        }
    }

    /// The slot of its type map.
    pub fn slot(self) -> Option<usize> {
        match self {
            Type::Number => Some(slot::NUMBER),
            Type::String => Some(slot::STRING),
            Type::List => Some(slot::LIST),
            Type::Map => Some(slot::MAP),
            Type::FuncRef => Some(slot::FUNC_REF),
            Type::Error => Some(slot::ERROR),
            Type::Null | Type::Other => None,
        }
    }
}

/// The number that a value is; booleans and large integers, which only other languages make, included.
#[inline]
pub(crate) fn number_of(v: Value) -> Option<f64> {
    if v.is_int() {
        Some(v.as_int_unchecked() as f64)
    } else if v.is_double() {
        Some(v.as_double_unchecked())
    } else if is_foreign_number(v) {
        foreign_number(v)
    } else {
        None
    }
}

#[inline]
fn is_foreign_number(v: Value) -> bool {
    v.is_bool() || v.kind() == Some(Kind::BoxedInt)
}

#[cold]
fn foreign_number(v: Value) -> Option<f64> {
    match v.as_bool() {
        Some(b) => Some(f64::from(u8::from(b))),
        None => v.as_boxed_int().map(|i| i.get() as f64),
    }
}

/// 1 or 0.
#[inline]
pub(crate) fn truth_number(b: bool) -> Value {
    Value::int(i64::from(b))
}

/// Whether reading a variable with this value by its name calls it.
#[inline]
pub(crate) fn is_function(v: Value) -> bool {
    matches!(v.kind(), Some(Kind::Closure | Kind::Native))
}

/// Whether an operand is a variable that must be read with care (it holds a function, or nothing yet) and
/// the instruction has code for that.
#[inline]
pub(crate) fn takes_alternate(cx: &Context, operand: Value) -> bool {
    (operand.is_empty() || is_function(operand)) && cx.has_alternate()
}

/// Steps for work on `bytes` of text, beyond the one for having looked at it.
#[inline]
pub(crate) fn text_steps(bytes: usize) -> u64 {
    bytes as u64 / 64
}

/// Steps of helpers between two looks at the clock.
const POLL: u64 = 4096;

/// Work that a helper does in small steps: charged, and interruptible, a few thousand steps at a time.
#[derive(Default)]
pub(crate) struct Work(u64);

impl Work {
    /// Counts one step.
    #[inline]
    pub fn step(&mut self, cx: &mut Context) -> Result<()> {
        self.0 += 1;
        if self.0 >= POLL { self.pay(cx) } else { Ok(()) }
    }

    /// Counts several steps.
    #[inline]
    pub fn steps(&mut self, cx: &mut Context, steps: u64) -> Result<()> {
        self.add(steps);
        if self.0 >= POLL { self.pay(cx) } else { Ok(()) }
    }

    /// Counts steps that the next call of another method charges, where there is no context.
    #[inline]
    pub fn add(&mut self, steps: u64) {
        self.0 = self.0.saturating_add(steps);
    }

    /// Charges what was counted.
    pub fn pay(&mut self, cx: &mut Context) -> Result<()> {
        let work = std::mem::take(&mut self.0);
        cx.charge(work)?;
        cx.check_interrupt()
    }
}
