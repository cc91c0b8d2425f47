//! Sorting: a stable merge sort of our own, which no comparison can upset, and which can be interrupted.
//!
//! What is sorted are plain numbers or positions, never values: a list of numbers is sorted as doubles; of
//! any other list the positions are sorted by looking at the elements, or at a list of their keys.

use super::edit::refuse;
use super::{Def, defs};
use crate::number;
use crate::runtime::{Lang, errors, index, logic, number_of};
use quadriga_vm::heap::layout::ListKind;
use quadriga_vm::heap::{ListRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::cmp::Ordering;

pub(crate) const DEFS: &[Def] = defs! {
    "sort"(self, byKey, ascending = 1) => sort;
};

/// Runs up to this length are sorted by insertion.
const RUN: usize = 16;

fn sort(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let (v, by_key) = (args.get(0), args.get(1));
    let Some(list) = v.as_list() else { return refuse(cx, lang, "list", v) };
    let ascending = args.given(2).is_none_or(logic::is_true);
    if list.len() < 2 {
        return Ok(v);
    }
    if list.is_immutable() {
        return Err(errors::frozen("list"));
    }
    // Vectors of numbers or positions, twice, and the new order.
    cx.heap.check_size(list.len() * 32)?;
    cx.heap.materialize(list)?;
    if !by_key.is_nil() {
        let keys = keys_of(cx, list, by_key)?;
        sort_by(cx, lang, list, keys, ascending)?;
    } else if is_numeric(list) {
        sort_numbers(cx, list, ascending)?;
    } else {
        sort_by(cx, lang, list, list, ascending)?;
    }
    Ok(v)
}

fn is_numeric(list: ListRef) -> bool {
    matches!(list.list_kind(), ListKind::Int | ListKind::Double)
        || (0..list.len()).all(|i| list.get(i).is_number())
}

fn directed(order: Ordering, ascending: bool) -> Ordering {
    if ascending { order } else { order.reverse() }
}

/// NaN comes before all numbers.
fn number_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn sort_numbers(cx: &mut Context, list: ListRef, ascending: bool) -> Result<()> {
    let mut numbers: Vec<f64> = (0..list.len()).map(|i| number_of(list.get(i)).unwrap_or(0.0)).collect();
    merge_sort(cx, &mut numbers, &mut |a, b| directed(number_order(*a, *b), ascending))?;
    for (i, n) in numbers.into_iter().enumerate() {
        cx.heap.list_set(list, i, Value::number(n))?;
    }
    Ok(())
}

/// Sorts `list` by the order of `keys`, which may be the list itself.
fn sort_by(cx: &mut Context, lang: Lang, list: ListRef, keys: ListRef, ascending: bool) -> Result<()> {
    let order_of = if lang.v1() { value_order_v1 } else { value_order };
    let mut order: Vec<u32> = (0..list.len() as u32).collect();
    // Texts must be readable without allocating.
    for i in 0..keys.len() {
        if let Some(s) = keys.get(i).as_str() {
            cx.heap.flatten(s)?;
        }
    }
    merge_sort(cx, &mut order, &mut |a, b| {
        directed(order_of(keys.get(*a as usize), keys.get(*b as usize)), ascending)
    })?;
    let old = cx.heap.copy_list(list)?;
    for (to, from) in order.into_iter().enumerate() {
        cx.heap.list_set(list, to, old.get(from as usize))?;
    }
    Ok(())
}

/// Numbers before strings before everything else, which keeps its order.
fn value_order(a: Value, b: Value) -> Ordering {
    if let (Some(a), Some(b)) = (number_of(a), number_of(b)) {
        return number_order(a, b);
    }
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return a.text().as_bytes().cmp(b.text().as_bytes());
    }
    rank(a).cmp(&rank(b))
}

/// 1.x compares a number and a string by their texts.
fn value_order_v1(a: Value, b: Value) -> Ordering {
    let text = |v: Value| match (number_of(v), v.as_str()) {
        (Some(n), _) => {
            let mut text = String::new();
            number::format_number_v1(n, &mut text);
            Some(text)
        }
        (_, Some(s)) => Some(s.text().to_string()),
        _ => None,
    };
    match (rank(a), rank(b)) {
        (0, 1) | (1, 0) => text(a).cmp(&text(b)),
        _ => value_order(a, b),
    }
}

fn rank(v: Value) -> u8 {
    if number_of(v).is_some() {
        0
    } else if v.as_str().is_some() {
        1
    } else {
        2
    }
}

/// The keys by which elements are sorted: the entry of a map, the element of a list.
fn keys_of(cx: &mut Context, list: ListRef, by_key: Value) -> Result<ListRef> {
    let keys = cx.heap.list_new(list.len())?;
    for i in 0..list.len() {
        let element = list.get(i);
        let key = if let Some(map) = element.as_map() {
            cx.heap.map_get(map, by_key)
        } else if let (Some(inner), Some(at)) = (element.as_list(), by_key.as_index()) {
            index::position(at, inner.len()).map(|at| inner.get(at))
        } else {
            None
        };
        cx.heap.list_push(keys, key.unwrap_or(Value::NIL))?;
    }
    Ok(keys)
}

/// Sorts `items`, stably. Whatever `compare` says, the result is a permutation.
pub(crate) fn merge_sort<T: Copy>(
    cx: &mut Context,
    items: &mut Vec<T>,
    compare: &mut impl FnMut(&T, &T) -> Ordering,
) -> Result<()> {
    let n = items.len();
    for start in (0..n).step_by(RUN) {
        insertion_sort(&mut items[start..n.min(start + RUN)], compare);
    }
    let mut other = items.clone();
    let mut width = RUN;
    while width < n {
        for start in (0..n).step_by(2 * width) {
            let (middle, end) = (n.min(start + width), n.min(start + 2 * width));
            merge(&items[start..middle], &items[middle..end], &mut other[start..end], compare);
            if end - start >= 1 << 16 {
                cx.check_interrupt()?;
            }
        }
        std::mem::swap(items, &mut other);
        cx.charge(n as u64)?;
        width *= 2;
    }
    cx.charge(n as u64 * 4)
}

fn insertion_sort<T: Copy>(items: &mut [T], compare: &mut impl FnMut(&T, &T) -> Ordering) {
    for i in 1..items.len() {
        let item = items[i];
        let mut at = i;
        while at > 0 && compare(&items[at - 1], &item) == Ordering::Greater {
            items[at] = items[at - 1];
            at -= 1;
        }
        items[at] = item;
    }
}

fn merge<T: Copy>(mut a: &[T], mut b: &[T], out: &mut [T], compare: &mut impl FnMut(&T, &T) -> Ordering) {
    // Runs that follow each other already, as in sorted input, cost one comparison.
    if let (Some(last), Some(first)) = (a.last(), b.first())
        && compare(last, first) != Ordering::Greater
    {
        out[..a.len()].copy_from_slice(a);
        out[a.len()..].copy_from_slice(b);
        return;
    }
    let mut out = out.iter_mut();
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) {
        let Some(slot) = out.next() else { return };
        if compare(x, y) == Ordering::Greater {
            *slot = *y;
            b = rest_b;
        } else {
            *slot = *x;
            a = rest_a;
        }
    }
    for (slot, item) in out.zip(a.iter().chain(b)) {
        *slot = *item;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quadriga_vm::ContextConfig;

    fn sorted(mut items: Vec<u32>, compare: impl FnMut(&u32, &u32) -> Ordering) -> Vec<u32> {
        let mut cx = Context::new(ContextConfig::default()).unwrap();
        let mut compare = compare;
        merge_sort(&mut cx, &mut items, &mut compare).unwrap();
        items
    }

    /// Numbers without visible order.
    fn scrambled(n: u32) -> Vec<u32> {
        (0..n).map(|i| i.wrapping_mul(2_654_435_761) >> 7).collect()
    }

    #[test]
    fn agrees_with_the_standard_library() {
        for n in [0, 1, 2, 15, 16, 17, 100, 1000, 4097] {
            let mut expected = scrambled(n);
            expected.sort();
            assert_eq!(sorted(scrambled(n), u32::cmp), expected);
        }
    }

    #[test]
    fn is_stable() {
        let by_tens = |a: &u32, b: &u32| (a / 10).cmp(&(b / 10));
        let items: Vec<u32> = scrambled(3000).iter().map(|x| x % 500).collect();
        let mut expected = items.clone();
        expected.sort_by(by_tens);
        assert_eq!(sorted(items, by_tens), expected);
    }

    #[test]
    fn nonsense_comparisons_lose_nothing() {
        let mut turn = 0;
        let mut result = sorted(scrambled(1000), |_, _| {
            turn += 1;
            if turn % 3 == 0 { Ordering::Less } else { Ordering::Greater }
        });
        let mut expected = scrambled(1000);
        expected.sort();
        result.sort();
        assert_eq!(result, expected);
    }

    #[test]
    fn nan_comes_first() {
        assert_eq!(number_order(f64::NAN, 1.0), Ordering::Less);
        assert_eq!(number_order(1.0, f64::NAN), Ordering::Greater);
        assert_eq!(number_order(f64::NAN, f64::NAN), Ordering::Equal);
    }
}
