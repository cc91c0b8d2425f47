//! Engines and scripts are shared by threads, contexts move between them.
#![cfg(feature = "miniscript")]

mod common;

use common::{MS, builder, context, run};
use quadriga::{
    CancelHandle, CompileError, Context, Engine, Error, Function, HostRef, List, Map, Opaque, Script, Source,
    Value,
};
use std::thread;

fn send<T: Send>() {}
fn send_and_sync<T: Send + Sync>() {}

#[test]
fn who_may_be_where() {
    send_and_sync::<Engine>();
    send_and_sync::<Script>();
    send_and_sync::<Source>();
    send_and_sync::<Value>();
    send_and_sync::<List>();
    send_and_sync::<Map>();
    send_and_sync::<Function>();
    send_and_sync::<Opaque>();
    send_and_sync::<HostRef<std::cell::Cell<i32>>>();
    send_and_sync::<Error>();
    send_and_sync::<CompileError>();
    send_and_sync::<CancelHandle>();
    send::<Context>();
}

#[test]
fn one_script_runs_in_many_threads() {
    let engine = Engine::new();
    let code = "fib = function(n)\nif n < 2 then return n\nreturn fib(n - 1) + fib(n - 2)\nend function\nresult = fib(n)";
    let script = engine.compile(MS, "fib.ms", code).unwrap();
    let threads: Vec<_> = (10..16)
        .map(|n: i64| {
            let (engine, script) = (engine.clone(), script.clone());
            thread::spawn(move || {
                let mut cx = Context::builder(&engine).heap_mode(common::heap_mode()).build().unwrap();
                (0..3)
                    .map(|_| {
                        cx.set("n", n).unwrap();
                        cx.run(&script).unwrap();
                        cx.get::<i64>("result").unwrap()
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    for (i, fib) in [55, 89, 144, 233, 377, 610].into_iter().enumerate() {
        assert_eq!(results[i], [fib; 3]);
    }
}

#[test]
fn a_context_moves_with_its_values() {
    let mut cx = builder().time_limit(std::time::Duration::from_secs(60)).build().unwrap();
    run(&mut cx, "log = []\nadd = function(x)\nlog.push x\nreturn log.len\nend function").unwrap();
    let mut add: Function = cx.get("add").unwrap();
    let log: List = cx.get("log").unwrap();
    let mut ids = vec![thread::current().id()];
    for i in 1..=5 {
        (cx, add, ids) = thread::spawn(move || {
            assert_eq!(add.call::<i64>(&mut cx, (i * 100,)).unwrap(), i);
            cx.collect_garbage();
            ids.push(thread::current().id());
            (cx, add, ids)
        })
        .join()
        .unwrap();
    }
    assert_eq!(log.to_vec::<i64>(&mut cx).unwrap(), [100, 200, 300, 400, 500]);
    ids.dedup();
    assert_eq!(ids.len(), 6);
}

#[test]
fn a_context_may_be_dropped_elsewhere_than_its_values() {
    let mut cx = context();
    let values: Vec<Value> = (0..20).map(|i| cx.value(vec![i; 10]).unwrap()).collect();
    thread::spawn(move || drop(cx)).join().unwrap();
    thread::spawn(move || drop(values)).join().unwrap();
}

#[test]
fn contexts_share_nothing() {
    let (mut one, mut two) = (context(), context());
    run(&mut one, "x = 1\nstring.shout = function\nreturn self.upper\nend function").unwrap();
    assert!(run(&mut two, "x").is_err());
    assert!(run(&mut two, "\"a\".shout").is_err());
    assert_eq!(run(&mut one, "\"a\".shout").unwrap().as_str(), Some("A"));
}
