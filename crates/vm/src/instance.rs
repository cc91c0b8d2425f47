//! Instances: a unit and its functions as one context runs them.
//!
//! A unit is shared and never changes. What a context adds stands here: a copy of the code whose cache
//! words and feedback bits it writes, constants with identity (interned strings, cells of globals), and
//! the caches beyond the first of polymorphic sites. An instance lives as long as its context.

use quadriga_bytecode::{Function, Insn, Opcode, VerifiedUnit};
use quadriga_value::Value;
use std::sync::Arc;

/// `call_key` of functions that the fast path of `call` does not enter.
pub const SPECIAL_CALL: u32 = u32::MAX;

/// Shape word of a cache that was never filled: no shape has this number.
pub const NO_SHAPE: u64 = u32::MAX as u64;

/// A function of a context.
#[repr(C)]
pub struct FunctionInstance {
    /// Number of parameters, or [`SPECIAL_CALL`].
    pub call_key: u32,
    /// Registers of a frame.
    pub registers: u32,
    /// First instruction.
    pub code: *mut u64,
    /// First constant; the word before it points back to this struct.
    pub k: *const Value,
    /// Index of the unit in the context.
    pub unit: u32,
    /// Index of the function in the unit.
    pub index: u32,
    /// Index of the dialect in the context.
    pub dialect: u32,
    /// Calls through slow paths and, summed by the caches, others.
    pub calls: u64,
    /// Entries of polymorphic sites, found through the last cache word.
    pub poly: Vec<PolyCache>,
    /// Values for missing arguments.
    pub defaults: Box<[Value]>,
    code_len: usize,
    constant_len: usize,
    verified: Arc<VerifiedUnit>,
}

/// One more way to find a field at a site, after the one in the code.
#[derive(Clone, Copy, Debug)]
pub struct PolyEntry {
    /// First cache word (shape, slot, recipe).
    pub key: u64,
    /// Second (holder).
    pub holder: u64,
    /// Low half of the third (epoch).
    pub epoch: u32,
    /// Fourth (home).
    pub home: u64,
}

/// The entries of one site.
#[derive(Clone, Debug, Default)]
pub struct PolyCache {
    /// Up to [`POLY_MAX`]; a site that would need more stops caching new shapes.
    pub entries: Vec<PolyEntry>,
    /// More shapes came than fit.
    pub megamorphic: bool,
}

/// Shapes that a site remembers besides the first.
pub const POLY_MAX: usize = 3;

impl FunctionInstance {
    /// An instance of function `index` with these constants. The caller keeps it boxed: its address is in
    /// its own constants.
    pub(crate) fn new(
        verified: Arc<VerifiedUnit>,
        unit: u32,
        index: u32,
        dialect: u32,
        constants: Vec<Value>,
        defaults: Box<[Value]>,
    ) -> Box<FunctionInstance> {
        let function = &verified.functions[index as usize];
        let code = prepared_code(&function.code);
        let code_len = code.len();
        let special = function.flags.generator || function.flags.constructor || function.flags.lenient;
        let call_key = if special { SPECIAL_CALL } else { function.params.len() as u32 };
        let registers = function.registers as u32;
        let mut words: Box<[u64]> = std::iter::once(0).chain(constants.iter().map(|v| v.bits())).collect();
        let mut instance = Box::new(FunctionInstance {
            call_key,
            registers,
            code: Box::into_raw(code).cast(),
            k: std::ptr::null(),
            unit,
            index,
            dialect,
            calls: 0,
            poly: Vec::new(),
            defaults,
            code_len,
            constant_len: words.len() - 1,
            verified,
        });
        let address: *mut FunctionInstance = &mut *instance;
        words[0] = address.expose_provenance() as u64;
        // SAFETY: the allocation has at least one word.
        instance.k = unsafe { Box::into_raw(words).cast::<Value>().add(1) };
        instance
    }

    /// The function.
    pub fn function(&self) -> &Function {
        &self.verified.functions[self.index as usize]
    }

    /// The unit.
    pub fn verified(&self) -> &Arc<VerifiedUnit> {
        &self.verified
    }

    /// Number of constants.
    pub fn constant_count(&self) -> usize {
        self.constant_len
    }

    /// The constants.
    pub fn constants(&self) -> impl Iterator<Item = Value> + '_ {
        // SAFETY: `k` points to this many words until the instance is dropped.
        (0..self.constant_len).map(|i| unsafe { *self.k.add(i) })
    }

    /// Puts `to` where `from` stands among the constants.
    pub(crate) fn replace_constant(&mut self, from: Value, to: Value) {
        for i in 0..self.constant_len {
            // SAFETY: within the constants.
            if unsafe { *self.k.add(i) } == from {
                self.set_constant(i, to);
            }
        }
    }

    pub(crate) fn set_constant(&mut self, i: usize, v: Value) {
        assert!(i < self.constant_len);
        // SAFETY: within the constants.
        unsafe { *self.k.cast_mut().add(i) = v };
    }

    /// Code as it runs now, with caches and feedback.
    pub fn live_code(&self) -> &[u64] {
        // SAFETY: `code` points to this many words until the instance is dropped.
        unsafe { std::slice::from_raw_parts(self.code, self.code_len) }
    }

    /// Word index of an instruction address of this function.
    pub fn word_of(&self, pc: *const u64) -> usize {
        (pc.addr() - self.code.addr()) / size_of::<u64>()
    }

    /// Empties all caches that name shapes or objects.
    pub(crate) fn flush_caches(&mut self) {
        // SAFETY: `code` points to this many words, which nobody else looks at now.
        reset_caches(unsafe { std::slice::from_raw_parts_mut(self.code, self.code_len) });
        self.poly.clear();
    }
}

impl Drop for FunctionInstance {
    fn drop(&mut self) {
        // SAFETY: both were boxed slices of these lengths.
        unsafe {
            drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.code, self.code_len)));
            let words = self.k.cast::<u64>().cast_mut().sub(1);
            drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(words, self.constant_len + 1)));
        }
    }
}

fn prepared_code(code: &[u64]) -> Box<[u64]> {
    let mut words: Box<[u64]> = code.into();
    reset_caches(&mut words);
    words
}

fn reset_caches(words: &mut [u64]) {
    let mut i = 0;
    while i < words.len() {
        let op = Insn(words[i]).op().expect("verified code");
        reset_cache(op, &mut words[i + 1..i + op.words()]);
        i += op.words();
    }
}

fn reset_cache(op: Opcode, cache: &mut [u64]) {
    match op {
        // Counts, and names of functions that live as long as the context.
        Opcode::Loop | Opcode::Call => {}
        _ if cache.len() >= 3 => {
            cache.fill(0);
            cache[0] = NO_SHAPE;
        }
        _ => cache.fill(0),
    }
}

/// A unit of a context, with the functions that were needed so far.
pub(crate) struct UnitInstance {
    pub verified: Arc<VerifiedUnit>,
    pub dialect: u32,
    /// Map of its globals.
    pub globals: Value,
    pub functions: Vec<Option<Box<FunctionInstance>>>,
}
