//! The shell layer: arguments, environment, exit, modules.

use super::{Def, defs, set_text};
use crate::lower::{CompileOptions, Mode, compile};
use crate::runtime::{Lang, display, errors, number_of, slot};
use quadriga_vm::bytecode::verify;
use quadriga_vm::heap::ValueExt;
use quadriga_vm::heap::layout::flags;
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Error, ErrorKind, Module, Result};
use std::sync::Arc;

pub(crate) const DEFS: &[Def] = defs! {
    "exit"(resultCode) => exit;
    "shellArgs"() => shell_args;
    "env"() => env;
    "import"(libname) => import;
};

/// The arguments of the program; the list is made when first asked for.
fn shell_args(cx: &mut Context, lang: Lang, _: Args) -> Result<Value> {
    let known = lang.slot(cx, slot::SHELL_ARGS);
    if !known.is_nil() {
        return Ok(known);
    }
    let arguments = cx.host().arguments.clone();
    let list = cx.heap.list_new(arguments.len())?;
    for argument in arguments {
        let s = cx.heap.str(&argument)?;
        cx.heap.list_push(list, s.value())?;
    }
    list.set_flag(flags::IMMUTABLE);
    lang.set_slot(cx, slot::SHELL_ARGS, list.value());
    Ok(list.value())
}

/// The environment that the host shows; the map is made when first asked for, and may be changed.
fn env(cx: &mut Context, lang: Lang, _: Args) -> Result<Value> {
    let known = lang.slot(cx, slot::ENV);
    if !known.is_nil() {
        return Ok(known);
    }
    let environment = cx.host().environment.clone();
    let map = cx.heap.dictionary_new()?;
    for (name, value) in environment {
        set_text(cx, map, &name, &value)?;
    }
    lang.set_slot(cx, slot::ENV, map.value());
    Ok(map.value())
}

/// Ends the program; hosts find the code in the error.
fn exit(_: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let code = number_of(args.get(0)).unwrap_or(0.0) as i32;
    Err(Error::new(ErrorKind::Exit(code), "exit"))
}

/// Runs a module and answers with the map of its variables. The front end binds it to a name.
fn import(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let name = args.get(0);
    if errors::is_error(name) {
        return Ok(name);
    }
    if name.as_str().is_none() {
        return errors::type_error(cx, lang, "string", name);
    }
    let name = display::text_of(cx, lang, name)?;
    match cx.resolve_module(&name)? {
        Some(module) => run_module(cx, lang, &module),
        None => errors::file_error(cx, lang, &format!("import: library not found: {name}")),
    }
}

fn run_module(cx: &mut Context, lang: Lang, module: &Module) -> Result<Value> {
    // A module may import itself.
    cx.check_native_stack()?;
    let options = CompileOptions { dialect: lang.version(), mode: Mode::Module };
    let unit = compile(&module.source, &module.name, &options).map_err(|found| {
        let line = found.first().map_or_else(String::new, |d| d.report(Some(&module.name)));
        Error::new(ErrorKind::Syntax, line)
    })?;
    let unit = verify(unit).map_err(|e| Error::new(ErrorKind::Syntax, e.to_string()))?;
    let unit = cx.load(&Arc::new(unit))?;
    let main = cx.main_closure(unit)?;
    cx.call(main, Value::NIL, &[])
}
