//! Feedback: what a context has learned at an instruction, decoded for people and for the compiler.
//!
//! Takes a function instance and a word index, reads cache words and feedback bits, changes nothing.

use crate::context::Context;
use crate::instance::{FunctionInstance, NO_SHAPE};
use crate::interp::ops::{KIND_SHAPES, NUMBER_SHAPE, recipe, seen};
use quadriga_bytecode::{Insn, Opcode};
use quadriga_heap::ShapeId;
use quadriga_heap::layout::ListKind;

/// What was seen at one instruction.
#[derive(Clone, Debug, PartialEq)]
pub enum Site {
    /// Kinds of operands of arithmetic.
    Operands {
        /// Two integers with an integer result.
        int: bool,
        /// Two doubles.
        double: bool,
        /// An integer and a double.
        mixed: bool,
        /// Anything that went to the slow path.
        other: bool,
    },
    /// Containers of an element access.
    Elements {
        /// Kinds of lists, with an index in range.
        lists: Vec<ListKind>,
        /// A list with an index out of range.
        out_of_range: bool,
        /// Other containers or keys.
        other: bool,
    },
    /// Ways to find a field.
    Field {
        /// Up to four.
        entries: Vec<FieldEntry>,
        /// More came than fit.
        megamorphic: bool,
    },
    /// Targets of a call.
    Call {
        /// Name of the first one.
        target: Box<str>,
        /// Calls of it (modulo 2^32).
        count: u32,
        /// Calls of others.
        others: u32,
    },
    /// Turns of a loop.
    Loop {
        /// How many.
        turns: u64,
    },
}

/// One way to find a field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldEntry {
    /// What the receiver is.
    pub receiver: Receiver,
    /// Where the field is.
    pub access: Access,
}

/// What an inline cache compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Receiver {
    /// A shape and its keys.
    Shape {
        /// Number.
        id: u32,
        /// Keys in order.
        keys: Vec<Box<str>>,
    },
    /// A kind of object other than a map, by its number in [`quadriga_heap::layout::Kind`].
    Kind(u8),
    /// A number.
    Number,
}

/// Where a field is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Access {
    /// In the receiver.
    Own {
        /// Slot.
        slot: u16,
    },
    /// In a prototype or type table.
    Holder {
        /// Slot.
        slot: u16,
        /// Whether the entry still holds (no prototype changed its shape since).
        valid: bool,
    },
    /// A store that adds the field.
    Add {
        /// Slot.
        slot: u16,
        /// Shape afterwards.
        shape: u32,
    },
}

/// What is known about the instruction at word `pc` of `f`; `None` if it keeps no feedback or never ran.
pub fn site(cx: &Context, f: &FunctionInstance, pc: usize) -> Option<Site> {
    let code = f.live_code();
    let w = Insn(*code.get(pc)?);
    let op = w.op()?;
    match op {
        Opcode::Loop => (code[pc + 1] != 0).then(|| Site::Loop { turns: code[pc + 1] }),
        Opcode::Call => call_site(cx, code[pc + 1], code[pc + 2]),
        Opcode::GetIndex | Opcode::SetIndex => (w.x() != 0).then(|| {
            let kinds = [ListKind::Any, ListKind::Int, ListKind::Double, ListKind::Fresh, ListKind::Range];
            Site::Elements {
                lists: kinds.into_iter().filter(|&k| w.x() & (1 << k as u8) & seen::LISTS != 0).collect(),
                out_of_range: w.x() & seen::OUT_OF_RANGE != 0,
                other: w.x() & seen::ELSE != 0,
            }
        }),
        _ if op.info().cache_words >= 3 => field_site(cx, f, &code[pc + 1..pc + 4]),
        _ if op.info().operands[0] == quadriga_bytecode::op::Operand::Feedback => {
            (w.x() != 0).then(|| Site::Operands {
                int: w.x() & seen::INT != 0,
                double: w.x() & seen::DOUBLE != 0,
                mixed: w.x() & seen::MIXED != 0,
                other: w.x() & seen::OTHER != 0,
            })
        }
        _ => None,
    }
}

fn call_site(cx: &Context, target: u64, counts: u64) -> Option<Site> {
    let name: Box<str> = match target {
        0 => return None,
        t if t & 1 == 1 => (*cx.natives[(t >> 1) as usize].name).into(),
        t => cx.functions().find(|f| std::ptr::from_ref(*f).addr() as u64 == t)?.function().name.clone(),
    };
    Some(Site::Call { target: name, count: counts as u32, others: (counts >> 32) as u32 })
}

fn field_site(cx: &Context, f: &FunctionInstance, cache: &[u64]) -> Option<Site> {
    if cache[0] as u32 == NO_SHAPE as u32 {
        return None;
    }
    let mut entries = vec![entry(cx, cache[0], cache[1], cache[2] as u32)];
    let poly = (cache[2] >> 32).checked_sub(1).and_then(|i| f.poly.get(i as usize));
    if let Some(poly) = poly {
        entries.extend(poly.entries.iter().map(|e| entry(cx, e.key, e.holder, e.epoch)));
    }
    Some(Site::Field { entries, megamorphic: poly.is_some_and(|p| p.megamorphic) })
}

fn entry(cx: &Context, key: u64, holder: u64, epoch: u32) -> FieldEntry {
    let slot = (key >> 32) as u16;
    let receiver = match key as u32 {
        NUMBER_SHAPE => Receiver::Number,
        kind if kind & KIND_SHAPES == KIND_SHAPES => Receiver::Kind(kind as u8),
        id => {
            let keys = cx.heap.shapes.keys(ShapeId(id)).iter().map(|k| k.text().into()).collect();
            Receiver::Shape { id, keys }
        }
    };
    let access = match key >> 48 {
        recipe::OWN => Access::Own { slot },
        recipe::ADD => Access::Add { slot, shape: holder as u32 },
        _ => Access::Holder { slot, valid: epoch == cx.heap.proto_epoch },
    };
    FieldEntry { receiver, access }
}
