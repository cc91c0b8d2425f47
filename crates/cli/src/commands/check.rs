//! `quadriga check`: all findings of files, without running them.

use crate::args::{CheckArgs, CheckForm, When};
use crate::commands::run::finish_output;
use crate::exit;
use crate::output::{Output, message};
use crate::report::json::{Finding, of_diagnostic};
use crate::report::pretty::{Style, diagnostic};
use crate::source::{Program, Refusal, from_file};
use quadriga::{Diagnostic, Engine, Severity};
use std::io::IsTerminal;

/// The command. Findings go to standard output, for they are its result.
pub fn run(args: &CheckArgs, color: When) -> Result<i32, Refusal> {
    let engine = Engine::new();
    let output = Output::stdout();
    let style = Style::new(color, std::io::stdout().is_terminal());
    let mut code = exit::OK;
    let mut json = Vec::new();
    for path in &args.files {
        let program = match from_file(&engine, path, &args.language) {
            Ok(program) => program,
            // A wrong command line is no finding.
            Err(refusal) if refusal.code == exit::USAGE => return Err(refusal),
            Err(refusal) => {
                code = refusal.code; // Says more than errors in other files.
                if args.json {
                    json.push(Finding::of_file(&path.to_string_lossy(), &refusal.message));
                } else {
                    output.flush();
                    message(&refusal.message);
                }
                continue;
            }
        };
        let source = program.source();
        let findings = engine.check(&source);
        if code == exit::OK && findings.iter().any(|d| d.severity == Severity::Error) {
            code = exit::SYNTAX;
        }
        for d in &findings {
            let line = engine.language_line(&source, d);
            if args.json {
                json.push(of_diagnostic(d, &program.name, &program.text, Some(line)));
            } else {
                output.write(&finding_text(d, &program, line, args.diagnostics, style));
            }
        }
    }
    if args.json {
        let lines: Vec<String> = json.iter().map(Finding::to_json).collect();
        output.line(&match lines.is_empty() {
            true => "[]".to_string(),
            false => format!("[\n{}\n]", lines.join(",\n")),
        });
    }
    Ok(finish_output(&output, code))
}

fn finding_text(d: &Diagnostic, program: &Program, line: String, form: CheckForm, style: Style) -> String {
    match form {
        CheckForm::Plain => format!("{line}\n"),
        CheckForm::Pretty => diagnostic(d, &program.name, &program.text, style),
    }
}
