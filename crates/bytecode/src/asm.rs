//! Text to units: the inverse of [`crate::disasm`], where the form is described.
//!
//! Takes text from anywhere and leaves a [`Unit`], or an error with its line; costs linear time, and nothing
//! recurses. The unit is not verified: text can say everything that a unit can hold, right or wrong. A
//! person who writes text may leave out word numbers, comments, and `nil` defaults, and may name labels
//! freely.

mod constant;
mod function;
mod line;

use std::fmt;

use crate::text::{self, Token};
use crate::unit::{Function, Unit};
use function::FunctionText;
use line::Line;

/// Why a text is no unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AsmError {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for AsmError {}

/// The unit that a text describes.
pub fn parse(text: &str) -> Result<Unit, AsmError> {
    let mut parser = Parser::default();
    for line in text.split('\n') {
        parser.number = parser.number.saturating_add(1);
        parser.line(line)?;
    }
    parser.finish()
}

#[derive(Default)]
struct Parser {
    /// The line, counted from 1.
    number: u32,
    /// Name, language, main.
    head: Option<(String, String, u32)>,
    functions: Vec<Function>,
    current: Option<FunctionText>,
    source: Option<String>,
}

impl Parser {
    fn line(&mut self, text: &str) -> Result<(), AsmError> {
        let number = self.number;
        let here = |message| AsmError { line: number, message };
        let tokens = text::tokens(text).map_err(here)?;
        if tokens.is_empty() {
            return Ok(());
        }
        let mut line = Line::new(&tokens);
        let begins = |word| self.head.is_some() && self.source.is_none() && tokens[0] == Token::Word(word);
        if begins("function") || begins("source") {
            self.end_function()?;
        }
        self.content(&mut line).and_then(|()| line.end()).map_err(here)
    }

    fn content(&mut self, line: &mut Line) -> Result<(), String> {
        if let Some(source) = &mut self.source {
            while !line.at_end() {
                source.push_str(line.string()?);
            }
        } else if self.head.is_none() {
            line.keyword("unit")?;
            self.head = Some(parse_head(line)?);
        } else if line.accept("function") {
            self.current = Some(FunctionText::parse(line, self.functions.len())?);
        } else if line.accept("source") {
            self.source = Some(String::new());
        } else if let Some(function) = &mut self.current {
            function.line(line, self.number)?;
        } else {
            return Err("expected `function` or `source`".into());
        }
        Ok(())
    }

    fn end_function(&mut self) -> Result<(), AsmError> {
        if let Some(function) = self.current.take() {
            self.functions.push(function.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Unit, AsmError> {
        self.end_function()?;
        let Some((name, language, main)) = self.head else {
            return Err(AsmError {
                line: self.number,
                message: "the text does not begin with `unit`".into(),
            });
        };
        Ok(Unit {
            name: name.into(),
            source: self.source.unwrap_or_default().into(),
            language: language.into(),
            functions: self.functions.into(),
            main,
        })
    }
}

fn parse_head(line: &mut Line) -> Result<(String, String, u32), String> {
    let name = line.string()?.to_string();
    line.keyword("language")?;
    let language = line.string()?.to_string();
    line.keyword("main")?;
    Ok((name, language, line.number()?))
}
