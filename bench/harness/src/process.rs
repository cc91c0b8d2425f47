//! Runs one child process and measures it: wall time, processor time, peak memory, what else the machine did meanwhile.
//!
//! The peak comes from `wait4`, so it is there however short the process lives; the kernel counts pages in batches
//! for each processor, which makes it good to some hundred kilobytes. That counter starts at the size of the process
//! image before `exec`; children are therefore forked, not spawned on the parent's memory, which keeps the floor at
//! the harness's few private pages ([`floor`] measures it).

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::machine;
use crate::protocol::shorten;
use crate::stats;

/// More output than this is read but not kept.
const KEPT_OUTPUT: usize = 4 << 20;

/// Shorter runs are too short for the kernel's clock ticks to tell how busy the rest of the machine was.
const SHORTEST_WATCHED: Duration = Duration::from_millis(250);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Exit(i32),
    /// A signal killed it.
    Signal(i32),
    /// It was killed because its time was up.
    TimedOut,
}

/// A line of standard output and the seconds after the start at which it arrived.
#[derive(Debug, Clone)]
pub struct Line {
    /// Seconds since the start of the process.
    pub at: f64,
    /// The text without its line end.
    pub text: String,
}

/// The memory of a running process at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Seconds since the start of the process.
    pub at: f64,
    /// Resident bytes.
    pub resident: u64,
}

/// What is known about a finished process.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Its standard output, line by line.
    pub lines: Vec<Line>,
    /// Its standard error.
    pub stderr: String,
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, user and system.
    pub cpu: f64,
    /// Greatest resident size in bytes.
    pub peak: u64,
    /// How many processors others kept busy meanwhile; `None` for runs too short to tell.
    pub foreign: Option<f64>,
    /// Memory over time, if it was asked for.
    pub samples: Vec<Sample>,
}

impl Outcome {
    /// Whether it exited with code 0.
    pub fn succeeded(&self) -> bool {
        self.end == End::Exit(0)
    }

    /// Standard output as one text.
    pub fn stdout(&self) -> String {
        self.lines.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }

    /// One sentence about a run that failed.
    pub fn complaint(&self) -> String {
        let end = match self.end {
            End::Exit(code) => format!("exit code {code}"),
            End::Signal(signal) => format!("killed by signal {signal}"),
            End::TimedOut => format!("stopped after {:.0} s", self.wall),
        };
        let output = self.lines.last().map_or("", |line| &line.text);
        match [self.stderr.trim(), output].iter().find(|text| !text.is_empty()) {
            Some(text) => format!("{end}: {}", shorten(text)),
            None => end,
        }
    }
}

/// Runs `argv` to its end, at most for `timeout`; takes memory samples at the interval `sampling`.
pub fn run(argv: &[OsString], timeout: Duration, sampling: Option<Duration>) -> io::Result<Outcome> {
    let (program, args) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    // SAFETY: the closure makes one system call, which may be made between fork and exec.
    unsafe { command.pre_exec(die_with_parent) };
    let busy_before = machine::busy_seconds();
    let started = Instant::now();
    let mut child = command.spawn()?;
    let pid = child.id();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = AtomicBool::new(false);
    let (done, over) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let lines = scope.spawn(|| stdout.map(|pipe| read_lines(pipe, started)).unwrap_or_default());
        let errors = scope.spawn(|| stderr.map(read_all).unwrap_or_default());
        let samples = scope.spawn(|| match sampling {
            Some(interval) => take_samples(pid, started, interval, &ended),
            None => Vec::new(),
        });
        let watchdog = scope.spawn(move || {
            let expired = over.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout);
            if expired {
                kill_group(pid);
            }
            expired
        });
        let waited = wait_for_end(pid);
        let wall = started.elapsed();
        let busy_after = machine::busy_seconds();
        ended.store(true, Ordering::Relaxed);
        drop(done);
        // The process is reaped only here, after nobody needs its number any more.
        let expired = watchdog.join().unwrap_or(false);
        let samples = samples.join().unwrap_or_default();
        if waited.is_err() {
            kill_group(pid);
        }
        let (status, usage) = reap(child)?;
        waited?;
        let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
        let foreign = busy_after
            .zip(busy_before)
            .filter(|_| wall >= SHORTEST_WATCHED)
            .map(|(after, before)| ((after - before - cpu) / wall.as_secs_f64()).max(0.0));
        Ok(Outcome {
            end: if expired { End::TimedOut } else { end_of(status) },
            lines: lines.join().unwrap_or_default(),
            stderr: errors.join().unwrap_or_default(),
            wall: wall.as_secs_f64(),
            cpu,
            peak: samples.iter().map(|sample| sample.resident).fold(peak_bytes(&usage), u64::max),
            foreign,
            samples,
        })
    })
}

/// What a process that does nothing costs on this machine: part of every measurement.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Floor {
    /// Median seconds from start to end.
    pub seconds: f64,
    /// Greatest peak in bytes.
    pub peak: u64,
}

/// Measures the command `true` with this many runs.
pub fn floor(runs: u32) -> Option<Floor> {
    let outcomes: Vec<Outcome> =
        (0..runs).filter_map(|_| run(&["true".into()], Duration::from_secs(5), None).ok()).collect();
    let seconds: Vec<f64> = outcomes.iter().map(|outcome| outcome.wall).collect();
    Some(Floor {
        seconds: stats::median(&seconds)?,
        peak: outcomes.iter().map(|outcome| outcome.peak).max()?,
    })
}

fn die_with_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: this option takes a signal number and no pointers.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
    Ok(())
}

fn kill_group(pid: u32) {
    // SAFETY: the child leads a group of its own and has not been reaped, so the number is still its own.
    unsafe {
        libc::kill(-pid.cast_signed(), libc::SIGKILL);
    }
}

/// Returns once the process has ended, without reaping it.
fn wait_for_end(pid: u32) -> io::Result<()> {
    loop {
        // SAFETY: an all-zero siginfo is a valid place for the answer.
        let result = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            libc::waitid(libc::P_PID, pid, &mut info, libc::WEXITED | libc::WNOWAIT)
        };
        if result == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Reaps the process; takes the `Child`, so that nobody waits for it again.
fn reap(child: Child) -> io::Result<(ExitStatus, libc::rusage)> {
    loop {
        let mut status = 0;
        // SAFETY: an all-zero rusage is valid, and both pointers are to live locals.
        let (result, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(child.id().cast_signed(), &mut status, 0, &mut usage), usage)
        };
        if result >= 0 {
            return Ok((ExitStatus::from_raw(status), usage));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exit(code),
        (None, signal) => End::Signal(signal.unwrap_or(0)),
    }
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}

fn peak_bytes(usage: &libc::rusage) -> u64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    u64::try_from(usage.ru_maxrss).unwrap_or(0) * unit
}

fn read_lines(pipe: impl Read, started: Instant) -> Vec<Line> {
    let mut pipe = BufReader::new(pipe);
    let mut lines = Vec::new();
    let mut kept = 0;
    let mut line = Vec::new();
    while let Ok(count) = pipe.by_ref().take(KEPT_OUTPUT as u64).read_until(b'\n', &mut line) {
        if count == 0 {
            break;
        }
        kept += count;
        if kept <= KEPT_OUTPUT {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
            lines.push(Line { at: started.elapsed().as_secs_f64(), text });
        }
        line.clear();
    }
    lines
}

fn read_all(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = pipe.by_ref().take(KEPT_OUTPUT as u64).read_to_end(&mut bytes);
    let _ = io::copy(&mut pipe, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn take_samples(pid: u32, started: Instant, interval: Duration, ended: &AtomicBool) -> Vec<Sample> {
    let mut samples = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status"))
            && let Some(resident) = parse_status(&status)
        {
            samples.push(Sample { at: started.elapsed().as_secs_f64(), resident });
        }
        thread::sleep(interval);
    }
    samples
}

/// `VmRSS` in bytes; `None` once the process has given its memory back.
fn parse_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, timeout: f64, sampling: Option<u64>) -> Outcome {
        let argv = ["sh".into(), "-c".into(), script.into()];
        run(&argv, Duration::from_secs_f64(timeout), sampling.map(Duration::from_millis)).unwrap()
    }

    #[test]
    fn outputs_and_exit_codes() {
        let outcome = sh("echo one; echo two; echo bad >&2; exit 3", 20.0, None);
        assert_eq!(outcome.end, End::Exit(3));
        assert_eq!(outcome.stdout(), "one\ntwo\n");
        assert_eq!(outcome.complaint(), "exit code 3: bad");
        assert!(!outcome.succeeded() && outcome.peak > 0 && outcome.wall > 0.0);
    }

    #[test]
    fn signals() {
        assert_eq!(sh("kill -9 $$", 20.0, None).end, End::Signal(9));
    }

    #[test]
    fn time_is_limited_for_the_whole_group() {
        let outcome = sh("echo started; sleep 60; echo late", 0.2, None);
        assert_eq!(outcome.end, End::TimedOut);
        assert_eq!(outcome.stdout(), "started\n");
        assert!(outcome.wall < 30.0);
    }

    #[test]
    fn memory_is_sampled() {
        let outcome = sh("sleep 0.3", 20.0, Some(10));
        assert!(outcome.samples.len() > 3);
        assert!(outcome.samples.iter().all(|sample| sample.resident <= outcome.peak));
    }

    #[test]
    fn missing_programs_are_errors() {
        assert!(run(&["./no such program".into()], Duration::from_secs(1), None).is_err());
        assert!(run(&[], Duration::from_secs(1), None).is_err());
    }

    #[test]
    fn status_files() {
        let text = "Name:\tsh\nVmHWM:\t    2028 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(parse_status(text), Some(1_048_576));
        assert_eq!(parse_status("Name:\tsh\nState:\tZ (zombie)\n"), None);
    }
}
