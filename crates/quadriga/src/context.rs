//! Contexts, from outside.

use crate::builder::ContextBuilder;
use crate::containers::{List, Map};
use crate::convert::{FromValue, IntoArgs, IntoValue};
use crate::engine::Engine;
use crate::error::Error;
use crate::function::Function;
use crate::handle::Home;
use crate::host::{HostFn, HostFnMut};
use crate::object::HostRef;
use crate::scope::{AsScope, Scope};
use crate::script::Script;
use crate::value::Value;
use crate::{host, object};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// An isolated world: globals, objects, a call stack and limits.
///
/// Contexts share nothing with each other. A context is `Send`: it may move between threads, but one thread
/// uses it at a time. After any error it can be used as before.
///
/// ```
/// use quadriga::{Context, Engine};
/// use std::time::Duration;
///
/// let engine = Engine::new();
/// let mut cx = Context::builder(&engine)
///     .memory_limit(16 << 20)
///     .time_limit(Duration::from_millis(200))
///     .capture_output()
///     .build()?;
/// cx.function("greet", |name: String| format!("Hello, {name}!"))?;
/// cx.eval("miniscript", "print greet(\"world\")")?;
/// assert_eq!(cx.take_output(), "Hello, world!\n");
/// # Ok::<(), quadriga::Error>(())
/// ```
pub struct Context {
    vm: Box<vm::Context>,
    home: Arc<Home>,
}

impl AsScope for Context {
    fn scope(&mut self) -> Scope<'_> {
        // No call is going on: temporaries that a panic left behind belong to nobody.
        self.vm.heap.roots.temps.clear();
        let mut scope = Scope { vm: &mut self.vm, home: &self.home };
        scope.tick();
        scope
    }
}

impl Context {
    /// A context without limits (but that of the call depth), which prints to standard output.
    ///
    /// # Errors
    /// The system has no memory for its stacks.
    pub fn new(engine: &Engine) -> Result<Context, Error> {
        Context::builder(engine).build()
    }

    /// A context with limits, captured output and other choices.
    pub fn builder(engine: &Engine) -> ContextBuilder {
        ContextBuilder::new(engine)
    }

    pub(crate) fn from_parts(vm: Box<vm::Context>, home: Arc<Home>) -> Context {
        Context { vm, home }
    }

    // ---- running ------------------------------------------------------------------------------------

    /// Runs a script from its beginning, and returns its value: null, unless it was compiled with
    /// [`crate::Mode::Evaluate`] or its language returns something.
    ///
    /// Globals stay as the script leaves them, whether it ends or fails. Running a script again does not
    /// compile it again; the context keeps what it needs of every script it ever ran.
    ///
    /// # Errors
    /// Whatever stops the script: see [`crate::ErrorKind`].
    pub fn run(&mut self, script: &Script) -> Result<Value, Error> {
        self.scope().run(script)
    }

    /// Compiles and runs a text, and returns the value of its last expression.
    ///
    /// To run the same text many times, compile it once with [`Engine::compile_source`]: the context keeps
    /// the code of every evaluated text until it is dropped.
    ///
    /// ```
    /// # use quadriga::{Context, Engine};
    /// let mut cx = Context::new(&Engine::new())?;
    /// cx.eval("miniscript", "x = 20")?;
    /// assert_eq!(cx.eval("miniscript", "x * 2 + 2")?.as_i64(), Some(42));
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    ///
    /// # Errors
    /// A source that does not compile, and whatever stops the script.
    pub fn eval(&mut self, language: &str, text: &str) -> Result<Value, Error> {
        self.scope().eval(language, text)
    }

    /// Calls the global function `name` (or a built-in one of the context's language) and converts the
    /// result. Missing arguments take their defaults.
    ///
    /// ```
    /// # use quadriga::{Context, Engine};
    /// let mut cx = Context::new(&Engine::new())?;
    /// cx.eval("miniscript", "area = function(w, h=1)\nreturn w * h\nend function")?;
    /// assert_eq!(cx.call::<f64>("area", (3, 4.5))?, 13.5);
    /// assert_eq!(cx.call::<i64>("area", (3,))?, 3);
    /// cx.call::<()>("area", (1, 1))?; // the result does not matter
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such global, whatever stops the script, failed conversions of arguments and result.
    pub fn call<R: FromValue>(&mut self, name: &str, args: impl IntoArgs) -> Result<R, Error> {
        self.scope().call(name, args)
    }

    /// Calls a function that Rust holds; the same as [`Function::call`].
    ///
    /// # Errors
    /// A function of another context, whatever stops the script, failed conversions of arguments and result.
    pub fn call_value<R: FromValue>(&mut self, function: &Function, args: impl IntoArgs) -> Result<R, Error> {
        function.call(self, args)
    }

    // ---- globals ------------------------------------------------------------------------------------

    /// The global `name` (or a built-in function). If there is none: an error, or `None` if `T` is an `Option`.
    ///
    /// # Errors
    /// No such global, or it is not a `T`.
    pub fn get<T: FromValue>(&mut self, name: &str) -> Result<T, Error> {
        self.scope().get(name)
    }

    /// Assigns the global `name`.
    ///
    /// # Errors
    /// The memory limit, and values of other contexts.
    pub fn set(&mut self, name: &str, value: impl IntoValue) -> Result<(), Error> {
        self.scope().set(name, value)
    }

    /// Removes the global `name`; returns whether there was one.
    ///
    /// # Errors
    /// The memory limit.
    pub fn remove(&mut self, name: &str) -> Result<bool, Error> {
        self.scope().remove(name)
    }

    /// The names of all assigned globals, in the order of their first assignment.
    pub fn global_names(&mut self) -> Vec<String> {
        self.scope().global_names()
    }

    // ---- host functions and objects -----------------------------------------------------------------

    /// Makes a Rust closure callable as the global `name`.
    ///
    /// Arguments and result are converted ([`FromValue`], [`IntoValue`]); `Option<T>` is an argument that may
    /// be missing, [`crate::Rest<T>`] takes all further ones. A first argument `&mut Scope` gives access to
    /// the context, to call script functions for example. An argument of the wrong type, an `Err` and a panic
    /// stop the script with an error that names the function.
    ///
    /// ```
    /// use quadriga::{Context, Engine, Error, Function, Scope};
    ///
    /// let mut cx = Context::new(&Engine::new())?;
    /// cx.function("clamp", |x: f64, low: f64, high: Option<f64>| x.max(low).min(high.unwrap_or(1.0)))?;
    /// cx.function("parse", |text: String| text.parse::<i64>())?;
    /// cx.function("twice", |cx: &mut Scope, f: Function, x: f64| -> Result<f64, Error> {
    ///     let once: f64 = f.call(cx, (x,))?;
    ///     f.call(cx, (once,))
    /// })?;
    /// assert_eq!(cx.eval("miniscript", "clamp(7, 0, 5)")?.as_i64(), Some(5));
    /// assert_eq!(cx.eval("miniscript", "parse(\"12\")")?.as_i64(), Some(12));
    /// assert_eq!(cx.eval("miniscript", "twice(@sqrt, 81)")?.as_i64(), Some(3));
    ///
    /// let error = cx.eval("miniscript", "clamp \"x\", 1").unwrap_err();
    /// assert_eq!(error.message(), "clamp: argument 1: expected a number, but got \"x\"");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// The memory limit.
    pub fn function<M, F: HostFn<M>>(&mut self, name: &str, f: F) -> Result<(), Error> {
        self.scope().function(name, f)
    }

    /// Like [`Context::function`], for a closure that changes what it captured. Such a function must not be
    /// called again while it runs (from a script that it calls itself): that is an error.
    ///
    /// ```
    /// # use quadriga::{Context, Engine};
    /// let mut cx = Context::new(&Engine::new())?;
    /// let mut count = 0;
    /// cx.function_mut("next", move || { count += 1; count })?;
    /// assert_eq!(cx.eval("miniscript", "next + next + next")?.as_i64(), Some(6));
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    ///
    /// # Errors
    /// The memory limit.
    pub fn function_mut<M, F: HostFnMut<M>>(&mut self, name: &str, f: F) -> Result<(), Error> {
        self.scope().function_mut(name, f)
    }

    /// Makes a function value of a Rust closure without storing it anywhere. Each call takes an entry in
    /// a table of the context, which stays until the context is dropped.
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_function<M, F: HostFn<M>>(&mut self, name: &str, f: F) -> Result<Function, Error> {
        host::new_function(&mut self.scope(), name, false, f)
    }

    /// Like [`Context::new_function`], for a function that is called on objects: stored in a map and called
    /// with a dot, it receives the map as its first argument.
    ///
    /// ```
    /// use quadriga::{Context, Engine, Map, Scope};
    ///
    /// let mut cx = Context::new(&Engine::new())?;
    /// let hit = cx.new_method("hit", |cx: &mut Scope, me: Map, damage: i64| -> Result<i64, quadriga::Error> {
    ///     let hp = me.get::<i64>(cx, "hp")? - damage;
    ///     me.set(cx, "hp", hp)?;
    ///     Ok(hp)
    /// })?;
    /// let hero = cx.new_map()?;
    /// hero.set(&mut cx, "hp", 10)?;
    /// hero.set(&mut cx, "hit", &hit)?;
    /// cx.set("hero", &hero)?;
    /// assert_eq!(cx.eval("miniscript", "hero.hit(3)")?.as_i64(), Some(7));
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_method<M, F: HostFn<M>>(&mut self, name: &str, f: F) -> Result<Function, Error> {
        host::new_function(&mut self.scope(), name, true, f)
    }

    /// Moves a Rust value into the context; see [`HostRef`]. Its own size counts against the memory limit,
    /// what it owns elsewhere does not.
    ///
    /// # Errors
    /// The memory limit.
    pub fn host_object<T: Send + 'static>(&mut self, value: T) -> Result<HostRef<T>, Error> {
        object::new(&mut self.scope(), value)
    }

    /// A new empty list.
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_list(&mut self) -> Result<List, Error> {
        self.scope().new_list()
    }

    /// A new empty map.
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_map(&mut self) -> Result<Map, Error> {
        self.scope().new_map()
    }

    /// Converts a Rust value to one of this context, without storing it anywhere.
    ///
    /// # Errors
    /// The memory limit, and values of other contexts.
    pub fn value(&mut self, value: impl IntoValue) -> Result<Value, Error> {
        self.scope().value(value)
    }

    /// The text of a value as its language prints it. Never fails: a value of another context becomes a text
    /// that says so.
    pub fn display(&mut self, value: &Value) -> String {
        self.scope().display(value)
    }

    // ---- output and limits --------------------------------------------------------------------------

    /// The output since the last call of this, if the context was built with
    /// [`ContextBuilder::capture_output`]; else empty.
    pub fn take_output(&mut self) -> String {
        self.home.take_captured()
    }

    /// Writes to the output of the context, as the script's own printing does. No newline is added.
    pub fn write(&mut self, text: &str) {
        self.vm.write(text);
    }

    /// A handle with which any thread can stop what runs here.
    ///
    /// ```
    /// use quadriga::{Context, Engine, ErrorKind};
    /// use std::{thread, time::Duration};
    ///
    /// let mut cx = Context::new(&Engine::new())?;
    /// let stop = cx.cancel_handle();
    /// let timer = thread::spawn(move || {
    ///     thread::sleep(Duration::from_millis(20));
    ///     stop.cancel()
    /// });
    /// let error = cx.eval("miniscript", "while true\nend while").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Cancelled);
    /// assert!(timer.join().unwrap());
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.vm.cancel_handle())
    }

    /// Fuel that the last call left of its limit; `None` if it ran without one.
    pub fn fuel_left(&self) -> Option<u64> {
        self.home.fuel_left()
    }

    /// Sets the wall-clock time that each call to come may take; `None` lifts the limit.
    pub fn set_time_limit(&mut self, limit: Option<Duration>) {
        let fuel = self.vm.limits().fuel;
        self.vm.set_time_and_fuel(limit, fuel);
    }

    /// Sets the fuel of each call to come (about one unit per instruction, the same on every machine and in
    /// every mode); `None` lifts the limit.
    pub fn set_fuel(&mut self, fuel: Option<u64>) {
        let time = self.vm.limits().time;
        self.vm.set_time_and_fuel(time, fuel);
    }

    /// Frees everything that neither the script's globals nor Rust refers to. There is no need to call this;
    /// collections happen as objects are made.
    pub fn collect_garbage(&mut self) {
        self.scope().vm.heap.collect_full();
    }

    /// The engine's own context, for tools.
    #[doc(hidden)]
    pub fn with_vm<R>(&self, f: impl FnOnce(&vm::Context) -> R) -> R {
        f(&self.vm)
    }

    /// What the context uses, and what its collector did.
    pub fn stats(&self) -> Stats {
        let heap = self.vm.heap.stats();
        Stats {
            memory_bytes: heap.accounted_bytes,
            live_bytes: heap.live_bytes,
            allocated_bytes: heap.allocated_bytes,
            minor_collections: heap.minor_collections,
            full_collections: heap.full_collections,
            total_pause: heap.total_pause,
            longest_pause: heap.max_pause,
            handles: self.home.handle_count(),
        }
    }
}

impl Scope<'_> {
    /// As [`Context::function`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn function<M, F: HostFn<M>>(&mut self, name: &str, f: F) -> Result<(), Error> {
        let function = host::new_function(self, name, false, f)?;
        self.set(name, &function)
    }

    /// As [`Context::function_mut`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn function_mut<M, F: HostFnMut<M>>(&mut self, name: &str, f: F) -> Result<(), Error> {
        let function = host::new_function_mut(self, name, false, f)?;
        self.set(name, &function)
    }

    /// As [`Context::new_function`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_function<M, F: HostFn<M>>(&mut self, name: &str, f: F) -> Result<Function, Error> {
        host::new_function(self, name, false, f)
    }

    /// As [`Context::host_object`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn host_object<T: Send + 'static>(&mut self, value: T) -> Result<HostRef<T>, Error> {
        object::new(self, value)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.home.context_is_gone();
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// Stops what runs in a context, from any thread. It does not keep the context alive.
#[derive(Clone, Debug)]
pub struct CancelHandle(vm::CancelHandle);

impl CancelHandle {
    /// Stops the running call within microseconds, or the next one if none runs: it fails with
    /// [`crate::ErrorKind::Cancelled`], which no script can catch. Returns whether the context still exists.
    pub fn cancel(&self) -> bool {
        self.0.cancel()
    }
}

/// Figures of a [`Context`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Bytes that the context has taken for objects; what the memory limit limits.
    pub memory_bytes: usize,
    /// Bytes of the objects that the last full collection found alive.
    pub live_bytes: usize,
    /// Bytes of all objects made so far.
    pub allocated_bytes: u64,
    /// Collections of young objects.
    pub minor_collections: u64,
    /// Collections of everything.
    pub full_collections: u64,
    /// Time spent in collections.
    pub total_pause: Duration,
    /// Longest collection.
    pub longest_pause: Duration,
    /// Values of the context that Rust holds (clones share one).
    pub handles: usize,
}
