//! Object layouts: what compiled code, interpreter and collector agree on.
//!
//! Every object starts with a [`Header`] and is a multiple of [`GRANULE`] bytes long. Objects never move,
//! so an address is an identity. All structs are `repr(C)`; the byte offsets that generated code uses come
//! from `offset_of!` on them and nowhere else.

use quadriga_value::Value;

/// Objects start at multiples of this many bytes.
pub const GRANULE: usize = 16;

/// What an object is; the low byte of its header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Never a live object: what poisoned memory reads as.
    Free = 0,
    /// Text: flat, slice or rope ([`StrKind`] in `aux`).
    Str = 1,
    /// Growable sequence ([`ListKind`] in `aux`).
    List = 2,
    /// Ordered map; with a shape, an object with fields.
    Map = 3,
    /// Function with captured values.
    Closure = 4,
    /// Function written in Rust.
    Native = 5,
    /// A variable that closures share.
    Box = 6,
    /// A 64-bit integer that does not fit inline.
    BoxedInt = 7,
    /// Fixed number of values under a tag that the language defines (errors, iterators, bound methods).
    Record = 8,
    /// A Rust value, dropped when the object dies.
    Host = 9,
    /// Reference that does not keep its target alive.
    Weak = 10,
    /// Packed numbers with a validity bitmap.
    Typed = 11,
    /// Suspended frame.
    Generator = 12,
    /// Storage: an array of values (of a list, of fields).
    Values = 13,
    /// Storage: bytes.
    Bytes = 14,
    /// Storage: entries and index of a map.
    Table = 15,
}

/// Header flags. A set bit that a fast path must notice is noticed by one masked compare of the first
/// header word.
pub mod flags {
    /// Stores into the object are errors.
    pub const IMMUTABLE: u8 = 1;
    /// More than one owner: a language with value semantics copies before it writes.
    pub const SHARED: u8 = 2;
    /// The map is a prototype or class of others: changes of its shape end assumptions.
    pub const PROTO: u8 = 4;
    /// Text of ASCII only: a character is a byte.
    pub const ASCII: u8 = 8;
    /// The one instance of this text in the interner: equality is identity.
    pub const INTERNED: u8 = 16;
    /// The values of a map are boxes that variables of compiled code name directly (name spaces).
    pub const CELLS: u8 = 32;
    /// The map never leaves shaped mode for its size (scopes).
    pub const KEEP_SHAPE: u8 = 64;
}

/// Bits of [`Header::gc`].
pub mod gc_bits {
    /// The object is old and not in the remembered set: a store into it takes the barrier's slow path.
    pub const OLD_UNLOGGED: u8 = 1;
    /// The object lives in the large-object space.
    pub const LARGE: u8 = 2;
    /// Large objects only: alive (all others have their mark in a side bitmap).
    pub const MARKED: u8 = 4;
}

/// First word of every object.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// Collector state, see [`gc_bits`].
    pub gc: u8,
    /// See [`flags`].
    pub flags: u8,
    /// Kind-specific byte.
    pub aux: u8,
    /// Size of the object in granules of 16 bytes.
    pub granules: u32,
}

/// `aux` of a string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum StrKind {
    /// Bytes follow the fixed part.
    Flat = 0,
    /// `Str::a` is a flat string or a buffer, `Str::b` the byte offset in it.
    Slice = 1,
    /// `Str::a` and `Str::b` are addresses of the two halves; turned into a slice of a flat string when
    /// somebody reads the bytes.
    Rope = 2,
    /// Like `Flat`, with free room behind the text into which appending writes. Never a value itself: only
    /// slices refer to it, so that its growth changes nobody's text.
    Buffer = 3,
}

/// A string. Immutable; the text is UTF-8.
#[repr(C)]
pub struct Str {
    /// Header; `aux` is a [`StrKind`].
    pub header: Header,
    /// Hash of the bytes, 0 while unknown (a computed 0 is stored as 1).
    pub hash: u32,
    /// Length in bytes.
    pub bytes: u32,
    /// Length in characters (code points).
    pub chars: u32,
    /// Depth of the rope, 0 for flat strings and slices.
    pub depth: u32,
    /// First byte (flat), or address of parent or left half.
    pub a: usize,
    /// Offset (slice) or address of right half (rope); flat text runs over it.
    pub b: usize,
}

/// Bytes of a flat string before its text.
pub const STR_TEXT: usize = std::mem::offset_of!(Str, a);

/// `aux` of a list: what every element is. The representation is the same for all but the ranges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ListKind {
    /// Anything.
    Any = 0,
    /// Inline integers only.
    Int = 1,
    /// Doubles only.
    Double = 2,
    /// No element yet: the first one decides.
    Fresh = 3,
    /// Arithmetic progression that has no storage: `elems` holds the bits of the first number, `buffer`
    /// those of the step, both doubles.
    Range = 4,
    /// The same of integers: `elems` and `buffer` hold first number and step as integers, and every element
    /// is an inline integer.
    IntRange = 5,
}

/// A list.
#[repr(C)]
pub struct List {
    /// Header; `aux` is a [`ListKind`].
    pub header: Header,
    /// Number of elements.
    pub len: u32,
    /// Elements that fit from `elems` on.
    pub cap: u32,
    /// First element; inside `buffer`, not always at its start (taking from the front moves it).
    pub elems: *mut Value,
    /// The storage object ([`Values`]), null if none.
    pub buffer: *mut Values,
}

/// Storage for values.
#[repr(C)]
pub struct Values {
    /// Header.
    pub header: Header,
    /// Number of initialised values from the start on (the collector scans these); all of them, unused
    /// ones being `EMPTY`, so that appending to a list does not write here. 0 once the owner has left it.
    pub len: u32,
    /// Capacity.
    pub cap: u32,
}

/// Storage for bytes.
#[repr(C)]
pub struct Bytes {
    /// Header.
    pub header: Header,
    /// Length.
    pub len: u32,
    /// Unused.
    pub pad: u32,
}

/// A map. With `shape != 0`, its keys are those of the shape and the values stand in `slots`; with
/// `shape == 0` it is a dictionary and `table` holds everything.
#[repr(C)]
pub struct Map {
    /// Header; `aux` is the key policy (see `KeyPolicy`).
    pub header: Header,
    /// Shape, 0 for dictionaries.
    pub shape: u32,
    /// Number of entries.
    pub count: u32,
    /// Shaped: first slot, either right behind this struct or in a [`Values`] object. Dictionary: address of
    /// the prototype (a [`Map`]), null if none.
    pub slots: *mut Value,
    /// Shaped: number of slots at `slots`. Dictionary: address of the [`Table`], 0 if empty.
    pub cap_or_table: usize,
}

/// Entries of a dictionary, in order of insertion, with an index behind them.
#[repr(C)]
pub struct Table {
    /// Header.
    pub header: Header,
    /// Entries in use, deleted ones included.
    pub used: u32,
    /// Entries that fit.
    pub cap: u32,
    /// Size of the index minus one; the index (u32 each, 0 = free, n = entry n-1) follows the entries.
    pub mask: u32,
    /// First entry that may be live (taking from the front moves it).
    pub first: u32,
    /// Differs for every table ever made in a heap: a probe that was interrupted by user code sees from it
    /// whether the entries are still where they were.
    pub stamp: u64,
}

/// One entry of a [`Table`]. A deleted entry has an empty key.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Entry {
    /// Key, `EMPTY` if deleted.
    pub key: Value,
    /// Value.
    pub value: Value,
    /// Hash of the key.
    pub hash: u64,
}

/// A function with its captured values behind it.
#[repr(C)]
pub struct Closure {
    /// Header.
    pub header: Header,
    /// The function as the context knows it (a `FunctionInstance` of the vm, which outlives the closure).
    pub function: *const (),
    /// Number of captured values.
    pub captures: u32,
    /// Unit the function belongs to, as the context numbers it.
    pub unit: u32,
    // captured values follow
}

/// A function in Rust.
#[repr(C)]
pub struct Native {
    /// Header.
    pub header: Header,
    /// Index in the context's table of native functions.
    pub index: u32,
    /// Unused.
    pub pad: u32,
    /// Value bound at creation.
    pub data: Value,
    /// Name for printing (a string).
    pub name: Value,
}

/// A shared variable.
#[repr(C)]
pub struct BoxCell {
    /// Header.
    pub header: Header,
    /// Content, `EMPTY` while unassigned.
    pub value: Value,
}

/// A 64-bit integer.
#[repr(C)]
pub struct BoxedInt {
    /// Header.
    pub header: Header,
    /// The integer.
    pub value: i64,
}

/// Values under a tag.
#[repr(C)]
pub struct Record {
    /// Header.
    pub header: Header,
    /// What it is; each language numbers its own.
    pub tag: u32,
    /// Number of values behind this struct.
    pub len: u32,
    // values follow
}

/// A Rust value; the payload is in a table of the heap.
#[repr(C)]
pub struct Host {
    /// Header.
    pub header: Header,
    /// Index in the heap's table of payloads.
    pub index: u32,
    /// Unused.
    pub pad: u32,
    /// Prototype or class for attribute look-up, nil if none.
    pub class: Value,
}

/// A weak reference.
#[repr(C)]
pub struct Weak {
    /// Header.
    pub header: Header,
    /// Target; nil once it is dead.
    pub target: Value,
}

/// `aux` of a typed buffer: the element type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum TypedKind {
    /// Bytes.
    U8 = 0,
    /// 64-bit integers.
    I64 = 1,
    /// Doubles.
    F64 = 2,
}

/// A typed buffer.
#[repr(C)]
pub struct Typed {
    /// Header; `aux` is a [`TypedKind`].
    pub header: Header,
    /// Number of elements.
    pub len: u32,
    /// Unused.
    pub pad: u32,
    /// Elements ([`Bytes`]).
    pub data: *mut Bytes,
    /// One bit per element, set = present ([`Bytes`]), null if all are.
    pub valid: *mut Bytes,
}

/// A suspended frame: the registers behind the struct, the rest belongs to the vm.
#[repr(C)]
pub struct Generator {
    /// Header; `aux` is a state of the vm.
    pub header: Header,
    /// Instruction index to resume at.
    pub pc: u32,
    /// Number of registers behind this struct.
    pub len: u32,
    /// The closure that runs.
    pub closure: Value,
    /// Register that receives the value sent in.
    pub resume_register: u32,
    /// Unused.
    pub pad: u32,
    // registers follow
}
