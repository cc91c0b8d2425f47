//! The Markdown page, `docs/BENCHMARKS.md`: sections between markers, replaced in place by each run.
//!
//! Text outside the markers is the reader's own and stays.

use std::path::Path;

use super::grid::Grid;
use super::tables::View;
use super::units;
use crate::machine;
use crate::process::Floor;

/// Puts `body` into the section `name` of the page, which is made if it does not exist.
pub fn write_section(path: &Path, name: &str, body: &str) -> Result<(), String> {
    let page = std::fs::read_to_string(path).unwrap_or_else(|_| "# Benchmarks\n".into());
    std::fs::write(path, replace_section(&page, name, body))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// The page with the section replaced, or appended if it has none of this name.
fn replace_section(page: &str, name: &str, body: &str) -> String {
    let begin = format!("<!-- quadriga-bench {name}: begin -->");
    let end = format!("<!-- quadriga-bench {name}: end -->");
    let section = format!("{begin}\n\n{}\n\n{end}", body.trim());
    if let Some((before, rest)) = page.split_once(&begin)
        && let Some((_, after)) = rest.split_once(&end)
    {
        return format!("{before}{section}{after}");
    }
    format!("{}\n\n{section}\n", page.trim_end())
}

/// The section of a run; `plots` is the folder of the plots as seen from the page.
pub fn run_section(view: &View<'_>, plots: Option<&str>) -> String {
    let report = view.report;
    let mut out = String::from("## Side by side\n\n");
    out.push_str(&format!("Measured on {}", report.date));
    if let Some(commit) = &report.commit {
        out.push_str(&format!(", commit {commit}"));
    }
    out.push_str(&format!(
        ", with {} interleaved rounds{}, on {}.\n\n",
        report.rounds,
        if report.quick { " at the QUICK size, which says little about speed" } else { "" },
        report.machine.summary()
    ));
    if report.is_busy() {
        out.push_str("**The machine was busy with other work during this run.**\n\n");
    }
    out.push_str(&format!(
        "Ratios are times of the peer over times of {}: above 1, {} is faster. Means are geometric. The steady state \
         is the median of the second half of the iterations, the spread half the interquartile range over the rounds. \
         `~` marks a spread above 5 %, `!` figures taken while others used the machine.\n\n",
        view.base, view.base
    ));
    out.push_str("### Summary\n\n");
    out.push_str(&view.summary().markdown());
    out.push_str(
        "\n*its memory* is the peak resident size of a program that prints one line, *peak memory* the geometric mean of \
         the peaks of all programs.\n",
    );
    out.push_str("\n### Steady state per program\n\n");
    out.push_str(&view.ratios().markdown());
    if let Some(folder) = plots {
        for (file, title) in crate::plot::FILES {
            out.push_str(&format!("\n![{title}]({folder}/{file})\n"));
        }
    }
    out.push_str("\n### Where a peer is faster\n\n");
    let losses = view.losses();
    match losses.is_empty() {
        true => out.push_str("On no program.\n"),
        false => losses.iter().for_each(|loss| out.push_str(&format!("* {loss}\n"))),
    }
    let failures = report.failures();
    if !failures.is_empty() {
        out.push_str("\n### Failures\n\n");
        failures.iter().for_each(|failure| out.push_str(&format!("* {failure}\n")));
    }
    out.push_str("\n<details><summary>All figures</summary>\n\n");
    out.push_str(&view.details().markdown());
    out.push_str("\n</details>\n");
    out
}

/// The section of the start-up or the memory command.
pub fn table_section(title: &str, intro: &str, grid: &Grid) -> String {
    let machine = machine::Machine::read();
    format!(
        "## {title}\n\nMeasured on {}, on {}. {intro}\n\n{}",
        machine::today(),
        machine.summary(),
        grid.markdown()
    )
}

/// What stands above the table of the start-up command.
pub fn startup_intro(runs: u32, floor: Floor) -> String {
    format!(
        "Medians of {runs} interleaved runs of a program that prints one line; memory is the peak resident \
         size. A process that does nothing takes {} and {} here.",
        units::time(floor.seconds),
        units::bytes(floor.peak)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn sections_are_replaced_in_place() {
        let first = replace_section("# Benchmarks\n\nMine.\n", "run", "one");
        assert!(first.starts_with("# Benchmarks\n\nMine.\n\n<!-- quadriga-bench run: begin -->\n\none\n"));
        let both = replace_section(&first, "memory", "two");
        let again = replace_section(&both, "run", "three");
        assert!(!again.contains("one") && again.contains("three") && again.contains("two"));
        assert!(again.find("three") < again.find("two"));
        assert_eq!(replace_section(&again, "run", "three"), again);
    }

    #[test]
    fn the_page_tells_machine_date_and_losses() {
        let report = samples::report();
        let view = View { report: &report, base: "quadriga" };
        let text = run_section(&view, Some("plots"));
        for part in ["2031-04-05", "Test CPU", "abcdef1", "maps/slow (luajit 0.50x)", "plots/ratios.svg"] {
            assert!(text.contains(part), "{part} is missing");
        }
        assert!(!text.contains("busy with other work during") && !text.contains("QUICK"));
        assert!(!run_section(&view, None).contains(".svg"));
    }
}
