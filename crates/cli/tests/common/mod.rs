//! Runs the command for the tests.

#![allow(dead_code, reason = "not every test file uses everything")]

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// After this a test counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run of the command left.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub time: Duration,
}

impl Run {
    /// The output, if all went well and nothing was said on standard error.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self.stdout
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

/// The command, not started. Settings of the user do not reach it.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quadriga"));
    command.args(args).env_remove("NO_COLOR").env_remove("MS_IMPORT_PATH").env("QUADRIGA_HISTORY", "");
    command
}

/// Runs the command with nothing on its standard input.
pub fn quadriga(args: &[&str]) -> Run {
    quadriga_with_input(args, b"")
}

/// Runs the command with some bytes on its standard input.
pub fn quadriga_with_input(args: &[&str], input: &[u8]) -> Run {
    run(command(args), input)
}

/// Runs a command to its end.
pub fn run(mut command: Command, input: &[u8]) -> Run {
    let start = Instant::now();
    let mut child = spawn(&mut command);
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A thread, so that a command that writes before it reads cannot block both.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let run = finish(child, start);
    writer.join().expect("the writer ends");
    run
}

/// Starts a command with pipes on all sides.
pub fn spawn(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

/// Waits for the end of a command; what hangs is killed and fails the test.
pub fn finish(mut child: Child, start: Instant) -> Run {
    let collect = |mut stream: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = child.stdout.take().map(|s| collect(Box::new(s)));
    let stderr = child.stderr.take().map(|s| collect(Box::new(s)));
    let status = loop {
        match child.try_wait().expect("the command can be waited for") {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                let _ = child.kill();
                panic!("the command hangs");
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let time = start.elapsed();
    let text = |thread: Option<std::thread::JoinHandle<String>>| {
        thread.map(|t| t.join().expect("the reader ends")).unwrap_or_default()
    };
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr), time }
}

/// A file for one test.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let directory =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the test");
    let path = directory.join(name);
    std::fs::write(&path, content).expect("the file is written");
    path
}

/// Parses one JSON value.
#[track_caller]
pub fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text:?}"))
}

/// Path as an argument.
pub fn arg(path: &std::path::Path) -> &str {
    path.to_str().expect("a test path is text")
}
