//! Plots of a report as SVG files, written by hand: no fonts, scripts or libraries, readable in any browser.

mod canvas;
mod dots;
mod lines;

use std::path::Path;

pub use lines::{Curve, Panel};

use crate::report::{Metric, Report};
use crate::show::tables::View;
use crate::show::units;
use crate::stats;

/// The files of a run, with their titles.
pub const FILES: [(&str, &str); 3] =
    [("ratios.svg", "Ratios per program"), ("warmup.svg", "Warm-up"), ("memory.svg", "Peak memory")];

/// Writes all plots of a run into a folder.
pub fn write(folder: &Path, view: &View<'_>) -> Result<(), String> {
    let texts = [ratios(view), warmup(view.report), memory(view.report)];
    for ((name, _), text) in FILES.iter().zip(texts) {
        save(folder, name, &text)?;
    }
    Ok(())
}

/// Writes one file, and the folder if it is missing.
pub fn save(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Panels of curves over time, for the memory command.
pub fn curves(title: &str, note: &str, panels: &[Panel]) -> String {
    lines::draw(title, note, panels, 1)
}

fn ratios(view: &View<'_>) -> String {
    let report = view.report;
    let series = view.others().map(|peer| {
        let mean = report.mean(&peer.id, view.base, Metric::Steady, None);
        dots::Series {
            name: match mean {
                Some((mean, _)) => format!("{} (mean {})", peer.id, units::factor(mean)),
                None => peer.id.clone(),
            },
            colour: colour_of(report, &peer.id),
            values: report
                .programs
                .iter()
                .map(|program| report.ratio(program, &peer.id, view.base, Metric::Steady))
                .collect(),
        }
    });
    dots::draw(&dots::Plot {
        title: format!("Speed of {} against its peers, steady state", view.base),
        note: format!("right of the line {} is faster, by the factor on the axis", view.base),
        rows: rows(report),
        series: series.collect(),
        reference: Some(1.0),
        tick: |value| format!("{value}x"),
    })
}

fn memory(report: &Report) -> String {
    let series = report.peers.iter().map(|peer| dots::Series {
        name: peer.id.clone(),
        colour: colour_of(report, &peer.id),
        values: report
            .programs
            .iter()
            .map(|program| report.figures(program, &peer.id).map(|figures| megabytes(figures.peak)))
            .collect(),
    });
    dots::draw(&dots::Plot {
        title: "Peak resident memory".into(),
        note: "median over the rounds, MB".into(),
        rows: rows(report),
        series: series.collect(),
        reference: None,
        tick: |value| value.to_string(),
    })
}

/// One panel for all programs together and one for each.
fn warmup(report: &Report) -> String {
    let shown = 10;
    let mut panels = vec![Panel::new("all programs, geometric mean")];
    for program in &report.programs {
        let mut panel = Panel::new(&program.id());
        let best = report
            .peers
            .iter()
            .filter_map(|peer| report.figures(program, &peer.id))
            .map(|figures| figures.steady)
            .filter(|steady| *steady > 0.0)
            .min_by(f64::total_cmp);
        for peer in &report.peers {
            let Some((series, figures)) =
                program.results.get(&peer.id).zip(report.figures(program, &peer.id))
            else {
                continue;
            };
            let mut curve = series.curve();
            curve.resize(program.iters.min(shown) as usize, figures.steady);
            let points =
                curve.iter().enumerate().map(|(k, time)| ((k + 1) as f64, time / best.unwrap_or(1.0)));
            panel.curves.push(Curve {
                name: peer.id.clone(),
                colour: colour_of(report, &peer.id),
                points: points.filter(|point| point.1 > 0.0).collect(),
                dashed: false,
            });
        }
        panels.push(panel);
    }
    panels[0].curves = mean_curves(report, &panels[1..]);
    lines::draw(
        "Warm-up: time of each iteration",
        "over the steady state of the fastest; iterations 1 to 10 from left to right, logarithmic",
        &panels,
        3,
    )
}

fn mean_curves(report: &Report, panels: &[Panel]) -> Vec<Curve> {
    let of_peer = |id: &str| -> Vec<&Curve> {
        panels.iter().flat_map(|panel| &panel.curves).filter(|curve| curve.name == id).collect()
    };
    let curve = |id: &str| {
        let curves = of_peer(id);
        let length = curves.iter().map(|curve| curve.points.len()).min()?;
        let points = (0..length).filter_map(|k| {
            let mean = stats::geometric_mean(curves.iter().map(|curve| curve.points[k].1))?;
            Some(((k + 1) as f64, mean))
        });
        Some(Curve {
            name: id.to_owned(),
            colour: colour_of(report, id),
            points: points.collect(),
            dashed: false,
        })
    };
    report.peers.iter().filter_map(|peer| curve(&peer.id)).collect()
}

fn rows(report: &Report) -> Vec<dots::Row> {
    let row = |program: &crate::report::ProgramResult| dots::Row {
        group: program.class.clone(),
        label: program.name.clone(),
    };
    report.programs.iter().map(row).collect()
}

/// A participant has the same colour in all plots of a report.
fn colour_of(report: &Report, id: &str) -> usize {
    report.peers.iter().position(|peer| peer.id == id).unwrap_or(0)
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / (1u64 << 20) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn all_plots_are_drawn() {
        let report = samples::report();
        let view = View { report: &report, base: "quadriga" };
        for text in [ratios(&view), warmup(&report), memory(&report)] {
            assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"));
            assert!(text.contains("luajit") && !text.contains("NaN") && !text.contains("inf"));
        }
        assert!(ratios(&view).contains("luajit (mean 1.00x)"));
        assert!(warmup(&report).contains("ints/fast"));
    }

    #[test]
    fn reports_without_figures_are_drawn_too() {
        let mut report = samples::report();
        report.programs.iter_mut().for_each(|program| program.results.clear());
        let view = View { report: &report, base: "quadriga" };
        for text in [ratios(&view), warmup(&report), memory(&report)] {
            assert!(text.trim_end().ends_with("</svg>") && !text.contains("NaN"));
        }
    }
}
