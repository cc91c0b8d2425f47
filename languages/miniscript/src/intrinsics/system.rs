//! The engine and the collector as a program sees them, and the history of the interactive shell.

use super::{Def, defs, set, set_text};
use crate::runtime::{Lang, logic, slot};
use quadriga_vm::heap::layout::{Kind, flags};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "version"() => version;
    "gc"() => |cx, lang, _| Ok(lang.slot(cx, slot::GC));
    "_in"() => |cx, lang, _| Ok(lang.slot(cx, slot::IN));
    "_out"() => |cx, lang, _| Ok(lang.slot(cx, slot::OUT));
    "reset"() => reset;
};

/// The functions in the map `gc`.
const GC_DEFS: &[Def] = defs! {
    "collect"(full = 0) => collect;
    "stats"() => stats;
};

pub(super) fn install(cx: &mut Context, lang: Lang) -> Result<()> {
    let gc = cx.heap.map_new(None, GC_DEFS.len())?;
    lang.set_slot(cx, slot::GC, gc.value());
    for def in GC_DEFS {
        let native = def.native(cx, lang)?;
        set(cx, gc, def.name, native)?;
    }
    gc.set_flag(flags::IMMUTABLE);
    Ok(())
}

/// What runs here; made when first asked for.
fn version(cx: &mut Context, lang: Lang, _: Args) -> Result<Value> {
    let known = lang.slot(cx, slot::VERSION);
    if !known.is_nil() {
        return Ok(known);
    }
    let about = cx.host().about.clone();
    let version = cx.heap.map_new(None, 6)?;
    set_text(cx, version, "miniscript", if lang.v1() { "1.6.2" } else { "2.0" })?;
    set_text(cx, version, "buildDate", option_env!("QUADRIGA_BUILD_DATE").unwrap_or("unknown"))?;
    set_text(cx, version, "platform", std::env::consts::OS)?;
    set_text(cx, version, "host", &about.version)?;
    set_text(cx, version, "hostName", &about.name)?;
    set_text(cx, version, "hostInfo", &about.info)?;
    version.set_flag(flags::IMMUTABLE);
    lang.set_slot(cx, slot::VERSION, version.value());
    Ok(version.value())
}

fn collect(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    cx.collect(logic::is_true(args.get(0)));
    Ok(Value::NIL)
}

/// Numbers of objects by kind. Between full collections dead ones are among them.
fn stats(cx: &mut Context, _: Lang, _: Args) -> Result<Value> {
    let kinds = cx.heap.count_kinds();
    let count = |kind: Kind| kinds.get(kind as usize).map_or(0, |(n, _)| *n);
    let interned = cx.heap.interner.len();
    let counts = [
        ("bigStrings", count(Kind::Str).saturating_sub(interned)),
        ("internedStrings", interned),
        ("lists", count(Kind::List)),
        ("maps", count(Kind::Map)),
        ("errors", count(Kind::Record)),
        ("functions", count(Kind::Closure) + count(Kind::Native)),
    ];
    cx.charge(counts.iter().map(|(_, n)| *n as u64).sum::<u64>() / 8)?;
    let map = cx.heap.map_new(None, 7)?;
    for (name, n) in counts {
        set(cx, map, name, Value::int(n as i64))?;
    }
    set(cx, map, "total", Value::int(counts.iter().map(|(_, n)| *n as i64).sum()))?;
    map.set_flag(flags::IMMUTABLE);
    Ok(map.value())
}

/// Forgets all globals, and the history.
fn reset(cx: &mut Context, lang: Lang, _: Args) -> Result<Value> {
    let globals = cx.running_globals();
    while let Some((key, _)) = cx.heap.map_first(globals) {
        cx.map_remove(globals, key)?;
    }
    for slot in [slot::IN, slot::OUT] {
        if !lang.slot(cx, slot).is_nil() {
            let list = cx.heap.list_new(0)?;
            lang.set_slot(cx, slot, list.value());
        }
    }
    cx.collect(true);
    Ok(Value::NIL)
}
