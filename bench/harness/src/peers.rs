//! Who takes part: our own engine, the peers found on this machine, and native code.
//!
//! A peer is a command line in front of `FILE ITER SIZE`, and the extension of the files it runs. Native programs
//! are built first and run without a file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process;
use crate::programs::BenchDir;

/// The name of our engine in tables and in `--peers`.
pub const OWN: &str = "quadriga";

/// What a participant is to the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Our engine, or another build or setting of it.
    Own,
    /// Another implementation.
    Peer,
    /// The native limit; never the "best peer".
    Native,
}

/// A participant as reports know it: without the paths of this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerInfo {
    /// Short name.
    pub id: String,
    /// What it says about its version.
    pub version: String,
    /// What it is to the comparison.
    pub role: Role,
}

/// A participant that can run programs.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The part that reports show.
    pub info: PeerInfo,
    /// Extension of its programs.
    pub extension: String,
    /// What stands before the file.
    pub command: Vec<OsString>,
}

impl Peer {
    /// The command line for a file and its arguments.
    pub fn argv(&self, file: &Path, args: &[String]) -> Vec<OsString> {
        let mut argv = self.command.clone();
        argv.push(file.into());
        argv.extend(args.iter().map(OsString::from));
        argv
    }
}

/// A peer that this machine lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Short name.
    pub id: String,
    /// Why, and what to do.
    pub advice: String,
}

/// What is known about a peer before looking for it.
struct Known {
    id: &'static str,
    program: &'static str,
    args: &'static [&'static str],
    extension: &'static str,
    version: &'static str,
    /// Makes it print the path of its real executable: a version manager's wrapper script costs start-up time.
    real_path: Option<[&'static str; 2]>,
    package: &'static str,
    role: Role,
}

const PYTHON_PATH: Option<[&str; 2]> = Some(["-c", "import sys; print(sys.executable)"]);

const KNOWN: [Known; 7] = [
    Known {
        id: "luajit",
        program: "luajit",
        args: &[],
        extension: "lua",
        version: "-v",
        real_path: None,
        package: "luajit",
        role: Role::Peer,
    },
    Known {
        id: "luajit-joff",
        program: "luajit",
        args: &["-joff"],
        extension: "lua",
        version: "-v",
        real_path: None,
        package: "luajit",
        role: Role::Peer,
    },
    Known {
        id: "lua5.4",
        program: "lua5.4",
        args: &[],
        extension: "lua",
        version: "-v",
        real_path: None,
        package: "lua5.4",
        role: Role::Peer,
    },
    Known {
        id: "node",
        program: "node",
        args: &[],
        extension: "js",
        version: "--version",
        real_path: Some(["-p", "process.execPath"]),
        package: "nodejs",
        role: Role::Peer,
    },
    Known {
        id: "pypy3",
        program: "pypy3",
        args: &[],
        extension: "py",
        version: "--version",
        real_path: PYTHON_PATH,
        package: "pypy3",
        role: Role::Peer,
    },
    Known {
        id: "python3",
        program: "python3",
        args: &[],
        extension: "py",
        version: "--version",
        real_path: PYTHON_PATH,
        package: "python3",
        role: Role::Peer,
    },
    Known {
        id: "native",
        program: "rustc",
        args: &[],
        extension: "rs",
        version: "--version",
        real_path: None,
        package: "rustc",
        role: Role::Native,
    },
];

/// Which participants the user wants.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Names from `--peers`; empty for all that are found.
    pub names: Vec<String>,
    /// Our binary, if it is not to be built.
    pub quadriga: Option<PathBuf>,
    /// Further entries that run our programs, as `NAME=COMMAND`.
    pub also: Vec<(String, Vec<String>)>,
}

/// The participants found, in table order, and the ones that are missing.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// They can run.
    pub peers: Vec<Peer>,
    /// They cannot.
    pub missing: Vec<Missing>,
}

impl Found {
    /// Fails if somebody who was asked for by name is missing, or if nobody is left.
    pub fn require(self, wanted: &Wanted) -> Result<Self, String> {
        let lost = self.missing.iter().find(|missing| {
            wanted.names.contains(&missing.id) || (missing.id == OWN && wanted.quadriga.is_some())
        });
        match lost {
            Some(missing) => Err(format!("{}: {}", missing.id, missing.advice)),
            None if self.peers.is_empty() => Err("nobody is here to run the programs".into()),
            None => Ok(self),
        }
    }
}

/// Looks for everybody who is wanted; builds our engine unless its path is given.
pub fn find(wanted: &Wanted, bench: &BenchDir) -> Result<Found, String> {
    let known: Vec<&str> = [OWN]
        .into_iter()
        .chain(KNOWN.iter().map(|known| known.id))
        .chain(wanted.also.iter().map(|(name, _)| name.as_str()))
        .collect();
    if let Some(unknown) = wanted.names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown peer {unknown}; known are {}", known.join(", ")));
    }
    let is_wanted = |id: &str| wanted.names.is_empty() || wanted.names.iter().any(|name| name == id);
    let mut found = Found::default();
    if is_wanted(OWN) {
        match own(wanted.quadriga.as_deref(), bench) {
            Ok(peer) => found.peers.push(peer),
            Err(advice) => found.missing.push(Missing { id: OWN.into(), advice }),
        }
    }
    for (name, command) in wanted.also.iter().filter(|(name, _)| is_wanted(name)) {
        found.peers.push(Peer {
            info: PeerInfo { id: name.clone(), version: described(command), role: Role::Own },
            extension: "ms".into(),
            command: command.iter().map(OsString::from).collect(),
        });
    }
    for known in KNOWN.iter().filter(|known| is_wanted(known.id)) {
        match locate(known) {
            Some(peer) => found.peers.push(peer),
            None => found.missing.push(Missing {
                id: known.id.into(),
                advice: format!(
                    "{} is not installed; on Debian: apt install {}",
                    known.program, known.package
                ),
            }),
        }
    }
    Ok(found)
}

fn locate(known: &Known) -> Option<Peer> {
    let mut program = PathBuf::from(known.program);
    if let Some(args) = known.real_path
        && let Some(path) = answer(&program, &args).map(PathBuf::from).filter(|path| path.is_file())
    {
        program = path;
    }
    let version = short_version(&answer(&program, &[known.version])?);
    let mut command = vec![program.into_os_string()];
    command.extend(known.args.iter().map(OsString::from));
    Some(Peer {
        info: PeerInfo { id: known.id.into(), version, role: known.role },
        extension: known.extension.into(),
        command,
    })
}

/// A command line without the folder of its program: reports hold no paths of this machine.
fn described(command: &[String]) -> String {
    let program = command.first().map(Path::new).and_then(Path::file_name).unwrap_or_default();
    let mut text = program.to_string_lossy().into_owned();
    for word in &command[1.min(command.len())..] {
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// What a command prints, or `None` if it cannot run.
fn answer(program: &Path, args: &[&str]) -> Option<String> {
    let mut argv = vec![program.as_os_str().to_owned()];
    argv.extend(args.iter().map(OsString::from));
    let outcome = process::run(&argv, Duration::from_secs(20), None).ok()?;
    let text = outcome.stdout();
    let text = if text.trim().is_empty() { outcome.stderr.clone() } else { text };
    outcome.succeeded().then(|| text.trim().to_owned())
}

/// One line without copyright notes; PyPy tells its own version in a second line.
fn short_version(answer: &str) -> String {
    let own_line = answer.lines().find(|line| line.contains("PyPy"));
    let line = own_line.or(answer.lines().next()).unwrap_or_default();
    let line = line.split(" -- ").next().unwrap_or_default();
    let line = line.split("  Copyright").next().unwrap_or_default();
    let line = line.split(" with ").next().unwrap_or_default();
    let line = line.split(" (").next().unwrap_or_default();
    line.trim_matches(['[', ']', ' ']).to_owned()
}

/// Our engine: the given binary, or the workspace's release build. It must be able to say hello.
fn own(given: Option<&Path>, bench: &BenchDir) -> Result<Peer, String> {
    let path = match given {
        Some(path) if path.is_file() => path.to_owned(),
        Some(path) => return Err(format!("{} is not a file", path.display())),
        None => build_own(&bench.workspace())?,
    };
    let version = answer(&path, &["--version"]).unwrap_or_default();
    let command = vec![path.into_os_string(), "run".into()];
    let peer = Peer {
        info: PeerInfo { id: OWN.into(), version: short_version(&version), role: Role::Own },
        extension: "ms".into(),
        command,
    };
    let hello = peer.argv(&bench.hello("ms"), &[]);
    let outcome = process::run(&hello, Duration::from_secs(20), None).map_err(|error| error.to_string())?;
    match outcome.stdout().trim() {
        "Hello" if outcome.succeeded() => Ok(peer),
        _ => Err(format!("the binary cannot run startup/hello.ms yet ({})", outcome.complaint())),
    }
}

/// Builds the command in release mode and returns the path that cargo reports.
fn build_own(workspace: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "--package", "quadriga-cli", "--message-format=json-render-diagnostics"])
        .current_dir(workspace)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}; give the binary with --quadriga"))?;
    if !output.status.success() {
        return Err("cargo build --release failed".into());
    }
    executable(&String::from_utf8_lossy(&output.stdout), OWN)
        .ok_or_else(|| "cargo build --release made no quadriga binary".into())
}

/// The executable of the target `name` in cargo's messages.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find_map(
        |message| {
            let is_ours = message["target"]["name"] == name;
            message["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
        },
    )
}

/// Builds a native program unless its build is newer than its source, and returns its path.
pub fn build_native(source: &Path, workspace: &Path) -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let folder = target.join("bench-native");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name: Vec<_> = source.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
    let binary = folder.join(format!("{}-{}", name[1], name[0].trim_end_matches(".rs")));
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    if changed(&binary) > changed(source) {
        return Ok(binary);
    }
    let built = Command::new("rustc")
        .args(["--edition", "2024", "-C", "opt-level=3", "-C", "codegen-units=1", "-o"])
        .args([&binary, source])
        .status()
        .map_err(|error| format!("rustc: {error}"))?;
    if built.success() { Ok(binary) } else { Err(format!("rustc failed on {}", source.display())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_one_short_line() {
        let luajit = "LuaJIT 2.1.0-beta3 -- Copyright (C) 2005-2022 Mike Pall. https://luajit.org/";
        assert_eq!(short_version(luajit), "LuaJIT 2.1.0-beta3");
        assert_eq!(short_version("Lua 5.4.4  Copyright (C) 1994-2022 Lua.org, PUC-Rio"), "Lua 5.4.4");
        let pypy = "Python 3.9.16 (7.3.11, Dec 30 2024, 22:36:23)\n[PyPy 7.3.11 with GCC 12.2.0]";
        assert_eq!(short_version(pypy), "PyPy 7.3.11");
        assert_eq!(short_version("v20.20.2"), "v20.20.2");
        assert_eq!(short_version("rustc 1.95.0 (59807616e 2026-04-14)"), "rustc 1.95.0");
        assert_eq!(short_version(""), "");
    }

    #[test]
    fn cargo_messages_name_the_executable() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"other\"},\"executable\":\"/x/other\"}\n\
                        not json\n\
                        {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"quadriga\"},\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"quadriga\"},\"executable\":\"/x/q\"}\n";
        assert_eq!(executable(messages, OWN), Some("/x/q".into()));
        assert_eq!(executable("", OWN), None);
    }

    #[test]
    fn the_missing_are_named_with_advice() {
        let known = Known { id: "x", program: "./no such program", ..KNOWN[0] };
        assert!(locate(&known).is_none());
        let found = Found {
            peers: Vec::new(),
            missing: vec![Missing { id: "node".into(), advice: "apt install nodejs".into() }],
        };
        let by_name = Wanted { names: vec!["node".into()], ..Wanted::default() };
        assert!(found.clone().require(&by_name).unwrap_err().contains("nodejs"));
        assert!(found.require(&Wanted::default()).unwrap_err().contains("nobody"));
    }

    #[test]
    fn command_lines() {
        let peer = Peer {
            info: PeerInfo { id: "luajit-joff".into(), version: String::new(), role: Role::Peer },
            extension: "lua".into(),
            command: vec!["luajit".into(), "-joff".into()],
        };
        assert_eq!(peer.argv(Path::new("a.lua"), &["10".into()]), ["luajit", "-joff", "a.lua", "10"]);
    }
}
