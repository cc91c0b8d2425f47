//! Host functions: Rust closures that scripts call.

use crate::convert::{FromValue, IntoValue, Raw, View};
use crate::error::{Error, ErrorKind, panic_message};
use crate::function::Function;
use crate::handle::Home;
use crate::scope::{Scope, Word};
use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, TryLockError};

/// Closures that can be host functions: zero to eight arguments that implement [`FromArg`], with or without a
/// first argument `&mut Scope`, returning whatever implements [`IntoReturn`].
///
/// The type of every argument must be written down in the closure (`|x: f64|`). `Marker` is found by the
/// compiler.
pub trait HostFn<Marker>: Send + Sync + 'static {
    #[doc(hidden)]
    const SHAPE: Shape;
    #[doc(hidden)]
    fn invoke<'s>(&self, cx: &'s mut Scope<'_>, args: &HostArgs<'_>) -> Result<Raw<'s>, Error>;
}

/// Like [`HostFn`], for closures that change what they captured; see [`crate::Context::function_mut`].
pub trait HostFnMut<Marker>: Send + 'static {
    #[doc(hidden)]
    const SHAPE: Shape;
    #[doc(hidden)]
    fn invoke<'s>(&mut self, cx: &'s mut Scope<'_>, args: &HostArgs<'_>) -> Result<Raw<'s>, Error>;
}

/// What the engine is told about a host function.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Shape {
    params: usize,
    variadic: bool,
}

/// The arguments of a call.
#[doc(hidden)]
pub struct HostArgs<'a> {
    args: vm::Args,
    name: &'a str,
}

/// Types of the arguments of a host function: everything that implements [`FromValue`], where `Option<T>`
/// accepts a missing argument as well, and [`Rest<T>`] as the last one.
pub trait FromArg: Sized {
    #[doc(hidden)]
    const VARIADIC: bool;
    #[doc(hidden)]
    fn from_arg(cx: &mut Scope<'_>, args: &HostArgs<'_>, index: usize) -> Result<Self, Error>;
}

/// All further arguments of a host function.
///
/// ```
/// use quadriga::{Context, Engine, Rest};
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.function("largest", |Rest(all): Rest<f64>| all.into_iter().reduce(f64::max))?;
/// assert_eq!(cx.eval("miniscript", "largest(3, 8, 5)")?.as_i64(), Some(8));
/// assert!(cx.eval("miniscript", "largest")?.is_null());
/// # Ok::<(), quadriga::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest<T>(pub Vec<T>);

impl<T: FromValue> FromArg for T {
    const VARIADIC: bool = false;

    #[inline]
    fn from_arg(cx: &mut Scope<'_>, args: &HostArgs<'_>, index: usize) -> Result<T, Error> {
        let given = args.args.given(index);
        if given.is_none()
            && let Some(absent) = T::absent()
        {
            return Ok(absent);
        }
        let word = given.unwrap_or(Word::NIL);
        T::from_view(View { scope: cx, word }).map_err(|e| bad_argument(e, args.name, index, given.is_none()))
    }
}

#[cold]
fn bad_argument(error: Error, name: &str, index: usize, missing: bool) -> Error {
    if missing {
        return Error::of(ErrorKind::Conversion, format!("{name}: argument {} is missing", index + 1));
    }
    error.within(format_args!("{name}: argument {}", index + 1))
}

impl<T: FromValue> FromArg for Rest<T> {
    const VARIADIC: bool = true;

    fn from_arg(cx: &mut Scope<'_>, args: &HostArgs<'_>, index: usize) -> Result<Rest<T>, Error> {
        (index..args.args.len()).map(|i| T::from_arg(cx, args, i)).collect::<Result<_, _>>().map(Rest)
    }
}

/// Results of host functions: everything that implements [`IntoValue`], or a `Result` of that with an error
/// that can be displayed. An [`Error`] that came out of a nested call passes through unchanged, with its trace.
pub trait IntoReturn {
    #[doc(hidden)]
    fn into_return<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error>;
}

impl<T: IntoValue> IntoReturn for T {
    #[inline]
    fn into_return<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        self.into_raw(cx)
    }
}

impl<T: IntoValue, E: Display + 'static> IntoReturn for Result<T, E> {
    #[inline]
    fn into_return<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        match self {
            Ok(value) => value.into_raw(cx),
            Err(error) => Err(host_error(error)),
        }
    }
}

#[cold]
fn host_error<E: Display + 'static>(error: E) -> Error {
    let mut error = Some(error);
    match (&mut error as &mut dyn Any).downcast_mut::<Option<Error>>().and_then(Option::take) {
        Some(own) => own,
        None => Error::new(error.map_or(String::new(), |e| e.to_string())),
    }
}

/// Marks closures without a scope argument.
#[doc(hidden)]
pub struct Plain;
/// Marks closures with a scope argument.
#[doc(hidden)]
pub struct Scoped;

macro_rules! host_fn {
    ($n:literal: $($t:ident $i:tt),*) => {
        impl<Func, Res, $($t: FromArg),*> HostFn<(Plain, fn($($t),*) -> Res)> for Func
        where
            Func: Fn($($t),*) -> Res + Send + Sync + 'static,
            Res: IntoReturn,
        {
            const SHAPE: Shape = Shape { params: $n, variadic: false $(|| $t::VARIADIC)* };

            #[inline]
            #[allow(unused_variables, reason = "no arguments")]
            fn invoke<'s>(&self, cx: &'s mut Scope<'_>, args: &HostArgs<'_>) -> Result<Raw<'s>, Error> {
                self($($t::from_arg(cx, args, $i)?),*).into_return(cx)
            }
        }

        impl<Func, Res, $($t: FromArg),*> HostFn<(Scoped, fn($($t),*) -> Res)> for Func
        where
            Func: Fn(&mut Scope<'_>, $($t),*) -> Res + Send + Sync + 'static,
            Res: IntoReturn,
        {
            const SHAPE: Shape = Shape { params: $n, variadic: false $(|| $t::VARIADIC)* };

            #[inline]
            #[allow(unused_variables, non_snake_case, reason = "no arguments; named like their types")]
            fn invoke<'s>(&self, cx: &'s mut Scope<'_>, args: &HostArgs<'_>) -> Result<Raw<'s>, Error> {
                $(let $t = $t::from_arg(cx, args, $i)?;)*
                self(cx, $($t),*).into_return(cx)
            }
        }

        impl<Func, Res, $($t: FromArg),*> HostFnMut<(Plain, fn($($t),*) -> Res)> for Func
        where
            Func: FnMut($($t),*) -> Res + Send + 'static,
            Res: IntoReturn,
        {
            const SHAPE: Shape = Shape { params: $n, variadic: false $(|| $t::VARIADIC)* };

            #[inline]
            #[allow(unused_variables, reason = "no arguments")]
            fn invoke<'s>(&mut self, cx: &'s mut Scope<'_>, args: &HostArgs<'_>) -> Result<Raw<'s>, Error> {
                self($($t::from_arg(cx, args, $i)?),*).into_return(cx)
            }
        }

        impl<Func, Res, $($t: FromArg),*> HostFnMut<(Scoped, fn($($t),*) -> Res)> for Func
        where
            Func: FnMut(&mut Scope<'_>, $($t),*) -> Res + Send + 'static,
            Res: IntoReturn,
        {
            const SHAPE: Shape = Shape { params: $n, variadic: false $(|| $t::VARIADIC)* };

            #[inline]
            #[allow(unused_variables, non_snake_case, reason = "no arguments; named like their types")]
            fn invoke<'s>(&mut self, cx: &'s mut Scope<'_>, args: &HostArgs<'_>) -> Result<Raw<'s>, Error> {
                $(let $t = $t::from_arg(cx, args, $i)?;)*
                self(cx, $($t),*).into_return(cx)
            }
        }
    };
}

host_fn!(0:);
host_fn!(1: A 0);
host_fn!(2: A 0, B 1);
host_fn!(3: A 0, B 1, C 2);
host_fn!(4: A 0, B 1, C 2, D 3);
host_fn!(5: A 0, B 1, C 2, D 3, E 4);
host_fn!(6: A 0, B 1, C 2, D 3, E 4, F 5);
host_fn!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
host_fn!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// Makes a function value of a closure.
pub(crate) fn new_function<M, F: HostFn<M>>(
    cx: &mut Scope<'_>,
    name: &str,
    method: bool,
    f: F,
) -> Result<Function, Error> {
    register(cx, name, method, F::SHAPE, move |cx, args| f.invoke(cx, args).map(|raw| raw.0))
}

/// Makes a function value of a closure that changes its captures.
pub(crate) fn new_function_mut<M, F: HostFnMut<M>>(
    cx: &mut Scope<'_>,
    name: &str,
    method: bool,
    f: F,
) -> Result<Function, Error> {
    let f = Mutex::new(f);
    register(cx, name, method, F::SHAPE, move |cx, args| {
        let mut f = match f.try_lock() {
            Ok(f) => f,
            // It panicked once; what it captured is as it left it.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(format!("{}: called while it is running", args.name)));
            }
        };
        f.invoke(cx, args).map(|raw| raw.0)
    })
}

fn register(
    cx: &mut Scope<'_>,
    name: &str,
    method: bool,
    shape: Shape,
    code: impl Fn(&mut Scope<'_>, &HostArgs<'_>) -> Result<Word, Error> + Send + Sync + 'static,
) -> Result<Function, Error> {
    let name: Arc<str> = name.into();
    let params = (1..=shape.params).map(|i| (format!("arg{i}").into_boxed_str(), Word::NIL)).collect();
    let info = vm::NativeInfo {
        name: name.clone(),
        params,
        method,
        variadic: shape.variadic,
        code: bridge(cx.home.clone(), name, code),
    };
    let native = cx.vm.new_native(info).map_err(|e| cx.fail(e))?;
    Ok(Function(cx.handle(native)))
}

/// The code as the engine calls it: no panic leaves it, temporaries end, and a stop that happened inside
/// cannot be swallowed.
fn bridge(
    home: Arc<Home>,
    name: Arc<str>,
    code: impl Fn(&mut Scope<'_>, &HostArgs<'_>) -> Result<Word, Error> + Send + Sync + 'static,
) -> Arc<vm::NativeFn> {
    Arc::new(move |vm, args| {
        let mut cx = Scope { vm, home: &home };
        cx.tick();
        let mark = cx.temps().len();
        let args = HostArgs { args, name: &name };
        let result = catch_unwind(AssertUnwindSafe(|| code(&mut cx, &args)));
        cx.temps().truncate(mark);
        if let Some(stop) = home.take_pending() {
            return Err(stop);
        }
        match result {
            Ok(Ok(word)) => Ok(word),
            Ok(Err(error)) => Err(error.into_raised()),
            Err(payload) => Err(panicked(&name, &*payload)),
        }
    })
}

#[cold]
fn panicked(name: &str, payload: &(dyn Any + Send)) -> vm::Error {
    vm::Error::new(vm::ErrorKind::Panic, format!("{name}: panicked: {}", panic_message(payload)))
}
