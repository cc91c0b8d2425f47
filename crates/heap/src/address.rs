//! Addresses and pointers: the one place where integers become pointers.
//!
//! Values, slots and side tables hold plain addresses. All memory of the heap has its provenance exposed
//! when it is taken from the system, so turning such an address back is defined (and checked by Miri).

use crate::layout::Header;
use quadriga_value::Value;

/// A pointer to the `T` at `address`, an address inside memory of the heap.
#[inline(always)]
pub fn at<T>(address: usize) -> *mut T {
    std::ptr::with_exposed_provenance_mut(address)
}

/// The header of the object that `value` refers to, if it refers to one.
#[inline(always)]
pub fn header_of(value: Value) -> Option<*mut Header> {
    if value.is_object() { Some(at(value.address_unchecked())) } else { None }
}

/// The value that refers to `object`.
#[inline(always)]
pub fn value_of<T>(object: *const T) -> Value {
    Value::from_address(object.expose_provenance())
}
