//! What a benchmark program prints: `iter k seconds` for each iteration, then `checksum v`.

use std::fmt;

/// Checksums stay below 2^53, so that every language can hold them exactly.
pub const CHECKSUM_LIMIT: u64 = 1 << 53;

/// The parsed output of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Seconds of each iteration, in order.
    pub iterations: Vec<f64>,
    /// The checksum of the body.
    pub checksum: u64,
}

/// Why an output does not follow the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The line at fault, counted from 1; 0 for the output as a whole.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "output breaks the protocol: {}", self.reason),
            line => write!(f, "output line {line} breaks the protocol: {}", self.reason),
        }
    }
}

/// Reads the output of a run that was asked for `expected` iterations.
pub fn parse(text: &str, expected: u32) -> Result<Output, Breach> {
    let mut iterations = Vec::new();
    let mut checksum = None;
    for (index, line) in text.lines().enumerate() {
        let breach = |reason: String| Breach { line: index + 1, reason };
        if line.trim().is_empty() {
            continue;
        }
        if checksum.is_some() {
            return Err(breach("nothing may follow the checksum".into()));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["iter", number, seconds] => {
                if number.parse() != Ok(iterations.len() + 1) {
                    return Err(breach(format!("expected iteration {}, got {number}", iterations.len() + 1)));
                }
                match seconds.parse::<f64>() {
                    Ok(value) if value.is_finite() && value >= 0.0 => iterations.push(value),
                    _ => return Err(breach(format!("{seconds} is not a time"))),
                }
            }
            ["checksum", value] => checksum = Some(parse_checksum(value).map_err(breach)?),
            _ => return Err(breach(format!("unexpected text {:?}", shorten(line)))),
        }
    }
    let whole = |reason: String| Breach { line: 0, reason };
    let checksum = checksum.ok_or_else(|| whole("no checksum".into()))?;
    if iterations.len() != expected as usize {
        return Err(whole(format!("{} iterations instead of {expected}", iterations.len())));
    }
    Ok(Output { iterations, checksum })
}

/// A whole number below 2^53; languages whose numbers are doubles may append `.0`.
fn parse_checksum(text: &str) -> Result<u64, String> {
    let digits = text.strip_suffix(".0").unwrap_or(text);
    match digits.parse::<u64>() {
        Ok(value) if value < CHECKSUM_LIMIT => Ok(value),
        Ok(_) => Err(format!("checksum {text} is not below 2^53")),
        Err(_) => Err(format!("checksum {text} is not a whole number")),
    }
}

/// The first line of a text, cut to a length that fits into a message.
pub fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_output() {
        let output = parse("iter 1 0.051\niter 2 5E-05\nchecksum 11146999086\n", 2).unwrap();
        assert_eq!(output, Output { iterations: vec![0.051, 5e-5], checksum: 11_146_999_086 });
        assert_eq!(parse("iter 1 0\r\nchecksum 7.0\r\n", 1).unwrap().checksum, 7);
    }

    #[test]
    fn breaches_name_their_line() {
        let line = |text| parse(text, 1).unwrap_err().line;
        assert_eq!(line("iter 2 0.1\nchecksum 1"), 1);
        assert_eq!(line("iter 1 fast\nchecksum 1"), 1);
        assert_eq!(line("iter 1 -0.1\nchecksum 1"), 1);
        assert_eq!(line("iter 1 0.1\nhello\nchecksum 1"), 2);
        assert_eq!(line("iter 1 0.1\nchecksum 1.5"), 2);
        assert_eq!(line("iter 1 0.1\nchecksum 9007199254740992"), 2);
        assert_eq!(line("iter 1 0.1\nchecksum 1\niter 2 0.1"), 3);
    }

    #[test]
    fn incomplete_outputs() {
        assert!(parse("", 1).unwrap_err().to_string().contains("no checksum"));
        assert!(parse("iter 1 0.1", 1).unwrap_err().to_string().contains("no checksum"));
        assert!(
            parse("iter 1 0.1\nchecksum 1", 2).unwrap_err().to_string().contains("1 iterations instead of 2")
        );
    }

    #[test]
    fn long_lines_are_shortened() {
        assert_eq!(shorten("a\nb"), "a");
        assert_eq!(shorten(&"é".repeat(200)).chars().count(), 121);
    }
}
