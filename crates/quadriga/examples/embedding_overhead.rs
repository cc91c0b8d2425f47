//! What it costs to cross the border between Rust and a script, in nanoseconds per call: the median of many
//! short runs, and the fastest tenth of them, which a busy machine disturbs less.
//! `cargo run --release --example embedding_overhead`.

use quadriga::{Context, Engine, Error, Function, List, Map, Scope, Value};
use std::hint::black_box;
use std::time::{Duration, Instant};

const RUNS: usize = 201;
const LOOP: usize = 2000;

/// Times in nanoseconds.
#[derive(Clone, Copy)]
struct Times {
    median: f64,
    best_tenth: f64,
}

/// Times of one of `n` things that `f` does.
fn measure(n: usize, mut f: impl FnMut()) -> Times {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let (start, mut rounds) = (Instant::now(), 0);
            while start.elapsed() < Duration::from_micros(500) {
                f();
                rounds += 1;
            }
            start.elapsed().as_nanos() as f64 / (rounds * n) as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    Times { median: times[RUNS / 2], best_tenth: times[RUNS / 10] }
}

fn report(what: &str, times: Times) {
    println!("{what:<55} {:>9.1} ns {:>9.1} ns", times.median, times.best_tenth);
}

/// A loop in the script around `body`, without the cost of the empty loop.
fn in_script(cx: &mut Context, engine: &Engine, what: &str, body: &str) -> Result<(), Error> {
    let mut time = |body: &str| -> Result<Times, Error> {
        let text = format!("go = function\nx = 7\nfor i in range(1, {LOOP})\n{body}\nend for\nend function");
        cx.run(&engine.compile("miniscript", "", &text)?)?;
        let go: Function = cx.get("go")?;
        let mut failed = None;
        let times = measure(LOOP, || failed = go.call::<()>(cx, ()).err().or(failed.take()));
        failed.map_or(Ok(times), Err)
    };
    let (with, without) = (time(body)?, time("")?);
    let (median, best_tenth) = (with.median - without.median, with.best_tenth - without.best_tenth);
    report(what, Times { median, best_tenth });
    Ok(())
}

/// `n` calls of `f` from Rust.
fn from_rust(what: &str, mut f: impl FnMut() -> Result<(), Error>) -> Result<(), Error> {
    let mut failed = None;
    let times = measure(100, || {
        for _ in 0..100 {
            if let Err(error) = f() {
                failed = Some(error);
            }
        }
    });
    report(what, times);
    failed.map_or(Ok(()), Err)
}

fn main() -> Result<(), Error> {
    if cfg!(debug_assertions) {
        println!("(a debug build: the figures say nothing)");
    }
    let engine = Engine::new();
    let mut cx = Context::new(&engine)?;
    let cx = &mut cx;

    println!("A script calls the host: {:>42} {:>12}", "median", "best tenth");
    cx.function("nothing", || ())?;
    cx.function("add", |a: f64, b: f64| a + b)?;
    cx.function("scoped", |_: &mut Scope, a: i64| a)?;
    cx.function("length", |text: String| text.len())?;
    cx.function("join", |a: String, b: String| a + &b)?;
    cx.function("count", |cx: &mut Scope, list: List| list.len(cx))?;
    cx.function("keep", |value: Value| value)?;
    cx.function("sum", |values: Vec<f64>| values.iter().sum::<f64>())?;
    let mut n = 0.0;
    cx.function_mut("mutable", move |a: f64| {
        n += a;
        n
    })?;
    cx.eval(
        "miniscript",
        "inc = function(n)\nreturn n + 1\nend function\nnumbers = range(1, 10)\nnumbers[0] = 1",
    )?;
    in_script(cx, &engine, "(for comparison) a call of a script function", "inc x")?;
    in_script(cx, &engine, "(for comparison) a call of a built-in function", "abs x")?;
    in_script(cx, &engine, "no arguments, no result", "nothing")?;
    in_script(cx, &engine, "|f64, f64| -> f64", "add x, 1.5")?;
    in_script(cx, &engine, "|&mut Scope, i64| -> i64", "scoped x")?;
    in_script(cx, &engine, "|f64| -> f64, a closure with state (FnMut)", "mutable x")?;
    in_script(cx, &engine, "|String| -> usize, 11 bytes", "length \"hello world\"")?;
    in_script(cx, &engine, "|String, String| -> String", "join \"hello \", \"world\"")?;
    in_script(cx, &engine, "|&mut Scope, List| -> usize, by reference", "count numbers")?;
    in_script(cx, &engine, "|Value| -> Value, a list", "keep numbers")?;
    in_script(cx, &engine, "|Vec<f64>| -> f64, 10 elements", "sum numbers")?;

    println!("Rust calls the script:");
    let inc: Function = cx.get("inc")?;
    from_rust("Function::call::<f64>, one argument", || inc.call::<f64>(cx, (black_box(1.0),)).map(drop))?;
    from_rust("Context::call::<f64> by name, one argument", || {
        cx.call::<f64>("inc", (black_box(1.0),)).map(drop)
    })?;
    from_rust("Function::call::<Value>, one argument", || inc.call::<Value>(cx, (1,)).map(drop))?;
    cx.eval("miniscript", "greet = function(s)\nreturn \"hello \" + s\nend function")?;
    let greet: Function = cx.get("greet")?;
    from_rust("Function::call::<String>, a text", || greet.call::<String>(cx, ("world",)).map(drop))?;
    cx.set_time_limit(Some(Duration::from_secs(10)));
    from_rust("Function::call::<f64> under a time limit", || inc.call::<f64>(cx, (1.0,)).map(drop))?;
    cx.set_time_limit(None);
    cx.set_fuel(Some(1_000_000));
    from_rust("Function::call::<f64> with fuel", || inc.call::<f64>(cx, (1.0,)).map(drop))?;
    cx.set_fuel(None);

    println!("Rust works with values:");
    from_rust("Context::set, a number", || cx.set("x", black_box(1.5)))?;
    from_rust("Context::get::<f64>", || cx.get::<f64>("x").map(drop))?;
    let numbers: List = cx.get("numbers")?;
    from_rust("List::get::<f64>", || numbers.get::<f64>(cx, 3).map(drop))?;
    let map: Map = cx.new_map()?;
    from_rust("Map::set, a field", || map.set(cx, "field", 1.5))?;
    from_rust("Map::get::<f64>, a field", || map.get::<f64>(cx, "field").map(drop))?;
    from_rust("Context::get::<List>, and dropping it", || cx.get::<List>("numbers").map(drop))?;
    from_rust("List::to_vec::<f64>, 10 elements", || numbers.to_vec::<f64>(cx).map(drop))?;

    println!("Beginning and end:");
    let script = engine.compile("miniscript", "", "x = 1")?;
    from_rust("Context::run, `x = 1`", || cx.run(&script).map(drop))?;
    report("Context::new and drop", measure(1, || drop(black_box(Context::new(&engine)))));
    report(
        "Engine::compile, `x = 1`",
        measure(1, || drop(black_box(engine.compile("miniscript", "", "x = 1")))),
    );
    Ok(())
}
