//! Rust closures that scripts call: arguments, results, errors, panics, nesting.
#![cfg(feature = "miniscript")]

mod common;

use common::{builder, context, output, run};
use quadriga::{Error, ErrorKind, Function, Rest, Scope, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

#[test]
fn any_number_of_arguments() {
    let cx = &mut context();
    cx.function("f0", || 0).unwrap();
    cx.function("f1", |a: i64| a).unwrap();
    cx.function("f2", |a: i64, b: f64| a as f64 + b).unwrap();
    cx.function("f8", |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64| {
        vec![a, b, c, d, e, f, g, h]
    })
    .unwrap();
    cx.function("s0", |cx: &mut Scope<'_>| cx.get::<i64>("g")).unwrap();
    cx.function("s2", |_: &mut Scope<'_>, a: String, b: Vec<i64>| format!("{a}{b:?}")).unwrap();
    run(cx, "g = 9").unwrap();
    let code = "print [f0, f1(1), f2(1, 0.5), s0, s2(\"x\", [1, 2])]\nprint f8(1, 2, 3, 4, 5, 6, 7, 8)";
    assert_eq!(output(cx, code), "[0, 1, 1.5, 9, \"x[1, 2]\"]\n[1, 2, 3, 4, 5, 6, 7, 8]\n");
}

#[test]
fn optional_and_variadic_arguments() {
    let cx = &mut context();
    cx.function("greet", |name: Option<String>| format!("hello {}", name.unwrap_or("you".into()))).unwrap();
    cx.function("sum", |first: f64, Rest(more): Rest<f64>| more.into_iter().fold(first, |a, b| a + b))
        .unwrap();
    cx.function("count", |_: &mut Scope<'_>, all: Rest<Value>| all.0.len()).unwrap();
    assert_eq!(
        output(cx, "print greet\nprint greet(null)\nprint greet(\"Ada\")"),
        "hello you\nhello you\nhello Ada\n"
    );
    assert_eq!(
        output(cx, "print sum(1)\nprint sum(1, 2, 3)\nprint count\nprint count(null, 1)"),
        "1\n6\n0\n2\n"
    );
    assert_eq!(run(cx, "sum").unwrap_err().message(), "sum: argument 1 is missing");
    assert_eq!(
        run(cx, "sum 1, \"x\"").unwrap_err().message(),
        "sum: argument 2: expected a number, but got \"x\""
    );
    let error = run(cx, "x = 1\ngreet 1, 2").unwrap_err();
    assert_eq!((error.message(), error.line()), ("Too many arguments: got 2, expected 1", Some(2)));
}

#[test]
fn a_wrong_argument_is_an_error_of_the_script() {
    let cx = &mut context();
    cx.function("half", |x: f64| x / 2.0).unwrap();
    let error = run(cx, "f = function\n  return half([1])\nend function\nf").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Host);
    assert_eq!(error.message(), "half: argument 1: expected a number, but got list");
    assert_eq!(error.trace().iter().map(|f| f.line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(
        error.language_line(),
        "Runtime Error: half: argument 1: expected a number, but got list [line 2]"
    );
}

#[derive(Debug)]
struct Broke {
    missing: i64,
}

impl fmt::Display for Broke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} coins are missing", self.missing)
    }
}

impl std::error::Error for Broke {}

#[test]
fn results_of_all_kinds() {
    let cx = &mut context();
    cx.function("nothing", || ()).unwrap();
    cx.function("maybe", |x: i64| (x > 0).then_some(x)).unwrap();
    cx.function("map", || HashMap::from([("k", vec![1, 2])])).unwrap();
    cx.function("back", |v: Value| v).unwrap();
    cx.function(
        "pay",
        |price: i64| if price > 5 { Err(Broke { missing: price - 5 }) } else { Ok(5 - price) },
    )
    .unwrap();
    cx.function("boxed", || -> Result<(), Box<dyn std::error::Error>> { Err(Broke { missing: 1 }.into()) })
        .unwrap();
    cx.function("text", || Err::<i64, _>("plain text")).unwrap();
    cx.function("own", || Err::<(), _>(Error::new("own error"))).unwrap();
    let code =
        "print nothing\nprint maybe(1)\nprint maybe(-1)\nprint map\nprint back({1: [2]})\nprint pay(2)";
    assert_eq!(output(cx, code), "null\n1\nnull\n{\"k\": [1, 2]}\n{1: [2]}\n3\n");
    for (code, message) in [
        ("pay 7", "2 coins are missing"),
        ("boxed", "1 coins are missing"),
        ("text", "plain text"),
        ("own", "own error"),
    ] {
        let error = run(cx, code).unwrap_err();
        assert_eq!(
            (error.kind(), error.message(), error.line()),
            (ErrorKind::Host, message, Some(1)),
            "{code}"
        );
    }
}

#[test]
fn a_panic_is_an_error_of_the_script() {
    let cx = &mut context();
    cx.function("oops", |x: i64| {
        let list = [1, 2, 3];
        list[x as usize]
    })
    .unwrap();
    cx.function("late", |cx: &mut Scope<'_>, f: Function| -> i64 {
        f.call::<i64>(cx, ()).unwrap();
        panic!("after a call")
    })
    .unwrap();
    for _ in 0..3 {
        let error = run(cx, "x = [1]\nfor i in range(1, 9)\nx.push oops(i)\nend for").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Panic);
        assert_eq!(error.message(), "oops: panicked: index out of bounds: the len is 3 but the index is 3");
        assert_eq!(error.line(), Some(3));
        assert_eq!(run(cx, "x").unwrap().as_list().unwrap().to_vec::<i64>(cx).unwrap(), [1, 2, 3]);
        let error = run(cx, "f = function\nreturn 1\nend function\nlate @f").unwrap_err();
        assert_eq!(error.message(), "late: panicked: after a call");
    }
    assert_eq!(run(cx, "oops(2)").unwrap().as_i64(), Some(3));
}

#[test]
fn functions_that_change_what_they_captured() {
    let cx = &mut context();
    let log = Arc::new(Mutex::new(Vec::new()));
    let (mut last, seen) = (0, log.clone());
    cx.function_mut("step", move |n: i64| {
        last += n;
        seen.lock().unwrap().push(last);
        assert!(last < 100, "too far");
        last
    })
    .unwrap();
    assert_eq!(run(cx, "step(1) + step(2)").unwrap().as_i64(), Some(4));
    assert_eq!(run(cx, "step(100)").unwrap_err().kind(), ErrorKind::Panic);
    assert_eq!(run(cx, "step(-100)").unwrap().as_i64(), Some(3), "usable after a panic");
    assert_eq!(*log.lock().unwrap(), [1, 3, 103, 3]);

    cx.function_mut("again", |cx: &mut Scope<'_>, f: Function| f.call::<Value>(cx, ())).unwrap();
    let error = run(cx, "f = function\nreturn again(@f)\nend function\nf").unwrap_err();
    assert_eq!(error.message(), "again: called while it is running");
    assert_eq!(run(cx, "g = function\nreturn 5\nend function\nagain(@g)").unwrap().as_i64(), Some(5));
}

#[test]
fn host_functions_call_scripts_that_call_host_functions() {
    let cx = &mut builder().native_stack(4 << 20).build().unwrap();
    cx.function("apply", |cx: &mut Scope<'_>, f: Function, n: i64| f.call::<i64>(cx, (n,))).unwrap();
    let code = "f = function(n)\n  if n == 0 then return 0\n  return 1 + apply(@f, n - 1)\nend function\n";
    assert_eq!(run(cx, &format!("{code}f(20)")).unwrap().as_i64(), Some(20));
    let error = run(cx, &format!("{code}f(1000000)")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Depth);
    assert_eq!(run(cx, &format!("{code}f(20)")).unwrap().as_i64(), Some(20));
    // An error passes through both with its trace.
    let error = run(cx, "h = function(n)\n  return {}[n]\nend function\napply(@h, 3)").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_eq!(error.trace().iter().map(|f| f.line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn a_host_function_may_handle_the_error_of_a_script() {
    let cx = &mut context();
    cx.function("try", |cx: &mut Scope<'_>, f: Function| match f.call::<Value>(cx, ()) {
        Ok(value) => value,
        Err(error) => Value::from(format!("caught: {}", error.message())),
    })
    .unwrap();
    let code = "bad = function\nreturn {}.x\nend function\nprint try(@bad)\nprint try(@pi)";
    assert_eq!(output(cx, code), "caught: Key Not Found: 'x' not found in map\n3.141593\n");
}

#[test]
fn scripts_run_inside_host_functions() {
    let cx = &mut context();
    cx.function("evaluate", |cx: &mut Scope<'_>, code: String| cx.eval("miniscript", &code)).unwrap();
    cx.function("define", |cx: &mut Scope<'_>, name: String, value: Value| {
        cx.function(&name, move || value.clone())
    })
    .unwrap();
    assert_eq!(run(cx, "x = 2\nevaluate(\"y = x * 3\")\nevaluate(\"y + 1\")").unwrap().as_i64(), Some(7));
    let error = run(cx, "evaluate \"1 +\"").unwrap_err();
    assert!(error.message().starts_with("line 1: "), "{error}");
    run(cx, "define \"seven\", 7").unwrap();
    assert_eq!(run(cx, "seven + 1").unwrap().as_i64(), Some(8));
}

#[test]
fn methods_receive_their_object() {
    let cx = &mut context();
    let get_x =
        cx.new_method("getX", |cx: &mut Scope<'_>, me: quadriga::Map| me.get::<i64>(cx, "x")).unwrap();
    let free = cx.new_function("free", |v: Option<Value>| v.is_none()).unwrap();
    let object = cx.new_map().unwrap();
    object.set(cx, "x", 5).unwrap();
    object.set(cx, "getX", &get_x).unwrap();
    object.set(cx, "free", &free).unwrap();
    cx.set("o", &object).unwrap();
    assert_eq!(
        output(cx, "print o.getX\nprint o.free\np = new o\np.x = 6\nprint p.getX\nf = @o.getX\nprint f(o)"),
        "5\n1\n6\n5\n"
    );
    assert_eq!(get_x.name(cx).unwrap(), "getX");
}

#[test]
fn a_script_ends_itself_through_the_host() {
    let cx = &mut context();
    cx.function("quit", |code: Option<i32>| Err::<(), _>(Error::exit(code.unwrap_or(0)))).unwrap();
    let error = run(cx, "print \"a\"\nquit 3\nprint \"b\"").unwrap_err();
    assert_eq!((error.kind(), error.exit_code()), (ErrorKind::Exit(3), Some(3)));
    assert_eq!(cx.take_output(), "a\n");
}

#[test]
fn stops_cannot_be_swallowed() {
    let mut cx = builder().time_limit(std::time::Duration::from_millis(30)).build().unwrap();
    cx.function("ignore", |cx: &mut Scope<'_>, f: Function| f.call::<()>(cx, ()).is_ok()).unwrap();
    let code = "spin = function\nwhile true\nend while\nend function\nwhile true\nignore @spin\nend while";
    let start = std::time::Instant::now();
    assert_eq!(run(&mut cx, code).unwrap_err().kind(), ErrorKind::Time);
    assert!(start.elapsed() < std::time::Duration::from_secs(5));
    assert_eq!(run(&mut cx, "1").unwrap().as_i64(), Some(1));
}

#[test]
fn long_host_functions_charge_for_their_work() {
    let mut cx = builder().fuel(10_000).build().unwrap();
    cx.function("work", |cx: &mut Scope<'_>, n: u64| cx.charge(n)).unwrap();
    run(&mut cx, "work 5000").unwrap();
    assert!(cx.fuel_left().unwrap() < 5000);
    assert_eq!(run(&mut cx, "work 20000").unwrap_err().kind(), ErrorKind::Fuel);
    assert_eq!(run(&mut cx, "work 5000\nwork 5000").unwrap_err().kind(), ErrorKind::Fuel);
}
