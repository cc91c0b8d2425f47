//! Programs as the command gets them: from a file, from standard input, from the command line.

use crate::args::LanguageArgs;
use crate::exit;
use crate::output::reason;
use quadriga::{Engine, Language};
use std::io::Read;
use std::path::Path;

/// Why the command cannot begin.
#[derive(Debug)]
pub struct Refusal {
    /// Exit code.
    pub code: i32,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// The command line makes no sense.
    pub fn usage(message: impl Into<String>) -> Refusal {
        Refusal { code: exit::USAGE, message: message.into() }
    }

    /// A file is not as it should be.
    pub fn file(message: impl Into<String>) -> Refusal {
        Refusal { code: exit::FILE, message: message.into() }
    }
}

/// A program with its language.
pub struct Program {
    /// Name that messages give it; empty if it is no file.
    pub name: String,
    /// Text.
    pub text: String,
    /// Language.
    pub language: Language,
    /// Dialect of the language.
    pub variant: Option<String>,
}

impl Program {
    /// The program as the engine takes it.
    pub fn source(&self) -> quadriga::Source {
        let source = quadriga::Source::new(self.language.name(), self.name.as_str(), self.text.as_str());
        match &self.variant {
            Some(variant) => source.variant(variant.as_str()),
            None => source,
        }
    }
}

/// Reads a program; `-` is standard input.
pub fn from_file(engine: &Engine, path: &Path, args: &LanguageArgs) -> Result<Program, Refusal> {
    let is_stdin = path.as_os_str() == "-";
    // What is wrong with the command line is told before anything is read.
    let told = match &args.lang {
        Some(name) => Some(named(engine, name)?),
        None if is_stdin => Some(default_language(engine)?),
        None => None,
    };
    let (name, shown, bytes) = if is_stdin {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
        (String::new(), "standard input".to_string(), read)
    } else {
        let name = path.to_string_lossy().into_owned();
        (name.clone(), name, std::fs::read(path))
    };
    let bytes = bytes.map_err(|e| Refusal::file(format!("cannot read {shown}: {}", reason(&e))))?;
    let language = match told {
        Some(language) => language,
        None => by_extension(engine, path)?,
    };
    let text = decode(bytes).map_err(|e| Refusal::file(format!("{shown}: {e}")))?;
    Ok(Program { name, text, variant: variant(&language, args)?, language })
}

/// A program that stands on the command line.
pub fn from_text(engine: &Engine, text: String, args: &LanguageArgs) -> Result<Program, Refusal> {
    let language = session_language(engine, args)?;
    Ok(Program { name: String::new(), text, variant: variant(&language, args)?, language })
}

/// The language of input that has no file name.
pub fn session_language(engine: &Engine, args: &LanguageArgs) -> Result<Language, Refusal> {
    match &args.lang {
        Some(name) => named(engine, name),
        None => default_language(engine),
    }
}

/// The dialect that was asked for, if the language has it.
pub fn variant(language: &Language, args: &LanguageArgs) -> Result<Option<String>, Refusal> {
    let Some(wanted) = &args.dialect else { return Ok(None) };
    let known = language.variants();
    if known.iter().any(|v| v == wanted) {
        return Ok(Some(wanted.clone()));
    }
    let choice = match known.is_empty() {
        true => "it has none".to_string(),
        false => format!("it has {}", known.join(", ")),
    };
    Err(Refusal::usage(format!("{} has no dialect `{wanted}`; {choice}", language.name())))
}

fn named(engine: &Engine, name: &str) -> Result<Language, Refusal> {
    engine.language(name).ok_or_else(|| {
        let names: Vec<String> = engine.languages().iter().map(|l| l.name().to_string()).collect();
        Refusal::usage(format!("no language `{name}`; there is {}", names.join(", ")))
    })
}

fn default_language(engine: &Engine) -> Result<Language, Refusal> {
    engine.languages().into_iter().next().ok_or_else(|| Refusal::usage("this build has no language"))
}

fn by_extension(engine: &Engine, path: &Path) -> Result<Language, Refusal> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    extension.as_deref().and_then(|e| engine.language_for_extension(e)).ok_or_else(|| {
        let known: Vec<String> =
            engine.languages().iter().flat_map(|l| l.extensions().iter().map(|e| format!(".{e}"))).collect();
        Refusal::usage(format!(
            "cannot tell the language of {} from its name; use --lang (known endings: {})",
            path.display(),
            known.join(", ")
        ))
    })
}

/// The text of a source file. A byte order mark in front is no part of it.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let mut text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = 1 + e.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count();
        format!("not valid UTF-8: byte 0x{:02X} at offset {at} (line {line})", e.as_bytes()[at])
    })?;
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    if u32::try_from(text.len()).is_err() {
        return Err("larger than 4 GiB".into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_are_told_with_their_place() {
        let error = decode(b"a\nb\xFFc".to_vec()).expect_err("not UTF-8");
        assert_eq!(error, "not valid UTF-8: byte 0xFF at offset 3 (line 2)");
        assert!(decode(b"caf\xC3".to_vec()).is_err());
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(decode("\u{FEFF}x".into()).as_deref(), Ok("x"));
    }
}
