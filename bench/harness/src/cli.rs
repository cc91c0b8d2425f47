//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::programs::Filter;

/// Runs Quadriga and its peers side by side on the same programs, and compares results, speed and memory.
///
/// Exit code 1: checksums disagree, a program failed, or --check found a goal missed; 2: nothing could be run.
#[derive(Debug, Parser)]
#[command(name = "quadriga-bench", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the memory programs: resident size over time, and the stop at a limit.
    Memory(MemoryArgs),
    /// Time and memory of a program that prints one line.
    Startup(StartupArgs),
    /// Tell who is here and who is missing.
    Peers(PeerArgs),
}

/// Who takes part.
#[derive(Debug, Clone, Args)]
pub struct PeerArgs {
    /// Only these, separated by commas: quadriga, luajit, luajit-joff, lua5.4, node, pypy3, python3, native.
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub peers: Vec<String>,

    /// The quadriga command to measure; without it, the workspace's release build is made and used.
    #[arg(long, value_name = "PATH")]
    pub quadriga: Option<PathBuf>,

    /// Another command that runs our programs, such as another build: `old=../old/quadriga run`.
    #[arg(long, value_name = "NAME=COMMAND", value_parser = parse_also)]
    pub also: Vec<(String, Vec<String>)>,

    /// The folder with programs.toml; otherwise `bench` here or above.
    #[arg(long, value_name = "DIR")]
    pub bench_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub who: PeerArgs,

    /// Measured rounds [default: 5, with --quick 2].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,

    /// Small sizes: checks results, says little about speed.
    #[arg(long)]
    pub quick: bool,

    /// Only a class, or the programs whose `class/name` matches a regular expression.
    #[arg(long, value_name = "CLASS|REGEX", value_parser = Filter::parse)]
    pub only: Option<Filter>,

    /// The participant that ratios refer to [default: quadriga, or the first].
    #[arg(long, value_name = "PEER")]
    pub base: Option<String>,

    /// The longest time for one process.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u32,

    /// Slow peers run fewer iterations, at least 3, to stay near this time per process.
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0, value_parser = parse_positive)]
    pub budget: f64,

    /// Runs of the one-line program for each participant [default: 50, with --quick 3].
    #[arg(long, value_name = "N")]
    pub startup_runs: Option<u32>,

    /// Go on after a wrong checksum; the exit code tells of it all the same.
    #[arg(long)]
    pub keep_going: bool,

    /// Report on an earlier run instead of running.
    #[arg(long, value_name = "JSON", conflicts_with_all = ["quick", "only", "rounds", "keep_going", "peers", "quadriga", "also"])]
    pub from: Option<PathBuf>,

    /// Tell what got faster or slower than in an earlier run.
    #[arg(long, value_name = "OLD.json")]
    pub compare: Option<PathBuf>,

    /// Changes below this do not count in a comparison.
    #[arg(long, value_name = "PERCENT", default_value_t = 3.0, value_parser = parse_positive)]
    pub noise: f64,

    /// Print all figures of all participants.
    #[arg(long)]
    pub details: bool,

    #[command(flatten)]
    pub output: OutputArgs,
}

/// Where results go, besides the terminal.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Write all measurements.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Write or update a section of a Markdown page.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,

    /// Write plots.
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct MemoryArgs {
    #[command(flatten)]
    pub who: PeerArgs,

    /// How long each program runs.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,

    /// The limit of the second run of each program, in MB of 2^20 bytes.
    #[arg(long, value_name = "MB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    /// Only the programs whose `memory/name` matches a regular expression.
    #[arg(long, value_name = "REGEX", value_parser = Filter::parse)]
    pub only: Option<Filter>,

    /// Exit with code 1 if a goal is missed.
    #[arg(long)]
    pub check: bool,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct StartupArgs {
    #[command(flatten)]
    pub who: PeerArgs,

    /// Runs of each participant.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,

    /// Exit with code 1 if a goal is missed.
    #[arg(long)]
    pub check: bool,

    /// Write or update a section of a Markdown page.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

fn parse_also(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, command) = text.split_once('=').ok_or("give it as NAME=COMMAND")?;
    let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    match name.is_empty() || words.is_empty() {
        true => Err("give it as NAME=COMMAND".into()),
        false => Ok((name.to_owned(), words)),
    }
}

fn parse_positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("must be a positive number".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn arguments_are_read() {
        let cli = Cli::parse_from(["quadriga-bench", "--peers", "luajit,node", "--quick", "--only", "ints"]);
        assert_eq!(cli.run.who.peers, ["luajit", "node"]);
        assert!(cli.run.quick && cli.run.only.unwrap().admits("ints", "bits") && cli.command.is_none());
        let cli = Cli::parse_from(["quadriga-bench", "memory", "--seconds", "5", "--also", "old=./q run"]);
        let Some(Command::Memory(args)) = cli.command else { panic!("not the memory command") };
        assert_eq!((args.seconds, args.limit), (5, 64));
        assert_eq!(args.who.also, [("old".to_owned(), vec!["./q".to_owned(), "run".to_owned()])]);
    }

    #[test]
    fn bad_arguments_are_refused() {
        for bad in [&["--rounds", "0"][..], &["--only", "("], &["--also", "x"], &["--noise", "-1"]] {
            assert!(Cli::try_parse_from([&["quadriga-bench"], bad].concat()).is_err(), "{bad:?}");
        }
        assert!(Cli::try_parse_from(["quadriga-bench", "--from", "a.json", "--quick"]).is_err());
    }
}
