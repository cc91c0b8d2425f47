//! `quadriga-bench`: Quadriga and its peers side by side on the same programs.
//!
//! | module | what it does |
//! |---|---|
//! | `cli`, `main` | the commands and their arguments |
//! | `programs`, `peers` | what is run, and by whom |
//! | `process`, `protocol`, `machine` | one process: its measurements, its output, what else the machine did |
//! | `run` | rounds of processes |
//! | `memory` | the memory command |
//! | `report`, `stats`, `compare` | measurements, figures, differences |
//! | `show`, `plot` | tables, Markdown, SVG |

mod cli;
mod compare;
mod machine;
mod memory;
mod peers;
mod plot;
mod process;
mod programs;
mod protocol;
mod report;
mod run;
mod show;
mod stats;

use std::io::IsTerminal;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use cli::{Cli, Command, MemoryArgs, OutputArgs, PeerArgs, RunArgs, StartupArgs};
use peers::{Found, Wanted};
use programs::BenchDir;
use report::Report;
use show::grid::{Cell, Grid, Tone};
use show::tables::{MARKS, View};
use show::{markdown, units};

/// Start-up of our engine, in seconds and bytes.
const STARTUP_GOAL: (f64, u64) = (0.003, 12 << 20);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        Some(Command::Memory(args)) => memory_command(args),
        Some(Command::Startup(args)) => startup_command(args),
        Some(Command::Peers(args)) => peers_command(args),
        None => run_command(&cli.run),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Stop { message, code }) => {
            eprintln!("quadriga-bench: {message}");
            ExitCode::from(code)
        }
    }
}

/// Why a command ended early, and its exit code.
struct Stop {
    message: String,
    code: u8,
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self { message, code: 2 }
    }
}

/// Whether all is well.
type Done = Result<bool, Stop>;

fn run_command(args: &RunArgs) -> Done {
    let report = match &args.from {
        Some(path) => Report::load(path)?,
        None => measure(args)?,
    };
    let old = args.compare.as_deref().map(Report::load).transpose()?;
    let base = report.base(args.base.as_deref())?;
    let view = View { report: &report, base };
    print_report(&view, args.details);
    if let Some(old) = old {
        println!("\n{}", compare::compare(&old, &report, args.noise / 100.0).text(colours()));
    }
    if let Some(path) = &args.output.json {
        report.save(path, base)?;
    }
    if let Some(folder) = &args.output.svg {
        plot::write(folder, &view)?;
    }
    if let Some(path) = &args.output.markdown {
        let plots = plots_from(path, &args.output);
        markdown::write_section(path, "run", &markdown::run_section(&view, plots.as_deref()))?;
    }
    let failures = report.failures();
    if !failures.is_empty() {
        eprintln!("\n{} of the programs FAILED:\n  {}", failures.len(), failures.join("\n  "));
    }
    Ok(failures.is_empty())
}

fn measure(args: &RunArgs) -> Result<Report, Stop> {
    let bench = BenchDir::find(args.who.bench_dir.as_deref())?;
    let found = look_for_peers(&args.who, &bench)?;
    let plan = run::Plan {
        programs: bench.programs(&args.only.clone().unwrap_or_default())?,
        peers: found.peers,
        rounds: args.rounds.unwrap_or(if args.quick { 2 } else { 5 }),
        quick: args.quick,
        timeout: Duration::from_secs(u64::from(args.timeout)),
        budget: Duration::from_secs_f64(args.budget),
        keep_going: args.keep_going,
        startup_runs: args.startup_runs.unwrap_or(if args.quick { 3 } else { 50 }),
    };
    run::execute(&plan, &bench).map_err(|message| Stop { message, code: 1 })
}

fn print_report(view: &View<'_>, details: bool) {
    let report = view.report;
    println!("{}, {} rounds on {}", report.date, report.rounds, report.machine.summary());
    if report.quick {
        println!("quick sizes: results are checked, times say little");
    }
    if report.is_busy() {
        let load =
            report.load_before.map_or_else(String::new, |load| format!(" (load before the run {load:.2})"));
        println!("the machine was BUSY with other work{load}: do not trust small differences");
    }
    println!(
        "time of {}, and how many times faster it is than each peer (below 1.00x the peer is faster)\n",
        view.base
    );
    println!("{}", view.ratios().text(colours()));
    println!("{}", view.summary().text(colours()));
    if details {
        println!("{}", view.details().text(colours()));
    }
    println!("{MARKS}");
}

fn startup_command(args: &StartupArgs) -> Done {
    let bench = BenchDir::find(args.who.bench_dir.as_deref())?;
    let found = look_for_peers(&args.who, &bench)?;
    let bar = run::progress_bar(found.peers.len() as u64 * u64::from(args.runs));
    let peers: Vec<_> = found.peers.iter().collect();
    let load = machine::load_average();
    let startup = run::startup(&peers, args.runs, &bench, &bar)?;
    bar.finish_and_clear();

    let mut grid = Grid::new(["participant", "version", "time", "spread", "memory"]).with_left(2);
    let mut missed = Vec::new();
    for peer in &found.peers {
        let Some(measured) = startup.get(&peer.info.id) else { continue };
        let time = stats::median(&measured.seconds).unwrap_or(0.0);
        let good = time <= STARTUP_GOAL.0 && measured.peak() <= STARTUP_GOAL.1;
        let tone = match peer.info.id == peers::OWN {
            true if good => Tone::Good,
            true => Tone::Bad,
            false => Tone::Plain,
        };
        if tone == Tone::Bad {
            missed.push(format!("{} and {}", units::time(time), units::bytes(measured.peak())));
        }
        grid.push(vec![
            peer.info.id.as_str().into(),
            peer.info.version.as_str().into(),
            Cell { text: units::time(time), tone },
            units::spread(stats::spread(&measured.seconds)).into(),
            Cell { text: units::bytes(measured.peak()), tone },
        ]);
    }
    let floor = process::floor(args.runs).unwrap_or_default();
    println!("{}\n\n{}", markdown::startup_intro(args.runs, floor), grid.text(colours()));
    if machine::is_loaded(load, machine::Machine::read().cores) {
        println!("the machine was BUSY before the run (load {:.2})", load.unwrap_or(0.0));
    }
    if let Some(path) = &args.markdown {
        let intro = markdown::startup_intro(args.runs, floor);
        markdown::write_section(path, "startup", &markdown::table_section("Start-up", &intro, &grid))?;
    }
    for figures in &missed {
        let (time, size) = (units::time(STARTUP_GOAL.0), units::bytes(STARTUP_GOAL.1));
        println!("goal missed: {figures}, at most {time} and {size} are wanted");
    }
    Ok(missed.is_empty() || !args.check)
}

fn memory_command(args: &MemoryArgs) -> Done {
    let bench = BenchDir::find(args.who.bench_dir.as_deref())?;
    let names = own_names(&args.who);
    if names.is_empty() {
        return Err("the memory programs are written for quadriga alone".to_owned().into());
    }
    let wanted = PeerArgs { peers: names, ..args.who.clone() };
    let found = look_for_peers(&wanted, &bench)?;
    let programs = bench.memory_programs(&args.only.clone().unwrap_or_default())?;
    let plan = memory::MemoryPlan { seconds: args.seconds, limit: u64::from(args.limit) << 20 };
    let mut shortfalls = Vec::new();
    let mut all = serde_json::Map::new();
    for engine in &found.peers {
        let base = memory::base_size(engine, &bench)?;
        let bar = run::progress_bar(programs.len() as u64);
        let mut results = Vec::new();
        for program in &programs {
            bar.set_message(program.file_stem().unwrap_or_default().to_string_lossy().into_owned());
            results.push(memory::measure(engine, program, &plan, base)?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let grid = memory::grid(&results, plan.limit);
        let intro = format!(
            "{} {}, {} s each; a program that prints one line takes {}. Live bytes are those of the last full \
             collection, while all data was reachable.",
            engine.info.id,
            engine.info.version,
            args.seconds,
            units::bytes(base)
        );
        println!("{intro}\n\n{}", grid.text(colours()));
        let suffix =
            if engine.info.id == peers::OWN { String::new() } else { format!("-{}", engine.info.id) };
        if let Some(folder) = &args.output.svg {
            plot::save(folder, &format!("resident{suffix}.svg"), &memory::plot(&results))?;
        }
        if let Some(path) = &args.output.markdown {
            let mut body = markdown::table_section("Memory", &intro, &grid);
            if let Some(folder) = plots_from(path, &args.output) {
                body.push_str(&format!("\n![Memory over time]({folder}/resident{suffix}.svg)\n"));
            }
            markdown::write_section(path, &format!("memory{suffix}"), &body)?;
        }
        shortfalls.extend(results.iter().flat_map(memory::MemoryResult::shortfalls));
        let value = serde_json::json!({ "base": base, "limit": plan.limit, "programs": results });
        all.insert(engine.info.id.clone(), value);
    }
    if let Some(path) = &args.output.json {
        let text = format!("{:#}\n", serde_json::Value::Object(all));
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    for shortfall in &shortfalls {
        println!("goal missed: {shortfall}");
    }
    Ok(shortfalls.is_empty() || !args.check)
}

fn peers_command(args: &PeerArgs) -> Done {
    let bench = BenchDir::find(args.bench_dir.as_deref())?;
    let Found { peers, missing } = peers::find(&wanted(args), &bench)?;
    let mut grid = Grid::new(["participant", "version", "runs", "command"]).with_left(4);
    for peer in &peers {
        let command: Vec<_> = peer.command.iter().map(|word| word.to_string_lossy()).collect();
        grid.push(vec![
            peer.info.id.as_str().into(),
            peer.info.version.as_str().into(),
            format!(".{}", peer.extension).into(),
            command.join(" ").into(),
        ]);
    }
    for absent in &missing {
        grid.push(vec![
            absent.id.as_str().into(),
            Cell { text: "missing".into(), tone: Tone::Bad },
            Cell::default(),
            absent.advice.as_str().into(),
        ]);
    }
    print!("{}", grid.text(colours()));
    Ok(missing.is_empty())
}

/// Finds the participants and tells who is missing.
fn look_for_peers(args: &PeerArgs, bench: &BenchDir) -> Result<Found, Stop> {
    let wanted = wanted(args);
    let found = peers::find(&wanted, bench)?;
    for missing in &found.missing {
        eprintln!("missing: {}: {}", missing.id, missing.advice);
    }
    Ok(found.require(&wanted)?)
}

fn wanted(args: &PeerArgs) -> Wanted {
    Wanted { names: args.peers.clone(), quadriga: args.quadriga.clone(), also: args.also.clone() }
}

/// Our own entries, for commands that only those can run.
fn own_names(args: &PeerArgs) -> Vec<String> {
    let own = [peers::OWN.to_owned()].into_iter().chain(args.also.iter().map(|(name, _)| name.clone()));
    own.filter(|name| args.peers.is_empty() || args.peers.contains(name)).collect()
}

/// The folder of the plots as seen from the Markdown page.
fn plots_from(page: &Path, output: &OutputArgs) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let folder = absolute(output.svg.as_deref()?)?;
    let page = absolute(page)?;
    Some(relative(&folder, page.parent()?))
}

/// The way from one absolute folder to another, with `/`.
fn relative(to: &Path, from: &Path) -> String {
    let common = to.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(common)).collect();
    if way.as_os_str().is_empty() { ".".into() } else { way.to_string_lossy().replace('\\', "/") }
}

fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths() {
        let way = |to: &str, from: &str| relative(Path::new(to), Path::new(from));
        assert_eq!(way("/w/docs/plots", "/w/docs"), "plots");
        assert_eq!(way("/w/plots", "/w/docs/a"), "../../plots");
        assert_eq!(way("/w/docs", "/w/docs"), ".");
    }
}
