//! The search line of a list.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::console::model::input::Input;
use crate::console::model::state::State;
use crate::console::view::frame;
use crate::console::view::input::{self, Look};
use crate::console::view::put::put;
use crate::text::cut;

/// Draws `/` and the typed text, with the cursor while it is being typed.
pub fn draw(state: &State, input: &Input, typing: bool, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let field = frame::indent(area, 1);
    let width = usize::from(field.width);
    let look = Look { width, height: 1, focused: typing, hidden: false, mark: None, starts: None, theme };
    let (lines, cursor) = input::draw(input, &look);
    put(Span::styled("/", theme.key), area, out);
    for line in lines {
        put(line, field, out);
    }
    if let Some((x, _)) = cursor {
        out.set_cursor_position((field.x + x, field.y));
    }
}

/// Draws what can be typed into an empty line, behind the cursor.
pub fn draw_hint(state: &State, hint: &str, area: Rect, out: &mut Frame<'_>) {
    let field = frame::indent(area, 3);
    put(Span::styled(cut(hint, usize::from(field.width)), state.settings.theme.dim), field, out);
}
