//! Where values live while Rust code works with them: the inside of a context.
//!
//! Invariant of this crate: no raw value of the heap stays in a Rust variable across code of the user (a
//! conversion, a callback) unless it is also rooted, as a temporary of the heap or by a handle. Inside a
//! running script the collector would see the native stack; between calls it does not.

use crate::containers::{List, Map};
use crate::convert::{ArgSink, FromValue, IntoArgs, IntoValue, View};
use crate::error::{Error, ErrorKind};
use crate::function::Function;
use crate::handle::{Handle, Home};
use crate::object::Opaque;
use crate::script::{Mode, Script, Source};
use crate::value::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use vm::heap::layout::Kind;
use vm::heap::{StrRef, ValueExt};

/// A raw value. It must not leave the crate.
pub(crate) type Word = vm::value::Value;

/// Temporary access to a context: what a host function receives, and what conversions work in.
///
/// It offers what [`crate::Context`] offers, for the time of a call. See there for examples.
pub struct Scope<'a> {
    pub(crate) vm: &'a mut vm::Context,
    pub(crate) home: &'a Arc<Home>,
}

/// A [`crate::Context`] between calls, or a [`Scope`] within one. Methods of values take either.
pub trait AsScope: sealed::Sealed {
    /// Access to the context.
    fn scope(&mut self) -> Scope<'_>;
}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Scope<'_> {}
    impl Sealed for crate::Context {}
}

impl AsScope for Scope<'_> {
    fn scope(&mut self) -> Scope<'_> {
        self.tick();
        Scope { vm: self.vm, home: self.home }
    }
}

impl Scope<'_> {
    // ---- running ------------------------------------------------------------------------------------

    /// As [`crate::Context::run`].
    ///
    /// # Errors
    /// Whatever stops the script.
    pub fn run(&mut self, script: &Script) -> Result<Value, Error> {
        self.run_as(script)
    }

    /// As [`crate::Context::eval`].
    ///
    /// # Errors
    /// A source that does not compile, and whatever stops the script.
    pub fn eval(&mut self, language: &str, text: &str) -> Result<Value, Error> {
        let source = Source::new(language, "", text).mode(Mode::Evaluate);
        let script = match &self.home.language {
            // A context may have its language in a variant that the engine does not list by itself.
            Some(own) if self.home.language_name == Some(language) => crate::script::compile(own, &source)?,
            _ => self.home.engine.compile_source(&source)?,
        };
        self.run_as(&script)
    }

    fn run_as<R: FromValue>(&mut self, script: &Script) -> Result<R, Error> {
        self.enter(Some(&script.language), |cx| {
            cx.add_language(&script.language)?;
            let unit = cx.vm.load(&script.unit).map_err(|e| cx.fail(e))?;
            let main = cx.vm.main_closure(unit).map_err(|e| cx.fail(e))?;
            let result = cx.vm.call(main, Word::NIL, &[]).map_err(|e| cx.fail(e))?;
            R::from_view(View { scope: cx, word: result })
        })
    }

    /// As [`crate::Context::call`].
    ///
    /// # Errors
    /// No such global, and all of [`Scope::call_value`].
    pub fn call<R: FromValue>(&mut self, name: &str, args: impl IntoArgs) -> Result<R, Error> {
        self.enter(None, |cx| {
            let Some(callee) = cx.find(name)? else { return Err(cx.not_found(name)) };
            cx.call_word(callee, args)
        })
    }

    /// As [`crate::Context::call_value`].
    ///
    /// # Errors
    /// Whatever stops the script, and failed conversions of arguments and result.
    pub fn call_value<R: FromValue>(&mut self, function: &Function, args: impl IntoArgs) -> Result<R, Error> {
        function.call(self, args)
    }

    /// Calls `callee`, which stands in a root or in a variable of this native stack; to be used inside of
    /// [`Scope::enter`].
    fn call_word<R: FromValue>(&mut self, callee: Word, args: impl IntoArgs) -> Result<R, Error> {
        let result = self.with_args(&[callee], args, |cx, args| {
            if !cx.has_dialect() {
                cx.check_callable(callee, args.len())?;
            }
            cx.vm.call(callee, Word::NIL, args).map_err(|e| cx.fail(e))
        })?;
        R::from_view(View { scope: self, word: result })
    }

    /// Calls the method `name` of `object`; to be used inside of [`Scope::enter`].
    pub(crate) fn call_method<R: FromValue>(
        &mut self,
        object: Word,
        name: StrRef,
        args: impl IntoArgs,
    ) -> Result<R, Error> {
        let result = self.with_args(&[object, name.value()], args, |cx, args| {
            cx.vm.call_method(object, name, args).map_err(|e| cx.fail(e))
        })?;
        R::from_view(View { scope: self, word: result })
    }

    /// Converts arguments and gives them to `call`. `keep` stays alive meanwhile.
    fn with_args<R>(
        &mut self,
        keep: &[Word],
        args: impl IntoArgs,
        call: impl FnOnce(&mut Scope<'_>, &[Word]) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.rooted(|cx| {
            cx.temps().extend_from_slice(keep);
            let first = cx.temps().len();
            args.push_args(&mut ArgSink { scope: cx })?;
            let given = &cx.temps()[first..];
            let mut few = [Word::NIL; 8];
            let count = given.len();
            if count <= few.len() {
                few[..count].copy_from_slice(given);
                call(cx, &few[..count])
            } else {
                // The temporaries keep them alive.
                let many = given.to_vec();
                call(cx, &many)
            }
        })
    }

    /// Calls a function that Rust holds.
    pub(crate) fn call_handle<R: FromValue>(
        &mut self,
        handle: &Handle,
        args: impl IntoArgs,
    ) -> Result<R, Error> {
        let callee = self.word(handle)?;
        self.enter(None, |cx| cx.call_word(callee, args))
    }

    /// Without a language there is nobody to explain what cannot be called, and how not.
    #[cold]
    fn check_callable(&self, callee: Word, count: usize) -> Result<(), Error> {
        let message = match self.vm.native_info(callee) {
            None => "not a function".to_string(),
            Some(info) if !info.variadic && count > info.params.len() => {
                format!("{}: {count} arguments given, {} expected", info.name, info.params.len())
            }
            Some(_) => return Ok(()),
        };
        Err(Error::of(ErrorKind::Runtime, message))
    }

    /// Runs `f` on the context's own stack, under its limits, and turns what stopped it into an error that
    /// knows its language.
    pub(crate) fn enter<R>(
        &mut self,
        language: Option<&Arc<dyn vm::Language>>,
        f: impl FnOnce(&mut Scope<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let home = self.home;
        let outermost = !self.vm.is_running();
        if outermost {
            self.tick();
            home.take_pending();
            home.take_stop();
        }
        let result = self.vm.enter(|vm| f(&mut Scope { vm, home }));
        if outermost {
            home.set_fuel_left(self.vm.fuel_left());
        }
        match result {
            Err(mut error) => {
                if let Some(language) = language {
                    error.set_language(language);
                }
                Err(error)
            }
            Ok(r) if outermost => self.check_stop().map(|()| r),
            Ok(r) => Ok(r),
        }
    }

    /// A hook of the host may have failed when no instruction was left to notice it.
    fn check_stop(&mut self) -> Result<(), Error> {
        let Some((kind, message)) = self.home.take_stop() else { return Ok(()) };
        // Takes back the request to stop, which was meant for this call.
        let _ = self.vm.enter(|vm| vm.check_interrupt());
        Err(Error::of(kind, message))
    }

    // ---- globals ------------------------------------------------------------------------------------

    /// As [`crate::Context::get`].
    ///
    /// # Errors
    /// No such global, or it is not a `T`.
    pub fn get<T: FromValue>(&mut self, name: &str) -> Result<T, Error> {
        self.tick();
        match self.find(name)? {
            Some(word) => {
                T::from_view(View { scope: self, word }).map_err(|e| e.within(format_args!("{name}")))
            }
            None => T::absent().ok_or_else(|| self.not_found(name)),
        }
    }

    /// As [`crate::Context::set`].
    ///
    /// # Errors
    /// The memory limit, and values of other contexts.
    pub fn set(&mut self, name: &str, value: impl IntoValue) -> Result<(), Error> {
        self.tick();
        let word = value.into_raw(self)?.0;
        self.vm.set_global(name, word).map_err(|e| self.fail(e))
    }

    /// As [`crate::Context::remove`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn remove(&mut self, name: &str) -> Result<bool, Error> {
        self.tick();
        // Without allocating: a host makes room with this when the memory limit is reached.
        let Some(key) = self.vm.heap.interned_text(name) else { return Ok(false) };
        let globals = self.vm.globals();
        let old = self.vm.remove_global(globals, key.value()).map_err(|e| self.fail(e))?;
        Ok(old.is_some())
    }

    /// As [`crate::Context::global_names`].
    pub fn global_names(&mut self) -> Vec<String> {
        let (globals, mut cursor, mut names) = (self.vm.globals(), 0, Vec::new());
        while let Some((key, _)) = self.vm.heap.map_next(globals, &mut cursor) {
            names.extend(key.as_str().map(|s| s.to_text().into_owned()));
        }
        names
    }

    /// A global, or else a built-in function of the language.
    fn find(&mut self, name: &str) -> Result<Option<Word>, Error> {
        if let Some(word) = self.vm.global(name).map_err(|e| self.fail(e))? {
            return Ok(Some(word));
        }
        if !self.has_dialect() {
            return Ok(None);
        }
        let dialect = self.vm.dialect();
        let key = self.vm.heap.intern(name).map_err(|e| self.fail(e.into()))?;
        Ok(dialect.builtin(self.vm, key))
    }

    #[cold]
    fn not_found(&self, name: &str) -> Error {
        Error::of(ErrorKind::NotFound, format!("there is no global '{name}'"))
    }

    // ---- new objects --------------------------------------------------------------------------------

    /// As [`crate::Context::new_list`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_list(&mut self) -> Result<List, Error> {
        self.tick();
        let list = self.vm.heap.list_new(0).map_err(|e| self.fail(e.into()))?;
        Ok(List(self.handle(list.value())))
    }

    /// As [`crate::Context::new_map`].
    ///
    /// # Errors
    /// The memory limit.
    pub fn new_map(&mut self) -> Result<Map, Error> {
        self.tick();
        let map = self.vm.heap.map_new(None, 0).map_err(|e| self.fail(e.into()))?;
        Ok(Map(self.handle(map.value())))
    }

    /// As [`crate::Context::value`].
    ///
    /// # Errors
    /// The memory limit, and values of other contexts.
    pub fn value(&mut self, value: impl IntoValue) -> Result<Value, Error> {
        self.tick();
        let word = value.into_raw(self)?.0;
        Ok(self.lift(word))
    }

    // ---- the rest -----------------------------------------------------------------------------------

    /// As [`crate::Context::display`].
    pub fn display(&mut self, value: &Value) -> String {
        self.tick();
        match self.lower(value) {
            Ok(word) => self.describe(word),
            Err(error) => format!("<{}>", error.message()),
        }
    }

    /// Writes to the output of the context, as the script's own printing does. No newline is added.
    pub fn write(&mut self, text: &str) {
        self.vm.write(text);
    }

    /// Charges `work` units of fuel for what a host function does, about one per instruction that it saves
    /// the script, and looks whether the script is to stop. Long host functions call it now and then.
    ///
    /// # Errors
    /// Fuel, time limit or cancellation: return the error to stop the script.
    pub fn charge(&mut self, work: u64) -> Result<(), Error> {
        self.vm.charge(work).and_then(|()| self.vm.check_interrupt()).map_err(|e| self.fail(e))
    }

    // ---- between words and values -------------------------------------------------------------------

    /// Frees the slots of dropped handles, and collects if it is time and no script runs.
    #[inline]
    pub(crate) fn tick(&mut self) {
        let roots = &mut self.vm.heap.roots;
        self.home.drain_released(|slot| roots.handle_free(slot));
        if !self.vm.is_running() {
            // Nothing but roots refers to objects now: collections are exact.
            if self.home.is_short_of_memory() {
                self.vm.heap.collect_full();
            } else if self.vm.heap.safepoint_due() {
                self.vm.heap.collect_at_safepoint();
            }
        }
    }

    /// Makes a language available to the context.
    pub(crate) fn add_language(&mut self, language: &Arc<dyn vm::Language>) -> Result<(), Error> {
        self.vm.add_dialect(language.dialect()).map_err(|e| self.fail(e))?;
        self.home.has_dialect.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn has_dialect(&self) -> bool {
        self.home.has_dialect.load(Ordering::Relaxed)
    }

    /// An error of the engine as one of the library, in the words of the context's own language.
    #[cold]
    pub(crate) fn fail(&mut self, error: vm::Error) -> Error {
        let language = self.home.language.clone();
        let message = match error.kind() {
            vm::ErrorKind::Cancelled => {
                if let Some((kind, message)) = self.home.take_stop() {
                    let (kind, message) = match kind {
                        ErrorKind::Panic => (vm::ErrorKind::Panic, message),
                        ErrorKind::TooLarge => (vm::ErrorKind::TooLarge, message),
                        _ => (vm::ErrorKind::Host, message),
                    };
                    let mut changed = vm::Error::new(kind, message);
                    changed.set_trace(error.into_trace());
                    return self.stopped(changed, language);
                }
                return self.stopped(error, language);
            }
            vm::ErrorKind::TimeLimit => return self.stopped(error, language),
            vm::ErrorKind::OutOfMemory => {
                self.home.out_of_memory();
                None
            }
            vm::ErrorKind::Thrown => {
                let thrown = self.vm.thrown();
                Some(self.describe(thrown))
            }
            _ => None,
        };
        Error::raised(error, message, language)
    }

    /// An error that stops everything, even if the host function that sees it wants to go on.
    fn stopped(&mut self, error: vm::Error, language: Option<Arc<dyn vm::Language>>) -> Error {
        if self.vm.is_running() {
            self.home.set_pending(error.clone());
        }
        Error::raised(error, None, language)
    }

    pub(crate) fn describe(&mut self, word: Word) -> String {
        if !self.has_dialect() {
            return shown_without_language(&self.lift(word));
        }
        let dialect = self.vm.dialect();
        self.vm.enter(|vm| dialect.describe(vm, word))
    }

    /// A root for an object.
    pub(crate) fn handle(&mut self, word: Word) -> Handle {
        let address = word.as_address().unwrap_or_default();
        Handle::new(self.home, self.vm.heap.roots.handle_new(word), address)
    }

    /// What a handle refers to.
    #[inline]
    pub(crate) fn word(&self, handle: &Handle) -> Result<Word, Error> {
        Ok(self.vm.heap.roots.handle_get(handle.index_in(self.home)?))
    }

    /// A raw value as an owned one.
    pub(crate) fn lift(&mut self, word: Word) -> Value {
        if let Some(i) = word.as_int() {
            return Value::Int(i);
        }
        if word.is_double() {
            let word = self.canonical(word);
            return match word.as_int() {
                Some(i) => Value::Int(i),
                None => Value::Number(word.as_double_unchecked()),
            };
        }
        match word.kind() {
            None => word.as_bool().map_or(Value::Null, Value::Bool),
            Some(Kind::Str) => Value::String(word.as_str().map_or("".into(), |s| (*s.to_text()).into())),
            Some(Kind::BoxedInt) => Value::Int(word.as_i64().unwrap_or_default()),
            Some(Kind::List) => Value::List(List(self.handle(word))),
            Some(Kind::Map) => Value::Map(Map(self.handle(word))),
            Some(Kind::Closure | Kind::Native) => Value::Function(Function(self.handle(word))),
            Some(_) => Value::Other(Opaque(self.handle(word))),
        }
    }

    /// An owned value as a raw one. It is not rooted, unless it was before.
    pub(crate) fn lower(&mut self, value: &Value) -> Result<Word, Error> {
        match value {
            Value::Null => Ok(Word::NIL),
            Value::Bool(b) => self.adopt(Word::bool(*b)),
            Value::Int(i) => self.integer(*i),
            Value::Number(d) => self.adopt(Word::double_from_outside(*d)),
            Value::String(s) => self.string(s),
            Value::List(List(h))
            | Value::Map(Map(h))
            | Value::Function(Function(h))
            | Value::Other(Opaque(h)) => self.word(h),
        }
    }

    pub(crate) fn string(&mut self, text: &str) -> Result<Word, Error> {
        self.vm.heap.str_value(text).map_err(|e| self.fail(e.into()))
    }

    pub(crate) fn integer(&mut self, i: i64) -> Result<Word, Error> {
        if vm::value::fits_int(i) {
            return Ok(Word::int(i));
        }
        let word = self.vm.integer(i).map_err(|e| self.fail(e))?;
        self.adopt(word)
    }

    /// A scalar from Rust as the language wants it.
    pub(crate) fn adopt(&mut self, word: Word) -> Result<Word, Error> {
        match &self.home.dialect {
            Some(dialect) => dialect.import_value(self.vm, word).map_err(|e| self.fail(e)),
            None => Ok(word),
        }
    }

    /// A number as it leaves the language.
    pub(crate) fn canonical(&self, word: Word) -> Word {
        self.home.dialect.as_ref().map_or(word, |dialect| dialect.export_value(word))
    }

    // ---- temporaries --------------------------------------------------------------------------------

    pub(crate) fn temps(&mut self) -> &mut Vec<Word> {
        &mut self.vm.heap.roots.temps
    }

    /// Roots a value until the enclosing [`Scope::rooted`] ends.
    pub(crate) fn keep(&mut self, word: Word) {
        self.temps().push(word);
    }

    /// Runs `f` and ends the temporaries that it made.
    pub(crate) fn rooted<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        let mark = self.temps().len();
        let result = f(self);
        self.temps().truncate(mark);
        result
    }
}

fn shown_without_language(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Number(d) => d.to_string(),
        Value::String(s) => s.to_string(),
        other => other.type_name().to_string(),
    }
}
