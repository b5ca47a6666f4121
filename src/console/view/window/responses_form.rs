//! Draws the form for script, headers and body of the receiver's responses.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::state::State;
use crate::console::model::window::responses_form::{FIELDS, ResponsesForm};
use crate::console::view::frame;
use crate::console::view::input::{self, Look};
use crate::console::view::put::put;
use crate::text::{fit, wrap};

/// Lines for a hint or an error beneath the fields.
const HINT: usize = 4;

pub(in crate::console) fn draw(state: &State, form: &ResponsesForm, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let lines = u16::try_from(FIELDS.len() + HINT).unwrap_or(u16::MAX);
    let inner = frame::window(state, "Responses, and what is shown", 80, lines.saturating_add(3), out);
    for (at, (label, input)) in FIELDS.iter().zip(&form.fields).enumerate() {
        let here = at == form.at;
        let area = frame::row(inner, at);
        let style = if here { theme.focus } else { theme.label };
        put(Span::styled(fit(label, 8), style), area, out);
        let field = frame::indent(area, 8);
        let look = Look {
            width: usize::from(field.width),
            height: 1,
            focused: here,
            hidden: false,
            mark: None,
            starts: None,
            theme,
        };
        let (lines, cursor) = input::draw(input, &look);
        for line in lines {
            put(line, field, out);
        }
        if let Some((x, _)) = cursor {
            out.set_cursor_position((field.x + x, field.y));
        }
    }
    let (text, style) = match &form.error {
        Some((_, error)) => (format!("✗ {error}"), theme.bad),
        None => (hint(state, form.at), theme.dim),
    };
    let width = usize::from(inner.width);
    for (at, line) in text.lines().flat_map(|line| wrap(line, width)).take(HINT).enumerate() {
        put(Line::styled(line, style), frame::row(inner, FIELDS.len() + 1 + at), out);
    }
}

/// What is typed into a field, and the keys.
fn hint(state: &State, field: usize) -> String {
    let what = match FIELDS[field] {
        "Script" => {
            "For each delivery: statuses, 429:5 for Retry-After, timeout, reset; the last one repeats"
        }
        "Header" => "Such as Location: /elsewhere; in every response",
        "Paths" => {
            "Only requests to paths that begin so are shown and kept; others get responses too. Several with blanks between"
        }
        _ => "Of every response; empty for a line that says the status",
    };
    let keys = "{responses-accept} sets them · {responses-next-field} next field · {responses-leave} back";
    format!("{what}\n{}", state.settings.keys.spell(keys))
}
