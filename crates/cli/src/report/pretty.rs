//! Findings for people: the source with a caret.

use super::json::severity;
use super::place::Place;
use crate::args::When;
use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use quadriga::{CompileError, Diagnostic, Error, Frame};
use std::ops::Range;

/// Calls of a stack trace that are shown at each end.
const CALLS: usize = 6;

/// How the text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub colors: bool,
    /// Columns.
    pub width: usize,
}

impl Style {
    /// What suits the stream.
    pub fn new(when: When, terminal: bool) -> Style {
        let colors = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && environment_likes_colors(),
        };
        let width = terminal_width().filter(|_| terminal).unwrap_or(DEFAULT_TERM_WIDTH);
        Style { colors, width }
    }

    fn render(self, report: &[Group<'_>]) -> String {
        let renderer = if self.colors { Renderer::styled() } else { Renderer::plain() };
        let mut text = renderer.term_width(self.width).render(report);
        text.push('\n');
        text
    }
}

fn environment_likes_colors() -> bool {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    !forbidden && !dumb
}

fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(std::io::stderr())?;
    Some((columns as usize).max(40))
}

/// The place of an error and the calls that led there; the language's line stands above it already.
pub fn error(error: &Error, style: Style) -> String {
    let Some(first) = error.trace().first().filter(|f| f.line > 0) else { return String::new() };
    let mut report = snippet(Group::with_level(Level::ERROR), &first.source_name, &first.source, &first.span);
    let notes = callers(&error.trace()[1..]).into_iter().map(|text| Level::NOTE.message(text));
    append(&mut report, notes.map(Element::from));
    style.render(&report)
}

fn callers(calls: &[Frame]) -> Vec<String> {
    let line = |f: &Frame| {
        let place = if f.source_name.is_empty() {
            format!("line {}", f.line)
        } else {
            format!("{}:{}", f.source_name, f.line)
        };
        // Names that begin with `@` are the compiler's.
        match f.function.is_empty() || f.function.starts_with('@') {
            true => format!("called at {place}"),
            false => format!("called by {} at {place}", f.function),
        }
    };
    if calls.len() <= 2 * CALLS {
        return calls.iter().map(line).collect();
    }
    let left_out = calls.len() - 2 * CALLS;
    let mut lines: Vec<String> = calls[..CALLS].iter().map(line).collect();
    lines.push(format!("({left_out} more calls)"));
    lines.extend(calls[calls.len() - CALLS..].iter().map(line));
    lines
}

/// The place of the first finding of a source; the language's line stands above it already.
pub fn compile_error(error: &CompileError, style: Style) -> String {
    let Some(first) = error.diagnostics().first() else { return String::new() };
    let mut report = snippet(Group::with_level(Level::ERROR), error.name(), error.source_text(), &first.span);
    append(&mut report, first.help.iter().map(|help| Level::HELP.message(help.as_str()).into()));
    let more = error.diagnostics().len() - 1;
    if more > 0 {
        let text = format!("{more} more finding{}: quadriga check", if more == 1 { "" } else { "s" });
        append(&mut report, [Level::NOTE.message(text).into()]);
    }
    style.render(&report)
}

/// A finding with its message.
pub fn diagnostic(d: &Diagnostic, name: &str, source: &str, style: Style) -> String {
    let level = if severity(d) == "warning" { Level::WARNING } else { Level::ERROR };
    let title = level.primary_title(d.message.as_str());
    let mut report = snippet(Group::with_title(title), name, source, &d.span);
    append(&mut report, d.help.iter().map(|help| Level::HELP.message(help.as_str()).into()));
    style.render(&report)
}

/// A group with the source at a place added. A part of an overlong line does not tell the column, so that it
/// stands in a group of its own below its place.
fn snippet<'a>(group: Group<'a>, name: &'a str, source: &'a str, span: &Range<usize>) -> Vec<Group<'a>> {
    let place = Place::new(source, span);
    let excerpt = place.excerpt();
    let name = if name.is_empty() { "input" } else { name };
    let snippet = Snippet::source(excerpt.text)
        .line_start(place.line())
        .annotation(AnnotationKind::Primary.span(excerpt.span));
    if !excerpt.cut {
        return vec![group.element(snippet.path(name))];
    }
    let origin = Origin::path(name).line(place.line()).char_column(place.column());
    vec![group.element(origin), Group::with_level(Level::ERROR).element(snippet)]
}

fn append<'a>(report: &mut Vec<Group<'a>>, elements: impl IntoIterator<Item = Element<'a>>) {
    if let Some(last) = report.pop() {
        report.push(last.elements(elements));
    }
}
