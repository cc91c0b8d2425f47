//! Open files: maps of class `FileHandle` around a host object.

use super::file::{path, refused};
use super::{Def, defs, set};
use crate::runtime::convert::accept;
use crate::runtime::replicate::STRING_TOO_LARGE;
use crate::runtime::{Lang, convert, display, errors, slot, text_steps, truth_number};
use quadriga_vm::heap::layout::flags;
use quadriga_vm::heap::{HostRef, MAX_STR_BYTES, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of a mode that are looked at; a longer one means nothing.
const MODE_BYTES: usize = 64;

/// Field of a handle that holds the host object.
const FIELD: &str = "_handle";

const DEFS: &[Def] = defs! {
    "close"(self) => close;
    "isOpen"(self) => is_open;
    "write"(self, data) => |cx, lang, args| write(cx, lang, args, "");
    "writeLine"(self, data) => |cx, lang, args| write(cx, lang, args, "\n");
    "read"(self, byteCount = (-1)) => read;
    "readLine"(self) => read_line;
    "position"(self) => position;
    "atEnd"(self) => at_end;
};

/// An open file, until it is closed.
struct Open(Option<File>);

pub(super) fn install(cx: &mut Context, lang: Lang) -> Result<()> {
    let class = cx.heap.map_new(None, DEFS.len())?;
    class.set_flag(flags::PROTO);
    lang.set_slot(cx, slot::FILE_HANDLE, class.value());
    for def in DEFS {
        let native = def.native(cx, lang)?;
        set(cx, class, def.name, native)?;
    }
    Ok(())
}

/// The way of opening that a mode names.
fn options(mode: &str) -> Option<OpenOptions> {
    let mut options = OpenOptions::new();
    match mode.replace('b', "").as_str() {
        "r" => options.read(true),
        "r+" => options.read(true).write(true),
        "w" => options.write(true).create(true).truncate(true),
        "w+" | "rw" => options.read(true).write(true).create(true).truncate(true),
        "rw+" => options.read(true).write(true).create(true).truncate(false),
        "a" => options.append(true).create(true),
        "a+" => options.read(true).append(true).create(true),
        _ => return None,
    };
    Some(options)
}

pub(super) fn open(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path(cx, lang, args.get(0)));
    let mode = args.get(1).as_str();
    let mode = mode.as_ref().map_or("r+".into(), |m| m.head(MODE_BYTES));
    let Some(options) = options(&mode) else {
        return errors::file_error(cx, lang, &format!("invalid mode '{mode}'"));
    };
    // The mode `r+`, which is also what no mode means, makes a file that is not there.
    let options = if mode == "r+" && !path.exists() { options_for_new() } else { options };
    let file = match options.open(&path) {
        Ok(file) => file,
        Err(e) => return refused(cx, lang, &path, &e),
    };
    let host = cx.heap.host(Box::new(Open(Some(file))), Value::NIL, size_of::<Open>())?;
    let handle = match lang.slot(cx, slot::FILE_HANDLE).as_map() {
        Some(class) => cx.heap.map_derive(class, 1)?,
        None => cx.heap.map_new(None, 1)?,
    };
    set(cx, handle, FIELD, host.value())?;
    Ok(handle.value())
}

fn options_for_new() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options
}

/// The host object of a handle.
fn host_of(cx: &mut Context, v: Value) -> Result<Option<HostRef>> {
    let key = cx.heap.intern(FIELD)?;
    Ok(v.as_map().and_then(|map| cx.heap.map_get_str(map, key)).and_then(|v| v.as_host()))
}

/// Does something with the open file behind `self`; an error value if there is none or the system refuses.
fn with_file(
    cx: &mut Context,
    lang: Lang,
    v: Value,
    f: impl FnOnce(&mut File) -> io::Result<Value>,
) -> Result<Value> {
    if errors::is_error(v) {
        return Ok(v);
    }
    let host = host_of(cx, v)?;
    let result = match host.and_then(|host| cx.heap.host_mut::<Open>(host)) {
        Some(Open(Some(file))) => f(file),
        _ => return errors::file_error(cx, lang, "file is not open"),
    };
    match result {
        Ok(v) => Ok(v),
        Err(e) => errors::file_error(cx, lang, &e.to_string()),
    }
}

fn close(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    if let Some(host) = host_of(cx, args.get(0))?
        && let Some(open) = cx.heap.host_mut::<Open>(host)
    {
        open.0 = None;
    }
    Ok(Value::NIL)
}

fn is_open(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let host = host_of(cx, args.get(0))?;
    let open = host.and_then(|host| cx.heap.host_ref::<Open>(host)).is_some_and(|open| open.0.is_some());
    Ok(truth_number(open))
}

fn write(cx: &mut Context, lang: Lang, args: Args, end: &str) -> Result<Value> {
    let data = args.get(1);
    if errors::is_error(data) {
        return Ok(data);
    }
    let mut text = if data.is_nil() { String::new() } else { display::text_of(cx, lang, data)? };
    text.push_str(end);
    with_file(cx, lang, args.get(0), |file| {
        file.write_all(text.as_bytes())?;
        Ok(Value::number(text.len() as f64))
    })
}

fn read(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let count = convert::lenient_index(args.given(1).unwrap_or(Value::int(-1)))?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut at_end = false;
    while !at_end && bytes.len() < count {
        let before = bytes.len();
        let most = CHUNK.min(count - before);
        let v = with_file(cx, lang, args.get(0), |file| {
            at_end = read_piece(file, &mut bytes, most)? == 0;
            Ok(Value::NIL)
        })?;
        if errors::is_error(v) {
            return Ok(v);
        }
        pay_piece(cx, bytes.len(), bytes.len() - before)?;
    }
    if count == 0 {
        // Whether the file is open, still.
        let v = with_file(cx, lang, args.get(0), |_| Ok(Value::NIL))?;
        if errors::is_error(v) {
            return Ok(v);
        }
    }
    Ok(cx.heap.str(&String::from_utf8_lossy(&bytes))?.value())
}

/// Bytes read at once: what a file says of its length need not be true, and some never end.
const CHUNK: usize = 1 << 16;

/// Appends up to `most` bytes to `bytes`, and says how many; none is the end.
pub(super) fn read_piece(file: &mut File, bytes: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    let start = bytes.len();
    bytes.resize(start + most, 0);
    let result = loop {
        match file.read(&mut bytes[start..]) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            result => break result,
        }
    };
    bytes.truncate(start + *result.as_ref().unwrap_or(&0));
    result
}

/// Between two pieces of a file: whether the script may go on, having read `len` bytes.
pub(super) fn pay_piece(cx: &mut Context, len: usize, piece: usize) -> Result<()> {
    cx.charge(1 + text_steps(piece))?;
    cx.check_interrupt()?;
    if len > MAX_STR_BYTES {
        return Err(Error::runtime(STRING_TOO_LARGE));
    }
    // The bytes, them as a text, and a string of it.
    Ok(cx.heap.check_size(len.saturating_mul(3))?)
}

/// All of a file, or what the system says.
pub(super) fn read_all(cx: &mut Context, path: &Path) -> Result<io::Result<Vec<u8>>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) => return Ok(Err(e)),
    };
    let mut bytes = Vec::new();
    loop {
        match read_piece(&mut file, &mut bytes, CHUNK) {
            Ok(0) => return Ok(Ok(bytes)),
            Ok(n) => pay_piece(cx, bytes.len(), n)?,
            Err(e) => return Ok(Err(e)),
        }
    }
}

/// Bytes behind the position.
fn remaining(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    Ok(length.saturating_sub(file.stream_position()?))
}

/// The next line without its end, null at the end of the file.
fn read_line(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let mut line = Vec::new();
    let mut start = None;
    let mut any = false;
    let mut done = false;
    let mut most = 512;
    while !done {
        let before = line.len();
        let v = with_file(cx, lang, args.get(0), |file| {
            let start = match start {
                Some(start) => start,
                None => *start.insert(file.stream_position()?),
            };
            let n = read_piece(file, &mut line, most)?;
            any |= n > 0;
            done = n == 0;
            if let Some(end) = line[before..].iter().position(|b| *b == b'\n') {
                line.truncate(before + end);
                // What was read beyond the line is left for the next one.
                file.seek(SeekFrom::Start(start + line.len() as u64 + 1))?;
                done = true;
            }
            Ok(Value::NIL)
        })?;
        if errors::is_error(v) {
            return Ok(v);
        }
        pay_piece(cx, line.len(), most)?;
        most = (most * 2).min(CHUNK);
    }
    if !any {
        return Ok(Value::NIL);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(cx.heap.str(&String::from_utf8_lossy(&line))?.value())
}

fn position(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    with_file(cx, lang, args.get(0), |file| Ok(Value::number(file.stream_position()? as f64)))
}

fn at_end(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    with_file(cx, lang, args.get(0), |file| Ok(truth_number(remaining(file)? == 0)))
}
