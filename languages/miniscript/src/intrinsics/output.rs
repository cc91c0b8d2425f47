//! Output and input.

use super::{Def, defs};
use crate::runtime::{Lang, display};
use quadriga_vm::heap::ValueExt;
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "print"(s = [""], delimiter = ["\n"]) => print;
    "input"(prompt) => input;
};

fn print(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    if let Some(v) = args.given(0) {
        display::print(cx, lang, v)?;
    }
    let delimiter = args.get(1);
    if delimiter.is_nil() {
        cx.write("\n");
    } else if let Some(s) = delimiter.as_str() {
        cx.flatten(s)?;
        cx.write(s.text());
    }
    Ok(Value::NIL)
}

fn input(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let prompt = args.get(0);
    let prompt = if prompt.is_nil() { String::new() } else { display::text_of(cx, lang, prompt)? };
    match cx.read_line(&prompt)? {
        Some(line) => Ok(cx.heap.str(&line)?.value()),
        None if lang.v1() => Ok(cx.heap.empty_str()?.value()),
        None => Ok(Value::NIL),
    }
}
