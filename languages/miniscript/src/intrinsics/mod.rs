//! The intrinsic functions: what a program finds defined.
//!
//! One file per group; each exports a table of [`Def`]s. [`install`] makes a native function of every
//! entry, the map of all intrinsics (from which the engine fetches built-ins by name), and the type maps,
//! whose methods are the same functions.

mod arithmetic;
mod clock;
mod containers;
mod conversion;
mod date;
mod edit;
mod file;
mod file_handle;
mod info;
mod lists;
mod output;
mod shell;
mod sort;
mod strings;
mod system;
#[cfg(test)]
mod tests;

use crate::runtime::{Lang, TYPE_MAPS, errors, slot};
use crate::state::State;
use quadriga_vm::heap::layout::flags;
use quadriga_vm::heap::{KeyOrigin, MapRef};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, NativeInfo, Result};
use std::sync::Arc;

/// Code of an intrinsic.
pub(crate) type Code = fn(&mut Context, Lang, Args) -> Result<Value>;

/// What a parameter is if its argument is missing.
#[derive(Clone, Copy)]
pub(crate) enum Missing {
    Null,
    Number(i32),
    Text(&'static str),
}

/// An intrinsic function. If its first parameter is `self`, a receiver becomes its first argument.
pub(crate) struct Def {
    pub name: &'static str,
    pub params: &'static [(&'static str, Missing)],
    pub code: Code,
}

impl Def {
    /// The function as a value.
    fn native(&self, cx: &mut Context, lang: Lang) -> Result<Value> {
        let params = self.params.iter().map(|(name, missing)| {
            let default = match missing {
                Missing::Number(n) => Value::int(i64::from(*n)),
                // The collector does not see the table of natives: texts are known to `info` only.
                Missing::Null | Missing::Text(_) => Value::NIL,
            };
            (Box::from(*name), default)
        });
        let params = params.collect();
        let code = self.code;
        cx.new_native(NativeInfo {
            name: self.name.into(),
            params,
            method: self.params.first().is_some_and(|(name, _)| *name == "self"),
            variadic: false,
            code: Arc::new(move |cx, args| code(cx, lang, args)),
        })
    }
}

/// Table entries: `name(param = default, ..) => code;`, where a default is a number, or text in brackets.
macro_rules! defs {
    ($($name:literal ($($param:ident $(= $default:tt)?),*) => $code:expr;)*) => {
        &[$($crate::intrinsics::Def {
            name: $name,
            params: &[$((stringify!($param), $crate::intrinsics::missing!($($default)?))),*],
            code: $code,
        }),*]
    };
}
pub(crate) use defs;

macro_rules! missing {
    () => {
        $crate::intrinsics::Missing::Null
    };
    ($default:literal) => {
        $crate::intrinsics::Missing::Number($default)
    };
    (($default:literal)) => {
        $crate::intrinsics::Missing::Number($default)
    };
    ([$default:literal]) => {
        $crate::intrinsics::Missing::Text($default)
    };
}
pub(crate) use missing;

/// All tables.
const TABLES: [&[Def]; 13] = [
    output::DEFS,
    conversion::DEFS,
    arithmetic::DEFS,
    strings::DEFS,
    containers::DEFS,
    lists::DEFS,
    sort::DEFS,
    edit::DEFS,
    info::DEFS,
    system::DEFS,
    clock::DEFS,
    date::DEFS,
    shell::DEFS,
];

/// Methods of the type maps, besides those of errors.
const METHODS: [(usize, &[&str]); 3] = [
    (
        slot::LIST,
        &[
            "hasIndex", "indexes", "indexOf", "insert", "join", "len", "pop", "pull", "push", "shuffle",
            "sort", "sum", "remove", "replace", "values",
        ],
    ),
    (
        slot::STRING,
        &[
            "hasIndex", "indexes", "indexOf", "insert", "code", "len", "lower", "val", "remove", "replace",
            "split", "upper", "values",
        ],
    ),
    (
        slot::MAP,
        &[
            "hasIndex", "indexes", "indexOf", "len", "pop", "push", "pull", "shuffle", "sum", "remove",
            "replace", "values",
        ],
    ),
];

/// Makes everything that the language keeps in a context.
pub(crate) fn install(cx: &mut Context, lang: Lang) -> Result<()> {
    let proto_key = cx.heap.intern("__isa")?;
    cx.heap.proto_key = Some(proto_key);
    lang.set_state(cx, State::new());
    let element = cx.heap.map_new(None, 2)?;
    lang.set_slot(cx, slot::ELEMENT, element.value());
    for (slot, name) in [(slot::KEY, "key"), (slot::VALUE, "value")] {
        let key = cx.heap.intern(name)?;
        lang.set_slot(cx, slot, key.value());
        set(cx, element, name, Value::NIL)?;
    }
    let intrinsics = cx.heap.map_new(None, 0)?;
    intrinsics.set_flag(flags::KEEP_SHAPE);
    lang.set_slot(cx, slot::INTRINSICS, intrinsics.value());
    for def in TABLES.iter().flat_map(|table| table.iter()) {
        let native = def.native(cx, lang)?;
        set(cx, intrinsics, def.name, native)?;
    }
    install_type_maps(cx, lang, intrinsics)?;
    let message = cx.heap.str("Runtime Error")?;
    let error = errors::new_error(cx, message.value(), Value::NIL, Value::NIL)?;
    lang.set_slot(cx, slot::RUNTIME_ERROR, error);
    file::install(cx, lang, intrinsics)?;
    system::install(cx, lang)?;
    intrinsics.set_flag(flags::IMMUTABLE);
    Ok(())
}

fn install_type_maps(cx: &mut Context, lang: Lang, intrinsics: MapRef) -> Result<()> {
    for (slot, name) in TYPE_MAPS {
        let map = cx.heap.map_new(None, 16)?;
        // Caches name type maps as holders of methods: they must keep their shape, and its changes count.
        map.set_flag(flags::PROTO | flags::KEEP_SHAPE);
        lang.set_slot(cx, slot, map.value());
        let methods = METHODS.iter().find(|(s, _)| *s == slot).map_or(&[][..], |(_, names)| names);
        for method in methods {
            let key = cx.heap.intern(method)?;
            if let Some(native) = cx.heap.map_get_str(intrinsics, key) {
                set(cx, map, method, native)?;
            }
        }
        if slot == slot::ERROR {
            let native = info::SPECIALISE.native(cx, lang)?;
            set(cx, map, "err", native)?;
        }
        set(cx, intrinsics, name, map.value())?;
    }
    Ok(())
}

/// Stores a field under a name of the program's text.
pub(crate) fn set(cx: &mut Context, map: MapRef, name: &str, v: Value) -> Result<()> {
    let name = cx.heap.intern(name)?;
    Ok(cx.heap.map_set(map, name.value(), v, KeyOrigin::Constant)?)
}

/// Stores a field that is a string.
pub(crate) fn set_text(cx: &mut Context, map: MapRef, name: &str, text: &str) -> Result<()> {
    let text = cx.heap.str(text)?;
    set(cx, map, name, text.value())
}

/// The default of a parameter of an intrinsic, as `info` shows it.
pub(crate) fn default_text(function: &str, param: usize) -> Option<&'static str> {
    let def = TABLES.iter().flat_map(|table| table.iter()).find(|def| def.name == function)?;
    match def.params.get(param)?.1 {
        Missing::Text(text) => Some(text),
        _ => None,
    }
}
