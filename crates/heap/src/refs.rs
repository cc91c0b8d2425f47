//! Typed references: an address of which the kind is known.
//!
//! A reference is a `Copy` pointer that was checked once, when it was made from a [`Value`]. It keeps
//! nothing alive by itself. It may be used as long as its object is reachable: from the roots of the heap,
//! or simply by standing in a local variable of a running Rust function, which the collector sees when it
//! scans the native stack. It must not be kept in Rust heap memory (`Vec`, `Box`, a table) across an
//! allocation; a handle or a root of the heap is for that. Checking costs one compare of the tag and one of
//! the kind byte; everything else is a plain memory access.
//!
//! Reading methods stand on the references, everything that allocates or stores on [`crate::Heap`].

use crate::address::{at, value_of};
use crate::layout::{
    BoxCell, BoxedInt, Closure, Generator, Header, Host, Kind, List, Map, Native, Record, Str, Typed, Weak,
    flags,
};
use quadriga_value::Value;
use std::fmt;
use std::ptr::NonNull;

/// Flags that the layers above may set. The others state facts on which the heap relies.
pub const FREE_FLAGS: u8 = flags::IMMUTABLE | flags::SHARED | flags::KEEP_SHAPE | flags::PROTO;

macro_rules! reference {
    ($(#[$doc:meta])* $name:ident, $layout:ident, $kind:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(transparent)]
        pub struct $name(pub(crate) NonNull<$layout>);

        impl $name {
            /// The object at `ptr`.
            ///
            /// # Safety
            /// `ptr` is a live, initialised object of this kind.
            #[inline(always)]
            pub unsafe fn from_ptr(ptr: *mut $layout) -> $name {
                debug_assert!(!ptr.is_null());
                // SAFETY: the caller's promise.
                let object = unsafe { $name(NonNull::new_unchecked(ptr)) };
                debug_assert_eq!(object.fields().header.kind, Kind::$kind);
                object
            }

            /// The object that `value` refers to, without looking.
            ///
            /// # Safety
            /// `value` refers to an object of this kind.
            #[inline(always)]
            pub unsafe fn from_value_unchecked(value: Value) -> $name {
                // SAFETY: the caller's promise.
                unsafe { $name::from_ptr(at(value.address_unchecked())) }
            }

            /// The object that `value` refers to, if it is of this kind.
            #[inline(always)]
            pub fn from_value(value: Value) -> Option<$name> {
                if value.kind()? == Kind::$kind {
                    // SAFETY: the kind was tested.
                    Some(unsafe { $name::from_value_unchecked(value) })
                } else {
                    None
                }
            }

            /// The value that refers to this object.
            #[inline(always)]
            pub fn value(self) -> Value {
                value_of(self.0.as_ptr())
            }

            /// The address: the identity of the object.
            #[inline(always)]
            pub fn address(self) -> usize {
                self.0.as_ptr().expose_provenance()
            }

            /// The object.
            #[inline(always)]
            pub fn ptr(self) -> *mut $layout {
                self.0.as_ptr()
            }

            /// Its header.
            #[inline(always)]
            pub fn header(self) -> *mut Header {
                self.0.as_ptr().cast()
            }

            /// Its flags.
            #[inline(always)]
            pub fn flags(self) -> u8 {
                self.fields().header.flags
            }

            /// Whether one of the bits of `mask` is set.
            #[inline(always)]
            pub fn has_flag(self, mask: u8) -> bool {
                self.flags() & mask != 0
            }

            /// Sets the bits of `mask`, as far as they are for the callers of the heap to set
            /// ([`FREE_FLAGS`]).
            #[inline(always)]
            pub fn set_flag(self, mask: u8) {
                debug_assert!(mask & !FREE_FLAGS == 0, "this flag belongs to the heap");
                self.set_heap_flag(mask & FREE_FLAGS);
            }

            #[inline(always)]
            pub(crate) fn set_heap_flag(self, mask: u8) {
                // SAFETY: a reference leads to a live object (module rule); no borrow of it is held.
                unsafe { (*self.header()).flags |= mask }
            }

            /// Clears the bits of `mask`, as far as they are in [`FREE_FLAGS`]; `PROTO` stays.
            #[inline(always)]
            pub fn clear_flag(self, mask: u8) {
                // SAFETY: a reference leads to a live object (module rule); no borrow of it is held.
                unsafe { (*self.header()).flags &= !(mask & FREE_FLAGS & !flags::PROTO) }
            }

            /// Whether stores into it are errors.
            #[inline(always)]
            pub fn is_immutable(self) -> bool {
                self.has_flag(flags::IMMUTABLE)
            }

            /// The fixed fields, to read one and forget the borrow.
            #[inline(always)]
            pub(crate) fn fields(&self) -> &$layout {
                // SAFETY: a reference leads to a live object of its kind (module rule).
                unsafe { self.0.as_ref() }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:x})"), self.address())
            }
        }
    };
}

reference!(
    /// A string. Equality of references is identity; see [`crate::str_eq`] for equality of text.
    StrRef, Str, Str
);
reference!(
    /// A list.
    ListRef, List, List
);
reference!(
    /// A map.
    MapRef, Map, Map
);
reference!(
    /// A function with its captured values.
    ClosureRef, Closure, Closure
);
reference!(
    /// A function written in Rust.
    NativeRef, Native, Native
);
reference!(
    /// A shared variable.
    BoxRef, BoxCell, Box
);
reference!(
    /// A 64-bit integer that does not fit inline.
    BoxedIntRef, BoxedInt, BoxedInt
);
reference!(
    /// Values under a tag.
    RecordRef, Record, Record
);
reference!(
    /// A Rust value.
    HostRef, Host, Host
);
reference!(
    /// A weak reference.
    WeakRef, Weak, Weak
);
reference!(
    /// Packed numbers.
    TypedRef, Typed, Typed
);
reference!(
    /// A suspended frame.
    GeneratorRef, Generator, Generator
);

/// Questions about the object behind a [`Value`].
///
/// They read the header that the value points to: a value with an object tag always comes from a heap and
/// refers to a live object.
pub trait ValueExt: Copy {
    /// The kind, if this is an object.
    fn kind(self) -> Option<Kind>;
    /// The header, if this is an object.
    fn object_header(self) -> Option<*mut Header>;
    /// The string, if it is one.
    fn as_str(self) -> Option<StrRef>;
    /// The list, if it is one.
    fn as_list(self) -> Option<ListRef>;
    /// The map, if it is one.
    fn as_map(self) -> Option<MapRef>;
    /// The closure, if it is one.
    fn as_closure(self) -> Option<ClosureRef>;
    /// The native function, if it is one.
    fn as_native(self) -> Option<NativeRef>;
    /// The shared variable, if it is one.
    fn as_box(self) -> Option<BoxRef>;
    /// The boxed integer, if it is one.
    fn as_boxed_int(self) -> Option<BoxedIntRef>;
    /// The record, if it is one.
    fn as_record(self) -> Option<RecordRef>;
    /// The host object, if it is one.
    fn as_host(self) -> Option<HostRef>;
    /// The weak reference, if it is one.
    fn as_weak(self) -> Option<WeakRef>;
    /// The typed buffer, if it is one.
    fn as_typed(self) -> Option<TypedRef>;
    /// The generator, if it is one.
    fn as_generator(self) -> Option<GeneratorRef>;
    /// The integer, inline or boxed.
    fn as_i64(self) -> Option<i64>;
}

macro_rules! checked {
    ($($method:ident $name:ident),*) => {
        $(
            #[inline(always)]
            fn $method(self) -> Option<$name> {
                $name::from_value(self)
            }
        )*
    };
}

impl ValueExt for Value {
    #[inline(always)]
    fn kind(self) -> Option<Kind> {
        // SAFETY: a value with an object tag refers to a live object.
        self.object_header().map(|header| unsafe { (*header).kind })
    }

    #[inline(always)]
    fn object_header(self) -> Option<*mut Header> {
        if self.is_object() { Some(at(self.address_unchecked())) } else { None }
    }

    checked!(
        as_str StrRef, as_list ListRef, as_map MapRef, as_closure ClosureRef, as_native NativeRef,
        as_box BoxRef, as_boxed_int BoxedIntRef, as_record RecordRef, as_host HostRef, as_weak WeakRef,
        as_typed TypedRef, as_generator GeneratorRef
    );

    #[inline]
    fn as_i64(self) -> Option<i64> {
        match self.as_int() {
            Some(i) => Some(i),
            None => self.as_boxed_int().map(BoxedIntRef::get),
        }
    }
}
