//! Tells what got faster or slower between two reports, beyond noise.
//!
//! A difference of two medians counts when it exceeds the floor, two and a half standard errors of the difference,
//! and what the machine did: the other implementations did not change between the runs, so the mean change of their
//! times is the machine's, and differences count only above it.

use crate::machine::Machine;
use crate::peers::Role;
use crate::report::{Metric, ProgramResult, Report};
use crate::show::grid::{Cell, Grid, Tone};
use crate::show::units;
use crate::stats;

/// Standard errors that a difference must exceed.
const ERRORS: f64 = 2.5;

/// With fewer control measurements than this the drift of the machine is not estimated.
const LEAST_CONTROLS: usize = 3;

/// Peak memory may differ by this much without counting, in bytes.
const MEMORY_FLOOR: f64 = (1 << 20) as f64;

/// A difference between the reports.
#[derive(Debug, Clone)]
pub struct Change {
    /// Program, participant and metric.
    pub what: String,
    /// Old value.
    pub old: f64,
    /// New value.
    pub new: f64,
    /// The relative change that noise explains.
    pub noise: f64,
    /// How values are written.
    show: fn(f64) -> String,
}

impl Change {
    /// New over old, less 1: positive for slower or larger.
    pub fn relative(&self) -> f64 {
        self.new / self.old - 1.0
    }

    /// Whether it exceeds the noise, by the same factor in both directions.
    pub fn counts(&self) -> bool {
        self.relative().abs() > self.threshold().abs()
    }

    /// The smallest relative change in this direction that counts.
    fn threshold(&self) -> f64 {
        if self.new > self.old { self.noise } else { 1.0 / (1.0 + self.noise) - 1.0 }
    }
}

/// What two reports say about each other.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// All changes, whether they count or not.
    pub changes: Vec<Change>,
    /// Mean change of each participant of our own: name, new over old, programs.
    pub means: Vec<(String, f64, usize)>,
    /// Mean change of the other implementations.
    pub drift: Option<f64>,
    /// Why to be careful.
    pub warnings: Vec<String>,
}

/// Compares `new` with `old`; differences below `floor` never count.
pub fn compare(old: &Report, new: &Report, floor: f64) -> Comparison {
    let mut comparison = Comparison { warnings: warnings(old, new), ..Comparison::default() };
    if old.quick != new.quick {
        return comparison;
    }
    let pairs: Vec<(&ProgramResult, &ProgramResult)> = new
        .programs
        .iter()
        .filter_map(|now| {
            let then = old.programs.iter().find(|then| then.id() == now.id() && then.size == now.size)?;
            Some((then, now))
        })
        .collect();
    let same = |id: &str| new.peers.iter().find(|peer| peer.id == id).filter(|_| knows(old, id));
    let shared: Vec<_> = new.peers.iter().filter_map(|peer| same(&peer.id)).collect();
    let controls: Vec<f64> = shared
        .iter()
        .filter(|peer| peer.role == Role::Peer && old.peers.contains(peer))
        .flat_map(|peer| pairs.iter().filter_map(|(then, now)| ratio(then, now, &peer.id)))
        .collect();
    if controls.len() >= LEAST_CONTROLS {
        comparison.drift = stats::geometric_mean(controls).map(|mean| mean - 1.0);
    }
    let drift = comparison.drift.unwrap_or(0.0).abs();
    for peer in &shared {
        let metrics: &[Metric] =
            if peer.role == Role::Own { &[Metric::Steady, Metric::First] } else { &[Metric::Steady] };
        for (then, now) in &pairs {
            for metric in metrics {
                comparison.changes.extend(timing(then, now, &peer.id, *metric, floor, drift));
            }
            if peer.role == Role::Own {
                comparison.changes.extend(memory(then, now, &peer.id, floor));
            }
        }
        if peer.role == Role::Own {
            comparison.changes.extend(startup(old, new, &peer.id, floor, drift));
            let ratios: Vec<f64> =
                pairs.iter().filter_map(|(then, now)| ratio(then, now, &peer.id)).collect();
            if let Some(mean) = stats::geometric_mean(ratios.iter().copied()) {
                comparison.means.push((peer.id.clone(), mean, ratios.len()));
            }
        }
    }
    comparison
}

fn knows(report: &Report, id: &str) -> bool {
    report.peers.iter().any(|peer| peer.id == id)
}

fn warnings(old: &Report, new: &Report) -> Vec<String> {
    let mut warnings = Vec::new();
    let comparable = |machine: &Machine| (machine.cpu.clone(), machine.cores, machine.arch.clone());
    if comparable(&old.machine) != comparable(&new.machine) {
        warnings.push(format!("the old report is from another machine: {}", old.machine.summary()));
    }
    if old.quick != new.quick {
        warnings.push("one report has quick sizes, the other full ones: nothing is compared".into());
    }
    for (report, name) in [(old, "old"), (new, "new")] {
        if report.is_busy() {
            warnings.push(format!("the {name} report was taken on a busy machine"));
        }
    }
    warnings
}

/// New over old steady state.
fn ratio(then: &ProgramResult, now: &ProgramResult, peer: &str) -> Option<f64> {
    let old = then.results.get(peer)?.figures(then.iters)?.steady;
    let new = now.results.get(peer)?.figures(now.iters)?.steady;
    (old > 0.0 && new > 0.0).then_some(new / old)
}

fn timing(
    then: &ProgramResult,
    now: &ProgramResult,
    peer: &str,
    metric: Metric,
    floor: f64,
    drift: f64,
) -> Option<Change> {
    let (before, after) = (then.results.get(peer)?, now.results.get(peer)?);
    if before.failure.is_some() || after.failure.is_some() {
        return None;
    }
    let what = match metric {
        Metric::Steady => format!("{} {peer}", now.id()),
        other => format!("{} {peer}, {}", now.id(), other.label()),
    };
    difference(what, &before.samples(metric, then.iters), &after.samples(metric, now.iters), floor, drift)
}

fn startup(old: &Report, new: &Report, peer: &str, floor: f64, drift: f64) -> Option<Change> {
    let (before, after) = (old.startup.get(peer)?, new.startup.get(peer)?);
    difference(format!("{peer}, start-up"), &before.seconds, &after.seconds, floor, drift)
}

fn difference(what: String, before: &[f64], after: &[f64], floor: f64, drift: f64) -> Option<Change> {
    let (old, new) = (stats::median(before)?, stats::median(after)?);
    let error = |samples: &[f64]| stats::median_error(stats::spread(samples), samples.len());
    let noise = (ERRORS * error(before).hypot(error(after))).max(floor) + drift;
    (old > 0.0 && new > 0.0).then_some(Change { what, old, new, noise, show: units::time })
}

fn memory(then: &ProgramResult, now: &ProgramResult, peer: &str, floor: f64) -> Option<Change> {
    let old = then.results.get(peer)?.figures(then.iters)?.peak as f64;
    let new = now.results.get(peer)?.figures(now.iters)?.peak as f64;
    let noise = floor.max(MEMORY_FLOOR / old);
    let show = |value: f64| units::bytes(value as u64);
    (old > 0.0 && new > 0.0).then(|| Change {
        what: format!("{} {peer}, peak memory", now.id()),
        old,
        new,
        noise,
        show,
    })
}

impl Comparison {
    /// The changes that count, largest first.
    pub fn counting(&self) -> Vec<&Change> {
        let mut changes: Vec<&Change> = self.changes.iter().filter(|change| change.counts()).collect();
        let size = |change: &Change| (change.new / change.old).ln().abs();
        changes.sort_by(|a, b| size(b).total_cmp(&size(a)));
        changes
    }

    /// The comparison for a terminal.
    pub fn text(&self, colours: bool) -> String {
        let mut out: String = self.warnings.iter().map(|warning| format!("warning: {warning}\n")).collect();
        let changes = self.counting();
        if !changes.is_empty() {
            let mut grid = Grid::new(["beyond noise", "old", "new", "change", "noise to"]);
            for change in &changes {
                let tone = if change.relative() > 0.0 { Tone::Bad } else { Tone::Good };
                grid.push(vec![
                    change.what.as_str().into(),
                    (change.show)(change.old).into(),
                    (change.show)(change.new).into(),
                    Cell { text: units::change(change.relative()), tone },
                    units::change(change.threshold()).into(),
                ]);
            }
            out.push_str(&grid.text(colours));
        }
        out.push_str(&format!("{} of {} figures changed beyond noise\n", changes.len(), self.changes.len()));
        for (peer, mean, count) in &self.means {
            let change = units::change(mean - 1.0);
            out.push_str(&format!("{peer}: time {change} in the geometric mean of {count} programs\n"));
        }
        if let Some(drift) = self.drift {
            out.push_str(&format!("the peers, which are the same: {} (the machine)\n", units::change(drift)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn scale(report: &mut Report, program: usize, peer: &str, factor: f64) {
        let series = report.programs[program].results.get_mut(peer).unwrap();
        for run in &mut series.runs {
            run.iterations.iter_mut().for_each(|time| *time *= factor);
        }
    }

    #[test]
    fn equal_reports_do_not_differ() {
        let report = samples::report();
        let comparison = compare(&report, &report, 0.03);
        assert!(comparison.counting().is_empty() && comparison.warnings.is_empty());
        assert_eq!(comparison.means, [("quadriga".to_owned(), 1.0, 2)]);
        assert!(comparison.text(false).contains("0 of "));
    }

    #[test]
    fn changes_beyond_the_floor_count() {
        let old = samples::report();
        let mut new = samples::report();
        scale(&mut new, 0, "quadriga", 0.5);
        scale(&mut new, 1, "quadriga", 1.02);
        let comparison = compare(&old, &new, 0.03);
        let counting = comparison.counting();
        assert_eq!(counting.len(), 2, "{counting:?}");
        assert_eq!(counting[0].what, "ints/fast quadriga");
        assert_eq!(counting[1].what, "ints/fast quadriga, first iteration");
        assert!((counting[0].relative() + 0.5).abs() < 1e-9);
        assert!(comparison.text(false).contains("-50.0 %"));
        assert_eq!(compare(&old, &new, 0.01).counting().len(), 4);
    }

    #[test]
    fn noisy_figures_need_larger_changes() {
        let mut old = samples::report();
        let runs = &mut old.programs[0].results.get_mut("quadriga").unwrap().runs;
        for (index, run) in runs.iter_mut().enumerate() {
            let factor = 0.8 + 0.1 * index as f64;
            run.iterations.iter_mut().for_each(|time| *time *= factor);
        }
        let mut new = samples::report();
        scale(&mut new, 0, "quadriga", 1.1);
        assert!(compare(&old, &new, 0.03).counting().is_empty());
    }

    #[test]
    fn a_slower_machine_is_not_our_loss() {
        let mut old = samples::report();
        old.programs.push(ProgramResult { name: "third".into(), ..old.programs[0].clone() });
        let mut new = old.clone();
        for program in 0..3 {
            scale(&mut new, program, "quadriga", 1.06);
            scale(&mut new, program, "luajit", 1.06);
        }
        let comparison = compare(&old, &new, 0.03);
        assert!((comparison.drift.unwrap() - 0.06).abs() < 1e-9);
        assert!(comparison.counting().is_empty());
        new.peers[1].version = "luajit 2.0".into();
        assert_eq!(compare(&old, &new, 0.03).drift, None);
    }

    #[test]
    fn memory_and_startup_are_compared() {
        let old = samples::report();
        let mut new = samples::report();
        new.startup.get_mut("quadriga").unwrap().seconds = vec![0.004; 5];
        let runs = &mut new.programs[1].results.get_mut("quadriga").unwrap().runs;
        runs.iter_mut().for_each(|run| run.peak *= 3);
        let comparison = compare(&old, &new, 0.03);
        let what: Vec<&str> = comparison.counting().iter().map(|change| change.what.as_str()).collect();
        assert_eq!(what, ["maps/slow quadriga, peak memory", "quadriga, start-up"]);
    }

    #[test]
    fn unlike_reports_are_not_compared() {
        let old = samples::report();
        let mut new = samples::report();
        new.quick = true;
        new.machine.cpu = "Other".into();
        let comparison = compare(&old, &new, 0.03);
        assert!(comparison.changes.is_empty());
        assert_eq!(comparison.warnings.len(), 2);
    }
}
