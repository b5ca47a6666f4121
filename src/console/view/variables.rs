//! Draws pane 3.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::callback::plain_text;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::variable_rows;
use crate::console::model::variables::Row;
use crate::console::view::frame::{self, PANE_EDGES};
use crate::console::view::put::put;
use crate::console::view::{actions, search_line};
use crate::profile::Choice as _;
use crate::profile::catalogue::Variable;
use crate::storage::BoundedCount;
use crate::text::{cut, fit, wrap};

/// The name of the pane on the platform's page.
const TITLE: &str = "Dynamic Variables";

/// The same where there is less room.
const SHORT_TITLE: &str = "Variables";

/// The actions on variables, by their names in the table of actions.
const ACTIONS: [&str; 4] =
    ["variables-select-all", "variables-copy-variables", "variables-insert", "variables-leave"];

/// Draws the picker; meaning and sample of the focused row are beneath the list.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let rows = variable_rows::rows(state);
    let events = variable_rows::events(state);
    let (selected, all) = variable_rows::tally(state);
    let room = usize::from(area.width).saturating_sub(PANE_EDGES);
    let is_filtered = state.variables.filter().is_some_and(|(filter, _)| !filter.text().is_empty());
    let count = match all {
        0 => String::new(),
        _ if is_filtered => format!("{} of {all}", variable_rows::count(&rows)),
        _ => format!("{selected}/{all}"),
    };
    let fits = TITLE.width() + count.width() <= room;
    let mut title = if fits { TITLE } else { SHORT_TITLE }.to_owned();
    if let [only] = events.as_slice() {
        let longer = format!("{TITLE} ─ {}", only.name());
        if longer.width() + count.width() <= room {
            title = longer;
        }
    }
    let inner = frame::pane(state, Pane::Variables, &title, &count, area, out);
    let focused = state.is_focused(Pane::Variables);
    let width = usize::from(inner.width);
    if rows.is_empty() {
        let hint = if state.variables.filter().is_some() {
            "no matches"
        } else if state.editor.is_none() && state.selected_profile.is_none() {
            ""
        } else {
            no_variables(state)
        };
        let hint = state.settings.keys.spell(hint);
        for (at, line) in wrap(&hint, width.saturating_sub(1)).into_iter().enumerate() {
            put(Line::styled(line, theme.dim), frame::row(frame::indent(inner, 1), at), out);
        }
    }
    let facts = usize::from(inner.height > 8) * 3;
    // Letters are text while the filter is being typed.
    let shown = if focused && !rows.is_empty() && !state.variables.is_typing() { &ACTIONS[..] } else { &[] };
    let actions = actions::lines(state, shown, width.saturating_sub(1));
    let filter = usize::from(state.variables.filter().is_some());
    let height = usize::from(inner.height).saturating_sub(facts + actions.len() + filter);
    let visible = state.variables.list.visible(rows.len(), height);
    if rows.iter().any(|row| matches!(row, Row::Heading(_))) {
        frame::mark_more(state, inner, &visible, rows.len(), out);
    } else {
        let length = BoundedCount::exact(rows.len() as u64);
        frame::mark_place(state, inner, &visible, state.variables.list.selected(), length, out);
    }
    let name_room = name_room(&rows, width);
    for at in visible.clone() {
        let here = at == state.variables.list.selected();
        let area = frame::row(inner, at - visible.start);
        put(line(state, &rows[at], width, name_room, here, focused), area, out);
        state.mouse.note(area, ClickTarget::Row(Pane::Variables, at));
        if here && focused && !state.variables.is_typing() {
            out.set_cursor_position((area.x + 1, area.y));
        }
    }
    if facts > 0
        && let Some(Row::Variable(variable)) = rows.get(state.variables.list.selected())
    {
        let below = Rect { y: inner.y + u16::try_from(height).unwrap_or(0), ..inner };
        draw_facts(state, variable, Rect { height: 3.min(inner.height), ..below }, out);
    }
    let below = inner.height.saturating_sub(u16::try_from(actions.len() + filter).unwrap_or(0));
    let below = Rect { y: inner.y + below, height: inner.height - below, ..inner };
    actions::draw(state, &actions, frame::indent(below, 1), out);
    if let Some((input, typing)) = state.variables.filter() {
        search_line::draw(
            state,
            input,
            typing,
            frame::row(inner, usize::from(inner.height).saturating_sub(1)),
            out,
        );
    }
}

/// Why there is nothing to select.
fn no_variables(state: &State) -> &'static str {
    let channel = state.editor.as_ref().and_then(|e| e.draft().channel());
    match channel {
        Some(channel) if !channel.events().is_empty() => "select an event to see its variables",
        _ => "Default has no catalogue: type any <name>, or add one with {variables-add-variable}",
    }
}

/// Columns for the names: as many as the longest needs, within reason.
fn name_room(rows: &[Row], width: usize) -> usize {
    let longest = rows.iter().map(|row| match row {
        Row::Variable(variable) => variable.name.len(),
        Row::Heading(_) => 0,
    });
    longest.max().unwrap_or(0).clamp(8, 28).min(width.saturating_sub(10))
}

fn line(
    state: &State,
    row: &Row,
    width: usize,
    name_room: usize,
    here: bool,
    focused: bool,
) -> Line<'static> {
    let theme = &state.settings.theme;
    let style = match (here, focused) {
        (true, true) => theme.selected,
        (true, false) => theme.selected_unfocused,
        _ => theme.text,
    };
    match row {
        Row::Heading(event) => Line::from(Span::styled(fit(event.name(), width), theme.label)).style(style),
        Row::Variable(variable) => {
            let mark = if state.variables.is_selected(&variable.name) { "x" } else { " " };
            let rest = width.saturating_sub(name_room + 6);
            Line::from(vec![
                Span::raw(format!(" [{mark}] ")),
                Span::raw(fit(&variable.name, name_room)),
                Span::raw(" "),
                Span::styled(fit(&variable.meaning, rest), if here { style } else { theme.dim }),
            ])
            .style(style)
        }
    }
}

fn draw_facts(state: &State, variable: &Variable, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let width = usize::from(area.width).saturating_sub(1);
    let rule = Line::styled("┄".repeat(usize::from(area.width)), theme.border);
    let meaning = format!("{} ({})", variable.meaning, variable.origin.name());
    put(rule, frame::row(area, 0), out);
    put(Line::styled(cut(&meaning, width), theme.dim), frame::row(frame::indent(area, 1), 1), out);
    let sample = Line::from(vec![
        Span::styled("e.g. ", theme.dim),
        Span::raw(cut(&plain_text(&variable.sample), width.saturating_sub(5))),
    ]);
    put(sample, frame::row(frame::indent(area, 1), 2), out);
}
