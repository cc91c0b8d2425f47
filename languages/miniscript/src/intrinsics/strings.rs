//! Strings: case, splitting, joining.

use super::{Def, defs};
use crate::runtime::display::Printer;
use crate::runtime::{Lang, Work, convert, display, errors};
use quadriga_vm::heap::{ListRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::borrow::Cow;

pub(crate) const DEFS: &[Def] = defs! {
    "upper"(self) => |cx, _, args| change_case(cx, args, true);
    "lower"(self) => |cx, _, args| change_case(cx, args, false);
    "split"(self, delimiter = [" "], maxCount = (-1)) => split;
    "join"(self, delimiter = [" "]) => join;
};

fn change_case(cx: &mut Context, args: Args, upper: bool) -> Result<Value> {
    let v = args.get(0);
    let Some(s) = v.as_str() else { return Ok(v) };
    cx.flatten(s)?;
    cx.charge(s.byte_len() as u64 / 8)?;
    let text = s.text();
    let stays = |b: &u8| if upper { !b.is_ascii_lowercase() } else { !b.is_ascii_uppercase() };
    if s.is_ascii() && text.as_bytes().iter().all(stays) {
        return Ok(v);
    }
    cx.heap.check_size(2 * s.byte_len())?;
    let changed: String = if s.is_ascii() {
        if upper { text.to_ascii_uppercase() } else { text.to_ascii_lowercase() }
    } else if upper {
        text.chars().map(upper_char).collect()
    } else {
        text.chars().map(lower_char).collect()
    };
    Ok(cx.heap.str(&changed)?.value())
}

/// The simple upper case of a character: always one character. The standard library knows the full mapping,
/// which differs where that is more than one.
fn upper_char(c: char) -> char {
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(u), None) => u,
        _ => match c as u32 {
            // Greek with iota below: the form with the small iota beside.
            code @ (0x1F80..=0x1F87 | 0x1F90..=0x1F97 | 0x1FA0..=0x1FA7) => char::from_u32(code + 8),
            code @ (0x1FB3 | 0x1FC3 | 0x1FF3) => char::from_u32(code + 9),
            _ => None,
        }
        .unwrap_or(c),
    }
}

/// The simple lower case of a character.
fn lower_char(c: char) -> char {
    let mut full = c.to_lowercase();
    match (full.next(), full.next()) {
        (Some(l), None) => l,
        // The only one that is more: the capital i with a dot, which keeps its dot as a mark of its own.
        _ => 'i',
    }
}

fn split(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    if let Some(e) = convert::first_error(args) {
        return Ok(e);
    }
    let v = args.get(0);
    let Some(s) = v.as_str() else {
        return errors::type_error(cx, lang, "string", v);
    };
    let delimiter = match args.given(1) {
        Some(d) => match d.as_str() {
            Some(d) => d,
            None => return Ok(Value::NIL),
        },
        None => cx.heap.str(" ")?,
    };
    let most = convert::lenient_index(args.given(2).unwrap_or(Value::int(-1)))?;
    let most = usize::try_from(most).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
    cx.flatten(s)?;
    cx.flatten(delimiter)?;
    let list = cx.heap.list_new(0)?;
    if s.is_empty() && lang.v1() {
        return Ok(list.value());
    }
    if delimiter.is_empty() {
        split_characters(cx, s, most, list)?;
    } else {
        split_at(cx, s, delimiter, most, list)?;
    }
    Ok(list.value())
}

fn split_characters(cx: &mut Context, s: StrRef, most: usize, list: ListRef) -> Result<()> {
    let mut work = Work::default();
    for (i, (at, c)) in s.text().char_indices().enumerate() {
        work.step(cx)?;
        if i + 1 == most {
            let rest = piece(cx, s, at, s.byte_len())?;
            cx.heap.list_push(list, rest)?;
            break;
        }
        let c = cx.heap.single_char(c)?;
        cx.heap.list_push(list, c.value())?;
    }
    work.pay(cx)
}

fn split_at(cx: &mut Context, s: StrRef, delimiter: StrRef, most: usize, list: ListRef) -> Result<()> {
    cx.charge(s.byte_len() as u64 / 16)?;
    let (text, delimiter) = (s.text(), delimiter.text());
    match delimiter.as_bytes() {
        // Looking for a character is faster than looking for a text.
        [byte] if byte.is_ascii() => {
            let ends = text.match_indices(char::from(*byte)).map(|(at, _)| at);
            pieces(cx, s, ends.take(most - 1), 1, list)
        }
        _ => {
            let ends = text.match_indices(delimiter).map(|(at, _)| at);
            pieces(cx, s, ends.take(most - 1), delimiter.len(), list)
        }
    }
}

/// Appends the pieces of `s` between delimiters that start at `ends`, and what is left.
fn pieces(
    cx: &mut Context,
    s: StrRef,
    ends: impl Iterator<Item = usize>,
    delimiter: usize,
    list: ListRef,
) -> Result<()> {
    let mut work = Work::default();
    let mut start = 0;
    for end in ends {
        work.step(cx)?;
        let part = piece(cx, s, start, end)?;
        cx.heap.list_push(list, part)?;
        start = end + delimiter;
    }
    let rest = piece(cx, s, start, s.byte_len())?;
    cx.heap.list_push(list, rest)?;
    work.pay(cx)
}

/// The bytes `start..end` of a flat string as a string; long ones share the text.
fn piece(cx: &mut Context, s: StrRef, start: usize, end: usize) -> Result<Value> {
    if s.is_ascii() {
        // Bytes are characters.
        return Ok(cx.heap.str_slice(s, start, end)?.value());
    }
    Ok(cx.heap.str(&s.text()[start..end])?.value())
}

fn join(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    if let Some(e) = convert::first_error(args) {
        return Ok(e);
    }
    let v = args.get(0);
    let Some(list) = v.as_list() else {
        return errors::type_error(cx, lang, "list", v);
    };
    let given = args.get(1);
    let text = given.as_str();
    let delimiter = match &text {
        Some(d) => {
            cx.flatten(*d)?;
            Cow::Borrowed(d.text())
        }
        None if given.is_nil() => Cow::Borrowed(" "),
        None => Cow::Owned(display::text_of(cx, lang, given)?),
    };
    let mut printer = Printer::nameless(lang);
    let mut work = Work::default();
    for i in 0..list.len() {
        work.step(cx)?;
        if i > 0 {
            printer.push(cx, &delimiter)?;
        }
        let element = list.get(i);
        if !(lang.v1() && element.is_nil()) {
            printer.display(cx, element)?;
        }
    }
    work.pay(cx)?;
    Ok(cx.heap.str(&printer.finish())?.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_mapping_keeps_the_number_of_characters() {
        assert_eq!("straße ﬀ ᾳ éω".chars().map(upper_char).collect::<String>(), "STRAßE ﬀ ᾼ ÉΩ");
        assert_eq!("ÜBER İ Ω".chars().map(lower_char).collect::<String>(), "über i ω");
    }
}
