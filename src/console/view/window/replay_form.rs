//! Draws the form that sends a received request to another address.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::replay_form::{ReplayForm, ReplayProgress};
use crate::console::view::frame;
use crate::console::view::input::{self, Look};
use crate::console::view::put::put;
use crate::text::{cut, escape_controls, wrap};

pub(in crate::console) fn draw(state: &State, form: &ReplayForm, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let inner = frame::window(state, "Send to", 100, screen.height, out);
    let width = usize::from(inner.width);
    let request = &form.request;
    let what = format!("{} {}, {} bytes", request.method, request.path, request.body_length);
    put(Line::styled(cut(&escape_controls(&what), width), theme.text), frame::row(inner, 0), out);
    let signed = match &state.receiver.verifying {
        Some(chosen) => format!("Signed anew, with the credentials of {}", escape_controls(&chosen.title)),
        None => "As it was received; with a profile in Verify with, signed anew".to_owned(),
    };
    put(Line::styled(cut(&signed, width), theme.dim), frame::row(inner, 1), out);
    let area = frame::row(inner, 3);
    put(Span::styled("To", theme.focus), area, out);
    let field = frame::indent(area, 3);
    let look = Look {
        width: usize::from(field.width),
        height: 1,
        focused: true,
        hidden: false,
        mark: None,
        starts: None,
        theme,
    };
    let (lines, cursor) = input::draw(&form.address, &look);
    for line in lines {
        put(line, field, out);
    }
    if let Some((x, _)) = cursor {
        out.set_cursor_position((field.x + x, field.y));
    }
    let (text, style) = match &form.progress {
        ReplayProgress::Typing => (hint(state), theme.dim),
        ReplayProgress::Refused(why) => (format!("✗ {why}"), theme.bad),
        ReplayProgress::Sending => ("… no response yet".to_owned(), theme.dim),
        ReplayProgress::Done(text, true) => (text.clone(), theme.text),
        ReplayProgress::Done(text, false) => (text.clone(), theme.bad),
    };
    let room = usize::from(inner.height).saturating_sub(5);
    let lines: Vec<String> = text.lines().flat_map(|line| wrap(line, width)).collect();
    let count = lines.len().min(room);
    frame::mark_more(state, inner, &(0..count), lines.len(), out);
    for (at, line) in lines.into_iter().take(count).enumerate() {
        // Headers and body are the endpoint's; only the result says how it went.
        let style = if at == 0 { style } else { theme.text };
        put(Line::styled(line, style), frame::row(inner, 5 + at), out);
    }
}

/// What is typed, and the keys.
fn hint(state: &State) -> String {
    let keys = "{send-to-accept} sends it · {send-to-leave} back";
    format!(
        "Such as http://127.0.0.1:3000, which keeps the path, or https://staging.example/hooks\n{}",
        state.settings.keys.spell(keys)
    )
}
