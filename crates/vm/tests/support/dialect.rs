//! The test dialect: which question goes where.
//!
//! * Integers have 64 bits and are checked; those beyond 48 bits are boxed (`arith.rs`).
//! * Maps are objects: fields are looked up along the prototypes, properties call their getter and setter,
//!   `__add__`, `__eq__`, `__bool__`, `next`... are methods that operators call (`objects.rs`).
//! * `special.N` has operations that need no function call (`special.rs`); others are natives
//!   (`natives.rs`), which are the built-in global names.
//! * Errors of the engine and the dialect are caught as records with a message.

use super::{arith, describe, natives, objects, special};
use quadriga_vm::heap::layout::flags;
use quadriga_vm::heap::{KeyPolicy, MapRef, StrRef, ValueExt, hash_int, hash_key};
use quadriga_vm::value::Value;
use quadriga_vm::{
    Args, BinaryOp, CompareOp, Context, Dialect, DialectId, Error, ErrorKind, Lookup, Outcome, Recipe,
    Result, Store, UnaryOp, VariableKind,
};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Tags of records.
pub mod tag {
    /// A caught error: its message.
    pub const ERROR: u32 = 1;
    /// A property: getter and setter.
    pub const PROPERTY: u32 = 2;
    /// Thrown by the step of an iterator that is at its end, and by resuming a finished generator: a value.
    pub const STOP: u32 = 3;
    /// A pair of values for the continuation of an operation.
    pub const PAIR: u32 = 4;
}

/// Indices of [`Context::slot`]: methods of values that are no maps.
pub mod slot {
    /// Of numbers.
    pub const NUMBERS: usize = 0;
    /// Of strings.
    pub const STRINGS: usize = 1;
    /// Of lists.
    pub const LISTS: usize = 2;
}

/// What the dialect counts in a context.
#[derive(Default)]
pub struct Counts {
    /// Copies made before a write.
    pub copies: usize,
    /// Payloads of host objects that were dropped.
    pub drops: Arc<AtomicUsize>,
}

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct TestDialect {
    /// Name under which units refer to it.
    pub name: &'static str,
    /// Answer nil where an operand is wrong, so that random programs run on.
    pub lenient: bool,
}

/// The number of the dialect in a context.
pub fn id(cx: &Context) -> DialectId {
    cx.dialect_id("test").expect("the test dialect is installed")
}

/// The counts of a context.
pub fn counts(cx: &mut Context) -> &mut Counts {
    let id = id(cx);
    cx.state(id).expect("the dialect has set them")
}

/// A freed object must never be seen; poisoned memory shows it.
pub fn check(v: Value) {
    if let Some(kind) = v.kind() {
        assert!(kind as u8 != 0, "a freed object is in use");
    }
}

impl TestDialect {
    /// An error of the language, or nil in a lenient one.
    fn wrong(self, message: impl FnOnce() -> String) -> Result<Outcome> {
        if self.lenient { Ok(Outcome::Value(Value::NIL)) } else { Err(Error::runtime(message())) }
    }

    fn softened(self, result: Result<Outcome>) -> Result<Outcome> {
        match result {
            Err(e) if self.lenient && e.kind() == ErrorKind::Runtime => Ok(Outcome::Value(Value::NIL)),
            other => other,
        }
    }
}

impl Dialect for TestDialect {
    fn name(&self) -> &'static str {
        self.name
    }

    fn install(&self, cx: &mut Context) -> Result<()> {
        if self.name != "test" {
            return Ok(());
        }
        let id = id(cx);
        cx.set_state(id, Counts::default());
        // What a map has under this name is its prototype, as well as a field.
        cx.heap.proto_key = Some(cx.heap.intern("proto")?);
        for i in [slot::NUMBERS, slot::STRINGS, slot::LISTS] {
            let methods = cx.heap.map_new(None, 4)?;
            methods.set_flag(flags::PROTO);
            cx.set_slot(id, i, methods.value());
        }
        Ok(())
    }

    fn builtin(&self, cx: &mut Context, name: StrRef) -> Option<Value> {
        if self.name != "test" {
            // A second language has built-ins of its own under the same names.
            return Some(Value::int(name.char_len() as i64));
        }
        let info = natives::find(name.text())?;
        cx.new_native(info).ok()
    }

    fn unassigned(&self, _: &mut Context, kind: VariableKind, name: &str) -> Result<Outcome> {
        self.wrong(|| format!("{kind:?} variable '{name}' has no value"))
    }

    fn binary(&self, cx: &mut Context, op: BinaryOp, x: Value, y: Value) -> Result<Outcome> {
        check(x);
        check(y);
        if let Some(method) = objects::method(cx, x, arith::method_name(op))? {
            return Ok(Outcome::call(method, x, &[y]));
        }
        self.softened(arith::binary(cx, op, x, y).map(Outcome::Value))
    }

    fn unary(&self, cx: &mut Context, op: UnaryOp, x: Value) -> Result<Outcome> {
        check(x);
        match op {
            UnaryOp::Neg => match objects::method(cx, x, "__neg__")? {
                Some(method) => Ok(Outcome::call(method, x, &[])),
                None => self.softened(arith::negate(cx, x).map(Outcome::Value)),
            },
            UnaryOp::Not => objects::not(cx, x),
        }
    }

    fn compare(&self, cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<Outcome> {
        check(x);
        check(y);
        match objects::compare(cx, op, x, y)? {
            Some(outcome) => Ok(outcome),
            None => match arith::compare(op, x, y) {
                Some(answer) => Ok(Outcome::bool(answer)),
                None if self.lenient => Ok(Outcome::bool(false)),
                None => {
                    let (a, b) = (describe::text(cx, x), describe::text(cx, y));
                    Err(Error::runtime(format!("cannot order {a} and {b}")))
                }
            },
        }
    }

    fn truth(&self, cx: &mut Context, x: Value) -> Result<Outcome> {
        check(x);
        objects::truth(cx, x)
    }

    fn get_field(&self, cx: &mut Context, object: Value, name: StrRef) -> Result<Lookup> {
        check(object);
        match objects::get_field(cx, object, name)? {
            Some(found) => Ok(found),
            None if self.lenient => Ok(Lookup::uncached(Value::NIL)),
            None => {
                Err(Error::runtime(format!("no field '{}' in {}", name.text(), describe::text(cx, object))))
            }
        }
    }

    fn set_field(&self, cx: &mut Context, object: Value, name: StrRef, value: Value) -> Result<Store> {
        check(object);
        check(value);
        match objects::set_field(cx, object, name, value) {
            Err(e) if self.lenient && e.kind() == ErrorKind::Runtime => {
                Ok(Store::Done(Outcome::Value(Value::NIL)))
            }
            other => other,
        }
    }

    fn get_index(&self, cx: &mut Context, object: Value, key: Value) -> Result<Outcome> {
        check(object);
        check(key);
        self.softened(objects::get_index(cx, object, key))
    }

    fn get_index_method(&self, cx: &mut Context, object: Value, key: Value) -> Result<Lookup> {
        let outcome = self.get_index(cx, object, key)?;
        Ok(Lookup { outcome, recipe: Recipe::None, home: object })
    }

    fn set_index(&self, cx: &mut Context, object: Value, key: Value, value: Value) -> Result<Outcome> {
        check(object);
        check(value);
        self.softened(objects::set_index(cx, object, key, value))
    }

    fn slice(&self, cx: &mut Context, object: Value, from: Value, to: Value) -> Result<Outcome> {
        self.softened(objects::slice(cx, object, from, to).map(Outcome::Value))
    }

    fn new_object(&self, cx: &mut Context, prototype: Value) -> Result<Outcome> {
        let proto = prototype.as_map();
        if proto.is_none() && !prototype.is_nil() {
            return self.wrong(|| "a prototype is a map".into());
        }
        Ok(Outcome::Value(cx.heap.map_new(proto, 0)?.value()))
    }

    fn call_other(&self, cx: &mut Context, callee: Value, args: Args) -> Result<Outcome> {
        check(callee);
        let Some(class) = callee.as_map() else {
            if cx.has_alternate() {
                return Ok(Outcome::Alternate);
            }
            let text = describe::text(cx, callee);
            return self.wrong(|| format!("{text} is not callable"));
        };
        self.softened(objects::make_instance(cx, class, args))
    }

    fn arity_error(&self, _: &mut Context, function: &str, got: usize, expected: usize) -> Error {
        Error::runtime(format!("{function} takes {expected} arguments, not {got}"))
    }

    fn iterate(&self, cx: &mut Context, value: Value) -> Result<Value> {
        check(value);
        objects::iterate(cx, value, self.lenient)
    }

    fn iter_next(&self, cx: &mut Context, object: Value, position: &mut Value) -> Result<Outcome> {
        objects::iter_next(cx, object, position)
    }

    fn generator_finished(&self, cx: &mut Context, result: Value) -> Result<Outcome> {
        if self.lenient {
            return Ok(Outcome::Value(result));
        }
        let stop = cx.heap.record(tag::STOP, &[result])?;
        Err(cx.throw(stop.value()))
    }

    fn ends_iteration(&self, cx: &mut Context, error: &Error) -> bool {
        error.kind() == ErrorKind::Thrown && is_record(cx.thrown(), tag::STOP)
    }

    fn special(&self, cx: &mut Context, code: u8, x: Value, y: Value) -> Result<Outcome> {
        check(x);
        check(y);
        self.softened(special::run(cx, code, x, y))
    }

    fn unshare(&self, cx: &mut Context, value: Value) -> Result<Value> {
        counts(cx).copies += 1;
        cx.copy_container(value)
    }

    fn hash_key(&self, cx: &mut Context, key: Value) -> Result<u64> {
        if let Some(method) = objects::method(cx, key, "__hash__")? {
            let hash = cx.call(method, key, &[])?;
            return match hash.as_i64() {
                Some(i) => Ok(hash_int(i)),
                None => Err(Error::runtime("__hash__ is no integer")),
            };
        }
        if key.as_list().is_some() && !self.lenient {
            return Err(Error::runtime("a list cannot be a key"));
        }
        Ok(hash_key(key))
    }

    fn keys_equal(&self, cx: &mut Context, x: Value, y: Value) -> Result<bool> {
        for (a, b) in [(x, y), (y, x)] {
            if let Some(method) = objects::method(cx, a, "__eq__")? {
                return Ok(cx.call(method, a, &[b])? == Value::TRUE);
            }
        }
        Ok(false)
    }

    fn engine_error(&self, kind: ErrorKind, message: &str) -> String {
        match kind {
            ErrorKind::StackOverflow => format!("too deep: {message}"),
            _ => message.to_string(),
        }
    }

    fn caught(&self, cx: &mut Context, error: &Error) -> Option<Value> {
        let catchable = matches!(
            error.kind(),
            ErrorKind::Runtime
                | ErrorKind::StackOverflow
                | ErrorKind::OutOfMemory
                | ErrorKind::TooLarge
                | ErrorKind::Host
        );
        if !catchable {
            return None;
        }
        let message = cx.heap.str(error.message()).ok()?;
        Some(cx.heap.record(tag::ERROR, &[message.value()]).ok()?.value())
    }

    fn describe(&self, cx: &mut Context, value: Value) -> String {
        describe::text(cx, value)
    }
}

/// Whether `v` is a record with this tag.
pub fn is_record(v: Value, tag: u32) -> bool {
    v.as_record().is_some_and(|r| r.tag() == tag)
}

/// An empty map whose keys the dialect compares.
pub fn user_map(cx: &mut Context) -> Result<MapRef> {
    Ok(cx.heap.dictionary_with(KeyPolicy::User(1), 0)?)
}
