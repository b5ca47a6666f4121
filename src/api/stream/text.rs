//! Server-sent events, as text (HTML standard, section 9.2).

use std::fmt::Write as _;

use serde_json::Value;

use crate::documents::{attempt_event, delivery_row, feed_gap, profile_change};
use crate::storage::{Blocks, FeedEntry, FeedGap, FeedItem, FeedPosition};

/// How soon a client should connect again, in milliseconds.
const RETRY_MS: u32 = 2000;

/// The first lines of a stream.
pub(super) fn beginning() -> String {
    format!("retry: {RETRY_MS}\n\n")
}

/// A position without an event: a client that remembers it continues there.
pub(super) fn position(at: &FeedPosition) -> String {
    format!("id: {at}\n\n")
}

/// A sign of life, with the position.
pub(super) fn keep_alive(at: &FeedPosition) -> String {
    format!(": keep-alive\nid: {at}\n\n")
}

/// An entry. `blocks` are those of now.
pub(super) fn entry(text: &mut String, entry: &FeedEntry, blocks: &Blocks) {
    let (name, data) = match &entry.item {
        FeedItem::Accepted(row) => ("accepted", delivery_row(row, blocks)),
        FeedItem::Attempt(attempt) => ("attempt", attempt_event(attempt)),
        FeedItem::Profile(change) => ("profile", profile_change(change)),
    };
    event(text, Some(&entry.position), name, &data);
}

/// Something is missing.
pub(super) fn gap(text: &mut String, gap: &FeedGap) {
    event(text, None, "gap", &feed_gap(gap));
}

fn event(text: &mut String, id: Option<&FeedPosition>, name: &str, data: &Value) {
    // Neither fails: a string has room, and JSON has no line breaks.
    if let Some(id) = id {
        let _ = writeln!(text, "id: {id}");
    }
    let _ = write!(text, "event: {name}\ndata: {data}\n\n");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_four_lines() {
        let mut text = String::new();
        let at = FeedPosition::parse("s-1-2-3").unwrap();
        event(&mut text, Some(&at), "attempt", &json!({"message": "a\nb\r\nc"}));
        event(&mut text, None, "gap", &json!({}));
        assert_eq!(
            text,
            "id: s-1-2-3\nevent: attempt\ndata: {\"message\":\"a\\nb\\r\\nc\"}\n\nevent: gap\ndata: {}\n\n"
        );
        assert_eq!(beginning(), "retry: 2000\n\n");
        assert_eq!(keep_alive(&at), ": keep-alive\nid: s-1-2-3\n\n");
        assert_eq!(position(&at), "id: s-1-2-3\n\n");
    }
}
