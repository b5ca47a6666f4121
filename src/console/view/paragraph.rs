//! Draws text that is wrapped.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::console::view::frame;
use crate::console::view::put::put;
use crate::text::wrap;

/// Draws text from the first line of an area on, as wide as that is.
pub fn paragraph(text: &str, style: Style, area: Rect, out: &mut Frame<'_>) {
    for (at, line) in wrap(text, usize::from(area.width)).into_iter().enumerate() {
        put(Line::styled(line, style), frame::row(area, at), out);
    }
}
