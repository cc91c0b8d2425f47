//! Codes of the operations that MiniScript adds to the machine (`special x a b c`: a = operation x on b and c).
//!
//! The lowering emits them, the dialect performs them; this file is their contract. Operations on one value
//! get it in both operands. None of them ever sees a function that was read by name (the lowering invokes
//! those first), and none has an alternate.
//!
//! # Alternates
//!
//! Where a local variable stands directly as an operand of an instruction, the instruction has an *alternate*:
//! the same computation again, from its first operand on, in steps that invoke functions and search outer
//! scopes. The dialect answers `Outcome::Alternate` if [`Context::has_alternate`] holds and an operand of an
//! arithmetic operation, a comparison, a branch, an element or a field access is a function or unassigned
//! (`EMPTY`). The values that are stored in fields and elements are final and do not count.
//!
//! `m["key"]` is lowered to `getfield`, `m.key` to `getfieldx` or `getmethod`.
//!
//! [`Context::has_alternate`]: quadriga_vm::Context::has_alternate

/// The value b of an expression statement is dropped: an error value raises `Uncaught message`. Leaves null.
pub const DISCARD: u8 = 1;
/// `b isa c`, 1 or 0.
pub const ISA: u8 = 2;
/// What `b and ...` knows from its left operand: the result, or `EMPTY` if the right operand is needed.
pub const AND_LEFT: u8 = 3;
/// `b and c`, fuzzy.
pub const AND: u8 = 4;
/// What `b or ...` knows from its left operand: the result, or `EMPTY` if the right operand is needed.
pub const OR_LEFT: u8 = 5;
/// `b or c`, fuzzy.
pub const OR: u8 = 6;
/// Raises `Undefined Local Identifier: 'b' is not yet assigned in this scope`; b is the name, a string.
pub const UNASSIGNED_LOCAL: u8 = 7;
/// The map of the global variables.
pub const GLOBALS: u8 = 8;
/// Before `@b.c` and `@b[c]` are read: `Cannot take reference into an error value` if b is one. Leaves null.
pub const REFERENCE: u8 = 9;
/// What `import` binds: the value b, or `EMPTY` if b is an error value (then nothing is bound).
pub const IMPORTED: u8 = 10;
/// The value b of an expression statement at the prompt: prints it unless it is null, and remembers it as `_`.
/// It follows a `DISCARD` of the same value. Leaves null.
pub const SHOW: u8 = 11;
