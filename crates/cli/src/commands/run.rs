//! `quadriga run`: compiles a program and runs it.

use crate::args::{EngineArgs, LanguageArgs, RunArgs, When};
use crate::exit;
use crate::import::Importer;
use crate::input::Lines;
use crate::interrupt;
use crate::output::{Output, message};
use crate::report::Reporter;
use crate::session::{Input, Session, Setup, print_stats};
use crate::source::{Program, Refusal, from_file, from_text};
use quadriga::{Engine, Error, ErrorKind};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A program, the path of its file, and its arguments.
pub struct Target {
    /// The program.
    pub program: Program,
    /// Its file, if it is one.
    pub path: Option<PathBuf>,
    /// Its own name, as it was called, and what it gets.
    pub script_args: Vec<String>,
}

/// The target that `-e CODE ARGS` or `FILE ARGS` means.
pub fn target(
    engine: &Engine,
    code: Option<String>,
    rest: Vec<OsString>,
    language: &LanguageArgs,
) -> Result<Target, Refusal> {
    let mut script_args: Vec<String> = rest.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    if let Some(code) = code {
        script_args.insert(0, "-e".to_string());
        return Ok(Target { program: from_text(engine, code, language)?, path: None, script_args });
    }
    let Some(file) = rest.into_iter().next() else {
        return Err(Refusal::usage("which program? Give a file, `-`, or -e CODE"));
    };
    let path = PathBuf::from(file);
    let program = from_file(engine, &path, language)?;
    Ok(Target { program, path: Some(path).filter(|p| p.as_os_str() != "-"), script_args })
}

/// The command.
pub fn run(args: RunArgs, color: When) -> Result<i32, Refusal> {
    let engine = Engine::new();
    let target = target(&engine, args.code, args.rest, &args.language)?;
    let output = Arc::new(Output::stdout());
    interrupt::install(output.clone());
    let reporter = Reporter::new(&args.errors, color, output.clone());
    let to_stdout = target.program.language.errors_to_stdout();

    let script = match engine.compile_source(&target.program.source()) {
        Ok(script) => script,
        Err(error) => {
            reporter.compile_error(&error, to_stdout);
            return Ok(exit::SYNTAX);
        }
    };
    let setup = setup(engine, target, args.engine, output);
    let mut session = match Session::new(&setup) {
        Ok(session) => session,
        Err(error) => return Ok(failed(&error, &reporter, to_stdout)),
    };
    let result = session.run(&script);
    let code = match &result {
        // It ended by itself, maybe because it no longer got input.
        Ok(_) if interrupt::pressed() => exit::CANCELLED,
        Ok(_) => exit::OK,
        Err(_) if setup.output.failure().is_some() => exit::FILE,
        Err(error) => failed(error, &reporter, to_stdout),
    };
    let code = finish_output(&setup.output, code);
    print_stats(&session, &setup.args);
    Ok(code)
}

/// What a context for a program is made of.
pub fn setup(engine: Engine, target: Target, args: EngineArgs, output: Arc<Output>) -> Setup {
    let Target { program, path, script_args } = target;
    Setup {
        importer: Importer::new(&program.language, path.as_deref()),
        engine,
        language: program.language,
        variant: program.variant,
        args,
        script_args,
        output,
        input: Input::Lines(Arc::new(Mutex::new(Lines::default()))),
    }
}

/// Shows what stopped a script, and gives the exit code for it.
pub fn failed(error: &Error, reporter: &Reporter, to_stdout: bool) -> i32 {
    if !matches!(error.kind(), ErrorKind::Exit(_)) {
        reporter.error(error, to_stdout);
    }
    exit::code_of(error.kind())
}

/// Sends out the rest of the output. The code changes if that, or an earlier part, failed.
pub fn finish_output(output: &Output, code: i32) -> i32 {
    output.flush();
    match output.failure() {
        None => code,
        Some(std::io::ErrorKind::BrokenPipe) => exit::BROKEN_PIPE,
        Some(_) => {
            message(&format!("cannot write the output: {}", output.failure_text().unwrap_or_default()));
            exit::FILE
        }
    }
}
