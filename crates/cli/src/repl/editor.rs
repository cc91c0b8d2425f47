//! The line editor on a terminal: history, several lines at once, completion.

use super::command;
use quadriga::Engine;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

const PROMPT: &str = "> ";
const HISTORY: usize = 5000;

/// What somebody did at the prompt.
pub enum Entry {
    /// An input, maybe of several lines.
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D.
    End,
}

/// The editor of a session.
pub struct Terminal {
    editor: Editor<Assistant, FileHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    /// An editor; `words` are what it completes names to.
    pub fn new(
        engine: Engine,
        language: String,
        words: Rc<RefCell<Vec<String>>>,
    ) -> rustyline::Result<Terminal> {
        let config = Config::builder()
            .max_history_size(HISTORY)?
            .history_ignore_dups(true)?
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Assistant { engine, language, words }));
        let history = history_file();
        if let Some(path) = &history {
            // A history that is not there yet is empty.
            let _ = editor.load_history(path);
        }
        Ok(Terminal { editor, history })
    }

    /// The next input.
    pub fn read(&mut self) -> Entry {
        match self.editor.readline(PROMPT) {
            Ok(text) => {
                if !text.trim().is_empty() {
                    let _ = self.editor.add_history_entry(text.as_str());
                    self.save();
                }
                Entry::Text(text)
            }
            Err(ReadlineError::Interrupted) => Entry::Interrupted,
            Err(_) => Entry::End,
        }
    }

    /// Appends what is new to the history file; a session works without one.
    fn save(&mut self) {
        let Some(path) = &self.history else { return };
        if let Some(dir) = path.parent() {
            let _ = std::fs::create_dir_all(dir);
        }
        let _ = self.editor.append_history(path);
    }
}

/// Reads one line for a script that asks for input. Ctrl-C stops the script.
pub fn ask(prompt: &str) -> Option<String> {
    let mut editor = Editor::<(), FileHistory>::new().ok()?;
    match editor.readline(prompt) {
        Ok(line) => Some(line),
        Err(ReadlineError::Interrupted) => {
            crate::interrupt::cancel_running();
            None
        }
        Err(_) => None,
    }
}

/// `QUADRIGA_HISTORY`, else a file in the user's state directory. An empty variable means none.
fn history_file() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("QUADRIGA_HISTORY") {
        return (!path.is_empty()).then(|| path.into());
    }
    let directory = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let state = directory("XDG_STATE_HOME")
        .or_else(|| directory("HOME").map(|home| home.join(".local").join("state")))
        .or_else(|| directory("LOCALAPPDATA"))?;
    Some(state.join("quadriga").join("history"))
}

/// Knows when an input is complete, and what names there are.
struct Assistant {
    engine: Engine,
    language: String,
    words: Rc<RefCell<Vec<String>>>,
}

impl Validator for Assistant {
    fn validate(&self, cx: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let text = cx.input();
        let more =
            command::Command::parse(text).is_none() && self.engine.needs_more_input(&self.language, text);
        Ok(if more { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(candidates(&line[..pos], &self.words.borrow()))
    }
}

impl Hinter for Assistant {
    type Hint = String;
}

impl Highlighter for Assistant {
    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        false
    }
}

impl Helper for Assistant {}

/// Where the word before the cursor begins, and what it may become.
fn candidates(before: &str, words: &[String]) -> (usize, Vec<String>) {
    if before.starts_with(':') && !before.contains(char::is_whitespace) {
        let commands = command::NAMES.iter().filter(|name| name.starts_with(before));
        return (0, commands.map(|name| name.to_string()).collect());
    }
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
        .last()
        .map_or(before.len(), |(at, _)| at);
    let word = &before[start..];
    // Behind a dot stands a field, not a variable.
    if word.is_empty() || before[..start].ends_with('.') {
        return (start, Vec::new());
    }
    let mut found: Vec<String> = words.iter().filter(|w| w.starts_with(word)).cloned().collect();
    found.sort_unstable();
    found.dedup();
    (start, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed() {
        let words = ["print".to_string(), "prime".to_string(), "x".to_string()];
        let found = |text| candidates(text, &words);
        assert_eq!(found("y = pri"), (4, vec!["prime".to_string(), "print".to_string()]));
        assert_eq!(found("a.pri"), (2, vec![]));
        assert_eq!(found("f("), (2, vec![]));
        assert_eq!(found(":lo"), (0, vec![":load".to_string()]));
        assert_eq!(found("ä"), (0, vec![]));
    }
}
