//! Native functions: Rust code that scripts call.

use crate::context::Context;
use crate::error::Result;
use quadriga_value::Value;
use std::sync::Arc;

/// Code of a native function.
pub type NativeFn = dyn Fn(&mut Context, Args) -> Result<Value> + Send + Sync;

/// A native function as a context knows it.
#[derive(Clone)]
pub struct NativeInfo {
    /// Name for people.
    pub name: Arc<str>,
    /// Parameters by name, with defaults (nil, booleans, numbers; others through [`Args::given`]).
    pub params: Arc<[(Box<str>, Value)]>,
    /// Whether a receiver becomes the first argument when it is called as a method.
    pub method: bool,
    /// Whether any number of arguments is fine.
    pub variadic: bool,
    /// The code.
    pub code: Arc<NativeFn>,
}

/// Arguments of a native call. They stand in registers of the context and are valid during the call.
#[derive(Clone, Copy)]
pub struct Args {
    first: *const Value,
    count: u32,
    shifted: bool,
    this: Value,
    data: Value,
}

impl Args {
    /// # Safety
    /// `first..first+count` are registers of the context, and stay what they are during the call.
    pub(crate) unsafe fn new(
        first: *const Value,
        count: usize,
        this: Value,
        data: Value,
        shifted: bool,
    ) -> Args {
        Args { first, count: count as u32, shifted, this, data }
    }

    /// Number of arguments given, the receiver of a method included.
    #[inline]
    pub fn len(&self) -> usize {
        self.count as usize + self.shifted as usize
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Argument `i`, if it was given.
    #[inline]
    pub fn given(&self, i: usize) -> Option<Value> {
        let i = if self.shifted {
            match i.checked_sub(1) {
                Some(i) => i,
                None => return Some(self.this),
            }
        } else {
            i
        };
        if i < self.count as usize {
            // SAFETY: `i` is within the registers that `new` was promised.
            Some(unsafe { *self.first.add(i) })
        } else {
            None
        }
    }

    /// Argument `i`, nil if it was not given.
    #[inline]
    pub fn get(&self, i: usize) -> Value {
        self.given(i).unwrap_or(Value::NIL)
    }

    /// The receiver, nil if it is a plain call.
    #[inline]
    pub fn this(&self) -> Value {
        self.this
    }

    /// The value bound to the function when it was made.
    #[inline]
    pub fn data(&self) -> Value {
        self.data
    }
}
