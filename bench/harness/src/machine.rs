//! The machine that the figures belong to, how busy it is, and the date.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// With this much of one processor busy for others, a figure is marked as taken on a busy machine.
pub const BUSY: f64 = 0.25;

/// Hardware and system, as far as they matter for figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// Processors available to this process.
    pub cores: usize,
    /// Bytes of memory.
    pub memory: u64,
    /// Name of the operating system.
    pub system: String,
    /// Version of its kernel.
    pub kernel: String,
    /// Instruction set.
    pub arch: String,
}

impl Machine {
    /// This machine.
    pub fn read() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let unknown = |text: Option<String>| text.unwrap_or_else(|| "unknown".into());
        let memory = field(&read("/proc/meminfo"), "MemTotal")
            .and_then(|text| text.trim_end_matches("kB").trim().parse::<u64>().ok());
        Self {
            cpu: unknown(field(&read("/proc/cpuinfo"), "model name")),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: memory.unwrap_or(0) * 1024,
            system: unknown(field(&read("/etc/os-release"), "PRETTY_NAME")).trim_matches('"').to_owned(),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
        }
    }

    /// One line for the head of a report.
    pub fn summary(&self) -> String {
        let gigabytes = self.memory as f64 / (1u64 << 30) as f64;
        format!(
            "{} ({}), {} processors, {gigabytes:.0} GiB, {}, kernel {}",
            self.cpu, self.arch, self.cores, self.system, self.kernel
        )
    }
}

/// The value of `name: value` or `name=value` lines.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.trim_start();
        Some(rest.strip_prefix([':', '='])?.trim().to_owned())
    })
}

/// The load average of the last minute.
pub fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// Whether a load average before the run says that the machine has other work.
pub fn is_loaded(load: Option<f64>, cores: usize) -> bool {
    load.is_some_and(|load| load > BUSY * cores as f64)
}

/// Seconds that all processors together have been busy since the machine started, time stolen by its host included.
pub fn busy_seconds() -> Option<f64> {
    // SAFETY: sysconf only answers a number.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    let total = parse_busy_ticks(&fs::read_to_string("/proc/stat").ok()?)?;
    (ticks > 0).then(|| total as f64 / ticks as f64)
}

/// All columns of the first line but idle and waiting for disks, and guests, which count as user time already.
fn parse_busy_ticks(stat: &str) -> Option<u64> {
    let columns: Vec<u64> = stat
        .lines()
        .next()?
        .strip_prefix("cpu ")?
        .split_whitespace()
        .map_while(|column| column.parse().ok())
        .collect();
    (columns.len() >= 5).then(|| {
        columns.iter().take(8).enumerate().filter(|(index, _)| ![3, 4].contains(index)).map(|(_, c)| c).sum()
    })
}

/// Today's date in UTC, as `2031-04-05`.
pub fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years are counted from March here, so that the leap day is the last one of its year.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(59), (1970, 3, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_454), (2026, 1, 1));
        assert_eq!(today().len(), 10);
    }

    #[test]
    fn fields() {
        assert_eq!(field("a : 1\nmodel name\t: X (R)\n", "model name").as_deref(), Some("X (R)"));
        assert_eq!(field("PRETTY_NAME=\"D\"", "PRETTY_NAME").as_deref(), Some("\"D\""));
        assert_eq!(field("NAMES=1", "NAME"), None);
    }

    #[test]
    fn busy_ticks_leave_idle_time_out() {
        assert_eq!(parse_busy_ticks("cpu  10 1 2 1000 50 3 4 5 7 7\ncpu0 1"), Some(25));
        assert_eq!(parse_busy_ticks("intr 1 2 3"), None);
    }

    #[test]
    fn load() {
        assert!(is_loaded(Some(1.0), 2) && !is_loaded(Some(0.2), 2) && !is_loaded(None, 2));
    }

    #[test]
    fn this_machine_is_described() {
        let machine = Machine::read();
        assert!(machine.cores >= 1 && machine.summary().contains(&machine.arch));
    }
}
