//! The engine: which languages there are. Shared by all contexts of a process.

use crate::script::{CompileError, Diagnostic, Script, Source};
use crate::{languages, script};
use std::fmt;
use std::sync::Arc;

/// The languages of a process, and the compiler in front of them.
///
/// An engine holds no state of scripts. It is cheap to clone (a reference count), and `Send + Sync`: make one
/// and give it to every thread.
///
/// ```
/// use quadriga::{Context, Engine};
///
/// let engine = Engine::new();
/// let script = engine.compile("miniscript", "sum.ms", "total = 0\nfor i in range(1, 10)\ntotal = total + i\nend for")?;
/// let mut cx = Context::new(&engine)?;
/// cx.run(&script)?;
/// assert_eq!(cx.get::<i64>("total")?, 55);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    languages: Vec<Arc<dyn vm::Language>>,
}

impl Engine {
    /// An engine with all languages of this build (see the crate's features).
    pub fn new() -> Engine {
        Engine::builder().builtin_languages().build()
    }

    /// An engine with chosen languages.
    ///
    /// ```
    /// let none = quadriga::Engine::builder().build();
    /// assert!(none.languages().is_empty());
    /// ```
    pub fn builder() -> EngineBuilder {
        EngineBuilder { languages: Vec::new() }
    }

    /// The languages, the default one first.
    pub fn languages(&self) -> Vec<Language> {
        self.0.languages.iter().cloned().map(Language).collect()
    }

    /// The language of this name (lower case, like `"miniscript"`).
    pub fn language(&self, name: &str) -> Option<Language> {
        self.0.languages.iter().find(|l| l.name() == name).cloned().map(Language)
    }

    /// The language of files with this ending (without the dot, like `"ms"`).
    pub fn language_for_extension(&self, extension: &str) -> Option<Language> {
        self.0.languages.iter().find(|l| l.extensions().contains(&extension)).cloned().map(Language)
    }

    /// Compiles a program. `name` appears in error messages; it may be a path, or empty.
    ///
    /// # Errors
    /// All errors that the language finds in the source, or that there is no such language.
    ///
    /// ```
    /// let engine = quadriga::Engine::new();
    /// let error = engine.compile("miniscript", "broken.ms", "x = (1 + 2\ny = 1").unwrap_err();
    /// assert_eq!(error.diagnostics()[0].line, 1);
    /// ```
    pub fn compile(&self, language: &str, name: &str, text: &str) -> Result<Script, CompileError> {
        self.compile_source(&Source::new(language, name, text))
    }

    /// Compiles a source with options.
    ///
    /// # Errors
    /// As [`Engine::compile`], and an unknown variant.
    pub fn compile_source(&self, source: &Source) -> Result<Script, CompileError> {
        let language = self.find(source)?;
        script::compile(&language, source)
    }

    /// All findings in a source, warnings included, in the order of the text. Nothing is run.
    pub fn check(&self, source: &Source) -> Vec<Diagnostic> {
        match self.find(source) {
            Ok(language) => script::check(&language, source),
            Err(error) => error.diagnostics().to_vec(),
        }
    }

    /// The line that the language's own tool prints for a finding of [`Engine::check`] in `source`.
    pub fn language_line(&self, source: &Source, finding: &Diagnostic) -> String {
        match self.find(source) {
            Ok(language) => language.diagnostic_line(&source.name, &finding.for_vm()),
            Err(_) => finding.message.clone(),
        }
    }

    /// Whether an interactive session should ask for another line before it compiles `text`. `false` for a
    /// language that does not exist.
    pub fn needs_more_input(&self, language: &str, text: &str) -> bool {
        self.language(language).is_some_and(|l| l.0.needs_more_input(text))
    }

    pub(crate) fn default_language(&self) -> Option<Language> {
        self.0.languages.first().cloned().map(Language)
    }

    fn find(&self, source: &Source) -> Result<Arc<dyn vm::Language>, CompileError> {
        let Some(language) = self.language(&source.language) else {
            let known: Vec<&str> = self.0.languages.iter().map(|l| l.name()).collect();
            let message = match known.is_empty() {
                true => format!("no language '{}': this engine has none", source.language),
                false => format!("no language '{}': this engine has {}", source.language, known.join(", ")),
            };
            return Err(CompileError::plain(source, message));
        };
        match &source.variant {
            None => Ok(language.0),
            Some(wanted) => language.variant(wanted).map(|l| l.0).ok_or_else(|| {
                let known = language.0.variants().join(", ");
                CompileError::plain(
                    source,
                    format!("{} has no variant '{wanted}' (known: {known})", source.language),
                )
            }),
        }
    }
}

impl Default for Engine {
    fn default() -> Engine {
        Engine::new()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.languages.iter().map(|l| l.name())).finish()
    }
}

/// Chooses the languages of an [`Engine`].
pub struct EngineBuilder {
    languages: Vec<Arc<dyn vm::Language>>,
}

impl EngineBuilder {
    /// Adds a language. A later one replaces an earlier one of the same name.
    pub fn language(mut self, language: Arc<dyn vm::Language>) -> EngineBuilder {
        match self.languages.iter_mut().find(|l| l.name() == language.name()) {
            Some(old) => *old = language,
            None => self.languages.push(language),
        }
        self
    }

    /// Adds all languages that this build contains.
    pub fn builtin_languages(self) -> EngineBuilder {
        languages::builtin().into_iter().fold(self, EngineBuilder::language)
    }

    /// The engine.
    pub fn build(self) -> Engine {
        Engine(Arc::new(Inner { languages: self.languages }))
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.languages.iter().map(|l| l.name())).finish()
    }
}

/// What is known about a language of an [`Engine`].
#[derive(Clone)]
pub struct Language(pub(crate) Arc<dyn vm::Language>);

impl Language {
    /// Its name, lower case.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// Endings of its files, without the dot.
    pub fn extensions(&self) -> &'static [&'static str] {
        self.0.extensions()
    }

    /// Its variants, the default one first; empty if there is only one.
    pub fn variants(&self) -> &'static [&'static str] {
        self.0.variants()
    }

    /// Its reserved words, for completion.
    pub fn keywords(&self) -> &'static [&'static str] {
        self.0.keywords()
    }

    /// Whether its own tool prints error messages to standard output.
    pub fn errors_to_stdout(&self) -> bool {
        self.0.errors_to_stdout()
    }

    /// The language in one of its variants.
    pub fn variant(&self, name: &str) -> Option<Language> {
        if self.0.variants().first() == Some(&name) {
            Some(self.clone())
        } else {
            self.0.variant(name).map(Language)
        }
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
