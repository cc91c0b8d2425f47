//! What a program learns about values: `info`, `intrinsics`, the stack; and making errors.

use super::{Def, default_text, defs, set, set_text};
use crate::runtime::{Lang, Type, errors, freeze, slot, truth_number};
use quadriga_vm::heap::{MapRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Error, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "info"(ref) => info;
    "err"(msg, inner) => err;
    "stackTrace"() => |cx, _, _| Ok(errors::stack_list(cx)?.value());
    "intrinsics"() => |cx, lang, _| Ok(lang.slot(cx, slot::INTRINSICS));
};

/// The method `err` of errors.
pub(super) const SPECIALISE: Def = Def {
    name: "err",
    params: &[("self", super::Missing::Null), ("msg", super::Missing::Null), ("inner", super::Missing::Null)],
    code: specialise,
};

fn err(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let message = errors::message_from(cx, lang, args.get(0))?;
    errors::new_error(cx, message, args.get(1), Value::NIL)
}

/// An error whose parent is the receiver.
fn specialise(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let parent = args.get(0);
    if !errors::is_error(parent) {
        return Err(Error::runtime("err method called on non-error value"));
    }
    let message = errors::message_from(cx, lang, args.get(1))?;
    errors::new_error(cx, message, args.get(2), parent)
}

fn info(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    let t = Type::of(v);
    let map = cx.heap.map_new(None, 5)?;
    set_text(cx, map, "type", t.name())?;
    match t {
        Type::List => {
            let computed = v.as_list().is_some_and(|l| l.is_range());
            set(cx, map, "computed", truth_number(computed))?;
            set(cx, map, "frozen", truth_number(freeze::is_frozen(v)))?;
        }
        Type::Map => set(cx, map, "frozen", truth_number(freeze::is_frozen(v)))?,
        Type::FuncRef => describe_function(cx, map, v)?,
        Type::Error => {
            if let Some(e) = errors::as_error(v) {
                set(cx, map, "message", errors::message(e))?;
                set(cx, map, "inner", errors::inner(e))?;
                set(cx, map, "stack", errors::stack(e))?;
                set(cx, map, "isa", errors::parent(e))?;
            }
        }
        _ => {}
    }
    freeze::freeze(cx, map.value())?;
    Ok(map.value())
}

fn describe_function(cx: &mut Context, map: MapRef, f: Value) -> Result<()> {
    let params = cx.heap.list_new(0)?;
    let is_closure = match cx.function_of(f) {
        Some(function) => {
            let (name, note) = (function.name.clone(), function.note.clone().unwrap_or_default());
            let names = function.params.clone();
            set_text(cx, map, "name", &name)?;
            set_text(cx, map, "note", &note)?;
            for (i, name) in names.iter().enumerate() {
                let default = cx.defaults_of(f).get(i).copied().unwrap_or(Value::NIL);
                push_parameter(cx, params.value(), name, default)?;
            }
            true
        }
        None => {
            let native = cx.native_info(f).cloned();
            let name = native.as_ref().map_or("", |n| &n.name);
            set_text(cx, map, "name", name)?;
            set_text(cx, map, "note", "")?;
            for (i, (param, default)) in native.iter().flat_map(|n| n.params.iter()).enumerate() {
                let default = match default_text(name, i) {
                    Some(text) => cx.heap.str(text)?.value(),
                    None => *default,
                };
                push_parameter(cx, params.value(), param, default)?;
            }
            false
        }
    };
    set(cx, map, "params", params.value())?;
    set(cx, map, "closure", truth_number(is_closure))
}

fn push_parameter(cx: &mut Context, params: Value, name: &str, default: Value) -> Result<()> {
    let param = cx.heap.map_new(None, 2)?;
    set_text(cx, param, "name", name)?;
    set(cx, param, "default", default)?;
    match params.as_list() {
        Some(list) => Ok(cx.heap.list_push(list, param.value())?),
        None => Ok(()),
    }
}
