//! A context as the command sets it up: limits, output, input, arguments, modules.

use crate::args::EngineArgs;
use crate::import::Importer;
use crate::input::Lines;
use crate::interrupt;
use crate::output::{Output, complain};
use crate::units::size_text;
use quadriga::{Context, Engine, Error, HeapMode, Language, Script, Value};
use std::fmt::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// What a context is made of.
pub struct Setup {
    /// Languages.
    pub engine: Engine,
    /// The one in use.
    pub language: Language,
    /// Its dialect.
    pub variant: Option<String>,
    /// Limits and modes.
    pub args: EngineArgs,
    /// Arguments of the script.
    pub script_args: Vec<String>,
    /// Where it writes.
    pub output: Arc<Output>,
    /// Where it reads.
    pub input: Input,
    /// Where it finds modules.
    pub importer: Importer,
}

/// Where `input` of a script reads.
#[derive(Clone)]
pub enum Input {
    /// From standard input.
    Lines(Arc<Mutex<Lines>>),
    /// From the terminal of an interactive session.
    Terminal,
}

/// A context that runs scripts one after the other.
pub struct Session {
    /// The context.
    pub cx: Context,
    deadline: Arc<Mutex<Option<Instant>>>,
    time_limit: Option<Duration>,
    started: Instant,
}

impl Session {
    /// A fresh context.
    pub fn new(setup: &Setup) -> Result<Session, Error> {
        let args = &setup.args;
        let mut builder = Context::builder(&setup.engine).language(setup.language.name());
        if let Some(variant) = &setup.variant {
            builder = builder.variant(variant.as_str());
        }
        if let Some(bytes) = args.memory_limit {
            builder = builder.memory_limit(bytes);
        }
        if let Some(time) = args.time_limit {
            builder = builder.time_limit(time);
        }
        if let Some(fuel) = args.fuel {
            builder = builder.fuel(fuel);
        }
        if let Some(depth) = args.max_depth {
            builder = builder.max_depth(depth as usize);
        }
        let mode = HeapMode {
            collect_every: args.gc_stress,
            poison: args.gc_poison,
            verify: args.gc_verify,
            safepoint_only: args.gc_safepoints,
        };
        let output = setup.output.clone();
        let deadline = Arc::new(Mutex::new(None));
        builder = builder
            .heap_mode(mode)
            .time_zone(local_time())
            .output(move |text: &str| output.write(text))
            .input(input_hook(setup, deadline.clone()))
            .args(setup.script_args.iter().cloned());
        if !args.sandbox {
            builder = builder
                .allow_files(true)
                .environment(environment())
                .resolver(setup.importer.clone().into_resolver());
        }
        let cx = builder.build()?;
        Ok(Session { cx, deadline, time_limit: args.time_limit, started: Instant::now() })
    }

    /// Runs a script under the limits; Ctrl-C stops it.
    pub fn run(&mut self, script: &Script) -> Result<Value, Error> {
        let deadline = self.time_limit.and_then(|t| Instant::now().checked_add(t));
        *self.deadline.lock().unwrap_or_else(|e| e.into_inner()) = deadline;
        let _guard = interrupt::announce(self.cx.cancel_handle());
        self.cx.run(script)
    }

    /// The figures of `--stats`.
    pub fn stats_text(&self) -> String {
        let stats = self.cx.stats();
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:<18} {value}");
        };
        line("time", format!("{:.3} s", self.started.elapsed().as_secs_f64()));
        line("heap", size_text(stats.memory_bytes as u64));
        if stats.full_collections > 0 {
            line("live", format!("{} at the last full collection", size_text(stats.live_bytes as u64)));
        }
        line("allocated", size_text(stats.allocated_bytes));
        line("collections", format!("{} minor, {} full", stats.minor_collections, stats.full_collections));
        line("pauses", format!("{:?} total, {:?} longest", stats.total_pause, stats.longest_pause));
        if let Some((now, peak)) = resident() {
            line("resident", format!("{}, {} at most", size_text(now), size_text(peak)));
        }
        if let Some(fuel) = self.cx.fuel_left() {
            line("fuel left", fuel.to_string());
        }
        text
    }
}

fn input_hook(
    setup: &Setup,
    deadline: Arc<Mutex<Option<Instant>>>,
) -> impl FnMut(&str) -> Option<String> + Send + 'static {
    let output = setup.output.clone();
    let input = setup.input.clone();
    move |prompt| {
        let deadline = *deadline.lock().unwrap_or_else(|e| e.into_inner());
        match &input {
            Input::Lines(lines) => {
                output.write(prompt);
                output.flush();
                lines.lock().unwrap_or_else(|e| e.into_inner()).next(deadline)
            }
            Input::Terminal => {
                output.flush();
                crate::repl::editor::ask(prompt)
            }
        }
    }
}

/// Seconds that local time is ahead of UTC. The zone is looked up when a script first asks for it.
fn local_time() -> impl Fn(i64) -> i64 + Send + 'static {
    let zone = OnceLock::new();
    move |utc| {
        let zone = zone.get_or_init(jiff::tz::TimeZone::system);
        let time = jiff::Timestamp::from_second(utc).unwrap_or_default();
        zone.to_offset(time).seconds().into()
    }
}

/// The variables of the process; what is not text is shown as well as possible.
fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |s: std::ffi::OsString| s.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

/// Resident memory of the process, now and at most.
#[cfg(target_os = "linux")]
fn resident() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name))?;
        line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().ok().map(|kb| kb << 10)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

#[cfg(not(target_os = "linux"))]
fn resident() -> Option<(u64, u64)> {
    None
}

/// Prints the figures if they were asked for.
pub fn print_stats(session: &Session, args: &EngineArgs) {
    if args.stats {
        complain(&session.stats_text());
    }
}
