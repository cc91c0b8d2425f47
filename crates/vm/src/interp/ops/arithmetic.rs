//! Arithmetic: 48-bit integers in the upper bits of a register, doubles, both mixed.

use super::*;

/// The number in the upper 48 bits, where overflow of 64-bit arithmetic is overflow of 48.
#[inline(always)]
pub(crate) fn upper(v: Value) -> i64 {
    (v.bits() << 16) as i64
}

#[inline(always)]
pub(crate) fn from_upper(i: i64) -> Value {
    Value::from_bits((i as u64 >> 16) | INT_TAG)
}

#[inline(always)]
pub(crate) fn to_double(v: Value) -> f64 {
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
pub(crate) fn int_add(x: Value, y: Value) -> Option<Value> {
    upper(x).checked_add(upper(y)).map(from_upper)
}

#[inline(always)]
pub(crate) fn int_sub(x: Value, y: Value) -> Option<Value> {
    upper(x).checked_sub(upper(y)).map(from_upper)
}

#[inline(always)]
pub(crate) fn int_mul(x: Value, y: Value) -> Option<Value> {
    let p = upper(x).checked_mul(y.as_int_unchecked())?;
    // A zero with a negative factor is -0 where numbers are doubles.
    if p == 0 && (x.as_int_unchecked() | y.as_int_unchecked()) < 0 { None } else { Some(from_upper(p)) }
}

/// Quotient of two integers: an integer if it is one.
#[inline(always)]
pub(crate) fn int_div(x: Value, y: Value) -> Option<Value> {
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
pub(crate) fn int_div_rest(x: Value, y: Value, q: f64) -> Value {
    if x.as_int_unchecked() == 0 && y.as_int_unchecked() > 0 { Value::int(0) } else { Value::double(q) }
}

#[inline(always)]
pub(crate) fn int_mod(x: Value, y: Value) -> Option<Value> {
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
pub(crate) fn imm(i: i64) -> Value {
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
