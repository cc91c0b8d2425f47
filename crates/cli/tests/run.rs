//! `quadriga run`, `-e`: programs, arguments, input, output, exit codes.

mod common;

use common::{arg, command, file, finish, quadriga, quadriga_with_input, run, spawn};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_file_runs() {
    let path = file("hello.ms", "print \"hello\"\n");
    assert_eq!(quadriga(&["run", arg(&path)]).ok(), "hello\n");
}

#[test]
fn code_runs_with_and_without_run() {
    assert_eq!(quadriga(&["-e", "print 6*7"]).ok(), "42\n");
    assert_eq!(quadriga(&["run", "-e", "print 6*7"]).ok(), "42\n");
    assert_eq!(quadriga(&["--fuel", "100000", "-e", "print 6*7"]).ok(), "42\n");
}

#[test]
fn standard_input_runs() {
    assert_eq!(quadriga_with_input(&["run", "-"], b"print \"in\"\nprint 1").ok(), "in\n1\n");
}

#[test]
fn the_language_is_told_by_name_or_option() {
    let path = file("program.txt", "print 1\n");
    quadriga(&["run", arg(&path)]).exits(2);
    assert_eq!(quadriga(&["run", "--lang", "miniscript", arg(&path)]).ok(), "1\n");
    let run = quadriga(&["run", "--lang", "cobol", arg(&path)]).exits(2);
    assert!(run.stderr.contains("no language `cobol`") && run.stderr.contains("miniscript"), "{run:?}");
}

#[test]
fn dialects_are_chosen() {
    let program = "print 2^3^2";
    assert_eq!(quadriga(&["-e", program]).ok(), "512\n");
    assert_eq!(quadriga(&["run", "--dialect", "1.x", "-e", program]).ok(), "64\n");
    let run = quadriga(&["run", "--dialect", "7", "-e", program]).exits(2);
    assert!(run.stderr.contains("no dialect `7`"), "{run:?}");
}

#[test]
fn scripts_get_their_arguments() {
    let path = file("args.ms", "for a in shellArgs\nprint a\nend for\n");
    let output = quadriga(&["run", arg(&path), "one", "--fuel", "-x"]).ok();
    assert!(output.ends_with("one\n--fuel\n-x\n"), "{output}");
    let output = quadriga(&["-e", "print shellArgs[-1]", "last"]).ok();
    assert_eq!(output, "last\n");
}

#[test]
fn scripts_read_input_lines() {
    let program = "a = input(\"name? \")\nb = input\nc = input\nprint [a, b, c]";
    assert_eq!(
        quadriga_with_input(&["-e", program], b"Ada\r\n\xC3\xA4").ok(),
        "name? [\"Ada\", \"ä\", null]\n"
    );
}

#[test]
fn input_does_not_hold_up_the_time_limit() {
    // The pipe stays open, so the line never comes.
    let mut command = command(&["--time-limit", "0.2", "-e", "x = input\nwhile true\nend while"]);
    let start = Instant::now();
    let mut child = spawn(&mut command);
    let stdin = child.stdin.take();
    let run = finish(child, start).exits(5);
    drop(stdin);
    assert!(run.time < Duration::from_secs(20), "{run:?}");
}

#[test]
fn errors_stand_on_standard_output_as_the_language_has_it() {
    let path = file("bad.ms", "f = function(m)\n  return m.nokey\nend function\nprint f({})\n");
    let run = quadriga(&["run", arg(&path)]).exits(1);
    let expected =
        format!("Runtime Error: Key Not Found: 'nokey' not found in map [{} line 2]\n", arg(&path));
    assert_eq!((run.stdout, run.stderr.as_str()), (expected, ""));
    let run = quadriga(&["-e", "print x"]).exits(1);
    assert_eq!(run.stdout, "Runtime Error: Undefined Identifier: 'x' is unknown in this context [line 1]\n");
}

#[test]
fn sources_that_do_not_compile() {
    let path = file("broken.ms", "print 1\nx = (1 + 2\n");
    let run = quadriga(&["run", arg(&path)]).exits(3);
    assert!(run.stdout.starts_with("Compiler Error: ") && run.stdout.ends_with("line 2]\n"), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1);
}

#[test]
fn pretty_errors_show_the_place() {
    let path = file("bad.ms", "f = function(m)\n  return m.nokey\nend function\nprint f({})\n");
    let run = quadriga(&["run", "--diagnostics=pretty", arg(&path)]).exits(1);
    assert!(run.stdout.starts_with("Runtime Error: Key Not Found"), "{run:?}");
    assert!(run.stderr.contains(&format!("--> {}:2:", arg(&path))), "{run:?}");
    assert!(run.stderr.contains("return m.nokey") && run.stderr.contains('^'), "{run:?}");
    assert!(run.stderr.contains(&format!("{}:4", arg(&path))), "the caller is missing: {run:?}");
    assert!(!run.stderr.contains('\u{1b}'), "colours in a pipe: {run:?}");
    let run = quadriga(&["run", "--diagnostics=pretty", "--color=always", arg(&path)]).exits(1);
    assert!(run.stderr.contains('\u{1b}') && !run.stdout.contains('\u{1b}'), "{run:?}");
}

#[test]
fn json_errors_are_one_object_each() {
    let path = file("bad.ms", "f = function(m)\n  return m.nokey\nend function\nprint f({})\n");
    let run = quadriga(&["run", "--diagnostics=json", arg(&path)]).exits(1);
    assert_eq!(run.stdout, "");
    let error = common::json(run.stderr.trim_end());
    assert_eq!(error["kind"], "runtime");
    assert_eq!(error["message"], "Key Not Found: 'nokey' not found in map");
    assert_eq!(error["file"], arg(&path));
    assert_eq!(error["line"], 2);
    assert!(error["column"].as_u64().is_some_and(|c| c >= 1));
    assert!(error["span"]["start"].as_u64() < error["span"]["end"].as_u64());
    let trace = error["trace"].as_array().expect("a list of calls");
    assert_eq!(trace.len(), 2, "{error}");
    assert_eq!((&trace[0]["line"], &trace[1]["line"]), (&2.into(), &4.into()));

    let run = quadriga(&["run", "--diagnostics=json", "-e", "x = (1"]).exits(3);
    let error = common::json(run.stderr.lines().next().expect("a line"));
    assert_eq!((&error["kind"], &error["file"], &error["line"]), (&"syntax".into(), &().into(), &1.into()));
}

#[test]
fn scripts_choose_their_exit_code() {
    let run = quadriga(&["-e", "print \"before\", \"\"\nexit 7\nprint \"after\""]).exits(7);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("before", ""));
    quadriga(&["-e", "exit 0"]).exits(0);
}

#[test]
fn wrong_usage() {
    for args in [
        &["run"][..],
        &["frobnicate"],
        &["run", "--no-such", "x.ms"],
        &["run", "--time-limit", "-1", "-e", ""],
    ] {
        let run = quadriga(args).exits(2);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{run:?}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let run = quadriga(&["run", "no-such-file.ms"]).exits(4);
    assert!(run.stderr.contains("cannot read no-such-file.ms"), "{run:?}");
    quadriga(&["run", "no-such-file"]).exits(4);
    quadriga(&["run", env!("CARGO_TARGET_TMPDIR")]).exits(4);
    let path = file("latin.ms", b"print 1\nprint \"caf\xE9\"\n");
    let run = quadriga(&["run", arg(&path)]).exits(4);
    assert!(run.stderr.contains("not valid UTF-8") && run.stderr.contains("offset 18 (line 2)"), "{run:?}");
    let run = quadriga_with_input(&["run", "-"], b"\xFF").exits(4);
    assert!(run.stderr.contains("standard input"), "{run:?}");
}

#[test]
fn modules_are_found_beside_the_script_and_along_the_path() {
    let main = file("main.ms", "import \"helper\"\nprint helper.answer\n");
    let directory = main.parent().expect("a directory");
    std::fs::create_dir_all(directory.join("lib")).expect("a directory");
    std::fs::write(directory.join("lib").join("helper.ms"), "answer = 42\n").expect("a file");
    assert_eq!(quadriga(&["run", arg(&main)]).ok(), "42\n");
    let other = file("helper.ms", "answer = 43\n");
    let mut command = command(&["run", arg(&main)]);
    command.env("MS_IMPORT_PATH", other.parent().expect("a directory"));
    assert_eq!(run(command, b"").ok(), "43\n");
    let run = quadriga(&["-e", "import \"no_such_module\""]).exits(1);
    assert!(run.stdout.contains("library not found: no_such_module"), "{run:?}");
}

#[test]
fn a_sandbox_has_no_files() {
    let path = file("secret.ms", "word = \"open\"\n");
    let directory = path.parent().expect("a directory").join("main.ms");
    let program = format!("print file.readLines(\"{}\")\nprint env.hasIndex(\"PATH\")\n", arg(&path));
    std::fs::write(&directory, &program).expect("a file");
    let open = quadriga(&["run", arg(&directory)]).ok();
    assert!(open.contains("word = ") && open.ends_with("1\n"), "{open}");
    let closed = quadriga(&["run", "--sandbox", arg(&directory)]);
    assert!(!closed.stdout.contains("word = ") && !closed.stdout.ends_with("1\n"), "{closed:?}");
    std::fs::write(&directory, "import \"secret\"\nprint secret.word\n").expect("a file");
    assert_eq!(quadriga(&["run", arg(&directory)]).ok(), "open\n");
    quadriga(&["run", "--sandbox", arg(&directory)]).exits(1);
}

#[test]
fn output_that_nobody_reads_ends_the_program_quietly() {
    let mut command = command(&["-e", "while true\nprint \"y\"\nend while"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().expect("the command starts");
    drop(child.stdout.take());
    let run = finish(child, start).exits(141);
    assert_eq!(run.stderr, "");
}

#[test]
fn much_output_arrives_completely() {
    let run = quadriga(&["-e", "for i in range(1, 50000)\nprint i\nend for"]);
    let lines: Vec<u32> = run.ok().lines().map(|l| l.parse().expect("a number")).collect();
    assert_eq!(lines, (1..=50_000).collect::<Vec<u32>>());
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_the_program() {
    // The second one waits for input that never comes, the third one sleeps.
    for program in ["i = 0\nwhile true\ni = i + 1\nend while", "x = input", "wait 600"] {
        let mut command = command(&["-e", &format!("print \"go\"\n{program}")]);
        let start = Instant::now();
        let mut child = spawn(&mut command);
        let stdin = child.stdin.take();
        std::thread::sleep(Duration::from_millis(500));
        let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        let run = finish(child, start).exits(130);
        drop(stdin);
        assert!(run.stdout.starts_with("go\n") && run.time < Duration::from_secs(20), "{run:?}");
    }
}

#[test]
fn figures_stand_on_standard_error() {
    let run = quadriga(&["run", "--stats", "-e", "print 1"]).exits(0);
    assert_eq!(run.stdout, "1\n");
    assert!(run.stderr.contains("collections") && run.stderr.contains("heap"), "{run:?}");
}

#[test]
fn testing_modes_change_nothing() {
    let program = "l = []\nfor i in range(1, 200)\nl.push({\"x\": str(i) * 2})\nend for\nprint l[-1].x";
    for mode in
        [&["--gc-stress=3", "--gc-poison"][..], &["--gc-verify", "--gc-stress=7"], &["--gc-safepoints"]]
    {
        let args: Vec<&str> =
            std::iter::once("run").chain(mode.iter().copied()).chain(["-e", program]).collect();
        assert_eq!(quadriga(&args).ok(), "200200\n", "{mode:?}");
    }
    let help = quadriga(&["run", "-h"]).ok();
    assert!(!help.contains("gc-stress"), "{help}");
    let help = quadriga(&["run", "--help"]).ok();
    assert!(help.contains("gc-stress") && help.contains("130"), "{help}");
}
