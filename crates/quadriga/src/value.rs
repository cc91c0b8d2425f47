//! Values as Rust code holds them.

use crate::containers::{List, Map};
use crate::function::Function;
use crate::object::Opaque;
use std::sync::Arc;

/// A value of a script, owned by Rust.
///
/// Scalars and strings are copies and belong to nobody. [`List`], [`Map`], [`Function`] and [`Opaque`] refer to
/// an object of a context and keep it alive wherever they are stored; they may be sent to other threads, and
/// dropped anywhere. Using one with another context is an error, never undefined behaviour; so is using one
/// whose context is gone.
///
/// Equality compares scalars and strings by content, the others by identity. `Int(1)` and `Number(1.0)`
/// differ; a language that knows one kind of number hands out `Int` for every integral number within
/// ±2^47, and `Number` for the others.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub enum Value {
    /// The absent value of every language.
    #[default]
    Null,
    /// A boolean, in languages that have them.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Any other number.
    Number(f64),
    /// A text.
    String(Arc<str>),
    /// A list.
    List(List),
    /// A map, or an object with fields.
    Map(Map),
    /// Something that can be called.
    Function(Function),
    /// Anything else: errors, iterators, host objects.
    Other(Opaque),
}

impl Value {
    /// What kind of value it is, in lower case: `null`, `boolean`, `number`, `string`, `list`, `map`,
    /// `function` or `object`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Function(_) => "function",
            Value::Other(_) => "object",
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(b) = self { Some(*b) } else { None }
    }

    /// The integer, if it is one or a number that equals one.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Value::Int(i) => Some(i),
            Value::Number(d) => crate::convert::exact_i64(d),
            _ => None,
        }
    }

    /// The number, if it is one. Integers beyond ±2^53 are rounded.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Value::Int(i) => Some(i as f64),
            Value::Number(d) => Some(d),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(s) = self { Some(s) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        if let Value::List(l) = self { Some(l) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(m) = self { Some(m) } else { None }
    }

    /// The function, if it is one.
    pub fn as_function(&self) -> Option<&Function> {
        if let Value::Function(f) = self { Some(f) } else { None }
    }
}

macro_rules! from {
    ($($from:ty => $make:expr;)*) => {
        $(
            impl From<$from> for Value {
                fn from(v: $from) -> Value {
                    let make: fn($from) -> Value = $make;
                    make(v)
                }
            }
        )*
    };
}

from! {
    () => |()| Value::Null;
    bool => Value::Bool;
    i64 => Value::Int;
    i32 => |i| Value::Int(i.into());
    u32 => |i| Value::Int(i.into());
    f64 => Value::Number;
    String => |s| Value::String(s.into());
    &str => |s| Value::String(s.into());
    Arc<str> => Value::String;
    List => Value::List;
    Map => Value::Map;
    Function => Value::Function;
    Opaque => Value::Other;
}
