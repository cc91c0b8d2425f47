//! The command line as data.

use crate::exit;
use crate::units::{parse_fuel, parse_seconds, parse_size};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Quadriga runs programs in dynamic languages.
#[derive(Parser, Debug)]
#[command(
    name = "quadriga",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    override_usage = "quadriga <COMMAND>\n       quadriga -e <CODE> [ARGS]...",
    after_help = exit::HELP
)]
pub struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a program.
    #[command(
        override_usage = "quadriga run [OPTIONS] <FILE> [ARGS]...\n       quadriga run [OPTIONS] -e <CODE> [ARGS]...",
        after_long_help = exit::HELP
    )]
    Run(RunArgs),
    /// Talk to a language line by line.
    #[command(after_long_help = "`:help` inside the session lists its commands. The history is kept in \
        $XDG_STATE_HOME/quadriga/history (default ~/.local/state), or in the file that QUADRIGA_HISTORY names; \
        an empty QUADRIGA_HISTORY keeps none.")]
    Repl(ReplArgs),
    /// Report all syntax errors of files, without running them.
    Check(CheckArgs),
    /// Show the bytecode of a program.
    Disasm(DisasmArgs),
    /// Print a script that teaches a shell to complete this command.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// List the languages with their file extensions and dialects.
    Languages,
}

/// Arguments of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Program text instead of a file.
    #[arg(short = 'e', value_name = "CODE")]
    pub code: Option<String>,

    #[command(flatten)]
    pub language: LanguageArgs,
    #[command(flatten)]
    pub engine: EngineArgs,
    #[command(flatten)]
    pub errors: ErrorArgs,

    /// The program (`-` is standard input), then what it gets as arguments.
    #[arg(value_name = "FILE", trailing_var_arg = true)]
    pub rest: Vec<OsString>,
}

/// Arguments of `repl`.
#[derive(Args, Debug)]
pub struct ReplArgs {
    #[command(flatten)]
    pub language: LanguageArgs,
    #[command(flatten)]
    pub engine: EngineArgs,
    #[command(flatten)]
    pub errors: ErrorArgs,

    /// What scripts get as arguments.
    #[arg(value_name = "ARGS", last = true)]
    pub rest: Vec<OsString>,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 nothing wrong, 3 at least one error, 4 a file cannot be read (whatever the others contain)."
)]
pub struct CheckArgs {
    /// The files (`-` is standard input).
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Print one JSON array with an object per finding.
    #[arg(long)]
    pub json: bool,

    /// Caret diagnostics, or the line that the language prints.
    #[arg(long, value_name = "FORM", default_value = "pretty", conflicts_with = "json")]
    pub diagnostics: CheckForm,

    #[command(flatten)]
    pub language: LanguageArgs,
}

/// Arguments of `disasm`.
#[derive(Args, Debug)]
pub struct DisasmArgs {
    /// Program text instead of a file.
    #[arg(short = 'e', value_name = "CODE")]
    pub code: Option<String>,

    /// Show only the function of this name or number.
    #[arg(long, value_name = "F")]
    pub function: Option<String>,

    /// Run the program first, and show what was learned: kinds of operands, inline caches, callees,
    /// turns of loops. The program's output goes to standard error.
    #[arg(long)]
    pub feedback: bool,

    #[command(flatten)]
    pub language: LanguageArgs,
    #[command(flatten)]
    pub engine: EngineArgs,
    #[command(flatten)]
    pub errors: ErrorArgs,

    /// The program (`-` is standard input), then what it gets as arguments.
    #[arg(value_name = "FILE", trailing_var_arg = true)]
    pub rest: Vec<OsString>,
}

/// Which language.
#[derive(Args, Debug, Clone, Default)]
pub struct LanguageArgs {
    /// The language; otherwise the file's extension decides.
    #[arg(long, value_name = "NAME")]
    pub lang: Option<String>,

    /// The dialect of the language, such as `1.x` (see `quadriga languages`).
    #[arg(long, value_name = "NAME")]
    pub dialect: Option<String>,
}

/// Limits and modes of a context.
#[derive(Args, Debug, Clone)]
pub struct EngineArgs {
    /// Stop after this time, such as 1.5.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, help_heading = "Limits")]
    pub time_limit: Option<Duration>,

    /// Stop before the heap exceeds this, such as 64M, 1G or a number of bytes.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Limits")]
    pub memory_limit: Option<usize>,

    /// Stop after this much work, about one unit per instruction; the same program always stops at the same place.
    #[arg(long, value_name = "N", value_parser = parse_fuel, help_heading = "Limits")]
    pub fuel: Option<u64>,

    /// Allow this many nested calls.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000), help_heading = "Limits")]
    pub max_depth: Option<u32>,

    /// Keep files, modules and the environment from the program.
    #[arg(long, help_heading = "Limits")]
    pub sandbox: bool,

    /// Collect garbage at every Nth allocation.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), hide_short_help = true, help_heading = "Testing")]
    pub gc_stress: Option<u32>,

    /// Overwrite freed memory.
    #[arg(long, hide_short_help = true, help_heading = "Testing")]
    pub gc_poison: bool,

    /// Check the whole heap after each collection.
    #[arg(long, hide_short_help = true, help_heading = "Testing")]
    pub gc_verify: bool,

    /// Collect only at safepoints, from precise roots.
    #[arg(long, hide_short_help = true, help_heading = "Testing")]
    pub gc_safepoints: bool,

    /// Print figures of the run and of the collector to standard error at the end.
    #[arg(long, hide_short_help = true, help_heading = "Testing")]
    pub stats: bool,
}

/// How errors are shown.
#[derive(Args, Debug, Clone)]
pub struct ErrorArgs {
    /// How to show errors: the language's own line (plain), that and the source with a caret (pretty), one JSON
    /// object per error on standard error (json). `auto` is pretty on a terminal.
    #[arg(long, value_name = "FORM", default_value = "auto")]
    pub diagnostics: Form,
}

/// When to use colours.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A form of diagnostics.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// Pretty on a terminal, else plain.
    #[default]
    Auto,
    /// The language's own line.
    Plain,
    /// That and the source with a caret.
    Pretty,
    /// A JSON object.
    Json,
}

/// A form of the findings of `check`.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckForm {
    /// The language's own line.
    Plain,
    /// The source with a caret.
    Pretty,
}

/// Puts the `run` in front that `quadriga -e CODE` leaves out, and other options of `run` likewise.
pub fn with_implied_run(mut argv: Vec<OsString>) -> Vec<OsString> {
    let mut i = 1;
    while let Some(arg) = argv.get(i).map(|a| a.to_string_lossy().into_owned()) {
        match arg.as_str() {
            "--color" => i += 2,
            "-h" | "--help" | "-V" | "--version" => break,
            "--" => break,
            _ if arg.starts_with("--color=") => i += 1,
            _ if arg.starts_with('-') => {
                argv.insert(i, "run".into());
                break;
            }
            _ => break,
        }
    }
    argv
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &[&str]) -> Result<Cli, clap::Error> {
        let argv = std::iter::once("quadriga").chain(line.iter().copied()).map(OsString::from).collect();
        Cli::try_parse_from(with_implied_run(argv))
    }

    fn run(line: &[&str]) -> RunArgs {
        match parse(line).expect("a command line").command {
            Command::Run(args) => args,
            other => panic!("not run: {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_may_be_left_out_before_options() {
        assert_eq!(run(&["-e", "print 1", "a"]).code.as_deref(), Some("print 1"));
        assert_eq!(run(&["--color", "never", "--fuel=10", "-e", "x"]).engine.fuel, Some(10));
        assert!(parse(&["print"]).is_err());
    }

    #[test]
    fn what_follows_the_file_belongs_to_the_script() {
        let args = run(&["run", "--fuel", "9", "x.ms", "--fuel", "-e", "y"]);
        assert_eq!(args.engine.fuel, Some(9));
        assert_eq!(args.code, None);
        assert_eq!(args.rest, ["x.ms", "--fuel", "-e", "y"]);
    }

    #[test]
    fn unknown_options_are_errors() {
        assert!(parse(&["run", "--time-limt", "5", "x.ms"]).is_err());
        assert!(parse(&["--nonsense"]).is_err());
    }
}
