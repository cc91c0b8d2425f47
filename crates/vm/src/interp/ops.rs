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

// ---- moves ------------------------------------------------------------------------------------------

op!(Nop(w, pc, base, k, cx) { Flow::Next(pc) });
op!(Move(w, pc, base, k, cx) { set(base, w.a(), get(base, w.b())); Flow::Next(pc) });
op!(LoadK(w, pc, base, k, cx) { set(base, w.a(), *k.add(w.bx() as usize)); Flow::Next(pc) });
op!(LoadInt(w, pc, base, k, cx) { set(base, w.a(), Value::int(w.bx_signed() as i64)); Flow::Next(pc) });
op!(LoadNil(w, pc, base, k, cx) { set(base, w.a(), Value::NIL); Flow::Next(pc) });
op!(LoadTrue(w, pc, base, k, cx) { set(base, w.a(), Value::TRUE); Flow::Next(pc) });
op!(LoadFalse(w, pc, base, k, cx) { set(base, w.a(), Value::FALSE); Flow::Next(pc) });
op!(LoadEmpty(w, pc, base, k, cx) { set(base, w.a(), Value::EMPTY); Flow::Next(pc) });

// ---- variables --------------------------------------------------------------------------------------

#[inline(always)]
unsafe fn read_variable(w: W, pc: Pc, base: Base, _: Cx, v: Value) -> Flow {
    if v.bits() == EMPTY {
        return Flow::Slow;
    }
    // SAFETY: a register of the running function.
    unsafe { set(base, w.a(), v) };
    Flow::Next(pc)
}

#[inline(always)]
unsafe fn read_variable_x(w: W, pc: Pc, base: Base, cx: Cx, v: Value) -> Flow {
    // SAFETY: as above.
    unsafe {
        if v.is_object() {
            if is_callable(v) {
                return invoke(cx, v, Value::NIL, Value::NIL);
            }
        } else if v.bits() == EMPTY {
            return Flow::Slow;
        }
        set(base, w.a(), v);
    }
    Flow::Next(pc)
}

#[inline(always)]
unsafe fn cell_of(k: K, index: usize) -> *mut BoxCell {
    // SAFETY: the constant is a cell.
    object(unsafe { *k.add(index) })
}

#[inline(always)]
unsafe fn captured(base: Base, index: usize) -> Value {
    // SAFETY: register 0 holds the closure, whose captured values follow it; the index is verified.
    unsafe {
        let closure = object::<ClosureObject>(*base);
        *closure.add(1).cast::<Value>().add(index)
    }
}

op!(GetLocal(w, pc, base, k, cx) { read_variable(w, pc, base, cx, get(base, w.b())) });
op!(GetLocalX(w, pc, base, k, cx) { read_variable_x(w, pc, base, cx, get(base, w.b())) });
op!(GetGlobal(w, pc, base, k, cx) { read_variable(w, pc, base, cx, (*cell_of(k, w.bx() as usize)).value) });
op!(GetGlobalX(w, pc, base, k, cx) { read_variable_x(w, pc, base, cx, (*cell_of(k, w.bx() as usize)).value) });
op!(SetGlobal(w, pc, base, k, cx) {
    let cell = cell_of(k, w.bx() as usize);
    let v = get(base, w.a());
    // A cell of a built-in is immutable: assigning the name makes a variable.
    let stop = HEADER_IMMUTABLE | if v.is_object() { HEADER_GC } else { 0 };
    if (*cell).value.bits() == EMPTY || header_word(cell.cast()) & stop != 0 {
        return Flow::Slow;
    }
    (*cell).value = v;
    Flow::Next(pc)
});
op!(GetCapture(w, pc, base, k, cx) { set(base, w.a(), captured(base, w.b())); Flow::Next(pc) });

#[inline(always)]
unsafe fn box_content(v: Value) -> Option<*mut BoxCell> {
    // SAFETY: objects have headers.
    unsafe {
        if v.is_object() && header_word(object(v)) & HEADER_KIND == Kind::Box as u32 {
            Some(object(v))
        } else {
            None
        }
    }
}

macro_rules! read_box {
    ($name:ident, $read:ident, |$base:ident, $w:ident| $which:expr) => {
        op!($name($w, pc, $base, k, cx) {
            match box_content($which) {
                Some(cell) => $read($w, pc, $base, cx, (*cell).value),
                None => Flow::Slow,
            }
        });
    };
}
macro_rules! write_box {
    ($name:ident, |$base:ident, $w:ident| $which:expr, $value:expr) => {
        op!($name($w, pc, $base, k, cx) {
            let v: Value = $value;
            match box_content($which) {
                Some(cell) if !(v.is_object() && header_word(cell.cast()) & HEADER_GC != 0) => {
                    (*cell).value = v;
                    Flow::Next(pc)
                }
                _ => Flow::Slow,
            }
        });
    };
}
read_box!(GetCaptureBox, read_variable, |base, w| captured(base, w.b()));
read_box!(GetCaptureBoxX, read_variable_x, |base, w| captured(base, w.b()));
read_box!(GetBox, read_variable, |base, w| get(base, w.b()));
read_box!(GetBoxX, read_variable_x, |base, w| get(base, w.b()));
write_box!(SetCaptureBox, |base, w| captured(base, w.b()), get(base, w.a()));
write_box!(SetBox, |base, w| get(base, w.a()), get(base, w.b()));
always_slow!(NewBox);

// ---- arithmetic -------------------------------------------------------------------------------------

/// The number in the upper 48 bits, where overflow of 64-bit arithmetic is overflow of 48.
#[inline(always)]
fn upper(v: Value) -> i64 {
    (v.bits() << 16) as i64
}

#[inline(always)]
fn from_upper(i: i64) -> Value {
    Value::from_bits((i as u64 >> 16) | INT_TAG)
}

#[inline(always)]
fn to_double(v: Value) -> f64 {
    if v.is_int() { v.as_int_unchecked() as f64 } else { v.as_double_unchecked() }
}

macro_rules! arithmetic {
    ($name:ident, |$base:ident, $k:ident, $w:ident| $second:expr, $int:expr, $double:expr) => {
        op!($name($w, pc, $base, $k, cx) {
            let x = get($base, $w.b());
            let y: Value = $second;
            if x.both_int(y) {
                let compute: fn(Value, Value) -> Option<Value> = $int;
                match compute(x, y) {
                    Some(v) => {
                        note($w, pc, seen::INT);
                        set($base, $w.a(), v);
                        Flow::Next(pc)
                    }
                    // Where all numbers are doubles, an integer result that does not fit (or is -0) is one.
                    None if $w.x() & DOUBLES != 0 => {
                        let compute: fn(f64, f64) -> f64 = $double;
                        note($w, pc, seen::MIXED);
                        set($base, $w.a(), Value::double(compute(to_double(x), to_double(y))));
                        Flow::Next(pc)
                    }
                    None => Flow::Slow,
                }
            } else if x.is_double() && y.is_double() {
                let compute: fn(f64, f64) -> f64 = $double;
                note($w, pc, seen::DOUBLE);
                set($base, $w.a(), Value::double(compute(x.as_double_unchecked(), y.as_double_unchecked())));
                Flow::Next(pc)
            } else if x.is_number() && y.is_number() {
                let compute: fn(f64, f64) -> f64 = $double;
                note($w, pc, seen::MIXED);
                set($base, $w.a(), Value::double(compute(to_double(x), to_double(y))));
                Flow::Next(pc)
            } else {
                Flow::Slow
            }
        });
    };
}

#[inline(always)]
fn int_add(x: Value, y: Value) -> Option<Value> {
    upper(x).checked_add(upper(y)).map(from_upper)
}

#[inline(always)]
fn int_sub(x: Value, y: Value) -> Option<Value> {
    upper(x).checked_sub(upper(y)).map(from_upper)
}

#[inline(always)]
fn int_mul(x: Value, y: Value) -> Option<Value> {
    let p = upper(x).checked_mul(y.as_int_unchecked())?;
    // A zero with a negative factor is -0 where numbers are doubles.
    if p == 0 && (x.as_int_unchecked() | y.as_int_unchecked()) < 0 { None } else { Some(from_upper(p)) }
}

/// Quotient of two integers: an integer if it is one.
#[inline(always)]
fn int_div(x: Value, y: Value) -> Option<Value> {
    let (a, b) = (x.as_int_unchecked(), y.as_int_unchecked());
    if b > 0 && a & (b - 1) == 0 && b & (b - 1) == 0 {
        // A multiple of a power of two: halving is what programs do most.
        return Some(Value::int(a >> b.trailing_zeros()));
    }
    let q = x.as_int_unchecked() as f64 / y.as_int_unchecked() as f64;
    // Truncation also rejects infinities and NaN. 0 / -n is -0.
    let i = q as i64;
    if i as f64 == q && i != 0 && fits_int(i) { Some(Value::int(i)) } else { Some(int_div_rest(x, y, q)) }
}

#[inline(always)]
fn int_div_rest(x: Value, y: Value, q: f64) -> Value {
    if x.as_int_unchecked() == 0 && y.as_int_unchecked() > 0 { Value::int(0) } else { Value::double(q) }
}

#[inline(always)]
fn int_mod(x: Value, y: Value) -> Option<Value> {
    let (a, b) = (x.as_int_unchecked(), y.as_int_unchecked());
    if a >= 0 && b > 0 {
        // Division of 32-bit numbers takes a third of the time.
        let r = if (a | b) >> 32 == 0 {
            (a as u32).checked_rem(b as u32).unwrap_or(0) as i64
        } else {
            a.checked_rem(b).unwrap_or(0)
        };
        Some(Value::int(r))
    } else {
        None
    }
}

#[inline(always)]
fn imm(i: i64) -> Value {
    Value::int(i)
}

arithmetic!(Add, |base, k, w| get(base, w.c()), int_add, |a, b| a + b);
arithmetic!(Sub, |base, k, w| get(base, w.c()), int_sub, |a, b| a - b);
arithmetic!(Mul, |base, k, w| get(base, w.c()), int_mul, |a, b| a * b);
arithmetic!(Div, |base, k, w| get(base, w.c()), int_div, |a, b| a / b);
arithmetic!(AddI, |base, k, w| imm(w.c_signed()), int_add, |a, b| a + b);
arithmetic!(SubI, |base, k, w| imm(w.c_signed()), int_sub, |a, b| a - b);
arithmetic!(AddK, |base, k, w| *k.add(w.c()), int_add, |a, b| a + b);
arithmetic!(SubK, |base, k, w| *k.add(w.c()), int_sub, |a, b| a - b);
arithmetic!(MulK, |base, k, w| *k.add(w.c()), int_mul, |a, b| a * b);
arithmetic!(DivK, |base, k, w| *k.add(w.c()), int_div, |a, b| a / b);

macro_rules! int_only {
    ($name:ident, |$base:ident, $k:ident, $w:ident| $second:expr, $int:expr) => {
        op!($name($w, pc, $base, $k, cx) {
            let x = get($base, $w.b());
            let y: Value = $second;
            if x.both_int(y) {
                let compute: fn(Value, Value) -> Option<Value> = $int;
                if let Some(v) = compute(x, y) {
                    note($w, pc, seen::INT);
                    set($base, $w.a(), v);
                    return Flow::Next(pc);
                }
            }
            Flow::Slow
        });
    };
}
int_only!(Mod, |base, k, w| get(base, w.c()), int_mod);
int_only!(ModK, |base, k, w| *k.add(w.c()), int_mod);
int_only!(IDiv, |base, k, w| get(base, w.c()), |x, y| {
    let (a, b) = (x.as_int_unchecked(), y.as_int_unchecked());
    // The quotient of the smallest integer and -1 has 49 bits.
    if b == 0 || b == -1 { None } else { Some(Value::int(a / b)) }
});
int_only!(BitAnd, |base, k, w| get(base, w.c()), |x, y| Some(Value::from_bits(x.bits() & y.bits())));
int_only!(BitOr, |base, k, w| get(base, w.c()), |x, y| Some(Value::from_bits(x.bits() | y.bits())));
int_only!(BitXor, |base, k, w| get(base, w.c()), |x, y| {
    Some(Value::from_bits((x.bits() ^ y.bits()) | INT_TAG))
});
int_only!(Shl, |base, k, w| get(base, w.c()), |x, y| {
    let n = y.as_int_unchecked();
    if !(0..48).contains(&n) {
        return None;
    }
    let shifted = upper(x) << n;
    if shifted >> n == upper(x) { Some(from_upper(shifted)) } else { None }
});
int_only!(Shr, |base, k, w| get(base, w.c()), |x, y| {
    let n = y.as_int_unchecked();
    if (0..48).contains(&n) { Some(Value::int(x.as_int_unchecked() >> n)) } else { None }
});
always_slow!(Pow);

op!(Neg(w, pc, base, k, cx) {
    let x = get(base, w.b());
    if x.is_double() {
        note(w, pc, seen::DOUBLE);
        set(base, w.a(), Value::double(-x.as_double_unchecked()));
        return Flow::Next(pc);
    }
    if x.is_int() && x.as_int_unchecked() != 0
        && let Some(i) = upper(x).checked_neg()
    {
        note(w, pc, seen::INT);
        set(base, w.a(), from_upper(i));
        return Flow::Next(pc);
    }
    Flow::Slow
});
op!(Not(w, pc, base, k, cx) {
    let x = get(base, w.b());
    let truth = if x.is_int() && x.as_int_unchecked() as u64 <= 1 {
        x.as_int_unchecked() == 1
    } else if x.is_bool() {
        x == Value::TRUE
    } else if x.is_nil() {
        false
    } else {
        return Flow::Slow;
    };
    set(base, w.a(), truth_value(w, !truth));
    Flow::Next(pc)
});

/// A truth as the instruction wants it: 1 or 0, or a boolean.
#[inline(always)]
pub(crate) fn truth_value(w: Insn, truth: bool) -> Value {
    if w.x() & 1 != 0 { Value::int(truth as i64) } else { Value::bool(truth) }
}

// ---- comparisons ------------------------------------------------------------------------------------

/// Compares numbers; `None` for anything else.
#[inline(always)]
fn compare(
    x: Value,
    y: Value,
    ints: impl Fn(i64, i64) -> bool,
    doubles: impl Fn(f64, f64) -> bool,
) -> Option<bool> {
    if x.both_int(y) {
        Some(ints(upper(x), upper(y)))
    } else if x.is_double() && y.is_double() {
        Some(doubles(x.as_double_unchecked(), y.as_double_unchecked()))
    } else if x.is_number() && y.is_number() {
        Some(doubles(to_double(x), to_double(y)))
    } else {
        None
    }
}

/// Equality where it is clear from the words: numbers, and identical interned strings and specials.
#[inline(always)]
unsafe fn equal(x: Value, y: Value) -> Option<bool> {
    if let Some(r) = compare(x, y, |a, b| a == b, |a, b| a == b) {
        return Some(r);
    }
    // SAFETY: objects have headers.
    unsafe { equal_objects(x, y) }
}

#[inline(always)]
unsafe fn equal_objects(x: Value, y: Value) -> Option<bool> {
    if x.is_object() && y.is_object() {
        // Two interned strings are equal if they are one.
        const INTERNED_STR: u32 = Kind::Str as u32 | (flags::INTERNED as u32) << 16;
        // SAFETY: objects have headers.
        let both = unsafe { header_word(object(x)) & header_word(object(y)) };
        // SAFETY: as above.
        let either = unsafe { header_word(object(x)) | header_word(object(y)) };
        if both & INTERNED_STR == INTERNED_STR && either & HEADER_KIND == Kind::Str as u32 {
            return Some(x == y);
        }
    }
    None
}

macro_rules! comparison {
    ($name:ident, $how:expr) => {
        op!($name(w, pc, base, k, cx) {
            let (x, y) = (get(base, w.b()), get(base, w.c()));
            let how: unsafe fn(Value, Value) -> Option<bool> = $how;
            match how(x, y) {
                Some(r) => {
                    set(base, w.a(), truth_value(w, r));
                    Flow::Next(pc)
                }
                None => Flow::Slow,
            }
        });
    };
}
comparison!(Eq, equal);
comparison!(Ne, |x, y| equal(x, y).map(|r| !r));
comparison!(Lt, |x, y| compare(x, y, |a, b| a < b, |a, b| a < b));
comparison!(Le, |x, y| compare(x, y, |a, b| a <= b, |a, b| a <= b));

macro_rules! compare_jump {
    ($name:ident, |$base:ident, $k:ident, $w:ident| $second:expr, $how:expr, $when:literal) => {
        op!($name($w, pc, $base, $k, cx) {
            let x = get($base, $w.a());
            let y: Value = $second;
            let how: unsafe fn(Value, Value) -> Option<bool> = $how;
            match how(x, y) {
                Some($when) => jump(pc, $w.offset24()),
                Some(_) => Flow::Next(pc),
                None => Flow::Slow,
            }
        });
    };
}
compare_jump!(JEq, |base, k, w| get(base, w.b()), equal, true);
compare_jump!(JNe, |base, k, w| get(base, w.b()), equal, false);
compare_jump!(JLt, |base, k, w| get(base, w.b()), |x, y| compare(x, y, |a, b| a < b, |a, b| a < b), true);
compare_jump!(JNLt, |base, k, w| get(base, w.b()), |x, y| compare(x, y, |a, b| a < b, |a, b| a < b), false);
compare_jump!(JLe, |base, k, w| get(base, w.b()), |x, y| compare(x, y, |a, b| a <= b, |a, b| a <= b), true);
compare_jump!(JNLe, |base, k, w| get(base, w.b()), |x, y| compare(x, y, |a, b| a <= b, |a, b| a <= b), false);
compare_jump!(JEqI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a == b, |a, b| a == b), true);
compare_jump!(
    JNeI,
    |base, k, w| imm(w.b_signed()),
    |x, y| compare(x, y, |a, b| a == b, |a, b| a == b),
    false
);
compare_jump!(JLtI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a < b, |a, b| a < b), true);
compare_jump!(JNLtI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a < b, |a, b| a < b), false);
compare_jump!(JLeI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a <= b, |a, b| a <= b), true);
compare_jump!(
    JNLeI,
    |base, k, w| imm(w.b_signed()),
    |x, y| compare(x, y, |a, b| a <= b, |a, b| a <= b),
    false
);
compare_jump!(JGtI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a > b, |a, b| a > b), true);
compare_jump!(JNGtI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a > b, |a, b| a > b), false);
compare_jump!(JGeI, |base, k, w| imm(w.b_signed()), |x, y| compare(x, y, |a, b| a >= b, |a, b| a >= b), true);
compare_jump!(
    JNGeI,
    |base, k, w| imm(w.b_signed()),
    |x, y| compare(x, y, |a, b| a >= b, |a, b| a >= b),
    false
);
compare_jump!(JEqK, |base, k, w| *k.add(w.b()), equal, true);
compare_jump!(JNeK, |base, k, w| *k.add(w.b()), equal, false);

/// Truth of numbers, booleans and nil.
#[inline(always)]
fn truth(x: Value) -> Option<bool> {
    if x.is_int() {
        Some(x.as_int_unchecked() != 0)
    } else if x.is_bool() {
        Some(x == Value::TRUE)
    } else if x.is_double() {
        Some(x.as_double_unchecked() != 0.0)
    } else if x.is_nil() {
        Some(false)
    } else {
        None
    }
}

op!(JTrue(w, pc, base, k, cx) {
    match truth(get(base, w.a())) {
        Some(true) => jump(pc, w.offset24()),
        Some(false) => Flow::Next(pc),
        None => Flow::Slow,
    }
});
op!(JFalse(w, pc, base, k, cx) {
    match truth(get(base, w.a())) {
        Some(false) => jump(pc, w.offset24()),
        Some(true) => Flow::Next(pc),
        None => Flow::Slow,
    }
});
/// Degree of a truth that is 0 or 1; `None` for what lies between and for anything but a number, boolean
/// or nil.
#[inline(always)]
fn certain(x: Value) -> Option<bool> {
    match truth(x) {
        Some(true) if x.is_double() && x.as_double_unchecked().abs() < 1.0 => None,
        known => known,
    }
}

op!(JFull(w, pc, base, k, cx) {
    match certain(get(base, w.a())) {
        Some(true) => jump(pc, w.offset24()),
        Some(false) => Flow::Next(pc),
        None => Flow::Slow,
    }
});
op!(JNone(w, pc, base, k, cx) {
    match certain(get(base, w.a())) {
        Some(false) => jump(pc, w.offset24()),
        Some(true) => Flow::Next(pc),
        None => Flow::Slow,
    }
});
op!(JNil(w, pc, base, k, cx) {
    if get(base, w.a()).is_nil() { jump(pc, w.offset24()) } else { Flow::Next(pc) }
});
op!(JNotNil(w, pc, base, k, cx) {
    if get(base, w.a()).is_nil() { Flow::Next(pc) } else { jump(pc, w.offset24()) }
});
op!(JEmpty(w, pc, base, k, cx) {
    if get(base, w.a()).is_empty() { jump(pc, w.offset24()) } else { Flow::Next(pc) }
});
op!(JNotEmpty(w, pc, base, k, cx) {
    if get(base, w.a()).is_empty() { Flow::Next(pc) } else { jump(pc, w.offset24()) }
});
op!(Jump(w, pc, base, k, cx) { jump(pc, w.bx_signed()) });
op!(Loop(w, pc, base, k, cx) {
    if interrupted(base, cx) {
        return Flow::Slow;
    }
    *pc.cast_mut() = (*pc).wrapping_add(1);
    jump(pc.add(1), w.bx_signed())
});

// ---- fields -----------------------------------------------------------------------------------------

/// Finds a field through the cache words at `pc`.
#[inline(always)]
unsafe fn cached_field(o: Value, pc: Pc, cx: Cx) -> Option<Value> {
    // SAFETY: cache words follow the instruction; a filled cache names a live shape, so the receiver has
    // the slot, and a holder that the receiver's shape keeps alive while the epoch lasts.
    unsafe {
        let key = *pc;
        if shape_of(o) != key as u32 {
            return None;
        }
        let slot = (key >> 32) as u16 as usize;
        if key >> 48 == recipe::OWN {
            return Some(*(*object::<Map>(o)).slots.add(slot));
        }
        if key >> 48 == recipe::HOLDER && *pc.add(2) as u32 == (*cx).heap.proto_epoch {
            let holder: *const Map = std::ptr::with_exposed_provenance(*pc.add(1) as usize);
            return Some(*(*holder).slots.add(slot));
        }
        None
    }
}

op!(GetField(w, pc, base, k, cx) {
    match cached_field(get(base, w.b()), pc, cx) {
        Some(v) => {
            set(base, w.a(), v);
            Flow::Next(pc.add(3))
        }
        None => Flow::Slow,
    }
});
op!(GetFieldX(w, pc, base, k, cx) {
    match cached_field(get(base, w.b()), pc, cx) {
        Some(v) if is_callable(v) => {
            let this = if w.x() != 0 { get(base, 1) } else { get(base, w.b()) };
            invoke(cx, v, this, Value::from_bits(*pc.add(3)))
        }
        Some(v) => {
            set(base, w.a(), v);
            Flow::Next(pc.add(4))
        }
        None => Flow::Slow,
    }
});
op!(GetOwn(w, pc, base, k, cx) {
    let o = get(base, w.b());
    let key = *pc;
    if shape_of(o) == key as u32 && key >> 48 == recipe::OWN {
        set(base, w.a(), *(*object::<Map>(o)).slots.add((key >> 32) as u16 as usize));
        return Flow::Next(pc.add(3));
    }
    Flow::Slow
});
op!(GetMethod(w, pc, base, k, cx) {
    let o = get(base, w.b());
    match cached_field(o, pc, cx) {
        Some(v) => {
            let this = if w.x() != 0 { get(base, 1) } else { o };
            set(base, w.a(), v);
            set(base, w.a() + 1, this);
            set(base, w.a() + 2, Value::from_bits(*pc.add(3)));
            Flow::Next(pc.add(4))
        }
        None => Flow::Slow,
    }
});
op!(SetField(w, pc, base, k, cx) {
    let (o, v) = (get(base, w.a()), get(base, w.b()));
    let key = *pc;
    if !o.is_object() || shape_of(o) != key as u32 {
        return Flow::Slow;
    }
    let map = object::<Map>(o);
    let stop = HEADER_IMMUTABLE | if v.is_object() { HEADER_GC } else { 0 };
    let slot = (key >> 32) as u16 as usize;
    if key >> 48 == recipe::OWN {
        if header_word(map.cast()) & stop != 0 {
            return Flow::Slow;
        }
        *(*map).slots.add(slot) = v;
        return Flow::Next(pc.add(3));
    }
    if key >> 48 == recipe::ADD {
        if header_word(map.cast()) & (stop | HEADER_PROTO) != 0 || (*map).cap_or_table <= slot {
            return Flow::Slow;
        }
        *(*map).slots.add(slot) = v;
        (*map).shape = *pc.add(1) as u32;
        (*map).count = slot as u32 + 1;
        return Flow::Next(pc.add(3));
    }
    Flow::Slow
});
always_slow!(GetIndexMethod);

// ---- elements ---------------------------------------------------------------------------------------

const INT_RANGE_AUX: u32 = (ListKind::IntRange as u32) << 24;
/// Lists of this kind and above have no elements in memory.
const RANGE_AUX: u32 = (ListKind::Range as u32) << 24;

op!(GetIndex(w, pc, base, k, cx) {
    let (o, i) = (get(base, w.b()), get(base, w.c()));
    if o.is_object() && i.is_int() {
        let list = object::<List>(o);
        let header = header_word(list.cast());
        if header & HEADER_KIND == Kind::List as u32 && header < RANGE_AUX {
            let i = i.as_int_unchecked();
            if (i as u64) < (*list).len as u64 {
                note(w, pc, 1 << (header >> 24));
                set(base, w.a(), *(*list).elems.add(i as usize));
                return Flow::Next(pc);
            }
        }
    }
    Flow::Slow
});
op!(SetIndex(w, pc, base, k, cx) {
    let (o, i, v) = (get(base, w.a()), get(base, w.b()), get(base, w.c()));
    if o.is_object() && i.is_int() {
        let list = object::<List>(o);
        let header = header_word(list.cast());
        let stop = HEADER_IMMUTABLE | if v.is_object() { HEADER_GC } else { 0 };
        if header & (HEADER_KIND | stop) == Kind::List as u32 {
            let kind = header >> 24;
            let fits = kind == ListKind::Any as u32
                || kind == ListKind::Int as u32 && v.is_int()
                || kind == ListKind::Double as u32 && v.is_double();
            let i = i.as_int_unchecked();
            if fits && (i as u64) < (*list).len as u64 {
                note(w, pc, 1 << kind);
                *(*list).elems.add(i as usize) = v;
                return Flow::Next(pc);
            }
        }
    }
    Flow::Slow
});
always_slow!(Slice NewList ListAppend NewMap MapPut NewObject);

// ---- calls ------------------------------------------------------------------------------------------

op!(Call(w, pc, base, k, cx) {
    let window = base.add(w.a());
    let callee = *window;
    if !callee.is_object() {
        return Flow::Slow;
    }
    let kind = header_word(object(callee)) & HEADER_KIND;
    if kind != Kind::Closure as u32 {
        return if kind == Kind::Native as u32 { Flow::Native } else { Flow::Slow };
    }
    let instance = (*object::<ClosureObject>(callee)).function.cast::<FunctionInstance>();
    let fp = (*cx).fp;
    let end = window.addr() + (*instance).registers as usize * size_of::<Value>();
    if (*instance).call_key as usize != w.c()
        || end >= (*(*cx).shared).limit.load(Ordering::Relaxed)
        || fp == (*cx).fp_limit
    {
        return Flow::Slow;
    }
    if w.x() == 0 {
        *window.add(1) = Value::NIL;
        *window.add(2) = Value::NIL;
    }
    let cache = pc.cast_mut();
    let target = instance.expose_provenance() as u64;
    if *cache == target {
        *cache.add(1) = (*cache.add(1)).wrapping_add(1);
    } else if *cache == 0 {
        *cache = target;
        *cache.add(1) = 1;
    } else {
        // The first target stays; the others are counted together in the upper half.
        *cache.add(1) = (*cache.add(1)).wrapping_add(1 << 32);
    }
    *fp = Frame { pc: pc.add(2), base, k, ret: w.b() as u64 };
    (*cx).fp = fp.add(1);
    Flow::Frame((*instance).code, window, (*instance).k)
});

#[inline(always)]
unsafe fn give_back(v: Value, cx: Cx) -> Flow {
    // SAFETY: a running function has a frame below it.
    unsafe {
        let fp = (*cx).fp.sub(1);
        let frame = *fp;
        if frame.ret >> 32 != ReturnKind::Register as u64 {
            return Flow::Slow;
        }
        (*cx).fp = fp;
        *frame.base.add(frame.ret as usize) = v;
        Flow::Frame(frame.pc, frame.base, frame.k)
    }
}
op!(Ret(w, pc, base, k, cx) { let _ = pc; give_back(get(base, w.a()), cx) });
op!(RetNil(w, pc, base, k, cx) { let _ = pc; give_back(Value::NIL, cx) });
always_slow!(Closure);

// ---- iteration --------------------------------------------------------------------------------------

op!(IterInit(w, pc, base, k, cx) {
    let v = get(base, w.b());
    if v.is_object() && header_word(object(v)) & HEADER_KIND == Kind::List as u32 {
        set(base, w.a(), v);
        set(base, w.a() + 1, Value::int(0));
        return Flow::Next(pc);
    }
    Flow::Slow
});
op!(IterNext(w, pc, base, k, cx) {
    let (o, i) = (get(base, w.a()), get(base, w.a() + 1));
    if o.is_object() && i.is_int() && !interrupted(base, cx) {
        let list = object::<List>(o);
        let header = header_word(list.cast());
        if header & HEADER_KIND == Kind::List as u32 {
            let i = i.as_int_unchecked();
            if (i as u64) < (*list).len as u64 {
                if header < RANGE_AUX {
                    set(base, w.b(), *(*list).elems.add(i as usize));
                } else if header >= INT_RANGE_AUX {
                    let (start, step) = ((*list).elems.addr() as i64, (*list).buffer.addr() as i64);
                    set(base, w.b(), Value::int(start + step * i));
                } else {
                    return Flow::Slow;
                }
                set(base, w.a() + 1, Value::int(i + 1));
                return jump(pc, w.offset24());
            }
            return Flow::Next(pc);
        }
    }
    Flow::Slow
});

// ---- the rest ---------------------------------------------------------------------------------------

always_slow!(Throw Yield Resume Special);
op!(Share(w, pc, base, k, cx) {
    let v = get(base, w.a());
    if v.is_object() {
        (*object::<Header>(v)).flags |= flags::SHARED;
    }
    Flow::Next(pc)
});
op!(Unshare(w, pc, base, k, cx) {
    let v = get(base, w.b());
    if v.is_object() && (*object::<Header>(v)).flags & flags::SHARED != 0 {
        return Flow::Slow;
    }
    set(base, w.a(), v);
    Flow::Next(pc)
});
