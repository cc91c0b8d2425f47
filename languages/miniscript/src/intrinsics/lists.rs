//! Lists made and mixed: `range`, `shuffle`; and what is frozen.

use super::arithmetic::random;
use super::edit::refuse;
use super::{Def, defs};
use crate::runtime::convert::{self, accept};
use crate::runtime::{Lang, Work, compare, errors, freeze, truth_number};
use quadriga_vm::heap::{MAX_LIST_LEN, MapRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "range"(from = 0, to = 0, step) => range;
    "shuffle"(self) => shuffle;
    "freeze"(x) => freeze;
    "isFrozen"(x) => is_frozen;
    "frozenCopy"(x) => frozen_copy;
    "refEquals"(a, b) => ref_equals;
};

/// An arithmetic progression, which takes no room until somebody changes it.
fn range(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let zero = Value::int(0);
    let from = accept!(convert::number(cx, lang, args.given(0).unwrap_or(zero)));
    let to = accept!(convert::number(cx, lang, args.given(1).unwrap_or(zero)));
    let step = args.get(2);
    let step = if step.is_nil() {
        if to >= from { 1.0 } else { -1.0 }
    } else {
        accept!(convert::number(cx, lang, step))
    };
    if step == 0.0 {
        return errors::error_value(cx, lang, "range() step may not be zero");
    }
    let steps = (to - from) / step;
    if steps.is_nan() || steps + 1.0 > MAX_LIST_LEN as f64 {
        return errors::error_value(cx, lang, "range() result too large (exceeds maximum list size)");
    }
    let len = (steps.trunc() + 1.0).max(0.0) as usize;
    Ok(cx.heap.list_range(from, step, len)?.value())
}

/// Fisher and Yates, from the end; the values of a map change places.
fn shuffle(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    if let Some(list) = v.as_list() {
        if list.is_immutable() {
            return Err(errors::frozen("list"));
        }
        let mut work = Work::default();
        for i in (1..list.len()).rev() {
            work.step(cx)?;
            let j = (random(cx, lang) * (i + 1) as f64) as usize;
            cx.heap.list_swap(list, i, j)?;
        }
        work.pay(cx)?;
    } else if let Some(map) = v.as_map() {
        if map.is_immutable() {
            return Err(errors::frozen("map"));
        }
        shuffle_values(cx, lang, map)?;
    } else {
        return refuse(cx, lang, "list or map", v);
    }
    Ok(Value::NIL)
}

fn shuffle_values(cx: &mut Context, lang: Lang, map: MapRef) -> Result<()> {
    let mut work = Work::default();
    let (keys, values) = (cx.heap.list_new(map.len())?, cx.heap.list_new(map.len())?);
    let mut cursor = 0;
    while let Some((key, v)) = cx.heap.map_next(map, &mut cursor) {
        work.step(cx)?;
        cx.heap.list_push(keys, key)?;
        cx.heap.list_push(values, v)?;
    }
    for i in (1..values.len()).rev() {
        work.step(cx)?;
        let j = (random(cx, lang) * (i + 1) as f64) as usize;
        cx.heap.list_swap(values, i, j)?;
    }
    for i in 0..keys.len() {
        work.step(cx)?;
        cx.map_set(map, keys.get(i), values.get(i))?;
    }
    work.pay(cx)
}

fn ref_equals(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    Ok(truth_number(compare::identical(cx, args.get(0), args.get(1))?))
}

fn freeze(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    if let Some(e) = errors::as_error(v) {
        return Err(errors::uncaught(e));
    }
    freeze::freeze(cx, v)?;
    Ok(Value::NIL)
}

fn is_frozen(_: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    Ok(if errors::is_error(v) { v } else { truth_number(freeze::is_frozen(v)) })
}

fn frozen_copy(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    if errors::is_error(v) { Ok(v) } else { freeze::frozen_copy(cx, v) }
}
