//! MiniScript as the engine sees it: every question of the [`Dialect`] trait goes to the file of
//! `runtime` that knows the answer.

use crate::ops;
use crate::runtime::{
    Lang, compare, display, errors, fields, index, isa, logic, operators, slices, slot, takes_alternate,
    truth_number,
};
use crate::{Version, intrinsics, name_of};
use quadriga_vm::bytecode::Opcode;
use quadriga_vm::heap::layout::Kind;
use quadriga_vm::heap::{KeyOrigin, MapRef, StrRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{
    Args, BinaryOp, CompareOp, Context, Dialect, Error, ErrorKind, Lookup, Outcome, Recipe, Result, Store,
    UnaryOp, VariableKind,
};

/// The dialect of one version of the language. What a program changes lives in the context.
#[derive(Clone, Copy, Debug)]
pub struct MiniScriptDialect {
    version: Version,
}

impl MiniScriptDialect {
    /// The dialect of a version.
    #[must_use]
    pub fn new(version: Version) -> MiniScriptDialect {
        MiniScriptDialect { version }
    }

    fn lang(self) -> Lang {
        Lang::of(self.version)
    }
}

/// The error of reading a variable that is nowhere assigned.
#[cold]
fn undefined(name: &str) -> Error {
    Error::runtime(format!("Undefined Identifier: '{name}' is unknown in this context"))
}

impl Dialect for MiniScriptDialect {
    fn name(&self) -> &'static str {
        name_of(self.version)
    }

    fn install(&self, cx: &mut Context) -> Result<()> {
        let lang = Lang::in_context(self.version, cx);
        intrinsics::install(cx, lang)
    }

    fn builtin(&self, cx: &mut Context, name: StrRef) -> Option<Value> {
        let lang = self.lang();
        let intrinsics = lang.type_map(cx, slot::INTRINSICS)?;
        cx.heap.map_get(intrinsics, name.value())
    }

    fn unassigned(&self, _: &mut Context, _: VariableKind, name: &str) -> Result<Outcome> {
        Err(undefined(name))
    }

    fn binary(&self, cx: &mut Context, op: BinaryOp, x: Value, y: Value) -> Result<Outcome> {
        if takes_alternate(cx, x) || takes_alternate(cx, y) {
            return Ok(Outcome::Alternate);
        }
        let lang = self.lang();
        Ok(Outcome::Value(operators::binary(cx, lang, op, x, y)?))
    }

    fn unary(&self, cx: &mut Context, op: UnaryOp, x: Value) -> Result<Outcome> {
        if takes_alternate(cx, x) {
            return Ok(Outcome::Alternate);
        }
        let lang = self.lang();
        Ok(Outcome::Value(match op {
            UnaryOp::Neg => operators::negate(lang, x),
            UnaryOp::Not => logic::not(x),
        }))
    }

    fn compare(&self, cx: &mut Context, op: CompareOp, x: Value, y: Value) -> Result<Outcome> {
        if let (Some(a), Some(b)) = (x.as_str(), y.as_str()) {
            return Ok(Outcome::bool(compare::texts(cx, op, a, b)?));
        }
        if takes_alternate(cx, x) || takes_alternate(cx, y) {
            return Ok(Outcome::Alternate);
        }
        if self.version == Version::V1
            && !matches!(op, CompareOp::Eq | CompareOp::Ne)
            && !compare::comparable(x, y)
        {
            return Ok(Outcome::Value(Value::NIL));
        }
        Ok(Outcome::bool(compare::compare(cx, op, x, y)?))
    }

    fn truth(&self, cx: &mut Context, x: Value) -> Result<Outcome> {
        if takes_alternate(cx, x) || (errors::is_error(x) && cx.has_alternate()) {
            return Ok(Outcome::Alternate);
        }
        Ok(Outcome::bool(logic::condition(x)?))
    }

    fn get_field(&self, cx: &mut Context, object: Value, name: StrRef) -> Result<Lookup> {
        let lang = self.lang();
        let by_dot = cx.running_opcode() != Some(Opcode::GetField);
        fields::get(cx, lang, object, name, by_dot)
    }

    fn set_field(&self, cx: &mut Context, object: Value, _: StrRef, _: Value) -> Result<Store> {
        let lang = self.lang();
        fields::set(cx, lang, object)
    }

    fn get_index(&self, cx: &mut Context, object: Value, key: Value) -> Result<Outcome> {
        if takes_alternate(cx, object) || takes_alternate(cx, key) {
            return Ok(Outcome::Alternate);
        }
        Ok(Outcome::Value(index::get(cx, self.lang(), object, key)?))
    }

    fn get_index_method(&self, cx: &mut Context, object: Value, key: Value) -> Result<Lookup> {
        if takes_alternate(cx, object) || takes_alternate(cx, key) {
            return Ok(Lookup { outcome: Outcome::Alternate, recipe: Recipe::None, home: Value::NIL });
        }
        let lang = self.lang();
        let (v, home) = index::get_with_home(cx, lang, object, key)?;
        Ok(Lookup { outcome: Outcome::Value(v), recipe: Recipe::None, home })
    }

    fn set_index(&self, cx: &mut Context, object: Value, key: Value, value: Value) -> Result<Outcome> {
        if takes_alternate(cx, object) || takes_alternate(cx, key) {
            return Ok(Outcome::Alternate);
        }
        let lang = self.lang();
        index::set(cx, lang, object, key, value)?;
        Ok(Outcome::Value(Value::NIL))
    }

    fn slice(&self, cx: &mut Context, object: Value, from: Value, to: Value) -> Result<Outcome> {
        if takes_alternate(cx, object) || takes_alternate(cx, from) || takes_alternate(cx, to) {
            return Ok(Outcome::Alternate);
        }
        let lang = self.lang();
        Ok(Outcome::Value(slices::slice(cx, lang, object, from, to)?))
    }

    fn new_object(&self, cx: &mut Context, prototype: Value) -> Result<Outcome> {
        if takes_alternate(cx, prototype) {
            return Ok(Outcome::Alternate);
        }
        let lang = self.lang();
        Ok(Outcome::Value(isa::new_object(cx, lang, prototype)?))
    }

    fn call_other(&self, cx: &mut Context, callee: Value, args: Args) -> Result<Outcome> {
        if callee.is_empty() && cx.has_alternate() {
            return Ok(Outcome::Alternate);
        }
        if self.version == Version::V1 {
            // `x()` of anything is the value itself.
            return match args.len() {
                0 => Ok(Outcome::Value(callee)),
                _ => Err(Error::runtime("Too Many Arguments")),
            };
        }
        Err(Error::runtime("ARGBLK/CALL: Not a function reference"))
    }

    fn arity_error(&self, _: &mut Context, _: &str, got: usize, expected: usize) -> Error {
        Error::runtime(match self.version {
            Version::V2 => format!("Too many arguments: got {got}, expected {expected}"),
            Version::V1 => "Too Many Arguments".to_string(),
        })
    }

    fn iterate(&self, _: &mut Context, value: Value) -> Result<Value> {
        Ok(match value.kind() {
            Some(Kind::List | Kind::Str | Kind::Map | Kind::Generator) => value,
            _ => Value::NIL,
        })
    }

    /// A map gives a fresh map of key and value for each entry.
    fn iter_next(&self, cx: &mut Context, object: Value, position: &mut Value) -> Result<Outcome> {
        let (Some(map), Some(at)) = (object.as_map(), position.as_int()) else {
            return Ok(Outcome::Value(Value::EMPTY));
        };
        let mut cursor = at as usize;
        let Some((key, v)) = cx.heap.map_next(map, &mut cursor) else {
            return Ok(Outcome::Value(Value::EMPTY));
        };
        *position = Value::int(cursor as i64);
        let lang = Lang::in_context(self.version, cx);
        let element = match lang.type_map(cx, slot::ELEMENT) {
            // A copy has the shape already.
            Some(element) => cx.heap.copy_map(element)?,
            None => cx.heap.map_new(None, 2)?,
        };
        store(cx, lang, element, slot::KEY, key)?;
        store(cx, lang, element, slot::VALUE, v)?;
        Ok(Outcome::Value(element.value()))
    }

    fn special(&self, cx: &mut Context, code: u8, x: Value, y: Value) -> Result<Outcome> {
        Ok(Outcome::Value(match code {
            ops::DISCARD => match errors::as_error(x) {
                Some(e) => return Err(errors::uncaught(e)),
                None => Value::NIL,
            },
            ops::ISA => {
                let lang = self.lang();
                truth_number(isa::isa(cx, lang, x, y)?)
            }
            ops::AND_LEFT => logic::and_left(x),
            ops::AND => logic::and(x, y),
            ops::OR_LEFT => logic::or_left(x),
            ops::OR => logic::or(x, y),
            ops::UNASSIGNED_LOCAL => return Err(unassigned_local(x)),
            ops::GLOBALS => cx.running_globals().value(),
            ops::REFERENCE if errors::is_error(x) => {
                return Err(Error::runtime("Cannot take reference into an error value"));
            }
            ops::REFERENCE => Value::NIL,
            ops::IMPORTED if errors::is_error(x) => Value::EMPTY,
            ops::IMPORTED => x,
            ops::SHOW => {
                let lang = self.lang();
                show(cx, lang, x)?;
                Value::NIL
            }
            _ => return Err(Error::runtime(format!("unknown operation {code}"))),
        }))
    }

    fn engine_error(&self, kind: ErrorKind, message: &str) -> String {
        match kind {
            ErrorKind::StackOverflow => "Call stack overflow".to_string(),
            _ => message.to_string(),
        }
    }

    /// Truths are 1 and 0 here, and every number is a double (which may be held as an integer).
    fn import_value(&self, _: &mut Context, v: Value) -> Result<Value> {
        Ok(match (v.as_bool(), v.as_i64(), v.as_double()) {
            (Some(truth), ..) => Value::int(i64::from(truth)),
            (_, Some(i), _) => Value::number(i as f64),
            (_, _, Some(d)) => Value::number(d),
            _ => v,
        })
    }

    fn export_value(&self, v: Value) -> Value {
        v.as_double().map_or(v, Value::number)
    }

    fn describe(&self, cx: &mut Context, value: Value) -> String {
        display::text_of(cx, self.lang(), value).unwrap_or_else(|e| e.message().to_string())
    }
}

/// Stores a field whose name the language keeps in a slot.
fn store(cx: &mut Context, lang: Lang, map: MapRef, name: usize, v: Value) -> Result<()> {
    let name = lang.slot(cx, name);
    Ok(cx.heap.map_set(map, name, v, KeyOrigin::Constant)?)
}

/// The value of a statement at the prompt: shown and remembered.
fn show(cx: &mut Context, lang: Lang, v: Value) -> Result<()> {
    if v.is_nil() {
        return Ok(());
    }
    display::print(cx, lang, v)?;
    cx.write("\n");
    if let Some(history) = lang.slot(cx, slot::OUT).as_list() {
        cx.heap.list_push(history, v)?;
    }
    cx.set_global("_", v)
}

#[cold]
fn unassigned_local(name: Value) -> Error {
    let name = name.as_str().map_or_else(String::new, |s| s.head(errors::MESSAGE_BYTES).into_owned());
    Error::runtime(format!("Undefined Local Identifier: '{name}' is not yet assigned in this scope"))
}
