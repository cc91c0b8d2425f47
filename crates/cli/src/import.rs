//! Where `import` finds modules: in the directories of the language's path variable, else beside the script,
//! in `lib` beside it, and in `lib` beside this program.

use quadriga::Language;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Finds modules.
#[derive(Clone, Debug)]
pub struct Importer {
    /// Directory of the script.
    place: PathBuf,
    /// Environment variable with the search path.
    variable: Option<&'static str>,
    extensions: &'static [&'static str],
}

impl Importer {
    /// An importer for programs like the one at `script`; without one, the current directory is its place.
    pub fn new(language: &Language, script: Option<&Path>) -> Importer {
        let place = match script.and_then(Path::parent) {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        Importer { place, variable: path_variable(language.name()), extensions: language.extensions() }
    }

    /// The directories to look in, in order.
    fn directories(&self) -> Vec<PathBuf> {
        if let Some(path) = self.variable.and_then(std::env::var_os) {
            return listed(&path, &self.place);
        }
        let beside_program = program_dir().map(|dir| dir.join("lib"));
        [self.place.clone(), self.place.join("lib")].into_iter().chain(beside_program).collect()
    }

    /// The module's file name and text.
    fn find(&self, name: &str) -> Option<(String, String)> {
        let mut candidates = self.directories().into_iter().flat_map(|dir| {
            self.extensions.iter().map(move |extension| dir.join(format!("{name}.{extension}")))
        });
        let path = candidates.find(|path| path.is_file())?;
        let text = std::fs::read_to_string(&path).ok()?;
        let shown = path.strip_prefix(".").unwrap_or(&path).to_string_lossy().into_owned();
        Some((shown, text))
    }

    /// As the library takes it.
    pub fn into_resolver(self) -> impl FnMut(&str) -> Option<(String, String)> + Send + 'static {
        move |name| self.find(name)
    }
}

/// The environment variable with a language's search path.
fn path_variable(language: &str) -> Option<&'static str> {
    match language {
        "miniscript" => Some("MS_IMPORT_PATH"),
        _ => None,
    }
}

/// The directories of a path variable, in which `$MS_SCRIPT_DIR` and `$MS_EXE_DIR` stand for places.
fn listed(path: &OsString, script_dir: &Path) -> Vec<PathBuf> {
    let program_dir = program_dir().unwrap_or_default();
    let expand = |entry: PathBuf| {
        let text = entry.to_string_lossy();
        let text = text.replace("$MS_SCRIPT_DIR", &script_dir.to_string_lossy());
        PathBuf::from(text.replace("$MS_EXE_DIR", &program_dir.to_string_lossy()))
    };
    std::env::split_paths(path).filter(|entry| !entry.as_os_str().is_empty()).map(expand).collect()
}

fn program_dir() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(Path::to_path_buf)
}
