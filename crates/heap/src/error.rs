//! Why an allocation fails.

use std::fmt;

/// An allocation that cannot be done. The heap stays usable: nothing was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeapError {
    /// Even after a full collection the request does not fit below the limit, or the system has no memory.
    OutOfMemory {
        /// Bytes asked for.
        wanted: usize,
        /// The limit in force (`usize::MAX` if the system itself refused).
        limit: usize,
    },
    /// The object would be longer than any object may be.
    TooLarge {
        /// What was being made ("string", "list").
        what: &'static str,
        /// The largest length allowed, in the units of `what`.
        max: usize,
    },
}

impl fmt::Display for HeapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            HeapError::OutOfMemory { wanted, limit: usize::MAX } => {
                write!(f, "out of memory: the system refused {wanted} bytes")
            }
            HeapError::OutOfMemory { wanted, limit } => {
                write!(f, "out of memory: {wanted} bytes more exceed the limit of {limit} bytes")
            }
            HeapError::TooLarge { what, max } => write!(f, "{what} too large: the maximum length is {max}"),
        }
    }
}

impl std::error::Error for HeapError {}
