//! What a host gives to scripts: output, input, modules, arguments; and what happens when its hooks fail.
#![cfg(feature = "miniscript")]

mod common;

use common::{builder, context, output, run};
use quadriga::{Context, Engine, ErrorKind, Mode, Severity, Source, Value};
use std::sync::{Arc, Mutex};

#[test]
fn captured_output() {
    let mut cx = context();
    run(&mut cx, "print \"one\"\nprint \"two\", \"\"").unwrap();
    cx.write("+");
    assert_eq!(cx.take_output(), "one\ntwo+");
    assert_eq!(cx.take_output(), "");
    assert!(run(&mut cx, "print \"before\"\nx = nope").is_err());
    assert_eq!(cx.take_output(), "before\n");
}

#[test]
fn output_to_a_closure() {
    let seen = Arc::new(Mutex::new(String::new()));
    let writer = seen.clone();
    let mut cx = builder().output(move |text| writer.lock().unwrap().push_str(text)).build().unwrap();
    run(&mut cx, "print [1, 2]").unwrap();
    assert_eq!(*seen.lock().unwrap(), "[1, 2]\n");
    assert_eq!(cx.take_output(), "");
}

#[test]
fn captured_output_is_limited() {
    let mut cx = builder().output_limit(1000).build().unwrap();
    let error = run(&mut cx, "while true\nprint \"0123456789\"\nend while").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::TooLarge, "more than 1000 bytes of output"));
    assert!((980..=1000).contains(&cx.take_output().len()));
    assert_eq!(output(&mut cx, "print 1"), "1\n");
    // Noticed even if the script ends at once.
    assert_eq!(run(&mut cx, "print \"x\" * 2000").unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(cx.take_output(), "");
    assert_eq!(output(&mut cx, "for i in range(1, 3)\nprint i\nend for"), "1\n2\n3\n");
    let mut cx = builder().memory_limit(4 << 20).build().unwrap();
    let error = run(&mut cx, "s = \"x\" * 10000\nwhile true\nprint s\nend while").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn a_panic_of_the_output_stops_the_script() {
    let mut left = 2;
    let mut cx = builder()
        .output(move |_| {
            assert!(left > 0, "no paper");
            left -= 1;
        })
        .build()
        .unwrap();
    let error = run(&mut cx, "n = 0\nwhile true\nn = n + 1\nprint n, \"\"\nend while").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Panic, "output: panicked: no paper"));
    assert!(cx.get::<i64>("n").unwrap() < 10);
    assert_eq!(run(&mut cx, "1 + 1").unwrap().as_i64(), Some(2));
}

#[test]
fn input() {
    let mut lines = vec!["Ada", "36"].into_iter();
    let prompts = Arc::new(Mutex::new(Vec::new()));
    let seen = prompts.clone();
    let mut cx = builder()
        .input(move |prompt| {
            seen.lock().unwrap().push(prompt.to_string());
            lines.next().map(String::from)
        })
        .build()
        .unwrap();
    assert_eq!(
        output(&mut cx, "a = input(\"name? \")\nb = input\nprint [a, b, input]"),
        "[\"Ada\", \"36\", null]\n"
    );
    assert_eq!(prompts.lock().unwrap()[0], "name? ");
    let mut cx = context();
    assert!(run(&mut cx, "input(\"nobody is there\")").unwrap().is_null());
    let mut cx = builder().input(|_| panic!("no keyboard")).build().unwrap();
    let error = run(&mut cx, "while true\ninput\nend while").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Panic, "input: panicked: no keyboard"));
}

#[test]
fn modules() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let names = asked.clone();
    let mut cx = builder()
        .resolver(move |name| {
            names.lock().unwrap().push(name.to_string());
            let text = match name {
                "shapes" => "area = function(r)\nreturn pi * r * r\nend function\nunit = area(1)",
                "broken" => "x = = 1",
                "failing" => "x = 1\ny = x.z",
                _ => return None,
            };
            Some((format!("lib/{name}.ms"), text.to_string()))
        })
        .build()
        .unwrap();
    assert_eq!(output(&mut cx, "import \"shapes\"\nprint round(shapes.area(2) / shapes.unit)"), "4\n");
    assert!(asked.lock().unwrap().contains(&"shapes".to_string()));
    assert!(run(&mut cx, "import \"absent\"\nx = 1").unwrap_err().message().contains("not found: absent"));
    assert!(run(&mut cx, "import \"broken\"").is_err());
    let error = run(&mut cx, "import \"failing\"").unwrap_err();
    assert_eq!((&*error.trace()[0].source_name, error.line()), ("lib/failing.ms", Some(2)), "{error}");
    assert!(run(&mut context(), "import \"shapes\"\nx = 1").is_err(), "no resolver, no modules");
}

#[test]
fn no_files_unless_allowed() {
    let mut cx = context();
    let read = "f = file.readLines(\"Cargo.toml\")\nprint f";
    assert!(run(&mut cx, read).is_err() || !cx.take_output().contains("[package]"));
}

#[test]
fn arguments() {
    let mut cx = builder().args(["prog.ms", "a", "b c"]).build().unwrap();
    assert_eq!(output(&mut cx, "print shellArgs"), "[\"prog.ms\", \"a\", \"b c\"]\n");
}

#[test]
fn languages_and_variants() {
    let engine = Engine::new();
    let ms = engine.language_for_extension("ms").unwrap();
    assert_eq!(ms.name(), "miniscript");
    assert!(ms.keywords().contains(&"while"));
    assert!(engine.language("cobol").is_none());
    let error = engine.compile("cobol", "", "").unwrap_err();
    assert_eq!(error.to_string(), "line 1: no language 'cobol': this engine has miniscript");
    assert_eq!(Context::builder(&engine).language("cobol").build().unwrap_err().kind(), ErrorKind::Engine);
    assert_eq!(Context::builder(&engine).variant("0.1").build().unwrap_err().kind(), ErrorKind::Engine);
    let source = Source::new("miniscript", "", "x = 1").variant("0.1");
    assert!(engine.compile_source(&source).is_err());
    for variant in ms.variants() {
        let mut cx = Context::builder(&engine).variant(*variant).capture_output().build().unwrap();
        assert_eq!(output(&mut cx, "print 1 + 1"), "2\n");
        let script =
            engine.compile_source(&Source::new("miniscript", "", "print 2").variant(*variant)).unwrap();
        cx.run(&script).unwrap();
        assert_eq!(cx.take_output(), "2\n");
    }
}

#[test]
fn an_engine_without_languages() {
    let engine = Engine::builder().build();
    let mut cx = Context::new(&engine).unwrap();
    assert_eq!(cx.eval("miniscript", "1").unwrap_err().kind(), ErrorKind::Compile);
    cx.set("x", vec![1, 2]).unwrap();
    assert_eq!(cx.get::<Vec<i64>>("x").unwrap(), [1, 2]);
    cx.function("double", |x: i64| 2 * x).unwrap();
    assert_eq!(cx.call::<i64>("double", (4,)).unwrap(), 8);
    assert!(cx.call::<i64>("double", ("x",)).is_err());
    assert_eq!(cx.call::<()>("nope", ()).unwrap_err().kind(), ErrorKind::NotFound);
    let x = cx.get::<Value>("x").unwrap();
    cx.display(&x);
    assert!(cx.call::<i64>("x", ()).is_err());
    assert!(cx.call::<i64>("double", (1, 2, 3)).is_err());
}

#[test]
fn findings_in_a_source() {
    let engine = Engine::new();
    let text = "x = 1\nyß = = 2\nz = (3\n";
    let error = engine.compile("miniscript", "dir/a.ms", text).unwrap_err();
    let first = &error.diagnostics()[0];
    assert_eq!((first.severity, first.line), (Severity::Error, 2));
    assert!(text.get(first.span.clone()).is_some());
    assert_eq!(first.column as usize, text[6..first.span.start].chars().count() + 1);
    assert!(
        error.language_line().starts_with("Compiler Error: ") && error.language_line().contains("line 2]"),
        "{}",
        error.language_line()
    );
    assert_eq!((error.name(), error.source_text()), ("dir/a.ms", text));
    assert!(error.to_string().starts_with("dir/a.ms:2: "));
    let source = Source::new("miniscript", "dir/a.ms", text);
    let found = engine.check(&source);
    assert_eq!(engine.language_line(&source, &found[0]), error.language_line());
    assert!(engine.check(&Source::new("miniscript", "", "x = 1")).is_empty());
    let whole: quadriga::Error = error.into();
    assert_eq!((whole.kind(), whole.line()), (ErrorKind::Compile, Some(2)));
    assert!(whole.compile_error().is_some());
}

#[test]
fn sessions() {
    let engine = Engine::new();
    assert!(engine.needs_more_input("miniscript", "while x < 3"));
    assert!(!engine.needs_more_input("miniscript", "x = 3"));
    let mut cx = context();
    let mut line = |text: &str| {
        let script =
            engine.compile_source(&Source::new("miniscript", "", text).mode(Mode::Interactive)).unwrap();
        cx.run(&script).unwrap();
        cx.take_output()
    };
    assert_eq!(line("x = 20"), "");
    assert_eq!(line("x * 2 + 2"), "42\n");
    assert_eq!(line("_ + 1"), "43\n");
}

#[test]
fn a_script_has_a_name_and_a_text_and_bytecode() {
    let script = Engine::new().compile("miniscript", "s.ms", "print 1").unwrap();
    assert_eq!((script.name(), script.source(), script.language()), ("s.ms", "print 1", "miniscript"));
    assert!(script.disassemble().contains("print"));
    let mut cx = context();
    let script =
        Engine::new().compile("miniscript", "s.ms", "f = function\nx = 1\ny = x.q\nend function\nf").unwrap();
    let error = cx.run(&script).unwrap_err();
    assert_eq!(&script.source()[error.trace()[0].span.clone()].chars().next().unwrap().to_string(), "x");
    assert!(
        error.language_line().starts_with("Runtime Error: ")
            && error.language_line().ends_with("[s.ms line 3]")
    );
    assert!(error.to_string().ends_with("[s.ms line 3]"), "{error}");
}
