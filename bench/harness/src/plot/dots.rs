//! A dot plot: one row for each program, one marker for each participant, a logarithmic axis.

use super::canvas::{Anchor, Canvas, Scale};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 30.0;
const ROW: f64 = 20.0;
const GAP: f64 = 10.0;

/// A program.
pub struct Row {
    /// Its class; a gap and a rule stand between classes.
    pub group: String,
    /// Its name.
    pub label: String,
}

/// A participant.
pub struct Series {
    /// For the legend.
    pub name: String,
    /// Index of its colour and marker.
    pub colour: usize,
    /// One value for each row.
    pub values: Vec<Option<f64>>,
}

/// All that is drawn.
pub struct Plot {
    /// Headline.
    pub title: String,
    /// Line below it.
    pub note: String,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// In legend order.
    pub series: Vec<Series>,
    /// Where a strong vertical line stands.
    pub reference: Option<f64>,
    /// Writes a value on the axis.
    pub tick: fn(f64) -> String,
}

/// The plot as SVG.
pub fn draw(plot: &Plot) -> String {
    let groups = plot.rows.windows(2).filter(|pair| pair[0].group != pair[1].group).count();
    let body = plot.rows.len() as f64 * ROW + groups as f64 * GAP;
    let legend: Vec<(usize, &str)> =
        plot.series.iter().map(|series| (series.colour, series.name.as_str())).collect();
    let head = Canvas::new(WIDTH, 0.0).heading("", "", &legend) + 24.0;
    let mut canvas = Canvas::new(WIDTH, head + body + 24.0);
    canvas.heading(&plot.title, &plot.note, &legend);

    let values = plot.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let scale = Scale::powers(values.chain(plot.reference), (LEFT, WIDTH - RIGHT));
    for tick in scale.ticks(12) {
        let x = scale.at(tick);
        canvas.line((x, head), (x, head + body), "#dddddd", 1.0);
        canvas.text((x, head - 6.0), 11.0, Anchor::Middle, &(plot.tick)(tick));
        canvas.text((x, head + body + 15.0), 11.0, Anchor::Middle, &(plot.tick)(tick));
    }
    if let Some(x) = plot.reference.map(|value| scale.at(value)) {
        canvas.line((x, head), (x, head + body), "#222222", 2.0);
    }
    let mut top = head;
    let mut group = None;
    for (index, row) in plot.rows.iter().enumerate() {
        if group != Some(&row.group) {
            if group.is_some() {
                top += GAP;
                canvas.line((12.0, top - GAP / 2.0), (WIDTH - RIGHT, top - GAP / 2.0), "#bbbbbb", 1.0);
            }
            canvas.text((16.0, top + ROW - 6.0), 12.0, Anchor::Start, &row.group);
            group = Some(&row.group);
        }
        let middle = top + ROW / 2.0;
        canvas.line((LEFT, middle), (WIDTH - RIGHT, middle), "#f0f0f0", 1.0);
        canvas.text((LEFT - 10.0, top + ROW - 6.0), 12.0, Anchor::End, &row.label);
        for series in &plot.series {
            if let Some(value) = series.values.get(index).copied().flatten().filter(|value| *value > 0.0) {
                canvas.marker((scale.at(value), middle), series.colour);
            }
        }
        top += ROW;
    }
    canvas.finish()
}
