//! The search in a window: its line, and its matches.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::console::model::find::Find;
use crate::console::model::state::State;
use crate::console::view::mark::mark;
use crate::console::view::search_line;

/// Marks the matches in a line.
#[must_use]
pub fn mark_found(find: &Find, line: Line<'static>, marked: Style) -> Line<'static> {
    let Some(wanted) = find.wanted() else { return line };
    mark(line, &[wanted], marked)
}

/// Draws the line of a search, if there is one. True if the cursor is in it.
pub fn draw_find(state: &State, find: &Find, area: Rect, out: &mut Frame<'_>) -> bool {
    if let Some(input) = find.input() {
        search_line::draw(state, input, find.is_typing(), area, out);
    }
    find.is_typing()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_match_is_marked() {
        let marked = Style::new().bold();
        let line = mark_found(&Find::given("a"), Line::raw("Alpha"), marked);
        let pieces: Vec<_> = line.spans.iter().map(|s| (s.content.as_ref(), s.style == marked)).collect();
        let wanted = [("A", true), ("lph", false), ("a", true)];
        assert_eq!(pieces, wanted);
        let pieces: Vec<String> = mark_found(&Find::given("İ"), Line::raw("xİi"), marked)
            .spans
            .iter()
            .map(|s| s.content.to_string())
            .collect();
        assert_eq!(pieces, ["x", "İ", "i"]);
    }
}
