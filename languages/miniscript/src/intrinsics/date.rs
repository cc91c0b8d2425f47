//! Dates: seconds since the first moment of the year 2000 in local time, and their text.

use super::{Def, defs};
use crate::runtime::{Lang, convert, errors, number_of};
use crate::state::HAS_CLOCK;
use quadriga_vm::heap::ValueExt;
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const DEFS: &[Def] = defs! {
    "_dateVal"(dateStr) => date_val;
    "_dateStr"(date, format = ["yyyy-MM-dd HH:mm:ss"]) => date_str;
};

/// Seconds from 1970 to 2000.
const EPOCH: i64 = 946_684_800;
const DAY: i64 = 86_400;
/// Dates beyond this many seconds are not written out.
const LIMIT: f64 = 250_000_000_000.0;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A date on the calendar, and the time of the day.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
    /// 0 is Sunday.
    weekday: i64,
    hour: i64,
    minute: i64,
    second: i64,
    millisecond: i64,
}

/// Days from 2000-01-01 to a date of the Gregorian calendar.
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March here, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 730_425
}

/// The date that lies `days` after 2000-01-01: year, month, day.
fn date_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 730_425;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

impl Date {
    fn from_seconds(value: f64) -> Date {
        let whole = value.floor();
        let millisecond = ((value - whole) * 1000.0) as i64;
        let seconds = whole as i64;
        let days = seconds.div_euclid(DAY);
        let (year, month, day) = date_from_days(days);
        let time = seconds.rem_euclid(DAY);
        Date {
            year,
            month,
            day,
            // 2000-01-01 was a Saturday.
            weekday: (days + 6).rem_euclid(7),
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
            millisecond,
        }
    }

    /// Appends the part that `count` letters `letter` stand for; false if they stand for nothing.
    fn part(&self, letter: char, count: usize, out: &mut String) -> bool {
        let name = |names: &[&str], i: i64| {
            let full = names.get(i as usize).copied().unwrap_or("");
            if count == 3 { full.get(..3).unwrap_or(full).to_string() } else { full.to_string() }
        };
        let hour12 = (self.hour + 11) % 12 + 1;
        let number = match letter {
            'y' if count <= 2 => self.year % 100,
            'y' => self.year,
            'M' if count >= 3 => {
                out.push_str(&name(&MONTHS, self.month - 1));
                return true;
            }
            'M' => self.month,
            'd' if count >= 3 => {
                out.push_str(&name(&DAYS, self.weekday));
                return true;
            }
            'd' => self.day,
            'H' => self.hour,
            'h' => hour12,
            'm' => self.minute,
            's' => self.second,
            'f' => {
                let digits = format!("{:03}000000", self.millisecond);
                out.push_str(digits.get(..count.min(9)).unwrap_or(&digits));
                return true;
            }
            't' => {
                let half = if self.hour < 12 { "AM" } else { "PM" };
                out.push_str(if count == 1 { &half[..1] } else { half });
                return true;
            }
            _ => return false,
        };
        let width = if letter == 'y' && count >= 3 { count } else { count.min(2) };
        let _ = write!(out, "{number:0width$}");
        true
    }

    /// The text by a format of letters; what is quoted or behind a backslash stands for itself.
    fn format(&self, format: &str) -> String {
        let mut out = String::new();
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\\' => out.extend(rest.next()),
                '\'' | '"' => out.extend(rest.by_ref().take_while(|q| *q != c)),
                _ => {
                    let mut count = 1;
                    while count < 32 && rest.next_if_eq(&c).is_some() {
                        count += 1;
                    }
                    if !self.part(c, count, &mut out) {
                        out.extend(std::iter::repeat_n(c, count));
                    }
                }
            }
        }
        out
    }
}

/// Reads `year-month-day`, `year/month/day` or `month/day/year`, with or without a time behind a space or T.
fn parse(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('Z');
    let (date, time) = match text.find([' ', 'T']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None if text.contains(':') => return None,
        None => (text, ""),
    };
    let mut parts = date.split(['-', '/']).map(|p| p.parse::<i64>().ok().filter(|n| (0..=9999).contains(n)));
    let (a, b, c) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let american = date.contains('/') && a <= 12 && c > 31;
    let (year, month, day) = if american { (c, a, b) } else { (a, b, c) };
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    Some((days_from_date(year, month, day) * DAY) as f64 + parse_time(time)?)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_date(next_year, next, 1) - days_from_date(year, month, 1)
}

/// Seconds of `hour:minute`, `hour:minute:second`, with AM or PM behind.
fn parse_time(text: &str) -> Option<f64> {
    if text.is_empty() {
        return Some(0.0);
    }
    let upper = text.to_ascii_uppercase();
    let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim(), Some(0)),
        (_, Some(clock)) => (clock.trim(), Some(12)),
        _ => (upper.as_str(), None),
    };
    let mut parts = clock.split(':');
    let mut hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let second: f64 = match parts.next() {
        Some(s) if s.starts_with(|c: char| c.is_ascii_digit()) => s.parse().ok()?,
        Some(_) => return None,
        None => 0.0,
    };
    if let Some(offset) = half {
        hour = hour % 12 + offset;
    }
    let valid = parts.next().is_none() && hour < 24 && minute < 60 && second < 60.0;
    valid.then(|| f64::from(hour * 3600 + minute * 60) + second)
}

/// How far local time is ahead of UTC at a time in seconds since 1970.
fn zone_at(cx: &mut Context, utc: i64) -> i64 {
    cx.host().zone.as_ref().map_or(0, |zone| zone(utc))
}

/// The present, in local time; the year 2000 where there is no clock.
fn now(cx: &mut Context) -> f64 {
    if !HAS_CLOCK {
        return 0.0;
    }
    let utc = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
    utc + zone_at(cx, utc as i64) as f64 - EPOCH as f64
}

/// A time in seconds since 1970 as text, in local time.
pub(super) fn text_at(cx: &mut Context, utc: i64) -> String {
    let local = utc + zone_at(cx, utc) - EPOCH;
    Date::from_seconds(local as f64).format("yyyy-MM-dd HH:mm:ss")
}

/// The date that an argument means: null is now, a number itself, a string is read.
fn date_of(cx: &mut Context, lang: Lang, v: Value) -> Result<std::result::Result<f64, Value>> {
    if v.is_nil() {
        return Ok(Ok(now(cx)));
    }
    if let Some(n) = number_of(v) {
        return Ok(Ok(n));
    }
    if errors::is_error(v) {
        return Ok(Err(v));
    }
    let Some(s) = v.as_str() else { return Ok(Err(errors::type_error(cx, lang, "string or number", v)?)) };
    cx.flatten(s)?;
    cx.charge(s.byte_len() as u64 / 16)?;
    match parse(s.text()) {
        Some(n) => Ok(Ok(n)),
        None => Ok(Err(convert::invalid(cx, lang, s, "date")?)),
    }
}

fn date_val(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    Ok(match date_of(cx, lang, args.get(0))? {
        Ok(n) => Value::number(n),
        Err(answer) => answer,
    })
}

fn date_str(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let date = match date_of(cx, lang, args.get(0))? {
        Ok(n) => n,
        Err(answer) => return Ok(answer),
    };
    if date.is_nan() || date.abs() > LIMIT {
        return errors::format_error(cx, lang, &format!("'{date}' is not a valid date"));
    }
    let format = args.get(1).as_str().filter(|f| !f.is_empty());
    let text = match &format {
        Some(format) => {
            cx.flatten(*format)?;
            cx.charge(format.byte_len() as u64 / 16)?;
            // A letter may become the name of a month, in a buffer of twice the size.
            cx.heap.check_size(format.byte_len().saturating_mul(24))?;
            Date::from_seconds(date).format(format.text())
        }
        None => Date::from_seconds(date).format("yyyy-MM-dd HH:mm:ss"),
    };
    Ok(cx.heap.str(&text)?.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(days_from_date(2000, 1, 1), 0);
        assert_eq!(days_from_date(2000, 3, 1), 60);
        assert_eq!(days_from_date(1999, 12, 31), -1);
        for days in (-800_000..800_000).step_by(997) {
            let (y, m, d) = date_from_days(days);
            assert_eq!(days_from_date(y, m, d), days);
            assert!((1..=12).contains(&m) && (1..=days_in_month(y, m)).contains(&d));
        }
    }

    #[test]
    fn texts_are_read() {
        assert_eq!(parse("2000-01-01 00:00:00"), Some(0.0));
        assert_eq!(parse("2000-01-02"), Some(86_400.0));
        assert_eq!(parse("2000-01-01T01:00:00"), Some(3600.0));
        assert_eq!(parse("1/2/2000 1:00 PM"), Some(86_400.0 + 13.0 * 3600.0));
        for wrong in
            ["not a date", "2001-02-29", "2000-13-01", "2000-01-01 24:00", "", "12:00", "2000-01-01 1:2:"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn formats() {
        let date = Date::from_seconds(parse("2010-12-25 18:45:30").unwrap());
        assert_eq!(date.format("yyyy-MM-dd HH:mm:ss"), "2010-12-25 18:45:30");
        assert_eq!(date.format("yyyy/M/d H:mm"), "2010/12/25 18:45");
        assert_eq!(date.format("dddd, MMMM d 'at' h tt"), "Saturday, December 25 at 6 PM");
        assert_eq!(date.format("ddd MMM yy"), "Sat Dec 10");
        assert_eq!(Date::from_seconds(3661.0).format("H:mm"), "1:01");
    }
}
