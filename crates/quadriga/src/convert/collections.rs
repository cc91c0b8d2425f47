//! Vectors, arrays, sets and maps. What is being built or read is a temporary of the heap meanwhile, since
//! elements may be of a type whose conversion runs script code.

use super::{FromValue, IntoValue, Raw, View, via_raw, via_view};
use crate::error::{Error, ErrorKind};
use crate::scope::{Scope, Word};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use vm::heap::{KeyOrigin, ValueExt};

/// Calls `each` for the elements of a list, however the list changes meanwhile.
pub(super) fn read_list<T: FromValue>(mut view: View<'_, '_>, mut each: impl FnMut(T)) -> Result<(), Error> {
    let Some(list) = view.word.as_list() else { return Err(view.wrong("a list")) };
    view.scope.rooted(|scope| {
        scope.keep(list.value());
        let mut i = 0;
        while i < list.len() {
            let word = list.get(i);
            let item = T::from_view(View { scope, word });
            each(item.map_err(|e| e.within(format_args!("element {i}")))?);
            i += 1;
        }
        Ok(())
    })
}

/// A list of what `items` yields.
pub(super) fn make_list<T: IntoValue>(
    cx: &mut Scope<'_>,
    items: impl IntoIterator<Item = T>,
) -> Result<Word, Error> {
    let items = items.into_iter();
    let capacity = items.size_hint().0.min(1 << 20);
    let list = cx.vm.heap.list_new(capacity).map_err(|e| cx.fail(e.into()))?;
    cx.rooted(|cx| {
        cx.keep(list.value());
        for item in items {
            let word = cx.rooted(|cx| item.into_raw(cx).map(|raw| raw.0))?;
            cx.vm.heap.list_push(list, word).map_err(|e| cx.fail(e.into()))?;
        }
        Ok(list.value())
    })
}

/// Calls `each` for the entries of a map.
pub(crate) fn read_map<K: FromValue, V: FromValue>(
    mut view: View<'_, '_>,
    mut each: impl FnMut(K, V),
) -> Result<(), Error> {
    let Some(map) = view.word.as_map() else { return Err(view.wrong("a map")) };
    view.scope.rooted(|scope| {
        scope.keep(map.value());
        let mut cursor = 0;
        while let Some((key, word)) = scope.vm.heap.map_next(map, &mut cursor) {
            scope.rooted(|scope| {
                // Code that runs during a conversion may remove the entry.
                scope.keep(key);
                scope.keep(word);
                let k =
                    K::from_view(View { scope, word: key }).map_err(|e| e.within(format_args!("a key")))?;
                let v = V::from_view(View { scope, word }).map_err(|e| {
                    let key = super::shown(scope, key);
                    e.within(format_args!("entry {key}"))
                })?;
                each(k, v);
                Ok::<(), Error>(())
            })?;
        }
        Ok(())
    })
}

fn make_map<K: IntoValue, V: IntoValue>(
    cx: &mut Scope<'_>,
    entries: impl IntoIterator<Item = (K, V)>,
) -> Result<Word, Error> {
    let entries = entries.into_iter();
    let map = cx.vm.heap.map_new(None, entries.size_hint().0.min(1 << 16)).map_err(|e| cx.fail(e.into()))?;
    cx.rooted(|cx| {
        cx.keep(map.value());
        for (key, value) in entries {
            cx.rooted(|cx| {
                let key = key.into_raw(cx)?.0;
                cx.keep(key);
                let value = value.into_raw(cx)?.0;
                cx.vm.heap.map_set(map, key, value, KeyOrigin::Computed).map_err(|e| cx.fail(e.into()))
            })?;
        }
        Ok(map.value())
    })
}

macro_rules! sequences {
    ($($t:ident, $add:ident $(, $bound:ident)*;)*) => {
        $(
            impl<T: FromValue $(+ $bound)*> FromValue for $t<T> {
                via_view!();

                fn from_view(view: View<'_, '_>) -> Result<Self, Error> {
                    let mut result = $t::new();
                    read_list(view, |item| { result.$add(item); })?;
                    Ok(result)
                }
            }

            impl<T: IntoValue> IntoValue for $t<T> {
                via_raw!();

                fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                    Ok(Raw::new(make_list(cx, self)?))
                }
            }
        )*
    };
}

sequences! {
    Vec, push;
    VecDeque, push_back;
    BTreeSet, insert, Ord;
}

impl<T: FromValue + Eq + Hash, S: BuildHasher + Default> FromValue for HashSet<T, S> {
    via_view!();

    fn from_view(view: View<'_, '_>) -> Result<Self, Error> {
        let mut result = HashSet::default();
        read_list(view, |item| {
            result.insert(item);
        })?;
        Ok(result)
    }
}

impl<T: IntoValue, S> IntoValue for HashSet<T, S> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(make_list(cx, self)?))
    }
}

impl<'v, T> IntoValue for &'v [T]
where
    &'v T: IntoValue,
{
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(make_list(cx, self)?))
    }
}

impl<'v, T> IntoValue for &'v Vec<T>
where
    &'v T: IntoValue,
{
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(make_list(cx, self)?))
    }
}

impl<T: FromValue, const N: usize> FromValue for [T; N] {
    via_view!();

    fn from_view(view: View<'_, '_>) -> Result<Self, Error> {
        let items = Vec::<T>::from_view(view)?;
        let got = items.len();
        items.try_into().map_err(|_| wrong_length(N, got))
    }
}

impl<T: IntoValue, const N: usize> IntoValue for [T; N] {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(make_list(cx, self)?))
    }
}

#[cold]
pub(super) fn wrong_length(wanted: usize, got: usize) -> Error {
    Error::of(ErrorKind::Conversion, format!("expected a list of {wanted} elements, but got {got}"))
}

impl<K: FromValue + Eq + Hash, V: FromValue, S: BuildHasher + Default> FromValue for HashMap<K, V, S> {
    via_view!();

    fn from_view(view: View<'_, '_>) -> Result<Self, Error> {
        let mut result = HashMap::default();
        read_map(view, |k, v| {
            result.insert(k, v);
        })?;
        Ok(result)
    }
}

impl<K: FromValue + Ord, V: FromValue> FromValue for BTreeMap<K, V> {
    via_view!();

    fn from_view(view: View<'_, '_>) -> Result<Self, Error> {
        let mut result = BTreeMap::new();
        read_map(view, |k, v| {
            result.insert(k, v);
        })?;
        Ok(result)
    }
}

impl<K: IntoValue, V: IntoValue, S> IntoValue for HashMap<K, V, S> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(make_map(cx, self)?))
    }
}

impl<K: IntoValue, V: IntoValue> IntoValue for BTreeMap<K, V> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(make_map(cx, self)?))
    }
}
