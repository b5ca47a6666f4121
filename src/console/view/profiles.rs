//! Draws pane 1.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::health;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::pane::Pane;
use crate::console::model::pausing::{self, SIGN};
use crate::console::model::profiles;
use crate::console::model::recent::LastFailure;
use crate::console::model::state::State;
use crate::console::view::put::put;
use crate::console::view::{frame, search_line};
use crate::profile::{Channel, Choice as _, Method, Status};
use crate::storage::{BoundedCount, HealthState, ProfileRow};
use crate::text::{cut, fit, group_digits, percent, whole_percent};

/// Draws the list, with the search in its last line if there is one.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let profiles = &state.profiles;
    let found = profiles.found().len();
    let count = if profiles.search().is_some() {
        format!("{} of {}", group_digits(found as u64), group_digits(profiles.total() as u64))
    } else {
        group_digits(profiles.total() as u64)
    };
    let focused = state.focus == Pane::Profiles;
    let inner = frame::pane(state, Pane::Profiles, "Profiles", &count, area, out);
    let searching = profiles.search().is_some();
    let height = usize::from(inner.height).saturating_sub(usize::from(searching));
    let width = usize::from(inner.width);
    let visible = profiles.list.visible(found, height);
    frame::mark_place(
        state,
        inner,
        &visible,
        profiles.list.selected(),
        BoundedCount::exact(found as u64),
        out,
    );
    for (row, at) in profiles.found().skip(visible.start).take(visible.len()).zip(visible.clone()) {
        let line_area = frame::row(inner, at - visible.start);
        let selected = at == profiles.list.selected();
        put(line(state, row, width, selected, focused), line_area, out);
        state.mouse.note(line_area, ClickTarget::Row(Pane::Profiles, at));
        if selected && state.is_focused(Pane::Profiles) && !profiles.is_typing() {
            out.set_cursor_position((line_area.x, line_area.y));
        }
    }
    if found == 0 && profiles.is_loaded() {
        let hint = if searching { "no matches" } else { "none yet: {profiles-new} creates one" };
        let hint = state.settings.keys.spell(hint);
        put(Line::styled(fit(&hint, width), state.settings.theme.dim), frame::row(inner, 0), out);
    }
    if let Some((input, typing)) = state.profiles.search() {
        search_line::draw(state, input, typing, frame::row(inner, height), out);
    }
}

fn line(state: &State, row: &ProfileRow, width: usize, selected: bool, focused: bool) -> Line<'static> {
    let theme = &state.settings.theme;
    let paused = pausing::is_marked(state, &row.id, row.status);
    let failing = row.status == Status::Active && health::failing(state, &row.id).is_some();
    let sign = match (paused, failing) {
        (true, _) => SIGN,
        (false, true) => health::SIGN,
        (false, false) => profiles::status_sign(row.status).0,
    };
    let unsaved = state.editor.as_ref().is_some_and(|e| e.id() == &row.id && e.is_changed());
    let rate = state.recent.of(&row.id).and_then(|numbers| numbers.success_rate);
    let facts = match rate {
        _ if failing => format!(" {:9} ", HealthState::Failing.name()),
        _ if row.status == Status::AutoDisabled && width >= WITH_FAILURE => {
            format!(" {} ", Status::AutoDisabled.name())
        }
        // The sign says by whom.
        _ if row.status == Status::AutoDisabled => format!(" {:9} ", Status::Disabled.name()),
        // The method is beside the list; its success rate is not.
        Some(rate) if width < WITH_SUCCESS => {
            format!(" {:4} {:>4} ", short_channel(row.channel), whole_percent(rate))
        }
        _ => format!(" {:4} {:4} ", short_channel(row.channel), short_method(row.method)),
    };
    let lately = lately(state, row, width);
    let taken: usize = lately.iter().map(Span::width).sum();
    let room = width.saturating_sub(facts.width() + 2 + taken);
    let title = if unsaved {
        fit(&format!("{} *", cut(&row.title, room.saturating_sub(2))), room)
    } else {
        fit(&row.title, room)
    };
    let marker = if selected { "▌" } else { " " };
    let style = match (selected, focused) {
        (true, true) => theme.selected,
        (true, false) => theme.selected_unfocused,
        _ => theme.text,
    };
    let sign_style: Style = match row.status {
        // On the bar of the selection the sign would be a block of its colour.
        _ if selected && focused => Style::new(),
        Status::Active if paused => theme.warn,
        Status::Active if failing => theme.bad,
        Status::Active => theme.good,
        Status::AutoDisabled => theme.bad,
        Status::Disabled => theme.dim,
    };
    let facts_style = match (selected, failing || row.status == Status::AutoDisabled) {
        (true, _) => Style::new(),
        (false, true) => theme.bad,
        (false, false) => theme.dim,
    };
    let mut spans = vec![
        Span::raw(marker),
        Span::raw(title),
        Span::styled(facts, facts_style),
        Span::styled(sign, sign_style),
    ];
    spans.extend(lately.into_iter().map(|span| if selected { Span::raw(span.content) } else { span }));
    Line::from(spans).style(style)
}

/// From this width on there is room for the success of the last hour beside everything else; below, it takes the place
/// of the method.
const WITH_SUCCESS: usize = 32;

/// From this width on there is room for the last failure.
const WITH_FAILURE: usize = 50;

/// From this width on there is room to name it as well.
const WITH_FAILURE_NAMED: usize = 60;

/// The last failure, in the columns of the longest one: a time alone would read as that of the last delivery.
fn failed(at: LastFailure, width: usize, now: Timestamp) -> String {
    let name = if width < WITH_FAILURE_NAMED { health::SIGN } else { "failed" };
    format!("{name} {}", at.words(now))
}

/// The columns of `over 23 h ago`.
const FAILURE: usize = 13;

/// The success of the last hour, and when something failed last, as far as there is room.
fn lately(state: &State, row: &ProfileRow, width: usize) -> Vec<Span<'static>> {
    let theme = &state.settings.theme;
    let numbers = state.recent.of(&row.id).copied().unwrap_or_default();
    let rate = numbers.success_rate;
    let rate_style = match rate {
        Some(rate) if rate < MOST_FAIL => theme.bad,
        Some(rate) if rate < 1.0 => theme.warn,
        _ => theme.dim,
    };
    let failure = numbers.last_failure.map(|at| failed(at, width, state.now)).unwrap_or_default();
    let columns = FAILURE + if width < WITH_FAILURE_NAMED { "✗ ".width() } else { "failed ".width() };
    match width {
        ..WITH_SUCCESS => Vec::new(),
        WITH_SUCCESS..WITH_FAILURE => {
            vec![Span::styled(format!(" {:>4}", rate.map(whole_percent).unwrap_or_default()), rate_style)]
        }
        WITH_FAILURE.. => vec![
            Span::styled(format!(" {:>7}", rate.map(percent).unwrap_or_default()), rate_style),
            Span::styled(format!(" {failure:>columns$}"), theme.dim),
        ],
    }
}

/// A profile of which fewer are delivered is marked like one that fails.
const MOST_FAIL: f64 = 0.5;

/// A method in four letters.
fn short_method(method: Method) -> &'static str {
    match method {
        Method::Delete => "DEL",
        other => other.name(),
    }
}

/// A channel in four letters.
fn short_channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Default => "def",
        Channel::Voice => "voic",
        Channel::Sms => "sms",
        Channel::Email => "mail",
        Channel::Whatsapp => "wa",
    }
}
