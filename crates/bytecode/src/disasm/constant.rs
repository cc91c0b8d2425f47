//! Constants as text: `nil`, `true`, `12`, `1.5`, `"text"`, `cell "name"`, `[1, 2]`, `{"key": 1}`.
//!
//! Doubles always show a point, an exponent, or are `inf`, `-inf` and `nan#` with their bits, so that they
//! differ from integers and survive exactly.

use std::fmt;

use crate::text::Quoted;
use crate::unit::Const;

/// A constant, to be displayed. Takes space for its depth and width on the heap, none on the stack.
pub(super) struct Text<'a>(pub &'a Const);

enum Piece<'a> {
    Const(&'a Const),
    Mark(&'static str),
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = vec![Piece::Const(self.0)];
        while let Some(piece) = rest.pop() {
            match piece {
                Piece::Mark(mark) => f.write_str(mark)?,
                Piece::Const(Const::Nil) => f.write_str("nil")?,
                Piece::Const(Const::Bool(b)) => write!(f, "{b}")?,
                Piece::Const(Const::Int(i)) => write!(f, "{i}")?,
                Piece::Const(Const::Double(d)) if d.is_nan() => write!(f, "nan#{:016x}", d.to_bits())?,
                Piece::Const(Const::Double(d)) => write!(f, "{d:?}")?,
                Piece::Const(Const::Str(s)) => write!(f, "{}", Quoted(s))?,
                Piece::Const(Const::Cell(s)) => write!(f, "cell {}", Quoted(s))?,
                Piece::Const(Const::List(items)) => {
                    rest.push(Piece::Mark("]"));
                    for (i, item) in items.iter().enumerate().rev() {
                        rest.extend([Piece::Const(item), Piece::Mark(if i == 0 { "[" } else { ", " })]);
                    }
                    if items.is_empty() {
                        rest.push(Piece::Mark("["));
                    }
                }
                Piece::Const(Const::Map(entries)) => {
                    rest.push(Piece::Mark("}"));
                    for (i, (key, value)) in entries.iter().enumerate().rev() {
                        let before = Piece::Mark(if i == 0 { "{" } else { ", " });
                        rest.extend([Piece::Const(value), Piece::Mark(": "), Piece::Const(key), before]);
                    }
                    if entries.is_empty() {
                        rest.push(Piece::Mark("{"));
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_read_like_literals() {
        let c = Const::List(
            [
                Const::Int(1),
                Const::Double(1.0),
                Const::Double(-0.0),
                Const::Double(f64::from_bits(0x7FF8_0000_0000_0001)),
                Const::List([].into()),
                Const::Map(
                    [(Const::Str("a".into()), Const::Nil), (Const::Bool(true), Const::Map([].into()))].into(),
                ),
            ]
            .into(),
        );
        assert_eq!(Text(&c).to_string(), "[1, 1.0, -0.0, nan#7ff8000000000001, [], {\"a\": nil, true: {}}]");
    }
}
