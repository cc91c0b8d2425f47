//! Conversions between doubles and the 48-bit integers of the box.

use crate::{DOUBLE_LIMIT, INT_TAG, Value};

/// Width of an inline integer.
pub const INT_BITS: u32 = 48;
/// Largest inline integer, 2^47 - 1.
pub const INT_MAX: i64 = (1 << (INT_BITS - 1)) - 1;
/// Smallest inline integer, -2^47.
pub const INT_MIN: i64 = -(1 << (INT_BITS - 1));

/// Whether `i` can be held inline.
#[inline(always)]
pub const fn fits_int(i: i64) -> bool {
    (i << (64 - INT_BITS)) >> (64 - INT_BITS) == i
}

impl Value {
    /// The number `d` for a language whose numbers are all doubles: an integral double within 48 bits is
    /// held as an integer, everything else (`-0.0` included) as a double. Two equal numbers of such a
    /// language may differ in representation, never in meaning.
    #[inline(always)]
    pub fn number(d: f64) -> Value {
        let i = d as i64;
        if i as f64 == d && fits_int(i) && (i != 0 || d.is_sign_positive()) {
            Value::int(i)
        } else {
            Value::double(d)
        }
    }

    /// A double that came from outside the engine; any NaN becomes the canonical one, so that its payload
    /// cannot be mistaken for a tag.
    #[inline]
    pub fn double_from_outside(d: f64) -> Value {
        if d.is_nan() { Value::double(f64::NAN) } else { Value::double(d) }
    }

    /// The numeric value, if this is an integer or a double.
    #[inline(always)]
    pub fn as_number(self) -> Option<f64> {
        if self.is_int() {
            Some(self.as_int_unchecked() as f64)
        } else if self.is_double() {
            Some(self.as_double_unchecked())
        } else {
            None
        }
    }

    /// Whether this is an integer or a double.
    #[inline(always)]
    pub const fn is_number(self) -> bool {
        self.bits() < DOUBLE_LIMIT || self.bits() >= INT_TAG
    }

    /// An index: the integer itself, or a double truncated toward zero (saturating).
    #[inline]
    pub fn as_index(self) -> Option<i64> {
        if self.is_int() {
            Some(self.as_int_unchecked())
        } else if self.is_double() {
            Some(self.as_double_unchecked() as i64)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integral_doubles_are_held_as_integers() {
        assert_eq!(Value::number(3.0), Value::int(3));
        assert_eq!(Value::number(INT_MAX as f64), Value::int(INT_MAX));
        assert_eq!(Value::number(INT_MIN as f64), Value::int(INT_MIN));
        assert!(Value::number(INT_MAX as f64 + 1.0).is_double());
        assert!(Value::number(0.5).is_double());
        assert!(Value::number(f64::NAN).is_double());
        assert!(Value::number(f64::INFINITY).is_double());
    }

    #[test]
    fn negative_zero_stays_a_double() {
        let z = Value::number(-0.0);
        assert!(z.is_double());
        assert!(z.as_double().unwrap().is_sign_negative());
        assert_eq!(Value::number(0.0), Value::int(0));
    }

    #[test]
    fn foreign_nans_do_not_look_like_tags() {
        let evil = f64::from_bits(0xFFFF_0000_0000_0001);
        let v = Value::double_from_outside(evil);
        assert!(v.is_double() && v.as_double().unwrap().is_nan());
    }

    #[test]
    fn indices_truncate() {
        assert_eq!(Value::double(1.9).as_index(), Some(1));
        assert_eq!(Value::double(-1.9).as_index(), Some(-1));
        assert_eq!(Value::double(f64::NAN).as_index(), Some(0));
        assert_eq!(Value::NIL.as_index(), None);
    }
}
