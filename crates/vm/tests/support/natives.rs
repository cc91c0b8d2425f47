//! Natives: the built-in names of the test dialect. Most of them call back into scripts.

use super::dialect::{counts, is_record, tag};
use quadriga_vm::heap::{KeyOrigin, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Error, NativeFn, NativeInfo, Result, Resumed};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Code = fn(&mut Context, Args) -> Result<Value>;

/// Name, number of parameters (`VARIADIC`: any), whether a receiver comes first, code.
struct Native(&'static str, usize, bool, Code);

const VARIADIC: usize = usize::MAX;

/// All of them. The last ones bear the names that the random programs of the bytecode crate use.
const TABLE: &[Native] = &[
    Native("apply", VARIADIC, false, apply),
    Native("method_apply", VARIADIC, false, method_apply),
    Native("each", 2, false, each),
    Native("swallow", VARIADIC, false, swallow),
    Native("fail", 1, false, fail),
    Native("next", 1, false, next),
    Native("send", 2, false, send),
    Native("throw_into", 2, false, throw_into),
    Native("collect_all", 1, false, collect_all),
    Native("set_attr", 3, false, set_attr),
    Native("range", 1, false, range),
    Native("pair", 2, true, pair),
    Native("yes", 1, true, yes),
    Native("self", 1, true, itself),
    Native("native_step", 1, true, native_step),
    Native("exit", 1, false, exit),
    Native("a", VARIADIC, false, apply),
    Native("fib", 2, false, each),
    Native("length", 1, false, collect_all),
    Native("two words", 2, false, send),
    Native("", 2, true, pair),
];

/// The native of a name.
pub fn find(name: &str) -> Option<NativeInfo> {
    let native = TABLE.iter().find(|n| n.0 == name)?;
    let code: Arc<NativeFn> = Arc::new(native.3);
    let count = if native.1 == VARIADIC { 0 } else { native.1 };
    let params = (0..count).map(|i| (format!("p{i}").into_boxed_str(), Value::NIL)).collect();
    Some(NativeInfo { name: name.into(), params, method: native.2, variadic: native.1 == VARIADIC, code })
}

/// `apply(f, x, ...)`: `f(x, ...)`, through Rust.
fn apply(cx: &mut Context, args: Args) -> Result<Value> {
    let list: Vec<Value> = (1..args.len().min(9)).map(|i| args.get(i)).collect();
    cx.call(args.get(0), Value::NIL, &list)
}

/// `method_apply(f, self, x, ...)`.
fn method_apply(cx: &mut Context, args: Args) -> Result<Value> {
    let list: Vec<Value> = (2..args.len().min(9)).map(|i| args.get(i)).collect();
    cx.call(args.get(0), args.get(1), &list)
}

/// `each(list, f)`: `f` of every element; the list may change meanwhile.
fn each(cx: &mut Context, args: Args) -> Result<Value> {
    let Some(list) = args.get(0).as_list() else { return Err(Error::runtime("each needs a list")) };
    let mut i = 0;
    while i < list.len() {
        cx.charge(1)?;
        cx.call(args.get(1), Value::NIL, &[list.get(i)])?;
        i += 1;
    }
    Ok(Value::int(i as i64))
}

/// `swallow(f, x, ...)`: what `f` throws becomes the result.
fn swallow(cx: &mut Context, args: Args) -> Result<Value> {
    match apply(cx, args) {
        Err(e) if e.kind() == quadriga_vm::ErrorKind::Thrown => Ok(cx.thrown()),
        other => other,
    }
}

/// `fail(message)`: an error that is no exception of the language.
fn fail(_: &mut Context, args: Args) -> Result<Value> {
    let message = args.get(0).as_str().map_or_else(|| "failed".to_string(), |s| s.to_string());
    Err(Error::runtime(message))
}

/// Yielded values as they are; the end of a generator is thrown.
fn step(cx: &mut Context, resumed: Resumed) -> Result<Value> {
    match resumed {
        Resumed::Yielded(v) => Ok(v),
        Resumed::Returned(v) => {
            let stop = cx.heap.record(tag::STOP, &[v])?;
            Err(cx.throw(stop.value()))
        }
    }
}

/// `next(generator)`.
fn next(cx: &mut Context, args: Args) -> Result<Value> {
    let resumed = cx.resume(args.get(0), Value::NIL)?;
    step(cx, resumed)
}

/// `send(generator, value)`.
fn send(cx: &mut Context, args: Args) -> Result<Value> {
    let resumed = cx.resume(args.get(0), args.get(1))?;
    step(cx, resumed)
}

/// `throw_into(generator, value)`.
fn throw_into(cx: &mut Context, args: Args) -> Result<Value> {
    let error = cx.throw(args.get(1));
    let resumed = cx.throw_into(args.get(0), error)?;
    step(cx, resumed)
}

/// `collect_all(generator)`: the list of what it yields.
fn collect_all(cx: &mut Context, args: Args) -> Result<Value> {
    let list = cx.heap.list_new(0)?;
    // Where Rust frames are not looked at, the list has to be held.
    cx.heap.roots.temps.push(list.value());
    let result = loop {
        match cx.resume(args.get(0), Value::NIL) {
            Ok(Resumed::Yielded(v)) => {
                if let Err(e) = cx.heap.list_push(list, v) {
                    break Err(e.into());
                }
            }
            Ok(Resumed::Returned(_)) => break Ok(list.value()),
            Err(e) => break Err(e),
        }
    };
    cx.heap.roots.temps.pop();
    result
}

/// `set_attr(object, name, value)`: a store of a field whose name was computed.
fn set_attr(cx: &mut Context, args: Args) -> Result<Value> {
    let (Some(map), Some(name)) = (args.get(0).as_map(), args.get(1).as_str()) else {
        return Err(Error::runtime("set_attr needs a map and a string"));
    };
    let name = cx.heap.intern_str(name)?;
    cx.map_set_field(map, name, args.get(2))?;
    Ok(Value::NIL)
}

/// `range(n)`: the list of 0 to n-1, without storage.
fn range(cx: &mut Context, args: Args) -> Result<Value> {
    let n = args.get(0).as_int().unwrap_or(0).clamp(0, 1 << 20) as usize;
    Ok(cx.heap.list_range(0.0, 1.0, n)?.value())
}

/// `pair(x, y)`, `x.pair(y)`: a list of both.
fn pair(cx: &mut Context, args: Args) -> Result<Value> {
    let list = cx.heap.list_new(2)?;
    cx.heap.list_push(list, args.get(0))?;
    cx.heap.list_push(list, args.get(1))?;
    Ok(list.value())
}

/// True, whatever it is asked.
fn yes(_: &mut Context, _: Args) -> Result<Value> {
    Ok(Value::TRUE)
}

/// Its receiver: as a truth test it never comes to an end.
fn itself(_: &mut Context, args: Args) -> Result<Value> {
    Ok(args.get(0))
}

/// As `next` of an object: counts its field `n` down, and throws the end of the iteration.
fn native_step(cx: &mut Context, args: Args) -> Result<Value> {
    let Some(map) = args.get(0).as_map() else { return Err(Error::runtime("no iterator")) };
    let name = cx.heap.intern("n")?;
    let n = cx.heap.map_get(map, name.value()).and_then(|v| v.as_int()).unwrap_or(0);
    if n <= 0 {
        return step(cx, Resumed::Returned(Value::NIL));
    }
    cx.heap.map_set(map, name.value(), Value::int(n - 1), KeyOrigin::Constant)?;
    Ok(Value::int(n))
}

/// `exit(code)`.
fn exit(_: &mut Context, args: Args) -> Result<Value> {
    let code = args.get(0).as_int().unwrap_or(0) as i32;
    Err(Error::new(quadriga_vm::ErrorKind::Exit(code), "exit"))
}

/// Counts that it was dropped.
struct Payload(Arc<AtomicUsize>);

impl Drop for Payload {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A host object whose payload counts `size` bytes.
pub fn host_object(cx: &mut Context, size: Value) -> Result<Value> {
    let bytes = size.as_int().unwrap_or(0).clamp(0, 1 << 20) as usize;
    let payload = Payload(counts(cx).drops.clone());
    Ok(cx.heap.host(Box::new(payload), Value::NIL, bytes)?.value())
}

/// Whether an error value has been caught.
pub fn is_error(v: Value) -> bool {
    is_record(v, tag::ERROR)
}
