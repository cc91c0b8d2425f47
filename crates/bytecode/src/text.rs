//! The lexical rules of the text form, in both directions.
//!
//! A line holds words, quoted strings and punctuation; `;` starts a comment. A word is a run of any other
//! characters, so numbers, labels, registers and `->` are words.

use std::fmt::{self, Write};

/// A piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// A word.
    Word(&'a str),
    /// A quoted string, its escapes undone.
    Str(String),
    /// One character of `,()=[]{}:@`.
    Punct(char),
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(w) => write!(f, "`{w}`"),
            Token::Str(s) => Quoted(s).fmt(f),
            Token::Punct(c) => write!(f, "`{c}`"),
        }
    }
}

/// Splits a line. The error says what is wrong with it.
pub(crate) fn tokens(line: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            ' ' | '\t' | '\r' => rest = after,
            ';' => break,
            '"' => {
                let (s, r) = unquote(after)?;
                tokens.push(Token::Str(s));
                rest = r;
            }
            _ if is_punct(c) => {
                tokens.push(Token::Punct(c));
                rest = after;
            }
            _ => {
                let ends = |c: char| matches!(c, ' ' | '\t' | '\r' | ';' | '"') || is_punct(c);
                let (word, r) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
                tokens.push(Token::Word(word));
                rest = r;
            }
        }
    }
    Ok(tokens)
}

fn is_punct(c: char) -> bool {
    matches!(c, ',' | '(' | ')' | '=' | '[' | ']' | '{' | '}' | ':' | '@')
}

/// The string up to the closing quote, and what follows it.
fn unquote(text: &str) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let stop = rest.find(['"', '\\']).ok_or("a string does not end on its line")?;
        out.push_str(&rest[..stop]);
        let tail = &rest[stop + 1..];
        if rest.as_bytes()[stop] == b'"' {
            return Ok((out, tail));
        }
        let Some(c) = tail.chars().next() else {
            return Err("a string does not end on its line".into());
        };
        rest = &tail[c.len_utf8()..];
        out.push(match c {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            '"' | '\\' => c,
            'u' => {
                let (digits, after) = rest
                    .strip_prefix('{')
                    .and_then(|r| r.split_once('}'))
                    .ok_or("`\\u` needs a code in braces")?;
                rest = after;
                let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                code.ok_or_else(|| format!("`\\u{{{digits}}}` is no character"))?
            }
            _ => return Err(format!("`\\{c}` is no escape")),
        });
    }
}

/// A string in quotes.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '\'' => f.write_char(c)?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        f.write_char('"')
    }
}

/// A name: bare if it is an identifier, else in quotes.
pub(crate) struct Name<'a>(pub &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_identifier(self.0) { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

/// Whether a text is an ASCII identifier.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_falls_into_words_strings_and_punctuation() {
        let expected = [
            Token::Word("add.1"),
            Token::Word("r1"),
            Token::Punct(','),
            Token::Word("-5"),
            Token::Word("->"),
            Token::Str("a;\"b".into()),
        ];
        assert_eq!(tokens("  add.1 r1, -5 ->\"a;\\\"b\" ; rest \"").as_deref(), Ok(&expected[..]));
    }

    #[test]
    fn every_character_survives_quoting() {
        let all: String = ('\0'..='\u{3000}').chain(['\u{FEFF}', '\u{1F600}', '\u{10FFFF}']).collect();
        let quoted = Quoted(&all).to_string();
        assert!(!quoted.contains('\n'));
        assert_eq!(tokens(&quoted), Ok(vec![Token::Str(all)]));
    }

    #[test]
    fn broken_strings_are_errors() {
        for line in
            ["\"", "\"\\", "\"\\\"", "\"\\q\"", "\"\\u\"", "\"\\u{\"", "\"\\u{D800}\"", "\"\\u{110000}\""]
        {
            assert!(tokens(line).is_err(), "{line}");
        }
    }
}
