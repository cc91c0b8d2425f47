//! Limits, and programs that try to break them or the engine.

mod common;

use common::{arg, file, quadriga, quadriga_with_input};
use std::time::Duration;

/// Milliseconds over the limit that an endless loop may take.
const OVERSHOOT: Duration = Duration::from_millis(20);

#[test]
fn an_endless_loop_stops_at_the_time_limit() {
    let limit = Duration::from_millis(300);
    // A busy machine may delay any process; the engine is to blame only if it is late every time.
    let mut late = Vec::new();
    for _ in 0..10 {
        let start_up = quadriga(&["-e", ""]).exits(0).time;
        let run =
            quadriga(&["--time-limit", "0.3", "-e", "i = 0\nwhile true\ni = i + 1\nend while"]).exits(5);
        assert!(run.time >= limit, "{run:?}");
        assert!(run.stdout.starts_with("Runtime Error: ") && run.stdout.contains("[line "), "{run:?}");
        let over = run.time - limit;
        if over <= OVERSHOOT + start_up {
            return;
        }
        late.push(over);
    }
    panic!("late every time: {late:?}");
}

#[test]
fn long_operations_stop_at_the_time_limit_too() {
    for program in [
        "l = range(1, 3000000)\nwhile true\nl = l[:]\nl.sort\nend while",
        "while true\ns = \"ab\" * 10000000\ns = s.replace(\"a\", \"b\")\nend while",
        "f = function(n)\nif n > 0 then f n - 1\nend function\nwhile true\nf 100\nend while",
    ] {
        let run = quadriga(&["--time-limit", "0.2", "-e", program]).exits(5);
        assert!(run.time < Duration::from_secs(20), "{run:?}");
    }
}

#[test]
fn deep_recursion_is_an_error() {
    let program = "f = function(n)\nreturn f(n + 1) + 1\nend function\nprint f(0)";
    let run = quadriga(&["-e", program]).exits(8);
    assert!(run.stdout.contains("Call stack overflow"), "{run:?}");
    assert!(run.stdout.contains("[line 2]"), "{run:?}");
    let run = quadriga(&["--max-depth", "50", "-e", program]).exits(8);
    assert!(run.stdout.contains("Call stack overflow"), "{run:?}");
}

#[test]
fn memory_has_a_limit() {
    for program in [
        "l = []\nwhile true\nl.push [1, 2, 3]\nend while",
        "s = \"x\"\nwhile true\ns = s + s + \"y\"\nt = s.upper\nend while",
        "m = {}\ni = 0\nwhile true\nm[\"key\" + i] = i\ni = i + 1\nend while",
    ] {
        let run = quadriga(&["--memory-limit", "32M", "-e", program]);
        // A single string may also grow beyond the largest size before memory ends.
        assert!(matches!(run.code, Some(6 | 1)), "{run:?}");
        assert!(run.stdout.starts_with("Runtime Error: ") && run.stdout.contains("[line "), "{run:?}");
    }
    let run = quadriga(&["--memory-limit", "32M", "-e", "l = []\nwhile true\nl.push [1, 2, 3]\nend while"]);
    run.exits(6);
}

#[test]
fn fuel_runs_out_at_the_same_place() {
    let program = "i = 0\nwhile true\ni = i + 1\nprint i\nend while";
    let first = quadriga(&["--fuel", "5000", "-e", program]).exits(7);
    assert!(first.stdout.lines().count() > 10, "{first:?}");
    let modes = [&["--gc-stress=5"][..], &["--gc-safepoints"], &["--gc-poison", "--gc-verify"]];
    for mode in modes {
        let args: Vec<&str> =
            ["--fuel", "5000"].iter().chain(mode).chain(&["-e", program]).copied().collect();
        assert_eq!(quadriga(&args).exits(7).stdout, first.stdout, "{mode:?}");
    }
}

#[test]
fn results_that_are_too_large_are_errors() {
    // The language answers with an error value, which is fatal when it is used.
    for program in ["\"x\" * 1e12", "[1, 2] * 1e12", "([0] * 1e6) * 1e9", "range(1, 1e15)"] {
        for limits in [&["--memory-limit", "256M"][..], &[]] {
            let code = format!("x = {program}\nprint x isa error\nprint x.message\nx + 1");
            let args: Vec<&str> = limits.iter().copied().chain(["-e", &code]).collect();
            let run = quadriga(&args).exits(1);
            let lines: Vec<&str> = run.stdout.lines().collect();
            assert_eq!((lines[0], lines.len()), ("1", 3), "{program}: {run:?}");
            assert!(lines[1].contains("too large"), "{program}: {run:?}");
            let last = lines[2];
            assert!(last.starts_with("Runtime Error: Uncaught ") && last.ends_with("[line 4]"), "{run:?}");
        }
    }
    // Sizes that are allowed meet the memory limit.
    let run = quadriga(&["--memory-limit", "64M", "-e", "print 1\ns = \"x\" * 1e8"]).exits(6);
    assert!(run.stdout.starts_with("1\nRuntime Error: ") && run.stdout.contains("[line 2]"), "{run:?}");
}

#[test]
fn deeply_nested_sources_are_errors() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("-", ""), ("not ", ""), ("f(", ")")] {
        let source = format!("x = {}1{}\n", open.repeat(100_000), close.repeat(100_000));
        let path = file("nested.ms", source);
        let run = quadriga(&["run", arg(&path)]);
        // Chains of operators need no nesting in the compiler and may be fine.
        assert!(matches!(run.code, Some(0 | 3)), "{open}: {:?} {}", run.code, run.stderr);
        let run = quadriga(&["check", arg(&path)]);
        assert!(matches!(run.code, Some(0 | 3)), "{open}: {:?}", run.code);
    }
    let blocks = "if true then\n".repeat(100_000);
    let run = quadriga(&["run", arg(&file("blocks.ms", blocks))]).exits(3);
    assert!(run.stdout.starts_with("Compiler Error: "), "{}", run.stdout);
}

#[test]
fn cyclic_values_are_printed_and_compared() {
    let list =
        "a = [1]\na.push a\nb = [1]\nb.push b\nprint a\nprint a == b\nprint a == a\nprint hash(a) == hash(a)";
    quadriga(&["--time-limit", "20", "-e", list]).exits(0);
    let map = "m = {}\nm.self2 = m\nn = {}\nn.self2 = n\nprint m\nprint m == n\nm.__isa = m\nprint m.nokey";
    let run = quadriga(&["--time-limit", "20", "-e", map]);
    assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
    let deep = "l = []\nfor i in range(1, 100000)\nl = [l]\nend for\nm = []\nfor i in range(1, 100000)\nm = [m]\nend for\n\
                print l == m\nprint l";
    let run = quadriga(&["--time-limit", "20", "-e", deep]);
    assert!(matches!(run.code, Some(0 | 1 | 8)), "{run:?}");
}

#[test]
fn odd_bytes_in_sources() {
    let run = quadriga(&["run", arg(&file("nul.ms", b"print 1\nprint \0 2\n"))]);
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{run:?}");
    assert!(run.code == Some(0) || run.stdout.contains("line 2]"), "{run:?}");
    assert_eq!(quadriga(&["run", arg(&file("string.ms", b"print \"a\0b\".len\n"))]).ok(), "3\n");
    assert_eq!(quadriga(&["run", arg(&file("bom.ms", "\u{FEFF}print 1\r\n"))]).ok(), "1\n");
    assert_eq!(quadriga_with_input(&["run", "-"], b"").ok(), "");
}

#[test]
fn a_source_line_of_50_megabytes() {
    let mut source = String::with_capacity(50 << 20);
    source.push_str("x = \"");
    source.push_str(&"ä".repeat(25 << 20));
    source.push_str("\"\nprint x.len\n");
    assert_eq!(quadriga(&["run", arg(&file("long.ms", &source))]).ok(), format!("{}\n", 25 << 20));

    // An error in the middle of such a line is shown without the line.
    let broken = format!("x = \"{}\" + ) + \"{0}\"\n", "b".repeat(25 << 20));
    let path = file("broken.ms", &broken);
    let run = quadriga(&["run", "--diagnostics=pretty", arg(&path)]).exits(3);
    assert!(run.stderr.len() < 4096 && run.stderr.contains('^'), "{} bytes", run.stderr.len());
    let run = quadriga(&["check", arg(&path)]).exits(3);
    assert!(run.stdout.len() < 16_384, "{} bytes", run.stdout.len());
}
