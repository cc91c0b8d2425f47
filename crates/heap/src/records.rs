//! The small objects: shared variables, big integers, functions, records, host values, weak references,
//! suspended frames.
//!
//! Each is one allocation with everything behind its header, initialised before the next one. Creation takes
//! values from slices that the collector must be able to see (a slice of the native stack or of registers);
//! reading is a load; storing is a store and the barrier.

use crate::address::at;
use crate::error::HeapError;
use crate::heap::Heap;
use crate::layout::{BoxCell, BoxedInt, Closure, Generator, Host, Kind, Native, Record, Weak};
use crate::refs::*;
use quadriga_value::{Value, fits_int};
use std::any::Any;

/// Index of a host object that has no payload (yet).
const NO_PAYLOAD: u32 = u32::MAX;

/// The values behind the fixed part of an object.
macro_rules! trailing_values {
    ($name:ident, $layout:ident, $len:ident) => {
        impl $name {
            /// First of the values behind the object.
            #[inline(always)]
            pub fn values_ptr(self) -> *mut Value {
                at::<Value>(self.address() + size_of::<$layout>())
            }

            /// Number of values.
            #[inline(always)]
            pub fn len(self) -> usize {
                self.fields().$len as usize
            }

            /// Whether there is none.
            #[inline(always)]
            pub fn is_empty(self) -> bool {
                self.len() == 0
            }

            /// Value `i`.
            ///
            /// # Panics
            /// If there is none.
            #[inline(always)]
            pub fn get(self, i: usize) -> Value {
                assert!(i < self.len(), "index out of range");
                // SAFETY: `len` initialised values stand there.
                unsafe { *self.values_ptr().add(i) }
            }

            /// All values; not to be held while one is stored.
            #[inline]
            pub fn values(&self) -> &[Value] {
                // SAFETY: `len` initialised values stand there.
                unsafe { std::slice::from_raw_parts(self.values_ptr(), self.len()) }
            }

            /// Writes all values of a fresh object.
            ///
            /// # Safety
            /// The object has room for `values`.
            #[inline(always)]
            unsafe fn fill(self, values: &[Value]) {
                for (i, &v) in values.iter().enumerate() {
                    // SAFETY: the caller's promise.
                    unsafe { *self.values_ptr().add(i) = v };
                }
            }
        }
    };
}

trailing_values!(ClosureRef, Closure, captures);
trailing_values!(RecordRef, Record, len);
trailing_values!(GeneratorRef, Generator, len);

impl BoxRef {
    /// The content; `EMPTY` while unassigned.
    #[inline(always)]
    pub fn get(self) -> Value {
        self.fields().value
    }

    /// Stores what is no reference.
    #[inline(always)]
    pub(crate) fn set_unbarriered(self, value: Value) {
        debug_assert!(!value.is_object());
        // SAFETY: a live box (module rule of `refs`), of which no borrow is held.
        unsafe { (*self.ptr()).value = value }
    }
}

impl BoxedIntRef {
    /// The integer.
    #[inline(always)]
    pub fn get(self) -> i64 {
        self.fields().value
    }
}

impl ClosureRef {
    /// The function, as it was given at creation.
    #[inline(always)]
    pub fn function(self) -> *const () {
        self.fields().function
    }

    /// The unit that the function belongs to.
    #[inline(always)]
    pub fn unit(self) -> u32 {
        self.fields().unit
    }
}

impl NativeRef {
    /// Index in the table of native functions.
    #[inline(always)]
    pub fn index(self) -> u32 {
        self.fields().index
    }

    /// The value bound at creation.
    #[inline(always)]
    pub fn data(self) -> Value {
        self.fields().data
    }

    /// The name.
    #[inline(always)]
    pub fn name(self) -> Value {
        self.fields().name
    }
}

impl RecordRef {
    /// What it is.
    #[inline(always)]
    pub fn tag(self) -> u32 {
        self.fields().tag
    }
}

impl HostRef {
    /// Prototype or class, nil if none.
    #[inline(always)]
    pub fn class(self) -> Value {
        self.fields().class
    }

    /// Index of the payload.
    #[inline(always)]
    pub fn index(self) -> u32 {
        self.fields().index
    }
}

impl WeakRef {
    /// The target; nil once it is dead.
    #[inline(always)]
    pub fn get(self) -> Value {
        self.fields().target
    }
}

impl GeneratorRef {
    /// State of the vm.
    #[inline(always)]
    pub fn state(self) -> u8 {
        self.fields().header.aux
    }

    /// Sets the state.
    #[inline(always)]
    pub fn set_state(self, state: u8) {
        // SAFETY: a live generator (module rule of `refs`), of which no borrow is held.
        unsafe { (*self.ptr()).header.aux = state }
    }

    /// Instruction to resume at.
    #[inline(always)]
    pub fn pc(self) -> u32 {
        self.fields().pc
    }

    /// Sets the instruction to resume at.
    #[inline(always)]
    pub fn set_pc(self, pc: u32) {
        // SAFETY: as in `set_state`.
        unsafe { (*self.ptr()).pc = pc }
    }

    /// The closure that runs.
    #[inline(always)]
    pub fn closure(self) -> Value {
        self.fields().closure
    }

    /// Register that receives the value sent in.
    #[inline(always)]
    pub fn resume_register(self) -> u32 {
        self.fields().resume_register
    }

    /// Sets the register that receives the value sent in.
    #[inline(always)]
    pub fn set_resume_register(self, register: u32) {
        // SAFETY: as in `set_state`.
        unsafe { (*self.ptr()).resume_register = register }
    }
}

impl Heap {
    /// A shared variable.
    #[inline]
    pub fn new_box(&mut self, value: Value) -> Result<BoxRef, HeapError> {
        let object = self.alloc_raw(Kind::Box, size_of::<BoxCell>())?.cast::<BoxCell>();
        // SAFETY: a fresh object of that size.
        unsafe { (*object.as_ptr()).value = value };
        Ok(BoxRef(object))
    }

    /// Stores into a shared variable.
    #[inline(always)]
    pub fn box_set(&mut self, cell: BoxRef, value: Value) {
        // SAFETY: a live box, of which no borrow is held.
        unsafe {
            (*cell.ptr()).value = value;
            self.barrier(cell.header());
        }
    }

    /// A boxed integer, whether or not it would fit inline.
    pub fn boxed_int(&mut self, value: i64) -> Result<BoxedIntRef, HeapError> {
        let object = self.alloc_raw(Kind::BoxedInt, size_of::<BoxedInt>())?.cast::<BoxedInt>();
        // SAFETY: a fresh object of that size.
        unsafe { (*object.as_ptr()).value = value };
        Ok(BoxedIntRef(object))
    }

    /// The integer as a value: inline if it fits, boxed otherwise.
    #[inline]
    pub fn int64(&mut self, value: i64) -> Result<Value, HeapError> {
        if fits_int(value) { Ok(Value::int(value)) } else { Ok(self.boxed_int(value)?.value()) }
    }

    /// A closure of `function`, which outlives it.
    pub fn closure(
        &mut self,
        function: *const (),
        unit: u32,
        captures: &[Value],
    ) -> Result<ClosureRef, HeapError> {
        let bytes = size_of::<Closure>() + size_of_val(captures);
        let object = self.alloc_raw(Kind::Closure, bytes)?.cast::<Closure>();
        let (p, closure) = (object.as_ptr(), ClosureRef(object));
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).function = function;
            (*p).captures = captures.len() as u32;
            (*p).unit = unit;
            closure.fill(captures);
        }
        Ok(closure)
    }

    /// Replaces a captured value.
    pub fn closure_set(&mut self, closure: ClosureRef, i: usize, value: Value) {
        assert!(i < closure.len(), "index out of range");
        // SAFETY: the value exists; the closure is live and not borrowed.
        unsafe {
            *closure.values_ptr().add(i) = value;
            self.barrier(closure.header());
        }
    }

    /// A function written in Rust.
    pub fn native(&mut self, index: u32, data: Value, name: Value) -> Result<NativeRef, HeapError> {
        let object = self.alloc_raw(Kind::Native, size_of::<Native>())?.cast::<Native>();
        let p = object.as_ptr();
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).index = index;
            (*p).pad = 0;
            (*p).data = data;
            (*p).name = name;
        }
        Ok(NativeRef(object))
    }

    /// A record of the given values.
    pub fn record(&mut self, tag: u32, values: &[Value]) -> Result<RecordRef, HeapError> {
        if values.len() > crate::list::MAX_LIST_LEN {
            return Err(HeapError::TooLarge { what: "record", max: crate::list::MAX_LIST_LEN });
        }
        let bytes = size_of::<Record>() + size_of_val(values);
        let object = self.alloc_raw(Kind::Record, bytes)?.cast::<Record>();
        let (p, record) = (object.as_ptr(), RecordRef(object));
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).tag = tag;
            (*p).len = values.len() as u32;
            record.fill(values);
        }
        Ok(record)
    }

    /// Replaces a value of a record.
    #[inline]
    pub fn record_set(&mut self, record: RecordRef, i: usize, value: Value) {
        assert!(i < record.len(), "index out of range");
        // SAFETY: the value exists; the record is live and not borrowed.
        unsafe {
            *record.values_ptr().add(i) = value;
            self.barrier(record.header());
        }
    }

    /// An object around a Rust value, which counts `bytes` against the limit and is dropped with it.
    pub fn host(
        &mut self,
        payload: Box<dyn Any + Send>,
        class: Value,
        bytes: usize,
    ) -> Result<HostRef, HeapError> {
        self.charge_external(bytes)?;
        let object = match self.alloc_raw(Kind::Host, size_of::<Host>()) {
            Ok(object) => object.cast::<Host>(),
            Err(e) => {
                self.discharge_external(bytes);
                return Err(e);
            }
        };
        let (p, host) = (object.as_ptr(), HostRef(object));
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).index = NO_PAYLOAD;
            (*p).pad = 0;
            (*p).class = class;
        }
        let index = self.hosts.insert(payload, bytes);
        self.hosts.bind(index, host.address());
        // SAFETY: the object is live and not borrowed.
        unsafe { (*p).index = index };
        Ok(host)
    }

    /// Calls `f` with the payload of `host` and the heap; `None` if the payload is no `T`, or is in use by a
    /// caller further up. If `f` panics, the payload is lost.
    pub fn with_host<T: Any + Send, R>(
        &mut self,
        host: HostRef,
        f: impl FnOnce(&mut T, &mut Heap) -> R,
    ) -> Option<R> {
        if !self.hosts.get(host.index())?.is::<T>() {
            return None;
        }
        let mut payload = self.hosts.take(host.index())?;
        let result = payload.downcast_mut::<T>().map(|payload| f(payload, self));
        let freed = self.hosts.put_back(host.index(), payload);
        self.discharge_external(freed);
        result
    }

    /// The payload of `host`, to read it.
    pub fn host_ref<T: Any + Send>(&self, host: HostRef) -> Option<&T> {
        self.hosts.get(host.index())?.downcast_ref::<T>()
    }

    /// The payload of `host`, to change it.
    pub fn host_mut<T: Any + Send>(&mut self, host: HostRef) -> Option<&mut T> {
        self.hosts.get_mut(host.index())?.downcast_mut::<T>()
    }

    /// A reference to `target` that does not keep it alive.
    pub fn weak(&mut self, target: Value) -> Result<WeakRef, HeapError> {
        let object = self.alloc_raw(Kind::Weak, size_of::<Weak>())?.cast::<Weak>();
        // SAFETY: a fresh object of that size.
        unsafe { (*object.as_ptr()).target = target };
        Ok(WeakRef(object))
    }

    /// A suspended frame of `closure` with the given registers.
    pub fn generator(
        &mut self,
        closure: Value,
        pc: u32,
        resume_register: u32,
        registers: &[Value],
    ) -> Result<GeneratorRef, HeapError> {
        let bytes = size_of::<Generator>() + size_of_val(registers);
        let object = self.alloc_raw(Kind::Generator, bytes)?.cast::<Generator>();
        let (p, generator) = (object.as_ptr(), GeneratorRef(object));
        // SAFETY: a fresh object of that size.
        unsafe {
            (*p).pc = pc;
            (*p).len = registers.len() as u32;
            (*p).closure = closure;
            (*p).resume_register = resume_register;
            (*p).pad = 0;
            generator.fill(registers);
        }
        Ok(generator)
    }

    /// Copies the registers of a frame that suspends into its generator.
    pub fn generator_save(&mut self, generator: GeneratorRef, registers: &[Value]) {
        assert!(registers.len() == generator.len(), "the frame has other registers than its generator");
        // SAFETY: there is room for all registers; the generator is live and not borrowed.
        unsafe {
            std::ptr::copy(registers.as_ptr(), generator.values_ptr(), registers.len());
            self.barrier(generator.header());
        }
    }
}
