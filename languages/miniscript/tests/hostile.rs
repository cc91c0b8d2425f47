//! Hostile programs and careless hosts: a clear error with a position, nothing worse, and a context that can be
//! used afterwards. (Programs that need no host to be hostile stand in `tests/programs/hostile`.)

use quadriga::{CompileError, Context, ContextBuilder, Engine, Error, ErrorKind, HeapMode, Scope};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::new).clone()
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

/// What is promised of optimised builds is 20 ms. The pieces between two polls take longer without optimisation.
const SOON: Duration = Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 20 });

/// Whether one of several attempts stops soon: a busy machine may stop a test at the wrong moment, but not each time.
fn is_soon(what: &str, mut attempt: impl FnMut() -> Duration) {
    let mut best = Duration::MAX;
    for _ in 0..25 {
        best = best.min(attempt());
        if best <= SOON {
            return;
        }
    }
    panic!("stopped {best:?} after the limit: {what}");
}

#[test]
fn an_endless_loop_stops_within_20_ms_of_its_limit() {
    let text = "x = 1\nwhile true\nend while";
    is_soon(text, || overshoot(text, Duration::from_secs(1), Some(2)));
}

#[test]
fn endless_programs_of_all_kinds_stop_in_time() {
    let limit = Duration::from_millis(100);
    for text in [
        "while true\nend while",
        "while 1\ncontinue\nend while",
        "l = [1]\nfor x in l\nl.push x\nend for",
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
        is_soon(text, || overshoot(text, limit, None));
    }
}

/// Sizes are for release builds; the others do the same work more slowly.
const SIZE: usize = if cfg!(debug_assertions) { 1_000_000 } else { 5_000_000 };

#[test]
fn one_long_call_of_an_intrinsic_stops_in_time() {
    for (setup, text) in [
        ("l = range(1, N * 5)", "x = l.sum"),
        ("l = [3, 1, 2] * N", "l.sort"),
        ("l = [1] * N", "x = l.indexOf(2)"),
        ("l = [1] * N\nm = [1] * N", "x = l == m"),
        ("l = [[1]] * N", "freeze l"),
        ("s = \"ab\" * 1000000", "l = s.values"),
        ("s = \"ab\" * N", "l = s.split(\"b\")"),
        ("s = \"ab\" * N", "l = s.replace(\"b\", \"ccc\")"),
        ("s = \"ab\" * N", "l = s.upper"),
        ("l = [[1]] * N", "s = str(l)"),
        ("l = range(1, N)", "s = l.join(\",\")"),
        ("l = [1] * N", "l.replace 1, 2"),
        ("l = [1] * N", "l.shuffle"),
        ("", "wait 5"),
    ] {
        let mut cx = context(|b| b);
        run(&mut cx, &setup.replace('N', &SIZE.to_string())).expect("the data");
        let limit = Duration::from_millis(20);
        is_soon(text, || {
            cx.set_time_limit(Some(limit));
            let start = Instant::now();
            // It may be done in time.
            if let Err(error) = run(&mut cx, text) {
                assert_eq!(error.kind(), ErrorKind::Time, "{error}: {text}");
                assert_eq!(error.line(), Some(1), "{error}: {text}");
            }
            let took = start.elapsed();
            cx.set_time_limit(None);
            took.saturating_sub(limit)
        });
        still_works(&mut cx);
    }
}

#[test]
fn comparing_long_texts_stops_in_time_and_costs_fuel() {
    let texts = "a = \"x\" * 5000000 + \"a\"\nb = \"x\" * 5000000 + \"b\"\nl = [a] * 4000\n";
    for text in [
        "l.indexOf b",
        "l.replace b, 1",
        "while l != [b] * 4000\nend while",
        "while [l, a] != [l, b]\nend while",
        "while a < b\nend while",
        "l = [b, a] * 2000\nl.sort",
    ] {
        let limit = Duration::from_millis(200);
        is_soon(text, || overshoot(&format!("{texts}{text}"), limit, None));
    }
    let text = "\"x\" * 64000";
    let mut cx = context(|b| b.fuel(1_000_000));
    run(&mut cx, &format!("a = {text} + \"a\"\nb = {text} + \"b\"\nl = [a] * 100")).expect("the data");
    for (program, least) in [("l.indexOf b", 100_000), ("l.sort", 99_000), ("x = l == [b] * 100", 1000)] {
        cx.set_fuel(Some(1_000_000));
        run(&mut cx, program).expect("enough fuel");
        let used = 1_000_000 - cx.fuel_left().expect("a limit");
        assert!((least..3 * least).contains(&used), "{program}: {used}");
    }
}

#[test]
fn tables_beside_the_heap_count() {
    // The lists themselves fit: 10^5 of one element each take some megabytes.
    let setup = "a = []\nb = []\nfor i in range(1, 100000)\na.push [i]\nb.push [i]\nend for";
    for text in ["x = a == b", "x = frozenCopy(a)", "freeze a", "a.sort 0", "a.sort"] {
        let mut cx = context(|b| b);
        run(&mut cx, setup).expect("the data");
        run(&mut cx, text).expect("no limit");
        let before = cx.stats().memory_bytes;
        run(&mut cx, text).expect("no limit");
        let after = cx.stats().memory_bytes;
        assert!(after <= before + (24 << 20), "{text}: {before} became {after}");
    }
    let mut cx = context(|b| b.memory_limit(16 << 20));
    run(&mut cx, setup).expect("the data");
    let error = run(&mut cx, "x = a == b").expect_err("the classes do not fit");
    assert_eq!(error.kind(), ErrorKind::Memory, "{error}");
    still_works(&mut cx);
}

#[test]
fn importing_again_takes_no_room() {
    let text = format!("f = function\nreturn 1\nend function\n{}", "x = f\n".repeat(1000));
    let mut cx = context(|b| b.resolver(move |name| Some((name.to_string(), text.clone()))));
    let program = "for i in range(1, 50)\nimport \"m\"\nend for\nprint m.f";
    run(&mut cx, program).expect("a module");
    run(&mut cx, "gc.collect").ok();
    let before = cx.stats().memory_bytes;
    run(&mut cx, &program.replace("50", "500")).expect("a module");
    assert!(cx.stats().memory_bytes <= before + (4 << 20), "{before} became {}", cx.stats().memory_bytes);
    assert_eq!(cx.take_output(), "1\n1\n");
    // Each new text is new code, which stays.
    let mut count = 0;
    let mut cx = context(|b| {
        b.memory_limit(16 << 20).resolver(move |name| {
            count += 1;
            Some((name.to_string(), format!("x = {count}\n").repeat(1000)))
        })
    });
    let error = run(&mut cx, "while true\nimport \"m\"\nend while").expect_err("it never ends");
    assert_eq!(error.kind(), ErrorKind::Memory, "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn files_without_end_stop() {
    for text in [
        "x = file.readLines(\"/dev/zero\")",
        "x = file.open(\"/dev/zero\", \"r\").readLine",
        "x = file.open(\"/dev/zero\", \"r\").read",
    ] {
        let mut cx = context(|b| b.allow_files(true).memory_limit(16 << 20));
        fails(&mut cx, text, ErrorKind::Memory, 1, "");
        let mut cx = context(|b| b.allow_files(true).fuel(10_000));
        assert_eq!(run(&mut cx, text).expect_err("no end").kind(), ErrorKind::Fuel, "{text}");
    }
    // A file may be longer than it says.
    let mut cx = context(|b| b.allow_files(true));
    let text = "l = file.readLines(\"/proc/self/status\")\nh = file.open(\"/proc/self/status\", \"r\")\n\
                print l.len > 10 and h.readLine == l[0] and h.readLine == l[1] and h.read(3).len == 3 and h.read.len > 50";
    run(&mut cx, text).expect("readable");
    assert_eq!(cx.take_output(), "1\n");
}

#[test]
fn endless_loops_run_out_of_fuel_and_can_be_cancelled() {
    let mut cx = context(|b| b.fuel(10_000_000));
    fails(&mut cx, "x = 1\nwhile true\nend while", ErrorKind::Fuel, 2, "");
    fails(&mut cx, "f = function\nreturn f\nend function\nf", ErrorKind::Depth, 2, "Call stack overflow");
    let mut cx = context(|b| b);
    let stop = cx.cancel_handle();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        stop.cancel()
    });
    fails(&mut cx, "x = 0\nwhile true\nend while", ErrorKind::Cancelled, 2, "");
    assert!(canceller.join().expect("no panic"));
}

// ----- depth and memory -----

#[test]
fn deep_recursion() {
    let mut cx = context(|b| b);
    for (text, line) in [
        ("f = function(n)\nreturn f(n + 1)\nend function\nprint f(0)", 2),
        ("f = function(n)\n\n\nreturn 1 + f(n + 1) * 2\nend function\nf 1", 4),
        ("a = function\nb\nend function\nb = function\n\na\nend function\na", 2),
        ("o = {}\no.f = function\nreturn self.f\nend function\nx = new o\nx.f", 3),
        ("f = function\ng = function\nreturn f\nend function\nreturn g\nend function\nf", 5),
        ("f = function(g)\nreturn g(@g)\nend function\nf @f", 2),
    ] {
        let error = run(&mut cx, text).expect_err("it never ends");
        assert_eq!(error.kind(), ErrorKind::Depth, "{error}");
        assert_eq!(error.message(), "Call stack overflow");
        assert!(error.line().is_some_and(|at| at == line || at == line - 2), "{error}");
        assert!(error.language_line().starts_with("Runtime Error: Call stack overflow [line "));
        still_works(&mut cx);
    }
}

#[test]
fn depth_limit_of_the_reference() {
    let mut cx = context(|b| b.max_depth(256));
    let f = "f = function(n)\nif n == 0 then return 0\nreturn 1 + f(n - 1)\nend function\n";
    run(&mut cx, &format!("{f}print f(250)")).expect("below the limit");
    assert_eq!(cx.take_output(), "250\n");
    fails(&mut cx, &format!("{f}print f(260)"), ErrorKind::Depth, 3, "Call stack overflow");
}

#[test]
fn sorting_printing_and_comparing_do_not_recurse() {
    let mut cx = context(|b| b);
    let text = "l = []\nk = []\nm = {}\nfor i in range(1, 200000)\nl = [l]\nk = [k]\nm = {\"m\": m}\nend for\n\
                print l == k\nprint str([l]).len > 0\nprint m == l\nfreeze l\n\
                c = [k, l]\nc.sort\nprint c.indexOf(l)";
    run(&mut cx, text).expect("no recursion");
    assert_eq!(cx.take_output(), "1\n1\n0\n0\n");
    // A copy of this depth is made, or there is an error of the usual kind.
    if let Err(error) = run(&mut cx, "\nc = frozenCopy(k)") {
        assert_eq!((error.kind(), error.line()), (ErrorKind::Depth, Some(2)), "{error}");
    }
    still_works(&mut cx);
}

#[test]
fn huge_results_are_error_values() {
    let mut cx = context(|b| b);
    for (text, message) in [
        ("\"x\" * 1e12", "string too large (exceeds maximum size)"),
        ("\"xy\" * 2000000000", "string too large (exceeds maximum size)"),
        ("[0] * 1e12", "list too large (exceeds maximum size)"),
        ("[1, 2, 3] / 1e-300", "list too large (exceeds maximum size)"),
        ("range(0, 1e15)", "range() result too large (exceeds maximum list size)"),
    ] {
        run(&mut cx, &format!("e = {text}\nprint e isa error\nprint e.message")).expect("an error value");
        assert_eq!(cx.take_output(), format!("1\n{message}\n"), "{text}");
    }
    still_works(&mut cx);
}

#[test]
fn the_memory_limit_holds() {
    for text in [
        "s = \"x\" * 1000000000",
        "l = [0] * 1000000000",
        "l = range(1, 1000000000)\nl.push 1",
        "s = \"abc\"\nwhile true\ns += s\nt = s[0]\nend while",
        "l = []\nwhile true\nl.push [l]\nend while",
        "m = {}\ni = 0\nwhile true\nm[\"key\" + i] = i\ni += 1\nend while",
        "l = []\nwhile true\nl = [l, {\"l\": l}]\nend while",
        "l = [1]\nwhile true\nl += l\nend while",
        "i = 0\nwhile true\nglobals[\"g\" + i] = i\ni += 1\nend while",
        "s = \"a b c d e f \" * 1000000\nl = s.split + s.split + s.split + s.split",
        "s = \"ab\" * 10000000\nt = s.replace(\"a\", s[:6])",
        "l = []\nf = function\nreturn function\nreturn outer\nend function\nend function\n\
         while true\nl.push f\nend while",
    ] {
        let mut cx = context(|b| b.memory_limit(64 << 20));
        let error = run(&mut cx, text).expect_err("it never ends");
        assert_eq!(error.kind(), ErrorKind::Memory, "{error}: {text}");
        assert!(error.line().is_some(), "{error}: {text}");
        assert!(error.language_line().starts_with("Runtime Error: "), "{}", error.language_line());
        assert!(cx.stats().memory_bytes <= 64 << 20, "{text}");
        // The program's data are still there; without them there is room again.
        for name in ["s", "t", "l", "m"] {
            cx.remove(name).expect("a name");
        }
        if !text.contains("globals") {
            still_works(&mut cx);
        }
    }
}

// ----- sources -----

/// Compiling must fail or succeed, on a small stack, and not crash.
fn small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(test).expect("a thread");
    if let Err(payload) = thread.join() {
        std::panic::resume_unwind(payload);
    }
}

#[test]
fn nested_brackets() {
    const DEEP: usize = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{1:", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("-", ""),
        ("not ", ""),
        ("new ", ""),
        ("@", ""),
        ("2^", ""),
        ("[function\nreturn ", "\nend function]"),
    ] {
        small_stack(move || {
            let text = format!("x = 1\ny = {}1{}", open.repeat(DEEP), close.repeat(DEEP));
            let error = does_not_compile(&text);
            let found = &error.diagnostics()[0];
            assert!(found.message.contains("nested too deeply"), "{open}: {error}");
            assert!(found.line >= 2 && found.span.end <= text.len(), "{open}: {found:?}");
            assert!(error.language_line().starts_with("Compiler Error: "), "{}", error.language_line());
        });
    }
    for block in ["while 1\n", "for i in x\n", "if x then\n", "if x then ", "f = function\n"] {
        small_stack(move || {
            let error = does_not_compile(&block.repeat(DEEP));
            assert!(error.diagnostics()[0].message.contains("nested too deeply"), "{block}: {error}");
        });
    }
}

#[test]
fn nesting_that_compiles_runs() {
    small_stack(|| {
        let mut cx = context(|b| b);
        let deep = 150;
        let text = format!(
            "print {}1{}\nl = {}{}\nn = 0\nwhile l\nl = l[0]\nn += 1\nend while\nprint n",
            "(".repeat(deep),
            ")".repeat(deep),
            "[".repeat(deep),
            "]".repeat(deep)
        );
        run(&mut cx, &text).expect("it is not that deep");
        assert_eq!(cx.take_output(), format!("1\n{}\n", deep - 1));
        let text = format!("{}print \"in\"\n{}", "if 1 then\n".repeat(deep), "end if\n".repeat(deep));
        run(&mut cx, &text).expect("nor is this");
        assert_eq!(cx.take_output(), "in\n");
    });
}

#[test]
fn long_programs() {
    let n = if cfg!(debug_assertions) { 20_000 } else { 200_000 };
    let mut cx = context(|b| b);
    run(&mut cx, &format!("x = 1\nx = x{}\nprint x", " + x".repeat(n))).expect("a sum");
    assert_eq!(cx.take_output(), format!("{}\n", n + 1));
    run(&mut cx, &format!("x = [{}]\nprint x.len", "1,".repeat(n))).expect("a list");
    assert_eq!(cx.take_output(), format!("{n}\n"));
    run(&mut cx, &format!("x = 0\n{}print x", "x += 1\n".repeat(n))).expect("statements");
    assert_eq!(cx.take_output(), format!("{n}\n"));
    run(&mut cx, &format!("x = 1 < 2{}\nprint x", " < 3 and 1 < 2".repeat(n))).expect("a condition");
    assert_eq!(cx.take_output(), "1\n");
    still_works(&mut cx);
}

/// Programs that are too much for the bytecode's fields must be refused, or work.
#[test]
fn many_of_everything() {
    let mut cx = context(|b| b);
    let names = |n: usize, sep: &str| (0..n).map(|i| format!("v{i}")).collect::<Vec<_>>().join(sep);
    let locals: String = (0..3000).map(|i| format!("v{i} = {i}\n")).collect();
    let sum = names(3000, " + ");
    for text in [
        format!("f = function\n{locals}return {sum}\nend function\nprint f"),
        format!("{locals}print {sum}"),
        format!("f = function({})\nreturn v0\nend function\nprint f(4)", names(300, ", ")),
        format!("f = function(x)\nreturn x\nend function\nprint f({})", names(300, ", ")),
        format!("{locals}print [{}].sum", names(3000, ", ")),
        format!("m = {{{}}}\nprint m.len", (0..3000).map(|i| format!("\"k{i}\": {i},")).collect::<String>()),
        (0..70_000).map(|i| format!("x = {i}.5\n")).collect(),
        (0..3000).map(|i| format!("f{i} = function\nreturn {i}\nend function\n")).collect(),
    ] {
        match engine().compile("miniscript", "", &text) {
            Ok(script) => {
                let _ = cx.run(&script);
            }
            Err(error) => assert!(error.language_line().starts_with("Compiler Error: "), "{error}"),
        }
        cx.take_output();
        still_works(&mut cx);
    }
}

#[test]
fn nul_bytes_and_control_characters() {
    let mut cx = context(|b| b);
    let error = does_not_compile("x = 1\ny = \0\n");
    assert_eq!(error.diagnostics()[0].line, 2, "{error}");
    run(&mut cx, "s = \"a\0b\" // \0\nprint s.len\nprint s").expect("in a string they are characters");
    assert_eq!(cx.take_output(), "3\na\0b\n");
    for c in ["\u{1}", "\u{7f}", "\u{200b}", "\u{feff}", "\u{10ffff}", "$", "\\", "\u{85}", "\u{2028}"] {
        // Some of them are letters or white space to the language; none of them does harm.
        if let Ok(script) = engine().compile("miniscript", "", &format!("x = 1{c}\nprint x{c}")) {
            let _ = cx.run(&script);
        }
        cx.take_output();
    }
    still_works(&mut cx);
}

#[test]
fn a_huge_source_line() {
    let size = if cfg!(debug_assertions) { 2 << 20 } else { 50 << 20 };
    let mut cx = context(|b| b);
    run(&mut cx, &format!("s = \"{}\"\nprint s.len", "x".repeat(size))).expect("a long string");
    assert_eq!(cx.take_output(), format!("{size}\n"));
    run(&mut cx, &format!("print 1 // {}", "y".repeat(size))).expect("a long comment");
    assert_eq!(cx.take_output(), "1\n");
    let long_name = "n".repeat(size);
    let error = run(&mut cx, &format!("\nprint {long_name}")).expect_err("an unknown name");
    assert_eq!((error.kind(), error.line()), (ErrorKind::Runtime, Some(2)));
    let error = does_not_compile(&format!("x = 1 {}", ")".repeat(size)));
    assert!(error.language_line().len() < 1000, "the message repeats the source");
    // An expression of that length: it runs, or there is a limit that says so.
    match engine().compile("miniscript", "", &format!("x = 1{}\nprint x", "+1".repeat(size / 2))) {
        Ok(script) => {
            cx.run(&script).expect("a sum");
            assert_eq!(cx.take_output(), format!("{}\n", size / 2 + 1));
        }
        Err(error) => assert!(error.language_line().starts_with("Compiler Error: "), "{error}"),
    }
    still_works(&mut cx);
}

// ----- hosts -----

#[test]
fn a_host_function_that_panics() {
    let mut cx = context(|b| b);
    cx.function("boom", |x: f64| -> f64 { panic!("no luck with {x}") }).expect("a function");
    let error = fails(&mut cx, "x = 1\nprint boom(x)", ErrorKind::Panic, 2, "no luck with 1");
    assert!(error.message().contains("boom"), "{error}");
    fails(&mut cx, "m = {\"f\": @boom}\n\nm[\"f\"] 2", ErrorKind::Panic, 3, "no luck with 2");
    // Through script code, and through a host function that calls back.
    cx.function("callback", |cx: &mut Scope, f: quadriga::Function| -> Result<f64, Error> {
        f.call(cx, (3,))
    })
    .expect("a function");
    let text = "f = function(n)\nreturn boom(n)\nend function\nprint callback(@f)";
    let error = fails(&mut cx, text, ErrorKind::Panic, 2, "no luck with 3");
    assert!(error.trace().len() >= 2, "{error}");
    for _ in 0..100 {
        run(&mut cx, "x = boom(0)").expect_err("it panics each time");
    }
    still_works(&mut cx);
}

#[test]
fn host_functions_that_fail_or_call_back_for_ever() {
    let mut cx = context(|b| b.max_depth(500));
    cx.function("refuse", |x: String| -> Result<f64, Error> { Err(Error::new(format!("not {x}"))) })
        .expect("a function");
    fails(&mut cx, "\nrefuse \"me\"", ErrorKind::Host, 2, "not me");
    cx.function("again", |cx: &mut Scope, f: quadriga::Function| -> Result<(), Error> { f.call(cx, ()) })
        .expect("a function");
    let text = "f = function\nagain @f\nend function\nf";
    fails(&mut cx, text, ErrorKind::Depth, 2, "stack overflow");
}

#[test]
fn errors_under_stress() {
    let mode = HeapMode { collect_every: Some(1), poison: true, verify: true, safepoint_only: false };
    let mut cx = context(|b| b.heap_mode(mode).max_depth(300).fuel(10_000_000));
    cx.function("boom", || -> f64 { panic!("boom") }).expect("a function");
    fails(&mut cx, "f = function(l)\nreturn f([l])\nend function\nf 1", ErrorKind::Depth, 2, "overflow");
    fails(&mut cx, "for i in range(1, 9)\nx = [i, boom]\nend for", ErrorKind::Panic, 2, "boom");
    fails(
        &mut cx,
        "m = {}\nfor i in range(1, 9)\nm[i] = [m]\nend for\nm.nope",
        ErrorKind::Runtime,
        5,
        "nope",
    );
}
