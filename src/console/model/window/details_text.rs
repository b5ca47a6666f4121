//! A delivery in full, as lines.

use std::net::SocketAddr;

use ratatui::style::Style;

use crate::console::model::clock::{self, Clock};
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::profile::Choice as _;
use crate::profile::network::AddressKind;
use crate::record::{Attempt, Details, Summary};
use crate::text::{millis, wrap};

/// A line, and whether it is a heading.
pub(in crate::console) type Piece = (String, bool);

pub(in crate::console) fn pieces(state: &State, details: &Details) -> Vec<Piece> {
    let row = &details.summary;
    let clock = &state.settings.clock;
    let (state_words, _) = pausing::words(state, row);
    let event = row.event.map_or("none", |e| e.name());
    let mut out = vec![
        (format!("{} · {}", row.profile_title, state_words), true),
        (format!("delivery  {}", row.id), false),
        (format!("profile   {}", row.profile_id), false),
        (format!("event     {event}"), false),
        (
            format!(
                "accepted  {} · {}",
                clock.in_full(row.accepted_at),
                clock::age(row.accepted_at, state.now)
            ),
            false,
        ),
    ];
    out.extend(links(state, details).map(|link| (format!("resent    {link}"), false)));
    out.push((String::new(), false));
    if let Some(callback) = &details.callback {
        out.push(("Request (credentials are not kept)".to_owned(), true));
        out.push((format!("{} {}", callback.method.name(), callback.url), false));
        headers(&mut out, &callback.headers);
        body(&mut out, &callback.body, false);
    } else {
        let why = row.last_error.as_ref().map_or("", |e| &e.message);
        out.push((format!("No request was built: {why}"), true));
    }
    for attempt in &details.attempts {
        answer(&mut out, attempt, clock);
    }
    out.extend(details.passed_over.iter().map(|sentence| (sentence.clone(), true)));
    out
}

/// What a delivery resends, and its resends, each with what became of it.
fn links(state: &State, details: &Details) -> impl Iterator<Item = String> {
    const GONE: &str = "no longer in the log";
    let row = &details.summary;
    let words = |row: &Summary| pausing::words(state, row).0;
    let from = row.resent_from.map(|id| {
        let original = details.original.as_ref().map_or_else(|| GONE.to_owned(), words);
        format!("from {id} · {original}")
    });
    let gone = row.again.filter(|_| details.resends.is_empty()).map(|id| format!("as {id} · {GONE}"));
    let resends = details.resends.iter().map(move |resend| format!("as {} · {}", resend.id, words(resend)));
    from.into_iter().chain(resends).chain(gone)
}

fn answer(out: &mut Vec<Piece>, attempt: &Attempt, clock: &Clock) {
    let label = attempt.label();
    let status = attempt.status.map(|s| format!(" · {s}")).unwrap_or_default();
    out.push((String::new(), false));
    out.push((format!("{label}{status} · {}", millis(attempt.duration_ms.into())), true));
    out.push((format!("started   {}", clock.in_full(attempt.started_at)), false));
    if let Some(address) = attempt.address {
        out.push((format!("address   {address}{}", within(address)), false));
    }
    if let Some(sender) = &attempt.sender {
        out.push((format!("sender    {sender}"), false));
    }
    if let Some(phases) = &attempt.phases {
        out.push((format!("phases    {}", phases.words(attempt.duration_ms)), false));
    }
    if let (Some(error), Some(words)) = (&attempt.error, attempt.failure_words()) {
        out.push((format!("failed    {words} ({})", error.class.name()), false));
    }
    headers(out, &attempt.response_headers);
    body(out, &attempt.response_body, attempt.response_cut);
    if let Some(why) = &attempt.response_incomplete {
        out.push((format!("… incomplete response body: {why}"), false));
    }
}

/// Marks an address of this machine or of a private network.
fn within(address: SocketAddr) -> String {
    match AddressKind::of(address.ip()) {
        AddressKind::Inside(inside) => format!(" ({inside})"),
        AddressKind::Public | AddressKind::Never(_) => String::new(),
    }
}

fn headers(out: &mut Vec<Piece>, headers: &[(String, String)]) {
    out.extend(headers.iter().map(|(name, value)| (format!("{name}: {value}"), false)));
}

fn body(out: &mut Vec<Piece>, bytes: &[u8], cut: bool) {
    if bytes.is_empty() && !cut {
        return;
    }
    out.push((String::new(), false));
    let text = String::from_utf8_lossy(bytes);
    out.extend(text.lines().map(|line| (line.to_owned(), false)));
    if cut {
        out.push((
            format!("… the first {} bytes of the body; the rest of the response was not kept", bytes.len()),
            false,
        ));
    }
}

/// The lines of at most this many columns, with their styles.
pub(in crate::console) fn lines(state: &State, details: &Details, width: usize) -> Vec<(String, Style)> {
    let theme = &state.settings.theme;
    let styled = |heading| if heading { theme.focus } else { theme.text };
    pieces(state, details)
        .into_iter()
        .flat_map(|(text, heading)| wrap(&text, width).into_iter().map(move |line| (line, styled(heading))))
        .collect()
}
