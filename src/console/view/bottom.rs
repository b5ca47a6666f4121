//! The notice at the bottom left; while a test runs, its state. A long notice covers the footer too, until the next
//! key; an error does so until it is over, since its fix is at its end.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::deliveries::state_text;
use crate::console::model::notice::{Notice, TESTING, Tone};
use crate::console::model::state::State;
use crate::console::view::deliveries;
use crate::record::Summary;
use crate::text::{cut, displayable, wrap};

/// One line or two, of this width.
pub fn lines(state: &State, width: u16) -> Vec<Line<'static>> {
    let pieces = pieces(state);
    let width = usize::from(width).saturating_sub(1);
    if let [(text, style)] = pieces.as_slice()
        && (notice(state).is_some() || error(state).is_some())
    {
        let room = width.saturating_sub(1);
        let lines = wrap(text, room);
        if let [first, rest @ ..] = lines.as_slice()
            && displayable(text).width() > room
        {
            let rest = cut(&rest.join(" "), room);
            return [first.clone(), rest]
                .map(|line| Line::from(vec![Span::raw(" "), Span::styled(line, *style)]))
                .into();
        }
    }
    let mut spans = Vec::new();
    let mut room = width;
    for (text, style) in pieces {
        let text = cut(&text, room.saturating_sub(1));
        room = room.saturating_sub(text.width() + 3);
        spans.push(Span::raw(if spans.is_empty() { " " } else { "   " }));
        spans.push(Span::styled(text, style));
    }
    vec![Line::from(spans)]
}

/// The running test.
fn testing(state: &State) -> Option<&Summary> {
    let rows = state.deliveries.rows();
    state.testing.iter().rev().find_map(|test| rows.iter().find(|row| row.id == test.id))
}

/// The notice, unless it only says that a test is running, which is shown anyway.
fn notice(state: &State) -> Option<&Notice> {
    state.notice.as_ref().filter(|notice| notice.text != TESTING || testing(state).is_none())
}

/// What prevents the console from working.
fn error(state: &State) -> Option<&String> {
    state.unreadable.as_ref().or(state.sender.trouble.as_ref())
}

fn pieces(state: &State) -> Vec<(String, Style)> {
    let theme = &state.settings.theme;
    // A newer notice takes precedence, or it could not be read before the test ends.
    let (testing, notice) = (testing(state), notice(state));
    let mut pieces = Vec::new();
    // An error stays on the screen until it is over.
    let wrong =
        error(state).map(|why| (why, theme.bad)).or(state.log_pinned.as_ref().map(|why| (why, theme.warn)));
    pieces.extend(wrong.filter(|_| notice.is_none()).map(|(why, style)| (why.clone(), style)));
    if let Some(notice) = notice {
        let style = match notice.tone {
            Tone::Good => theme.good,
            Tone::Plain => theme.text,
            Tone::Bad => theme.bad,
        };
        pieces.push((notice.text.clone(), style));
    }
    if let Some(row) = testing {
        let (text, tone) = state_text::describe(row, state.sender.in_flight.get(&row.id), state.now);
        let text = format!("Testing {} · {text}", row.profile_title);
        pieces.push((text, deliveries::tone_style(theme, tone)));
    }
    pieces
}
