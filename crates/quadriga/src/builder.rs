//! How a context is made.

use crate::context::Context;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, panic_message};
use crate::handle::Home;
use crate::scope::AsScope;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

type OutputHook = Box<dyn FnMut(&str) + Send>;
type InputHook = Box<dyn FnMut(&str) -> Option<String> + Send>;
type ResolverHook = Box<dyn FnMut(&str) -> Option<(String, String)> + Send>;

/// Chooses the limits and the surroundings of a [`Context`].
///
/// All limits hold whatever the script does, and none of them harms the context: the call fails, and the next
/// one starts afresh.
#[must_use = "call `build`"]
pub struct ContextBuilder {
    engine: Engine,
    language: Option<String>,
    variant: Option<String>,
    config: vm::ContextConfig,
    output: Output,
    output_limit: Option<usize>,
    input: Option<InputHook>,
    resolver: Option<ResolverHook>,
    args: Vec<String>,
    environment: Vec<(String, String)>,
    files: bool,
    zone: Option<Box<vm::ZoneFn>>,
    about: Option<vm::About>,
}

enum Output {
    Stdout,
    Capture,
    Hook(OutputHook),
}

impl ContextBuilder {
    pub(crate) fn new(engine: &Engine) -> ContextBuilder {
        ContextBuilder {
            engine: engine.clone(),
            language: None,
            variant: None,
            config: vm::ContextConfig::default(),
            output: Output::Stdout,
            output_limit: None,
            input: None,
            resolver: None,
            args: Vec::new(),
            environment: Vec::new(),
            files: false,
            zone: None,
            about: None,
        }
    }

    /// The context's own language, whose rules hold where no script says otherwise: how Rust values are
    /// converted and displayed, what [`Context::call`] finds besides globals. The default is the engine's first.
    pub fn language(mut self, name: impl Into<String>) -> ContextBuilder {
        self.language = Some(name.into());
        self
    }

    /// Takes the context's own language in a variant: [`Context::eval`] compiles for it.
    pub fn variant(mut self, name: impl Into<String>) -> ContextBuilder {
        self.variant = Some(name.into());
        self
    }

    /// Limits the memory of the context's objects, in bytes. Values that the host holds as Rust strings or
    /// vectors do not count; captured output has the same limit of its own.
    pub fn memory_limit(mut self, bytes: usize) -> ContextBuilder {
        self.config.limits.memory = Some(bytes);
        self
    }

    /// Limits the wall-clock time of each call from the host.
    pub fn time_limit(mut self, limit: Duration) -> ContextBuilder {
        self.config.limits.time = Some(limit);
        self
    }

    /// Limits the work of each call from the host: about one unit per instruction, and the same on
    /// every machine and in every mode.
    pub fn fuel(mut self, fuel: u64) -> ContextBuilder {
        self.config.limits.fuel = Some(fuel);
        self
    }

    /// Limits how deep calls may be nested. The default is [`DEFAULT_MAX_DEPTH`].
    pub fn max_depth(mut self, calls: usize) -> ContextBuilder {
        self.config.limits.max_depth = calls;
        self
    }

    /// Sets the size of the native stack, in bytes (at least 160 KB; the default is 1 MB). It bounds how deep
    /// host functions that call scripts that call host functions may be nested, about 1 KB per level in
    /// release builds and 50 KB in debug builds. Calls of scripts among themselves take nothing of it.
    pub fn native_stack(mut self, bytes: usize) -> ContextBuilder {
        self.config.native_stack = bytes;
        self
    }

    /// Collects the output for [`Context::take_output`] instead of printing it.
    pub fn capture_output(mut self) -> ContextBuilder {
        self.output = Output::Capture;
        self
    }

    /// Limits captured output, in bytes: a script that prints more is stopped with
    /// [`ErrorKind::TooLarge`]. The default is the memory limit.
    pub fn output_limit(mut self, bytes: usize) -> ContextBuilder {
        self.output_limit = Some(bytes);
        self
    }

    /// Gives the output to a closure, piece by piece. If it panics, the script stops with
    /// [`ErrorKind::Panic`].
    pub fn output(mut self, write: impl FnMut(&str) + Send + 'static) -> ContextBuilder {
        self.output = Output::Hook(Box::new(write));
        self
    }

    /// Answers the script's requests for input. The closure receives the prompt, which it may show, and
    /// returns a line without its newline, or `None` at the end. Without it, input has ended from the start.
    pub fn input(mut self, read: impl FnMut(&str) -> Option<String> + Send + 'static) -> ContextBuilder {
        self.input = Some(Box::new(read));
        self
    }

    /// The arguments that the script sees as those of its command line, its own name first.
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> ContextBuilder {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Finds the sources of imported modules. The closure receives the name as it stands in the program and
    /// returns the module's source name and text, or `None` if there is no such module. Without a resolver,
    /// nothing can be imported: scripts see no files unless the host hands them out.
    ///
    /// ```
    /// # use quadriga::{Context, Engine};
    /// let mut cx = Context::builder(&Engine::new())
    ///     .resolver(|name| (name == "math2").then(|| ("math2.ms".into(), "cube = function(x)\nreturn x^3\nend function".into())))
    ///     .build()?;
    /// cx.eval("miniscript", "import \"math2\"")?;
    /// assert_eq!(cx.eval("miniscript", "math2.cube(3)")?.as_i64(), Some(27));
    /// # Ok::<(), quadriga::Error>(())
    /// ```
    pub fn resolver(
        mut self,
        resolve: impl FnMut(&str) -> Option<(String, String)> + Send + 'static,
    ) -> ContextBuilder {
        self.resolver = Some(Box::new(resolve));
        self
    }

    /// Lets scripts read and write files, as far as their language has functions for that. Without it, they
    /// cannot.
    pub fn allow_files(mut self, allow: bool) -> ContextBuilder {
        self.files = allow;
        self
    }

    /// The environment variables that scripts see. Without it, none.
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> ContextBuilder {
        self.environment = variables.into_iter().collect();
        self
    }

    /// Local time for scripts: seconds that it is ahead of UTC, at a time in seconds since 1970. Without it,
    /// local time is UTC.
    pub fn time_zone(mut self, ahead: impl Fn(i64) -> i64 + Send + 'static) -> ContextBuilder {
        self.zone = Some(Box::new(ahead));
        self
    }

    /// What scripts learn about the program that runs them.
    pub fn about(
        mut self,
        name: impl Into<String>,
        version: impl Into<String>,
        info: impl Into<String>,
    ) -> ContextBuilder {
        self.about = Some(vm::About { name: name.into(), version: version.into(), info: info.into() });
        self
    }

    /// Testing modes of the collector.
    #[doc(hidden)]
    pub fn heap_mode(mut self, mode: HeapMode) -> ContextBuilder {
        self.config.heap.collect_every = mode.collect_every;
        self.config.heap.poison = mode.poison;
        self.config.heap.verify = mode.verify;
        self.config.heap.safepoint_only = mode.safepoint_only;
        self
    }

    /// The context.
    ///
    /// # Errors
    /// [`ErrorKind::Engine`] if the engine does not have the language or the variant; [`ErrorKind::Memory`] if
    /// the system has no memory for the stacks, or the memory limit is too small for the language's
    /// own objects.
    pub fn build(self) -> Result<Context, Error> {
        let language = match &self.language {
            None => self.engine.default_language(),
            Some(name) => match self.engine.language(name) {
                None => {
                    return Err(Error::of(ErrorKind::Engine, format!("the engine has no language '{name}'")));
                }
                found => found,
            },
        };
        let name = language.as_ref().map(|l| l.name());
        let language = match (language, &self.variant) {
            (Some(language), Some(name)) => Some(language.variant(name).ok_or_else(|| {
                Error::of(ErrorKind::Engine, format!("{} has no variant '{name}'", language.name()))
            })?),
            (None, Some(name)) => {
                return Err(Error::of(ErrorKind::Engine, format!("no language, so no variant '{name}'")));
            }
            (language, None) => language,
        };
        let language = language.map(|l| l.0);
        let output_limit = self.output_limit.or(self.config.limits.memory).unwrap_or(usize::MAX);
        let home = Arc::new(Home::new(self.engine, name, language.clone()));
        let vm = vm::Context::new(self.config).map_err(|e| Error::raised(e, None, language.clone()))?;
        let hooks = Hooks { home: home.clone(), cancel: vm.cancel_handle() };
        let mut cx = Context::from_parts(vm, home);
        let scope = cx.scope();
        match self.output {
            Output::Stdout => {}
            Output::Capture => {
                let hooks = hooks.clone();
                scope.vm.set_output(Box::new(move |text| {
                    if !hooks.home.capture(text, output_limit) {
                        hooks.stop(ErrorKind::TooLarge, format!("more than {output_limit} bytes of output"));
                    }
                }));
            }
            Output::Hook(mut write) => {
                let hooks = hooks.clone();
                scope.vm.set_output(Box::new(move |text| hooks.guard("output", (), || write(text))));
            }
        }
        if let Some(mut read) = self.input {
            let hooks = hooks.clone();
            scope.vm.host().input = Some(Box::new(move |prompt| hooks.guard("input", None, || read(prompt))));
        }
        if let Some(mut resolve) = self.resolver {
            scope.vm.host().resolver = Some(Box::new(move |name| {
                let found = hooks.guard("resolver", None, || resolve(name));
                Ok(found.map(|(name, source)| vm::Module { name, source: source.into() }))
            }));
        }
        let host = scope.vm.host();
        host.arguments = self.args;
        host.environment = self.environment;
        host.files = self.files;
        host.zone = self.zone;
        if let Some(about) = self.about {
            host.about = about;
        }
        if let Some(language) = &language {
            cx.scope().add_language(language)?;
        }
        Ok(cx)
    }
}

impl fmt::Debug for ContextBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextBuilder").field("limits", &self.config.limits).finish_non_exhaustive()
    }
}

/// How hooks of the host, which the engine does not expect to fail, stop the script nevertheless.
#[derive(Clone)]
struct Hooks {
    home: Arc<Home>,
    cancel: vm::CancelHandle,
}

impl Hooks {
    fn stop(&self, kind: ErrorKind, message: String) {
        self.home.set_stop(kind, message);
        self.cancel.cancel();
    }

    /// Runs a hook; a panic stops the script, and `instead` is the hook's result.
    fn guard<R>(&self, what: &str, instead: R, hook: impl FnOnce() -> R) -> R {
        match catch_unwind(AssertUnwindSafe(hook)) {
            Ok(result) => result,
            Err(payload) => {
                self.stop(ErrorKind::Panic, format!("{what}: panicked: {}", panic_message(&*payload)));
                instead
            }
        }
    }
}

/// How deep calls may be nested unless [`ContextBuilder::max_depth`] says otherwise.
pub const DEFAULT_MAX_DEPTH: usize = vm::DEFAULT_MAX_DEPTH;

/// Modes of the collector for tests: they change no result.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct HeapMode {
    /// Collect at every Nth allocation.
    pub collect_every: Option<u32>,
    /// Overwrite freed memory.
    pub poison: bool,
    /// Check the heap after every collection.
    pub verify: bool,
    /// Collect at safepoints only.
    pub safepoint_only: bool,
}
