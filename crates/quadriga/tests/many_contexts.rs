//! Many contexts at once, and one that lives long.
#![cfg(feature = "miniscript")]

mod common;

use common::MS;
use quadriga::{Context, Engine, List};

#[test]
fn many_contexts_at_once() {
    let engine = Engine::new();
    let script = engine.compile(MS, "", "f = function(x)\nreturn x + own\nend function").unwrap();
    let mut all: Vec<Context> = (0..500)
        .map(|i| {
            let mut cx = Context::builder(&engine).heap_mode(common::heap_mode()).build().unwrap();
            cx.set("own", i).unwrap();
            cx.run(&script).unwrap();
            cx
        })
        .collect();
    for (i, cx) in all.iter_mut().enumerate() {
        assert_eq!(cx.call::<usize>("f", (1000,)).unwrap(), 1000 + i);
    }
}

#[test]
fn a_long_lived_context_stays_small() {
    let engine = Engine::new();
    let mut cx = Context::builder(&engine).heap_mode(common::heap_mode()).build().unwrap();
    let script =
        engine.compile(MS, "", "data = []\nfor i in range(1, 50)\ndata.push [i, str(i)]\nend for").unwrap();
    let rounds = if common::slow_mode() { 20 } else { 5000 };
    let mut most = 0;
    for i in 0..rounds {
        cx.run(&script).unwrap();
        let list: List = cx.get("data").unwrap();
        assert_eq!(list.len(&mut cx).unwrap(), 50);
        if i == rounds / 10 {
            most = cx.stats().memory_bytes;
        }
    }
    let now = cx.stats().memory_bytes;
    assert!(now <= most.max(8 << 20) * 2, "grew from {most} to {now} bytes");
}
