//! Comparisons, to a value and with a branch; jumps and the back edge of loops.

use super::*;

/// Compares numbers; `None` for anything else.
#[inline(always)]
pub(crate) fn compare(
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
pub(crate) unsafe fn equal(x: Value, y: Value) -> Option<bool> {
    if let Some(r) = compare(x, y, |a, b| a == b, |a, b| a == b) {
        return Some(r);
    }
    // SAFETY: objects have headers.
    unsafe { equal_objects(x, y) }
}

#[inline(always)]
pub(crate) unsafe fn equal_objects(x: Value, y: Value) -> Option<bool> {
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
pub(crate) fn truth(x: Value) -> Option<bool> {
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
pub(crate) fn certain(x: Value) -> Option<bool> {
    match truth(x) {
        Some(true) if x.is_double() => {
            // NaN is neither.
            let d = x.as_double_unchecked().abs();
            if d >= 1.0 { Some(true) } else { None }
        }
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
