//! Values as text: the display form (`print`, concatenation) and the code form (inside lists and maps).
//!
//! Three levels of containers are written out, a fourth prints as `[...]` or `{...}`, so values that contain
//! themselves end. Below the first level, a container that a global variable holds prints as the name of the
//! variable. What stands under `__isa` prints as if it were at the last level, which gives prototypes their
//! short names; a chain of nameless prototypes is cut after a few links.
//!
//! Limits bound the depth, not the width: a printer therefore charges for what it writes and asks the heap
//! for room as its text grows, or hands the text on in pieces when it prints.

use super::{Lang, TYPE_MAPS, Work, errors, number_of};
use crate::number;
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{HeapError, ListRef, MAX_STR_BYTES, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Result};

/// Levels of containers that are written out.
const LEVELS: u32 = 3;
/// Links of nameless prototypes that are written out.
const PROTOTYPES: u32 = 16;
/// Bytes of text between two questions for room, or after which a piece is handed on.
const PIECE: usize = 8 << 10;

/// A value as a string: itself if it is one.
pub(crate) fn to_string(cx: &mut Context, lang: Lang, v: Value) -> Result<StrRef> {
    if let Some(s) = v.as_str() {
        return Ok(s);
    }
    if let Some(i) = v.as_int() {
        return integer(cx, i);
    }
    let text = text_of(cx, lang, v)?;
    Ok(cx.heap.str(&text)?)
}

/// The string of an integer, without a detour through Rust's heap: by far the most frequent conversion.
fn integer(cx: &mut Context, i: i64) -> Result<StrRef> {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = i.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    let text = std::str::from_utf8(&digits[at..]).unwrap_or_default();
    Ok(cx.heap.str(text)?)
}

/// The display form.
pub(crate) fn text_of(cx: &mut Context, lang: Lang, v: Value) -> Result<String> {
    let mut printer = Printer::new(lang);
    printer.display(cx, v)?;
    Ok(printer.finish())
}

/// Writes the display form to the output.
pub(crate) fn print(cx: &mut Context, lang: Lang, v: Value) -> Result<()> {
    if let Some(s) = v.as_str() {
        cx.flatten(s)?;
        cx.write(s.text());
        return Ok(());
    }
    let mut printer = Printer::new(lang);
    printer.streams = true;
    printer.display(cx, v)?;
    cx.write(&printer.out);
    Ok(())
}

/// Builds the text of values.
pub(crate) struct Printer {
    lang: Lang,
    out: String,
    /// Whether containers print as the names of globals.
    names: bool,
    /// Containers in globals, by address, with the position of the variable among the globals; filled when
    /// first asked for.
    globals: Option<Vec<(usize, usize)>>,
    /// Whether the text goes to the output as it comes.
    streams: bool,
    /// Length of the text for which room was asked last.
    checked: usize,
    work: Work,
}

impl Printer {
    pub fn new(lang: Lang) -> Printer {
        Printer {
            lang,
            out: String::new(),
            names: !lang.v1(),
            globals: None,
            streams: false,
            checked: 0,
            work: Work::default(),
        }
    }

    /// A printer that does not know the global variables.
    pub fn nameless(lang: Lang) -> Printer {
        Printer { names: false, ..Printer::new(lang) }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }

    /// Appends text as it is.
    pub fn push(&mut self, cx: &mut Context, text: &str) -> Result<()> {
        self.room(cx, text.len())?;
        self.out.push_str(text);
        self.grown(cx)
    }

    /// Appends the display form.
    pub fn display(&mut self, cx: &mut Context, v: Value) -> Result<()> {
        match v.as_str() {
            Some(s) => self.string(cx, s, false),
            None => self.code(cx, v, LEVELS, 0),
        }
    }

    /// Appends a string, between quotes as a program has it, or as it is.
    fn string(&mut self, cx: &mut Context, s: StrRef, quotes: bool) -> Result<()> {
        cx.flatten(s)?;
        let mut text = s.text();
        if self.streams && text.len() > PIECE {
            if quotes {
                self.out.push('"');
            }
            while !text.is_empty() {
                let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE));
                self.characters(piece, quotes);
                self.grown(cx)?;
                text = rest;
            }
            if quotes {
                self.out.push('"');
            }
            return Ok(());
        }
        if text.len() < PIECE / 4 {
            // The next question for room is soon enough.
        } else if quotes {
            self.room(cx, text.len() + text.bytes().filter(|b| *b == b'"').count())?;
        } else {
            self.room(cx, text.len())?;
        }
        if quotes {
            self.quoted(text);
        } else {
            self.out.push_str(text);
        }
        self.grown(cx)
    }

    /// Asks for room, or hands the text on.
    #[inline]
    fn grown(&mut self, cx: &mut Context) -> Result<()> {
        self.room(cx, 0)
    }

    /// Before the text grows by `more` bytes: asks for room, or hands on what there is.
    #[inline]
    fn room(&mut self, cx: &mut Context, more: usize) -> Result<()> {
        if self.out.len() + more >= self.checked + PIECE { self.piece(cx, more) } else { Ok(()) }
    }

    #[cold]
    fn piece(&mut self, cx: &mut Context, more: usize) -> Result<()> {
        let total = self.out.len() + more;
        let work = if self.streams { self.out.len() } else { total - self.checked };
        cx.charge(work as u64 / 8)?;
        cx.check_interrupt()?;
        if self.streams {
            cx.write(&self.out);
            self.out.clear();
            return Ok(());
        }
        if total > MAX_STR_BYTES {
            return Err(HeapError::TooLarge { what: "string", max: MAX_STR_BYTES }.into());
        }
        // The buffer may be up to twice the text, and becomes a string in the end.
        cx.heap.check_size(total * 3)?;
        self.checked = total;
        Ok(())
    }

    /// Appends the code form of `v` with this many levels left, below `prototypes` nameless prototypes.
    fn code(&mut self, cx: &mut Context, v: Value, levels: u32, prototypes: u32) -> Result<()> {
        self.work.step(cx)?;
        if let Some(n) = number_of(v) {
            self.number(n);
            return self.grown(cx);
        }
        match v.kind() {
            None => self.out.push_str("null"),
            Some(Kind::Str) => {
                if let Some(s) = v.as_str() {
                    return self.string(cx, s, true);
                }
            }
            Some(Kind::List) => {
                if let Some(list) = v.as_list() {
                    return self.list(cx, list, levels, prototypes);
                }
            }
            Some(Kind::Map) => {
                if let Some(map) = v.as_map() {
                    return self.map(cx, map, levels, prototypes);
                }
            }
            Some(Kind::Closure | Kind::Native) => self.function(cx, v),
            Some(_) => match errors::as_error(v) {
                Some(e) => {
                    self.out.push_str("error: ");
                    if let Some(s) = errors::message(e).as_str() {
                        return self.string(cx, s, false);
                    }
                }
                None => self.out.push_str("<handle>"),
            },
        }
        self.grown(cx)
    }

    fn number(&mut self, n: f64) {
        if self.lang.v1() {
            number::format_number_v1(n, &mut self.out);
        } else {
            number::format_number(n, &mut self.out);
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        self.characters(text, true);
        self.out.push('"');
    }

    /// Appends a piece of a text, with the quotes in it doubled if it stands between quotes.
    fn characters(&mut self, text: &str, quotes: bool) {
        if !quotes {
            return self.out.push_str(text);
        }
        for (i, part) in text.split('"').enumerate() {
            if i > 0 {
                self.out.push_str("\"\"");
            }
            self.out.push_str(part);
        }
    }

    fn list(&mut self, cx: &mut Context, list: ListRef, levels: u32, prototypes: u32) -> Result<()> {
        if levels == 0 {
            self.out.push_str("[...]");
            return Ok(());
        }
        if levels < LEVELS && self.short_name(cx, list.value())? {
            return Ok(());
        }
        cx.check_native_stack()?;
        self.out.push('[');
        for i in 0..list.len() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.code(cx, list.get(i), levels - 1, prototypes)?;
        }
        self.out.push(']');
        self.grown(cx)
    }

    fn map(&mut self, cx: &mut Context, map: MapRef, levels: u32, prototypes: u32) -> Result<()> {
        if levels == 0 || prototypes > PROTOTYPES {
            self.out.push_str("{...}");
            return Ok(());
        }
        if levels < LEVELS && self.short_name(cx, map.value())? {
            return Ok(());
        }
        cx.check_native_stack()?;
        self.out.push('{');
        let mut cursor = 0;
        let mut first = true;
        while let Some((key, v)) = cx.heap.map_next(map, &mut cursor) {
            if !first {
                self.out.push_str(", ");
            }
            first = false;
            let is_proto = key.as_str().is_some() && key.as_str() == cx.heap.proto_key;
            let (levels, prototypes) = if is_proto { (1, prototypes + 1) } else { (levels - 1, prototypes) };
            self.code(cx, key, levels, prototypes)?;
            self.out.push_str(": ");
            self.code(cx, v, levels, prototypes)?;
        }
        self.out.push('}');
        self.grown(cx)
    }

    fn function(&mut self, cx: &Context, f: Value) {
        if self.lang.v1() {
            return self.signature(cx, f);
        }
        self.out.push_str("FuncRef(");
        match cx.function_of(f) {
            Some(function) => {
                self.out.push_str(&function.name);
                self.out.push_str(", closure)");
            }
            None => {
                if let Some(info) = cx.native_info(f) {
                    self.out.push_str(&info.name);
                }
                self.out.push(')');
            }
        }
    }

    /// 1.x prints the parameters.
    fn signature(&mut self, cx: &Context, f: Value) {
        self.out.push_str("FUNCTION(");
        if let Some(function) = cx.function_of(f) {
            for (i, param) in function.params.iter().enumerate() {
                let default = cx.defaults_of(f).get(i).copied().unwrap_or(Value::NIL);
                self.parameter(i, param, default);
            }
        } else if let Some(info) = cx.native_info(f) {
            for (i, (param, default)) in info.params.iter().enumerate() {
                self.parameter(i, param, *default);
            }
        }
        self.out.push(')');
    }

    fn parameter(&mut self, i: usize, name: &str, default: Value) {
        if i > 0 {
            self.out.push_str(", ");
        }
        self.out.push_str(name);
        if default.is_nil() {
            return;
        }
        self.out.push('=');
        if let Some(n) = number_of(default) {
            self.number(n);
        } else if let Some(s) = default.as_str() {
            self.quoted(&s.head(errors::MESSAGE_BYTES));
        }
    }

    /// Appends the name of a global variable that holds the container, or of the type that it is the map of.
    fn short_name(&mut self, cx: &mut Context, container: Value) -> Result<bool> {
        if self.names {
            let globals = cx.running_globals();
            let known = self.globals.get_or_insert_with(|| containers_in(cx, globals));
            let address = container.address_unchecked();
            let i = known.partition_point(|(a, _)| *a < address);
            if let Some(&(a, mut cursor)) = known.get(i)
                && a == address
                && let Some((name, _)) = cx.heap.map_next(globals, &mut cursor)
                && let Some(name) = name.as_str()
            {
                self.string(cx, name, false)?;
                return Ok(true);
            }
        }
        let known = TYPE_MAPS.iter().find(|(slot, _)| self.lang.slot(cx, *slot) == container);
        if let Some((_, name)) = known {
            self.out.push_str(name);
        }
        Ok(known.is_some())
    }
}

/// The lists and maps in global variables, by address; of several names the first one comes first.
fn containers_in(cx: &Context, globals: MapRef) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut cursor = 0;
    loop {
        let position = cursor;
        let Some((_, v)) = cx.heap.map_next(globals, &mut cursor) else { break };
        if matches!(v.kind(), Some(Kind::List | Kind::Map)) {
            found.push((v.address_unchecked(), position));
        }
    }
    found.sort_unstable();
    found
}
