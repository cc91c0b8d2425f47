//! Sorting: a stable merge sort of our own, which no comparison can upset, and which can be interrupted.
//!
//! What is sorted are plain numbers or positions, never values: a list of numbers is sorted as doubles; of
//! any other list the positions are sorted by looking at the elements, or at a list of their keys.

use super::edit::refuse;
use super::{Def, defs};
use crate::number;
use crate::runtime::{Aside, Lang, Work, errors, index, logic, number_of, text_steps};
use quadriga_vm::heap::layout::ListKind;
use quadriga_vm::heap::{ListRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::borrow::Cow;
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
    Aside::with(cx, |cx, aside| {
        let mut sorter = Sorter { ascending, work: Work::default(), aside };
        if !by_key.is_nil() {
            let keys = sorter.keys_of(cx, list, by_key)?;
            sorter.sort_by(cx, lang, list, keys)?;
        } else if sorter.is_numeric(cx, list)? {
            sorter.sort_numbers(cx, list)?;
        } else {
            sorter.sort_by(cx, lang, list, list)?;
        }
        sorter.work.pay(cx)
    })?;
    Ok(v)
}

/// What all parts of sorting a list need.
struct Sorter<'a> {
    ascending: bool,
    work: Work,
    aside: &'a mut Aside,
}

fn directed(order: Ordering, ascending: bool) -> Ordering {
    if ascending { order } else { order.reverse() }
}

/// NaN comes before all numbers.
fn number_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

impl Sorter<'_> {
    fn is_numeric(&mut self, cx: &mut Context, list: ListRef) -> Result<bool> {
        if matches!(list.list_kind(), ListKind::Int | ListKind::Double) {
            return Ok(true);
        }
        for i in 0..list.len() {
            self.work.step(cx)?;
            if !list.get(i).is_number() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn sort_numbers(&mut self, cx: &mut Context, list: ListRef) -> Result<()> {
        let ascending = self.ascending;
        let mut numbers: Vec<f64> = self.aside.vec(cx, list.len())?;
        for i in 0..list.len() {
            self.work.step(cx)?;
            numbers.push(number_of(list.get(i)).unwrap_or(0.0));
        }
        let compare = &mut |_: &mut Work, a: &f64, b: &f64| directed(number_order(*a, *b), ascending);
        merge_sort(cx, &mut numbers, self.aside, &mut self.work, compare)?;
        for (i, n) in numbers.into_iter().enumerate() {
            self.work.step(cx)?;
            cx.heap.list_set(list, i, Value::number(n))?;
        }
        Ok(())
    }

    /// Sorts `list` by the order of `keys`, which may be the list itself.
    fn sort_by(&mut self, cx: &mut Context, lang: Lang, list: ListRef, keys: ListRef) -> Result<()> {
        let order_of = if lang.v1() { value_order_v1 } else { value_order };
        let ascending = self.ascending;
        let mut order: Vec<u32> = self.aside.vec(cx, list.len())?;
        for i in 0..keys.len() {
            self.work.step(cx)?;
            order.push(i as u32);
            // Texts must be readable without allocating.
            if let Some(s) = keys.get(i).as_str() {
                cx.flatten(s)?;
            }
        }
        merge_sort(cx, &mut order, self.aside, &mut self.work, &mut |work, a, b| {
            directed(order_of(work, keys.get(*a as usize), keys.get(*b as usize)), ascending)
        })?;
        let old = cx.heap.copy_list(list)?;
        for (to, from) in order.into_iter().enumerate() {
            self.work.step(cx)?;
            cx.heap.list_set(list, to, old.get(from as usize))?;
        }
        Ok(())
    }

    /// The keys by which elements are sorted: the entry of a map, the element of a list.
    fn keys_of(&mut self, cx: &mut Context, list: ListRef, by_key: Value) -> Result<ListRef> {
        let keys = cx.heap.list_new(list.len())?;
        let steps = 1 + by_key.as_str().map_or(0, |s| text_steps(s.byte_len()));
        for i in 0..list.len() {
            self.work.steps(cx, steps)?;
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
}

/// The order of two texts, which costs steps by their length.
fn text_order(work: &mut Work, a: &str, b: &str) -> Ordering {
    work.add(text_steps(a.len().min(b.len())));
    a.as_bytes().cmp(b.as_bytes())
}

/// Numbers before strings before everything else, which keeps its order.
fn value_order(work: &mut Work, a: Value, b: Value) -> Ordering {
    if let (Some(a), Some(b)) = (number_of(a), number_of(b)) {
        return number_order(a, b);
    }
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return text_order(work, a.text(), b.text());
    }
    rank(a).cmp(&rank(b))
}

/// 1.x compares a number and a string by their texts.
fn value_order_v1(work: &mut Work, a: Value, b: Value) -> Ordering {
    match (rank(a), rank(b)) {
        (0, 1) | (1, 0) => {
            let (s, t) = (a.as_str(), b.as_str());
            text_order(work, &text_or_number(a, s.as_ref()), &text_or_number(b, t.as_ref()))
        }
        _ => value_order(work, a, b),
    }
}

/// The text that a string is, or that of the number that `v` is.
fn text_or_number(v: Value, s: Option<&StrRef>) -> Cow<'_, str> {
    match s {
        Some(s) => Cow::Borrowed(s.text()),
        None => {
            let mut text = String::new();
            number::format_number_v1(number_of(v).unwrap_or(0.0), &mut text);
            Cow::Owned(text)
        }
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

/// Sorts `items`, stably. Whatever `compare` says, the result is a permutation. What a comparison costs beyond
/// one step it adds to the work.
pub(crate) fn merge_sort<T: Copy>(
    cx: &mut Context,
    items: &mut Vec<T>,
    aside: &mut Aside,
    work: &mut Work,
    compare: &mut impl FnMut(&mut Work, &T, &T) -> Ordering,
) -> Result<()> {
    let n = items.len();
    for start in (0..n).step_by(RUN) {
        insertion_sort(cx, &mut items[start..n.min(start + RUN)], work, compare)?;
    }
    let mut other = aside.vec(cx, n)?;
    for piece in items.chunks(PIECE) {
        other.extend_from_slice(piece);
        cx.check_interrupt()?;
    }
    let mut width = RUN;
    while width < n {
        for start in (0..n).step_by(2 * width) {
            let (middle, end) = (n.min(start + width), n.min(start + 2 * width));
            merge(cx, &items[start..middle], &items[middle..end], &mut other[start..end], work, compare)?;
        }
        std::mem::swap(items, &mut other);
        width *= 2;
    }
    Ok(())
}

/// Items copied without a look at the clock.
const PIECE: usize = 1 << 16;

fn insertion_sort<T: Copy>(
    cx: &mut Context,
    items: &mut [T],
    work: &mut Work,
    compare: &mut impl FnMut(&mut Work, &T, &T) -> Ordering,
) -> Result<()> {
    for i in 1..items.len() {
        let item = items[i];
        let mut at = i;
        while at > 0 && compare(work, &items[at - 1], &item) == Ordering::Greater {
            work.step(cx)?;
            items[at] = items[at - 1];
            at -= 1;
        }
        items[at] = item;
        work.step(cx)?;
    }
    Ok(())
}

fn merge<T: Copy>(
    cx: &mut Context,
    mut a: &[T],
    mut b: &[T],
    out: &mut [T],
    work: &mut Work,
    compare: &mut impl FnMut(&mut Work, &T, &T) -> Ordering,
) -> Result<()> {
    // Runs that follow each other already, as in sorted input, cost one comparison.
    let in_order = match (a.last(), b.first()) {
        (Some(last), Some(first)) => compare(work, last, first) != Ordering::Greater,
        _ => true,
    };
    let mut out = out.iter_mut();
    while !in_order && let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) {
        let Some(slot) = out.next() else { break };
        if compare(work, x, y) == Ordering::Greater {
            *slot = *y;
            b = rest_b;
        } else {
            *slot = *x;
            a = rest_a;
        }
        work.step(cx)?;
    }
    let (rest_a, rest_b) = out.into_slice().split_at_mut(a.len());
    for (out, rest) in [(rest_a, a), (rest_b, b)] {
        for (to, from) in out.chunks_mut(PIECE).zip(rest.chunks(PIECE)) {
            to.copy_from_slice(from);
            work.steps(cx, 1 + from.len() as u64 / 16)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quadriga_vm::ContextConfig;

    fn sorted(mut items: Vec<u32>, compare: impl FnMut(&u32, &u32) -> Ordering) -> Vec<u32> {
        let mut cx = Context::new(ContextConfig::default()).unwrap();
        let mut compare = compare;
        let mut compare = |_: &mut Work, a: &u32, b: &u32| compare(a, b);
        Aside::with(&mut cx, |cx, aside| {
            merge_sort(cx, &mut items, aside, &mut Work::default(), &mut compare)
        })
        .unwrap();
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
