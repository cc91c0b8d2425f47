//! A table of cells that becomes aligned text for a terminal or a Markdown table.

/// How a cell is coloured on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Green: the base wins.
    Good,
    /// Red: the base loses, or something failed.
    Bad,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its cells; a short row leaves the rest empty.
    pub cells: Vec<Cell>,
    /// A mean over the rows before it: bold, and followed by a gap on a terminal.
    pub is_mean: bool,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// Headings.
    pub head: Vec<String>,
    /// This many columns are aligned to the left, the others to the right.
    pub left: usize,
    /// Rows in order.
    pub rows: Vec<Row>,
}

impl Grid {
    /// An empty table with these headings.
    pub fn new<T: Into<String>>(head: impl IntoIterator<Item = T>) -> Self {
        Self { head: head.into_iter().map(Into::into).collect(), left: 1, rows: Vec::new() }
    }

    /// Aligns this many columns to the left.
    pub fn with_left(self, left: usize) -> Self {
        Self { left, ..self }
    }

    /// Adds an ordinary row.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, is_mean: false });
    }

    /// Adds a row of means.
    pub fn push_mean(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, is_mean: true });
    }

    /// Aligned text; with terminal colours if asked for.
    pub fn text(&self, colours: bool) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
            let texts = cells.map(|cell| &cell.text).chain(self.head.get(column));
            texts.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut out = String::new();
        let head = self.head.iter().cloned().map(Cell::from).collect();
        self.push_line(&mut out, &Row { cells: head, is_mean: true }, &widths, colours);
        for (index, row) in self.rows.iter().enumerate() {
            self.push_line(&mut out, row, &widths, colours);
            if row.is_mean && index + 1 < self.rows.len() && widths.len() > 1 {
                out.push('\n');
            }
        }
        out
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let escape = |text: &str| text.replace('|', "\\|");
        let mut out =
            format!("| {} |\n|", self.head.iter().map(|t| escape(t)).collect::<Vec<_>>().join(" | "));
        for column in 0..self.head.len() {
            out.push_str(if column < self.left { "---|" } else { "---:|" });
        }
        out.push('\n');
        for row in &self.rows {
            out.push('|');
            for column in 0..self.head.len() {
                let text = row.cells.get(column).map_or("", |cell| &cell.text);
                let bold = if row.is_mean && !text.is_empty() { "**" } else { "" };
                out.push_str(&format!(" {bold}{}{bold} |", escape(text)));
            }
            out.push('\n');
        }
        out
    }

    fn push_line(&self, out: &mut String, row: &Row, widths: &[usize], colours: bool) {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let cell = row.cells.get(column).cloned().unwrap_or_default();
            let padding = " ".repeat(width - cell.text.chars().count());
            let style = match cell.tone {
                _ if !colours => "",
                Tone::Good => "\x1b[32m",
                Tone::Bad => "\x1b[31m",
                Tone::Plain => "",
            };
            let bold = if colours && row.is_mean { "\x1b[1m" } else { "" };
            let reset = if style.is_empty() && bold.is_empty() { "" } else { "\x1b[0m" };
            let text = format!("{bold}{style}{}{reset}", cell.text);
            let gap = if column == 0 { "" } else { "  " };
            match column < self.left {
                true => line.push_str(&format!("{gap}{text}{padding}")),
                false => line.push_str(&format!("{gap}{padding}{text}")),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let mut grid = Grid::new(["program", "time"]);
        grid.push(vec!["a|b".into(), Cell { text: "1 µs".into(), tone: Tone::Good }]);
        grid.push_mean(vec!["mean".into(), "10 µs".into()]);
        grid.push(vec!["c".into()]);
        grid
    }

    #[test]
    fn text_is_aligned() {
        assert_eq!(grid().text(false), "program   time\na|b       1 µs\nmean     10 µs\n\nc\n");
        assert!(grid().text(true).contains("\x1b[32m1 µs\x1b[0m"));
    }

    #[test]
    fn markdown_is_escaped() {
        let expected =
            "| program | time |\n|---|---:|\n| a\\|b | 1 µs |\n| **mean** | **10 µs** |\n| c |  |\n";
        assert_eq!(grid().markdown(), expected);
    }
}
