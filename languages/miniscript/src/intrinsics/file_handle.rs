//! Open files: maps of class `FileHandle` around a host object.

use super::file::{path, refused};
use super::{Def, defs, set};
use crate::runtime::convert::accept;
use crate::runtime::{Lang, convert, display, errors, slot, truth_number};
use quadriga_vm::heap::layout::flags;
use quadriga_vm::heap::{HostRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};

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
    let mode = mode.as_ref().map_or("r+".into(), |m| m.to_text());
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
    let mut left = 0;
    let v = with_file(cx, lang, args.get(0), |file| {
        left = remaining(file)?;
        Ok(Value::NIL)
    })?;
    if errors::is_error(v) {
        return Ok(v);
    }
    let count = u64::try_from(count).unwrap_or(u64::MAX).min(left);
    cx.heap.check_size((count as usize).saturating_mul(3))?;
    let mut bytes = Vec::new();
    let v = with_file(cx, lang, args.get(0), |file| {
        file.take(count).read_to_end(&mut bytes)?;
        Ok(Value::NIL)
    })?;
    if errors::is_error(v) {
        return Ok(v);
    }
    Ok(cx.heap.str(&String::from_utf8_lossy(&bytes))?.value())
}

/// Bytes behind the position.
fn remaining(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    Ok(length.saturating_sub(file.stream_position()?))
}

/// The next line without its end, null at the end of the file.
fn read_line(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let mut line = Vec::new();
    let mut any = false;
    let v = with_file(cx, lang, args.get(0), |file| {
        let start = file.stream_position()?;
        let mut piece = [0; 512];
        loop {
            let n = file.read(&mut piece)?;
            any |= n > 0;
            match piece[..n].iter().position(|b| *b == b'\n') {
                Some(end) => {
                    line.extend_from_slice(&piece[..end]);
                    // What was read beyond the line is left for the next one.
                    file.seek(SeekFrom::Start(start + line.len() as u64 + 1))?;
                    break;
                }
                None => line.extend_from_slice(&piece[..n]),
            }
            if n == 0 {
                break;
            }
        }
        Ok(Value::NIL)
    })?;
    if errors::is_error(v) || !any {
        return Ok(v);
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
