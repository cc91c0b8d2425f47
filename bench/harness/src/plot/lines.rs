//! Small line plots side by side, with one legend for all.

use super::canvas::{Anchor, Canvas, Scale, colour};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 46.0;

/// A curve of a panel.
#[derive(Debug, Clone)]
pub struct Curve {
    /// For the legend.
    pub name: String,
    /// Index of its colour.
    pub colour: usize,
    /// Points from left to right.
    pub points: Vec<(f64, f64)>,
    /// A dashed line, without markers.
    pub dashed: bool,
}

/// One plot among several.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// Its headline.
    pub title: String,
    /// Its curves.
    pub curves: Vec<Curve>,
}

impl Panel {
    /// An empty panel.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), curves: Vec::new() }
    }
}

/// The panels in rows of `columns` as SVG. Panels of a single column have linear axes that start at 0; those of
/// several columns show factors on a logarithmic one.
pub fn draw(title: &str, note: &str, panels: &[Panel], columns: usize) -> String {
    let mut legend: Vec<(usize, &str)> = Vec::new();
    for curve in panels.iter().flat_map(|panel| &panel.curves) {
        if !legend.contains(&(curve.colour, curve.name.as_str())) {
            legend.push((curve.colour, &curve.name));
        }
    }
    legend.sort_unstable();
    let cell = (WIDTH / columns as f64, if columns == 1 { 260.0 } else { 170.0 });
    let head = Canvas::new(WIDTH, 0.0).heading("", "", &legend);
    let mut canvas = Canvas::new(WIDTH, head + panels.len().div_ceil(columns) as f64 * cell.1);
    canvas.heading(title, note, &legend);
    for (index, panel) in panels.iter().enumerate() {
        let corner = ((index % columns) as f64 * cell.0, head + (index / columns) as f64 * cell.1);
        draw_panel(&mut canvas, panel, corner, cell, columns == 1);
    }
    canvas.finish()
}

fn draw_panel(canvas: &mut Canvas, panel: &Panel, corner: (f64, f64), size: (f64, f64), linear: bool) {
    let (left, right) = (corner.0 + LEFT, corner.0 + size.0 - 20.0);
    let (top, bottom) = (corner.1 + 30.0, corner.1 + size.1 - 22.0);
    let points = || panel.curves.iter().flat_map(|curve| curve.points.iter().copied());
    let greatest = |of: fn((f64, f64)) -> f64| points().map(of).fold(0.0, f64::max);
    let first = if linear { 0.0 } else { 1.0 };
    let across = Scale::linear((first, greatest(|point| point.0)), (left, right));
    let up = match linear {
        true => Scale::linear((0.0, greatest(|point| point.1) * 1.05), (bottom, top)),
        false => Scale::powers(points().map(|point| point.1), (bottom, top)),
    };
    canvas.rect((left, top), (right - left, bottom - top), "#fafafa");
    canvas.text((left, top - 8.0), 12.0, Anchor::Start, &panel.title);
    for tick in up.ticks(if linear { 6 } else { 4 }) {
        canvas.line((left, up.at(tick)), (right, up.at(tick)), "#dddddd", 1.0);
        let label = if linear { format!("{tick:.0}") } else { format!("{tick}x") };
        canvas.text((left - 5.0, up.at(tick) + 4.0), 10.0, Anchor::End, &label);
    }
    for tick in across.ticks(if linear { 12 } else { 5 }) {
        canvas.text((across.at(tick), bottom + 14.0), 10.0, Anchor::Middle, &format!("{tick:.0}"));
    }
    for curve in &panel.curves {
        let places: Vec<_> = curve.points.iter().map(|(x, y)| (across.at(*x), up.at(*y))).collect();
        canvas.path(&places, colour(curve.colour), curve.dashed);
        if let Some(last) = places.last().filter(|_| !curve.dashed) {
            canvas.marker(*last, curve.colour);
        }
    }
}
