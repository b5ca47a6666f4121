//! Draws the whole screen: top line, panes, footer, and the notice at the bottom left.

mod actions;
pub mod bottom;
mod deliveries;
mod editor;
mod find;
mod footer;
mod frame;
mod guide;
mod input;
mod mark;
mod overview_panel;
mod overview_table;
mod paragraph;
mod phase_bar;
mod profiles;
mod put;
mod resend_links;
mod search_line;
mod timeline;
mod top;
mod variables;
mod window;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::editor::Editor;
use crate::console::model::layout::{self, LEAST, ROOMY, WIDE};
use crate::console::model::mouse::ClickTarget;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::view::deliveries::Columns;
use crate::console::view::put::put;
use crate::text::wrap;

/// Draws the state, with the configured colours and signs.
pub fn view(state: &State, out: &mut Frame<'_>) {
    draw(state, out);
    state.settings.theme.put_on(out.buffer_mut());
    state.settings.glyphs.put_on(out.buffer_mut());
}

fn draw(state: &State, out: &mut Frame<'_>) {
    let area = out.area();
    state.mouse.clear();
    if layout::too_small((area.width, area.height)) {
        return draw_too_small(state, area, out);
    }
    let [top, middle, footer, bottom] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    top::draw(state, top, out);
    if layout::is_wide((area.width, area.height)) {
        draw_wide(state, middle, out);
    } else {
        draw_narrow(state, middle, out);
    }
    match bottom::lines(state, area.width).as_slice() {
        [first, second] => {
            put(first.clone(), footer, out);
            put(second.clone(), bottom, out);
        }
        lines => {
            footer::draw(state, footer, out);
            for line in lines {
                put(line.clone(), bottom, out);
            }
        }
    }
    if let Some(first) = state.pending {
        // The first of two letters waits for the other.
        put(Line::styled(format!(" {first}… "), state.settings.theme.key).right_aligned(), bottom, out);
    }
    window::draw(state, out);
    guide::draw(state, out);
}

fn draw_too_small(state: &State, area: Rect, out: &mut Frame<'_>) {
    let quit = state.settings.keys.shown("quit");
    let (columns, lines) = LEAST;
    let text =
        format!("Ringback needs {columns}×{lines}; this is {}×{}. {quit} quits.", area.width, area.height);
    for (at, line) in wrap(&text, usize::from(area.width)).into_iter().enumerate() {
        put(Line::raw(line), frame::row(area, at), out);
    }
}

/// The columns of the profiles at the least width of all panes.
const LIST: u16 = 30;

/// Those of the Dynamic Variables.
const PICKER: u16 = 30;

/// The columns that neither of them needs more of.
const MOST_OF_LIST: u16 = 70;

fn draw_wide(state: &State, area: Rect, out: &mut Frame<'_>) {
    let lower = layout::lower_height(area.height);
    let [upper, lower] = Layout::vertical([Constraint::Min(0), Constraint::Length(lower)]).areas(area);
    // Both lists get a part of what is beyond the least width; but a form gets all of it.
    let more = if state.editor.is_some() { 0 } else { area.width.saturating_sub(WIDE.0) };
    let (list, pick) = ((LIST + more * 3 / 5).min(MOST_OF_LIST), (PICKER + more / 5).min(MOST_OF_LIST));
    let [list, beside] = Layout::horizontal([Constraint::Length(list), Constraint::Min(0)]).areas(upper);
    let overview = if layout::shows_overview(state) { beside.height / 3 } else { 0 };
    let [beside, overview] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(overview)]).areas(beside);
    let [edit, pick] = Layout::horizontal([Constraint::Min(0), Constraint::Length(pick)]).areas(beside);
    if !overview.is_empty() {
        overview_panel::draw(state, overview, out);
    }
    profiles::draw(state, list, out);
    editor::draw(state, edit, out);
    variables::draw(state, pick, out);
    let [log, times] =
        Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)]).areas(lower);
    deliveries::draw(state, log, out);
    timeline::draw(state, times, out);
}

/// One pane has the space; the others are names in a line, and the newest delivery is beneath.
fn draw_narrow(state: &State, area: Rect, out: &mut Frame<'_>) {
    let newest =
        state.deliveries.rows().first().filter(|_| !matches!(state.focus, Pane::Deliveries | Pane::Timeline));
    let strip = u16::from(newest.is_some());
    let [tabs, main, strip] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(strip)]).areas(area);
    draw_tabs(state, tabs, out);
    match state.focus {
        Pane::Profiles => profiles::draw(state, main, out),
        Pane::Editor => editor::draw(state, main, out),
        Pane::Variables => variables::draw(state, main, out),
        Pane::Deliveries | Pane::Timeline => {
            let times = (main.height / 2).min(10);
            let [log, times] = Layout::vertical([Constraint::Min(0), Constraint::Length(times)]).areas(main);
            deliveries::draw(state, log, out);
            timeline::draw(state, times, out);
        }
    }
    if let Some(row) = newest {
        let rows = std::slice::from_ref(row);
        let columns = Columns::of(state, rows, usize::from(strip.width));
        put(deliveries::line(state, row, columns, false, false), strip, out);
    }
}

fn draw_tabs(state: &State, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    let mut at = area.x + 1;
    for pane in Pane::ALL {
        let name = match pane {
            Pane::Profiles => "Profiles",
            Pane::Editor => "Editor",
            Pane::Variables if area.width < ROOMY => "Variables",
            Pane::Variables => "Dynamic Variables",
            Pane::Deliveries => "Deliveries",
            Pane::Timeline => "Timeline",
        };
        let changed = pane == Pane::Editor && state.editor.as_ref().is_some_and(Editor::is_changed);
        let label = format!("{} {name}{}", pane.number(), if changed { "*" } else { "" });
        let label = if area.width < ROOMY { label } else { format!(" {label} ") };
        let width = u16::try_from(label.width()).unwrap_or(0);
        state.mouse.note(Rect { x: at, width, ..area }, ClickTarget::Pane(pane));
        at += width + 1;
        let style = if pane == state.focus { theme.selected } else { theme.dim };
        spans.push(Span::styled(label, style));
        spans.push(Span::raw(" "));
    }
    put(Line::from(spans), area, out);
}
