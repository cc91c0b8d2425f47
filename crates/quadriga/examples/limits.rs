//! Every limit at work, and the same context continuing after each: `cargo run --example limits`.

use quadriga::{Context, Engine, Error};
use std::thread;
use std::time::{Duration, Instant};

fn attempt(cx: &mut Context, what: &str, code: &str) {
    let start = Instant::now();
    let result = cx.eval("miniscript", code);
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    match result {
        Ok(value) => println!("{what}: {} ({ms:.1} ms)", cx.display(&value)),
        Err(e) => {
            println!("{what}: {:?} in line {}: {} ({ms:.1} ms)", e.kind(), e.line().unwrap_or(0), e.message())
        }
    }
}

/// Whatever happened, the context goes on.
fn works(cx: &mut Context) -> Result<(), Error> {
    let sum = cx.eval("miniscript", "range(1, 10).sum")?;
    assert_eq!(sum.as_i64(), Some(55), "the context is as good as new");
    Ok(())
}

fn main() -> Result<(), Error> {
    let engine = Engine::new();
    let mut cx = Context::builder(&engine)
        .time_limit(Duration::from_millis(100))
        .memory_limit(16 << 20)
        .max_depth(1000)
        .build()?;

    attempt(&mut cx, "time", "while true\nend while");
    works(&mut cx)?;
    attempt(&mut cx, "memory", "keep = []\nwhile true\n  keep.push \"text \" * 100 + keep.len\nend while");
    // The script's list still fills the memory: somebody has to let go of it.
    println!("        {} KB taken while the script's list is alive", cx.stats().memory_bytes >> 10);
    cx.set("keep", ())?;
    cx.collect_garbage();
    println!("        {} KB after it was dropped", cx.stats().memory_bytes >> 10);
    works(&mut cx)?;
    attempt(&mut cx, "one huge string", "s = \"x\" * 10 ^ 12\ns");
    attempt(&mut cx, "depth", "down = function(n)\n  return down(n + 1)\nend function\ndown 1");

    cx.set_fuel(Some(100_000));
    for _ in 0..2 {
        // Fuel does not depend on the machine or the moment: both runs stop at the same turn.
        attempt(&mut cx, "fuel", "n = 0\nwhile true\n  n = n + 1\nend while");
        println!("      after {} turns", cx.get::<i64>("n")?);
    }
    cx.set_fuel(None);

    cx.set_time_limit(None);
    let handle = cx.cancel_handle();
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(30));
        handle.cancel();
    });
    attempt(&mut cx, "cancelled from another thread", "while true\nend while");
    other.join().expect("it only sleeps");

    cx.function("unstable", |n: i64| 100 / n)?;
    attempt(&mut cx, "a host function that panics", "unstable 0");
    attempt(&mut cx, "the same with a better argument", "unstable(4)");
    works(&mut cx)
}
