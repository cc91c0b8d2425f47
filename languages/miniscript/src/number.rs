//! Numbers as text: the exact printed forms of both language versions, and reading them back.
//!
//! Formatting *takes* a number and *appends* its printed form to a string, so that a caller can reuse one buffer.
//! An integral number below 2^53 *costs* one pass over its digits; everything else goes through the standard
//! library's exact conversions, which know correct rounding and shortest digits.

use std::fmt::Write;

/// Up to this magnitude integral numbers print as plain integers in 2.0: 2^53.
const INTEGER_LIMIT: f64 = 9_007_199_254_740_992.0;
/// Fractional numbers print in fixed notation from here ...
const FIXED_MIN: f64 = 1e-6;
/// ... up to here.
const FIXED_MAX: f64 = 1e10;

/// Appends `value` as 2.0 prints it.
pub fn format_number(value: f64, out: &mut String) {
    let magnitude = value.abs();
    if magnitude <= INTEGER_LIMIT && value.trunc() == value {
        push_integer(value as i64, out);
    } else if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "Inf" } else { "-Inf" });
    } else if !(FIXED_MIN..=FIXED_MAX).contains(&magnitude) {
        // Shortest digits that read back as the same number.
        push_scientific(&format!("{value:e}"), out);
    } else {
        push_fixed(value, out);
    }
}

/// Appends `value` as 1.x prints it: integral numbers in full however large they are, the scientific form with
/// six decimals, the special values as the C library writes them.
pub fn format_number_v1(value: f64, out: &mut String) {
    let magnitude = value.abs();
    if value.is_nan() {
        out.push_str(if value.is_sign_negative() { "-nan" } else { "nan" });
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "INF" } else { "-INF" });
    } else if value.trunc() == value {
        if magnitude <= INTEGER_LIMIT && (value != 0.0 || value.is_sign_positive()) {
            push_integer(value as i64, out);
        } else {
            let _ = write!(out, "{value:.0}");
        }
    } else if !(FIXED_MIN..=FIXED_MAX).contains(&magnitude) {
        push_scientific(&format!("{value:.6e}"), out);
    } else {
        push_fixed(value, out);
    }
}

fn push_integer(value: i64, out: &mut String) {
    if value < 0 {
        out.push('-');
    }
    let mut rest = value.unsigned_abs();
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|&digit| digit as char));
}

/// Six decimals without the zeros at their end, except one directly behind the point.
fn push_fixed(value: f64, out: &mut String) {
    let start = out.len();
    let _ = write!(out, "{value:.6}");
    let kept = out.trim_end_matches('0').len().max(start);
    let point_last = out[..kept].ends_with('.');
    out.truncate(kept + usize::from(point_last));
}

/// Rewrites `1.5e-7` to `1.5E-07`.
fn push_scientific(text: &str, out: &mut String) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    let _ = write!(out, "{mantissa}E{sign}{digits:0>2}");
}

/// The number that `text` is from end to end, white space around it aside: sign, digits with an optional point,
/// optional exponent. The names of infinity and NaN are not numbers.
#[must_use]
pub fn parse_strict(text: &str) -> Option<f64> {
    let text = text.trim();
    let (_, rest) = decimal_prefix(text)?;
    if rest.is_empty() { text.parse().ok() } else { None }
}

/// The number that `text` begins with, white space before it aside, as 1.x reads it; 0 if there is none.
#[must_use]
pub fn parse_prefix(text: &str) -> f64 {
    decimal_prefix(text.trim_start()).and_then(|(number, _)| number.parse().ok()).unwrap_or(0.0)
}

/// The value of a numeric literal of the source text.
#[must_use]
pub(crate) fn parse_literal(text: &str) -> Option<f64> {
    match decimal_prefix(text)? {
        (number, "") => number.parse().ok(),
        _ => None,
    }
}

/// Splits `text` behind the longest prefix that is a decimal number.
fn decimal_prefix(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits(start);
    let mut count = end - start;
    if bytes.get(end) == Some(&b'.') {
        let fraction_end = digits(end + 1);
        count += fraction_end - (end + 1);
        if count > 0 {
            end = fraction_end;
        }
    }
    if count == 0 {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = end + 1 + sign;
        let exponent_end = digits(exponent);
        if exponent_end > exponent {
            end = exponent_end;
        }
    }
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2(value: f64) -> String {
        let mut out = String::new();
        format_number(value, &mut out);
        out
    }

    fn v1(value: f64) -> String {
        let mut out = String::new();
        format_number_v1(value, &mut out);
        out
    }

    #[test]
    fn reference_examples() {
        assert_eq!(v2(1.0 / 3.0), "0.333333");
        assert_eq!(v2(100.50), "100.5");
        assert_eq!(v2(1e15), "1000000000000000");
        assert_eq!(v2(1e16), "1E+16");
        assert_eq!(v2(123456789012.5), "1.234567890125E+11");
        assert_eq!(v2(123456789012.345), "1.23456789012345E+11");
        assert_eq!(v2(12345678901.5), "1.23456789015E+10");
        assert_eq!(v2(0.0000001), "1E-07");
        assert_eq!(v2(0.1 + 0.2), "0.3");
        assert_eq!(v2(-0.0), "0");
        assert_eq!(v2(f64::INFINITY), "Inf");
        assert_eq!(v2(f64::NEG_INFINITY), "-Inf");
        assert_eq!(v2(f64::NAN), "NaN");
        assert_eq!(v2(-f64::NAN), "NaN");
        assert_eq!(v2(0.9999999), "1.0");
    }

    #[test]
    fn switches() {
        let limit = 9_007_199_254_740_992.0;
        assert_eq!(v2(limit), "9007199254740992");
        assert_eq!(v2(-limit), "-9007199254740992");
        assert_eq!(v2(limit + 2.0), "9.007199254740994E+15");
        assert_eq!(v2(-limit - 2.0), "-9.007199254740994E+15");
        assert_eq!(v2(1e10), "10000000000");
        assert_eq!(v2(9999999999.5), "9999999999.5");
        assert_eq!(v2(10000000000.5), "1.00000000005E+10");
        assert_eq!(v2(-10000000000.5), "-1.00000000005E+10");
        assert_eq!(v2(1e-6), "0.000001");
        assert_eq!(v2(-1e-6), "-0.000001");
        assert_eq!(v2(9.999999e-7), "9.999999E-07");
        assert_eq!(v2(999999.9999999), "1000000.0");
        assert_eq!(v2(-0.9999999), "-1.0");
        assert_eq!(v2(10.25), "10.25");
        assert_eq!(v2(100.0000001), "100.0");
        assert_eq!(v2(0.0000014), "0.000001");
        // Ties are decided on the exact binary value, to even if it is exact.
        assert_eq!(v2(0.5_f64.powi(7)), "0.007812");
        assert_eq!(v2(1.0000005), "1.000001");
    }

    #[test]
    fn extremes() {
        assert_eq!(v2(5e-324), "5E-324");
        assert_eq!(v2(f64::MIN_POSITIVE), "2.2250738585072014E-308");
        assert_eq!(v2(f64::MAX), "1.7976931348623157E+308");
        assert_eq!(v2(1e100), "1E+100");
        assert_eq!(v2(-1e300), "-1E+300");
        assert_eq!(v2(0.0), "0");
        assert_eq!(v2(-7.0), "-7");
        assert_eq!(v2(1234567890.0), "1234567890");
    }

    #[test]
    fn appends() {
        let mut out = "x000".to_owned();
        format_number(0.5, &mut out);
        format_number(7.0, &mut out);
        assert_eq!(out, "x0000.57");
    }

    #[test]
    fn first_version() {
        assert_eq!(v1(1e20), "100000000000000000000");
        assert_eq!(v1(-0.0), "-0");
        assert_eq!(v1(0.0), "0");
        assert_eq!(v1(1.23e-9), "1.230000E-09");
        assert_eq!(v1(-1.23e-9), "-1.230000E-09");
        assert_eq!(v1(1230000000.0), "1230000000");
        assert_eq!(v1(123456789012.5), "1.234568E+11");
        assert_eq!(v1(0.9999999), "1.0");
        assert_eq!(v1(-42.25), "-42.25");
        assert_eq!(v1(f64::INFINITY), "INF");
        assert_eq!(v1(f64::NAN), "nan");
    }

    #[test]
    fn reading() {
        assert_eq!(parse_strict(" 1234.56\n"), Some(1234.56));
        assert_eq!(parse_strict("-1e3"), Some(-1000.0));
        assert_eq!(parse_strict("+.5"), Some(0.5));
        assert_eq!(parse_strict("5."), Some(5.0));
        for bad in ["", " ", ".", "-", "12abc", "1e", "inf", "NaN", "infinity", "0x10", "1 2", "--1", "1_000"]
        {
            assert_eq!(parse_strict(bad), None, "{bad:?}");
        }
        assert_eq!(parse_prefix("12abc"), 12.0);
        assert_eq!(parse_prefix("  -1.5e2x"), -150.0);
        assert_eq!(parse_prefix("1e+"), 1.0);
        assert_eq!(parse_prefix("abc"), 0.0);
        assert_eq!(parse_prefix("."), 0.0);
        assert_eq!(parse_prefix("5.x"), 5.0);
        assert_eq!(parse_literal("1.e3"), Some(1000.0));
        assert_eq!(parse_literal("1e"), None);
        assert_eq!(parse_literal("1.2.3"), None);
    }
}
