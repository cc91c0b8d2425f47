//! What a program that reads enormous texts costs the process. Alone in its process, since it looks at the most
//! memory that this ever had.
#![cfg(target_os = "linux")]

use quadriga::{Context, Engine, ErrorKind};

/// Most resident memory so far, in MB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a high water mark");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<usize>().ok()).expect("a number") / 1024
}

#[test]
fn long_ropes_stay_in_the_heap_and_its_limit() {
    let engine = Engine::new();
    let rope = "s = \"x\" * 1000\nfor i in range(1, 21)\ns = s + s\nend for\nm = {\"a\": 1}\n";
    let run = |text: &str, expected: Result<&str, ErrorKind>| {
        let builder = Context::builder(&engine).language("miniscript").memory_limit(64 << 20);
        let mut cx = builder.capture_output().build().expect("a context");
        let script = engine.compile("miniscript", "", &format!("{rope}{text}")).expect("it compiles");
        match (cx.run(&script), expected) {
            (Ok(_), Ok(output)) => assert_eq!(cx.take_output(), output, "{text}"),
            (Err(error), Err(kind)) => assert_eq!(error.kind(), kind, "{text}: {error}"),
            (Ok(_), Err(_)) => panic!("{text}: no error"),
            (Err(error), Ok(_)) => panic!("{text}: {error}"),
        }
    };
    let before = peak();
    run("print m.hasIndex(s)", Ok("0\n"));
    run("print hash(s) == hash(s)", Ok("1\n"));
    let asked = peak() - before;
    assert!(asked < 16, "a question took {asked} MB");
    for text in [
        "print s",
        "print [s]",
        "print {\"a\": s}",
        "print \"\", s",
        "t = str([s])",
        "t = [s].join",
        "t = [1, 2].join(s)",
        "m[s] = 1",
        "t = val(s)",
        "t = abs(s)",
        "t = s[5]",
        "t = m[s]",
    ] {
        run(text, Err(ErrorKind::Memory));
    }
    let took = peak() - before;
    assert!(took < 64 + 16, "refusals took {took} MB");
}
