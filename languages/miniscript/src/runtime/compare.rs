//! Equality and order.
//!
//! Lists and maps are equal by content, however they are nested and even if they contain themselves: pairs
//! of containers that still have to be compared wait in a work list, and a pair that was compared before
//! (with luck it is still being compared) counts as equal. Nothing is allocated in the heap meanwhile, so the
//! addresses in the work list stay valid.

use super::{Work, number_of};
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{ClosureRef, ListRef, MapRef, ValueExt, str_cmp, str_eq};
use quadriga_vm::value::Value;
use quadriga_vm::{CompareOp, Context, Result};
use std::cmp::Ordering;
use std::collections::HashSet;

/// Pairs of containers compared before the visited ones are remembered.
const UNCHECKED: usize = 32;

/// `x op y`.
pub(crate) fn compare(cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<bool> {
    match op {
        CompareOp::Eq => equal(cx, x, y),
        CompareOp::Ne => Ok(!equal(cx, x, y)?),
        _ => ordered(cx, op, x, y),
    }
}

/// Whether an ordering of `x` and `y` means anything (1.x answers null where it does not).
pub(crate) fn comparable(x: Value, y: Value) -> bool {
    (number_of(x).is_some() && number_of(y).is_some()) || (x.as_str().is_some() && y.as_str().is_some())
}

fn ordered(cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<bool> {
    let order = if let (Some(a), Some(b)) = (number_of(x), number_of(y)) {
        a.partial_cmp(&b)
    } else if let (Some(a), Some(b)) = (x.as_str(), y.as_str()) {
        cx.heap.flatten(a)?;
        cx.heap.flatten(b)?;
        Some(str_cmp(a, b))
    } else {
        None
    };
    Ok(order.is_some_and(|order| match op {
        CompareOp::Lt => order == Ordering::Less,
        CompareOp::Le => order != Ordering::Greater,
        CompareOp::Gt => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }))
}

/// `x == y`.
pub(crate) fn equal(cx: &mut Context, x: Value, y: Value) -> Result<bool> {
    match shallow(x, y) {
        Shallow::Known(answer) => Ok(answer),
        Shallow::Texts => {
            // Gathered once, and not at every comparison.
            if let (Some(a), Some(b)) = (x.as_str(), y.as_str()) {
                cx.heap.flatten(a)?;
                cx.heap.flatten(b)?;
                return Ok(str_eq(a, b));
            }
            Ok(false)
        }
        Shallow::Containers => deep(cx, x, y),
    }
}

/// What one look at two values says.
enum Shallow {
    Known(bool),
    /// Two strings of the same length.
    Texts,
    /// Two lists or two maps of the same length.
    Containers,
}

#[inline]
fn shallow(x: Value, y: Value) -> Shallow {
    if let (Some(a), Some(b)) = (number_of(x), number_of(y)) {
        return Shallow::Known(a == b);
    }
    if x == y {
        return Shallow::Known(true);
    }
    let (Some(kind), Some(other)) = (x.kind(), y.kind()) else { return Shallow::Known(false) };
    if kind != other {
        return Shallow::Known(false);
    }
    match kind {
        Kind::Str => match (x.as_str(), y.as_str()) {
            (Some(a), Some(b)) if a.byte_len() == b.byte_len() => Shallow::Texts,
            _ => Shallow::Known(false),
        },
        Kind::List => same_length(x.as_list().map(ListRef::len), y.as_list().map(ListRef::len)),
        Kind::Map => same_length(x.as_map().map(MapRef::len), y.as_map().map(MapRef::len)),
        Kind::Closure => match (x.as_closure(), y.as_closure()) {
            (Some(a), Some(b)) => Shallow::Known(same_function(a, b)),
            _ => Shallow::Known(false),
        },
        _ => Shallow::Known(false),
    }
}

fn same_length(a: Option<usize>, b: Option<usize>) -> Shallow {
    if a != b {
        Shallow::Known(false)
    } else if a == Some(0) {
        Shallow::Known(true)
    } else {
        Shallow::Containers
    }
}

/// Functions are equal if their code and what they captured are the same.
fn same_function(a: ClosureRef, b: ClosureRef) -> bool {
    std::ptr::eq(a.function(), b.function()) && a.values() == b.values()
}

/// Pairs of containers, by address.
#[derive(Default)]
struct Pairs {
    waiting: Vec<(usize, usize)>,
    seen: HashSet<(usize, usize)>,
    count: usize,
}

impl Pairs {
    /// Two values that belong together: whether they may still turn out equal.
    #[inline]
    fn add(&mut self, x: Value, y: Value) -> bool {
        match shallow(x, y) {
            Shallow::Known(answer) => answer,
            Shallow::Texts => match (x.as_str(), y.as_str()) {
                (Some(a), Some(b)) => str_eq(a, b),
                _ => false,
            },
            Shallow::Containers => {
                self.push(x, y);
                true
            }
        }
    }

    fn push(&mut self, x: Value, y: Value) {
        let pair = (x.address_unchecked(), y.address_unchecked());
        self.count += 1;
        if self.count <= UNCHECKED || self.seen.insert(pair) {
            self.waiting.push(pair);
        }
    }
}

fn deep(cx: &mut Context, x: Value, y: Value) -> Result<bool> {
    let mut pairs = Pairs::default();
    let mut work = Work::default();
    pairs.push(x, y);
    while let Some((a, b)) = pairs.waiting.pop() {
        let (a, b) = (Value::from_address(a), Value::from_address(b));
        let same = if let (Some(a), Some(b)) = (a.as_list(), b.as_list()) {
            lists(cx, a, b, &mut pairs, &mut work)?
        } else if let (Some(a), Some(b)) = (a.as_map(), b.as_map()) {
            maps(cx, a, b, &mut pairs, &mut work)?
        } else {
            false
        };
        if !same {
            return Ok(false);
        }
    }
    work.pay(cx)?;
    Ok(true)
}

fn lists(cx: &mut Context, a: ListRef, b: ListRef, pairs: &mut Pairs, work: &mut Work) -> Result<bool> {
    for i in 0..a.len() {
        work.step(cx)?;
        if !pairs.add(a.get(i), b.get(i)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps(cx: &mut Context, a: MapRef, b: MapRef, pairs: &mut Pairs, work: &mut Work) -> Result<bool> {
    let mut cursor = 0;
    while let Some((key, v)) = cx.heap.map_next(a, &mut cursor) {
        work.step(cx)?;
        let Some(other) = cx.heap.map_get(b, key) else { return Ok(false) };
        if !pairs.add(v, other) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Identity: of containers and functions; numbers and strings by value.
pub(crate) fn identical(x: Value, y: Value) -> bool {
    match shallow(x, y) {
        Shallow::Known(answer) => answer && (x == y || number_of(x).is_some() || x.as_closure().is_some()),
        Shallow::Texts => match (x.as_str(), y.as_str()) {
            (Some(a), Some(b)) => str_eq(a, b),
            _ => false,
        },
        Shallow::Containers => false,
    }
}
