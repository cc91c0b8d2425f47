//! Commands of the interactive session: lines that begin with a colon.

/// What `:help` prints.
pub const HELP: &str = "\
:help          this list
:quit          leave (also Ctrl-D)
:load FILE     run a file in this session
:globals       the global variables and their values
:reset         begin again with an empty context
:time CODE     run code and print how long it took
:time          print that after every input; again to stop it
The value of an expression is printed and stored in `_`. Input that is not complete continues on the next line;
Ctrl-C drops it, and stops code that runs. Tab completes names.
";

/// Names of the commands, for completion.
pub const NAMES: [&str; 6] = [":help", ":quit", ":load", ":globals", ":reset", ":time"];

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Explain.
    Help,
    /// Leave.
    Quit,
    /// Run a file.
    Load(&'a str),
    /// List variables.
    Globals,
    /// Begin again.
    Reset,
    /// Measure code, or switch measuring if it is empty.
    Time(&'a str),
    /// None of these.
    Unknown(&'a str),
}

impl<'a> Command<'a> {
    /// The command of an input; `None` if it is code. The first letters of a name are enough.
    pub fn parse(input: &'a str) -> Option<Command<'a>> {
        let input = input.trim();
        if !input.starts_with(':') {
            return None;
        }
        let (name, rest) = input.split_once(char::is_whitespace).unwrap_or((input, ""));
        let rest = rest.trim();
        let full = NAMES.iter().find(|full| name.len() > 1 && full.starts_with(name));
        Some(match full.copied() {
            Some(":help") => Command::Help,
            Some(":quit") => Command::Quit,
            Some(":load") => Command::Load(rest),
            Some(":globals") => Command::Globals,
            Some(":reset") => Command::Reset,
            Some(":time") => Command::Time(rest),
            _ => Command::Unknown(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_begin_with_a_colon() {
        assert_eq!(Command::parse("x = {1:2}"), None);
        assert_eq!(Command::parse(" :q"), Some(Command::Quit));
        assert_eq!(Command::parse(":load  a b.ms "), Some(Command::Load("a b.ms")));
        assert_eq!(Command::parse(":time f(1)"), Some(Command::Time("f(1)")));
        assert_eq!(Command::parse(":timer"), Some(Command::Unknown(":timer")));
        assert_eq!(Command::parse(":"), Some(Command::Unknown(":")));
    }
}
