//! The tables of a report: ratios per program, a summary per peer, and all figures.

use super::grid::{Cell, Grid, Tone};
use super::units;
use crate::peers::PeerInfo;
use crate::report::{Figures, Metric, ProgramResult, Report};
use crate::stats;

/// What the marks in cells mean.
pub const MARKS: &str = "~ spread above 5 %   ! machine busy with other work";

/// A report seen from one of its participants.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The report.
    pub report: &'a Report,
    /// The participant that ratios refer to.
    pub base: &'a str,
}

impl<'a> View<'a> {
    /// Everybody but the base.
    pub fn others(&self) -> impl Iterator<Item = &'a PeerInfo> + use<'a> {
        let base = self.base;
        self.report.peers.iter().filter(move |peer| peer.id != base)
    }

    /// Time of the base and ratio to each other, per program, with means per class and in total.
    pub fn ratios(&self) -> Grid {
        let head = ["program".to_owned(), self.base.to_owned(), "spread".into()];
        let others = self.others().map(|peer| peer.id.clone());
        let mut grid = Grid::new(head.into_iter().chain(others).chain(["best peer".to_owned()]));
        for class in self.report.classes() {
            let programs: Vec<_> = self.report.programs.iter().filter(|row| row.class == class).collect();
            for program in &programs {
                grid.push(self.ratio_row(program));
            }
            if programs.len() > 1 {
                grid.push_mean(self.mean_row(&format!("{class}: mean of {}", programs.len()), Some(class)));
            }
        }
        grid.push_mean(self.mean_row("geometric mean", None));
        grid
    }

    fn ratio_row(&self, program: &ProgramResult) -> Vec<Cell> {
        let mut cells = vec![program.id().into()];
        match self.report.figures(program, self.base) {
            Some(figures) => {
                cells.push(format!("{}{}", figures.marks(), units::time(figures.steady)).into());
                cells.push(units::spread(figures.spread).into());
            }
            None => cells.extend([self.blank(program, self.base), Cell::default()]),
        }
        for peer in self.others() {
            let ratio = self.report.ratio(program, &peer.id, self.base, Metric::Steady);
            let marks = self.report.figures(program, &peer.id).map_or("", |figures| figures.marks());
            cells.push(match ratio {
                Some(ratio) => toned(ratio, marks),
                None => self.blank(program, &peer.id),
            });
        }
        let best = self.report.best_peer(program, self.base);
        cells.push(best.map_or_else(Cell::default, |(id, ratio)| Cell {
            text: format!("{id} {}", units::factor(ratio)),
            ..toned(ratio, "")
        }));
        cells
    }

    /// A cell without a figure: empty where there is no version of the program.
    fn blank(&self, program: &ProgramResult, peer: &str) -> Cell {
        match program.results.get(peer) {
            Some(series) if series.failure.is_some() => Cell { text: "failed".into(), tone: Tone::Bad },
            Some(series) if series.figures(program.iters).is_some() => "-".into(),
            _ => Cell::default(),
        }
    }

    fn mean_row(&self, label: &str, class: Option<&str>) -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![label.into(), Cell::default(), Cell::default()];
        let total = self
            .report
            .programs
            .iter()
            .filter(|program| class.is_none_or(|class| program.class == class))
            .count();
        for peer in self.others() {
            cells.push(match self.report.mean(&peer.id, self.base, Metric::Steady, class) {
                Some((mean, count)) if count < total => {
                    let cell = toned(mean, "");
                    Cell { text: format!("{} of {count}", cell.text), ..cell }
                }
                Some((mean, _)) => toned(mean, ""),
                None => Cell::default(),
            });
        }
        let best: Vec<f64> = self
            .report
            .programs
            .iter()
            .filter(|program| class.is_none_or(|class| program.class == class))
            .filter_map(|program| self.report.best_peer(program, self.base).map(|(_, ratio)| ratio))
            .collect();
        cells.push(stats::geometric_mean(best).map_or_else(Cell::default, |mean| toned(mean, "")));
        cells
    }

    /// One row per participant: mean ratios, warm-up, start-up, memory.
    pub fn summary(&self) -> Grid {
        let mut grid = Grid::new([
            "participant",
            "version",
            "steady",
            "first",
            "whole",
            "slower on",
            "first/steady",
            "start-up",
            "its memory",
            "peak memory",
        ])
        .with_left(2);
        for peer in &self.report.peers {
            let figures: Vec<Figures> =
                self.report.programs.iter().filter_map(|row| self.report.figures(row, &peer.id)).collect();
            let mut cells = vec![Cell::from(peer.id.as_str()), peer.version.as_str().into()];
            for metric in Metric::ALL {
                let mean = self.report.mean(&peer.id, self.base, metric, None);
                cells.push(match mean {
                    Some((mean, _)) if peer.id != self.base => toned(mean, ""),
                    _ => Cell::default(),
                });
            }
            cells.push(self.slower_on(&peer.id));
            let mean = |of: fn(&Figures) -> f64| stats::geometric_mean(figures.iter().map(of));
            let text =
                |value: Option<f64>, show: fn(f64) -> String| Cell::from(value.map(show).unwrap_or_default());
            cells.push(text(mean(|figures| figures.first / figures.steady), units::factor));
            let startup = self.report.startup.get(&peer.id);
            cells.push(text(startup.and_then(|startup| stats::median(&startup.seconds)), units::time));
            cells.push(startup.map(|startup| units::bytes(startup.peak())).unwrap_or_default().into());
            cells.push(text(mean(|figures| figures.peak as f64), |peak| units::bytes(peak as u64)));
            grid.push(cells);
        }
        grid
    }

    /// On how many programs a participant is slower than the base.
    fn slower_on(&self, peer: &str) -> Cell {
        if peer == self.base {
            return Cell::default();
        }
        let ratios: Vec<f64> = self
            .report
            .programs
            .iter()
            .filter_map(|program| self.report.ratio(program, peer, self.base, Metric::Steady))
            .collect();
        let slower = ratios.iter().filter(|ratio| **ratio > 1.0).count();
        if ratios.is_empty() { Cell::default() } else { format!("{slower} of {}", ratios.len()).into() }
    }

    /// All figures of all participants.
    pub fn details(&self) -> Grid {
        let mut grid = Grid::new([
            "program",
            "participant",
            "steady",
            "spread",
            "first",
            "first/steady",
            "whole",
            "peak memory",
            "marks",
        ])
        .with_left(2);
        for program in &self.report.programs {
            for peer in &self.report.peers {
                let Some(series) = program.results.get(&peer.id) else { continue };
                let mut cells = vec![Cell::from(program.id()), peer.id.as_str().into()];
                match series.figures(program.iters) {
                    Some(figures) => cells.extend(detail_cells(&figures)),
                    None => cells.push(Cell { text: "failed".into(), tone: Tone::Bad }),
                }
                grid.push(cells);
            }
        }
        grid
    }

    /// The programs on which a peer is faster than the base, worst first: `class/name (luajit 0.50x)`.
    pub fn losses(&self) -> Vec<String> {
        let mut losses: Vec<(String, &str, f64)> = self
            .report
            .programs
            .iter()
            .filter_map(|program| {
                let (peer, ratio) = self.report.best_peer(program, self.base)?;
                (ratio < 1.0).then(|| (program.id(), peer, ratio))
            })
            .collect();
        losses.sort_by(|a, b| a.2.total_cmp(&b.2));
        losses.iter().map(|(id, peer, ratio)| format!("{id} ({peer} {})", units::factor(*ratio))).collect()
    }
}

fn detail_cells(figures: &Figures) -> [Cell; 7] {
    let warm_up =
        if figures.steady > 0.0 { units::factor(figures.first / figures.steady) } else { "-".into() };
    [
        units::time(figures.steady).into(),
        units::spread(figures.spread).into(),
        units::time(figures.first).into(),
        warm_up.into(),
        units::time(figures.whole).into(),
        units::bytes(figures.peak).into(),
        figures.marks().into(),
    ]
}

fn toned(ratio: f64, marks: &str) -> Cell {
    let tone = if ratio < 1.0 { Tone::Bad } else { Tone::Good };
    Cell { text: format!("{marks}{}", units::factor(ratio)), tone }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_ratio_table() {
        let report = samples::report();
        let text = View { report: &report, base: "quadriga" }.ratios().text(false);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["program", "quadriga", "spread", "luajit", "best", "peer"]);
        assert_eq!(lines[1], ["ints/fast", "100", "ms", "±0.0", "%", "2.00x", "luajit", "2.00x"]);
        assert_eq!(lines[2], ["maps/slow", "200", "ms", "±0.0", "%", "0.50x", "luajit", "0.50x"]);
        assert_eq!(lines[3], ["geometric", "mean", "1.00x", "1.00x"]);
    }

    #[test]
    fn failed_and_missing_versions_differ() {
        let mut report = samples::report();
        report.programs[0].results.remove("luajit");
        report.programs[1].results.get_mut("luajit").unwrap().failure = Some("exit code 1".into());
        let grid = View { report: &report, base: "quadriga" }.ratios();
        assert_eq!(grid.rows[0].cells[3].text, "");
        assert_eq!(grid.rows[1].cells[3].text, "failed");
        assert_eq!(grid.rows[2].cells[3].text, "");
    }

    #[test]
    fn a_partial_mean_says_so() {
        let mut report = samples::report();
        report.programs[0].results.remove("luajit");
        let grid = View { report: &report, base: "quadriga" }.ratios();
        assert_eq!(grid.rows.last().unwrap().cells[3].text, "0.50x of 1");
    }

    #[test]
    fn summary_details_and_losses() {
        let report = samples::report();
        let view = View { report: &report, base: "quadriga" };
        let summary = view.summary();
        let texts = |row: usize| -> Vec<&str> {
            summary.rows[row].cells.iter().map(|cell| cell.text.as_str()).collect()
        };
        assert_eq!(texts(0)[6..], ["3.00x", "2.00 ms", "9.00 MB", "10.0 MB"]);
        assert_eq!(texts(1)[..6], ["luajit", "luajit 1.0", "1.00x", "0.67x", "0.84x", "1 of 2"]);
        assert_eq!(view.details().rows.len(), 4);
        assert_eq!(view.losses(), ["maps/slow (luajit 0.50x)"]);
    }
}
