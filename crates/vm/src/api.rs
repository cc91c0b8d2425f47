//! What natives, dialects and hosts do with a context: calls, stores that keep name spaces right, native
//! functions, copies, field look-ups.

use crate::context::Context;
use crate::dialect::{Outcome, Recipe};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, ReturnKind};
use crate::instance::FunctionInstance;
use crate::interp;
use crate::interp::slow::{Resumed, call_other, enter_closure, invoke_native, resume_from_rust, throw_into};
use crate::native::NativeInfo;
use quadriga_bytecode::Const;
use quadriga_heap::layout::{Kind, flags};
use quadriga_heap::{GeneratorRef, KeyOrigin, MapRef, ShapeId, StrRef, ValueExt};
use quadriga_value::{Value, fits_int};

impl Context {
    /// Calls a function and waits for its result.
    pub fn call(&mut self, callee: Value, this: Value, args: &[Value]) -> Result<Value> {
        if !self.running {
            return self.enter(|cx| cx.call(callee, this, args));
        }
        self.call_with_home(callee, this, Value::NIL, args)
    }

    fn call_with_home(&mut self, callee: Value, this: Value, home: Value, args: &[Value]) -> Result<Value> {
        self.check_native_stack()?;
        let window = self.window_top();
        self.check_window(window, 3 + args.len())?;
        // SAFETY: room was checked; the window is above everything in use.
        unsafe {
            *window = callee;
            *window.add(1) = this;
            *window.add(2) = home;
            std::ptr::copy(args.as_ptr(), window.add(3), args.len());
        }
        match callee.kind() {
            Some(Kind::Native) => {
                let native = callee.as_native().expect("a native function");
                invoke_native(self, native, window, args.len(), !this.is_nil())
            }
            Some(Kind::Closure) => {
                let closure = callee.as_closure().expect("a closure");
                self.keeping_state(|cx| {
                    cx.pc = enter_closure(cx, closure, window, args.len(), ReturnKind::Exit.with(0), cx.pc)?;
                    // A generator was made: nothing runs yet.
                    if cx.pc.is_null() { Ok(cx.result) } else { interp::run(cx) }
                })
            }
            _ => {
                let outcome = call_other(self, window, args.len())?;
                self.settle(outcome)
            }
        }
    }

    /// Calls a method of an object, with its self and home as a call in a program has them.
    pub fn call_method(&mut self, object: Value, name: StrRef, args: &[Value]) -> Result<Value> {
        if !self.running {
            return self.enter(|cx| cx.call_method(object, name, args));
        }
        let found = self.dialect_ref().get_field(self, object, name)?;
        let callee = self.settle(found.outcome)?;
        self.call_with_home(callee, object, found.home, args)
    }

    /// Runs `f`, after which the running function is the same as before.
    fn keeping_state<R>(&mut self, f: impl FnOnce(&mut Context) -> R) -> R {
        let saved = (self.pc, self.base, self.k, self.native_top);
        let result = f(self);
        (self.pc, self.base, self.k, self.native_top) = saved;
        result
    }

    /// Resumes a generator, which receives `sent` (unless it only begins), and waits until it yields or ends.
    pub fn resume(&mut self, generator: Value, sent: Value) -> Result<Resumed> {
        self.with_generator(generator, |cx, g| resume_from_rust(cx, g, sent))
    }

    /// Raises an error at the `yield` where a generator waits, and waits until it yields or ends.
    pub fn throw_into(&mut self, generator: Value, error: Error) -> Result<Resumed> {
        self.with_generator(generator, |cx, g| throw_into(cx, g, error))
    }

    fn with_generator(
        &mut self,
        generator: Value,
        f: impl FnOnce(&mut Context, GeneratorRef) -> Result<Resumed>,
    ) -> Result<Resumed> {
        if !self.running {
            return self.enter(|cx| cx.with_generator(generator, f));
        }
        self.check_native_stack()?;
        match generator.as_generator() {
            Some(g) => self.keeping_state(|cx| f(cx, g)),
            None => Err(self.engine_error(ErrorKind::Runtime, "not a generator")),
        }
    }

    /// The value of an outcome; makes the calls that it asks for.
    pub fn settle(&mut self, outcome: Outcome) -> Result<Value> {
        if !self.running {
            return self.enter(|cx| cx.settle(outcome));
        }
        let mut outcome = outcome;
        loop {
            outcome = match outcome {
                Outcome::Value(v) => return Ok(v),
                Outcome::Call { callee, this, home, args, count } => {
                    return self.call_with_home(callee, this, home, &args[..count as usize]);
                }
                Outcome::CallThen { callee, this, args, count, then, state } => {
                    let args = &args[..count as usize];
                    let v = self.keeping(state, |cx| cx.call_with_home(callee, this, Value::NIL, args))?;
                    then(self, state, v)?
                }
                Outcome::Alternate => {
                    return Err(self.engine_error(ErrorKind::Runtime, "no alternate outside of bytecode"));
                }
            };
        }
    }

    /// Keeps `v` alive while `f` runs, also where Rust frames are not looked at.
    fn keeping<R>(&mut self, v: Value, f: impl FnOnce(&mut Context) -> R) -> R {
        self.heap.roots.temps.push(v);
        let result = f(self);
        self.heap.roots.temps.pop();
        result
    }

    /// Fails if `n` registers from `window` on would not fit.
    pub(crate) fn check_window(&mut self, window: *mut Value, n: usize) -> Result<()> {
        let room = self.registers.end().addr().saturating_sub(window.addr()) / size_of::<Value>();
        if n > room {
            return Err(self.engine_error(ErrorKind::StackOverflow, "call stack overflow"));
        }
        self.reserve_registers(window.addr() + n * size_of::<Value>());
        Ok(())
    }

    /// The outermost frame.
    pub(crate) fn first_frame(&self) -> *mut Frame {
        self.frame_storage()
    }

    /// A native function as a value.
    pub fn new_native(&mut self, info: NativeInfo) -> Result<Value> {
        self.new_native_with(info, Value::NIL)
    }

    /// A native function with a value bound to it.
    pub fn new_native_with(&mut self, info: NativeInfo, data: Value) -> Result<Value> {
        let name = self.heap.intern(&info.name)?;
        let index = self.natives.len() as u32;
        self.natives.push(info);
        Ok(self.heap.native(index, data, name.value())?.value())
    }

    /// What is known about a native function.
    pub fn native_info(&self, native: Value) -> Option<&NativeInfo> {
        self.natives.get(native.as_native()?.index() as usize)
    }

    /// The bytecode function of a closure.
    pub fn function_of(&self, closure: Value) -> Option<&quadriga_bytecode::Function> {
        let instance: *const FunctionInstance = closure.as_closure()?.function().cast();
        // SAFETY: closures of a context point to its instances, which live as long as the context.
        Some(unsafe { (*instance).function() })
    }

    /// The values that missing arguments of a closure take.
    pub fn defaults_of(&self, closure: Value) -> &[Value] {
        match closure.as_closure() {
            Some(c) => {
                let instance: *const FunctionInstance = c.function().cast();
                // SAFETY: as above.
                unsafe { &(*instance).defaults }
            }
            None => &[],
        }
    }

    /// Stores an entry of a map that a program sees: in a name space, code that used a built-in of the name
    /// learns of the variable.
    pub fn map_set(&mut self, map: MapRef, key: Value, v: Value) -> Result<()> {
        if Context::has_user_keys(map) {
            return self.map_set_user(map, key, v);
        }
        self.charge_key(key)?;
        if map.has_flag(flags::CELLS)
            && let Some(name) = key.as_str()
        {
            let name = self.heap.intern_str(name)?;
            return self.store_global(map, name, v);
        }
        Ok(self.heap.map_set(map, key, v, KeyOrigin::Computed)?)
    }

    /// Stores a field whose name stands in the program: keeps the map shaped.
    pub fn map_set_field(&mut self, map: MapRef, name: StrRef, v: Value) -> Result<()> {
        if map.has_flag(flags::CELLS) {
            return self.store_global(map, name, v);
        }
        Ok(self.heap.map_set(map, name.value(), v, KeyOrigin::Constant)?)
    }

    /// Removes an entry of a map that a program sees.
    pub fn map_remove(&mut self, map: MapRef, key: Value) -> Result<Option<Value>> {
        if Context::has_user_keys(map) {
            return self.map_remove_user(map, key);
        }
        self.charge_key(key)?;
        if map.has_flag(flags::CELLS) {
            return self.remove_global(map, key);
        }
        Ok(self.heap.map_remove(map, key)?)
    }

    /// Slot of an own field of a shaped map.
    pub fn own_slot(&self, map: MapRef, name: StrRef) -> Option<u32> {
        let shape = map.shape();
        if shape == ShapeId::NONE {
            return None;
        }
        self.heap.shapes.lookup(shape, name).map(|s| s as u32)
    }

    /// Whether adding `name` to shape `before` gives shape `after`.
    pub(crate) fn is_transition(&self, before: u32, name: StrRef, after: u32) -> bool {
        self.heap.shapes.transition(ShapeId(before), name) == Some(ShapeId(after))
    }

    /// Looks `name` up in a map and then its prototypes: the value, where it was, and how to repeat that.
    /// `None` if no map of the chain has it (chains longer than 256 links end there).
    pub fn find_in_chain(&mut self, map: MapRef, name: StrRef) -> Option<(Value, MapRef, Recipe)> {
        let mut holder = map;
        let mut cacheable = true;
        for _ in 0..256 {
            if let Some(slot) = self.own_slot(holder, name) {
                // SAFETY: the shape has this slot.
                let v = unsafe { holder.slot(slot as usize) };
                let recipe = match (holder == map, cacheable) {
                    (true, _) => Recipe::Own { slot },
                    (false, true) => Recipe::Holder { map: holder, slot },
                    (false, false) => Recipe::None,
                };
                return Some((v, holder, recipe));
            }
            if holder.shape() == ShapeId::NONE {
                if let Some(v) = self.heap.map_get(holder, name.value()) {
                    return Some((v, holder, Recipe::None));
                }
                // A receiver without a shape has no cache key; a dictionary among the prototypes may
                // gain a prototype of its own without a change of shape.
                cacheable = false;
            }
            holder = self.heap.map_proto(holder)?;
        }
        None
    }

    /// Shallow copy of a list or map; anything else is its own copy.
    pub fn copy_container(&mut self, v: Value) -> Result<Value> {
        if let Some(list) = v.as_list() {
            self.charge(list.len() as u64)?;
            return Ok(self.heap.copy_list(list)?.value());
        }
        if let Some(map) = v.as_map() {
            self.charge(map.len() as u64)?;
            return Ok(self.heap.copy_map(map)?.value());
        }
        Ok(v)
    }

    /// An integer of up to 64 bits: inline if it fits, else boxed.
    pub fn integer(&mut self, i: i64) -> Result<Value> {
        if fits_int(i) { Ok(Value::int(i)) } else { Ok(self.heap.boxed_int(i)?.value()) }
    }

    /// The value of a constant of a unit.
    pub fn constant_value(&mut self, c: &Const) -> Result<Value> {
        Ok(match c {
            Const::Nil => Value::NIL,
            Const::Bool(b) => Value::bool(*b),
            Const::Int(i) => self.integer(*i)?,
            Const::Double(d) => Value::double_from_outside(*d),
            Const::Str(s) | Const::Cell(s) => self.heap.intern(s)?.value(),
            Const::List(items) => {
                let list = self.heap.list_new(items.len())?;
                for item in items {
                    let v = self.constant_value(item)?;
                    self.heap.list_push(list, v)?;
                }
                list.set_flag(flags::IMMUTABLE);
                list.value()
            }
            Const::Map(entries) => {
                let map = self.heap.map_new(None, entries.len())?;
                for (key, value) in entries {
                    let key = self.constant_value(key)?;
                    let value = self.constant_value(value)?;
                    self.heap.map_set(map, key, value, KeyOrigin::Constant)?;
                }
                map.set_flag(flags::IMMUTABLE);
                map.value()
            }
        })
    }

    /// The instance of function `index` of a loaded unit; made when first asked for.
    pub(crate) fn function_instance(&mut self, unit: u32, index: u32) -> Result<*mut FunctionInstance> {
        let u = &mut self.units[unit as usize];
        if let Some(f) = &mut u.functions[index as usize] {
            return Ok(&mut **f);
        }
        let (verified, dialect, globals) = (u.verified.clone(), u.dialect, u.globals);
        let function = &verified.functions[index as usize];
        // The values wait in a list that the collector sees until the instance, a root, exists.
        let n = function.consts.len();
        let keep = self.heap.list_new(n + function.defaults.len())?;
        let globals = globals.as_map().expect("globals are a map");
        for c in &function.consts {
            let v = match c {
                Const::Cell(name) => {
                    let name = self.heap.intern(name)?;
                    self.resolve_cell(globals, name, dialect)?
                }
                other => self.constant_value(other)?,
            };
            self.heap.list_push(keep, v)?;
        }
        for c in &function.defaults {
            let v = self.constant_value(c)?;
            self.heap.list_push(keep, v)?;
        }
        let constants = (0..n).map(|i| keep.get(i)).collect();
        let defaults = (n..keep.len()).map(|i| keep.get(i)).collect();
        let instance = FunctionInstance::new(verified.clone(), unit, index, dialect, constants, defaults);
        let slot = &mut self.units[unit as usize].functions[index as usize];
        Ok(&mut **slot.insert(instance))
    }
}
