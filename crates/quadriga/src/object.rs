//! Objects that scripts pass around without looking inside.

use crate::containers::reference;
use crate::convert::{FromValue, IntoValue, Raw, View, via_raw, via_view};
use crate::error::{Error, ErrorKind};
use crate::handle::Handle;
use crate::scope::{AsScope, Scope};
use std::any::{Any, type_name};
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use vm::heap::ValueExt;
use vm::heap::layout::Kind;

/// A value that is none of the kinds which the library knows: an error value of a language, an iterator, a
/// host object. It can be kept, compared by identity, and passed back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opaque(pub(crate) Handle);

reference!(
    Opaque,
    "an object",
    Kind::Record | Kind::Host | Kind::Weak | Kind::Typed | Kind::Generator | Kind::Box
);

/// A Rust value that lives in a context, made by [`crate::Context::host_object`].
///
/// Scripts store it and pass it on, but cannot look inside; host functions take a `HostRef<T>` argument and
/// get at the Rust value with [`HostRef::with`]. The Rust value is dropped when the collector finds that
/// neither script nor host refers to it, or with the context, on whichever thread that happens.
///
/// ```
/// use quadriga::{Context, Engine, Error, HostRef, Scope};
///
/// struct Account { balance: i64 }
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.function("deposit", |cx: &mut Scope, account: HostRef<Account>, amount: i64| {
///     account.with(cx, |a| {
///         a.balance += amount;
///         a.balance
///     })
/// })?;
/// let account = cx.host_object(Account { balance: 100 })?;
/// cx.set("account", &account)?;
/// assert_eq!(cx.eval("miniscript", "deposit(account, 20)")?.as_i64(), Some(120));
/// assert_eq!(account.with(&mut cx, |a| a.balance)?, 120);
/// # Ok::<(), Error>(())
/// ```
pub struct HostRef<T: Send + 'static> {
    handle: Handle,
    of: PhantomData<fn() -> T>,
}

impl<T: Send + 'static> HostRef<T> {
    pub(crate) fn new(handle: Handle) -> HostRef<T> {
        HostRef { handle, of: PhantomData }
    }

    /// Calls `f` with the Rust value.
    ///
    /// # Errors
    /// Another context, or the value is in use: `f` of a [`HostRef::with_scope`] further up works with it.
    pub fn with<R>(&self, cx: &mut impl AsScope, f: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        let cx = cx.scope();
        let host = cx.word(&self.handle)?.as_host().expect("the handle of a host object");
        match cx.vm.heap.host_mut::<T>(host) {
            Some(payload) => Ok(f(payload)),
            None => Err(in_use::<T>()),
        }
    }

    /// Calls `f` with the Rust value and the context, in which it may run scripts. As long as it does, the
    /// value is in use: another access to it fails.
    ///
    /// # Errors
    /// As [`HostRef::with`].
    pub fn with_scope<R>(
        &self,
        cx: &mut impl AsScope,
        f: impl FnOnce(&mut T, &mut Scope<'_>) -> R,
    ) -> Result<R, Error> {
        let mut cx = cx.scope();
        let index = cx.word(&self.handle)?.as_host().expect("the handle of a host object").index();
        let Some(mut payload) = cx.vm.heap.hosts.take(index) else { return Err(in_use::<T>()) };
        let value = payload.downcast_mut::<T>().expect("the type was tested when the reference was made");
        let result = catch_unwind(AssertUnwindSafe(|| f(value, &mut cx)));
        let freed = cx.vm.heap.hosts.put_back(index, payload);
        cx.vm.heap.discharge_external(freed);
        result.map_or_else(|panic| resume_unwind(panic), Ok)
    }

    /// The same object without its type.
    pub fn to_opaque(&self) -> Opaque {
        Opaque(self.handle.clone())
    }
}

#[cold]
fn in_use<T>() -> Error {
    Error::of(ErrorKind::Host, format!("the {} is in use", short_name::<T>()))
}

/// The name of a type without its path.
fn short_name<T>() -> &'static str {
    let name = type_name::<T>();
    let path_end = name.find('<').unwrap_or(name.len());
    name[..path_end].rfind("::").map_or(name, |i| &name[i + 2..])
}

/// Makes a host object; `bytes` count against the memory limit.
pub(crate) fn new<T: Send + 'static>(cx: &mut Scope<'_>, payload: T) -> Result<HostRef<T>, Error> {
    let payload: Box<dyn Any + Send> = Box::new(payload);
    let host =
        cx.vm.heap.host(payload, crate::scope::Word::NIL, size_of::<T>()).map_err(|e| cx.fail(e.into()))?;
    Ok(HostRef::new(cx.handle(host.value())))
}

impl<T: Send + 'static> FromValue for HostRef<T> {
    via_view!();

    fn from_view(mut view: View<'_, '_>) -> Result<HostRef<T>, Error> {
        let hosts = &view.scope.vm.heap.hosts;
        match view.word.as_host().map(|host| hosts.get(host.index())) {
            Some(Some(payload)) if payload.is::<T>() => Ok(HostRef::new(view.scope.handle(view.word))),
            Some(None) => Err(in_use::<T>()),
            _ => Err(view.wrong(format_args!("a host object ({})", short_name::<T>()))),
        }
    }
}

impl<T: Send + 'static> IntoValue for &HostRef<T> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(cx.word(&self.handle)?))
    }
}

impl<T: Send + 'static> IntoValue for HostRef<T> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(cx.word(&self.handle)?))
    }
}

impl<T: Send + 'static> Clone for HostRef<T> {
    fn clone(&self) -> HostRef<T> {
        HostRef::new(self.handle.clone())
    }
}

impl<T: Send + 'static> PartialEq for HostRef<T> {
    /// Identity.
    fn eq(&self, other: &HostRef<T>) -> bool {
        self.handle == other.handle
    }
}

impl<T: Send + 'static> Eq for HostRef<T> {}

impl<T: Send + 'static> fmt::Debug for HostRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostRef<{}>({:?})", short_name::<T>(), self.handle)
    }
}
