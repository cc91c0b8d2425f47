//! `quadriga languages`: what there is to run.

use crate::commands::run::finish_output;
use crate::exit;
use crate::output::Output;
use quadriga::{Engine, Language};

/// The command.
pub fn run() -> i32 {
    let output = Output::stdout();
    for language in Engine::new().languages() {
        output.line(&line(&language));
    }
    finish_output(&output, exit::OK)
}

fn line(language: &Language) -> String {
    let endings: Vec<String> = language.extensions().iter().map(|e| format!(".{e}")).collect();
    let line = format!("{:<12} {}", language.name(), endings.join(" "));
    match language.variants() {
        [] => line,
        [default, others @ ..] => {
            let others: String = others.iter().map(|v| format!(", {v}")).collect();
            format!("{line}  dialects: {default} (default){others}")
        }
    }
}
