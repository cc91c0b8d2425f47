//! The memory command: long runs of the programs in `memory/`, and the same programs under a limit.
//!
//! A long run samples the resident size all the time. The program collects fully at its end while its data is
//! still reachable, so that `--stats` then knows the live bytes exactly. A run under a limit must stop with the
//! limit's exit code and a message, and must never have been resident with more than the limit and what the
//! engine takes for a program that prints one line, plus 15 %.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::peers::Peer;
use crate::plot::{Curve, Panel};
use crate::process::{self, End, Outcome, Sample};
use crate::programs::BenchDir;
use crate::show::grid::{Cell, Grid, Tone};
use crate::show::units;
use crate::stats;

/// Resident bytes may be this many times the live bytes.
pub const RATIO_GOAL: f64 = 3.0;

/// The peak of the last third of a run may exceed that of the second by this much.
pub const GROWTH_GOAL: f64 = 0.05;

/// A run under a limit may exceed limit and base by this much.
pub const OVERSHOOT_GOAL: f64 = 0.15;

/// The exit code of the command when its memory limit is reached.
const MEMORY_LIMIT_CODE: i32 = 6;

/// The end of a run, seconds: it gives its memory back in that time.
const END: f64 = 0.25;

const SAMPLING: Duration = Duration::from_millis(20);
const MEGABYTE: f64 = (1u64 << 20) as f64;

/// What to run.
#[derive(Debug, Clone)]
pub struct MemoryPlan {
    /// How long each program runs.
    pub seconds: u32,
    /// The limit of the second run, in bytes.
    pub limit: u64,
}

/// The figures that `--stats` prints, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct EngineStats {
    /// Bytes that the heap accounts for.
    pub accounted: Option<u64>,
    /// Bytes alive at the last full collection.
    pub live: Option<u64>,
}

/// A long run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LongRun {
    /// The engine's own figures at the end.
    pub stats: EngineStats,
    /// Peak resident bytes.
    pub peak: u64,
    /// Resident bytes after the last collection.
    pub collected: Option<u64>,
    /// Peak of the last third over that of the second, less 1.
    pub growth: Option<f64>,
    /// Trend of the last two thirds, bytes per minute.
    pub trend: Option<f64>,
    /// Resident bytes over time, thinned out.
    pub curve: Vec<(f64, u64)>,
    /// What went wrong.
    pub failure: Option<String>,
}

/// A run under a limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitedRun {
    /// The line that tells of the error.
    pub message: String,
    /// Whether the limit stopped it, with the exit code for that and a message.
    pub stopped: bool,
    /// Peak resident bytes.
    pub peak: u64,
    /// Peak over limit and base, less 1.
    pub overshoot: f64,
}

/// All figures of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemoryResult {
    /// Name of the program.
    pub name: String,
    /// The long run.
    pub long: LongRun,
    /// The run under the limit.
    pub limited: LimitedRun,
}

/// Runs a program for its time and under the limit; `base` is the resident size of a program that does nothing.
pub fn measure(engine: &Peer, program: &Path, plan: &MemoryPlan, base: u64) -> Result<MemoryResult, String> {
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // Filling the heap once may take longer than the time asked for, and the collection at the end takes its own.
    let timeout = Duration::from_secs(u64::from(plan.seconds) * 3 + 120);
    let seconds = [plan.seconds.to_string()];
    let run = |options: &[String]| {
        let mut with_options = engine.clone();
        with_options.command.extend(options.iter().map(Into::into));
        process::run(&with_options.argv(program, &seconds), timeout, Some(SAMPLING))
            .map_err(|error| format!("{name}: {error}"))
    };
    let long = long_run(&run(&["--stats".into()])?);
    let limited = limited_run(&run(&["--memory-limit".into(), plan.limit.to_string()])?, plan.limit + base);
    Ok(MemoryResult { name, long, limited })
}

/// The resident size of the engine for a program that prints one line, the largest of a few runs.
pub fn base_size(engine: &Peer, bench: &BenchDir) -> Result<u64, String> {
    let argv = engine.argv(&bench.hello(&engine.extension), &[]);
    let mut peak = 0;
    for _ in 0..5 {
        let outcome =
            process::run(&argv, Duration::from_secs(20), None).map_err(|error| error.to_string())?;
        peak = peak.max(outcome.peak);
    }
    Ok(peak)
}

fn long_run(outcome: &Outcome) -> LongRun {
    let samples = before_the_end(outcome);
    let end = samples.last().map_or(0.0, |sample| sample.at);
    let settled: Vec<(f64, f64)> = samples
        .iter()
        .filter(|sample| sample.at >= end / 3.0)
        .map(|sample| (sample.at, sample.resident as f64))
        .collect();
    let says_checksum = outcome.lines.last().is_some_and(|line| line.text.starts_with("checksum "));
    let failure = match outcome.succeeded() {
        true if says_checksum => None,
        true => Some("it printed no checksum".to_owned()),
        false => Some(outcome.complaint()),
    };
    LongRun {
        stats: parse_stats(&outcome.stderr),
        peak: outcome.peak,
        collected: resident_when_collected(outcome),
        growth: growth(samples),
        trend: stats::slope(&settled).map(|per_second| per_second * 60.0),
        curve: thin_out(&outcome.samples, 400),
        failure,
    }
}

/// Where the error is printed is the language's choice: standard error, or the last line of the output.
fn limited_run(outcome: &Outcome, allowed: u64) -> LimitedRun {
    let printed = outcome.lines.iter().rev().map(|line| line.text.as_str());
    let message = outcome.stderr.lines().chain(printed).find(|line| !line.trim().is_empty());
    let message = message.map(crate::protocol::shorten).unwrap_or_default();
    LimitedRun {
        stopped: outcome.end == End::Exit(MEMORY_LIMIT_CODE) && !message.is_empty(),
        message: if outcome.end == End::Exit(MEMORY_LIMIT_CODE) { message } else { outcome.complaint() },
        peak: outcome.peak,
        overshoot: outcome.peak as f64 / allowed as f64 - 1.0,
    }
}

/// When the program said that it collected. Output may be buffered and come only with the end of the process, which
/// by then gives its memory back; so the last quarter of a second never counts as running.
fn collected_at(outcome: &Outcome) -> Option<f64> {
    let said = outcome.lines.iter().find(|line| line.text.ends_with("collected"))?.at;
    Some(said.min(outcome.samples.last()?.at - END))
}

/// The samples until then.
fn before_the_end(outcome: &Outcome) -> &[Sample] {
    let end = collected_at(outcome).unwrap_or(f64::MAX);
    &outcome.samples[..outcome.samples.iter().take_while(|sample| sample.at <= end).count()]
}

/// The largest size in the quarter of a second that follows.
fn resident_when_collected(outcome: &Outcome) -> Option<u64> {
    let start = collected_at(outcome)?;
    let after = outcome.samples.iter().filter(|sample| (start..=start + END).contains(&sample.at));
    after.map(|sample| sample.resident).max()
}

/// The peak of the last third of the time over the peak of the second, less 1.
fn growth(samples: &[Sample]) -> Option<f64> {
    let end = samples.last()?.at;
    let peak = |from: f64, to: f64| {
        let within = samples.iter().filter(|sample| sample.at >= end * from && sample.at <= end * to);
        within.map(|sample| sample.resident).max().filter(|peak| *peak > 0)
    };
    Some(peak(2.0 / 3.0, 1.0)? as f64 / peak(1.0 / 3.0, 2.0 / 3.0)? as f64 - 1.0)
}

/// At most about `count` points, each the largest of its interval.
fn thin_out(samples: &[Sample], count: usize) -> Vec<(f64, u64)> {
    let size = samples.len().div_ceil(count).max(1);
    let largest = |chunk: &[Sample]| chunk.iter().map(|sample| sample.resident).max().unwrap_or(0);
    samples.chunks(size).map(|chunk| (chunk[0].at, largest(chunk))).collect()
}

/// Reads `heap 12.3 MiB` and `live 10.0 MiB …` among the lines of `--stats`.
fn parse_stats(stderr: &str) -> EngineStats {
    let value = |name: &str| {
        stderr.lines().find_map(|line| {
            let rest = line.strip_prefix(name)?;
            parse_size(rest.strip_prefix([' ', ':', '\t'])?.trim())
        })
    };
    EngineStats { accounted: value("heap"), live: value("live") }
}

/// The number of bytes at the start of a text: `10.0 MiB at the last…`, `4096`.
fn parse_size(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    let shift = match words.next().unwrap_or("B").trim_end_matches(',').to_ascii_uppercase().as_str() {
        "KIB" | "KB" | "K" => 10,
        "MIB" | "MB" | "M" => 20,
        "GIB" | "GB" | "G" => 30,
        _ => 0,
    };
    Some((number * (1u64 << shift) as f64) as u64)
}

impl LongRun {
    /// Peak resident size over the live bytes.
    pub fn ratio(&self) -> Option<f64> {
        let live = self.stats.live.filter(|live| *live > 0)?;
        Some(self.peak as f64 / live as f64)
    }
}

impl MemoryResult {
    /// What does not meet the goals, as sentences.
    pub fn shortfalls(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut add = |text: String| found.push(format!("{}: {text}", self.name));
        let long = &self.long;
        if let Some(failure) = &long.failure {
            add(format!("the long run failed: {failure}"));
        }
        match long.ratio() {
            Some(ratio) if ratio > RATIO_GOAL => {
                add(format!("resident is {} of live, more than {RATIO_GOAL}x", units::factor(ratio)));
            }
            None if long.failure.is_none() => add("--stats printed no live bytes".into()),
            _ => {}
        }
        if let Some(growth) = long.growth.filter(|growth| *growth > GROWTH_GOAL) {
            add(format!("resident size grew by {} in the last third", units::change(growth)));
        }
        if !self.limited.stopped {
            add(format!("the limit did not stop it with its error: {}", self.limited.message));
        }
        if self.limited.overshoot > OVERSHOOT_GOAL {
            add(format!(
                "resident under the limit was {}, {} over limit and base",
                units::bytes(self.limited.peak),
                units::change(self.limited.overshoot)
            ));
        }
        found
    }
}

/// The figures of all programs.
pub fn grid(results: &[MemoryResult], limit: u64) -> Grid {
    let mut grid = Grid::new([
        "program".to_owned(),
        "accounted".into(),
        "live".into(),
        "resident peak".into(),
        "peak/live".into(),
        "collected/live".into(),
        "growth".into(),
        "MB per minute".into(),
        format!("peak under {}", units::bytes(limit)),
        "over limit + base".into(),
        "stopped by".into(),
    ]);
    for result in results {
        let long = &result.long;
        let optional = |value: Option<String>| Cell::from(value.unwrap_or_else(|| "-".into()));
        let judged =
            |text: String, good: bool| Cell { text, tone: if good { Tone::Good } else { Tone::Bad } };
        let live = long.stats.live.filter(|live| *live > 0);
        let collected = long.collected.zip(live).map(|(resident, live)| resident as f64 / live as f64);
        grid.push(vec![
            result.name.as_str().into(),
            optional(long.stats.accounted.map(units::bytes)),
            optional(long.stats.live.map(units::bytes)),
            units::bytes(long.peak).into(),
            long.ratio()
                .map_or_else(|| "-".into(), |ratio| judged(units::factor(ratio), ratio <= RATIO_GOAL)),
            optional(collected.map(units::factor)),
            long.growth.map_or_else(|| "-".into(), |g| judged(units::change(g), g <= GROWTH_GOAL)),
            optional(long.trend.map(|trend| format!("{:+.1}", trend / MEGABYTE))),
            units::bytes(result.limited.peak).into(),
            judged(units::change(result.limited.overshoot), result.limited.overshoot <= OVERSHOOT_GOAL),
            judged(result.limited.message.clone(), result.limited.stopped),
        ]);
    }
    grid
}

/// One panel per program: resident bytes over time, and the live bytes at the end.
pub fn plot(results: &[MemoryResult]) -> String {
    let panel = |result: &MemoryResult| {
        let mut panel = Panel::new(&result.name);
        let points: Vec<_> =
            result.long.curve.iter().map(|(at, bytes)| (*at, *bytes as f64 / MEGABYTE)).collect();
        let end = points.last().map_or(0.0, |point| point.0);
        panel.curves.push(Curve { name: "resident".into(), colour: 3, points, dashed: false });
        if let Some(live) = result.long.stats.live {
            let height = live as f64 / MEGABYTE;
            let points = vec![(0.0, height), (end, height)];
            panel.curves.push(Curve {
                name: "live after the last collection".into(),
                colour: 4,
                points,
                dashed: true,
            });
        }
        panel
    };
    let panels: Vec<Panel> = results.iter().map(panel).collect();
    crate::plot::curves("Memory over time", "MB over seconds", &panels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Line;

    fn outcome(end: End, resident: impl Fn(f64) -> u64) -> Outcome {
        let sample = |index: u32| {
            let at = f64::from(index) * 0.1;
            Sample { at, resident: resident(at) }
        };
        Outcome {
            end,
            lines: vec![
                Line { at: 9.0, text: "live 24 trees, collected".into() },
                Line { at: 9.5, text: "checksum 7".into() },
            ],
            stderr: "time 10.000 s\nheap               90.0 MiB\nlive               50.0 MiB at the last full collection\n"
                .into(),
            wall: 10.0,
            cpu: 10.0,
            peak: 120 << 20,
            foreign: None,
            samples: (0..=100).map(sample).collect(),
        }
    }

    #[test]
    fn stats_are_read() {
        let long = long_run(&outcome(End::Exit(0), |_| 100 << 20));
        assert_eq!(long.stats, EngineStats { accounted: Some(90 << 20), live: Some(50 << 20) });
        assert!((long.ratio().unwrap() - 2.4).abs() < 1e-9);
        assert_eq!(long.failure, None);
        assert_eq!(parse_stats("error: nothing"), EngineStats::default());
        assert_eq!(parse_size("4096"), Some(4096));
        assert_eq!(parse_size("1.5 KiB, 2 at most"), Some(1536));
    }

    #[test]
    fn flat_and_growing_runs() {
        let flat = long_run(&outcome(End::Exit(0), |at| if at < 1.0 { 10 } else { 1000 }));
        assert_eq!((flat.growth, flat.collected), (Some(0.0), Some(1000)));
        assert!(flat.trend.unwrap().abs() < 1e-6);
        let growing = long_run(&outcome(End::Exit(0), |at| 1000 + (at * 100.0) as u64));
        assert!(growing.growth.unwrap() > 0.15);
        assert!((growing.trend.unwrap() - 6000.0).abs() < 100.0);
        assert_eq!(growth(&[]), None);
    }

    #[test]
    fn limits() {
        let mut outcome = outcome(End::Exit(6), |_| 1);
        outcome.stderr = "Runtime Error: out of memory\n".into();
        outcome.peak = 75 << 20;
        let limited = limited_run(&outcome, 70 << 20);
        assert!(limited.stopped && limited.overshoot < OVERSHOOT_GOAL);
        outcome.end = End::Signal(9);
        assert!(!limited_run(&outcome, 70 << 20).stopped);
        outcome.peak = 81 << 20;
        let limited = limited_run(&outcome, 70 << 20);
        let long = long_run(&self::outcome(End::Exit(0), |_| 1));
        let result = MemoryResult { name: "trees".into(), long, limited };
        let shortfalls = result.shortfalls();
        assert_eq!(shortfalls.len(), 2, "{shortfalls:?}");
        assert_eq!(grid(std::slice::from_ref(&result), 64 << 20).rows[0].cells.len(), 11);
        assert!(plot(&[result]).contains("trees"));
    }

    #[test]
    fn failed_runs_are_told() {
        let mut broken = outcome(End::Exit(1), |_| 1);
        broken.stderr = "Runtime Error: x".into();
        let long = long_run(&broken);
        assert_eq!(long.failure.as_deref(), Some("exit code 1: Runtime Error: x"));
        let limited = limited_run(&broken, 64 << 20);
        let result = MemoryResult { name: "trees".into(), long, limited };
        assert!(result.shortfalls()[0].contains("the long run failed"));
    }

    #[test]
    fn curves_are_thinned_by_their_peaks() {
        let samples: Vec<Sample> = (0..1000)
            .map(|index| Sample { at: f64::from(index), resident: u64::from(index == 501) })
            .collect();
        let thin = thin_out(&samples, 100);
        assert_eq!(thin.len(), 100);
        assert_eq!(thin.iter().map(|point| point.1).sum::<u64>(), 1);
    }
}
