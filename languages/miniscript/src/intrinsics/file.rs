//! The module `file`: paths, directories, whole files.
//!
//! It works only where the host allows it; otherwise, and whenever the system refuses something, the
//! functions answer with error values. Relative paths start at the script's own current directory, not at
//! that of the process, which other contexts share.

use super::{Def, defs, file_handle, set, set_text};
use crate::runtime::convert::{Arg, accept};
use crate::runtime::{Lang, Work, display, errors, slot, text_steps, truth_number};
use quadriga_vm::heap::layout::flags;
use quadriga_vm::heap::{MapRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{fs, io};

const DEFS: &[Def] = defs! {
    "curdir"() => current_directory;
    "setdir"(path = [""]) => set_directory;
    "makedir"(path = [""]) => |cx, lang, args| effect(cx, lang, args, |path| fs::create_dir(path));
    "children"(path = [""]) => children;
    "name"(path) => |cx, lang, args| part_of_path(cx, lang, args, |path| path.file_name().map(Path::new));
    "parent"(path) => |cx, lang, args| part_of_path(cx, lang, args, Path::parent);
    "child"(parentPath, childName) => child;
    "exists"(path) => exists;
    "info"(path = [""]) => info;
    "move"(oldPath, newPath) => |cx, lang, args| two_paths(cx, lang, args, |from, to| fs::rename(from, to));
    "copy"(oldPath, newPath) => |cx, lang, args| two_paths(cx, lang, args, |from, to| fs::copy(from, to).map(drop));
    "delete"(path) => |cx, lang, args| effect(cx, lang, args, delete);
    "open"(path, mode = ["r+"]) => file_handle::open;
    "readLines"(path) => read_lines;
    "writeLines"(path, lines) => write_lines;
};

/// Makes the module and its class of handles.
pub(super) fn install(cx: &mut Context, lang: Lang, intrinsics: MapRef) -> Result<()> {
    file_handle::install(cx, lang)?;
    let module = cx.heap.map_new(None, DEFS.len())?;
    lang.set_slot(cx, slot::FILE, module.value());
    for def in DEFS {
        let native = def.native(cx, lang)?;
        set(cx, module, def.name, native)?;
    }
    module.set_flag(flags::IMMUTABLE);
    set(cx, intrinsics, "file", module.value())
}

/// The error value for what the system said.
pub(super) fn refused(cx: &mut Context, lang: Lang, path: &Path, e: &io::Error) -> Result<Value> {
    errors::file_error(cx, lang, &format!("{}: {e}", path.display()))
}

/// The path that an argument names, if files are allowed.
pub(super) fn path(cx: &mut Context, lang: Lang, v: Value) -> Result<Arg<PathBuf>> {
    if errors::is_error(v) {
        return Ok(Err(v));
    }
    if !cx.host().files {
        return Ok(Err(errors::file_error(cx, lang, "access to files is not enabled")?));
    }
    let directory = lang.state(cx).map_or_else(PathBuf::new, |state| state.directory.clone());
    let Some(s) = v.as_str() else {
        return Ok(Err(errors::type_error(cx, lang, "string", v)?));
    };
    cx.flatten(s)?;
    // The path may come back in an error message.
    cx.heap.check_size(s.byte_len().saturating_mul(5))?;
    // An absolute path replaces the directory.
    Ok(Ok(directory.join(s.text())))
}

/// An argument that is a path and defaults to the current directory.
fn path_or_here(cx: &mut Context, lang: Lang, args: Args) -> Result<Arg<PathBuf>> {
    let v = args.get(0);
    let v = if v.is_nil() { cx.heap.empty_str()?.value() } else { v };
    Ok(match path(cx, lang, v)? {
        Ok(path) if path.as_os_str().is_empty() => Ok(PathBuf::from(".")),
        other => other,
    })
}

fn text_value(cx: &mut Context, path: &Path) -> Result<Value> {
    Ok(cx.heap.str(&path.to_string_lossy())?.value())
}

/// A function that does something to a path and answers whether it worked, or with an error value.
fn effect(cx: &mut Context, lang: Lang, args: Args, f: fn(&Path) -> io::Result<()>) -> Result<Value> {
    let path = accept!(path(cx, lang, args.get(0)));
    match f(&path) {
        Ok(()) => Ok(truth_number(true)),
        Err(e) => refused(cx, lang, &path, &e),
    }
}

fn two_paths(
    cx: &mut Context,
    lang: Lang,
    args: Args,
    f: fn(&Path, &Path) -> io::Result<()>,
) -> Result<Value> {
    let from = accept!(path(cx, lang, args.get(0)));
    let to = accept!(path(cx, lang, args.get(1)));
    match f(&from, &to) {
        Ok(()) => Ok(truth_number(true)),
        Err(e) => refused(cx, lang, &from, &e),
    }
}

fn delete(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) }
}

fn part_of_path(cx: &mut Context, lang: Lang, args: Args, part: fn(&Path) -> Option<&Path>) -> Result<Value> {
    let v = args.get(0);
    let Some(s) = v.as_str() else {
        return if errors::is_error(v) { Ok(v) } else { errors::type_error(cx, lang, "string", v) };
    };
    cx.flatten(s)?;
    text_value(cx, part(Path::new(s.text())).unwrap_or(Path::new("")))
}

fn child(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (parent, name) = (args.get(0), args.get(1));
    let parent = display::text_of(cx, lang, parent)?;
    let name = display::text_of(cx, lang, name)?;
    cx.heap.check_size((parent.len() + name.len()).saturating_mul(3))?;
    text_value(cx, &Path::new(&parent).join(name))
}

fn current_directory(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path_or_here(cx, lang, args));
    match std::path::absolute(&path) {
        Ok(path) => text_value(cx, &path),
        Err(e) => refused(cx, lang, &path, &e),
    }
}

fn set_directory(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path_or_here(cx, lang, args));
    match fs::canonicalize(&path) {
        Ok(path) if path.is_dir() => {
            if let Some(state) = lang.state(cx) {
                state.directory = path;
            }
            Ok(truth_number(true))
        }
        Ok(_) => errors::file_error(cx, lang, &format!("{}: not a directory", path.display())),
        Err(e) => refused(cx, lang, &path, &e),
    }
}

fn children(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path_or_here(cx, lang, args));
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(e) => return refused(cx, lang, &path, &e),
    };
    let mut names: Vec<String> =
        entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    cx.charge(names.len() as u64)?;
    let list = cx.heap.list_new(names.len())?;
    for name in names {
        let s = cx.heap.str(&name)?;
        cx.heap.list_push(list, s.value())?;
    }
    Ok(list.value())
}

fn exists(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path(cx, lang, args.get(0)));
    Ok(truth_number(path.exists()))
}

fn info(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path_or_here(cx, lang, args));
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(e) => return refused(cx, lang, &path, &e),
    };
    let full = std::path::absolute(&path).unwrap_or(path);
    let map = cx.heap.map_new(None, 4)?;
    set_text(cx, map, "path", &full.to_string_lossy())?;
    set(cx, map, "isDirectory", truth_number(metadata.is_dir()))?;
    set(cx, map, "size", Value::number(metadata.len() as f64))?;
    let changed = metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    let changed = changed.map_or(0, |d| d.as_secs() as i64);
    let date = super::date::text_at(cx, changed);
    set_text(cx, map, "date", &date)?;
    Ok(map.value())
}

fn read_lines(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path(cx, lang, args.get(0)));
    let bytes = match file_handle::read_all(cx, &path)? {
        Ok(bytes) => bytes,
        Err(e) => return refused(cx, lang, &path, &e),
    };
    let text = String::from_utf8_lossy(&bytes);
    let list = cx.heap.list_new(0)?;
    let mut work = Work::default();
    for line in text.lines() {
        work.steps(cx, 1 + text_steps(line.len()))?;
        let s = cx.heap.str(line)?;
        cx.heap.list_push(list, s.value())?;
    }
    work.pay(cx)?;
    Ok(list.value())
}

/// Writes the elements of a list, or one string, as lines; answers with the number of bytes.
fn write_lines(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let path = accept!(path(cx, lang, args.get(0)));
    let lines = args.get(1);
    if errors::is_error(lines) {
        return Ok(lines);
    }
    let mut printer = display::Printer::new(lang);
    let mut work = Work::default();
    match lines.as_list() {
        Some(list) => {
            for i in 0..list.len() {
                work.step(cx)?;
                printer.display(cx, list.get(i))?;
                printer.push(cx, "\n")?;
            }
        }
        None => {
            printer.display(cx, lines)?;
            printer.push(cx, "\n")?;
        }
    }
    work.pay(cx)?;
    let text = printer.finish();
    match fs::write(&path, &text) {
        Ok(()) => Ok(Value::number(text.len() as f64)),
        Err(e) => refused(cx, lang, &path, &e),
    }
}
