//! The box itself: tags, constructors, tests.

use std::fmt;

/// Words below this are doubles.
pub const DOUBLE_LIMIT: u64 = 0xFFF9_0000_0000_0000;
/// Tag of the special constants.
pub const SPECIAL_TAG: u64 = 0xFFF9_0000_0000_0000;
/// Tag of heap addresses.
pub const PTR_TAG: u64 = 0xFFFB_0000_0000_0000;
/// Tag of integers; the highest, so that one unsigned compare tests for it.
pub const INT_TAG: u64 = 0xFFFF_0000_0000_0000;
/// The bits under the tag.
pub const PAYLOAD_MASK: u64 = 0x0000_FFFF_FFFF_FFFF;
/// Bits of [`Value::NIL`].
pub const NIL: u64 = SPECIAL_TAG;
/// Bits of [`Value::FALSE`].
pub const FALSE: u64 = SPECIAL_TAG | 2;
/// Bits of [`Value::TRUE`].
pub const TRUE: u64 = SPECIAL_TAG | 3;
/// Bits of [`Value::EMPTY`].
pub const EMPTY: u64 = SPECIAL_TAG | 4;
/// Bits of [`Value::EXCEPTION`].
pub const EXCEPTION: u64 = SPECIAL_TAG | 5;

/// A dynamic value in 64 bits. Equality is identity of the bits: numbers of different representation and
/// strings of equal content are different words.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(u64);

impl Value {
    /// The absent value of every language (`null`, `None`, `nil`).
    pub const NIL: Value = Value(NIL);
    /// Boolean false.
    pub const FALSE: Value = Value(FALSE);
    /// Boolean true.
    pub const TRUE: Value = Value(TRUE);
    /// "Nothing here": an unassigned variable, a deleted entry. Never visible to a program.
    pub const EMPTY: Value = Value(EMPTY);
    /// "An exception is pending", as a result of compiled code. Never visible to a program.
    pub const EXCEPTION: Value = Value(EXCEPTION);

    /// A value from its bits.
    #[inline(always)]
    pub const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }

    /// The bits.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// An integer. `i` must fit in 48 bits; see [`crate::fits_int`].
    #[inline(always)]
    pub const fn int(i: i64) -> Value {
        debug_assert!(crate::fits_int(i), "integer does not fit in 48 bits");
        Value(INT_TAG | (i as u64 & PAYLOAD_MASK))
    }

    /// A double computed by the engine. NaNs that come from elsewhere go through
    /// [`Value::double_from_outside`].
    #[inline(always)]
    pub const fn double(d: f64) -> Value {
        debug_assert!(d.to_bits() < DOUBLE_LIMIT, "a NaN with a foreign payload");
        Value(d.to_bits())
    }

    /// A boolean.
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        Value(FALSE | b as u64)
    }

    /// A heap object at `address` (the heap makes these).
    #[inline(always)]
    pub const fn from_address(address: usize) -> Value {
        debug_assert!(address as u64 & !PAYLOAD_MASK == 0, "address needs more than 48 bits");
        Value(PTR_TAG | address as u64)
    }

    /// Whether this is an inline integer.
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 >= INT_TAG
    }

    /// Whether both are inline integers: one test.
    #[inline(always)]
    pub const fn both_int(self, other: Value) -> bool {
        self.0 & other.0 >= INT_TAG
    }

    /// Whether this is a double.
    #[inline(always)]
    pub const fn is_double(self) -> bool {
        self.0 < DOUBLE_LIMIT
    }

    /// Whether this is a heap object.
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.0 & !PAYLOAD_MASK == PTR_TAG
    }

    /// Whether this is nil.
    #[inline(always)]
    pub const fn is_nil(self) -> bool {
        self.0 == NIL
    }

    /// Whether this is the empty mark.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == EMPTY
    }

    /// Whether this is a boolean.
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        self.0 | 1 == TRUE
    }

    /// The integer, if it is one.
    #[inline(always)]
    pub const fn as_int(self) -> Option<i64> {
        if self.is_int() { Some(self.as_int_unchecked()) } else { None }
    }

    /// The double, if it is one.
    #[inline(always)]
    pub const fn as_double(self) -> Option<f64> {
        if self.is_double() { Some(f64::from_bits(self.0)) } else { None }
    }

    /// The boolean, if it is one.
    #[inline(always)]
    pub const fn as_bool(self) -> Option<bool> {
        if self.is_bool() { Some(self.0 == TRUE) } else { None }
    }

    /// The address, if it is an object.
    #[inline(always)]
    pub const fn as_address(self) -> Option<usize> {
        if self.is_object() { Some((self.0 & PAYLOAD_MASK) as usize) } else { None }
    }

    /// The payload read as an integer, whatever the tag.
    #[inline(always)]
    pub const fn as_int_unchecked(self) -> i64 {
        (self.0 << 16) as i64 >> 16
    }

    /// The bits read as a double, whatever the tag.
    #[inline(always)]
    pub const fn as_double_unchecked(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// The payload read as an address, whatever the tag.
    #[inline(always)]
    pub const fn address_unchecked(self) -> usize {
        (self.0 & PAYLOAD_MASK) as usize
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_int() {
            write!(f, "{}", self.as_int_unchecked())
        } else if self.is_double() {
            write!(f, "{:?}f", self.as_double_unchecked())
        } else if self.is_object() {
            write!(f, "@{:x}", self.address_unchecked())
        } else {
            match self.0 {
                NIL => f.write_str("nil"),
                FALSE => f.write_str("false"),
                TRUE => f.write_str("true"),
                EMPTY => f.write_str("empty"),
                EXCEPTION => f.write_str("exception"),
                other => write!(f, "?{other:x}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{INT_MAX, INT_MIN};

    #[test]
    fn integers_round_trip() {
        for i in [0, 1, -1, 42, INT_MAX, INT_MIN, INT_MAX - 1] {
            let v = Value::int(i);
            assert!(v.is_int() && !v.is_double() && !v.is_object());
            assert_eq!(v.as_int(), Some(i));
        }
    }

    #[test]
    fn doubles_round_trip() {
        for d in [0.0, -0.0, 1.5, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY] {
            let v = Value::double(d);
            assert!(v.is_double() && !v.is_int());
            assert_eq!(v.as_double().unwrap().to_bits(), d.to_bits());
        }
        let indefinite = f64::from_bits(0xFFF8_0000_0000_0000);
        assert!(Value::double(indefinite).is_double(), "the NaN that x86 arithmetic makes is a double");
    }

    #[test]
    fn one_test_for_two_integers() {
        let (i, d, p) = (Value::int(-5), Value::double(1.0), Value::from_address(0x1000));
        assert!(i.both_int(Value::int(7)));
        for other in [d, p, Value::NIL, Value::TRUE, Value::EMPTY] {
            assert!(!i.both_int(other) && !other.both_int(i) && !other.both_int(other));
        }
    }

    #[test]
    fn specials_are_distinct() {
        let all = [Value::NIL, Value::FALSE, Value::TRUE, Value::EMPTY, Value::EXCEPTION];
        for (i, a) in all.iter().enumerate() {
            assert!(!a.is_double() && !a.is_int() && !a.is_object());
            for b in &all[i + 1..] {
                assert_ne!(a, b);
            }
        }
        assert_eq!(Value::bool(true), Value::TRUE);
        assert!(Value::FALSE.is_bool() && !Value::NIL.is_bool() && !Value::EMPTY.is_bool());
    }
}
