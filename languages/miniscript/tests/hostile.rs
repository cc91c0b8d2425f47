//! Hostile programs and careless hosts: a clear error with a position, nothing worse, and a context that can be
//! used afterwards. (Programs that need no host to be hostile stand in `tests/programs/hostile`.)

use quadriga::{CompileError, Context, ContextBuilder, Engine, Error, ErrorKind};
use std::time::{Duration, Instant};

fn engine() -> Engine {
    Engine::new()
}

fn context(adjust: impl FnOnce(ContextBuilder) -> ContextBuilder) -> Context {
    let builder = Context::builder(&engine()).language("miniscript").capture_output();
    adjust(builder).build().expect("a context")
}

fn run(cx: &mut Context, text: &str) -> Result<(), Error> {
    let script = engine().compile("miniscript", "", text)?;
    cx.run(&script).map(|_| ())
}

/// Runs a program that must fail, checks kind, line and message, and that the context still works.
fn fails(cx: &mut Context, text: &str, kind: ErrorKind, line: u32, message: &str) -> Error {
    let error = run(cx, text).expect_err("it should fail");
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.line(), Some(line), "{error}");
    assert!(error.message().contains(message), "{error}");
    assert!(error.language_line().ends_with(&format!("[line {line}]")), "{}", error.language_line());
    still_works(cx);
    error
}

fn still_works(cx: &mut Context) {
    cx.take_output();
    let program = "f = function(n)\nif n < 2 then return 1\nreturn n * f(n - 1)\nend function\n\
                   l = [1, [2]]\nl.push l\nprint f(10) + str(l.len) + {\"a\": 1}";
    run(cx, program).expect("the context can be used after an error");
    assert_eq!(cx.take_output(), "36288003{\"a\": 1}\n");
}

fn does_not_compile(text: &str) -> CompileError {
    engine().compile("miniscript", "", text).expect_err("it should not compile")
}

// ----- time -----

/// Runs `text` with a time limit and returns how long after it the program stopped.
fn overshoot(text: &str, limit: Duration, line: Option<u32>) -> Duration {
    let mut cx = context(|b| b.time_limit(limit));
    let start = Instant::now();
    let error = run(&mut cx, text).expect_err("it never ends");
    let took = start.elapsed();
    assert_eq!(error.kind(), ErrorKind::Time, "{error}");
    if line.is_some() {
        assert_eq!(error.line(), line, "{error}");
    }
    assert!(took >= limit, "stopped after {took:?}");
    still_works(&mut cx);
    took - limit
}

/// A busy machine may stop a test at the wrong moment, but not at each of ten attempts.
fn stops_soon(text: &str, limit: Duration, line: Option<u32>) {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        best = best.min(overshoot(text, limit, line));
        if best <= Duration::from_millis(20) {
            return;
        }
    }
    panic!("stopped {best:?} after the limit: {text}");
}

#[test]
fn an_endless_loop_stops_within_20_ms_of_its_limit() {
    stops_soon("x = 1\nwhile true\nx = -x\nend while", Duration::from_secs(1), None);
}

#[test]
fn endless_programs_of_all_kinds_stop_in_time() {
    let limit = Duration::from_millis(100);
    for text in [
        "while true\nend while",
        "while 1\ncontinue\nend while",
        "l = [1]\nfor x in l\nl[0] = x\nl.push x\nl.pull\nend for",
        "f = function\nend function\nwhile true\nf\nend while",
        "f = function(n)\nif n then return f(n - 1)\nreturn 0\nend function\nwhile true\nf 1000\nend while",
        "while true\ns = \"\"\nfor i in range(1, 1000)\ns += i\nend for\nend while",
        "while true\nl = range(1, 100000)\nl.sort null, false\nend while",
        "while true\nl = range(1, 100000).join(\",\").split(\",\")\nend while",
        "while true\nm = {}\nfor i in range(1, 1000)\nm[i] = [i]\nend for\nend while",
        "o = {}\no.f = function\nreturn self\nend function\nwhile o.f.f.f == o\nend while",
        "s = \"ab\" * 100000\nwhile true\nx = s.indexOf(\"ba\" * 2 + \"c\")\nend while",
        "s = \"ab\" * 100000\nwhile true\nx = s.replace(\"a\", \"ccc\").upper\nend while",
        "a = range(1, 100000)\nwhile a == range(1, 100000)\nend while",
        "while not wait(10)\nend while",
    ] {
        stops_soon(text, limit, None);
    }
}

#[test]
fn one_long_call_of_an_intrinsic_stops_in_time() {
    let limit = Duration::from_millis(100);
    for text in [
        "x = range(1, 100000000).sum",
        "x = \"ab\" * 500000000",
        "x = [1, 2] * 100000000",
        "x = range(1, 50000000).indexes",
        "l = [3, 1, 2] * 3000000\nl.sort",
        "s = \"ab\" * 30000000\nl = s.split(\"a\")",
        "s = \"ab\" * 30000000\nl = s.values",
        "s = \"ab\" * 30000000\nl = s.replace(\"a\", \"bbb\")",
        "l = [[1]] * 20000000\ns = str(l)",
        "l = [\"x\"] * 30000000\ns = l.join(\",\")",
        "l = [1] * 30000000\nx = l.indexOf(2)",
        "l = [1] * 30000000\nm = [1] * 30000000\nx = l == m",
        "l = [1] * 30000000\nl.replace 1, 2",
        "l = [1] * 30000000\nl.shuffle",
        "l = [1] * 30000000\nfreeze l",
        "l = [[1]] * 30000000\nc = frozenCopy(l)",
        "l = [1] * 30000000\nc = l + l",
        "l = [1] * 30000000\nc = l[1:]",
        "wait 5",
    ] {
        let mut cx = context(|b| b.time_limit(limit));
        let start = Instant::now();
        // On a fast machine it may be done in time.
        match run(&mut cx, text) {
            Ok(()) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::Time, "{error}: {text}"),
        }
        println!("{:?} {}", start.elapsed(), text.replace('\n', "; "));
        still_works(&mut cx);
    }
}
