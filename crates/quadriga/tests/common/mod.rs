//! What the tests share. `QUADRIGA_TEST_HEAP` runs them in other modes of the collector, for example
//! `collect_every=1,poison,verify` or `safepoint_only`.
#![allow(dead_code, reason = "every test uses a part")]

use quadriga::{Context, ContextBuilder, Engine, Error, HeapMode, Value};

pub const MS: &str = "miniscript";

pub fn heap_mode() -> HeapMode {
    let mut mode = HeapMode::default();
    for word in std::env::var("QUADRIGA_TEST_HEAP").unwrap_or_default().split(',').filter(|w| !w.is_empty()) {
        match word.split_once('=') {
            Some(("collect_every", n)) => mode.collect_every = Some(n.parse().expect("a number")),
            None if word == "poison" => mode.poison = true,
            None if word == "verify" => mode.verify = true,
            None if word == "safepoint_only" => mode.safepoint_only = true,
            _ => panic!("QUADRIGA_TEST_HEAP: {word}?"),
        }
    }
    mode
}

/// Whether the tests run in one of the modes that make everything slow.
pub fn slow_mode() -> bool {
    heap_mode().collect_every.is_some()
}

pub fn builder() -> ContextBuilder {
    Context::builder(&Engine::new()).capture_output().heap_mode(heap_mode())
}

pub fn context() -> Context {
    builder().build().expect("a context")
}

/// What `code` prints.
pub fn output(cx: &mut Context, code: &str) -> String {
    run(cx, code).expect("no error");
    cx.take_output()
}

pub fn run(cx: &mut Context, code: &str) -> Result<Value, Error> {
    cx.eval(MS, code)
}
