//! Draws pane 5: attempts, waits, the rest of a wait, and the outcome of each. Readable without colour.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::deliveries::state_text;
use crate::console::model::pane::Pane;
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::console::theme::Theme;
use crate::console::view::frame;
use crate::console::view::phase_bar;
use crate::console::view::put::put;
use crate::console::view::resend_links;
use crate::profile::attempt_label;
use crate::record::{Attempt, DeliveryState, ErrorClass, Summary};
use crate::text::{cut, fit, millis};

const LABEL: usize = 12;

/// The name of the pane.
const TITLE: &str = "Timeline";

/// Draws the timeline of the selected delivery, with its end visible.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let selected = state.deliveries.selected();
    let room = usize::from(area.width).saturating_sub(frame::PANE_EDGES + TITLE.width());
    let right = selected.map(|row| cut(&row.profile_title, room)).unwrap_or_default();
    let inner = frame::pane(state, Pane::Timeline, TITLE, &right, area, out);
    let inner = frame::indent(inner, 1);
    let Some(row) = selected else { return };
    let height = usize::from(inner.height);
    let lines = lines(state, row, usize::from(inner.width).saturating_sub(1), height);
    let skip = lines.len().saturating_sub(height);
    frame::mark_more(state, inner, &(skip..lines.len()), lines.len(), out);
    for (at, line) in lines.into_iter().skip(skip).enumerate() {
        put(line, frame::row(inner, at), out);
    }
    if state.is_focused(Pane::Timeline) {
        out.set_cursor_position((inner.x, inner.y));
    }
}

/// The timeline line by line: at most `height` lines, if that is possible with the phases of the last attempt only.
#[must_use]
fn lines(state: &State, row: &Summary, width: usize, height: usize) -> Vec<Line<'static>> {
    let theme = &state.settings.theme;
    let attempts = state.deliveries.details().map_or(&[][..], |d| &d.attempts);
    let (mut lines, mut ends) = (Vec::new(), Vec::with_capacity(attempts.len()));
    let label = |text: &str| Span::styled(fit(text, LABEL), theme.label);
    let (original, resend) = resend_links::lines(state, width, LABEL);
    lines.extend(original);
    for (at, attempt) in attempts.iter().enumerate() {
        match attempt.error.as_ref().filter(|error| error.class == ErrorClass::Expired) {
            // Nothing was sent.
            Some(error) => {
                let why = error.message.trim_start_matches("expired: ");
                let text = Span::styled(format!("✗ {why}"), theme.bad);
                lines.push(Line::from(vec![label(&label_of(attempt.n)), text]));
            }
            None => lines.push(tried(label(&attempt.label()), attempt, width, state)),
        }
        ends.push(lines.len());
        if let Some(next) = attempts.get(at + 1) {
            let waited = state_text::millis(attempt.started_at, next.started_at)
                .saturating_sub(u64::from(attempt.duration_ms));
            let text = format!("waited {}", state_text::tenths(waited));
            lines.push(bar(label("wait"), "┄", 1.0, &text, theme.dim, width));
        }
    }
    for sentence in state.deliveries.details().iter().flat_map(|details| &details.passed_over) {
        lines.push(Line::from(vec![label(""), Span::styled(sentence.clone(), theme.warn)]));
    }
    let made = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
    let flight = state.sender.in_flight.get(&row.id).filter(|f| f.n > made);
    if let Some(flight) = flight.filter(|_| row.state.is_pending()) {
        if let Some(last) = attempts.last() {
            let waited = state_text::millis(last.started_at, flight.started_at)
                .saturating_sub(last.duration_ms.into());
            let text = format!("waited {}", state_text::tenths(waited));
            lines.push(bar(label("wait"), "┄", 1.0, &text, theme.dim, width));
        }
        let spent = state_text::millis(flight.started_at, state.now);
        #[allow(clippy::cast_precision_loss, reason = "a bar of a few columns")]
        let part = spent as f64 / f64::from(row.policy.timeout_ms());
        let text = format!("sending {} of {} ms", state_text::tenths(spent), row.policy.timeout_ms());
        lines.push(bar(label(&label_of(flight.n)), "━", part.min(1.0), &text, theme.warn, width));
    } else if row.state == DeliveryState::Waiting {
        lines.extend(awaited(state, row, attempts.last(), width));
    } else if row.state == DeliveryState::Queued {
        lines.push(Line::from(vec![
            label("1st attempt"),
            Span::styled(format!("○ queued{}", pausing::note(state, row)), theme.dim),
        ]));
    }
    lines.extend(verdict(state, row));
    lines.extend(resend);
    add_phases(&mut lines, attempts, &ends, (width, height), theme);
    lines
}

/// What is left of the wait for the next attempt. A blocked one that would be due has none.
fn awaited(state: &State, row: &Summary, last: Option<&Attempt>, width: usize) -> Vec<Line<'static>> {
    let Some(due) = row.due_at else { return Vec::new() };
    let theme = &state.settings.theme;
    let label = |text: &str| Span::styled(fit(text, LABEL), theme.label);
    let block = pausing::block_of(state, row);
    let is_probed = block.is_some_and(|block| block.next_probe.is_some());
    let next = label(&if is_probed { "next probe".to_owned() } else { label_of(row.attempts + 1) });
    let note = pausing::note(state, row);
    if block.is_some() && due <= state.now {
        let text = format!("○ {}", note.trim_start_matches(" · "));
        return vec![Line::from(vec![next, Span::styled(text, theme.dim)])];
    }
    let ended = last.map_or(row.accepted_at, |attempt| {
        let lasted = std::time::Duration::from_millis(attempt.duration_ms.into());
        attempt.started_at.checked_add(lasted).unwrap_or(jiff::Timestamp::MAX)
    });
    let (whole, left) = (state_text::millis(ended, due).max(1), state_text::millis(state.now, due));
    #[allow(clippy::cast_precision_loss, reason = "a bar of a few columns")]
    let part = 1.0 - left as f64 / whole as f64;
    let text = format!("{} of {} left", state_text::tenths(left), state_text::tenths(whole));
    let time = state.settings.clock.in_list(due, state.now);
    vec![
        bar(label("wait"), "┄", part.clamp(0.0, 1.0), &text, theme.warn, width),
        Line::from(vec![next, Span::styled(format!("○ due {time}{note}"), theme.dim)]),
    ]
}

/// Adds the phases below the last attempt, and below those before it as far as there is room. `ends` are the places
/// after each attempt.
fn add_phases(
    lines: &mut Vec<Line<'static>>,
    attempts: &[Attempt],
    ends: &[usize],
    (width, height): (usize, usize),
    theme: &Theme,
) {
    for (at, (attempt, end)) in attempts.iter().zip(ends).enumerate().rev() {
        let phases = phase_bar::lines(attempt, width, LABEL, theme);
        let is_last = at + 1 == attempts.len();
        if !is_last && lines.len() + phases.len() > height {
            break;
        }
        lines.splice(end..end, phases);
    }
}

fn label_of(n: u32) -> String {
    attempt_label(u8::try_from(n.saturating_sub(1)).unwrap_or(u8::MAX)).into_owned()
}

fn tried(label: Span<'static>, attempt: &Attempt, width: usize, state: &State) -> Line<'static> {
    let theme = &state.settings.theme;
    let (sign, style, text) = match (&attempt.error, attempt.status) {
        (None, status) => ("✓", theme.good, status.map_or_else(String::new, status_words)),
        (Some(_), _) => ("✗", theme.bad, attempt.failure_words().unwrap_or_default().into_owned()),
    };
    let duration = millis(attempt.duration_ms.into());
    let room = width.saturating_sub(LABEL + duration.width() + 6);
    // The address that was dialled; the outcome comes before it.
    let address = attempt.address.map(|address| format!(" {address}")).unwrap_or_default();
    let address = if text.width() + address.width() < room { address } else { String::new() };
    Line::from(vec![
        label,
        Span::styled("━━", style),
        Span::styled(format!(" {sign} "), style),
        Span::styled(fit(&text, room - address.width()), style),
        Span::styled(address, theme.dim),
        Span::styled(format!(" {duration}"), theme.dim),
    ])
}

/// `200 OK`; a status without a name is only the number.
fn status_words(status: u16) -> String {
    let name = hyper::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    name.map_or_else(|| status.to_string(), |name| format!("{status} {name}"))
}

/// A label, a partly filled bar, and a text on the right.
fn bar(label: Span<'static>, sign: &str, part: f64, text: &str, style: Style, width: usize) -> Line<'static> {
    let room = width.saturating_sub(LABEL + text.width() + 2).clamp(4, 24);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the part lies between 0 and 1, and a room is a few columns"
    )]
    let filled = ((room as f64 * part).round() as usize).min(room);
    let rest = if sign == "┄" { "·" } else { "┄" };
    Line::from(vec![
        label,
        Span::styled(sign.repeat(filled), style),
        Span::raw(rest.repeat(room - filled)),
        Span::raw("  "),
        Span::styled(text.to_owned(), style),
    ])
}

fn verdict(state: &State, row: &Summary) -> Option<Line<'static>> {
    let theme = &state.settings.theme;
    Some(match row.state {
        DeliveryState::Delivered => Line::styled("● delivered", theme.good),
        DeliveryState::Failed if row.attempts == 0 => {
            let why = row.last_error.as_ref().map_or("", |e| &e.message);
            Line::styled(format!("✗ not sent: {why}"), theme.bad)
        }
        DeliveryState::Failed if state_text::is_expired(row) => Line::styled("✗ expired", theme.bad),
        DeliveryState::Failed => Line::styled("✗ failed: no retries left", theme.bad),
        DeliveryState::Cancelled => Line::styled("○ cancelled", theme.dim),
        DeliveryState::Queued | DeliveryState::Waiting => return None,
    })
}
