//! Draws the test window.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::model::input::Input;
use crate::console::model::layout;
use crate::console::model::list::List;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::state::State;
use crate::console::model::window::test::source::Source;
use crate::console::model::window::test::{Naming, TestWindow};
use crate::console::view::frame;
use crate::console::view::input::{self, Look};
use crate::console::view::put::put;
use crate::intake::missing;
use crate::profile::Choice as _;
use crate::text::{cut, fit, whole};

/// Columns of the names.
const NAME: u16 = 24;

/// Draws the window.
pub fn draw(state: &State, window: &TestWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let rows = window.rows.len();
    let height = u16::try_from(rows.max(1) + 7).unwrap_or(u16::MAX).min(screen.height);
    let title = format!("Test {}", window.profile.title);
    let inner = frame::window(state, &title, 78, height, out);
    let width = usize::from(inner.width);
    let area = frame::row(inner, 0);
    state.mouse.note(area, ClickTarget::WindowRow(window.endpoint_row()));
    let here = window.is_at_endpoint();
    draw_name(state, &format!("Endpoint ({})", window.profile.method.name()), here, area, out);
    draw_input(state, &window.endpoint.input, here, frame::indent(area, NAME), out);
    let several = if window.has_choice() { "  {test-window-other-step} selects the next event" } else { "" };
    let several = state.settings.keys.spell(several);
    let event = window.event.map_or("no event", |e| e.name());
    let missing = window.missing();
    let mut head = vec![Span::styled(event, theme.label), Span::styled(several, theme.dim)];
    if !missing.is_empty() {
        let named = missing::named(missing.iter().copied());
        head.push(Span::styled(format!("  ! no value for {named}"), theme.bad));
    }
    put(Line::from(head), frame::row(inner, 1), out);
    draw_source(state, window, frame::row(inner, 2), out);
    state.mouse.note(frame::row(inner, 2), ClickTarget::WindowRow(0));
    let room = usize::from(inner.height).saturating_sub(5);
    let mut list = List::default();
    list.select(window.at.saturating_sub(1));
    let visible = list.visible(rows, room);
    frame::mark_more(state, inner, &visible, rows, out);
    for at in visible.clone() {
        let row = &window.rows[at];
        let area = frame::row(inner, 3 + at - visible.start);
        state.mouse.note(area, ClickTarget::WindowRow(at + 1));
        let here = window.at == at + 1 && window.naming.is_none();
        draw_name(state, &row.name, here, area, out);
        let field = frame::indent(area, NAME);
        draw_input(state, &row.input, here, field, out);
        if row.free && row.input.text().is_empty() {
            put(Line::styled("no value", theme.unknown), field, out);
        }
    }
    if rows == 0 {
        put(Line::styled("no variables in use", theme.dim), frame::row(inner, 3), out);
    }
    let bottom = frame::row(inner, usize::from(inner.height).saturating_sub(1));
    match (&window.error, &window.naming) {
        (Some(error), _) => {
            put(Line::styled(cut(&format!("✗ {error}"), width), theme.bad), bottom, out);
        }
        (None, Some(naming)) => {
            let (label, input) = match naming {
                Naming::File(input) => ("Values from file", input),
                Naming::Sample(input) => ("Save as sample", input),
            };
            draw_name(state, label, true, bottom, out);
            draw_input(state, input, true, frame::indent(bottom, NAME), out);
        }
        (None, None) if window.removing.is_some() => {
            let again = "{test-window-remove-sample} again removes the sample, {test-window-leave} keeps it";
            put(Line::styled(cut(&state.settings.keys.spell(again), width), theme.bad), bottom, out);
        }
        (None, None) => {
            const BUTTON: &str = "[ Send ]";
            let hints = if window.is_at_endpoint() {
                ["Enter sends", "for this test only", "the profile keeps its own"]
            } else {
                ["Enter sends", "{test-window-next-field} next value", "{test-window-open-file} reads a file"]
            };
            let hints = hints.map(|hint| state.settings.keys.spell(hint));
            let hints = whole(&hints, " · ", width.saturating_sub(BUTTON.len() + 2));
            let button =
                vec![Span::styled(BUTTON, theme.key), Span::raw("  "), Span::styled(hints, theme.dim)];
            put(Line::from(button), bottom, out);
        }
    }
}

fn draw_source(state: &State, window: &TestWindow, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let here = window.at == 0 && window.naming.is_none();
    draw_name(state, "Sample", here, area, out);
    let field = frame::indent(area, NAME);
    let Some(source) = window.sources.get(window.source) else {
        put(Line::styled("none: type the values", theme.dim), field, out);
        return;
    };
    let style = if here { theme.selected } else { theme.selected_unfocused };
    let keys = &state.settings.keys;
    let removes = match source {
        Source::Own(_) => format!("  {} removes it", keys.shown("test-window-remove-sample")),
        _ => String::new(),
    };
    let place = format!(
        "  {} of {}  {}/{}{removes}",
        window.source + 1,
        window.sources.len(),
        keys.shown("test-window-left"),
        keys.shown("test-window-right")
    );
    let line =
        vec![Span::styled(format!("‹ {} ›", cut(&source.name(), 30)), style), Span::styled(place, theme.dim)];
    put(Line::from(line), field, out);
    if here {
        out.set_cursor_position((field.x, field.y));
    }
}

fn draw_name(state: &State, name: &str, here: bool, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let (bar, style) = if here { ("▌", theme.focus) } else { (" ", theme.label) };
    let name = fit(name, usize::from(NAME) - 2);
    put(Line::from(vec![Span::styled(bar, theme.focus), Span::styled(name, style)]), area, out);
}

fn draw_input(state: &State, input: &Input, here: bool, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let width = usize::from(area.width);
    let look = Look { width, height: 1, focused: here, hidden: false, mark: None, starts: None, theme };
    let (lines, cursor) = input::draw(input, &look);
    for line in lines {
        put(line, area, out);
    }
    if let Some((x, _)) = cursor {
        out.set_cursor_position((area.x + x, area.y));
    }
}
