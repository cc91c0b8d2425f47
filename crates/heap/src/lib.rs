//! The heap of a context: object layouts, allocator, collector, and the operations on objects.
//!
//! | to read about | see |
//! |---|---|
//! | what objects look like | [`layout`] |
//! | allocation | `heap` (inline path, slow path), `space` (holes), `large`, `block` (lines and tables), `os` |
//! | collection | `collect` (the steps), `roots`, `stack`, `mark`, `trace` (edges per kind), `barrier` |
//! | limits, figures, when to collect | `account` |
//! | payloads of host objects | `finalize` |
//! | checks for tests | `verify`, `collector_tests` |
//!
//! The collector is mark-region, non-moving, generational by sticky mark bits, with conservative roots and
//! precise objects. Every heap is on its own: no state is shared between contexts. Three rules are asked of
//! everybody who handles objects:
//!
//! 1. Initialise an object completely before the next allocation.
//! 2. Call [`Heap::barrier`] with the owner when a reference is stored into an object or its storage.
//! 3. Hold references where roots are looked for: native frames (if [`RootSet::native_high`] is set),
//!    registers, or the lists of [`RootSet`]; never only in a `Vec` or another place on the Rust heap.

#![warn(clippy::undocumented_unsafe_blocks)]

pub mod layout;

mod account;
mod address;
mod barrier;
mod block;
mod collect;
mod error;
mod finalize;
mod frames;
mod heap;
mod large;
mod mark;
mod os;
mod roots;
mod space;
mod stack;
mod trace;
mod verify;

mod chars;
mod dict;
mod hash;
mod intern;
mod list;
mod list_edit;
mod map;
mod map_edit;
mod records;
mod refs;
mod rope;
mod shape;
mod string;
mod table;
mod typed;

#[cfg(test)]
mod list_tests;
#[cfg(test)]
mod map_tests;
#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod string_tests;
#[cfg(test)]
mod testing;

#[cfg(test)]
mod collector_tests;

pub use account::{HeapConfig, HeapStats};
pub use address::{at, header_of, value_of};
pub use error::HeapError;
pub use finalize::{HostTable, Payload};
pub use heap::{CharCache, Heap};
pub use roots::{RootSet, TraceFn, Tracer};
pub use stack::stack_address_here;

pub use dict::{Candidate, ProbeState};
pub use hash::{hash_combine, hash_int, hash_text, set_hash_seed};
pub use intern::Interner;
pub use list::MAX_LIST_LEN;
pub use map::{KeyOrigin, KeyPolicy, MAX_FIELDS, MAX_INLINE_SLOTS};
pub use refs::*;
pub use rope::concat_cost;
pub use shape::{MAX_KEYS, MAX_SHAPES, ShapeId, ShapeTable};
pub use string::{MAX_STR_BYTES, str_cmp, str_eq};
pub use table::{MAX_ENTRIES, hash_key, normalize_key, same_key};
pub use typed::{MAX_TYPED_LEN, TypedError};
