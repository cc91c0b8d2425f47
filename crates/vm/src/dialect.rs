//! The dialect: what a language decides, behind the fast paths that all languages share.
//!
//! The interpreter treats integers without overflow, doubles, list elements by index, fields through
//! inline caches and calls of closures itself. Everything else of an operation comes here. A slow path
//! answers with an [`Outcome`]: a value, a call to be made (the engine pushes the frame, so that script
//! code never runs below Rust code needlessly), or "take the alternate" of the instruction.

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::native::Args;
use quadriga_heap::{ListRef, MapRef, StrRef};
use quadriga_value::Value;

/// An operation on two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    IDiv,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// An operation on one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Neg,
    Not,
}

/// A kind of variable, for errors about unassigned ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum VariableKind {
    Local,
    Global,
    Captured,
    Boxed,
}

/// Second half of an operation that had to call script code: takes its state and the result of the call.
pub type ContinuationFn = fn(&mut Context, Value, Value) -> Result<Outcome>;

/// What a slow path says.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// The result. Comparisons and truth tests answer with a boolean.
    Value(Value),
    /// Call this function; its result is the result. At most two arguments.
    Call {
        /// A closure or native function.
        callee: Value,
        /// Its self.
        this: Value,
        /// Its home.
        home: Value,
        /// Arguments.
        args: [Value; 2],
        /// How many of them count.
        count: u8,
    },
    /// Call this function; when it returns, `then` takes `state` and its result and says how the operation
    /// goes on. At most two arguments.
    CallThen {
        /// A closure or native function.
        callee: Value,
        /// Its self.
        this: Value,
        /// Arguments.
        args: [Value; 2],
        /// How many of them count.
        count: u8,
        /// What follows.
        then: ContinuationFn,
        /// What `then` needs to know.
        state: Value,
    },
    /// Go on with the alternate of the instruction. Only if [`Context::has_alternate`] says that there is one.
    Alternate,
}

impl Outcome {
    /// A boolean.
    pub fn bool(b: bool) -> Outcome {
        Outcome::Value(Value::bool(b))
    }

    /// A call with self and up to two arguments.
    pub fn call(callee: Value, this: Value, args: &[Value]) -> Outcome {
        Outcome::Call { callee, this, home: Value::NIL, args: two(args), count: args.len() as u8 }
    }

    /// A call with self and up to two arguments, whose result goes to `then`, together with `state`.
    pub fn call_then(
        callee: Value,
        this: Value,
        args: &[Value],
        then: ContinuationFn,
        state: Value,
    ) -> Outcome {
        Outcome::CallThen { callee, this, args: two(args), count: args.len() as u8, then, state }
    }
}

fn two(args: &[Value]) -> [Value; 2] {
    let mut list = [Value::NIL; 2];
    list[..args.len()].copy_from_slice(args);
    list
}

/// How a field was found, in a form that an inline cache can repeat without asking again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Recipe {
    /// Not repeatable.
    None,
    /// In a slot of the receiver itself, whose shape stands for the answer.
    Own {
        /// Slot.
        slot: u32,
    },
    /// In a slot of another map, as long as no prototype changes its shape. For a dictionary: as long as it
    /// has neither the key nor a prototype, which the engine tests.
    Holder {
        /// The map.
        map: MapRef,
        /// Slot.
        slot: u32,
    },
}

/// Answer to a field look-up.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// The value (or what else is to be done).
    pub outcome: Outcome,
    /// How to repeat it.
    pub recipe: Recipe,
    /// Where methods found here have their home. If there is a recipe, it is nil or something that the
    /// recipe keeps alive: the holder, its prototype, the receiver's prototype. Never the receiver.
    pub home: Value,
}

impl Lookup {
    /// A value that no cache may keep.
    pub fn uncached(value: Value) -> Lookup {
        Lookup { outcome: Outcome::Value(value), recipe: Recipe::None, home: Value::NIL }
    }
}

/// Answer to a store of a field.
#[derive(Clone, Copy, Debug)]
pub enum Store {
    /// Store it as an own entry of this object, which is a map that may be changed.
    Plain,
    /// The dialect has done it, or wants this call.
    Done(Outcome),
}

/// A language, as the engine sees it. Implementations hold no state of a context; what a language needs
/// per context lives in [`Context::slots`] and [`Context::state`].
pub trait Dialect: Send + Sync + 'static {
    /// Name under which units refer to it.
    fn name(&self) -> &'static str;

    /// Prepares a context: type tables, built-in functions.
    fn install(&self, cx: &mut Context) -> Result<()>;

    /// Value of a global that is not assigned (a built-in), if any. The engine keeps the answer in a cell
    /// until the program assigns the name.
    fn builtin(&self, cx: &mut Context, name: StrRef) -> Option<Value>;

    /// A variable without a value was read.
    fn unassigned(&self, cx: &mut Context, kind: VariableKind, name: &str) -> Result<Outcome>;

    /// Operation on two operands that the fast path does not treat.
    fn binary(&self, cx: &mut Context, op: BinaryOp, x: Value, y: Value) -> Result<Outcome>;

    /// Operation on one operand.
    fn unary(&self, cx: &mut Context, op: UnaryOp, x: Value) -> Result<Outcome>;

    /// Comparison; the answer is a boolean, or the result of a call judged by [`Dialect::truth`].
    fn compare(&self, cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<Outcome>;

    /// Truth of a value that is neither number nor boolean nor nil.
    fn truth(&self, cx: &mut Context, x: Value) -> Result<Outcome>;

    /// Field of an object.
    fn get_field(&self, cx: &mut Context, object: Value, name: StrRef) -> Result<Lookup>;

    /// Is asked before a field is stored: may the engine store it as an own entry of the map (and repeat
    /// that through a cache), or did the dialect do all that is to be done?
    fn set_field(&self, cx: &mut Context, object: Value, name: StrRef, value: Value) -> Result<Store>;

    /// Element of an object.
    fn get_index(&self, cx: &mut Context, object: Value, key: Value) -> Result<Outcome>;

    /// Element that is about to be called: the value and its home.
    fn get_index_method(&self, cx: &mut Context, object: Value, key: Value) -> Result<Lookup> {
        Ok(Lookup { outcome: self.get_index(cx, object, key)?, recipe: Recipe::None, home: Value::NIL })
    }

    /// Stores an element.
    fn set_index(&self, cx: &mut Context, object: Value, key: Value, value: Value) -> Result<Outcome>;

    /// Part of a sequence.
    fn slice(&self, cx: &mut Context, object: Value, from: Value, to: Value) -> Result<Outcome>;

    /// New object with a prototype that is not a plain map.
    fn new_object(&self, cx: &mut Context, prototype: Value) -> Result<Outcome>;

    /// A call of something that is neither closure nor native function.
    fn call_other(&self, cx: &mut Context, callee: Value, args: Args) -> Result<Outcome>;

    /// The error for a wrong number of arguments.
    fn arity_error(&self, cx: &mut Context, function: &str, got: usize, expected: usize) -> Error;

    /// What to iterate over for a value: a list, a string, a generator, nil (nothing), or any object that
    /// [`Dialect::iter_next`] knows.
    fn iterate(&self, cx: &mut Context, value: Value) -> Result<Value>;

    /// The next element of an object that is neither list nor string nor generator. `position` starts as
    /// the integer 0 and belongs to the dialect from then on. `Value(EMPTY)` ends the iteration.
    fn iter_next(&self, cx: &mut Context, object: Value, position: &mut Value) -> Result<Outcome>;

    /// The result of a `resume` whose generator returned `result`, or had returned before (then nil).
    fn generator_finished(&self, cx: &mut Context, result: Value) -> Result<Outcome> {
        let _ = (cx, result);
        Ok(Outcome::Value(Value::NIL))
    }

    /// Whether this error, raised by the step of an iteration, is how the iteration ends.
    fn ends_iteration(&self, cx: &mut Context, error: &Error) -> bool {
        let _ = (cx, error);
        false
    }

    /// Operation `code` of the language's own. Front ends and dialects agree on the codes.
    fn special(&self, cx: &mut Context, code: u8, x: Value, y: Value) -> Result<Outcome>;

    /// Copy of a container for copy-before-write.
    fn unshare(&self, cx: &mut Context, value: Value) -> Result<Value> {
        cx.copy_container(value)
    }

    /// Hash of a key that is neither number nor string, in a map with a user-defined key policy. The error
    /// says that it cannot be a key. Keys that equal numbers or strings have the hash that
    /// [`quadriga_heap::hash_key`] gives those.
    fn hash_key(&self, cx: &mut Context, key: Value) -> Result<u64> {
        let _ = cx;
        Ok(quadriga_heap::hash_key(key))
    }

    /// Equality of two different keys with equal hashes, not both numbers or strings, in a map with a
    /// user-defined key policy: the stored one and the one that is looked for.
    fn keys_equal(&self, cx: &mut Context, x: Value, y: Value) -> Result<bool> {
        let _ = cx;
        Ok(x == y)
    }

    /// The language's words for an error that the engine found.
    fn engine_error(&self, kind: ErrorKind, message: &str) -> String {
        let _ = kind;
        message.to_string()
    }

    /// The value that a handler receives for an error, or `None` if the script cannot catch it.
    fn caught(&self, cx: &mut Context, error: &Error) -> Option<Value> {
        let _ = error;
        let _ = cx;
        None
    }

    /// A scalar that comes from the host or from another language, as this language wants it.
    fn import_value(&self, cx: &mut Context, value: Value) -> Result<Value> {
        let _ = cx;
        Ok(value)
    }

    /// A number as it leaves the language: canonical, so that nobody else sees its history.
    fn export_value(&self, value: Value) -> Value {
        value
    }

    /// Text for people: of an exception that nobody caught, or for a dump.
    fn describe(&self, cx: &mut Context, value: Value) -> String;

    /// Called when a list of arguments must become a value of the language (variadic natives).
    fn pack(&self, cx: &mut Context, list: ListRef) -> Value {
        let _ = cx;
        list.value()
    }
}
