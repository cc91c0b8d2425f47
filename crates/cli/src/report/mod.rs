//! How errors reach people and programs.
//!
//! * *plain*: the line that the language itself prints, on the stream that the language uses;
//! * *pretty*: that line, then on standard error the source with a caret and the calls that led there;
//! * *json*: instead of both, one object per error on standard error, see [`json`].

pub mod json;
pub mod place;
pub mod pretty;

use crate::args::{ErrorArgs, Form, When};
use crate::output::{Output, complain};
use quadriga::{CompileError, Error};
use std::io::{IsTerminal, stderr};
use std::sync::Arc;

/// Shows errors in the form that the user wants.
pub struct Reporter {
    form: Form,
    style: pretty::Style,
    output: Arc<Output>,
}

impl Reporter {
    /// A reporter; whether standard error is a terminal decides what `auto` means.
    pub fn new(args: &ErrorArgs, color: When, output: Arc<Output>) -> Reporter {
        let form = match args.diagnostics {
            Form::Auto if stderr().is_terminal() => Form::Pretty,
            Form::Auto => Form::Plain,
            form => form,
        };
        Reporter { form, style: pretty::Style::new(color, stderr().is_terminal()), output }
    }

    /// Shows an error that stopped a script.
    pub fn error(&self, error: &Error, to_stdout: bool) {
        if let Some(compile_error) = error.compile_error() {
            return self.compile_error(compile_error, to_stdout);
        }
        match self.form {
            Form::Json => self.json(&json::of_error(error)),
            Form::Pretty => {
                self.line(&error.language_line(), to_stdout);
                complain(&pretty::error(error, self.style));
            }
            _ => self.line(&error.language_line(), to_stdout),
        }
    }

    /// Shows why a source does not compile.
    pub fn compile_error(&self, error: &CompileError, to_stdout: bool) {
        match self.form {
            Form::Json => {
                for finding in json::of_compile_error(error) {
                    self.json(&finding);
                }
            }
            Form::Pretty => {
                self.line(error.language_line(), to_stdout);
                complain(&pretty::compile_error(error, self.style));
            }
            _ => self.line(error.language_line(), to_stdout),
        }
    }

    fn json(&self, finding: &json::Finding) {
        self.output.flush();
        complain(&format!("{}\n", finding.to_json()));
    }

    fn line(&self, line: &str, to_stdout: bool) {
        if to_stdout {
            self.output.line(line);
            self.output.flush();
        } else {
            self.output.flush();
            complain(&format!("{line}\n"));
        }
    }
}
