//! An SVG document: shapes, text, colours, scales.

use std::fmt::Write;

/// Eight colours that differ for colour-blind readers too (Okabe and Ito).
const COLOURS: [&str; 8] =
    ["#000000", "#d55e00", "#e69f00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#a59a00"];

/// The colour of a series.
pub fn colour(index: usize) -> &'static str {
    COLOURS[index % COLOURS.len()]
}

/// Where a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// At its middle.
    Middle,
    /// At its right end.
    End,
}

/// A drawing under construction.
#[derive(Debug)]
pub struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    /// An empty white drawing.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str, width: f64) {
        let (x1, y1, x2, y2) = (from.0, from.1, to.0, to.1);
        self.push(format_args!(
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{stroke}" stroke-width="{width}"/>"#
        ));
    }

    /// A line through many points.
    pub fn path(&mut self, points: &[(f64, f64)], stroke: &str, dashed: bool) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let dashes = if dashed { r#" stroke-dasharray="6 4""# } else { "" };
        self.push(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{stroke}" stroke-width="1.6"{dashes}/>"#,
            points.join(" ")
        ));
    }

    /// A filled rectangle.
    pub fn rect(&mut self, corner: (f64, f64), size: (f64, f64), fill: &str) {
        self.push(format_args!(
            r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="{fill}"/>"#,
            corner.0, corner.1, size.0, size.1
        ));
    }

    /// The marker of a series: colour and shape both depend on its index.
    pub fn marker(&mut self, (x, y): (f64, f64), index: usize) {
        let fill = colour(index);
        let polygon = |points: &[(f64, f64)]| {
            let points: Vec<String> =
                points.iter().map(|(dx, dy)| format!("{:.1},{:.1}", x + dx, y + dy)).collect();
            format!(r#"<polygon points="{}" fill="{fill}"/>"#, points.join(" "))
        };
        let shape = match index % 4 {
            0 => format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="4.2" fill="{fill}"/>"#),
            1 => polygon(&[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)]),
            2 => polygon(&[(0.0, -5.2), (5.0, 4.0), (-5.0, 4.0)]),
            _ => polygon(&[(0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0)]),
        };
        self.push(format_args!("{shape}"));
    }

    /// A line of text.
    pub fn text(&mut self, (x, y): (f64, f64), size: f64, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" text-anchor="{anchor}">{}</text>"#,
            escape(text)
        ));
    }

    /// Title, a note below it, and a legend of markers in rows; returns the height that they take.
    pub fn heading(&mut self, title: &str, note: &str, legend: &[(usize, &str)]) -> f64 {
        self.text((16.0, 26.0), 17.0, Anchor::Start, title);
        self.text((16.0, 45.0), 12.0, Anchor::Start, note);
        let (mut x, mut y) = (16.0, 68.0);
        for (index, name) in legend {
            let width = 26.0 + 7.0 * name.chars().count() as f64;
            if x + width > self.width && x > 16.0 {
                (x, y) = (16.0, y + 20.0);
            }
            self.marker((x + 6.0, y - 4.0), *index);
            self.text((x + 16.0, y), 12.0, Anchor::Start, name);
            x += width;
        }
        y + 14.0
    }

    /// The document.
    pub fn finish(self) -> String {
        let (width, height) = (self.width, self.height);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"Helvetica, Arial, sans-serif\" fill=\"#222222\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }

    fn push(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{shape}");
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Maps values to places on an axis.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    logarithmic: bool,
}

impl Scale {
    /// A linear axis from `low` at `start` to `high` at `end`.
    pub fn linear((low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        Self { low, high: if high > low { high } else { low + 1.0 }, start, end, logarithmic: false }
    }

    /// A logarithmic axis that covers the values, in whole powers of two.
    pub fn powers(values: impl IntoIterator<Item = f64>, (start, end): (f64, f64)) -> Self {
        let logs = values.into_iter().filter(|v| *v > 0.0 && v.is_finite()).map(f64::log2);
        let (low, high) = logs.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low.floor(), high.ceil()) };
        Self { low, high: high.max(low + 1.0), start, end, logarithmic: true }
    }

    /// The place of a value.
    pub fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.log2() } else { value };
        self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)
    }

    /// Round values along the axis, at most about `count`; whole numbers on a linear one.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        let span = self.high - self.low;
        let step = match self.logarithmic {
            true => (span / count as f64).ceil().max(1.0),
            false => round_step(span / count as f64).max(1.0),
        };
        let mut tick = (self.low / step).ceil() * step;
        let mut ticks = Vec::new();
        while tick <= self.high + step * 1e-6 {
            ticks.push(if self.logarithmic { tick.exp2() } else { tick });
            tick += step;
        }
        ticks
    }
}

/// The smallest of 1, 2, 5, 10, 20 … that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|s| *s >= step * 0.999)
        .unwrap_or(power * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales() {
        let linear = Scale::linear((0.0, 10.0), (100.0, 200.0));
        assert_eq!(linear.at(5.0), 150.0);
        assert_eq!(linear.ticks(5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        let powers = Scale::powers([0.6, 3.0], (0.0, 300.0));
        assert_eq!((powers.at(0.5), powers.at(1.0), powers.at(4.0)), (0.0, 100.0, 300.0));
        assert_eq!(powers.ticks(8), [0.5, 1.0, 2.0, 4.0]);
        assert_eq!(Scale::powers([], (0.0, 1.0)).ticks(4), [1.0, 2.0]);
        assert_eq!(Scale::linear((3.0, 3.0), (0.0, 1.0)).at(3.0), 0.0);
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(0.3), 0.5);
        assert_eq!(round_step(7.0), 10.0);
        assert_eq!(round_step(20.0), 20.0);
    }

    #[test]
    fn text_is_escaped() {
        let mut canvas = Canvas::new(10.0, 10.0);
        canvas.text((0.0, 0.0), 12.0, Anchor::End, "a<b & c");
        assert!(canvas.finish().contains(">a&lt;b &amp; c</text>"));
    }
}
