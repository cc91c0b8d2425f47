//! Conversions between Rust and script values.
//!
//! Both traits come in two layers: what one implements for a type of one's own works with owned [`Value`]s;
//! hidden methods, which the implementations of this crate override, work on raw values without a detour.
//! A [`View`] or [`Raw`] borrows the scope for as long as it exists, so that no raw value can outlive
//! the next thing that happens in the context.

mod collections;
mod scalars;
mod tuples;

pub(crate) use collections::read_map;

use crate::error::{Error, ErrorKind};
use crate::scope::{Scope, Word};
use crate::value::Value;
use std::fmt;
use std::marker::PhantomData;
use vm::heap::ValueExt;

/// Rust types that script values turn into.
///
/// | Rust | accepts |
/// |---|---|
/// | [`Value`] | everything |
/// | `bool` | booleans, numbers (zero is false) |
/// | integers | numbers without a fraction that are in range |
/// | `f32`, `f64` | numbers |
/// | `String`, `Box<str>`, `Arc<str>` | strings |
/// | `char` | strings of one character |
/// | `()` | everything, and drops it |
/// | `Option<T>` | null, a missing argument or global: `None`; else what `T` accepts |
/// | `Vec<T>`, `VecDeque<T>`, `[T; N]`, tuples | lists, the latter two of the exact length |
/// | `HashMap<K, V>`, `BTreeMap<K, V>` | maps |
/// | `HashSet<T>`, `BTreeSet<T>` | lists |
/// | [`crate::List`], [`crate::Map`], [`crate::Function`], [`crate::Opaque`] | values of that kind, by reference |
/// | [`crate::HostRef<T>`](crate::HostRef) | host objects that hold a `T` |
/// | `Serde<T>` (feature `serde`) | what `T: Deserialize` accepts |
///
/// ```
/// use quadriga::{Context, Engine, Error, FromValue, Scope, Value};
///
/// struct Celsius(f64);
///
/// impl FromValue for Celsius {
///     fn from_value(value: &Value, cx: &mut Scope<'_>) -> Result<Celsius, Error> {
///         Ok(Celsius(f64::from_value(value, cx)?))
///     }
/// }
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.set("t", 21.5)?;
/// assert_eq!(cx.get::<Celsius>("t")?.0, 21.5);
/// # Ok::<(), Error>(())
/// ```
pub trait FromValue: Sized {
    /// Converts a value.
    ///
    /// # Errors
    /// [`ErrorKind::Conversion`] if the value is not what the type accepts.
    fn from_value(value: &Value, cx: &mut Scope<'_>) -> Result<Self, Error>;

    #[doc(hidden)]
    fn from_view(view: View<'_, '_>) -> Result<Self, Error> {
        let View { scope, word } = view;
        let value = scope.lift(word);
        Self::from_value(&value, scope)
    }

    /// What a missing argument or global becomes.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }
}

/// Rust types that turn into script values.
///
/// Implemented for what [`FromValue`] lists, for references to it, `&str`, slices, and host objects. Integers
/// beyond the exact range of a language's numbers are rounded if the language has no others.
///
/// ```
/// use quadriga::{Context, Engine, Error, IntoValue, Scope, Value};
///
/// struct Point(f64, f64);
///
/// impl IntoValue for Point {
///     fn into_value(self, cx: &mut Scope<'_>) -> Result<Value, Error> {
///         (self.0, self.1).into_value(cx)
///     }
/// }
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.set("p", Point(1.0, 2.5))?;
/// assert_eq!(cx.eval("miniscript", "p[0] + p[1]")?.as_f64(), Some(3.5));
/// # Ok::<(), Error>(())
/// ```
pub trait IntoValue: Sized {
    /// Converts to a value.
    ///
    /// # Errors
    /// The memory limit of the context, and values that belong to another one.
    fn into_value(self, cx: &mut Scope<'_>) -> Result<Value, Error>;

    #[doc(hidden)]
    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        let value = self.into_value(cx)?;
        // A dropped handle stays a root until the context is entered again.
        Ok(Raw::new(cx.lower(&value)?))
    }
}

/// A raw value and the scope that it lives in.
#[doc(hidden)]
pub struct View<'a, 'cx> {
    pub(crate) scope: &'a mut Scope<'cx>,
    pub(crate) word: Word,
}

/// A raw value that nothing may happen to but being stored.
#[doc(hidden)]
pub struct Raw<'s>(pub(crate) Word, PhantomData<&'s mut ()>);

impl Raw<'_> {
    pub(crate) fn new<'s>(word: Word) -> Raw<'s> {
        Raw(word, PhantomData)
    }
}

impl View<'_, '_> {
    /// The error that the value is not `wanted`.
    #[cold]
    pub(crate) fn wrong(&mut self, wanted: impl fmt::Display) -> Error {
        let got = shown(self.scope, self.word);
        Error::of(ErrorKind::Conversion, format!("expected {wanted}, but got {got}"))
    }
}

/// A short description of a value for an error message.
fn shown(scope: &mut Scope<'_>, word: Word) -> String {
    match scope.lift(word) {
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Number(d) => d.to_string(),
        Value::String(s) if s.chars().count() <= 40 => format!("\"{s}\""),
        Value::String(s) => format!("\"{}...\"", s.chars().take(37).collect::<String>()),
        Value::Other(_) => {
            let text = scope.describe(word);
            if text.chars().count() <= 200 {
                text
            } else {
                text.chars().take(197).chain("...".chars()).collect()
            }
        }
        other => other.type_name().to_string(),
    }
}

/// `from_value` for types whose real work is in `from_view`.
pub(crate) fn through_view<T: FromValue>(value: &Value, cx: &mut Scope<'_>) -> Result<T, Error> {
    let word = cx.lower(value)?;
    T::from_view(View { scope: cx, word })
}

/// `into_value` for types whose real work is in `into_raw`.
pub(crate) fn through_raw<T: IntoValue>(value: T, cx: &mut Scope<'_>) -> Result<Value, Error> {
    let word = value.into_raw(cx)?.0;
    Ok(cx.lift(word))
}

/// The two detours of an implementation.
macro_rules! via_view {
    () => {
        fn from_value(value: &$crate::Value, cx: &mut $crate::Scope<'_>) -> Result<Self, $crate::Error> {
            $crate::convert::through_view(value, cx)
        }
    };
}
macro_rules! via_raw {
    () => {
        fn into_value(self, cx: &mut $crate::Scope<'_>) -> Result<$crate::Value, $crate::Error> {
            $crate::convert::through_raw(self, cx)
        }
    };
}
pub(crate) use {via_raw, via_view};

impl FromValue for Value {
    fn from_value(value: &Value, _: &mut Scope<'_>) -> Result<Value, Error> {
        Ok(value.clone())
    }

    fn from_view(view: View<'_, '_>) -> Result<Value, Error> {
        Ok(view.scope.lift(view.word))
    }
}

impl IntoValue for Value {
    fn into_value(self, _: &mut Scope<'_>) -> Result<Value, Error> {
        Ok(self)
    }
}

impl IntoValue for &Value {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(cx.lower(self)?))
    }
}

/// The integer that equals `d`, if there is one.
pub(crate) fn exact_i64(d: f64) -> Option<i64> {
    // 2^63 as a double; the cast saturates there.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&d) && d.trunc() == d { Some(d as i64) } else { None }
}

/// The integer value of a number, if it has one that fits.
pub(crate) fn word_as_i64(word: Word) -> Option<i64> {
    word.as_i64().or_else(|| exact_i64(word.as_double()?))
}

/// The same for the numbers that need 64 bits without a sign.
pub(crate) fn word_as_u64(word: Word) -> Option<u64> {
    const END: f64 = 18_446_744_073_709_551_616.0;
    match word.as_double() {
        Some(d) if d.trunc() == d && (0.0..END).contains(&d) => Some(d as u64),
        _ => word.as_i64().and_then(|i| u64::try_from(i).ok()),
    }
}

/// Arguments of a call: a tuple of up to eight values (`()` and `(x,)` among them), a vector, an array or a
/// slice of values.
pub trait IntoArgs {
    #[doc(hidden)]
    fn push_args(self, sink: &mut ArgSink<'_, '_>) -> Result<(), Error>;
}

/// Where arguments go.
#[doc(hidden)]
pub struct ArgSink<'a, 'cx> {
    pub(crate) scope: &'a mut Scope<'cx>,
}

impl ArgSink<'_, '_> {
    fn push(&mut self, value: impl IntoValue) -> Result<(), Error> {
        // The conversion may leave temporaries of its own, which are no arguments.
        let mark = self.scope.temps().len();
        let word = value.into_raw(self.scope)?.0;
        self.scope.temps().truncate(mark);
        self.scope.keep(word);
        Ok(())
    }
}

impl<T: IntoValue> IntoArgs for Vec<T> {
    fn push_args(self, sink: &mut ArgSink<'_, '_>) -> Result<(), Error> {
        self.into_iter().try_for_each(|v| sink.push(v))
    }
}

impl<T: IntoValue, const N: usize> IntoArgs for [T; N] {
    fn push_args(self, sink: &mut ArgSink<'_, '_>) -> Result<(), Error> {
        self.into_iter().try_for_each(|v| sink.push(v))
    }
}

impl<'v, T> IntoArgs for &'v [T]
where
    &'v T: IntoValue,
{
    fn push_args(self, sink: &mut ArgSink<'_, '_>) -> Result<(), Error> {
        self.iter().try_for_each(|v| sink.push(v))
    }
}

macro_rules! args {
    ($($t:ident $i:tt),*) => {
        impl<$($t: IntoValue),*> IntoArgs for ($($t,)*) {
            #[allow(unused_variables, reason = "no arguments")]
            fn push_args(self, sink: &mut ArgSink<'_, '_>) -> Result<(), Error> {
                $(sink.push(self.$i)?;)*
                Ok(())
            }
        }
    };
}

args!();
args!(A 0);
args!(A 0, B 1);
args!(A 0, B 1, C 2);
args!(A 0, B 1, C 2, D 3);
args!(A 0, B 1, C 2, D 3, E 4);
args!(A 0, B 1, C 2, D 3, E 4, F 5);
args!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
args!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
