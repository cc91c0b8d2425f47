//! Error values: records of message, inner error, stack and parent.
//!
//! An error value is ordinary data until the program uses it where it must not; then it becomes an error of
//! the engine ([`uncaught`]) that ends the program.

use super::{Lang, Type, slot};
use crate::runtime::display;
use quadriga_vm::heap::layout::flags;
use quadriga_vm::heap::{ListRef, RecordRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Context, Error, Result};
use std::fmt::Write;

/// Tag of the records that are error values; other languages of a context number theirs differently.
pub(crate) const TAG: u32 = u32::from_be_bytes(*b"MSer");

/// Most bytes of a text of the program that an error of the engine carries outside the heap.
pub(crate) const MESSAGE_BYTES: usize = 64 << 10;

const MESSAGE: usize = 0;
const INNER: usize = 1;
const STACK: usize = 2;
const ISA: usize = 3;

/// The error value, if it is one.
#[inline]
pub(crate) fn as_error(v: Value) -> Option<RecordRef> {
    v.as_record().filter(|r| r.tag() == TAG)
}

/// Whether this is an error value.
#[inline]
pub(crate) fn is_error(v: Value) -> bool {
    as_error(v).is_some()
}

/// The message: a string.
pub(crate) fn message(e: RecordRef) -> Value {
    e.get(MESSAGE)
}

/// The error that this one was made from, or null.
pub(crate) fn inner(e: RecordRef) -> Value {
    e.get(INNER)
}

/// Where it was made: a frozen list of strings.
pub(crate) fn stack(e: RecordRef) -> Value {
    e.get(STACK)
}

/// The error that it specialises, or null.
pub(crate) fn parent(e: RecordRef) -> Value {
    e.get(ISA)
}

/// The field of an error that `name` names.
pub(crate) fn field(e: RecordRef, name: &str) -> Option<Value> {
    Some(match name {
        "message" => message(e),
        "inner" => inner(e),
        "stack" => stack(e),
        "__isa" => parent(e),
        _ => return None,
    })
}

/// A new error value with the present stack.
pub(crate) fn new_error(cx: &mut Context, message: Value, inner: Value, parent: Value) -> Result<Value> {
    let stack = stack_list(cx)?;
    Ok(cx.heap.record(TAG, &[message, inner, stack.value(), parent])?.value())
}

/// The running calls as strings, innermost first, in a frozen list.
pub(crate) fn stack_list(cx: &mut Context) -> Result<ListRef> {
    let trace = cx.stack_trace();
    cx.charge(trace.len() as u64)?;
    let list = cx.heap.list_new(trace.len())?;
    let mut text = String::new();
    for call in &trace {
        text.clear();
        let file = if call.source_name.is_empty() { "(current program)" } else { &call.source_name };
        let _ = write!(text, "{file} line {}", call.line);
        let s = cx.heap.str(&text)?;
        cx.heap.list_push(list, s.value())?;
    }
    list.set_flag(flags::IMMUTABLE);
    Ok(list)
}

/// The error value that an operation of the language answers with.
#[cold]
pub(crate) fn error_value(cx: &mut Context, lang: Lang, message: &str) -> Result<Value> {
    let message = cx.heap.str(message)?;
    let parent = lang.slot(cx, slot::RUNTIME_ERROR);
    new_error(cx, message.value(), Value::NIL, parent)
}

/// The error value for an argument of the wrong type.
#[cold]
pub(crate) fn type_error(cx: &mut Context, lang: Lang, expected: &str, got: Value) -> Result<Value> {
    let got = Type::of(got).name();
    error_value(cx, lang, &format!("Type error: {expected} required, but got {got}"))
}

/// The error value for text that is not what was asked for.
#[cold]
pub(crate) fn format_error(cx: &mut Context, lang: Lang, message: &str) -> Result<Value> {
    error_value(cx, lang, &format!("Format error: {message}"))
}

/// The error value for something that the file system refused.
#[cold]
pub(crate) fn file_error(cx: &mut Context, lang: Lang, message: &str) -> Result<Value> {
    error_value(cx, lang, &format!("File error: {message}"))
}

/// What ends the program when an error value is dropped or misused.
#[cold]
pub(crate) fn uncaught(e: RecordRef) -> Error {
    Error::runtime(format!("Uncaught {}", message_text(e)))
}

/// The message as text; of a very long one the beginning, since it leaves the heap and its limit.
pub(crate) fn message_text(e: RecordRef) -> String {
    message(e).as_str().map_or_else(String::new, |s| s.head(MESSAGE_BYTES).into_owned())
}

/// The error of a write to something frozen; `what` is `list` or `map`.
#[cold]
pub(crate) fn frozen(what: &str) -> Error {
    Error::runtime(format!("Attempt to modify a frozen {what}"))
}

/// An error that shows a value after `what`.
#[cold]
pub(crate) fn about(cx: &mut Context, lang: Lang, what: &str, v: Value) -> Error {
    match display::text_of(cx, lang, v) {
        Ok(text) => Error::runtime(format!("{what} {text}")),
        Err(e) => e,
    }
}

/// The message of a value that cannot become one: its display form as a string.
pub(crate) fn message_from(cx: &mut Context, lang: Lang, v: Value) -> Result<Value> {
    Ok(display::to_string(cx, lang, v)?.value())
}
