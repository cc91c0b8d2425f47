//! Limits hold, and leave the context usable.
#![cfg(feature = "miniscript")]

mod common;

use common::{MS, builder, context, output, run, slow_mode};
use quadriga::{Context, Engine, ErrorKind, Opaque};
use std::thread;
use std::time::{Duration, Instant};

fn still_works(cx: &mut Context) {
    assert_eq!(
        output(cx, "l = []\nfor i in range(1, 5)\nl.push i * i\nend for\nprint l"),
        "[1, 4, 9, 16, 25]\n"
    );
}

#[test]
fn time() {
    let mut cx = builder().time_limit(Duration::from_millis(50)).build().unwrap();
    for code in
        ["while true\nend while", "f = function\nreturn 1\nend function\nwhile true\nx = f + 1\nend while"]
    {
        let start = Instant::now();
        let error = run(&mut cx, code).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Time);
        assert!(error.line().is_some());
        assert!(start.elapsed() >= Duration::from_millis(50) && start.elapsed() < Duration::from_secs(2));
        still_works(&mut cx);
    }
    cx.set_time_limit(None);
    run(&mut cx, "t = time\nwhile time - t < 0.1\nend while").unwrap();
}

#[test]
fn memory() {
    let mut cx = builder().memory_limit(8 << 20).build().unwrap();
    for code in [
        "l = []\nwhile true\nl.push \"text \" + l.len\nend while",
        "s = \"x\"\nwhile true\ns = s + s\nx = s.upper\nend while",
        "m = {}\ni = 0\nwhile true\nm[i] = [i]\ni = i + 1\nend while",
        "l = [0]\nwhile true\nl = l + l\nend while",
    ] {
        if slow_mode() && !code.starts_with('s') {
            continue;
        }
        let error = run(&mut cx, code).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Memory);
        assert!(cx.stats().memory_bytes <= 8 << 20);
        for name in ["l", "s", "m"] {
            cx.set(name, ()).unwrap();
        }
        still_works(&mut cx);
    }
    for code in ["s = \"x\" * 1000000000000", "l = [1, 2, 3] * 1000000000000"] {
        // An error value in this language.
        run(&mut cx, code).unwrap();
        assert!(cx.get::<Opaque>(&code[..1]).is_ok());
        still_works(&mut cx);
    }
}

#[test]
fn memory_of_host_values() {
    let mut cx = builder().memory_limit(4 << 20).build().unwrap();
    let error = cx.set("big", vec![1.5; 10_000_000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Memory);
    assert_eq!(cx.set("big", "x".repeat(100 << 20)).unwrap_err().kind(), ErrorKind::Memory);
    // Garbage that only Rust code makes is collected as well.
    for i in 0..3000 {
        cx.set("text", format!("{i}").repeat(2000)).unwrap();
    }
    let list = cx.new_list().unwrap();
    let full = loop {
        if let Err(error) = list.push(&mut cx, "y".repeat(10_000)) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::Memory);
    assert!(list.len(&mut cx).unwrap() > 100);
    list.clear(&mut cx).unwrap();
    still_works(&mut cx);
}

#[test]
fn fuel_is_the_same_every_time() {
    let code = "n = 0\nwhile true\nn = n + 1\nend while";
    let counts: Vec<i64> = (0..3)
        .map(|_| {
            let mut cx = builder().fuel(10_000).build().unwrap();
            assert_eq!(run(&mut cx, code).unwrap_err().kind(), ErrorKind::Fuel);
            assert_eq!(cx.fuel_left(), Some(0));
            cx.get("n").unwrap()
        })
        .collect();
    assert!(counts[0] > 500 && counts.iter().all(|&n| n == counts[0]), "{counts:?}");

    let mut cx = builder().fuel(10_000).build().unwrap();
    for _ in 0..3 {
        // Each call has the whole of it.
        run(&mut cx, "for i in range(1, 500)\nx = i\nend for").unwrap();
        let left = cx.fuel_left().unwrap();
        assert!(left > 0 && left < 10_000);
    }
    cx.set_fuel(Some(100));
    assert_eq!(run(&mut cx, code).unwrap_err().kind(), ErrorKind::Fuel);
    cx.set_fuel(None);
    run(&mut cx, "for i in range(1, 50000)\nx = i\nend for").unwrap();
    assert_eq!(cx.fuel_left(), None);
}

#[test]
fn depth() {
    let deep = "f = function(n)\nif n == 0 then return 0\nreturn 1 + f(n - 1)\nend function\n";
    let mut cx = builder().max_depth(50).build().unwrap();
    assert_eq!(run(&mut cx, &format!("{deep}f(40)")).unwrap().as_i64(), Some(40));
    let error = run(&mut cx, &format!("{deep}f(100)")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Depth);
    assert!(error.trace().len() <= 60);
    assert_eq!(run(&mut cx, "f(40)").unwrap().as_i64(), Some(40));

    let mut cx = context();
    assert_eq!(run(&mut cx, &format!("{deep}f(10000)")).unwrap().as_i64(), Some(10_000));
    let error = run(&mut cx, &format!("{deep}f(1000000)")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Depth);
    assert!(error.trace().len() <= 130, "long traces are shortened");
    still_works(&mut cx);
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let mut cx = context();
    let levels = if slow_mode() { 1000 } else { 100_000 };
    run(&mut cx, &format!("l = []\nfor i in range(1, {levels})\nl = [l]\nend for")).unwrap();
    let list = cx.get("l").unwrap();
    cx.display(&list);
    let _ = run(&mut cx, "l == l");
    let _ = run(&mut cx, "print l");
    cx.take_output();
    still_works(&mut cx);
    let brackets = format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(run(&mut cx, &brackets).unwrap_err().kind(), ErrorKind::Compile);
    still_works(&mut cx);
}

#[test]
fn cancellation_from_another_thread() {
    let mut cx = context();
    for _ in 0..5 {
        let handle = cx.cancel_handle();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            (handle.cancel(), Instant::now())
        });
        let error = run(&mut cx, "while true\nend while").unwrap_err();
        let stopped = Instant::now();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        let (alive, cancelled) = thread.join().unwrap();
        assert!(alive && stopped.saturating_duration_since(cancelled) < Duration::from_secs(1));
        still_works(&mut cx);
    }
    let handle = cx.cancel_handle();
    drop(cx);
    assert!(!handle.cancel());
}

#[test]
fn cancellation_before_a_call_stops_that_call_only() {
    let mut cx = context();
    assert!(cx.cancel_handle().cancel());
    let code = "for i in range(1, 1000)\nx = i\nend for";
    assert_eq!(run(&mut cx, code).unwrap_err().kind(), ErrorKind::Cancelled);
    run(&mut cx, code).unwrap();
}

#[test]
fn many_contexts_under_time_limits_at_once() {
    let engine = Engine::new();
    let script = engine.compile(MS, "", "n = 0\nwhile true\nn = n + 1\nend while").unwrap();
    let threads: Vec<_> = (1..=8)
        .map(|i| {
            let (engine, script) = (engine.clone(), script.clone());
            thread::spawn(move || {
                let limit = Duration::from_millis(10 * i);
                let mut cx = Context::builder(&engine).time_limit(limit).build().unwrap();
                let start = Instant::now();
                assert_eq!(cx.run(&script).unwrap_err().kind(), ErrorKind::Time);
                assert!(start.elapsed() >= limit);
                assert!(cx.get::<i64>("n").unwrap() > 0);
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().unwrap());
}
