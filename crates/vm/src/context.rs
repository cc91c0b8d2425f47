//! Contexts: one isolated world of objects, globals and running functions.
//!
//! A [`Context`] owns its heap, a register stack, a stack of frames and a native stack of its own on
//! which all script code and every Rust function that it calls run; the collector scans that stack
//! conservatively. A context may move between threads but runs on one at a time.

use crate::dialect::{ContinuationFn, Dialect};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, ReturnKind};
use crate::host::Host;
use crate::instance::{FunctionInstance, UnitInstance};
use crate::limits::{self, CANCEL, CancelHandle, DEADLINE, Limits, Shared};
use crate::lookup_cache::LookupCache;
use crate::native::NativeInfo;
use crate::registers::RegisterStack;
use crate::roots::{instance_at, trace_context};
use corosensei::stack::{DefaultStack, Stack};
use quadriga_bytecode::Insn;
use quadriga_heap::{Heap, HeapConfig, MapRef, StrRef, ValueExt, concat_cost};
use quadriga_value::Value;
use std::any::Any;
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Bytes of the native stack unless somebody says otherwise.
pub const DEFAULT_NATIVE_STACK: usize = 1 << 20;
/// Shorter texts are keys at no charge.
const LONG_KEY: usize = 256;
/// Native stack that a recursive helper leaves to others.
const NATIVE_RESERVE: usize = 96 << 10;

/// How a context is made.
#[derive(Clone, Debug)]
pub struct ContextConfig {
    /// Limits.
    pub limits: Limits,
    /// Heap modes; its byte limit is taken from `limits`.
    pub heap: HeapConfig,
    /// Bytes of the stack for native code, at least 160 KB: it bounds the nesting of native functions that
    /// call scripts that call native functions, and of helpers that recurse. Calls of scripts among
    /// themselves take nothing of it.
    pub native_stack: usize,
}

impl Default for ContextConfig {
    fn default() -> ContextConfig {
        ContextConfig {
            limits: Limits::default(),
            heap: HeapConfig::default(),
            native_stack: DEFAULT_NATIVE_STACK,
        }
    }
}

/// Where captured output goes.
pub type OutputFn = dyn FnMut(&str) + Send;

/// Index of a dialect in a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct DialectId(pub(crate) u32);

/// One isolated world. See the module.
#[repr(C)]
pub struct Context {
    /// First, for code that polls: its first word is the stack limit.
    pub(crate) shared: *const Shared,
    pub(crate) fp: *mut Frame,
    pub(crate) fp_limit: *mut Frame,
    /// State of the running function whenever a slow path runs.
    pub(crate) pc: *const u64,
    pub(crate) base: *mut Value,
    pub(crate) k: *const Value,
    /// First register that no Rust code called through [`Context::call`] uses; null outside of such calls.
    pub(crate) native_top: *mut Value,
    /// Objects.
    pub heap: Heap,
    pub(crate) lookups: LookupCache,
    /// Callee, self and home of a reading instruction that calls what it found.
    pub(crate) found: [Value; 3],
    pub(crate) result: Value,
    pub(crate) pending: Option<Error>,
    pub(crate) thrown: Value,
    pub(crate) poll_always: bool,
    pub(crate) fuel: Option<u64>,
    pub(crate) running: bool,
    /// Requests that this call from the host has noticed.
    answered: u32,
    pub(crate) units: Vec<UnitInstance>,
    unit_index: HashMap<(usize, usize), u32>,
    pub(crate) natives: Vec<NativeInfo>,
    pub(crate) continuations: Vec<Continuation>,
    pub(crate) globals: Value,
    /// Cells of built-ins by dialect and name.
    pub(crate) builtin_cells: Vec<HashMap<Box<str>, Value>>,
    pub(crate) dialects: Vec<Arc<dyn Dialect>>,
    pub(crate) slots: Vec<Vec<Value>>,
    state: Vec<Box<dyn Any + Send>>,
    limits: Limits,
    fuel_left: Option<u64>,
    shapes_generation: u32,
    output: Box<OutputFn>,
    pub(crate) host: Host,
    native_limit: usize,
    native_stack: Option<DefaultStack>,
    frames: Box<[MaybeUninit<Frame>]>,
    pub(crate) registers: RegisterStack,
    root_constants: Box<[u64; 2]>,
    pub(crate) shared_owner: Arc<Shared>,
}

/// A continuation that waits for a call; [`ReturnKind::Native`] frames name it by its index.
pub(crate) struct Continuation {
    pub then: ContinuationFn,
    pub state: Value,
    pub ret: u64,
}

// SAFETY: all raw pointers lead into memory that the context owns (register stack, frames, instances,
// heap, shared words) and that moves with it; nothing in it is tied to a thread, since the native stack is
// its own and is never suspended between calls from the host.
unsafe impl Send for Context {}

impl Context {
    /// A context. It is boxed because running code holds its address.
    pub fn new(config: ContextConfig) -> Result<Box<Context>> {
        let mut heap_config = config.heap;
        heap_config.limit_bytes = config.limits.memory;
        let safepoints = heap_config.safepoint_only;
        let registers = RegisterStack::new();
        let depth = config.limits.max_depth.clamp(1, 10_000_000) + 1;
        // Frames up to `fp` are initialised, and nobody reads the others.
        let frames = Box::new_uninit_slice(depth);
        let stack = DefaultStack::new(config.native_stack.max(NATIVE_RESERVE + (64 << 10)))
            .map_err(|e| Error::new(ErrorKind::OutOfMemory, format!("no native stack: {e}")))?;
        let native_limit = stack.limit().get() + NATIVE_RESERVE;
        let mut cx = Box::new(Context {
            shared: std::ptr::null(),
            fp: std::ptr::null_mut(),
            fp_limit: std::ptr::null_mut(),
            pc: std::ptr::null(),
            base: std::ptr::null_mut(),
            k: std::ptr::null(),
            native_top: std::ptr::null_mut(),
            heap: Heap::new(heap_config),
            lookups: LookupCache::new(),
            found: [Value::NIL; 3],
            result: Value::NIL,
            pending: None,
            thrown: Value::NIL,
            poll_always: safepoints,
            fuel: None,
            running: false,
            answered: 0,
            units: Vec::new(),
            unit_index: HashMap::new(),
            natives: Vec::new(),
            continuations: Vec::new(),
            globals: Value::NIL,
            builtin_cells: Vec::new(),
            dialects: Vec::new(),
            slots: Vec::new(),
            state: Vec::new(),
            limits: config.limits.clone(),
            fuel_left: config.limits.fuel,
            shapes_generation: 0,
            output: Box::new(write_stdout),
            host: Host::default(),
            native_limit,
            native_stack: Some(stack),
            frames,
            registers,
            root_constants: Box::new([0, 0]),
            shared_owner: Arc::new(Shared::new(0)),
        });
        cx.shared_owner = Arc::new(Shared::new(cx.normal_limit()));
        cx.shared = Arc::as_ptr(&cx.shared_owner);
        cx.fp = cx.frames.as_mut_ptr().cast();
        // SAFETY: one past the usable frames lies within the allocation.
        cx.fp_limit = unsafe { cx.fp.add(depth - 1) };
        cx.base = cx.registers.start();
        cx.k = cx.root_constants[1..].as_ptr().cast();
        cx.shapes_generation = cx.heap.shapes_generation;
        let address: *const Context = &*cx;
        cx.heap.roots.extra.push((trace_context, address.cast()));
        cx.globals = cx.heap.namespace_new()?.value();
        cx.reset_poll();
        Ok(cx)
    }

    /// What calls compare against when nobody wants an interruption.
    pub(crate) fn normal_limit(&self) -> usize {
        self.registers.soft_limit()
    }

    /// Storage of the frames.
    pub(crate) fn frame_storage(&self) -> *mut Frame {
        self.frames.as_ptr().cast_mut().cast()
    }

    // ---- dialects and what they keep ----------------------------------------------------------------

    /// Makes a language available, and installs it. Doing so twice gives the same id.
    pub fn add_dialect(&mut self, dialect: Arc<dyn Dialect>) -> Result<DialectId> {
        if let Some(i) = self.dialects.iter().position(|d| d.name() == dialect.name()) {
            return Ok(DialectId(i as u32));
        }
        let id = DialectId(self.dialects.len() as u32);
        self.dialects.push(dialect.clone());
        self.slots.push(Vec::new());
        self.builtin_cells.push(HashMap::new());
        self.state.push(Box::new(()));
        self.enter(|cx| dialect.install(cx))?;
        Ok(id)
    }

    /// The dialect of a name.
    pub fn dialect_id(&self, name: &str) -> Option<DialectId> {
        self.dialects.iter().position(|d| d.name() == name).map(|i| DialectId(i as u32))
    }

    /// The dialect of the function that runs (the first one if none runs).
    pub fn dialect(&self) -> Arc<dyn Dialect> {
        let id = self.instance().map_or(0, |i| i.dialect);
        self.dialects[id as usize].clone()
    }

    pub(crate) fn dialect_ref(&self) -> &'static dyn Dialect {
        let id = self.instance().map_or(0, |i| i.dialect);
        let dialect: *const dyn Dialect = &*self.dialects[id as usize];
        // SAFETY: dialects are never removed from a context, and the reference does not outlive the slow
        // path that asked for it, during which the context lives.
        unsafe { &*dialect }
    }

    /// Values that a language keeps alive in this context, by index.
    pub fn slot(&self, id: DialectId, i: usize) -> Value {
        self.slots[id.0 as usize].get(i).copied().unwrap_or(Value::NIL)
    }

    /// Sets one of them.
    pub fn set_slot(&mut self, id: DialectId, i: usize, v: Value) {
        let slots = &mut self.slots[id.0 as usize];
        if slots.len() <= i {
            slots.resize(i + 1, Value::NIL);
        }
        slots[i] = v;
    }

    /// Rust state of a language in this context. It must not hold values.
    pub fn state<T: Any + Send>(&mut self, id: DialectId) -> Option<&mut T> {
        self.state[id.0 as usize].downcast_mut()
    }

    /// Sets it.
    pub fn set_state<T: Any + Send>(&mut self, id: DialectId, state: T) {
        self.state[id.0 as usize] = Box::new(state);
    }

    // ---- output ---------------------------------------------------------------------------------------

    /// Writes to the context's output.
    pub fn write(&mut self, text: &str) {
        (self.output)(text);
    }

    /// Sets where output goes.
    pub fn set_output(&mut self, output: Box<OutputFn>) {
        self.output = output;
    }

    // ---- limits ---------------------------------------------------------------------------------------

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sets time and fuel for the calls to come.
    pub fn set_time_and_fuel(&mut self, time: Option<std::time::Duration>, fuel: Option<u64>) {
        self.limits.time = time;
        self.limits.fuel = fuel;
        self.fuel_left = fuel;
    }

    /// A handle that stops what runs here, from any thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(Arc::downgrade(&self.shared_owner))
    }

    /// Fuel that is left of the last call with a fuel limit.
    pub fn fuel_left(&self) -> Option<u64> {
        self.fuel_left
    }

    pub(crate) fn reset_poll(&mut self) {
        let quiet = !self.poll_always && self.fuel.is_none();
        let limit = if quiet { self.normal_limit() } else { 0 };
        self.shared_owner.limit.store(limit, Ordering::SeqCst);
        // A request that came in between must not be lost.
        if self.shared_owner.requests.load(Ordering::SeqCst) != 0 {
            self.shared_owner.limit.store(0, Ordering::SeqCst);
        }
    }

    /// Collects garbage now: everything, or only what was made since the last collection.
    pub fn collect(&mut self, full: bool) {
        if !self.running {
            return self.enter(|cx| cx.collect(full));
        }
        if self.heap.config.safepoint_only && self.nesting() > 1 {
            return;
        }
        if full {
            self.heap.collect_full();
        } else {
            self.heap.collect_minor();
        }
    }

    /// Looks up what an interruption wants.
    #[cold]
    pub(crate) fn answer_requests(&mut self) -> Result<()> {
        // A request stays until the call from the host ends: native code that swallows the error does not
        // lose it.
        let requests = self.shared_owner.requests.load(Ordering::SeqCst);
        self.answered |= requests;
        self.reset_poll();
        if requests & CANCEL != 0 {
            return Err(self.engine_error(ErrorKind::Cancelled, "cancelled"));
        }
        if requests & DEADLINE != 0 {
            return Err(self.engine_error(ErrorKind::TimeLimit, "time limit exceeded"));
        }
        Ok(())
    }

    /// A safepoint of script code: answers interruptions, and collects if it is time in the mode without
    /// stack scanning. In that mode no Rust frame may hold a value that only it refers to.
    pub(crate) fn poll(&mut self) -> Result<()> {
        self.check_interrupt()?;
        if self.heap.safepoint_due() && self.nesting() == 1 {
            self.heap.collect_at_safepoint();
            self.after_collection();
        }
        Ok(())
    }

    /// Charges `work` units of fuel. Every helper that is not O(1) calls this with its size.
    #[inline]
    pub fn charge(&mut self, work: u64) -> Result<()> {
        if work > 4096 || self.fuel.is_some() { self.charge_slow(work) } else { Ok(()) }
    }

    #[cold]
    fn charge_slow(&mut self, work: u64) -> Result<()> {
        if let Some(fuel) = self.fuel {
            if fuel < work {
                self.fuel = Some(0);
                return Err(self.engine_error(ErrorKind::OutOfFuel, "fuel exhausted"));
            }
            self.fuel = Some(fuel - work);
        }
        self.check_interrupt()
    }

    /// Makes the bytes of `s` readable with [`StrRef::text`], as [`Heap::flatten`] does, and charges for it.
    #[inline]
    pub fn flatten(&mut self, s: StrRef) -> Result<()> {
        if s.is_rope() { self.flatten_rope(s) } else { Ok(()) }
    }

    #[cold]
    fn flatten_rope(&mut self, s: StrRef) -> Result<()> {
        self.charge(s.byte_len() as u64 / 16)?;
        Ok(self.heap.flatten(s)?)
    }

    /// The concatenation of two strings, charged by what it copies.
    #[inline]
    pub fn concat(&mut self, a: StrRef, b: StrRef) -> Result<StrRef> {
        self.charge(concat_cost(a, b) as u64 / 16)?;
        Ok(self.heap.str_concat(a, b)?)
    }

    /// Charges for reading all of a long text that is going to be a key and has no hash yet.
    #[inline]
    pub fn charge_key(&mut self, key: Value) -> Result<()> {
        match key.as_str() {
            Some(s) if s.byte_len() >= LONG_KEY && (s.is_rope() || s.is_unhashed()) => {
                self.charge(s.byte_len() as u64 / 16)
            }
            _ => Ok(()),
        }
    }

    /// Whether somebody wants the script to stop; long helpers ask now and then.
    #[inline]
    pub fn check_interrupt(&mut self) -> Result<()> {
        if self.shared_owner.requests.load(Ordering::Relaxed) != 0 { self.answer_requests() } else { Ok(()) }
    }

    /// An error that the engine found, in the words of the language.
    pub fn engine_error(&self, kind: ErrorKind, message: &str) -> Error {
        if self.dialects.is_empty() {
            return Error::new(kind, message);
        }
        Error::new(kind, self.dialect_ref().engine_error(kind, message))
    }

    /// Fails when the native stack is nearly used up. Every recursive helper calls this first.
    #[inline]
    pub fn check_native_stack(&self) -> Result<()> {
        let here = 0u8;
        if (&raw const here).addr() < self.native_limit && self.running {
            return Err(self.engine_error(ErrorKind::StackOverflow, "stack overflow"));
        }
        Ok(())
    }

    /// Number of interpreter loops on the native stack.
    fn nesting(&self) -> usize {
        let mut n = 0;
        let mut fp = self.fp;
        while fp > self.frame_storage() {
            // SAFETY: between the first frame and `fp` all frames are initialised.
            unsafe {
                fp = fp.sub(1);
                n += usize::from(ReturnKind::of((*fp).ret).leaves());
            }
        }
        n
    }

    /// Empties the caches if a collection freed shapes, whose numbers may now mean others. Runs before any
    /// fast path can see a cache again.
    #[inline]
    pub(crate) fn after_collection(&mut self) {
        if self.shapes_generation != self.heap.shapes_generation {
            self.shapes_generation = self.heap.shapes_generation;
            for f in self.units.iter_mut().flat_map(|u| u.functions.iter_mut().flatten()) {
                f.flush_caches();
            }
            self.lookups.clear();
        }
    }

    // ---- units ----------------------------------------------------------------------------------------

    /// The instance of a unit with the context's globals; made when first asked for.
    pub fn load(&mut self, unit: &Arc<quadriga_bytecode::VerifiedUnit>) -> Result<u32> {
        let globals = self.globals();
        self.load_into(unit, globals)
    }

    /// The instance of a unit with `globals` as its name space.
    pub fn load_into(&mut self, unit: &Arc<quadriga_bytecode::VerifiedUnit>, globals: MapRef) -> Result<u32> {
        let key = (Arc::as_ptr(unit).addr(), globals.address());
        if let Some(&i) = self.unit_index.get(&key) {
            return Ok(i);
        }
        let Some(dialect) = self.dialect_id(&unit.language) else {
            return Err(Error::new(ErrorKind::Syntax, format!("no such language: {}", unit.language)));
        };
        let index = self.units.len() as u32;
        let functions = unit.functions.iter().map(|_| None).collect();
        self.units.push(UnitInstance {
            verified: unit.clone(),
            dialect: dialect.0,
            globals: globals.value(),
            functions,
        });
        self.unit_index.insert(key, index);
        Ok(index)
    }

    /// The top-level function of a loaded unit, as a value.
    pub fn main_closure(&mut self, unit: u32) -> Result<Value> {
        let main = self.units[unit as usize].verified.main;
        let instance = self.function_instance(unit, main)?;
        Ok(self.heap.closure(instance.cast_const().cast(), unit, &[])?.value())
    }

    /// The running function.
    pub(crate) fn instance(&self) -> Option<&FunctionInstance> {
        // SAFETY: instances live as long as the context.
        self.instance_ptr().map(|p| unsafe { &*p })
    }

    /// Its address.
    pub(crate) fn instance_ptr(&self) -> Option<*mut FunctionInstance> {
        // SAFETY: the state of this context.
        unsafe { instance_at(self.k) }
    }

    /// Whether the running instruction has an alternate.
    pub fn has_alternate(&self) -> bool {
        self.alternate().is_some()
    }

    pub(crate) fn alternate(&self) -> Option<usize> {
        let instance = self.instance()?;
        let pc = instance.word_of(self.pc) - 1;
        instance.function().alternate(pc)
    }

    /// The instruction whose slow path runs.
    pub(crate) fn insn(&self) -> Insn {
        // SAFETY: slow paths run with `pc` behind their instruction.
        unsafe { Insn(*self.pc.sub(1)) }
    }

    /// The functions that exist here so far.
    pub fn functions(&self) -> impl Iterator<Item = &FunctionInstance> {
        self.units.iter().flat_map(|u| u.functions.iter().flatten().map(|f| &**f))
    }

    /// The operation whose slow path runs.
    pub fn running_opcode(&self) -> Option<quadriga_bytecode::Opcode> {
        if self.instance().is_some() && !self.pc.is_null() { self.insn().op() } else { None }
    }

    // ---- entering -------------------------------------------------------------------------------------

    /// Runs `f` on the context's own native stack, under its limits. Nested calls run directly.
    pub fn enter<R>(&mut self, f: impl FnOnce(&mut Context) -> R) -> R {
        if self.running {
            return f(self);
        }
        // First what can fail, then the changes. A time that no clock reaches is no limit.
        let end = self.limits.time.and_then(|t| Instant::now().checked_add(t));
        let deadline = end.map(|end| limits::arm(&self.shared_owner, end));
        let mut stack = self.native_stack.take().expect("a context that does not run has its stack");
        self.running = true;
        let high = stack.base().get();
        // Where collections are confined to safepoints, no Rust frame is looked at: the mode stands for
        // targets on which that is not possible.
        self.heap.roots.native_high = if self.heap.config.safepoint_only { 0 } else { high };
        self.fuel = self.limits.fuel;
        self.reset_poll();
        // The result travels through a local of this stack frame; no value of the heap may be in it, which
        // is why hosts get handles.
        let result = corosensei::on_stack(&mut stack, || {
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut *self)))
        });
        drop(deadline);
        self.running = false;
        // Nobody asks for these after the call, and they would keep objects alive until the next one.
        self.result = Value::NIL;
        self.thrown = Value::NIL;
        self.found = [Value::NIL; 3];
        self.heap.roots.native_high = 0;
        self.native_stack = Some(stack);
        if self.fuel.is_some() {
            self.fuel_left = self.fuel;
        }
        self.fuel = None;
        let answered = std::mem::take(&mut self.answered) | DEADLINE;
        self.shared_owner.requests.fetch_and(!answered, Ordering::SeqCst);
        self.after_collection();
        match result {
            Ok(r) => r,
            Err(panic) => {
                self.recover();
                std::panic::resume_unwind(panic)
            }
        }
    }

    /// Back to the state outside of all functions, after a panic of Rust code.
    fn recover(&mut self) {
        self.fp = self.frame_storage();
        self.base = self.registers.start();
        self.k = self.root_constants[1..].as_ptr().cast();
        self.pc = std::ptr::null();
        self.native_top = std::ptr::null_mut();
        self.continuations.clear();
        self.heap.roots.temps.clear();
        self.pending = None;
    }

    /// Whether script code or a native function runs.
    pub fn is_running(&self) -> bool {
        self.running
    }
}

/// Output of a context that nobody gave another one. A closed pipe is no reason to fail.
fn write_stdout(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text.as_bytes());
}
