//! Equality and order.
//!
//! Lists and maps are equal by content, however they are nested and even if they contain themselves. Pairs of
//! containers that still have to be compared wait in a work list. Containers of a pair are taken for equal
//! from then on, and so are those equal to them: a pair within one class needs no look (union and find), so
//! that the work is linear in the number of containers and not of pairs. A difference anywhere ends it all.
//! The addresses in the work list stay valid: objects do not move, and the two values hold all of them.

use super::{Aside, Work, number_of, text_steps};
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
    cx.flatten(a)?;
    cx.flatten(b)?;
    let (a, b) = (a.text().as_bytes(), b.text().as_bytes());
    let common = common_chunks(cx, a, b)?;
    Ok(holds(op, a[common..].cmp(&b[common..])))
}

/// Bytes of texts that are compared without a look at the clock.
const CHUNK: usize = 1 << 18;

/// Two strings of the same length.
#[inline]
fn equal_texts(cx: &mut Context, a: StrRef, b: StrRef) -> Result<bool> {
    cx.flatten(a)?;
    cx.flatten(b)?;
    if a.byte_len() < 64 {
        return Ok(str_eq(a, b));
    }
    long_texts(cx, a, b)
}

#[cold]
fn long_texts(cx: &mut Context, a: StrRef, b: StrRef) -> Result<bool> {
    if a.byte_len() <= CHUNK {
        pay_text(cx, a.byte_len())?;
        return Ok(str_eq(a, b));
    }
    let (a, b) = (a.text().as_bytes(), b.text().as_bytes());
    let common = common_chunks(cx, a, b)?;
    Ok(a[common..] == b[common..])
}

fn pay_text(cx: &mut Context, bytes: usize) -> Result<()> {
    cx.charge(text_steps(bytes))?;
    cx.check_interrupt()
}

/// Length of the chunks that two texts have in common at the start; at most one chunk of what follows decides
/// about them. All of it is paid for.
#[inline]
fn common_chunks(cx: &mut Context, a: &[u8], b: &[u8]) -> Result<usize> {
    let len = a.len().min(b.len());
    let mut common = 0;
    while len - common > CHUNK {
        pay_text(cx, CHUNK)?;
        if a[common..common + CHUNK] != b[common..common + CHUNK] {
            return Ok(common);
        }
        common += CHUNK;
    }
    if len - common >= 64 {
        pay_text(cx, len - common)?;
    }
    Ok(common)
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
struct Pairs<'a> {
    aside: &'a mut Aside,
    work: Work,
    waiting: Vec<(usize, usize)>,
    /// Containers taken for equal to another one of their class; a class is a tree.
    class: HashMap<usize, usize>,
    count: usize,
}

impl Pairs<'_> {
    /// Two values that belong together: whether they may still turn out equal.
    #[inline]
    fn add(&mut self, cx: &mut Context, x: Value, y: Value) -> Result<bool> {
        match shallow(cx, x, y) {
            Shallow::Known(answer) => Ok(answer),
            Shallow::Texts => match (x.as_str(), y.as_str()) {
                (Some(a), Some(b)) => equal_texts(cx, a, b),
                _ => Ok(false),
            },
            Shallow::Containers => {
                self.push(cx, x, y)?;
                Ok(true)
            }
        }
    }

    fn push(&mut self, cx: &mut Context, x: Value, y: Value) -> Result<()> {
        let (a, b) = (x.address_unchecked(), y.address_unchecked());
        self.count += 1;
        if self.count <= UNCHECKED || self.join(cx, a, b)? {
            self.aside.push(cx, &mut self.waiting, (a, b))?;
        }
        Ok(())
    }

    /// Puts two containers into one class; false if they were in one already.
    fn join(&mut self, cx: &mut Context, a: usize, b: usize) -> Result<bool> {
        let (a, b) = (self.representative(a), self.representative(b));
        if a != b {
            self.aside.insert(cx, &mut self.class, a, b)?;
        }
        Ok(a != b)
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
    let same = Aside::with(cx, |cx, aside| {
        let work = Work::default();
        let mut pairs = Pairs { aside, work, waiting: Vec::new(), class: HashMap::new(), count: 0 };
        pairs.push(cx, x, y)?;
        let same = pairs.all_equal(cx)?;
        pairs.work.pay(cx)?;
        Ok(same)
    });
    // Counting may collect: both stay where the collector looks.
    std::hint::black_box((x, y));
    same
}

impl Pairs<'_> {
    fn all_equal(&mut self, cx: &mut Context) -> Result<bool> {
        while let Some((a, b)) = self.waiting.pop() {
            let (a, b) = (Value::from_address(a), Value::from_address(b));
            let same = if let (Some(a), Some(b)) = (a.as_list(), b.as_list()) {
                self.lists(cx, a, b)?
            } else if let (Some(a), Some(b)) = (a.as_map(), b.as_map()) {
                self.maps(cx, a, b)?
            } else {
                false
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn lists(&mut self, cx: &mut Context, a: ListRef, b: ListRef) -> Result<bool> {
        for i in 0..a.len() {
            self.work.step(cx)?;
            if !self.add(cx, a.get(i), b.get(i))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn maps(&mut self, cx: &mut Context, a: MapRef, b: MapRef) -> Result<bool> {
        let mut cursor = 0;
        while let Some((key, v)) = cx.heap.map_next(a, &mut cursor) {
            // The other map compares the texts of keys.
            self.work.steps(cx, 1 + key.as_str().map_or(0, |s| text_steps(s.byte_len())))?;
            let Some(other) = cx.heap.map_get(b, key) else { return Ok(false) };
            if !self.add(cx, v, other)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Identity: of containers and functions; numbers and strings by value.
pub(crate) fn identical(cx: &mut Context, x: Value, y: Value) -> Result<bool> {
    match shallow(cx, x, y) {
        Shallow::Known(answer) => {
            Ok(answer && (x == y || number_of(x).is_some() || x.as_closure().is_some()))
        }
        Shallow::Texts => equal(cx, x, y),
        Shallow::Containers => Ok(false),
    }
}
