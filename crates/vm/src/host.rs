//! What the host gives scripts beyond computing: input, modules, files, arguments, the clock's zone.
//!
//! A script gets none of it unless the host says so; a library function that lacks its capability answers
//! with an error that names it. Output goes through [`Context::write`].

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use std::sync::Arc;

/// Writes a prompt and reads a line, without its end; `None` at the end of the input.
pub type InputFn = dyn FnMut(&str) -> Option<String> + Send;

/// Finds a module by the name that a script gave. An error text is for the script.
pub type ResolverFn = dyn FnMut(&str) -> std::result::Result<Option<Module>, String> + Send;

/// Seconds that local time is ahead of UTC, at a time given in seconds since 1970.
pub type ZoneFn = dyn Fn(i64) -> i64 + Send;

/// Source of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Name of the source, for errors.
    pub name: String,
    /// Its text.
    pub source: Arc<str>,
}

/// What scripts learn about the host program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where to learn more.
    pub info: String,
}

impl Default for About {
    fn default() -> About {
        About {
            name: "Quadriga".to_string(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            info: env!("CARGO_PKG_REPOSITORY").to_string(),
        }
    }
}

/// Capabilities of a context. The default is none.
#[derive(Default)]
pub struct Host {
    /// Where input comes from.
    pub input: Option<Box<InputFn>>,
    /// Where modules come from.
    pub resolver: Option<Box<ResolverFn>>,
    /// Whether scripts may use files.
    pub files: bool,
    /// Arguments of the program, its own name first.
    pub arguments: Vec<String>,
    /// Environment that scripts see.
    pub environment: Vec<(String, String)>,
    /// Local time; UTC without it.
    pub zone: Option<Box<ZoneFn>>,
    /// The host program.
    pub about: About,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host")
            .field("input", &self.input.is_some())
            .field("resolver", &self.resolver.is_some())
            .field("files", &self.files)
            .field("arguments", &self.arguments)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// The capabilities.
    pub fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    /// Asks the host for a line of input; `None` at its end, or if there is no input at all. An error if the
    /// script was interrupted meanwhile.
    pub fn read_line(&mut self, prompt: &str) -> Result<Option<String>> {
        let line = match &mut self.host.input {
            Some(input) => input(prompt),
            None => None,
        };
        self.check_interrupt()?;
        Ok(line)
    }

    /// Asks the host for a module; `None` if it has none of the name.
    pub fn resolve_module(&mut self, name: &str) -> Result<Option<Module>> {
        match &mut self.host.resolver {
            Some(resolve) => resolve(name).map_err(|e| Error::new(ErrorKind::Host, e)),
            None => Ok(None),
        }
    }
}
