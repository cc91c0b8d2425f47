//! Lists and maps, by reference.

use crate::convert::{FromValue, IntoArgs, IntoValue, Raw, View, via_raw, via_view};
use crate::error::{Error, ErrorKind};
use crate::handle::Handle;
use crate::scope::{AsScope, Scope};
use crate::value::Value;
use vm::heap::{ListRef, MapRef, ValueExt};

/// A list of a context, by reference: changes are seen by the script, and the other way round.
///
/// Every method takes the context (or the [`Scope`] inside a host function) and fails with
/// [`ErrorKind::WrongContext`] or [`ErrorKind::ContextGone`] if it is not the list's own. Equality is identity.
///
/// ```
/// use quadriga::{Context, Engine, List};
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.eval("miniscript", "scores = [3, 1, 2]")?;
/// let scores: List = cx.get("scores")?;
/// scores.push(&mut cx, 10)?;
/// assert_eq!(scores.to_vec::<i64>(&mut cx)?, [3, 1, 2, 10]);
/// assert_eq!(cx.eval("miniscript", "scores.len")?.as_i64(), Some(4));
/// # Ok::<(), quadriga::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List(pub(crate) Handle);

/// A map of a context, by reference: changes are seen by the script, and the other way round. Objects of
/// languages that have classes are maps as well.
///
/// Every method takes the context (or the [`Scope`] inside a host function) and fails with
/// [`ErrorKind::WrongContext`] or [`ErrorKind::ContextGone`] if it is not the map's own. Equality is identity.
///
/// ```
/// use quadriga::{Context, Engine, Map};
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.eval("miniscript", "hero = {\"name\": \"Ada\", \"hp\": 10}")?;
/// let hero: Map = cx.get("hero")?;
/// let hp: i64 = hero.get(&mut cx, "hp")?;
/// hero.set(&mut cx, "hp", hp - 3)?;
/// assert_eq!(cx.eval("miniscript", "hero.hp")?.as_i64(), Some(7));
/// # Ok::<(), quadriga::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Map(pub(crate) Handle);

impl List {
    fn open(&self, cx: &Scope<'_>) -> Result<ListRef, Error> {
        Ok(cx.word(&self.0)?.as_list().expect("the handle of a list"))
    }

    fn open_to_write(&self, cx: &Scope<'_>) -> Result<ListRef, Error> {
        let list = self.open(cx)?;
        if list.is_immutable() { Err(frozen("list")) } else { Ok(list) }
    }

    /// Number of elements.
    ///
    /// # Errors
    /// Another context.
    pub fn len(&self, cx: &mut impl AsScope) -> Result<usize, Error> {
        Ok(self.open(&cx.scope())?.len())
    }

    /// Whether there is no element.
    ///
    /// # Errors
    /// Another context.
    pub fn is_empty(&self, cx: &mut impl AsScope) -> Result<bool, Error> {
        Ok(self.len(cx)? == 0)
    }

    /// Element `index`, counted from 0. Beyond the end: an error, or `None` if `T` is an `Option`.
    ///
    /// # Errors
    /// Another context, no such element, or it is not a `T`.
    pub fn get<T: FromValue>(&self, cx: &mut impl AsScope, index: usize) -> Result<T, Error> {
        let mut cx = cx.scope();
        let list = self.open(&cx)?;
        if index >= list.len() {
            return T::absent().ok_or_else(|| no_element(index, list.len()));
        }
        let word = list.get(index);
        T::from_view(View { scope: &mut cx, word }).map_err(|e| e.within(format_args!("element {index}")))
    }

    /// Replaces element `index`.
    ///
    /// # Errors
    /// Another context, no such element, a frozen list, the memory limit.
    pub fn set(&self, cx: &mut impl AsScope, index: usize, value: impl IntoValue) -> Result<(), Error> {
        let mut cx = cx.scope();
        let word = value.into_raw(&mut cx)?.0;
        let list = self.open_to_write(&cx)?;
        if index >= list.len() {
            return Err(no_element(index, list.len()));
        }
        cx.vm.heap.list_set(list, index, word).map_err(|e| cx.fail(e.into()))
    }

    /// Adds an element at the end.
    ///
    /// # Errors
    /// Another context, a frozen list, the memory limit.
    pub fn push(&self, cx: &mut impl AsScope, value: impl IntoValue) -> Result<(), Error> {
        let mut cx = cx.scope();
        let word = value.into_raw(&mut cx)?.0;
        let list = self.open_to_write(&cx)?;
        cx.vm.heap.list_push(list, word).map_err(|e| cx.fail(e.into()))
    }

    /// Removes the last element and returns it; `None` if there is none.
    ///
    /// # Errors
    /// Another context, a frozen list.
    pub fn pop(&self, cx: &mut impl AsScope) -> Result<Option<Value>, Error> {
        let mut cx = cx.scope();
        let list = self.open_to_write(&cx)?;
        let word = cx.vm.heap.list_pop(list).map_err(|e| cx.fail(e.into()))?;
        Ok(word.map(|word| cx.lift(word)))
    }

    /// Removes all elements.
    ///
    /// # Errors
    /// Another context, a frozen list.
    pub fn clear(&self, cx: &mut impl AsScope) -> Result<(), Error> {
        let cx = cx.scope();
        let list = self.open_to_write(&cx)?;
        cx.vm.heap.list_clear(list);
        Ok(())
    }

    /// All elements.
    ///
    /// # Errors
    /// Another context, or an element is not a `T`.
    pub fn to_vec<T: FromValue>(&self, cx: &mut impl AsScope) -> Result<Vec<T>, Error> {
        let mut cx = cx.scope();
        let word = self.open(&cx)?.value();
        Vec::from_view(View { scope: &mut cx, word })
    }
}

impl Map {
    fn open(&self, cx: &Scope<'_>) -> Result<MapRef, Error> {
        Ok(cx.word(&self.0)?.as_map().expect("the handle of a map"))
    }

    fn open_to_write(&self, cx: &Scope<'_>) -> Result<MapRef, Error> {
        let map = self.open(cx)?;
        if map.is_immutable() { Err(frozen("map")) } else { Ok(map) }
    }

    /// Number of entries.
    ///
    /// # Errors
    /// Another context.
    pub fn len(&self, cx: &mut impl AsScope) -> Result<usize, Error> {
        Ok(self.open(&cx.scope())?.len())
    }

    /// Whether there is no entry.
    ///
    /// # Errors
    /// Another context.
    pub fn is_empty(&self, cx: &mut impl AsScope) -> Result<bool, Error> {
        Ok(self.len(cx)? == 0)
    }

    /// The map's own entry under `key`. Without one: an error, or `None` if `T` is an `Option`.
    ///
    /// # Errors
    /// Another context, no such entry, or it is not a `T`.
    pub fn get<T: FromValue>(&self, cx: &mut impl AsScope, key: impl IntoValue) -> Result<T, Error> {
        let mut cx = cx.scope();
        let key = key.into_raw(&mut cx)?.0;
        let map = self.open(&cx)?;
        match cx.vm.heap.map_get(map, key) {
            Some(word) => cx.rooted(|cx| {
                cx.keep(key);
                let value = T::from_view(View { scope: cx, word });
                value.map_err(|e| {
                    let key = cx.describe(key);
                    e.within(format_args!("entry {key}"))
                })
            }),
            None => T::absent().ok_or_else(|| {
                let key = cx.describe(key);
                Error::of(ErrorKind::NotFound, format!("the map has no entry {key}"))
            }),
        }
    }

    /// Whether the map itself has an entry under `key`.
    ///
    /// # Errors
    /// Another context.
    pub fn contains(&self, cx: &mut impl AsScope, key: impl IntoValue) -> Result<bool, Error> {
        let mut cx = cx.scope();
        let key = key.into_raw(&mut cx)?.0;
        let map = self.open(&cx)?;
        Ok(cx.vm.heap.map_has(map, key))
    }

    /// Sets the entry under `key`.
    ///
    /// # Errors
    /// Another context, a frozen map, the memory limit.
    pub fn set(
        &self,
        cx: &mut impl AsScope,
        key: impl IntoValue,
        value: impl IntoValue,
    ) -> Result<(), Error> {
        let mut cx = cx.scope();
        cx.rooted(|cx| {
            let key = key.into_raw(cx)?.0;
            cx.keep(key);
            let value = value.into_raw(cx)?.0;
            let map = self.open_to_write(cx)?;
            let stored = match key.as_str() {
                // A name given by the host is as good as one in the program's text.
                Some(name) => match cx.vm.heap.intern_str(name) {
                    Ok(name) => {
                        cx.keep(name.value());
                        cx.vm.map_set_field(map, name, value)
                    }
                    Err(e) => Err(e.into()),
                },
                None => cx.vm.map_set(map, key, value),
            };
            stored.map_err(|e| cx.fail(e))
        })
    }

    /// Removes the entry under `key`; returns its value.
    ///
    /// # Errors
    /// Another context, a frozen map.
    pub fn remove(&self, cx: &mut impl AsScope, key: impl IntoValue) -> Result<Option<Value>, Error> {
        let mut cx = cx.scope();
        let key = key.into_raw(&mut cx)?.0;
        let map = self.open_to_write(&cx)?;
        let old = cx.vm.map_remove(map, key).map_err(|e| cx.fail(e))?;
        Ok(old.map(|word| cx.lift(word)))
    }

    /// All entries in their order.
    ///
    /// # Errors
    /// Another context, or a key is not a `K` or a value not a `V`.
    pub fn entries<K: FromValue, V: FromValue>(&self, cx: &mut impl AsScope) -> Result<Vec<(K, V)>, Error> {
        let mut cx = cx.scope();
        let word = self.open(&cx)?.value();
        let mut entries = Vec::new();
        crate::convert::read_map(View { scope: &mut cx, word }, |k, v| entries.push((k, v)))?;
        Ok(entries)
    }

    /// Calls the method `name`: the function in the map's own entry of that name, or in the first of its
    /// prototypes that has one, with the map as its self.
    ///
    /// ```
    /// use quadriga::{Context, Engine, Map};
    ///
    /// let mut cx = Context::new(&Engine::new())?;
    /// cx.eval("miniscript", "
    ///     Animal = {\"legs\": 4}
    ///     Animal.walk = function(steps)
    ///         return self.legs * steps
    ///     end function
    ///     bird = new Animal
    ///     bird.legs = 2
    /// ")?;
    /// let bird: Map = cx.get("bird")?;
    /// assert_eq!(bird.call_method::<i64>(&mut cx, "walk", (10,))?, 20);
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another context, no such method, and whatever stops the script.
    pub fn call_method<R: FromValue>(
        &self,
        cx: &mut impl AsScope,
        name: &str,
        args: impl IntoArgs,
    ) -> Result<R, Error> {
        let mut cx = cx.scope();
        self.open(&cx)?;
        cx.enter(None, |cx| {
            let map = self.open(cx)?;
            let key = cx.vm.heap.intern(name).map_err(|e| cx.fail(e.into()))?;
            if cx.vm.find_in_chain(map, key).is_none() {
                return Err(Error::of(ErrorKind::NotFound, format!("the map has no method '{name}'")));
            }
            cx.call_method(map.value(), key, args)
        })
    }
}

#[cold]
fn frozen(what: &str) -> Error {
    Error::of(ErrorKind::Runtime, format!("Attempt to modify a frozen {what}"))
}

#[cold]
fn no_element(index: usize, len: usize) -> Error {
    Error::of(ErrorKind::NotFound, format!("there is no element {index} in a list of {len}"))
}

/// Conversions of a reference to one kind of object.
macro_rules! reference {
    ($t:ident, $wanted:literal, $($kind:pat_param)|+) => {
        impl FromValue for $t {
            via_view!();

            fn from_view(mut view: View<'_, '_>) -> Result<$t, Error> {
                match view.word.kind() {
                    Some($($kind)|+) => Ok($t(view.scope.handle(view.word))),
                    _ => Err(view.wrong($wanted)),
                }
            }
        }

        impl IntoValue for &$t {
            via_raw!();

            fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                Ok(Raw::new(cx.word(&self.0)?))
            }
        }

        impl IntoValue for $t {
            via_raw!();

            fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                Ok(Raw::new(cx.word(&self.0)?))
            }
        }
    };
}
pub(crate) use reference;

use vm::heap::layout::Kind;
reference!(List, "a list", Kind::List);
reference!(Map, "a map", Kind::Map);
