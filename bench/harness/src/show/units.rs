//! Times, sizes and ratios as short text.

/// A time with three significant digits: `51.2 ms`.
pub fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s => (s * 1e6, "µs"),
    };
    format!("{} {unit}", digits(value))
}

/// Bytes in units of 2^20, which limits are given in too: `10.2 MB`.
pub fn bytes(bytes: u64) -> String {
    format!("{} MB", digits(bytes as f64 / (1u64 << 20) as f64))
}

/// A factor: `1.46x`.
pub fn factor(value: f64) -> String {
    format!("{}x", digits(value))
}

/// A relative change with its sign: `+3.2 %`.
pub fn change(value: f64) -> String {
    format!("{:+.1} %", value * 100.0)
}

/// A spread: `±1.2 %`.
pub fn spread(value: f64) -> String {
    format!("±{:.1} %", value * 100.0)
}

/// Three significant digits, at least for values below 1000.
pub fn digits(value: f64) -> String {
    match value.abs() {
        v if v >= 99.95 => format!("{value:.0}"),
        v if v >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(time(0.0512), "51.2 ms");
        assert_eq!(time(1.5), "1.50 s");
        assert_eq!(time(0.000_042), "42.0 µs");
        assert_eq!(time(0.0), "0.00 µs");
        assert_eq!(bytes(10 << 20), "10.0 MB");
        assert_eq!(factor(0.456), "0.46x");
        assert_eq!(factor(123.4), "123x");
        assert_eq!(change(-0.0321), "-3.2 %");
        assert_eq!(spread(0.012), "±1.2 %");
        assert_eq!(digits(9.999), "10.0");
    }
}
