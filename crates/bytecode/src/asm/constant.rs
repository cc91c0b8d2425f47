//! Constants from text. Containers that are open wait on a stack of their own, whose depth is bounded: a
//! deeper constant could be held but not be dropped without recursion.

use super::line::Line;
use crate::text::Token;
use crate::unit::Const;
use crate::verify::MAX_CONST_DEPTH;

/// A container whose end has not been read.
enum Open {
    List(Vec<Const>),
    /// Entries, and the key whose value comes next.
    Map(Vec<(Const, Const)>, Option<Const>),
}

/// Reads a constant.
pub(super) fn parse(line: &mut Line) -> Result<Const, String> {
    let mut open: Vec<Open> = Vec::new();
    loop {
        let mut done = match (line.next("a constant")?, open.last()) {
            (Token::Punct('['), _) => {
                open.push(Open::List(Vec::new()));
                None
            }
            (Token::Punct('{'), _) => {
                open.push(Open::Map(Vec::new(), None));
                None
            }
            (Token::Punct(']'), Some(Open::List(_))) | (Token::Punct('}'), Some(Open::Map(_, None))) => {
                open.pop().map(close)
            }
            (token, _) => Some(scalar(token, line)?),
        };
        if open.len() > MAX_CONST_DEPTH {
            return Err(format!("a constant nests deeper than {MAX_CONST_DEPTH} containers"));
        }
        while let Some(value) = done.take() {
            let end = match open.last_mut() {
                None => return Ok(value),
                Some(Open::Map(_, key @ None)) => {
                    line.punct(':')?;
                    *key = Some(value);
                    continue;
                }
                Some(Open::Map(entries, key)) => {
                    entries.extend(key.take().map(|key| (key, value)));
                    '}'
                }
                Some(Open::List(items)) => {
                    items.push(value);
                    ']'
                }
            };
            if line.accept_punct(end) {
                done = open.pop().map(close);
            } else {
                line.punct(',')?;
            }
        }
    }
}

fn close(container: Open) -> Const {
    match container {
        Open::List(items) => Const::List(items.into()),
        Open::Map(entries, _) => Const::Map(entries.into()),
    }
}

fn scalar(token: &Token, line: &mut Line) -> Result<Const, String> {
    let word = match token {
        Token::Str(s) => return Ok(Const::Str(s.as_str().into())),
        Token::Word(word) => *word,
        Token::Punct(c) => return Err(format!("expected a constant, found `{c}`")),
    };
    let constant = match word {
        "nil" => Some(Const::Nil),
        "true" => Some(Const::Bool(true)),
        "false" => Some(Const::Bool(false)),
        "cell" => Some(Const::Cell(line.string()?.into())),
        "inf" => Some(Const::Double(f64::INFINITY)),
        "-inf" => Some(Const::Double(f64::NEG_INFINITY)),
        _ => match word.strip_prefix("nan#") {
            Some(bits) => u64::from_str_radix(bits, 16).ok().map(f64::from_bits).map(Const::Double),
            None if word.contains(['.', 'e', 'E']) => word.parse().ok().map(Const::Double),
            None => word.parse().ok().map(Const::Int),
        },
    };
    constant.ok_or_else(|| format!("`{word}` is no constant"))
}
