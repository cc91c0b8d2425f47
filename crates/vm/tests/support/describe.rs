//! Values as text.

use super::dialect::tag;
use quadriga_vm::Context;
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{MapRef, ValueExt};
use quadriga_vm::value::Value;
use std::fmt::Write;

/// Containers within containers that are shown.
const DEPTH: usize = 4;
/// Elements of a container that are shown.
const ELEMENTS: usize = 32;
/// Text beyond which containers are cut off.
const LENGTH: usize = 4000;

/// The text of a value. Runs no script code and allocates nothing in the heap.
pub fn text(cx: &Context, v: Value) -> String {
    let mut out = String::new();
    show(cx, v, DEPTH, &mut out);
    out
}

fn show(cx: &Context, v: Value, depth: usize, out: &mut String) {
    let done = match v.kind() {
        None => write!(out, "{v:?}"),
        Some(_) if depth == 0 || out.len() > LENGTH => write!(out, "..."),
        Some(Kind::Str) => write!(out, "{}", v.as_str().expect("a string")),
        Some(Kind::BoxedInt) => write!(out, "{}", v.as_i64().expect("an integer")),
        Some(Kind::List) => {
            let list = v.as_list().expect("a list");
            let elements = (0..list.len().min(ELEMENTS)).map(|i| list.get(i));
            series(cx, ('[', ']'), elements, list.len() > ELEMENTS, depth, out);
            Ok(())
        }
        Some(Kind::Map) => {
            entries(cx, v.as_map().expect("a map"), depth, out);
            Ok(())
        }
        Some(Kind::Closure) => {
            let name = cx.function_of(v).map_or("?", |f| &f.name);
            write!(out, "<function {name}>")
        }
        Some(Kind::Native) => {
            let name = cx.native_info(v).map_or("?", |n| &n.name);
            write!(out, "<native {name}>")
        }
        Some(Kind::Record) => {
            let record = v.as_record().expect("a record");
            let name = match record.tag() {
                tag::ERROR => "error",
                tag::PROPERTY => "property",
                tag::STOP => "stop",
                _ => "record",
            };
            out.push_str(name);
            series(cx, ('(', ')'), record.values().iter().copied(), false, depth, out);
            Ok(())
        }
        Some(Kind::Typed) => {
            let typed = v.as_typed().expect("a buffer");
            write!(out, "<{:?} buffer of {}>", typed.typed_kind(), typed.len())
        }
        Some(Kind::Weak) => {
            write!(out, "weak(").ok();
            show(cx, v.as_weak().expect("a weak reference").get(), depth - 1, out);
            write!(out, ")")
        }
        Some(kind) => write!(out, "<{kind:?}>"),
    };
    done.expect("a string takes all text");
}

fn series(
    cx: &Context,
    (open, close): (char, char),
    elements: impl Iterator<Item = Value>,
    more: bool,
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    for (i, v) in elements.enumerate() {
        out.push_str(if i > 0 { ", " } else { "" });
        show(cx, v, depth - 1, out);
    }
    out.push_str(if more { ", ..." } else { "" });
    out.push(close);
}

fn entries(cx: &Context, map: MapRef, depth: usize, out: &mut String) {
    out.push('{');
    let mut cursor = 0;
    for i in 0..=ELEMENTS {
        let Some((key, value)) = cx.heap.map_next(map, &mut cursor) else { break };
        out.push_str(if i > 0 { ", " } else { "" });
        if i == ELEMENTS {
            out.push_str("...");
            break;
        }
        show(cx, key, depth - 1, out);
        out.push_str(": ");
        show(cx, value, depth - 1, out);
    }
    out.push('}');
}
