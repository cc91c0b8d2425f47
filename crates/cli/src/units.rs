//! Numbers with units on the command line: sizes, seconds, fuel.

use std::time::Duration;

/// A number of bytes: `4096`, `64K`, `64M`, `1.5G`, `1GiB`. The units are powers of 1024.
pub fn parse_size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err(format!("unknown unit `{}`; use K, M, G or T", unit.trim())),
    };
    let number = number.replace('_', "");
    let bytes = if number.contains('.') {
        let number: f64 = number.parse().map_err(|_| "not a number".to_string())?;
        number * (1u64 << shift) as f64
    } else {
        let number: u64 = number.parse().map_err(|_| "not a number".to_string())?;
        return number
            .checked_mul(1 << shift)
            .and_then(|n| usize::try_from(n).ok())
            .filter(|&n| n > 0)
            .ok_or_else(|| "out of range".to_string());
    };
    if bytes >= 1.0 && bytes < usize::MAX as f64 { Ok(bytes as usize) } else { Err("out of range".into()) }
}

/// A time in seconds, with a fraction.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let number: f64 =
        text.strip_suffix('s').unwrap_or(text).parse().map_err(|_| "not a number".to_string())?;
    if number.is_nan() || number <= 0.0 {
        return Err("must be positive".into());
    }
    // A century is as good as no limit, and no clock overflows.
    Ok(Duration::from_secs_f64(number.min(3.2e9)))
}

/// A number of fuel units; underscores may group its digits.
pub fn parse_fuel(text: &str) -> Result<u64, String> {
    text.trim().replace('_', "").parse().map_err(|_| "not a whole number".to_string())
}

/// A number of bytes for people.
pub fn size_text(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.into_iter().find(|(_, shift)| bytes >= 1 << shift) {
        Some((unit, shift)) => format!("{:.1} {unit}", bytes as f64 / (1u64 << shift) as f64),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("4096"), Ok(4096));
        assert_eq!(parse_size("64M"), Ok(64 << 20));
        assert_eq!(parse_size("1.5g"), Ok(3 << 29));
        assert_eq!(parse_size("2 KiB"), Ok(2048));
        for bad in ["", "0", "M", "-1", "1X", "1e9", "99999999999T", "1..2K"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn seconds() {
        assert_eq!(parse_seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(parse_seconds("2s"), Ok(Duration::from_secs(2)));
        assert!(parse_seconds("inf").is_ok());
        for bad in ["", "0", "-1", "nan", "x"] {
            assert!(parse_seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_for_people() {
        assert_eq!(size_text(512), "512 B");
        assert_eq!(size_text(3 << 19), "1.5 MiB");
    }
}
