//! Roots: where a collection starts.
//!
//! Takes the places that may refer to objects, leaves a list of objects. Precise roots are taken as they
//! are; any other word is asked whether it points to or into an object. All of that happens before a mark
//! is touched, because the old marks are what tells objects from dead memory. Cost: a compare per
//! conservative word, a table look-up per word in the range of the heap.

use crate::address::header_of;
use crate::large::LargeSpace;
use crate::layout::Header;
use crate::space::Space;
use crate::stack;
use quadriga_value::{PAYLOAD_MASK, Value};

/// A callback that reports roots held outside the heap, with the pointer it was registered with. It must
/// not allocate.
pub type TraceFn = unsafe fn(data: *const (), tracer: &mut Tracer<'_>);

/// Everything that keeps objects alive from outside.
pub struct RootSet {
    /// The register stack in use, `[base, top)`. Scanned conservatively: stale registers do no harm.
    pub registers: (*const Value, *const Value),
    /// Upper end of the native stack to scan; 0 = none, and then allocation never collects by itself. The
    /// stack must be mapped from the stack pointer of any allocation up to here.
    pub native_high: usize,
    /// Values that live as long as the heap.
    pub permanent: Vec<Value>,
    /// Temporaries of runtime code, used as a stack.
    pub temps: Vec<Value>,
    /// Roots of other layers.
    pub extra: Vec<(TraceFn, *const ())>,
    handles: Vec<Value>,
    free_handles: Vec<u32>,
}

impl RootSet {
    /// No roots.
    pub fn new() -> RootSet {
        RootSet {
            registers: (std::ptr::null(), std::ptr::null()),
            native_high: 0,
            permanent: Vec::new(),
            temps: Vec::new(),
            extra: Vec::new(),
            handles: Vec::new(),
            free_handles: Vec::new(),
        }
    }

    /// Keeps `value` alive until [`RootSet::handle_free`].
    pub fn handle_new(&mut self, value: Value) -> u32 {
        match self.free_handles.pop() {
            Some(index) => {
                self.handles[index as usize] = value;
                index
            }
            None => {
                self.handles.push(value);
                (self.handles.len() - 1) as u32
            }
        }
    }

    /// The value of a handle.
    pub fn handle_get(&self, handle: u32) -> Value {
        self.handles[handle as usize]
    }

    /// Ends a handle.
    pub fn handle_free(&mut self, handle: u32) {
        let value = std::mem::replace(&mut self.handles[handle as usize], Value::EMPTY);
        debug_assert!(value != Value::EMPTY, "handle {handle} ended twice");
        self.free_handles.push(handle);
    }

    /// Reports everything.
    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        let (base, top) = self.registers;
        let mut register = base;
        while register < top {
            // SAFETY: the owner of the register stack set both ends; the words between them are mapped.
            tracer.conservative_word(unsafe { register.cast::<u64>().read_volatile() });
            register = register.wrapping_add(1);
        }
        if self.native_high != 0 && stack::CAN_SCAN {
            stack::scan(self.native_high, &mut |word| tracer.conservative_word(word));
        }
        for list in [&self.permanent, &self.temps, &self.handles] {
            for &value in list {
                tracer.value(value);
            }
        }
        for &(trace, data) in &self.extra {
            // SAFETY: whoever registered the pair keeps `data` valid for `trace`.
            unsafe { trace(data, tracer) };
        }
    }
}

impl Default for RootSet {
    fn default() -> RootSet {
        RootSet::new()
    }
}

/// What roots are reported to.
pub struct Tracer<'a> {
    space: &'a Space,
    large: &'a LargeSpace,
    /// Addresses outside of this range are no objects.
    low: usize,
    high: usize,
    found: Vec<*mut Header>,
}

impl<'a> Tracer<'a> {
    /// `found` is an empty list to fill. All regions of `space` are ended and `large` is sorted.
    pub(crate) fn new(space: &'a Space, large: &'a LargeSpace, found: Vec<*mut Header>) -> Tracer<'a> {
        let nothing = (usize::MAX, 0);
        let (a, b) = (space.bounds().unwrap_or(nothing), large.bounds().unwrap_or(nothing));
        let (low, high) = (a.0.min(b.0), a.1.max(b.1));
        Tracer { space, large, low, high, found }
    }

    /// A value; if it is an object, it must be a live one.
    #[inline]
    pub fn value(&mut self, value: Value) {
        if let Some(object) = header_of(value) {
            self.found.push(object);
        }
    }

    /// A live object of the heap.
    #[inline]
    pub fn object(&mut self, object: *mut Header) {
        self.found.push(object);
    }

    /// Any word: an address of or into an object, with or without a tag in its upper 16 bits, or nothing.
    #[inline]
    pub fn conservative_word(&mut self, word: u64) {
        let address = (word & PAYLOAD_MASK) as usize;
        if address >= self.low
            && address < self.high
            && let Some(object) = self.resolve(address)
        {
            self.found.push(object);
        }
    }

    /// The object at or around `address`.
    #[inline(never)]
    pub(crate) fn resolve(&self, address: usize) -> Option<*mut Header> {
        self.space.resolve(address).or_else(|| self.large.resolve(address))
    }

    /// What has been reported.
    pub(crate) fn into_found(self) -> Vec<*mut Header> {
        self.found
    }
}
