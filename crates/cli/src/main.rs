//! The `quadriga` command.
//!
//! `main` reads the command line ([`args`]) and calls a command ([`commands`], [`repl`]), which leaves an exit
//! code ([`exit`]). A program comes from [`source`], runs in a [`session`], writes to [`output`], reads from
//! [`input`]; [`report`] shows what went wrong, and [`interrupt`] is Ctrl-C.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod exit;
mod import;
mod input;
mod interrupt;
mod output;
mod repl;
mod report;
mod session;
mod source;
mod units;

use args::{Cli, Command, When};
use clap::{ColorChoice, CommandFactory, FromArgMatches};
use source::Refusal;
use std::ffi::OsString;

fn main() {
    let code = run(std::env::args_os().collect());
    std::process::exit(code);
}

fn run(argv: Vec<OsString>) -> i32 {
    let color = clap_color(&argv);
    let parsed = Cli::command()
        .color(color)
        .try_get_matches_from(args::with_implied_run(argv))
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE } else { exit::OK };
        }
    };
    match execute(cli) {
        Ok(code) => code,
        Err(Refusal { code, message }) => {
            output::message(&message);
            code
        }
    }
}

fn execute(cli: Cli) -> Result<i32, Refusal> {
    match cli.command {
        Command::Run(args) => commands::run::run(args, cli.color),
        Command::Repl(args) => repl::run(args, cli.color),
        Command::Check(args) => commands::check::run(&args, cli.color),
        Command::Disasm(args) => commands::disasm::run(args, cli.color),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "quadriga", &mut script);
            let output = output::Output::stdout();
            output.write(&String::from_utf8_lossy(&script));
            Ok(commands::run::finish_output(&output, exit::OK))
        }
        Command::Languages => Ok(commands::languages::run()),
    }
}

/// The colours of help and usage errors, which are needed before the command line is understood.
fn clap_color(argv: &[OsString]) -> ColorChoice {
    let mut words = argv.iter().skip(1).map(|arg| arg.to_string_lossy()).take_while(|arg| arg != "--");
    let mut wanted = None;
    while let Some(word) = words.next() {
        if word == "--color" {
            wanted = words.next().map(|w| w.into_owned());
        } else if let Some(value) = word.strip_prefix("--color=") {
            wanted = Some(value.to_string());
        }
    }
    match wanted.as_deref().and_then(|w| <When as clap::ValueEnum>::from_str(w, false).ok()) {
        Some(When::Always) => ColorChoice::Always,
        Some(When::Never) => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}
