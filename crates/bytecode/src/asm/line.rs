//! Reading the tokens of a line from left to right.

use std::str::FromStr;

use crate::text::Token;

pub(super) struct Line<'a> {
    tokens: &'a [Token<'a>],
}

impl<'a> Line<'a> {
    pub fn new(tokens: &'a [Token<'a>]) -> Line<'a> {
        Line { tokens }
    }

    pub fn at_end(&self) -> bool {
        self.tokens.is_empty()
    }

    pub fn end(&self) -> Result<(), String> {
        match self.tokens.first() {
            None => Ok(()),
            Some(token) => Err(format!("{token} is too much")),
        }
    }

    pub fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.first()
    }

    pub fn next(&mut self, expected: &str) -> Result<&'a Token<'a>, String> {
        let (first, rest) = self.tokens.split_first().ok_or_else(|| format!("expected {expected}"))?;
        self.tokens = rest;
        Ok(first)
    }

    pub fn word(&mut self, expected: &str) -> Result<&'a str, String> {
        match self.next(expected)? {
            Token::Word(word) => Ok(word),
            other => Err(format!("expected {expected}, found {other}")),
        }
    }

    /// A quoted string.
    pub fn string(&mut self) -> Result<&'a str, String> {
        match self.next("a string")? {
            Token::Str(s) => Ok(s),
            other => Err(format!("expected a string, found {other}")),
        }
    }

    /// A bare or quoted name.
    pub fn name(&mut self) -> Result<&'a str, String> {
        match self.next("a name")? {
            Token::Word(word) => Ok(word),
            Token::Str(s) => Ok(s),
            other => Err(format!("expected a name, found {other}")),
        }
    }

    /// A decimal number that fits.
    pub fn number<T: FromStr>(&mut self) -> Result<T, String> {
        let word = self.word("a number")?;
        word.parse().map_err(|_| format!("`{word}` is no number, or out of range"))
    }

    /// A number with a letter in front, as in `r3`.
    pub fn indexed<T: FromStr>(&mut self, letter: char, what: &str) -> Result<T, String> {
        let word = self.word(what)?;
        let index = word.strip_prefix(letter).and_then(|digits| digits.parse().ok());
        index.ok_or_else(|| format!("`{word}` is no {what} (`{letter}` and a number), or out of range"))
    }

    pub fn register(&mut self) -> Result<u16, String> {
        self.indexed('r', "register")
    }

    pub fn keyword(&mut self, word: &str) -> Result<(), String> {
        if self.accept(word) { Ok(()) } else { Err(format!("expected `{word}`")) }
    }

    /// Takes the word if it is next.
    pub fn accept(&mut self, word: &str) -> bool {
        self.take(|token| *token == Token::Word(word))
    }

    /// Takes the punctuation if it is next.
    pub fn accept_punct(&mut self, c: char) -> bool {
        self.take(|token| *token == Token::Punct(c))
    }

    pub fn punct(&mut self, c: char) -> Result<(), String> {
        if self.accept_punct(c) { Ok(()) } else { Err(format!("expected `{c}`")) }
    }

    fn take(&mut self, fits: impl Fn(&Token) -> bool) -> bool {
        match self.tokens.split_first() {
            Some((first, rest)) if fits(first) => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }
}
