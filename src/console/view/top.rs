//! The top line: the database, the sender, and on the right what else runs.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::layout::{ROOMY, WIDE};
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::console::view::put::put;
use crate::delivery::SenderRole;
use crate::text::{cut, escape_controls};

/// The columns of the program's name, with blanks.
const NAME: usize = 10;

/// From this many columns on the address of the receiver is shown.
const RECEIVER: u16 = 100;

/// What is shown of the database's name before anything else gives way.
const DATABASE: usize = 12;

pub(in crate::console) fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let name = if state.settings.demo { "demo" } else { &state.settings.database };
    let mut right = sender(state, area.width, Standby::Named);
    // A blank follows the name.
    let left = NAME + name.width().min(DATABASE) + 1;
    let fits = |right: &[Span<'_>], more: &str| {
        let taken: usize = right.iter().map(Span::width).sum();
        left + taken + more.width() <= usize::from(area.width)
    };
    let apis = apis(state);
    // Where the API listens matters more than which process sends.
    if let [_, port, ..] = &*apis
        && matches!(state.sender.role, SenderRole::Standby(_))
        && !fits(&right, port)
    {
        let brief = sender(state, area.width, Standby::Brief);
        if fits(&brief, port) {
            right = brief;
        }
    }
    if let Some(api) = apis.into_iter().find(|text| fits(&right, text)) {
        right.push(Span::styled(api, theme.text));
    }
    if let Some(address) = &state.receiver.address
        && area.width >= RECEIVER
    {
        let receiver = format!("  receiver {address} ");
        if fits(&right, &receiver) {
            right.push(Span::styled(receiver, theme.dim));
        }
    }
    let right = Line::from(right);
    let room = usize::from(area.width).saturating_sub(right.width() + 1);
    let left = Line::from(vec![
        Span::styled(" ringback ", theme.focus),
        Span::styled(cut(name, room.saturating_sub(NAME).min(30)), theme.dim),
    ]);
    let [left_area, right_area] =
        Layout::horizontal([Constraint::Length(u16::try_from(room).unwrap_or(0)), Constraint::Min(0)])
            .areas(area);
    put(left, left_area, out);
    put(right.right_aligned(), right_area, out);
}

/// How a standby is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standby {
    /// With the process that sends.
    Named,
    /// Without it, and without a number of attempts if there are none.
    Brief,
}

/// The sender, and what it has to send.
fn sender(state: &State, width: u16, standby: Standby) -> Vec<Span<'static>> {
    let theme = &state.settings.theme;
    let sender = match (&state.sender.trouble, state.sender.role) {
        _ if state.unreadable.is_some() => Span::styled("✗ no database", theme.bad),
        (Some(_), _) => Span::styled("✗ error", theme.bad),
        (None, SenderRole::Starting) => Span::styled("○ starting", theme.dim),
        (None, SenderRole::Active) if state.sender.hosts > 1 => {
            Span::styled(format!("● {} hosts", state.sender.hosts), theme.good)
        }
        (None, SenderRole::Active) if state.sender.senders > 1 => {
            Span::styled(format!("● {} senders", state.sender.senders), theme.good)
        }
        (None, SenderRole::Active) => Span::styled("● running", theme.good),
        (None, SenderRole::Standby(Some(_))) if standby == Standby::Brief => {
            Span::styled("○ standby", theme.warn)
        }
        (None, SenderRole::Standby(Some(pid))) if width < WIDE.0 => {
            Span::styled(format!("○ standby (pid {pid})"), theme.warn)
        }
        (None, SenderRole::Standby(Some(pid))) => {
            Span::styled(format!("○ standby: pid {pid} sends"), theme.warn)
        }
        (None, SenderRole::Standby(None)) => Span::styled("○ standby", theme.warn),
        (None, SenderRole::Stopped) => Span::styled("○ stopped", theme.dim),
    };
    let paused = pausing::sender(state, width >= ROOMY);
    let sender = paused.map_or(sender, |text| Span::styled(text, theme.warn));
    if state.unreadable.is_some() {
        // The counts would be those of another time.
        return vec![Span::styled("sender ", theme.dim), sender, Span::raw(" ")];
    }
    // A delivery in flight is still queued or waiting on disk, and is counted once.
    let first = state.sender.in_flight.values().filter(|f| f.n == 1).count();
    let again = state.sender.in_flight.len() - first;
    let rest = |all: u64, in_flight: usize| all.saturating_sub(u64::try_from(in_flight).unwrap_or(0));
    let (queued, waiting) = (rest(state.counts.queued, first), rest(state.counts.waiting, again));
    let counts = format!(" · {queued} queued · {waiting} waiting ");
    let mut all = vec![Span::styled("sender ", theme.dim), sender, Span::styled(counts, theme.text)];
    // A standby without attempts that it made before has none to show.
    let shows_sending = standby == Standby::Named || !state.sender.in_flight.is_empty();
    if width >= ROOMY && shows_sending {
        let sending = format!("· {} sending ", state.sender.in_flight.len());
        all.push(Span::styled(sending, theme.text));
    }
    all
}

/// Where the HTTP API listens, in ever fewer columns: with its address, with its port, and only that it runs.
fn apis(state: &State) -> Vec<String> {
    let [first, others @ ..] = state.apis.addresses() else { return Vec::new() };
    let others = if others.is_empty() { String::new() } else { format!(" +{}", others.len()) };
    let address = escape_controls(first);
    let port = address.rsplit_once(':').map_or("", |(_, port)| port);
    vec![format!("  api {address}{others} "), format!("  api :{port}{others} "), "  api ".to_owned()]
}
