//! Fast paths: one function per opcode, named after it.
//!
//! Contract of all: `pc` stands behind the instruction word `w` of verified code, `base` and `k` are the
//! registers and constants of the running function, and `cx` is its context. A fast path either does the
//! whole operation or nothing and answers [`Flow::Slow`]. It calls no function that is not inlined, so that
//! a handler needs no stack frame.

#![allow(non_snake_case, reason = "fast paths bear the names of their opcodes")]

use super::Flow;
use crate::context::Context;
use crate::frame::{Frame, ReturnKind};
use crate::instance::FunctionInstance;
use quadriga_bytecode::insn::DOUBLES;
use quadriga_bytecode::{Insn, Opcode};
use quadriga_heap::layout::{
    BoxCell, Closure as ClosureObject, Header, Kind, List, ListKind, Map, flags, gc_bits,
};
use quadriga_value::{EMPTY, INT_TAG, Value, fits_int};
use std::sync::atomic::Ordering;

/// Feedback bits of arithmetic: operands were two integers, two doubles, numbers of both kinds, others.
pub(crate) mod seen {
    pub const INT: u8 = 1;
    pub const DOUBLE: u8 = 2;
    pub const MIXED: u8 = 4;
    pub const OTHER: u8 = 8;
    /// Element access: the container was a list of kind `n` (bit `n`, see `ListKind`) and the index in range.
    pub const LISTS: u8 = 0b1_1111;
    /// Element access: the container was no list, or the index no integer.
    pub const ELSE: u8 = 32;
    /// Element access: the index was out of the range of the list.
    pub const OUT_OF_RANGE: u8 = 64;
}

/// Recipes as they stand in cache words.
pub(crate) mod recipe {
    pub const OWN: u64 = 1;
    pub const HOLDER: u64 = 2;
    /// A store that adds the field: the second word is the new shape.
    pub const ADD: u64 = 3;
}

/// What [`shape_of`] says of values that are no maps: the kind of object, or that it is a number.
pub(crate) const KIND_SHAPES: u32 = 0xFFFF_FF00;
pub(crate) const NUMBER_SHAPE: u32 = KIND_SHAPES - 1;

#[inline(always)]
unsafe fn get(base: *mut Value, r: usize) -> Value {
    // SAFETY: a register of the running function.
    unsafe { *base.add(r) }
}

#[inline(always)]
unsafe fn set(base: *mut Value, r: usize, v: Value) {
    // SAFETY: a register of the running function.
    unsafe { *base.add(r) = v }
}

/// Adds a feedback bit; a word that has it already is not written.
#[inline(always)]
unsafe fn note(w: Insn, pc: *const u64, bit: u8) {
    if w.x() & bit == 0 {
        // SAFETY: the instruction word stands before `pc` in the context's own copy of the code.
        unsafe { *pc.cast_mut().cast::<u8>().sub(7) |= bit };
    }
}

#[inline(always)]
fn object<T>(v: Value) -> *mut T {
    std::ptr::with_exposed_provenance_mut(v.address_unchecked())
}

/// First half of an object's header: kind, gc, flags, aux, from the low byte on.
#[inline(always)]
unsafe fn header_word(p: *const Header) -> u32 {
    // SAFETY: every object starts with a header.
    unsafe { p.cast::<u32>().read() }
}

const HEADER_KIND: u32 = 0xFF;
const HEADER_GC: u32 = (gc_bits::OLD_UNLOGGED as u32) << 8;
const HEADER_IMMUTABLE: u32 = (flags::IMMUTABLE as u32) << 16;
const HEADER_PROTO: u32 = (flags::PROTO as u32) << 16;

/// Whether the word is that of a function.
#[inline(always)]
unsafe fn is_callable(v: Value) -> bool {
    // SAFETY: objects have headers.
    v.is_object()
        && unsafe {
            let kind = header_word(object(v)) & HEADER_KIND;
            kind == Kind::Closure as u32 || kind == Kind::Native as u32
        }
}

/// What an inline cache compares: the shape of a map (0 for dictionaries), or the kind of anything else.
#[inline(always)]
pub(crate) unsafe fn shape_of(v: Value) -> u32 {
    if v.is_object() {
        // SAFETY: an object; a map if its kind says so.
        unsafe {
            let p = object::<Map>(v);
            let kind = header_word(p.cast()) & HEADER_KIND;
            if kind == Kind::Map as u32 { (*p).shape } else { KIND_SHAPES | kind }
        }
    } else if v.is_number() {
        NUMBER_SHAPE
    } else {
        0
    }
}

#[inline(always)]
unsafe fn interrupted(base: *mut Value, cx: *mut Context) -> bool {
    // SAFETY: the context keeps its shared words alive.
    base.addr() >= unsafe { (*(*cx).shared).limit.load(Ordering::Relaxed) }
}

#[inline(always)]
unsafe fn jump(pc: *const u64, offset: i32) -> Flow {
    // SAFETY: verified jumps stay in the code.
    Flow::Next(unsafe { pc.offset(offset as isize) })
}

/// Asks the dispatcher to call what a reading instruction found; see [`invoke_found`].
#[inline(always)]
unsafe fn invoke(cx: *mut Context, callee: Value, this: Value, home: Value) -> Flow {
    // SAFETY: the context is live.
    unsafe { (*cx).found = [callee, this, home] };
    Flow::Invoke
}

/// Second half of the reading instructions that call: enters a closure without parameters that stands in
/// `cx.found`, with the result going to register a.
#[inline(always)]
pub(crate) unsafe fn invoke_found(w: W, pc: Pc, base: Base, k: K, cx: Cx) -> Flow {
    // SAFETY: the contract of the module; `found` was filled by the instruction before `pc`.
    unsafe {
        let [callee, this, home] = (*cx).found;
        if header_word(object(callee)) & HEADER_KIND != Kind::Closure as u32 {
            return Flow::Slow;
        }
        let instance = (*object::<ClosureObject>(callee)).function.cast::<FunctionInstance>();
        let running: *const FunctionInstance =
            std::ptr::with_exposed_provenance((*k.cast::<u64>().sub(1)) as usize);
        let window = base.add((*running).registers as usize);
        let end = window.addr() + (*instance).registers as usize * size_of::<Value>();
        let fp = (*cx).fp;
        if (*instance).call_key != 0
            || end >= (*(*cx).shared).limit.load(Ordering::Relaxed)
            || fp == (*cx).fp_limit
        {
            return Flow::Slow;
        }
        *window = callee;
        *window.add(1) = this;
        *window.add(2) = home;
        let words = if w.op_byte() == Opcode::GetFieldX as u8 { Opcode::GetFieldX.words() - 1 } else { 0 };
        *fp = Frame { pc: pc.add(words), base, k, ret: w.a() as u64 };
        (*cx).fp = fp.add(1);
        Flow::Frame((*instance).code, window, (*instance).k)
    }
}

type W = Insn;
type Pc = *const u64;
type Base = *mut Value;
type K = *const Value;
type Cx = *mut Context;

macro_rules! op {
    ($name:ident($w:ident, $pc:ident, $base:ident, $k:ident, $cx:ident) $body:block) => {
        #[inline(always)]
        pub(crate) unsafe fn $name($w: W, $pc: Pc, $base: Base, $k: K, $cx: Cx) -> Flow {
            // SAFETY: the contract of the module.
            #[allow(unused_unsafe)]
            unsafe {
                let _ = ($w, $base, $k, $cx);
                $body
            }
        }
    };
}

macro_rules! always_slow {
    ($($name:ident)*) => { $(op!($name(w, pc, base, k, cx) { let _ = pc; Flow::Slow });)* };
}

mod arithmetic;
mod call;
mod comparison;
mod element;
mod field;
mod variables;

pub(crate) use arithmetic::*;
pub(crate) use call::*;
pub(crate) use comparison::*;
pub(crate) use element::*;
pub(crate) use field::*;
pub(crate) use variables::*;
