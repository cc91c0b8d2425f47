//! Runs the programs: a check at the quick size, a warm-up, then interleaved rounds.
//!
//! A round runs every program once by everybody, one after the other (A B C, then the next program), so that a
//! machine that grows slower or faster over minutes does so for all. The check at the quick size finds unequal
//! checksums in seconds, before anything is measured. The warm-up is one iteration at full size; where it shows
//! that a full run would take longer than the budget, the peer runs fewer iterations.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::machine::{self, Machine};
use crate::peers::{self, Peer, Role};
use crate::process::{self, Outcome};
use crate::programs::{BenchDir, Load, Program};
use crate::protocol;
use crate::report::{FORMAT, ProgramResult, Report, Run, Series, Startup};

/// No run has fewer iterations than this, however slow the peer.
const LEAST_ITERATIONS: u32 = 3;

/// What to run and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The programs, in report order.
    pub programs: Vec<Program>,
    /// The participants, in column order.
    pub peers: Vec<Peer>,
    /// Measured rounds.
    pub rounds: u32,
    /// Whether to use the small sizes.
    pub quick: bool,
    /// The longest time for one process.
    pub timeout: Duration,
    /// About how long all iterations of one process may take before some are left out.
    pub budget: Duration,
    /// Whether to go on after a wrong checksum.
    pub keep_going: bool,
    /// Runs of the hello program for each participant.
    pub startup_runs: u32,
}

/// Something that went wrong with one program of one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The program ran, but its result is not the table's.
    Mismatch {
        /// The checksum of the table.
        expected: u64,
        /// The checksum that was printed.
        got: u64,
    },
    /// The program did not run to its end, or printed something else.
    Failure(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch { expected, got } => write!(f, "WRONG CHECKSUM {got}, expected {expected}"),
            Self::Failure(reason) => f.write_str(reason),
        }
    }
}

/// One program of one participant.
struct Job<'a> {
    program: &'a Program,
    peer: &'a Peer,
    /// What stands before ITER and SIZE.
    command: Vec<OsString>,
    /// Iterations of measured runs.
    iters: u32,
    series: Series,
    problem: Option<Problem>,
}

impl Job<'_> {
    fn run(&self, load: Load, timeout: Duration) -> Result<Run, Problem> {
        let mut argv = self.command.clone();
        argv.extend([load.iters.to_string().into(), load.size.to_string().into()]);
        let outcome = process::run(&argv, timeout, None)
            .map_err(|error| Problem::Failure(format!("cannot be started: {error}")))?;
        judge(&outcome, load)
    }
}

/// Turns the outcome of a process into measurements if it printed what it should.
fn judge(outcome: &Outcome, load: Load) -> Result<Run, Problem> {
    if !outcome.succeeded() {
        return Err(Problem::Failure(outcome.complaint()));
    }
    let output = protocol::parse(&outcome.stdout(), load.iters)
        .map_err(|breach| Problem::Failure(breach.to_string()))?;
    match output.checksum == load.checksum {
        true => Ok(Run {
            iterations: output.iterations,
            wall: outcome.wall,
            cpu: outcome.cpu,
            peak: outcome.peak,
            foreign: outcome.foreign,
        }),
        false => Err(Problem::Mismatch { expected: load.checksum, got: output.checksum }),
    }
}

/// Iterations that fit into the budget when the first takes `seconds`.
fn fitting_iterations(iters: u32, seconds: f64, budget: Duration) -> u32 {
    let fitting = budget.as_secs_f64() / seconds.max(1e-9);
    if fitting >= f64::from(iters) { iters } else { (fitting as u32).max(LEAST_ITERATIONS.min(iters)) }
}

/// Runs the whole plan. Wrong checksums end it with an error that lists them, unless it is to keep going.
pub fn execute(plan: &Plan, bench: &BenchDir) -> Result<Report, String> {
    let load_before = machine::load_average();
    let mut jobs = jobs(plan, bench)?;
    let stages = if plan.quick { 1 } else { 2 } + u64::from(plan.rounds);
    let peers: Vec<&Peer> =
        plan.peers.iter().filter(|peer| jobs.iter().any(|job| job.peer.info.id == peer.info.id)).collect();
    let steps = jobs.len() as u64 * stages + peers.len() as u64 * u64::from(plan.startup_runs);
    let bar = progress_bar(steps);

    stage(&mut jobs, "check", &bar, |job| job.run(job.program.quick(), plan.timeout).map(|_| ()));
    stop_at_mismatch(&jobs, plan, &bar)?;
    if !plan.quick {
        stage(&mut jobs, "warm-up", &bar, |job| {
            let run = job.run(Load { iters: 1, ..job.program.full() }, plan.timeout)?;
            job.iters = fitting_iterations(job.iters, run.iterations[0], plan.budget);
            Ok(())
        });
        stop_at_mismatch(&jobs, plan, &bar)?;
    }
    for round in 1..=plan.rounds {
        stage(&mut jobs, &format!("round {round}/{}", plan.rounds), &bar, |job| {
            let load = if plan.quick { job.program.quick() } else { job.program.full() };
            let run = job.run(Load { iters: job.iters, ..load }, plan.timeout)?;
            job.series.runs.push(run);
            Ok(())
        });
        stop_at_mismatch(&jobs, plan, &bar)?;
    }
    let startup = startup(&peers, plan.startup_runs, bench, &bar)?;
    bar.finish_and_clear();
    Ok(Report {
        format: FORMAT,
        date: machine::today(),
        commit: commit(bench),
        machine: Machine::read(),
        load_before,
        memory_floor: process::floor(5).map_or(0, |floor| floor.peak),
        quick: plan.quick,
        rounds: plan.rounds,
        peers: peers.iter().map(|peer| peer.info.clone()).collect(),
        programs: results(plan, jobs),
        startup,
    })
}

/// All pairs of programs and participants for which there is a source.
fn jobs<'a>(plan: &'a Plan, bench: &BenchDir) -> Result<Vec<Job<'a>>, String> {
    let mut jobs = Vec::new();
    for program in &plan.programs {
        for peer in &plan.peers {
            let source = bench.source(program, &peer.extension);
            if !source.is_file() {
                continue;
            }
            let command = match peer.info.role {
                Role::Native => vec![peers::build_native(&source, &bench.workspace())?.into_os_string()],
                _ => peer.argv(&source, &[]),
            };
            let load = if plan.quick { program.quick() } else { program.full() };
            let series = Series::default();
            jobs.push(Job { program, peer, command, iters: load.iters, series, problem: None });
        }
    }
    match jobs.is_empty() {
        true => Err("nobody who is here has a version of these programs".into()),
        false => Ok(jobs),
    }
}

/// Runs every job that has no problem yet.
fn stage(
    jobs: &mut [Job<'_>],
    name: &str,
    bar: &ProgressBar,
    mut run: impl FnMut(&mut Job<'_>) -> Result<(), Problem>,
) {
    for job in jobs {
        bar.set_message(format!("{name} · {} · {}", job.program.id(), job.peer.info.id));
        if job.problem.is_none()
            && let Err(problem) = run(job)
        {
            bar.suspend(|| eprintln!("{} {}: {problem}", job.program.id(), job.peer.info.id));
            job.problem = Some(problem);
        }
        bar.inc(1);
    }
}

fn stop_at_mismatch(jobs: &[Job<'_>], plan: &Plan, bar: &ProgressBar) -> Result<(), String> {
    let wrong: Vec<String> = jobs
        .iter()
        .filter_map(|job| match &job.problem {
            Some(problem @ Problem::Mismatch { .. }) => {
                Some(format!("  {} {}: {problem}", job.program.id(), job.peer.info.id))
            }
            _ => None,
        })
        .collect();
    if wrong.is_empty() || plan.keep_going {
        return Ok(());
    }
    bar.finish_and_clear();
    Err(format!("CHECKSUMS DISAGREE, nothing was compared:\n{}", wrong.join("\n")))
}

fn results(plan: &Plan, jobs: Vec<Job<'_>>) -> Vec<ProgramResult> {
    let mut results: Vec<ProgramResult> = Vec::new();
    for job in jobs {
        let load = if plan.quick { job.program.quick() } else { job.program.full() };
        let is_new = results.last().is_none_or(|last| last.id() != job.program.id());
        if is_new {
            results.push(ProgramResult {
                class: job.program.class.clone(),
                name: job.program.name.clone(),
                iters: load.iters,
                size: load.size,
                results: BTreeMap::new(),
            });
        }
        let failure = job.problem.map(|problem| problem.to_string());
        let series = Series { failure, ..job.series };
        if let Some(last) = results.last_mut() {
            last.results.insert(job.peer.info.id.clone(), series);
        }
    }
    results
}

/// Runs the hello program of everybody, interleaved.
pub fn startup(
    peers: &[&Peer],
    runs: u32,
    bench: &BenchDir,
    bar: &ProgressBar,
) -> Result<BTreeMap<String, Startup>, String> {
    let mut commands = Vec::new();
    for peer in peers {
        let hello = bench.hello(&peer.extension);
        if !hello.is_file() {
            continue;
        }
        let command = match peer.info.role {
            Role::Native => vec![peers::build_native(&hello, &bench.workspace())?.into_os_string()],
            _ => peer.argv(&hello, &[]),
        };
        commands.push((peer.info.id.clone(), command));
    }
    let mut startup: BTreeMap<String, Startup> = BTreeMap::new();
    for round in 0..=runs {
        for (id, command) in &commands {
            bar.set_message(format!("start-up · {id}"));
            let outcome = process::run(command, Duration::from_secs(20), None)
                .map_err(|error| format!("{id}: {error}"))?;
            if !outcome.succeeded() || outcome.stdout().trim() != "Hello" {
                return Err(format!("{id}: the hello program fails: {}", outcome.complaint()));
            }
            // The first one warms the file cache.
            if round > 0 {
                let entry = startup.entry(id.clone()).or_default();
                entry.seconds.push(outcome.wall);
                entry.peaks.push(outcome.peak);
                bar.inc(1);
            }
        }
    }
    Ok(startup)
}

/// A bar on a terminal, nothing elsewhere.
pub fn progress_bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed_precise} (about {eta} left) {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

/// The commit of the workspace, marked if the tree has changes.
fn commit(bench: &BenchDir) -> Option<String> {
    let workspace = bench.workspace();
    let argv: [OsString; 6] = [
        "git".into(),
        "-C".into(),
        workspace.into_os_string(),
        "describe".into(),
        "--always".into(),
        "--dirty=+changes".into(),
    ];
    let outcome = process::run(&argv, Duration::from_secs(20), None).ok()?;
    outcome.succeeded().then(|| outcome.stdout().trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{End, Line};

    fn outcome(end: End, text: &str) -> Outcome {
        let lines = text.lines().map(|line| Line { at: 0.0, text: line.to_owned() }).collect();
        Outcome {
            end,
            lines,
            stderr: String::new(),
            wall: 1.0,
            cpu: 1.0,
            peak: 1,
            foreign: None,
            samples: Vec::new(),
        }
    }

    const LOAD: Load = Load { iters: 1, size: 5, checksum: 42 };

    #[test]
    fn good_and_bad_outcomes() {
        let run = judge(&outcome(End::Exit(0), "iter 1 0.5\nchecksum 42"), LOAD).unwrap();
        assert_eq!(run.iterations, [0.5]);
        let wrong = judge(&outcome(End::Exit(0), "iter 1 0.5\nchecksum 41"), LOAD).unwrap_err();
        assert_eq!(wrong, Problem::Mismatch { expected: 42, got: 41 });
        assert!(wrong.to_string().contains("WRONG CHECKSUM 41"));
        let failed = judge(&outcome(End::Exit(1), "iter 1 0.5\nchecksum 42"), LOAD).unwrap_err();
        assert!(failed.to_string().starts_with("exit code 1"));
        assert!(matches!(judge(&outcome(End::Exit(0), "hello"), LOAD), Err(Problem::Failure(_))));
    }

    #[test]
    fn slow_peers_run_fewer_iterations() {
        let fitting = |seconds| fitting_iterations(10, seconds, Duration::from_secs(4));
        assert_eq!(fitting(0.05), 10);
        assert_eq!(fitting(0.0), 10);
        assert_eq!(fitting(0.8), 5);
        assert_eq!(fitting(30.0), 3);
        assert_eq!(fitting_iterations(2, 30.0, Duration::from_secs(4)), 2);
    }
}
