//! Draws pane 4, the list.

mod heading;
pub mod matched;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::deliveries::state_text::StateTone;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::pane::Pane;
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::console::theme::Theme;
use crate::console::view::deliveries::matched::Found;
use crate::console::view::frame::{self, PANE_EDGES};
use crate::console::view::mark::mark;
use crate::console::view::put::put;
use crate::console::view::search_line;
use crate::documents::SearchTimes;
use crate::profile::Choice as _;
use crate::record::Summary;
use crate::storage::searched_texts;
use crate::text::{escape_controls, fit, wrap};

/// What can be typed into an empty search line.
const SEARCH_HINT: &str = "words; or status:5xx profile:… event:… since:today value.id=7";

/// Draws the list.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let deliveries = &state.deliveries;
    let (title, right) = heading::heading(state, usize::from(area.width).saturating_sub(PANE_EDGES));
    let inner = frame::pane(state, Pane::Deliveries, &title, &right, area, out);
    let focused = state.is_focused(Pane::Deliveries);
    let rows = deliveries.rows();
    let theme = &state.settings.theme;
    if rows.is_empty() {
        let hint = match (deliveries.is_filtered(), deliveries.next) {
            (false, _) if deliveries.unreadable > 0 => "none can be read: `ringback doctor` says why",
            (false, _) => "nothing sent yet: {test} tests a profile",
            (true, None) => "no matches",
            (true, Some(_)) => "no matches yet",
        };
        let hint = state.settings.keys.spell(hint);
        let fault = SearchTimes::read(&deliveries.search.text()).err().map(|why| escape_controls(&why));
        let area = frame::indent(inner, 1);
        let lines = match (fault, &state.unreadable) {
            (Some(why), _) => wrap(&why, usize::from(area.width)),
            (None, Some(_)) => vec!["not read yet".to_owned()],
            (None, None) => vec![hint],
        };
        for (at, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
            put(Line::styled(line, theme.dim), frame::row(area, at), out);
        }
    }
    let texts = searched_texts(&deliveries.search.text());
    // Beneath the list are the match in the selected delivery, and the search line.
    let lines = usize::from(!texts.is_empty()) + usize::from(deliveries.search.is_typing());
    let height = usize::from(inner.height).saturating_sub(lines);
    let visible = deliveries.list.visible(rows.len(), height);
    if !rows.is_empty() {
        frame::mark_place(state, inner, &visible, deliveries.list.selected(), deliveries.length(), out);
    }
    let columns = Columns::of(state, &rows[visible.clone()], usize::from(inner.width));
    for at in visible.clone() {
        let here = at == deliveries.list.selected();
        let area = frame::row(inner, at - visible.start);
        let line = line(state, &rows[at], columns, here, focused);
        if here && let Some(found) = found(state, &texts, &line) {
            let beneath = frame::indent(frame::row(inner, height), 1);
            put(found.line(theme, usize::from(beneath.width)), beneath, out);
        }
        put(mark(line, &texts, theme.found), area, out);
        state.mouse.note(area, ClickTarget::Row(Pane::Deliveries, at));
        if here && focused {
            out.set_cursor_position((area.x, area.y));
        }
    }
    if let Some(input) = deliveries.search.typed() {
        let line = frame::row(inner, height + lines - 1);
        search_line::draw(state, input, true, line, out);
        if input.text().is_empty() {
            search_line::draw_hint(state, SEARCH_HINT, line, out);
        }
    }
}

/// The match in the selected delivery, if its row does not show it.
fn found(state: &State, texts: &[String], row: &Line<'_>) -> Option<Found> {
    let details = state.deliveries.details()?;
    matched::beneath(details, texts, &row.to_string(), &state.settings.clock)
}

/// The widths of time, title and state, the same for all visible rows.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    time: usize,
    title: usize,
    state: usize,
}

/// Marker, kind, and the blanks between, without the time.
const HEAD: usize = 8;

impl Columns {
    /// The columns for these rows: the state says most, so its space comes first; a title gets at least a third of
    /// the width.
    #[must_use]
    pub fn of(state: &State, rows: &[Summary], width: usize) -> Self {
        let time = state.settings.clock.columns(rows.iter().map(|row| row.accepted_at), state.now);
        let room = width.saturating_sub(HEAD + time + 1);
        let longest = |columns: fn(&State, &Summary) -> usize| {
            rows.iter().map(|row| columns(state, row)).max().unwrap_or(0)
        };
        let left = room.saturating_sub(longest(|state, row| words(state, row).0.width()) + 1);
        let title = longest(|_, row| row.profile_title.width()).clamp(8, 60).min(left.max(room / 3));
        Self { time, title, state: room.saturating_sub(title + 1) }
    }
}

fn words(state: &State, row: &Summary) -> (String, StateTone) {
    pausing::words(state, row)
}

/// One delivery on one line: time, kind, profile, state.
#[must_use]
pub fn line(state: &State, row: &Summary, columns: Columns, here: bool, focused: bool) -> Line<'static> {
    let theme = &state.settings.theme;
    let (text, tone) = words(state, row);
    let time = state.settings.clock.in_list(row.accepted_at, state.now);
    let head = format!("{time:>width$} {:5} ", row.kind.name(), width = columns.time);
    let marker = if here { "▌" } else { " " };
    let style = match (here, focused) {
        (true, true) => theme.selected,
        (true, false) => theme.selected_unfocused,
        _ => theme.text,
    };
    let tone_style = if here && focused { Style::new() } else { tone_style(theme, tone) };
    Line::from(vec![
        Span::raw(marker),
        Span::styled(head, if here { Style::new() } else { theme.dim }),
        Span::raw(fit(&row.profile_title, columns.title)),
        Span::raw(" "),
        Span::styled(fit(&text, columns.state), tone_style),
        Span::raw(" "),
    ])
    .style(style)
}

/// The colour of a tone.
#[must_use]
pub fn tone_style(theme: &Theme, tone: StateTone) -> Style {
    match tone {
        StateTone::Good => theme.good,
        StateTone::Busy => theme.warn,
        StateTone::Bad => theme.bad,
        StateTone::Dim => theme.dim,
    }
}
