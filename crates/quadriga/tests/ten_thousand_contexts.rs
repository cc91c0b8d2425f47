//! Contexts come and go without a trace. Alone in its process, whose memory it looks at.
#![cfg(feature = "miniscript")]

mod common;

use common::MS;
use quadriga::{Context, Engine, List};

/// Resident memory of the process in bytes.
fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}

#[test]
fn ten_thousand_contexts() {
    let engine = Engine::new();
    let script = engine
        .compile(MS, "", "l = []\nfor i in range(1, 20)\nl.push {\"i\": i, \"s\": str(i)}\nend for")
        .unwrap();
    let count = if common::slow_mode() { 300 } else { 10_000 };
    let mut kept: Vec<List> = Vec::new();
    let mut after_warm_up = None;
    for i in 0..count {
        let mut cx =
            Context::builder(&engine).heap_mode(common::heap_mode()).capture_output().build().unwrap();
        cx.function("host", move || i).unwrap();
        cx.run(&script).unwrap();
        assert_eq!(cx.call::<i64>("host", ()).unwrap(), i);
        if i % 100 == 0 {
            kept.push(cx.get("l").unwrap());
        }
        if i == count / 10 {
            after_warm_up = resident();
        }
    }
    if let (Some(before), Some(after)) = (after_warm_up, resident()) {
        assert!(after < before + (16 << 20), "resident memory grew from {before} to {after} bytes");
    }
    let mut cx = Context::new(&engine).unwrap();
    assert!(kept.iter().all(|list| list.len(&mut cx).is_err()));

    // What waits for its next call takes little more than its objects.
    let before = resident();
    let waiting: Vec<Context> = (0..200).map(|_| Context::new(&engine).unwrap()).collect();
    if let (Some(before), Some(after)) = (before, resident()) {
        let each = after.saturating_sub(before) / waiting.len();
        assert!(each < 1 << 20, "{each} bytes resident per context");
    }
}
