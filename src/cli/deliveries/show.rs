//! `ringback deliveries show`.

use std::fmt::Write as _;

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::test::{attempt_line, phases_line};
use crate::documents::{blocked_by, due_at, full_delivery};
use crate::profile::{Backoff, Choice as _};
use crate::record::Details;
use crate::storage::Blocks;
use crate::text::{escape_controls, escape_lines, rfc3339};

use super::filter_args;

pub(super) async fn run(session: &Session, text: &str, json: bool) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, summary) = filter_args::delivery(store.as_ref(), text).await?;
    let gone = || CommandError::Input(format!("delivery {} was removed just now", summary.id));
    let details = store.delivery(summary.id).await?.ok_or_else(gone)?;
    let blocks = store.blocks().await?;
    for sentence in &details.passed_over {
        eprint_line(&format!("ringback: note: {sentence} and is skipped"));
    }
    if json { print_json(&full_delivery(&details, &blocks)) } else { print(&text_of(&details, &blocks)) }
}

/// The state of a delivery that another one is linked with.
const GONE: &str = "no longer in the log";

/// Everything about it, for people.
fn text_of(details: &Details, blocks: &Blocks) -> String {
    let row = &details.summary;
    let mut out = String::new();
    let mut fact = |name: &str, value: String| {
        let _ = writeln!(out, "{name:9} {}", escape_controls(&value));
    };
    fact("delivery", row.id.to_string());
    let why = row.last_error.as_ref().filter(|_| row.state != crate::record::DeliveryState::Delivered);
    fact("state", why.map_or(row.state.name().to_owned(), |why| format!("{} · {why}", row.state.name())));
    if let Some(block) = blocked_by(row, blocks) {
        fact("blocked", block.to_owned());
    }
    if let Some(id) = row.resent_from {
        let state = details.original.as_ref().map_or(GONE, |row| row.state.name());
        fact("resent", format!("from {id} · {state}"));
    }
    for resend in &details.resends {
        fact("resent", format!("as {} · {}", resend.id, resend.state.name()));
    }
    if let Some(id) = row.again.filter(|_| details.resends.is_empty()) {
        fact("resent", format!("as {id} · {GONE}"));
    }
    fact("profile", format!("{} ({})", row.profile_title, row.profile_id));
    fact("event", row.event.map_or("none", |event| event.name()).to_owned());
    fact("kind", row.kind.word().to_owned());
    fact("accepted", rfc3339(row.accepted_at));
    if let Some(due) = due_at(details, blocks) {
        fact("due", due.to_string());
    }
    let policy = row.policy;
    let (interval, timeout) = (policy.interval_s(), policy.timeout_ms());
    let doubled = if policy.backoff() == Backoff::Exponential { ", doubled each time" } else { "" };
    fact(
        "retries",
        match policy.count() {
            0 => format!("none; timeout {timeout} ms"),
            n => format!("{n}, after {interval} s{doubled}; timeout {timeout} ms"),
        },
    );
    match &details.callback {
        Some(callback) => {
            let _ = writeln!(out, "\n{} {}", callback.method.name(), escape_controls(&callback.url));
            headers(&mut out, &callback.headers);
            body(&mut out, &callback.body, false);
        }
        None => out.push_str("\nno request was built\n"),
    }
    for attempt in &details.attempts {
        let _ = writeln!(out, "\n{}  started {}", attempt_line(attempt), attempt.started_at);
        if let Some(phases) = phases_line(attempt) {
            let _ = writeln!(out, "{phases}");
        }
        if let Some(sender) = &attempt.sender {
            let _ = writeln!(out, "  by {}", escape_controls(sender));
        }
        headers(&mut out, &attempt.response_headers);
        body(&mut out, &attempt.response_body, attempt.response_cut);
        if let Some(why) = &attempt.response_incomplete {
            let _ = writeln!(out, "  … incomplete response body: {}", escape_controls(why));
        }
    }
    out
}

fn headers(out: &mut String, headers: &[(String, String)]) {
    for (name, value) in headers {
        let _ = writeln!(out, "  {}: {}", escape_controls(name), escape_controls(value));
    }
}

fn body(out: &mut String, bytes: &[u8], cut: bool) {
    if bytes.is_empty() && !cut {
        return;
    }
    out.push('\n');
    for line in escape_lines(&String::from_utf8_lossy(bytes)).lines() {
        let _ = writeln!(out, "  {line}");
    }
    if cut {
        let _ = writeln!(
            out,
            "  … the first {} bytes of the body; the rest of the response was not kept",
            bytes.len()
        );
    }
}
