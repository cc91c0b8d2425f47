//! The result of a run: raw measurements as the JSON file stores them, and the figures derived from them.
//!
//! Only measurements are stored. Medians, ratios and means are computed where they are shown, so that an old file
//! can be compared with or rendered by a newer harness.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::machine::{self, Machine};
use crate::peers::{PeerInfo, Role};
use crate::stats;

/// The version of the JSON format.
pub const FORMAT: u32 = 1;

/// A process that waits for more than this part of its time was disturbed: the programs do nothing but compute.
const WAITING: f64 = 0.15;

/// Everything that one run of the harness measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`] at the time of writing.
    pub format: u32,
    /// Day of the run, UTC.
    pub date: String,
    /// Commit of the workspace, with `+changes` if the tree differed.
    pub commit: Option<String>,
    /// Where it ran.
    pub machine: Machine,
    /// Load average before the run.
    pub load_before: Option<f64>,
    /// Peak memory that the kernel reports for an empty process.
    pub memory_floor: u64,
    /// Whether the small sizes were used.
    pub quick: bool,
    /// Measured rounds.
    pub rounds: u32,
    /// Who took part, in column order.
    pub peers: Vec<PeerInfo>,
    /// One entry per program.
    pub programs: Vec<ProgramResult>,
    /// Runs of the hello program, by peer.
    pub startup: BTreeMap<String, Startup>,
}

/// All measurements of one program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgramResult {
    /// Its class.
    pub class: String,
    /// Its name.
    pub name: String,
    /// Iterations of a complete run.
    pub iters: u32,
    /// Size of the problem.
    pub size: u64,
    /// By peer; peers without a version of the program are absent.
    pub results: BTreeMap<String, Series>,
}

impl ProgramResult {
    /// `class/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.class, self.name)
    }
}

/// The runs of one program by one peer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// One per round.
    pub runs: Vec<Run>,
    /// What went wrong; such a series has no figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Seconds of each iteration.
    pub iterations: Vec<f64>,
    /// Seconds from start to end of the process.
    pub wall: f64,
    /// Processor seconds.
    pub cpu: f64,
    /// Peak resident bytes.
    pub peak: u64,
    /// Processors kept busy by others meanwhile.
    pub foreign: Option<f64>,
}

impl Run {
    /// Whether others used the machine: by what the system says of them, or because the process waited for its
    /// processor much of the time.
    fn was_disturbed(&self) -> bool {
        let waited = self.wall >= 0.02 && self.cpu < self.wall * (1.0 - WAITING);
        waited || self.foreign.is_some_and(|foreign| foreign > machine::BUSY)
    }
}

/// Runs of the hello program.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Startup {
    /// Seconds from start to end of each process.
    pub seconds: Vec<f64>,
    /// Peak resident bytes of each process.
    pub peaks: Vec<u64>,
}

impl Startup {
    /// Median of the peaks.
    pub fn peak(&self) -> u64 {
        median_bytes(self.peaks.iter().copied())
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Median of the second half of the iterations.
    Steady,
    /// The first iteration.
    First,
    /// The whole process with all its iterations.
    Whole,
}

impl Metric {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Steady, Self::First, Self::Whole];

    /// For headings.
    pub fn label(self) -> &'static str {
        match self {
            Self::Steady => "steady state",
            Self::First => "first iteration",
            Self::Whole => "whole process",
        }
    }
}

/// The derived figures of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Median over the rounds, seconds.
    pub steady: f64,
    /// Spread of `steady` over the rounds.
    pub spread: f64,
    /// Median over the rounds, seconds.
    pub first: f64,
    /// Median over the rounds, seconds.
    pub whole: f64,
    /// Median over the rounds, bytes.
    pub peak: u64,
    /// The spread is too large to trust small differences.
    pub noisy: bool,
    /// Others kept the machine busy.
    pub busy: bool,
}

impl Figures {
    /// The median of one metric.
    pub fn get(&self, metric: Metric) -> f64 {
        match metric {
            Metric::Steady => self.steady,
            Metric::First => self.first,
            Metric::Whole => self.whole,
        }
    }

    /// `!` for a busy machine, `~` for noise.
    pub fn marks(&self) -> &'static str {
        match (self.busy, self.noisy) {
            (true, true) => "!~",
            (true, false) => "!",
            (false, true) => "~",
            (false, false) => "",
        }
    }
}

impl Series {
    /// One value of the metric per run. Slow peers run fewer iterations; their whole time is extended to `iters`.
    pub fn samples(&self, metric: Metric, iters: u32) -> Vec<f64> {
        self.runs
            .iter()
            .filter_map(|run| {
                let steady = stats::steady(&run.iterations)?;
                Some(match metric {
                    Metric::Steady => steady,
                    Metric::First => *run.iterations.first()?,
                    Metric::Whole => {
                        let missing = f64::from(iters) - run.iterations.len() as f64;
                        run.wall + missing.max(0.0) * steady
                    }
                })
            })
            .collect()
    }

    /// The median of each iteration over the rounds.
    pub fn curve(&self) -> Vec<f64> {
        let length = self.runs.iter().map(|run| run.iterations.len()).min().unwrap_or(0);
        (0..length)
            .filter_map(|k| stats::median(&self.runs.iter().map(|run| run.iterations[k]).collect::<Vec<_>>()))
            .collect()
    }

    /// The figures, unless the series failed or is empty.
    pub fn figures(&self, iters: u32) -> Option<Figures> {
        if self.failure.is_some() {
            return None;
        }
        let steady = self.samples(Metric::Steady, iters);
        let disturbed = self.runs.iter().filter(|run| run.was_disturbed()).count();
        let spread = stats::spread(&steady);
        Some(Figures {
            steady: stats::median(&steady)?,
            spread,
            first: stats::median(&self.samples(Metric::First, iters))?,
            whole: stats::median(&self.samples(Metric::Whole, iters))?,
            peak: median_bytes(self.runs.iter().map(|run| run.peak)),
            noisy: spread > stats::NOISY,
            busy: disturbed * 2 > self.runs.len(),
        })
    }
}

fn median_bytes(values: impl Iterator<Item = u64>) -> u64 {
    stats::median(&values.map(|value| value as f64).collect::<Vec<_>>()).unwrap_or(0.0) as u64
}

impl Report {
    /// Reads a JSON file that an earlier run wrote.
    pub fn load(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let report: Self =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        match report.format {
            FORMAT => Ok(report),
            other => Err(format!("{}: format {other}, this harness reads {FORMAT}", path.display())),
        }
    }

    /// Writes it as JSON, with the means of [`Report::summary`] for other readers.
    pub fn save(&self, path: &Path, base: &str) -> Result<(), String> {
        let mut value = serde_json::to_value(self).map_err(|error| error.to_string())?;
        value["summary"] = self.summary(base);
        let text = serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?;
        std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The entry that all ratios refer to: the one asked for, else the first one of our own, else the first.
    pub fn base<'a>(&'a self, asked: Option<&'a str>) -> Result<&'a str, String> {
        let own = || self.peers.iter().find(|peer| peer.role == Role::Own).or(self.peers.first());
        match asked {
            Some(id) if self.peers.iter().any(|peer| peer.id == id) => Ok(id),
            Some(id) => Err(format!("--base {id}: it did not take part")),
            None => own().map(|peer| peer.id.as_str()).ok_or_else(|| "nobody took part".into()),
        }
    }

    /// The classes in report order.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.programs.iter().map(|program| program.class.as_str()).collect();
        classes.dedup();
        classes
    }

    /// The figures of a peer for a program.
    pub fn figures(&self, program: &ProgramResult, peer: &str) -> Option<Figures> {
        program.results.get(peer)?.figures(program.iters)
    }

    /// How many times faster than `peer` the base is: above 1 the base wins.
    pub fn ratio(&self, program: &ProgramResult, peer: &str, base: &str, metric: Metric) -> Option<f64> {
        let theirs = self.figures(program, peer)?.get(metric);
        let ours = self.figures(program, base)?.get(metric);
        (theirs > 0.0 && ours > 0.0).then(|| theirs / ours)
    }

    /// The geometric mean of the ratios and the number of programs in it, for a class or in total.
    pub fn mean(&self, peer: &str, base: &str, metric: Metric, class: Option<&str>) -> Option<(f64, usize)> {
        let ratios: Vec<f64> = self
            .programs
            .iter()
            .filter(|program| class.is_none_or(|class| program.class == class))
            .filter_map(|program| self.ratio(program, peer, base, metric))
            .collect();
        Some((stats::geometric_mean(ratios.iter().copied())?, ratios.len()))
    }

    /// The fastest other implementation of a program, and how the base compares to it.
    pub fn best_peer(&self, program: &ProgramResult, base: &str) -> Option<(&str, f64)> {
        self.peers
            .iter()
            .filter(|peer| peer.role == Role::Peer && peer.id != base)
            .filter_map(|peer| Some((peer.id.as_str(), self.ratio(program, &peer.id, base, Metric::Steady)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Series that failed, as `class/name peer: reason`.
    pub fn failures(&self) -> Vec<String> {
        let of_program = |program: &ProgramResult| {
            let failed = program.results.iter().filter_map(|(peer, series)| {
                series.failure.as_ref().map(|reason| format!("{} {peer}: {reason}", program.id()))
            });
            failed.collect::<Vec<_>>()
        };
        self.programs.iter().flat_map(of_program).collect()
    }

    /// Whether any figure was taken on a busy machine, by the load before or by measurement.
    pub fn is_busy(&self) -> bool {
        machine::is_loaded(self.load_before, self.machine.cores)
            || self.programs.iter().any(|program| {
                program
                    .results
                    .values()
                    .filter_map(|series| series.figures(program.iters))
                    .any(|figures| figures.busy)
            })
    }

    /// The means of all metrics against all peers, as JSON.
    pub fn summary(&self, base: &str) -> serde_json::Value {
        let mean = |peer: &str, metric, class| self.mean(peer, base, metric, class).map(|(mean, _)| mean);
        let against: serde_json::Map<_, _> = self
            .peers
            .iter()
            .filter(|peer| peer.id != base)
            .map(|peer| {
                let classes: serde_json::Map<_, _> = self
                    .classes()
                    .into_iter()
                    .map(|class| (class.to_owned(), mean(&peer.id, Metric::Steady, Some(class)).into()))
                    .collect();
                let means = serde_json::json!({
                    "steady": mean(&peer.id, Metric::Steady, None),
                    "first": mean(&peer.id, Metric::First, None),
                    "whole": mean(&peer.id, Metric::Whole, None),
                    "classes": classes,
                });
                (peer.id.clone(), means)
            })
            .collect();
        serde_json::json!({ "base": base, "speed_against": against })
    }
}

#[cfg(test)]
pub mod samples {
    //! A small report for the tests of everything that shows or compares reports.

    use super::*;

    /// A series of equal runs with these iterations.
    pub fn series(iterations: &[f64], rounds: usize) -> Series {
        let run = Run {
            iterations: iterations.to_vec(),
            wall: iterations.iter().sum::<f64>() + 0.01,
            cpu: iterations.iter().sum::<f64>() + 0.01,
            peak: 10 << 20,
            foreign: Some(0.0),
        };
        Series { runs: vec![run; rounds], failure: None }
    }

    /// Two programs of two classes; `quadriga` is twice as fast as `luajit` on one, half as fast on the other.
    pub fn report() -> Report {
        let peer = |id: &str, role| PeerInfo { id: id.into(), version: format!("{id} 1.0"), role };
        let program = |class: &str, name: &str, ours: f64, theirs: f64| ProgramResult {
            class: class.into(),
            name: name.into(),
            iters: 4,
            size: 10,
            results: BTreeMap::from([
                ("quadriga".to_owned(), series(&[ours * 3.0, ours, ours, ours], 5)),
                ("luajit".to_owned(), series(&[theirs * 2.0, theirs, theirs, theirs], 5)),
            ]),
        };
        Report {
            format: FORMAT,
            date: "2031-04-05".into(),
            commit: Some("abcdef1".into()),
            machine: Machine { cpu: "Test CPU".into(), cores: 4, ..Machine::default() },
            load_before: Some(0.1),
            memory_floor: 1 << 20,
            quick: false,
            rounds: 5,
            peers: vec![peer("quadriga", Role::Own), peer("luajit", Role::Peer)],
            programs: vec![program("ints", "fast", 0.1, 0.2), program("maps", "slow", 0.2, 0.1)],
            startup: BTreeMap::from([(
                "quadriga".to_owned(),
                Startup { seconds: vec![0.002; 5], peaks: vec![9 << 20; 5] },
            )]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_series() {
        let figures = samples::series(&[3.0, 1.0, 1.0, 1.0], 5).figures(4).unwrap();
        assert_eq!((figures.steady, figures.first, figures.peak), (1.0, 3.0, 10 << 20));
        assert!((figures.whole - 6.01).abs() < 1e-9 && figures.marks().is_empty());
        let failed = Series { failure: Some("exit code 1".into()), ..samples::series(&[1.0], 1) };
        assert_eq!(failed.figures(4), None);
        assert_eq!(Series::default().figures(4), None);
    }

    #[test]
    fn shortened_runs_count_whole() {
        let series = samples::series(&[3.0, 1.0], 1);
        let whole = series.figures(10).unwrap().whole;
        assert!((whole - (4.01 + 8.0)).abs() < 1e-9, "{whole}");
    }

    #[test]
    fn marks() {
        let mut series = samples::series(&[1.0], 5);
        series.runs[0].cpu = 0.5;
        series.runs[1].foreign = Some(0.9);
        assert_eq!(series.figures(1).unwrap().marks(), "");
        series.runs.iter_mut().for_each(|run| run.foreign = Some(0.9));
        assert_eq!(series.figures(1).unwrap().marks(), "!");
        for (index, run) in series.runs.iter_mut().enumerate() {
            run.iterations[0] = 1.0 + index as f64 / 5.0;
        }
        assert_eq!(series.figures(1).unwrap().marks(), "!~");
    }

    #[test]
    fn ratios_and_means() {
        let report = samples::report();
        let mean = |metric, class| report.mean("luajit", "quadriga", metric, class).unwrap();
        assert!((mean(Metric::Steady, Some("ints")).0 - 2.0).abs() < 1e-9);
        assert!((mean(Metric::Steady, Some("maps")).0 - 0.5).abs() < 1e-9);
        assert!((mean(Metric::Steady, None).0 - 1.0).abs() < 1e-9);
        assert_eq!(mean(Metric::Steady, None).1, 2);
        assert!((mean(Metric::First, Some("ints")).0 - 4.0 / 3.0).abs() < 1e-9);
        assert_eq!(report.mean("node", "quadriga", Metric::Steady, None), None);
        assert_eq!(report.best_peer(&report.programs[1], "quadriga"), Some(("luajit", 0.5)));
        assert_eq!(report.classes(), ["ints", "maps"]);
    }

    #[test]
    fn the_base_is_ours_unless_told() {
        let report = samples::report();
        assert_eq!(report.base(None), Ok("quadriga"));
        assert_eq!(report.base(Some("luajit")), Ok("luajit"));
        assert!(report.base(Some("node")).is_err());
    }

    #[test]
    fn json_round_trip() {
        let report = samples::report();
        let path = std::env::temp_dir().join(format!("quadriga-bench-{}.json", std::process::id()));
        report.save(&path, "quadriga").unwrap();
        assert_eq!(Report::load(&path).unwrap(), report);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("speed_against"));
        std::fs::write(&path, text.replacen("\"format\": 1", "\"format\": 99", 1)).unwrap();
        assert!(Report::load(&path).unwrap_err().contains("format 99"));
        std::fs::remove_file(&path).unwrap();
        assert!(Report::load(&path).is_err());
    }

    #[test]
    fn a_loaded_machine_is_noticed() {
        let mut report = samples::report();
        assert!(!report.is_busy());
        report.load_before = Some(3.0);
        assert!(report.is_busy());
    }
}
