//! Equality and order.
//!
//! Lists and maps are equal by content, however they are nested and even if they contain themselves. Pairs of
//! containers that still have to be compared wait in a work list. Containers of a pair are taken for equal
//! from then on, and so are those equal to them: a pair within one class needs no look (union and find), so
//! that the work is linear in the number of containers and not of pairs. A difference anywhere ends it all.
//! Nothing is allocated in the heap meanwhile: the addresses in the work list stay valid.

use super::{Work, number_of};
use quadriga_vm::bytecode::{Insn, Opcode};
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{ClosureRef, ListRef, MapRef, StrRef, ValueExt, str_eq};
use quadriga_vm::value::Value;
use quadriga_vm::{CompareOp, Context, Result};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Pairs of containers compared before classes are kept: most comparisons are small.
const UNCHECKED: usize = 32;

/// `x op y`.
pub(crate) fn compare(cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<bool> {
    if let (Some(a), Some(b)) = (x.as_str(), y.as_str()) {
        return texts(cx, op, a, b);
    }
    match op {
        CompareOp::Eq => equal(cx, x, y),
        CompareOp::Ne => Ok(!equal(cx, x, y)?),
        _ => {
            let (a, b) = (number_of(x), number_of(y));
            let order = a.zip(b).and_then(|(a, b)| a.partial_cmp(&b));
            Ok(order.is_some_and(|order| holds(op, order)))
        }
    }
}

/// Whether an ordering of `x` and `y` means anything (1.x answers null where it does not).
pub(crate) fn comparable(x: Value, y: Value) -> bool {
    (number_of(x).is_some() && number_of(y).is_some()) || (x.as_str().is_some() && y.as_str().is_some())
}

/// Whether two things in this order are in the relation `op`.
fn holds(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Eq => order == Ordering::Equal,
        CompareOp::Ne => order != Ordering::Equal,
        CompareOp::Lt => order == Ordering::Less,
        CompareOp::Le => order != Ordering::Greater,
        CompareOp::Gt => order == Ordering::Greater,
        CompareOp::Ge => order != Ordering::Less,
    }
}

/// Strings: by their text, which is gathered once and not at every comparison.
#[inline]
pub(crate) fn texts(cx: &mut Context, op: CompareOp, a: StrRef, b: StrRef) -> Result<bool> {
    if matches!(op, CompareOp::Eq | CompareOp::Ne) {
        let same = a == b || (a.byte_len() == b.byte_len() && equal_texts(cx, a, b)?);
        return Ok(same == (op == CompareOp::Eq));
    }
    cx.heap.flatten(a)?;
    cx.heap.flatten(b)?;
    Ok(holds(op, a.text().as_bytes().cmp(b.text().as_bytes())))
}

fn equal_texts(cx: &mut Context, a: StrRef, b: StrRef) -> Result<bool> {
    cx.heap.flatten(a)?;
    cx.heap.flatten(b)?;
    Ok(str_eq(a, b))
}

/// `x == y`.
pub(crate) fn equal(cx: &mut Context, x: Value, y: Value) -> Result<bool> {
    match shallow(cx, x, y) {
        Shallow::Known(answer) => Ok(answer),
        Shallow::Texts => match (x.as_str(), y.as_str()) {
            (Some(a), Some(b)) => equal_texts(cx, a, b),
            _ => Ok(false),
        },
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
fn shallow(cx: &Context, x: Value, y: Value) -> Shallow {
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
            (Some(a), Some(b)) => Shallow::Known(same_function(cx, a, b)),
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

/// Functions are equal if their code and the scope in which they were made are the same. What they captured
/// stands for the scope; two that captured nothing have the same one only if the top level made them.
#[cold]
fn same_function(cx: &Context, a: ClosureRef, b: ClosureRef) -> bool {
    std::ptr::eq(a.function(), b.function())
        && if a.is_empty() { made_at_top_level(cx, a) } else { a.values() == b.values() }
}

/// Whether the main function of its unit has the instruction that makes this function.
fn made_at_top_level(cx: &Context, f: ClosureRef) -> bool {
    let Some(instance) = cx
        .function_of(f.value())
        .and_then(|function| cx.functions().find(|instance| std::ptr::eq(instance.function(), function)))
    else {
        return false;
    };
    let unit = instance.verified();
    let code = &unit.functions[unit.main as usize].code;
    let mut at = 0;
    while let Some(word) = code.get(at) {
        let insn = Insn(*word);
        let Some(op) = insn.op() else { return false };
        if op == Opcode::Closure && insn.b() == instance.index as usize {
            return true;
        }
        at += op.words();
    }
    false
}

/// Pairs of containers, by address.
#[derive(Default)]
struct Pairs {
    waiting: Vec<(usize, usize)>,
    /// Containers taken for equal to another one of their class; a class is a tree.
    class: HashMap<usize, usize>,
    count: usize,
}

impl Pairs {
    /// Two values that belong together: whether they may still turn out equal.
    #[inline]
    fn add(&mut self, cx: &Context, x: Value, y: Value) -> bool {
        match shallow(cx, x, y) {
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
        let (a, b) = (x.address_unchecked(), y.address_unchecked());
        self.count += 1;
        if self.count <= UNCHECKED || self.join(a, b) {
            self.waiting.push((a, b));
        }
    }

    /// Puts two containers into one class; false if they were in one already.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.representative(a), self.representative(b));
        if a != b {
            self.class.insert(a, b);
        }
        a != b
    }

    fn representative(&mut self, mut a: usize) -> usize {
        while let Some(&next) = self.class.get(&a) {
            // Halves the path for those who come later.
            if let Some(&further) = self.class.get(&next) {
                self.class.insert(a, further);
            }
            a = next;
        }
        a
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
        if !pairs.add(cx, a.get(i), b.get(i)) {
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
        if !pairs.add(cx, v, other) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Identity: of containers and functions; numbers and strings by value.
pub(crate) fn identical(cx: &Context, x: Value, y: Value) -> bool {
    match shallow(cx, x, y) {
        Shallow::Known(answer) => answer && (x == y || number_of(x).is_some() || x.as_closure().is_some()),
        Shallow::Texts => match (x.as_str(), y.as_str()) {
            (Some(a), Some(b)) => str_eq(a, b),
            _ => false,
        },
        Shallow::Containers => false,
    }
}
