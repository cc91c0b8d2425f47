//! Values: one 64-bit word per dynamic value.
//!
//! Takes and leaves nothing but bits: no heap, no `Drop`, no `unsafe`. A [`Value`] is a NaN box:
//!
//! ```text
//! word < 0xFFF9_0000_0000_0000   a double, stored raw (every NaN that arithmetic makes is below the limit)
//! 0xFFF9 | small code            nil, false, true, empty, exception
//! 0xFFFB | 48-bit address        an object of the heap
//! 0xFFFF | 48-bit two's complement integer
//! ```
//!
//! Integers carry the highest tag so that two operands are tested with one compare
//! (`x & y >= INT_TAG`), and so that shifting the tag out leaves the number in the upper 48 bits, where
//! the processor's own overflow flag is the 48-bit overflow test.

#![forbid(unsafe_code)]

mod number;
mod value;

pub use number::{INT_BITS, INT_MAX, INT_MIN, fits_int};
pub use value::{
    DOUBLE_LIMIT, EMPTY, EXCEPTION, FALSE, INT_TAG, NIL, PAYLOAD_MASK, PTR_TAG, SPECIAL_TAG, TRUE, Value,
};
