//! Arguments of intrinsics: what counts as a number, and what is said about the rest.

use super::{Lang, errors, number_of};
use crate::number;
use quadriga_vm::heap::{StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

/// What an argument turned out to be: usable, or the value to answer with instead (an error value).
pub(crate) type Arg<T> = std::result::Result<T, Value>;

/// The argument, or leaves the intrinsic with the value that stands for the failure.
macro_rules! accept {
    ($arg:expr) => {
        match $arg? {
            Ok(v) => v,
            Err(answer) => return Ok(answer),
        }
    };
}
pub(crate) use accept;

/// A number, or a string that is one from end to end. An error value is passed on.
#[inline]
pub(crate) fn number(cx: &mut Context, lang: Lang, v: Value) -> Result<Arg<f64>> {
    match v.as_number() {
        Some(n) => Ok(Ok(n)),
        None => other_number(cx, lang, v),
    }
}

#[cold]
fn other_number(cx: &mut Context, lang: Lang, v: Value) -> Result<Arg<f64>> {
    if let Some(n) = number_of(v) {
        return Ok(Ok(n));
    }
    if errors::is_error(v) {
        return Ok(Err(v));
    }
    if let Some(s) = v.as_str() {
        cx.flatten(s)?;
        cx.charge(s.byte_len() as u64 / 16)?;
        return match number::parse_strict(s.text()) {
            Some(n) => Ok(Ok(n)),
            None => Ok(Err(invalid(cx, lang, s, "number")?)),
        };
    }
    Ok(Err(errors::type_error(cx, lang, "number", v)?))
}

/// The error value for a (flat) text that is not a valid `what`.
#[cold]
pub(crate) fn invalid(cx: &mut Context, lang: Lang, s: StrRef, what: &str) -> Result<Value> {
    // The text is in two messages on its way to the third.
    cx.heap.check_size(s.byte_len().saturating_mul(4))?;
    errors::format_error(cx, lang, &format!("'{}' is not a valid {what}", s.text()))
}

/// The first argument that is an error value: the answer of a function that changes nothing.
pub(crate) fn first_error(args: Args) -> Option<Value> {
    (0..args.len()).map(|i| args.get(i)).find(|v| errors::is_error(*v))
}

/// A number where anything else counts as 0; an error value ends the program.
pub(crate) fn lenient(v: Value) -> Result<f64> {
    match number_of(v) {
        Some(n) => Ok(n),
        None => match errors::as_error(v) {
            Some(e) => Err(errors::uncaught(e)),
            None => Ok(0.0),
        },
    }
}

/// An index: truncated, anything else than a number counts as 0.
pub(crate) fn lenient_index(v: Value) -> Result<i64> {
    Ok(lenient(v)? as i64)
}
