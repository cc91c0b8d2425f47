//! The shell layer: arguments, environment, exit, modules.

use super::{Def, defs, set_text};
use crate::lower::{CompileOptions, Mode, compile};
use crate::runtime::{Lang, display, errors, number_of, slot};
use quadriga_vm::bytecode::{VerifiedUnit, verify};
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

/// Native stack for compiling a module.
const COMPILER_STACK: usize = 8 << 20;

/// Runs the compiler on a stack of its own: nested source needs more than a script may have left.
fn on_own_stack<T: Send>(f: impl FnOnce() -> T + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(COMPILER_STACK).spawn_scoped(scope, f);
        let thread =
            thread.map_err(|e| Error::runtime(format!("import: no thread for the compiler: {e}")))?;
        thread.join().or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn run_module(cx: &mut Context, lang: Lang, module: &Module) -> Result<Value> {
    // A module may import itself.
    cx.check_native_stack()?;
    let unit = unit_of(cx, lang, module)?;
    let unit = cx.load(&unit)?;
    let main = cx.main_closure(unit)?;
    cx.call(main, Value::NIL, &[])
}

/// The code of a module: compiled once for each text. It stays as long as the context, and so it counts.
fn unit_of(cx: &mut Context, lang: Lang, module: &Module) -> Result<Arc<VerifiedUnit>> {
    let key = (module.name.clone(), module.source.clone());
    if let Some(known) = lang.state(cx).and_then(|state| state.modules.get(&key)) {
        return Ok(known.clone());
    }
    // Compiling takes several times the text.
    cx.heap.check_size(module.source.len().saturating_mul(32))?;
    cx.charge(module.source.len() as u64)?;
    let options = CompileOptions { dialect: lang.version(), mode: Mode::Module };
    let unit = on_own_stack(|| {
        let unit = compile(&module.source, &module.name, &options)
            .map_err(|found| found.first().map_or_else(String::new, |d| d.report(Some(&module.name))))?;
        verify(unit).map_err(|e| e.to_string())
    });
    let unit = unit?.map_err(|line| Error::new(ErrorKind::Syntax, line))?;
    let words: usize = unit.functions.iter().map(|f| f.code.len()).sum();
    cx.heap.charge_external(2 * (module.source.len() + words * size_of::<u64>()))?;
    let unit = Arc::new(unit);
    if let Some(state) = lang.state(cx) {
        state.modules.insert(key, unit.clone());
    }
    Ok(unit)
}
