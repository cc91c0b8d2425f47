//! Cuts source text into tokens.
//!
//! *Takes* the text and the [`Dialect`]. *Leaves* one [`Token`] per call of [`Lexer::next_token`], comments and
//! white space already dropped, [`TokenKind::EndOfInput`] forever at the end. It never fails: whatever has no
//! meaning becomes [`TokenKind::Unknown`]. *Costs* one pass over the bytes and no allocation. The lexer is a pair
//! of a reference and a position, so looking ahead is done by copying it.

use super::ast::Span;
use super::token::{Dialect, Token, TokenKind};

/// A position in a source text from which tokens can be read.
#[derive(Debug, Clone, Copy)]
pub struct Lexer<'a> {
    source: &'a str,
    at: usize,
    dialect: Dialect,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `source`. A byte order mark is skipped.
    ///
    /// Offsets are `u32`; of a longer text only the part that they reach is read. [`parse`](super::parse) refuses
    /// such a text beforehand.
    #[must_use]
    pub fn new(source: &'a str, dialect: Dialect) -> Self {
        let at = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { source, at, dialect }
    }

    /// Moves to the end: every further token is [`TokenKind::EndOfInput`].
    pub(crate) fn skip_to_end(&mut self) {
        self.at = self.source.len();
    }

    /// Reads the next token.
    pub fn next_token(&mut self) -> Token {
        let space_start = self.at;
        self.skip_space();
        let after_space = self.at > space_start;
        self.skip_comment();
        let start = self.at;
        let kind = self.scan();
        let before_space = match self.byte(0) {
            None | Some(b'\n' | b'\r') => true,
            Some(byte) if byte.is_ascii() => self.is_space(byte as char),
            Some(_) => self.char_here().is_some_and(|c| self.is_space(c)),
        };
        let span = Span::new(start as u32, self.at as u32);
        Token { kind, after_space, before_space, span }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn char_here(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    /// White space that separates tokens; line ends are tokens themselves.
    fn is_space(&self, c: char) -> bool {
        match self.dialect {
            Dialect::V1 => c == ' ' || c == '\t',
            Dialect::V2 => c.is_whitespace() && c != '\n' && c != '\r',
        }
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.byte(0) {
            if byte.is_ascii() {
                if !self.is_space(byte as char) {
                    return;
                }
                self.at += 1;
            } else {
                match self.char_here() {
                    Some(c) if self.is_space(c) => self.at += c.len_utf8(),
                    _ => return,
                }
            }
        }
    }

    /// Skips `//` and the rest of its line, but not the line end.
    fn skip_comment(&mut self) {
        if self.byte(0) == Some(b'/') && self.byte(1) == Some(b'/') {
            while !matches!(self.byte(0), None | Some(b'\n' | b'\r')) {
                self.at += 1;
            }
        }
    }

    /// Consumes one token's text; white space and comments are already skipped.
    fn scan(&mut self) -> TokenKind {
        use TokenKind as T;
        let Some(first) = self.byte(0) else { return T::EndOfInput };
        if first.is_ascii_digit() || (first == b'.' && self.number_starts_at_dot()) {
            self.scan_number();
            return T::Number;
        }
        if first.is_ascii_alphabetic() || first == b'_' || !first.is_ascii() {
            return self.scan_word();
        }
        if first == b'"' {
            return self.scan_string();
        }
        self.at += 1;
        let (plain, assign) = match first {
            b'\n' => return T::Eol,
            b'\r' => {
                if self.byte(0) == Some(b'\n') {
                    self.at += 1;
                }
                return T::Eol;
            }
            b';' => return T::Eol,
            b'(' => return T::LeftParen,
            b')' => return T::RightParen,
            b'[' => return T::LeftBracket,
            b']' => return T::RightBracket,
            b'{' => return T::LeftBrace,
            b'}' => return T::RightBrace,
            b',' => return T::Comma,
            b':' => return T::Colon,
            b'.' => return T::Dot,
            b'@' => return T::At,
            b'+' => (T::Plus, T::PlusAssign),
            b'-' => (T::Minus, T::MinusAssign),
            b'*' => (T::Star, T::StarAssign),
            b'/' => (T::Slash, T::SlashAssign),
            b'%' => (T::Percent, T::PercentAssign),
            b'^' => (T::Caret, T::CaretAssign),
            b'=' => (T::Assign, T::Equal),
            b'!' => (T::Unknown, T::NotEqual),
            b'<' => (T::Less, T::LessEqual),
            b'>' => (T::Greater, T::GreaterEqual),
            _ => return T::Unknown,
        };
        if self.byte(0) == Some(b'=') {
            self.at += 1;
            assign
        } else {
            plain
        }
    }

    fn number_starts_at_dot(&self) -> bool {
        self.dialect == Dialect::V1 && self.byte(1).is_some_and(|b| b.is_ascii_digit())
    }

    fn scan_number(&mut self) {
        match self.dialect {
            // 1.x takes everything that looks like a piece of a number and complains afterwards.
            Dialect::V1 => loop {
                match self.byte(0) {
                    Some(b'0'..=b'9' | b'.') => self.at += 1,
                    Some(b'e' | b'E') => {
                        self.at += 1;
                        if matches!(self.byte(0), Some(b'+' | b'-')) {
                            self.at += 1;
                        }
                    }
                    _ => return,
                }
            },
            Dialect::V2 => {
                self.skip_digits();
                if self.byte(0) == Some(b'.') && self.byte(1).is_some_and(|b| b.is_ascii_digit()) {
                    self.at += 1;
                    self.skip_digits();
                }
                // A malformed exponent is not part of the number.
                if matches!(self.byte(0), Some(b'e' | b'E')) {
                    let sign = usize::from(matches!(self.byte(1), Some(b'+' | b'-')));
                    if self.byte(1 + sign).is_some_and(|b| b.is_ascii_digit()) {
                        self.at += 1 + sign;
                        self.skip_digits();
                    }
                }
            }
        }
    }

    fn skip_digits(&mut self) {
        while self.byte(0).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn scan_word(&mut self) -> TokenKind {
        let start = self.at;
        while let Some(byte) = self.byte(0) {
            if byte.is_ascii() {
                if !byte.is_ascii_alphanumeric() && byte != b'_' {
                    break;
                }
                self.at += 1;
            } else {
                match self.char_here() {
                    Some(c) if !self.is_space(c) => self.at += c.len_utf8(),
                    _ => break,
                }
            }
        }
        TokenKind::keyword(&self.source[start..self.at], self.dialect).unwrap_or(TokenKind::Identifier)
    }

    fn scan_string(&mut self) -> TokenKind {
        self.at += 1;
        loop {
            match self.byte(0) {
                // 2.0 lets the end of the source close a string.
                None if self.dialect == Dialect::V2 => return TokenKind::String,
                None => return TokenKind::UnclosedString,
                Some(b'\n' | b'\r') if self.dialect == Dialect::V1 => return TokenKind::UnclosedString,
                Some(b'"') => {
                    self.at += 1;
                    if self.byte(0) != Some(b'"') {
                        return TokenKind::String;
                    }
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        }
    }
}

/// The value of a string literal from its source text, quotes included.
#[must_use]
pub(crate) fn string_value(text: &str) -> String {
    let inner = text.strip_prefix('"').unwrap_or(text);
    // The last quote closes the string only if it is not the second half of a doubled quote.
    let quotes = inner.bytes().rev().take_while(|&b| b == b'"').count();
    let inner = if quotes % 2 == 1 { &inner[..inner.len() - 1] } else { inner };
    if inner.contains('"') { inner.replace("\"\"", "\"") } else { inner.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::TokenKind as T;
    use super::*;

    fn kinds(source: &str, dialect: Dialect) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::new(source, dialect);
        let mut out = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == T::EndOfInput {
                return out;
            }
            out.push((token.kind, token.span.text(source)));
        }
    }

    fn v2(source: &str) -> Vec<(TokenKind, &str)> {
        kinds(source, Dialect::V2)
    }

    #[test]
    fn numbers_of_both_dialects() {
        assert_eq!(v2("1.5e-3"), [(T::Number, "1.5e-3")]);
        assert_eq!(v2("1e"), [(T::Number, "1"), (T::Identifier, "e")]);
        assert_eq!(v2("1e+x")[..2], [(T::Number, "1"), (T::Identifier, "e")]);
        assert_eq!(v2("5."), [(T::Number, "5"), (T::Dot, ".")]);
        assert_eq!(v2(".5"), [(T::Dot, "."), (T::Number, "5")]);
        assert_eq!(
            kinds(".5 5. 1.e3", Dialect::V1),
            [(T::Number, ".5"), (T::Number, "5."), (T::Number, "1.e3")]
        );
        assert_eq!(kinds("1e", Dialect::V1), [(T::Number, "1e")]);
    }

    #[test]
    fn strings() {
        assert_eq!(v2("\"a\"\"b\""), [(T::String, "\"a\"\"b\"")]);
        assert_eq!(v2("\"a\nb\" c").len(), 2);
        assert_eq!(v2("\"open"), [(T::String, "\"open")]);
        assert_eq!(kinds("\"a\nb\"", Dialect::V1)[0], (T::UnclosedString, "\"a"));
        assert_eq!(string_value("\"a\"\"b\""), "a\"b");
        assert_eq!(string_value("\"\"\"\""), "\"");
        assert_eq!(string_value("\"\""), "");
        assert_eq!(string_value("\"open"), "open");
        assert_eq!(string_value("\""), "");
        assert_eq!(string_value("\"a\"\""), "a\"");
        assert_eq!(string_value("\"back\\slash\""), "back\\slash");
    }

    #[test]
    fn words_and_keywords() {
        assert_eq!(
            v2("self true é_1"),
            [(T::SelfValue, "self"), (T::Identifier, "true"), (T::Identifier, "é_1")]
        );
        assert_eq!(
            kinds("self true repeat", Dialect::V1),
            [(T::Identifier, "self"), (T::True, "true"), (T::Repeat, "repeat")]
        );
        // A no-break space separates in 2.0 and is a letter in 1.x.
        assert_eq!(v2("a\u{a0}b").len(), 2);
        assert_eq!(kinds("a\u{a0}b", Dialect::V1).len(), 1);
    }

    #[test]
    fn operators_lines_and_comments() {
        assert_eq!(
            v2("a<=b").iter().map(|t| t.0).collect::<Vec<_>>(),
            [T::Identifier, T::LessEqual, T::Identifier]
        );
        let found: Vec<_> = v2("+= -= *= /= %= ^= == != < > >= = ^ %").iter().map(|t| t.0).collect();
        assert_eq!(
            found,
            [
                T::PlusAssign,
                T::MinusAssign,
                T::StarAssign,
                T::SlashAssign,
                T::PercentAssign,
                T::CaretAssign,
                T::Equal,
                T::NotEqual,
                T::Less,
                T::Greater,
                T::GreaterEqual,
                T::Assign,
                T::Caret,
                T::Percent
            ]
        );
        let lines: Vec<_> = v2("a // x; y\r\nb\rc;d").iter().map(|t| t.0).collect();
        assert_eq!(
            lines,
            [T::Identifier, T::Eol, T::Identifier, T::Eol, T::Identifier, T::Eol, T::Identifier]
        );
    }

    #[test]
    fn odd_characters_are_tokens() {
        assert_eq!(v2("\0$!\u{1}\\").iter().map(|t| t.0).collect::<Vec<_>>(), [T::Unknown; 5]);
        assert_eq!(v2("\u{feff}x"), [(T::Identifier, "x")]);
    }

    #[test]
    fn spacing_is_recorded() {
        let source = "a -b - c-d";
        let mut lexer = Lexer::new(source, Dialect::V2);
        let tokens: Vec<_> = (0..7).map(|_| lexer.next_token()).collect();
        let minus: Vec<_> =
            tokens.iter().filter(|t| t.kind == T::Minus).map(|t| (t.after_space, t.before_space)).collect();
        assert_eq!(minus, [(true, false), (true, true), (false, false)]);
    }
}
