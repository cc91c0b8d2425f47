//! Numbers, booleans, texts, null.

use super::{FromValue, IntoValue, Raw, View, via_raw, via_view, word_as_i64, word_as_u64};
use crate::error::Error;
use crate::scope::{Scope, Word};
use std::borrow::Cow;
use std::sync::Arc;
use vm::heap::ValueExt;

macro_rules! integers {
    ($read:ident: $($t:ident),*) => {
        $(
            impl FromValue for $t {
                via_view!();

                #[inline]
                fn from_view(mut view: View<'_, '_>) -> Result<$t, Error> {
                    match $read(view.word).and_then(|i| $t::try_from(i).ok()) {
                        Some(i) => Ok(i),
                        None if !view.word.is_number() && view.word.as_boxed_int().is_none() => {
                            Err(view.wrong("a number"))
                        }
                        None => Err(view.wrong(format_args!("an integer from {} to {}", $t::MIN, $t::MAX))),
                    }
                }
            }

            impl IntoValue for $t {
                via_raw!();

                #[inline]
                fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                    match i64::try_from(self) {
                        Ok(i) => Ok(Raw::new(cx.integer(i)?)),
                        // Beyond 63 bits there are only doubles.
                        Err(_) => (self as f64).into_raw(cx),
                    }
                }
            }
        )*
    };
}

integers!(word_as_i64: i8, i16, i32, i64, isize, u8, u16, u32);
integers!(word_as_u64: u64, usize);

macro_rules! floats {
    ($($t:ident),*) => {
        $(
            impl FromValue for $t {
                via_view!();

                #[inline]
                fn from_view(mut view: View<'_, '_>) -> Result<$t, Error> {
                    if let Some(d) = view.word.as_number() {
                        return Ok(d as $t);
                    }
                    match view.word.as_boxed_int() {
                        Some(i) => Ok(i.get() as $t),
                        None => Err(view.wrong("a number")),
                    }
                }
            }

            impl IntoValue for $t {
                via_raw!();

                #[inline]
                fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                    Ok(Raw::new(cx.adopt(Word::double_from_outside(self.into()))?))
                }
            }
        )*
    };
}

floats!(f32, f64);

impl FromValue for bool {
    via_view!();

    fn from_view(mut view: View<'_, '_>) -> Result<bool, Error> {
        match (view.word.as_bool(), view.word.as_number()) {
            (Some(b), _) => Ok(b),
            (None, Some(d)) => Ok(d != 0.0),
            (None, None) => Err(view.wrong("a boolean")),
        }
    }
}

impl IntoValue for bool {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(cx.adopt(Word::bool(self))?))
    }
}

impl FromValue for () {
    via_view!();

    fn from_view(_: View<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

impl IntoValue for () {
    via_raw!();

    fn into_raw<'s>(self, _: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(Word::NIL))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    via_view!();

    fn from_view(view: View<'_, '_>) -> Result<Option<T>, Error> {
        if view.word.is_nil() { Ok(None) } else { T::from_view(view).map(Some) }
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        match self {
            Some(v) => v.into_raw(cx),
            None => Ok(Raw::new(Word::NIL)),
        }
    }
}

macro_rules! texts {
    ($($t:ty),*) => {
        $(
            impl FromValue for $t {
                via_view!();

                fn from_view(mut view: View<'_, '_>) -> Result<$t, Error> {
                    match view.word.as_str() {
                        Some(s) => Ok(s.to_text().as_ref().into()),
                        None => Err(view.wrong("a string")),
                    }
                }
            }
        )*
    };
}

texts!(String, Box<str>, Arc<str>);

macro_rules! text_sources {
    ($($t:ty),*) => {
        $(
            impl IntoValue for $t {
                via_raw!();

                fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                    Ok(Raw::new(cx.string(&self)?))
                }
            }
        )*
    };
}

text_sources!(String, &String, &str, Box<str>, Arc<str>, &Arc<str>, Cow<'_, str>);

impl FromValue for char {
    via_view!();

    fn from_view(mut view: View<'_, '_>) -> Result<char, Error> {
        let one = view.word.as_str().filter(|s| s.char_len() == 1);
        match one.and_then(|s| s.to_text().chars().next()) {
            Some(c) => Ok(c),
            None => Err(view.wrong("a string of one character")),
        }
    }
}

impl IntoValue for char {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        let mut buffer = [0; 4];
        Ok(Raw::new(cx.string(self.encode_utf8(&mut buffer))?))
    }
}

macro_rules! by_reference {
    ($($t:ty),*) => {
        $(
            impl IntoValue for &$t {
                via_raw!();

                fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                    (*self).into_raw(cx)
                }
            }
        )*
    };
}

by_reference!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64, bool, char, &str);
