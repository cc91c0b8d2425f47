//! Contexts: one isolated world of objects, globals and running functions.
//!
//! A [`Context`] owns its heap, a register stack, a stack of frames and a native stack of its own on
//! which all script code and every Rust function that it calls run; the collector scans that stack
//! conservatively. A context may move between threads but runs on one at a time.

use crate::dialect::{ContinuationFn, Dialect};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, ReturnKind};
use crate::instance::{FunctionInstance, UnitInstance};
use crate::limits::{self, CANCEL, CancelHandle, DEADLINE, Limits, Shared};
use crate::native::NativeInfo;
use corosensei::stack::{DefaultStack, Stack};
use quadriga_bytecode::Insn;
use quadriga_heap::{BoxRef, Heap, HeapConfig, MapRef, StrRef, Tracer, ValueExt};
use quadriga_value::Value;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Registers of all frames together.
const REGISTER_STACK: usize = 1 << 20;
/// Bytes of the native stack.
const NATIVE_STACK: usize = 1 << 20;
/// Native stack that a recursive helper leaves to others.
const NATIVE_RESERVE: usize = 96 << 10;

/// How a context is made.
#[derive(Clone, Debug, Default)]
pub struct ContextConfig {
    /// Limits.
    pub limits: Limits,
    /// Heap modes; its byte limit is taken from `limits`.
    pub heap: HeapConfig,
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
    pub(crate) result: Value,
    pub(crate) pending: Option<Error>,
    pub(crate) thrown: Value,
    pub(crate) poll_always: bool,
    pub(crate) fuel: Option<u64>,
    pub(crate) running: bool,
    pub(crate) units: Vec<UnitInstance>,
    unit_index: HashMap<(usize, usize), u32>,
    pub(crate) natives: Vec<NativeInfo>,
    pub(crate) continuations: Vec<Continuation>,
    pub(crate) globals: Value,
    pub(crate) builtin_cells: HashMap<Box<str>, Value>,
    pub(crate) unassigned_cells: HashMap<usize, Box<str>>,
    dialects: Vec<Arc<dyn Dialect>>,
    slots: Vec<Vec<Value>>,
    state: Vec<Box<dyn Any + Send>>,
    limits: Limits,
    fuel_left: Option<u64>,
    shapes_generation: u32,
    output: Box<OutputFn>,
    native_limit: usize,
    native_stack: Option<DefaultStack>,
    frames: Box<[Frame]>,
    registers: Box<[Value]>,
    root_constants: Box<[u64; 2]>,
    root_instance: Option<Box<FunctionInstance>>,
    shared_owner: Arc<Shared>,
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
        let registers = zeroed_registers(REGISTER_STACK);
        let depth = config.limits.max_depth.clamp(1, 10_000_000) + 1;
        let frames = uninitialised_frames(depth);
        let stack = DefaultStack::new(NATIVE_STACK)
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
            result: Value::NIL,
            pending: None,
            thrown: Value::NIL,
            poll_always: safepoints,
            fuel: None,
            running: false,
            units: Vec::new(),
            unit_index: HashMap::new(),
            natives: Vec::new(),
            continuations: Vec::new(),
            globals: Value::NIL,
            builtin_cells: HashMap::new(),
            unassigned_cells: HashMap::new(),
            dialects: Vec::new(),
            slots: Vec::new(),
            state: Vec::new(),
            limits: config.limits.clone(),
            fuel_left: config.limits.fuel,
            shapes_generation: 0,
            output: Box::new(|text| print!("{text}")),
            native_limit,
            native_stack: Some(stack),
            frames,
            registers,
            root_constants: Box::new([0, 0]),
            root_instance: None,
            shared_owner: Arc::new(Shared::new(0)),
        });
        cx.shared_owner = Arc::new(Shared::new(cx.normal_limit()));
        cx.shared = Arc::as_ptr(&cx.shared_owner);
        cx.fp = cx.frames.as_mut_ptr();
        // SAFETY: one past the usable frames lies within the allocation.
        cx.fp_limit = unsafe { cx.fp.add(depth - 1) };
        cx.base = cx.registers.as_mut_ptr();
        cx.k = cx.root_constants[1..].as_ptr().cast();
        cx.shapes_generation = cx.heap.shapes_generation;
        let address: *const Context = &*cx;
        cx.heap.roots.extra.push((trace_context, address.cast()));
        let globals = cx.heap.map_new(None, 0)?;
        globals.set_flag(quadriga_heap::layout::flags::CELLS);
        cx.globals = globals.value();
        cx.reset_poll();
        Ok(cx)
    }

    fn normal_limit(&self) -> usize {
        // A frame that starts below the limit has room for the largest function; others are checked exactly.
        self.registers.as_ptr().addr() + (REGISTER_STACK - 8) * size_of::<Value>()
    }

    /// Storage of the frames.
    pub(crate) fn frame_storage(&self) -> *mut Frame {
        self.frames.as_ptr().cast_mut()
    }

    pub(crate) fn register_end(&self) -> *mut Value {
        // SAFETY: within the allocation.
        unsafe { self.registers.as_ptr().cast_mut().add(REGISTER_STACK - 8) }
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

    // ---- globals --------------------------------------------------------------------------------------

    /// The map of the globals; its values are cells.
    pub fn globals(&self) -> MapRef {
        self.globals.as_map().expect("the globals are a map")
    }

    /// The cell that code for global `name` of `globals` refers to: its own one if assigned or without a
    /// built-in of the name, else the cell of the built-in.
    pub(crate) fn resolve_cell(&mut self, globals: MapRef, name: StrRef, dialect: u32) -> Result<Value> {
        let cell = self.heap.cell(globals, name)?;
        if !cell.get().is_empty() {
            return Ok(cell.value());
        }
        self.unassigned_cells.entry(cell.address()).or_insert_with(|| name.text().into());
        if let Some(&builtin) = self.builtin_cells.get(name.text()) {
            return Ok(builtin);
        }
        let dialect = self.dialects[dialect as usize].clone();
        if let Some(v) = dialect.builtin(self, name) {
            let builtin = self.heap.new_box(v)?.value();
            self.builtin_cells.insert(name.text().into(), builtin);
            return Ok(builtin);
        }
        Ok(cell.value())
    }

    /// Gives a global its first value: enters it into the map and points code that used a built-in of the
    /// name to the variable.
    pub(crate) fn define_global(&mut self, globals: MapRef, name: StrRef, value: Value) -> Result<BoxRef> {
        let cell = self.heap.cell(globals, name)?;
        self.heap.cell_define(globals, name, value)?;
        if let Some(builtin) = self.builtin_cells.get(name.text()).copied() {
            self.repoint_cells(builtin, cell.value());
        }
        Ok(cell)
    }

    /// Removes a global; code goes back to the built-in of the name, if there is one.
    pub fn remove_global(&mut self, globals: MapRef, name: Value) -> Result<Option<Value>> {
        let old = self.heap.map_remove(globals, name)?;
        if let Some(s) = name.as_str()
            && let Some(builtin) = self.builtin_cells.get(s.text()).copied()
        {
            let cell = self.heap.cell(globals, s)?;
            self.repoint_cells(cell.value(), builtin);
        }
        Ok(old)
    }

    fn repoint_cells(&mut self, from: Value, to: Value) {
        for unit in &mut self.units {
            for f in unit.functions.iter_mut().flatten() {
                for i in 0..f.constant_count() {
                    if f.constants().nth(i) == Some(from) {
                        f.set_constant(i, to);
                    }
                }
            }
        }
    }

    /// Value of a global, if assigned.
    pub fn global(&mut self, name: &str) -> Result<Option<Value>> {
        let key = self.heap.intern(name)?;
        let globals = self.globals();
        Ok(self.heap.map_get(globals, key.value()))
    }

    /// Assigns a global.
    pub fn set_global(&mut self, name: &str, value: Value) -> Result<()> {
        let key = self.heap.intern(name)?;
        let globals = self.globals();
        self.store_global(globals, key, value)
    }

    /// Assigns a variable of a name space.
    pub fn store_global(&mut self, globals: MapRef, name: StrRef, value: Value) -> Result<()> {
        let cell = self.heap.cell(globals, name)?;
        if cell.get().is_empty() {
            self.define_global(globals, name, value)?;
        } else {
            self.heap.box_set(cell, value);
        }
        Ok(())
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

    fn reset_poll(&mut self) {
        let quiet = !self.poll_always && self.fuel.is_none();
        let limit = if quiet { self.normal_limit() } else { 0 };
        self.shared_owner.limit.store(limit, Ordering::SeqCst);
        // A request that came in between must not be lost.
        if self.shared_owner.requests.load(Ordering::SeqCst) != 0 {
            self.shared_owner.limit.store(0, Ordering::SeqCst);
        }
    }

    /// Looks up what an interruption wants, and collects if it is time in the mode without stack scanning.
    pub(crate) fn poll(&mut self) -> Result<()> {
        let requests = self.shared_owner.requests.swap(0, Ordering::SeqCst);
        if requests != 0 {
            self.reset_poll();
            if requests & CANCEL != 0 {
                return Err(self.engine_error(ErrorKind::Cancelled, "cancelled"));
            }
            if requests & DEADLINE != 0 {
                return Err(self.engine_error(ErrorKind::TimeLimit, "time limit exceeded"));
            }
        }
        if self.heap.safepoint_due() && self.nesting() == 1 {
            self.heap.collect_at_safepoint();
        }
        self.after_collection();
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
        if self.shared_owner.requests.load(Ordering::Relaxed) != 0 {
            return self.poll();
        }
        Ok(())
    }

    /// Whether somebody wants the script to stop; long helpers ask now and then.
    pub fn check_interrupt(&mut self) -> Result<()> {
        if self.shared_owner.requests.load(Ordering::Relaxed) != 0 { self.poll() } else { Ok(()) }
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
        while fp > self.frames.as_ptr().cast_mut() {
            // SAFETY: between the first frame and `fp` all frames are initialised.
            unsafe {
                fp = fp.sub(1);
                n += usize::from(ReturnKind::of((*fp).ret) == ReturnKind::Exit);
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
        // SAFETY: the word before the constants is the address of an instance, or 0 for the state outside
        // of all functions.
        let address = unsafe { self.k.cast::<u64>().sub(1).read() } as usize;
        if address == 0 { None } else { Some(std::ptr::with_exposed_provenance_mut(address)) }
    }

    /// Registers of the running function.
    pub(crate) fn frame_registers(&self) -> usize {
        self.instance().map_or(0, |i| i.registers as usize)
    }

    /// First register that is free for a call made by Rust code.
    pub(crate) fn window_top(&self) -> *mut Value {
        // SAFETY: a frame's registers lie within the stack.
        let top = unsafe { self.base.add(self.frame_registers()) };
        top.max(self.native_top)
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

    /// The name space of the running function (the context's globals if none runs).
    pub fn running_globals(&self) -> MapRef {
        let unit = self.instance().map(|i| i.unit as usize);
        unit.and_then(|u| self.units[u].globals.as_map()).unwrap_or_else(|| self.globals())
    }

    // ---- entering -------------------------------------------------------------------------------------

    /// Runs `f` on the context's own native stack, under its limits. Nested calls run directly.
    pub fn enter<R>(&mut self, f: impl FnOnce(&mut Context) -> R) -> R {
        if self.running {
            return f(self);
        }
        let Some(mut stack) = self.native_stack.take() else {
            return f(self);
        };
        self.running = true;
        let high = stack.base().get();
        self.heap.roots.native_high = high;
        self.fuel = self.limits.fuel;
        self.reset_poll();
        let deadline = self.limits.time.map(|t| limits::arm(&self.shared_owner, Instant::now() + t));
        // The result travels through a local of this stack frame; no value of the heap may be in it, which
        // is why hosts get handles.
        let result = corosensei::on_stack(&mut stack, || {
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut *self)))
        });
        drop(deadline);
        self.running = false;
        self.heap.roots.native_high = 0;
        self.native_stack = Some(stack);
        if self.fuel.is_some() {
            self.fuel_left = self.fuel;
        }
        self.fuel = None;
        self.shared_owner.requests.fetch_and(!DEADLINE, Ordering::SeqCst);
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
        self.fp = self.frames.as_mut_ptr();
        self.base = self.registers.as_mut_ptr();
        self.k = self.root_constants[1..].as_ptr().cast();
        self.pc = std::ptr::null();
        self.native_top = std::ptr::null_mut();
        self.continuations.clear();
    }

    /// Whether script code or a native function runs.
    pub fn is_running(&self) -> bool {
        self.running
    }
}

fn trace_context(cx: *const (), tracer: &mut Tracer) {
    let cx: *const Context = cx.cast();
    // SAFETY: registered by `Context::new` with the address of the boxed context, whose heap calls this;
    // only fields other than the heap are read.
    let cx = unsafe { &*cx };
    tracer.value(cx.result);
    tracer.value(cx.thrown);
    tracer.value(cx.globals);
    for v in cx.builtin_cells.values() {
        tracer.value(*v);
    }
    for unit in &cx.units {
        tracer.value(unit.globals);
        for f in unit.functions.iter().flatten() {
            f.constants().for_each(|v| tracer.value(v));
            f.defaults.iter().for_each(|v| tracer.value(*v));
        }
    }
    for c in &cx.continuations {
        tracer.value(c.state);
    }
    for v in cx.slots.iter().flatten() {
        tracer.value(*v);
    }
    let top = cx.window_top();
    let mut r = cx.registers.as_ptr();
    // Registers beyond the ones in use hold stale words; the conservative test sorts them out.
    while r < top.cast_const() {
        // SAFETY: below the top of the register stack.
        unsafe {
            tracer.conservative_word((*r).bits());
            r = r.add(1);
        }
    }
}

fn zeroed_registers(n: usize) -> Box<[Value]> {
    // Zero is the double 0.0; the system hands out zeroed pages only when they are touched.
    // SAFETY: all-zero words are values.
    unsafe { Box::<[Value]>::new_zeroed_slice(n).assume_init() }
}

fn uninitialised_frames(n: usize) -> Box<[Frame]> {
    // SAFETY: all-zero words are a frame (null pointers, kind `Register`).
    unsafe { Box::<[Frame]>::new_zeroed_slice(n).assume_init() }
}
