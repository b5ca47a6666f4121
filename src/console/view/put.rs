//! Puts a line of text on the screen. All text of the view is drawn here, so that none is truncated without a mark.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::text::start;

/// Draws a line, with `…` at its end if the area is too narrow for it.
pub fn put<'a>(line: impl Into<Line<'a>>, area: Rect, out: &mut Frame<'_>) {
    out.render_widget(shortened(line.into(), usize::from(area.width)), area);
}

/// The line in this many columns. Trailing blanks may exceed the edge.
fn shortened(line: Line<'_>, width: usize) -> Line<'_> {
    if line.width() <= width || line.to_string().trim_end().width() <= width {
        return line;
    }
    let mut room = width.saturating_sub(1);
    let mut spans = Vec::new();
    for span in line.spans {
        let columns = span.width();
        if columns > room {
            spans.push(Span::styled(format!("{}…", start(&span.content, room)), span.style));
            break;
        }
        room -= columns;
        spans.push(span);
    }
    Line { spans, ..line }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_truncated_line_ends_with_a_mark() {
        let line = || Line::from(vec![Span::raw("日本"), Span::raw("語 abc"), Span::raw("  ")]);
        let shown = |width| shortened(line(), width).to_string();
        assert_eq!(shown(12), "日本語 abc  ");
        assert_eq!(shown(10), "日本語 abc  ", "blanks may hang over the edge");
        assert_eq!(shown(9), "日本語 a…");
        assert_eq!(shown(6), "日本…");
        assert_eq!(shown(5), "日本…");
        assert_eq!(shown(4), "日…");
        assert_eq!(shown(1), "…");
    }

    /// A widget that is rendered elsewhere could truncate its text silently.
    #[test]
    fn no_other_file_of_the_view_draws_text() {
        fn look(path: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    look(&path, found);
                } else {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let draws = |line: &&str| line.contains(".render_widget(") && !line.contains("(Clear, ");
                    let name = path.file_name().unwrap().to_string_lossy();
                    found.extend(text.lines().filter(draws).map(|line| format!("{name}: {}", line.trim())));
                }
            }
        }
        let mut found = Vec::new();
        look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/view"), &mut found);
        found.retain(|line| !line.starts_with("put.rs: "));
        assert_eq!(found, ["frame.rs: out.render_widget(block, area);"; 3], "see view::put");
    }
}
