//! Places in sources: columns, and the part of a source that a diagnostic shows.

use std::ops::Range;

/// Longest piece of source that is shown as it is.
const LONG: usize = 4096;
/// Bytes around the place that are shown of longer pieces.
const BEFORE: usize = 60;
const AFTER: usize = 120;
/// Most lines of a range that are shown.
const LINES: usize = 6;

/// A range of a source.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The source.
    pub source: &'a str,
    /// First byte, on a character boundary.
    pub start: usize,
    /// Byte after the last, likewise.
    pub end: usize,
}

/// What a diagnostic shows of a source.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// Whole lines, or a part of one that is too long.
    pub text: &'a str,
    /// The place in it.
    pub span: Range<usize>,
    /// Whether `text` begins and ends inside lines.
    pub cut: bool,
}

impl<'a> Place<'a> {
    /// A place, moved into the source and onto character boundaries if need be.
    pub fn new(source: &'a str, span: &Range<usize>) -> Place<'a> {
        let start = floor(source, span.start);
        let end = floor(source, span.end.max(start));
        Place { source, start, end }
    }

    /// First byte of its line.
    fn line_start(&self) -> usize {
        self.source[..self.start].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Its line, counted from 1.
    pub fn line(&self) -> usize {
        1 + self.source.as_bytes()[..self.start].iter().filter(|&&b| b == b'\n').count()
    }

    /// Its column in characters, counted from 1.
    pub fn column(&self) -> usize {
        1 + self.source[self.line_start()..self.start].chars().count()
    }

    /// What to show.
    pub fn excerpt(&self) -> Excerpt<'a> {
        let source = self.source;
        let line_start = self.line_start();
        let line_end = |from: usize| source[from..].find('\n').map_or(source.len(), |at| from + at);
        let first_end = line_end(self.start);
        let many = source[self.start..self.end].matches('\n').count() >= LINES;
        let end = if many { first_end } else { self.end };
        let shown_end = line_end(end.max(self.start));
        if shown_end - line_start <= LONG {
            let span = self.start - line_start..end - line_start;
            return Excerpt { text: &source[line_start..shown_end], span, cut: false };
        }
        let from = floor(source, self.start.saturating_sub(BEFORE).max(line_start));
        let to = floor(source, (self.start + AFTER).min(first_end));
        Excerpt { text: &source[from..to], span: self.start - from..end.min(to) - from, cut: true }
    }
}

fn floor(source: &str, mut at: usize) -> usize {
    at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let place = Place::new("a\näö x", &(7..8));
        assert_eq!((place.line(), place.column()), (2, 4));
        // Inside of a character, and beyond the end.
        let place = Place::new("ä", &(1..99));
        assert_eq!((place.start, place.end, place.column()), (0, 2, 1));
    }

    #[test]
    fn excerpts_are_whole_lines() {
        let place = Place::new("one\ntwo three\nfour", &(8..13));
        assert_eq!(place.excerpt(), Excerpt { text: "two three", span: 4..9, cut: false });
        let place = Place::new("one\ntwo", &(7..7));
        assert_eq!(place.excerpt(), Excerpt { text: "two", span: 3..3, cut: false });
    }

    #[test]
    fn long_ranges_are_shortened() {
        let lines = "x\n".repeat(100);
        assert_eq!(Place::new(&lines, &(2..190)).excerpt(), Excerpt { text: "x", span: 0..1, cut: false });
        let line = "é".repeat(1_000_000);
        let excerpt = Place::new(&line, &(1000..1_999_000)).excerpt();
        assert!(excerpt.cut && excerpt.text.len() < 200 && excerpt.span.start == BEFORE);
    }
}
