//! `quadriga repl`: an interactive session.
//!
//! On a terminal a line editor reads the input. From a pipe it is read line by line and without prompts, so
//! that a session can be scripted; scripts that ask for input then read from the same lines.

mod command;
pub mod editor;

use crate::args::{LanguageArgs, ReplArgs, When};
use crate::commands::run::{failed, finish_output};
use crate::exit;
use crate::import::Importer;
use crate::input::Lines;
use crate::interrupt;
use crate::output::{Output, complain, message};
use crate::report::Reporter;
use crate::session::{Input, Session, Setup, print_stats};
use crate::source::{self, Refusal};
use command::Command;
use editor::{Entry, Terminal};
use quadriga::{Engine, ErrorKind, Mode, Source, Value};
use std::cell::RefCell;
use std::io::{IsTerminal, stdin, stdout};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest value that `:globals` shows, in characters.
const SHOWN: usize = 70;

/// The command.
pub fn run(args: ReplArgs, color: When) -> Result<i32, Refusal> {
    let engine = Engine::new();
    let language = source::session_language(&engine, &args.language)?;
    let variant = source::variant(&language, &args.language)?;
    let output = Arc::new(Output::stdout());
    interrupt::install(output.clone());
    let words = Rc::new(RefCell::new(Vec::new()));
    let terminal = match stdin().is_terminal() && stdout().is_terminal() {
        true => Terminal::new(engine.clone(), language.name().to_string(), words.clone()).ok(),
        false => None,
    };
    let lines = Arc::new(Mutex::new(Lines::default()));
    let input = match terminal {
        Some(_) => Input::Terminal,
        None => Input::Lines(lines.clone()),
    };
    let name = std::iter::once("repl".to_string());
    let script_args = name.chain(args.rest.iter().map(|arg| arg.to_string_lossy().into_owned())).collect();
    let setup = Setup {
        importer: Importer::new(&language, None),
        engine,
        language,
        variant,
        args: args.engine,
        script_args,
        output: output.clone(),
        input,
    };
    let reporter = Reporter::new(&args.errors, color, output.clone());
    let to_stdout = setup.language.errors_to_stdout();
    let session = match Session::new(&setup) {
        Ok(session) => session,
        Err(error) => return Ok(failed(&error, &reporter, to_stdout)),
    };
    let mut repl = Repl { session, setup, reporter, to_stdout, words, timed: false };
    let reader = match terminal {
        Some(terminal) => {
            let language = &repl.setup.language;
            output.line(&format!(
                "Quadriga {}, {}. :help helps.",
                env!("CARGO_PKG_VERSION"),
                language.name()
            ));
            Reader::Terminal(Box::new(terminal))
        }
        None => Reader::Lines(lines),
    };
    let code = repl.talk(reader);
    let code = finish_output(&output, code);
    print_stats(&repl.session, &repl.setup.args);
    Ok(code)
}

/// Where input comes from.
enum Reader {
    Terminal(Box<Terminal>),
    Lines(Arc<Mutex<Lines>>),
}

struct Repl {
    session: Session,
    setup: Setup,
    reporter: Reporter,
    to_stdout: bool,
    words: Rc<RefCell<Vec<String>>>,
    timed: bool,
}

/// Whether the session goes on, or ends with an exit code.
type Next = std::ops::ControlFlow<i32>;

impl Repl {
    fn talk(&mut self, mut reader: Reader) -> i32 {
        loop {
            let entry = match &mut reader {
                Reader::Terminal(terminal) => {
                    self.prepare_prompt();
                    terminal.read()
                }
                Reader::Lines(lines) => self.read_lines(lines),
            };
            self.setup.output.end_line();
            let next = match entry {
                Entry::Text(text) => self.treat(&text),
                Entry::Interrupted => Next::Continue(()),
                Entry::End => Next::Break(exit::OK),
            };
            self.setup.output.flush();
            if self.setup.output.failure().is_some() {
                return exit::FILE;
            }
            if let Next::Break(code) = next {
                return code;
            }
        }
    }

    /// Names for completion, and a line of its own for the prompt.
    fn prepare_prompt(&mut self) {
        self.setup.output.end_line();
        self.setup.output.flush();
        let keywords = self.setup.language.keywords().iter().map(|k| k.to_string());
        *self.words.borrow_mut() = self.session.cx.global_names().into_iter().chain(keywords).collect();
    }

    /// The next complete input; what the end of the input leaves incomplete counts as one.
    fn read_lines(&self, lines: &Mutex<Lines>) -> Entry {
        let mut text = String::new();
        loop {
            let line = lines.lock().unwrap_or_else(|e| e.into_inner()).next(None);
            match line {
                Some(line) => text += &line,
                None if text.is_empty() => return Entry::End,
                None => return Entry::Text(text),
            }
            let engine = &self.setup.engine;
            if Command::parse(&text).is_some() || !engine.needs_more_input(self.setup.language.name(), &text)
            {
                return Entry::Text(text);
            }
            text.push('\n');
        }
    }

    fn treat(&mut self, text: &str) -> Next {
        match Command::parse(text) {
            None => self.evaluate(text, self.timed),
            Some(Command::Help) => self.say(command::HELP),
            Some(Command::Quit) => Next::Break(exit::OK),
            Some(Command::Load(file)) => self.load(file),
            Some(Command::Globals) => self.list_globals(),
            Some(Command::Reset) => self.reset(),
            Some(Command::Time("")) => {
                self.timed = !self.timed;
                self.say(if self.timed { "timing is on\n" } else { "timing is off\n" })
            }
            Some(Command::Time(code)) => self.evaluate(code, true),
            Some(Command::Unknown(name)) => self.say(&format!("no command {name}; :help lists them\n")),
        }
    }

    fn say(&self, text: &str) -> Next {
        self.setup.output.write(text);
        Next::Continue(())
    }

    fn evaluate(&mut self, text: &str, timed: bool) -> Next {
        if text.trim().is_empty() {
            return Next::Continue(());
        }
        let source = Source::new(self.setup.language.name(), "", text).mode(Mode::Interactive);
        let start = Instant::now();
        let next = self.execute(source, true);
        if timed {
            self.setup.output.end_line();
            self.setup.output.line(&format!("time: {}", time_text(start.elapsed())));
        }
        next
    }

    /// Compiles and runs a source, and shows its value or what is wrong.
    fn execute(&mut self, mut source: Source, show: bool) -> Next {
        if let Some(variant) = &self.setup.variant {
            source = source.variant(variant.as_str());
        }
        let script = match self.setup.engine.compile_source(&source) {
            Ok(script) => script,
            Err(error) => {
                self.reporter.compile_error(&error, self.to_stdout);
                return Next::Continue(());
            }
        };
        match self.session.run(&script) {
            Ok(value) if show => self.show(&value),
            Ok(_) => {}
            Err(error) => {
                if let ErrorKind::Exit(code) = error.kind() {
                    return Next::Break(code);
                }
                if self.setup.output.failure().is_none() {
                    failed(&error, &self.reporter, self.to_stdout);
                }
            }
        }
        Next::Continue(())
    }

    fn show(&mut self, value: &Value) {
        if value.is_null() {
            return;
        }
        let text = self.session.cx.display(value);
        self.setup.output.end_line();
        self.setup.output.line(&text);
        // Without memory for the variable there is none.
        let _ = self.session.cx.set("_", value);
    }

    fn load(&mut self, file: &str) -> Next {
        if file.is_empty() {
            return self.say("usage: :load FILE\n");
        }
        let language = LanguageArgs { lang: Some(self.setup.language.name().to_string()), dialect: None };
        match source::from_file(&self.setup.engine, Path::new(file), &language) {
            Ok(program) => self.execute(program.source(), false),
            Err(refusal) => {
                self.setup.output.flush();
                message(&refusal.message);
                Next::Continue(())
            }
        }
    }

    fn list_globals(&mut self) -> Next {
        for name in self.session.cx.global_names() {
            let Ok(value) = self.session.cx.get::<Value>(&name) else { continue };
            let text = self.session.cx.display(&value);
            self.setup.output.line(&format!("{name} = {}", shortened(&text)));
        }
        Next::Continue(())
    }

    fn reset(&mut self) -> Next {
        match Session::new(&self.setup) {
            Ok(session) => self.session = session,
            Err(error) => complain(&format!("{}\n", error.language_line())),
        }
        Next::Continue(())
    }
}

/// One line of limited length.
fn shortened(text: &str) -> String {
    let mut line: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        line.push('…');
    }
    line
}

fn time_text(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s < 1e-3 => format!("{:.1} µs", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.3} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shortened() {
        assert_eq!(shortened("a\nb"), "a b");
        assert_eq!(shortened(&"x".repeat(80)), format!("{}…", "x".repeat(70)));
    }

    #[test]
    fn times_have_units() {
        assert_eq!(time_text(Duration::from_micros(12)), "12.0 µs");
        assert_eq!(time_text(Duration::from_millis(1500)), "1.500 s");
    }
}
