//! The command as a whole, on a folder of shell scripts that stand in for benchmark programs.
//!
//! `--also NAME=sh` makes the shell an entry that "runs" them; with `sh -e` they print another checksum.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TABLE: &str = "\
[[program]]\nname = 'good'\nclass = 'ints'\niters = 4\nsize = 9\nchecksum = 90\n\
quick_iters = 2\nquick_size = 3\nquick_checksum = 30\n\
[[program]]\nname = 'other'\nclass = 'maps'\niters = 4\nsize = 9\nchecksum = 90\n\
quick_iters = 2\nquick_size = 3\nquick_checksum = 30\n";

const PROGRAM: &str =
    "k=1\nwhile [ $k -le $1 ]; do echo iter $k 0.0$k; k=$((k + 1)); done\necho checksum $(($2 * 10))\n";

/// A bench folder of its own for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("quadriga-bench-{test}-{}", std::process::id()));
        let folder = Self(path);
        folder.write("programs.toml", TABLE);
        folder.write("programs/ints/good.ms", PROGRAM);
        folder.write("programs/maps/other.ms", PROGRAM);
        folder.write("startup/hello.ms", "echo Hello\n");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_quadriga-bench"))
            .args(args)
            .args(["--bench-dir".as_ref(), self.0.as_os_str()])
            .current_dir(&self.0)
            .output()
            .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const TWO: [&str; 6] = ["--also", "a=sh", "--also", "b=sh -e", "--peers", "a,b"];

fn with<'a>(first: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [first, rest].concat()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn exists(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.len() > 0)
}

#[test]
fn a_run_writes_everything() {
    let folder = Folder::new("all");
    let outputs = ["--json", "r.json", "--markdown", "docs/B.md", "--svg", "docs/plots"];
    fs::create_dir_all(folder.path("docs")).unwrap();
    let output = folder.run(&with(&TWO, &outputs));
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        table.contains("ints/good") && table.contains("geometric mean") && table.contains("1.00x"),
        "{table}"
    );
    for plot in ["ratios.svg", "warmup.svg", "memory.svg"] {
        assert!(exists(&folder.path("docs/plots").join(plot)), "{plot}");
    }
    let page = folder.read("docs/B.md");
    assert!(page.contains("](plots/ratios.svg)") && page.contains("| maps/other |"), "{page}");
    assert!(!page.contains(folder.0.to_str().unwrap()));

    let json: serde_json::Value = serde_json::from_str(&folder.read("r.json")).unwrap();
    assert_eq!(json["programs"][0]["results"]["a"]["runs"].as_array().unwrap().len(), 5);
    assert_eq!(json["programs"][0]["results"]["a"]["runs"][0]["iterations"].as_array().unwrap().len(), 4);
    assert_eq!(json["startup"]["b"]["seconds"].as_array().unwrap().len(), 50);

    let again = folder.run(&["--from", "r.json", "--compare", "r.json", "--base", "b"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert!(text(&again.stdout).contains("0 of "), "{}", text(&again.stdout));
}

#[test]
fn unequal_checksums_fail_loudly() {
    let folder = Folder::new("unequal");
    folder.write("programs/maps/other.ms", &format!("case $- in *e*) set -- $1 4;; esac\n{PROGRAM}"));
    let output = folder.run(&with(&TWO, &["--quick", "--json", "r.json"]));
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("CHECKSUMS DISAGREE"), "{errors}");
    assert!(errors.contains("maps/other b: WRONG CHECKSUM 40, expected 30"), "{errors}");
    assert!(!text(&output.stdout).contains("geometric mean") && !exists(&folder.path("r.json")));

    let output = folder.run(&with(&TWO, &["--quick", "--keep-going"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("failed") && text(&output.stdout).contains("geometric mean"));
}

#[test]
fn a_wrong_result_at_full_size_fails_too() {
    let folder = Folder::new("full");
    folder.write("programs/ints/good.ms", &PROGRAM.replace("$(($2 * 10))", "30"));
    let output = folder.run(&with(&TWO, &[]));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("ints/good a: WRONG CHECKSUM 30, expected 90"));
}

#[test]
fn failures_are_told_and_the_rest_is_measured() {
    let folder = Folder::new("failure");
    folder.write("programs/ints/good.ms", "echo Runtime Error: broken >&2\nexit 7\n");
    let output = folder.run(&with(&TWO, &["--quick"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("ints/good a: exit code 7: Runtime Error: broken"));
    assert!(text(&output.stdout).contains("maps/other"));
}

#[test]
fn versions_that_do_not_exist_are_skipped() {
    let folder = Folder::new("skipped");
    fs::remove_file(folder.path("programs/ints/good.ms")).unwrap();
    let output = folder.run(&with(&TWO, &["--quick"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stdout).contains("ints/good"));
}

#[test]
fn bad_requests_are_explained() {
    let folder = Folder::new("bad");
    let fails = |args: &[&str], message: &str| {
        let output = folder.run(args);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(message), "{errors}");
    };
    fails(&["--peers", "nobody"], "unknown peer nobody");
    fails(&["--quadriga", "missing", "--peers", "quadriga"], "missing is not a file");
    fails(&with(&TWO, &["--only", "xyz"]), "no program matches");
    fails(&["--from", "missing.json"], "missing.json");
    fails(&["memory", "--peers", "luajit"], "for quadriga alone");
}

#[test]
fn the_memory_command_judges_its_goals() {
    let folder = Folder::new("memory");
    folder.write("memory/trees.ms", "");
    folder.write(
        "fake.sh",
        "case $1 in\n--stats) sleep 0.5; echo live 1, collected; sleep 0.2; echo checksum 5\n\
         echo 'heap   2.0 MiB' >&2; echo 'live   1.0 GiB at the last full collection' >&2;;\n\
         --memory-limit) echo Runtime Error: no memory >&2; exit $FAKE_CODE;;\n*) echo Hello;;\nesac\n",
    );
    let run = |code: &str| {
        Command::new(env!("CARGO_BIN_EXE_quadriga-bench"))
            .args(["memory", "--seconds", "1", "--peers", "a", "--check", "--also", "a=sh fake.sh"])
            .args(["--markdown", "B.md", "--svg", ".", "--json", "m.json"])
            .args(["--bench-dir".as_ref(), folder.0.as_os_str()])
            .current_dir(&folder.0)
            .env("FAKE_CODE", code)
            .output()
            .unwrap()
    };
    let good = run("6");
    assert_eq!(good.status.code(), Some(0), "{}{}", text(&good.stdout), text(&good.stderr));
    assert!(text(&good.stdout).contains("Runtime Error: no memory"));
    assert!(folder.read("B.md").contains("](./resident-a.svg)"));
    assert!(exists(&folder.path("resident-a.svg")) && folder.read("m.json").contains("\"overshoot\""));
    let bad = run("1");
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stdout).contains("goal missed: trees: the limit did not stop it"));
}

#[test]
fn startup_and_peers() {
    let folder = Folder::new("startup");
    let output = folder.run(&with(&["startup", "--runs", "3"], &TWO));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("sh -e"));
    let output = folder.run(&with(&["peers"], &TWO));
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains(".ms"));
}
