//! Numbers: rounding, powers and logarithms, angles, bits, randomness.

use super::{Def, defs};
use crate::rng::Rng;
use crate::runtime::convert::{self, accept};
use crate::runtime::{Lang, errors};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "abs"(x = 0) => |cx, lang, args| one(cx, lang, args, f64::abs);
    "acos"(x = 0) => |cx, lang, args| one(cx, lang, args, f64::acos);
    "asin"(x = 0) => |cx, lang, args| one(cx, lang, args, f64::asin);
    "atan"(y = 0, x = 1) => atan;
    "ceil"(x = 0) => |cx, lang, args| one(cx, lang, args, f64::ceil);
    "cos"(radians = 0) => |cx, lang, args| one(cx, lang, args, f64::cos);
    "floor"(x = 0) => floor;
    "log"(x = 0, base = 10) => log;
    "pi"() => |_, _, _| Ok(Value::double(std::f64::consts::PI));
    "round"(x = 0, decimalPlaces = 0) => round;
    "sign"(x = 0) => |cx, lang, args| one(cx, lang, args, sign);
    "sin"(radians = 0) => |cx, lang, args| one(cx, lang, args, f64::sin);
    "sqrt"(x = 0) => |cx, lang, args| one(cx, lang, args, f64::sqrt);
    "tan"(radians = 0) => |cx, lang, args| one(cx, lang, args, f64::tan);
    "bitAnd"(i = 0, j = 0) => |cx, lang, args| bits(cx, lang, args, |a, b| a & b);
    "bitOr"(i = 0, j = 0) => |cx, lang, args| bits(cx, lang, args, |a, b| a | b);
    "bitXor"(i = 0, j = 0) => |cx, lang, args| bits(cx, lang, args, |a, b| a ^ b);
    "rnd"(seed) => rnd;
};

/// A number that the standard library computed, whose NaN may have any bits.
fn computed(n: f64) -> Value {
    if n.is_nan() { Value::double(f64::NAN) } else { Value::number(n) }
}

/// A function of one number.
#[inline]
fn one(cx: &mut Context, lang: Lang, args: Args, f: fn(f64) -> f64) -> Result<Value> {
    let x = args.given(0).unwrap_or(Value::int(0));
    let x = accept!(convert::number(cx, lang, x));
    Ok(computed(f(x)))
}

fn floor(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let x = args.given(0).unwrap_or(Value::int(0));
    if x.is_int() {
        return Ok(x);
    }
    let x = accept!(convert::number(cx, lang, x));
    Ok(computed(x.floor()))
}

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// Two numbers with the defaults of their parameters.
fn two(cx: &mut Context, lang: Lang, args: Args, defaults: [i64; 2]) -> Result<convert::Arg<[f64; 2]>> {
    let mut numbers = [0.0; 2];
    for (i, n) in numbers.iter_mut().enumerate() {
        let v = args.given(i).unwrap_or(Value::int(defaults[i]));
        match convert::number(cx, lang, v)? {
            Ok(x) => *n = x,
            Err(answer) => return Ok(Err(answer)),
        }
    }
    Ok(Ok(numbers))
}

fn atan(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let [y, x] = accept!(two(cx, lang, args, [0, 1]));
    Ok(computed(if x == 1.0 { y.atan() } else { y.atan2(x) }))
}

/// A base this close to e is meant as it.
#[allow(clippy::approx_constant, reason = "the language rounds it so")]
const ROUNDED_E: f64 = 2.718_282;

fn log(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let [x, base] = accept!(two(cx, lang, args, [0, 10]));
    let natural = (base - ROUNDED_E).abs() < 1e-6;
    Ok(computed(if natural { x.ln() } else { x.ln() / base.ln() }))
}

fn round(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let [x, places] = accept!(two(cx, lang, args, [0, 0]));
    Ok(computed(rounded(x, places as i32)))
}

/// Halves are rounded away from zero.
fn rounded(x: f64, places: i32) -> f64 {
    if places == 0 {
        return x.round();
    }
    let scale = 10_f64.powi(places.abs().min(if places > 0 { 15 } else { 308 }));
    let shifted = if places > 0 { x * scale } else { x / scale };
    if !shifted.is_finite() {
        return x;
    }
    if places > 0 { shifted.round() / scale } else { shifted.round() * scale }
}

/// Magnitudes as 64 bits, and the signs, each combined by the same operator.
fn bits(cx: &mut Context, lang: Lang, args: Args, op: fn(u64, u64) -> u64) -> Result<Value> {
    // Two whole numbers without a sign, which is what programs have, need no conversion.
    if let (Some(a), Some(b)) = (args.get(0).as_int(), args.get(1).as_int())
        && (a | b) >= 0
    {
        return Ok(Value::int(op(a as u64, b as u64) as i64));
    }
    let [a, b] = accept!(two(cx, lang, args, [0, 0]));
    let magnitude = op(a.abs() as u64, b.abs() as u64) as f64;
    let negative = op(u64::from(a < 0.0), u64::from(b < 0.0)) != 0;
    Ok(Value::number(if negative { -magnitude } else { magnitude }))
}

fn rnd(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let seed = args.get(0);
    if let Some(e) = errors::as_error(seed) {
        return Err(errors::uncaught(e));
    }
    if !seed.is_nil() {
        let seed = accept!(convert::number(cx, lang, seed));
        if let Some(state) = lang.state(cx) {
            state.rng = Rng::from_seed(seed);
        }
    }
    Ok(Value::number(random(cx, lang)))
}

/// The next random number, 0 <= x < 1.
pub(super) fn random(cx: &mut Context, lang: Lang) -> f64 {
    lang.state(cx).map_or(0.0, |state| state.rng.next_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_away_from_zero_and_by_decimal_places() {
        assert_eq!(rounded(2.5, 0), 3.0);
        assert_eq!(rounded(-2.5, 0), -3.0);
        assert_eq!(rounded(12345.0, -3), 12000.0);
        assert_eq!(rounded(1.2345, 2), 1.23);
        assert_eq!(rounded(42.0 - 1e-12, 5), 42.0);
        assert_eq!(rounded(1e300, 15), 1e300);
        assert_eq!(rounded(0.1, 99), 0.1);
        assert!(rounded(f64::NAN, 2).is_nan());
    }

    #[test]
    fn signs() {
        assert_eq!([sign(-42.6), sign(42.0), sign(0.0)], [-1.0, 1.0, 0.0]);
    }
}
