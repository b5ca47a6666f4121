//! Matches of a search that the row of a delivery does not show, named beneath the list.

use std::borrow::Cow;

use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::callback::plain_text;
use crate::console::model::clock::Clock;
use crate::console::theme::Theme;
use crate::console::view::mark;
use crate::profile::Choice as _;
use crate::record::Details;
use crate::text::cut;

/// Where a match is that the row does not show, with its context.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    place: Cow<'static, str>,
    before: String,
    hit: String,
    after: String,
}

/// A searched text: its name, and the text.
type Source<'a> = (Cow<'static, str>, Cow<'a, str>);

/// The first of these lower-case texts that a row of this delivery does not show.
#[must_use]
pub fn beneath(details: &Details, texts: &[String], row: &str, clock: &Clock) -> Option<Found> {
    let row = row.to_lowercase();
    texts.iter().filter(|text| !row.contains(*text)).find_map(|text| find(details, text, clock))
}

fn find(details: &Details, text: &str, clock: &Clock) -> Option<Found> {
    let summary = &details.summary;
    let ids = [("delivery", summary.id.to_string()), ("profile id", summary.profile_id.to_string())];
    let original = summary.resent_from.map(|id| ("resent from", id.to_string()));
    let begins = ids.into_iter().chain(original).find(|(_, id)| id.to_lowercase().starts_with(text));
    if let Some((place, id)) = begins {
        return split(place.into(), &id, text);
    }
    sources(details, clock).into_iter().find_map(|(place, source)| split(place, &source, text))
}

/// Everything that the search examines except ids; what the row shows comes first.
fn sources<'a>(details: &'a Details, clock: &Clock) -> Vec<Source<'a>> {
    let summary = &details.summary;
    let named = |place: &'static str, text: &'a str| -> Source<'a> { (place.into(), text.into()) };
    let mut all = vec![named("profile", &summary.profile_title)];
    all.extend(summary.event.map(|event| named("event", event.name())));
    all.push(("accepted".into(), clock.sortable(summary.accepted_at).into()));
    all.extend(summary.last_error.iter().map(|error| named("error", &error.message)));
    let body = |place: &'static str, bytes: &'a [u8]| (place.into(), String::from_utf8_lossy(bytes));
    let header = |place: &'static str, (name, value): &(String, String)| -> Source<'a> {
        (place.into(), format!("{name}: {value}").into())
    };
    if let Some(callback) = &details.callback {
        all.push(named("url", &callback.url));
        all.push(body("request body", &callback.body));
        all.extend(callback.headers.iter().map(|each| header("request header", each)));
    }
    let value = |(name, value): (&String, &'a serde_json::Value)| -> Source<'a> {
        (format!("value of {name}").into(), plain_text(value).into())
    };
    all.extend(details.values.members().iter().map(value));
    for attempt in details.attempts.iter().rev() {
        all.extend(attempt.error.iter().map(|error| named("error", &error.message)));
        all.push(body("response body", &attempt.response_body));
        all.extend(attempt.response_headers.iter().map(|each| header("response header", each)));
    }
    all
}

/// The source split around the first match, ignoring case.
fn split(place: Cow<'static, str>, source: &str, text: &str) -> Option<Found> {
    let (from, to) = mark::position(source, text)?;
    let (before, hit, after) = (&source[..from], &source[from..to], &source[to..]);
    Some(Found { place, before: on_one_line(before), hit: hit.to_owned(), after: on_one_line(after) })
}

/// Collapses white space.
fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

impl Found {
    /// Name and context in this many columns, with the match visible.
    #[must_use]
    pub fn line(&self, theme: &Theme, width: usize) -> Line<'static> {
        let place = format!("{}  ", self.place);
        let room = width.saturating_sub(place.width());
        let hit = cut(&self.hit, room);
        let left = room - hit.width();
        // The text after the match says most; the text before it gets the rest of half the space.
        let before = end(&self.before, left.saturating_sub(self.after.width().min(left / 2)));
        let after = cut(&self.after, left - before.width());
        Line::from(vec![
            Span::styled(place, theme.label),
            Span::styled(before, theme.dim),
            Span::styled(hit, theme.marked),
            Span::styled(after, theme.dim),
        ])
    }
}

/// The last columns of a text, with `…` if something is missing.
fn end(text: &str, width: usize) -> String {
    let text = cut(text, usize::MAX);
    if text.width() <= width {
        return text;
    }
    let mut kept = Vec::new();
    let mut used = 1;
    for grapheme in text.graphemes(true).rev() {
        used += grapheme.width();
        if used > width {
            break;
        }
        kept.push(grapheme);
    }
    let mark = if width > 0 { "…" } else { "" };
    std::iter::once(mark).chain(kept.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, text: &str, width: usize) -> String {
        split("body".into(), source, text).unwrap().line(&Theme::mono(), width).to_string()
    }

    #[test]
    fn the_match_is_visible_at_every_width() {
        let source = format!("{}\n {{\"order\":\t\"4711\"}}{}", "a".repeat(99), "z".repeat(99));
        for width in 12..120 {
            let line = found(&source, "4711", width);
            assert!(line.contains("4711") && line.width() <= width, "{width}: {line}");
        }
        assert_eq!(found("{\"order\": 4711}", "4711", 40), "body  {\"order\": 4711}");
        assert_eq!(found(&source, "4711", 30), "body  …order\": \"4711\"}zzzzzzz…");
    }
}
