//! Draws the form of an own variable.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::state::State;
use crate::console::model::window::add_variable::AddVariable;
use crate::console::view::frame;
use crate::console::view::input::{self, Look};
use crate::console::view::put::put;
use crate::profile::Choice as _;
use crate::text::fit;

const LABELS: [&str; 3] = ["Name", "Meaning", "Sample"];

pub(in crate::console) fn draw(state: &State, form: &AddVariable, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let of = form.event.map_or("profiles without a channel", |e| e.name());
    let (title, does) = match &form.edited {
        Some(name) => (format!("Variable {name} of {of}"), "changes"),
        None => (format!("New variable of {of}"), "adds"),
    };
    let inner = frame::window(state, &title, 64, 7, out);
    for (at, (label, input)) in LABELS.iter().zip(&form.fields).enumerate() {
        let here = at == form.at;
        let area = frame::row(inner, at);
        let style = if here { theme.focus } else { theme.label };
        put(Span::styled(fit(label, 10), style), area, out);
        let field = frame::indent(area, 10);
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
    let hint = if let Some(error) = &form.error {
        Line::styled(format!("✗ {error}"), theme.bad)
    } else {
        let hint = format!("{{form-accept}} {does} · {{form-next-field}} next field · {{form-leave}} back");
        Line::styled(state.settings.keys.spell(&hint), theme.dim)
    };
    put(hint, frame::row(inner, 4), out);
}
