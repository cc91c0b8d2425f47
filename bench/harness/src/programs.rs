//! The table of benchmark programs, `programs.toml`, and the files that belong to it.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;

/// The classes in the order in which reports list them; unknown ones follow in table order.
const CLASSES: [&str; 9] =
    ["ints", "floats", "calls", "lists", "objects", "closures", "strings", "maps", "alloc"];

/// One row of the table: the same algorithm in every language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Name of the file, without its extension.
    pub name: String,
    /// Name of the folder.
    pub class: String,
    iters: u32,
    size: u64,
    checksum: u64,
    quick_iters: u32,
    quick_size: u64,
    quick_checksum: u64,
}

/// How much of a program to run, and what it must print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Iterations of the body.
    pub iters: u32,
    /// Size of the problem.
    pub size: u64,
    /// The checksum that belongs to the size.
    pub checksum: u64,
}

impl Program {
    /// `class/name`, which `--only` is matched against.
    pub fn id(&self) -> String {
        format!("{}/{}", self.class, self.name)
    }

    /// The full size, as measured.
    pub fn full(&self) -> Load {
        Load { iters: self.iters, size: self.size, checksum: self.checksum }
    }

    /// The small size for checks.
    pub fn quick(&self) -> Load {
        Load { iters: self.quick_iters, size: self.quick_size, checksum: self.quick_checksum }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    program: Vec<Program>,
}

/// The folder with `programs.toml`, `programs/`, `startup/` and `memory/`.
#[derive(Debug, Clone)]
pub struct BenchDir(PathBuf);

impl BenchDir {
    /// The folder that was asked for; otherwise `bench` of the workspace around the current folder or around this
    /// package, when cargo runs it.
    pub fn find(asked: Option<&Path>) -> Result<Self, String> {
        if let Some(path) = asked {
            return match path.join("programs.toml").is_file() {
                true => Ok(Self(path.to_owned())),
                false => Err(format!("{}: no programs.toml there", path.display())),
            };
        }
        // Relative to the current folder, so that messages and reports name no folders of this machine.
        let depth = std::env::current_dir().map_or(0, |folder| folder.ancestors().count());
        let above = (0..depth).map(|levels| PathBuf::from_iter(std::iter::repeat_n("..", levels)));
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let around = package.iter().flat_map(|start| start.ancestors()).map(Path::to_owned);
        above
            .chain(around)
            .map(|folder| folder.join("bench"))
            .find(|folder| folder.join("programs.toml").is_file())
            .map(Self)
            .ok_or_else(|| "no bench/programs.toml here or above; name the folder with --bench-dir".into())
    }

    /// The folder around it, where the workspace is built.
    pub fn workspace(&self) -> PathBuf {
        let full = self.0.canonicalize().unwrap_or_else(|_| self.0.clone());
        full.parent().map_or_else(|| full.clone(), Path::to_owned)
    }

    /// The source of a program in the language with this extension.
    pub fn source(&self, program: &Program, extension: &str) -> PathBuf {
        self.0.join("programs").join(&program.class).join(format!("{}.{extension}", program.name))
    }

    /// The smallest program of a language.
    pub fn hello(&self, extension: &str) -> PathBuf {
        self.0.join("startup").join(format!("hello.{extension}"))
    }

    /// The programs with fixed memory behaviour, by name.
    pub fn memory_programs(&self, only: &Filter) -> Result<Vec<PathBuf>, String> {
        let folder = self.0.join("memory");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut found: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "ms"))
            .filter(|path| only.admits("memory", &path.file_stem().unwrap_or_default().to_string_lossy()))
            .collect();
        found.sort();
        Ok(found)
    }

    /// The rows of `programs.toml` that the filter admits, class by class.
    pub fn programs(&self, only: &Filter) -> Result<Vec<Program>, String> {
        let path = self.0.join("programs.toml");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut programs = parse_table(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        programs.retain(|program| only.admits(&program.class, &program.name));
        match programs.is_empty() {
            true => Err("no program matches --only".into()),
            false => Ok(programs),
        }
    }
}

/// The rows of the table in report order.
fn parse_table(text: &str) -> Result<Vec<Program>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut programs = table.program;
    programs.sort_by_key(|program| {
        CLASSES.iter().position(|class| *class == program.class).unwrap_or(CLASSES.len())
    });
    for program in &programs {
        for load in [program.full(), program.quick()] {
            if load.iters == 0 || load.checksum >= crate::protocol::CHECKSUM_LIMIT {
                return Err(format!("{}: needs iterations and a checksum below 2^53", program.id()));
            }
        }
    }
    Ok(programs)
}

/// Which programs to run: a class by its name, or a pattern over `class/name`.
#[derive(Debug, Clone, Default)]
pub struct Filter(Option<Pattern>);

#[derive(Debug, Clone)]
enum Pattern {
    Class(String),
    Regex(Regex),
}

impl Filter {
    /// Reads the argument of `--only`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if CLASSES.contains(&text) {
            return Ok(Self(Some(Pattern::Class(text.to_owned()))));
        }
        Regex::new(text).map(|regex| Self(Some(Pattern::Regex(regex)))).map_err(|error| error.to_string())
    }

    /// Whether the program takes part.
    pub fn admits(&self, class: &str, name: &str) -> bool {
        match &self.0 {
            None => true,
            Some(Pattern::Class(wanted)) => wanted == class,
            Some(Pattern::Regex(regex)) => regex.is_match(&format!("{class}/{name}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "name = 'fib'\nclass = 'calls'\niters = 10\nsize = 34\nchecksum = 5702887\n\
                       quick_iters = 2\nquick_size = 20\nquick_checksum = 6765\n";

    #[test]
    fn rows_are_read_in_class_order() {
        let text = format!("[[program]]\n{ROW}[[program]]\n{}", ROW.replace("calls", "ints"));
        let programs = parse_table(&text).unwrap();
        assert_eq!(programs[0].id(), "ints/fib");
        assert_eq!(programs[1].full(), Load { iters: 10, size: 34, checksum: 5_702_887 });
        assert_eq!(programs[1].quick(), Load { iters: 2, size: 20, checksum: 6765 });
    }

    #[test]
    fn bad_rows_are_refused() {
        assert!(parse_table("[[program]]\nname = 'x'\n").is_err());
        assert!(parse_table(&format!("[[program]]\n{ROW}sizes = 3\n")).is_err());
        let huge = ROW.replace("5702887", "9007199254740992");
        assert!(parse_table(&format!("[[program]]\n{huge}")).unwrap_err().contains("2^53"));
    }

    #[test]
    fn filters() {
        let class = Filter::parse("maps").unwrap();
        assert!(class.admits("maps", "graph") && !class.admits("ints", "maps"));
        let pattern = Filter::parse("ints/|fib$").unwrap();
        assert!(pattern.admits("ints", "bits") && pattern.admits("calls", "fib"));
        assert!(!pattern.admits("calls", "tak"));
        assert!(Filter::default().admits("any", "thing"));
        assert!(Filter::parse("(").is_err());
    }

    #[test]
    fn the_real_table_holds() {
        let dir = BenchDir::find(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))).unwrap();
        let programs = dir.programs(&Filter::default()).unwrap();
        for class in CLASSES {
            let names: Vec<_> =
                programs.iter().filter(|row| row.class == class).map(|row| &row.name).collect();
            assert_eq!(names.len(), 3, "{class}: {names:?}");
        }
        for program in &programs {
            for extension in ["ms", "lua", "js", "py"] {
                assert!(dir.source(program, extension).is_file(), "{}.{extension}", program.id());
            }
        }
        assert_eq!(dir.memory_programs(&Filter::default()).unwrap().len(), 3);
    }
}
