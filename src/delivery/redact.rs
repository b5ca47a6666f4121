//! Takes the credentials of a request out of its response, for endpoints that repeat what they were
//! sent: the delivery log keeps responses, and no secret (facts, section 4).
//!
//! A secret is found as it was sent, and in the spellings in which programs repeat it: percent-encoding,
//! the escapes of JSON, HTML entities and base64, in any mixture and nested.

mod entities;
mod pattern;
mod search;
mod secrets;
mod spelling;

use std::ops::Range;

use pattern::Pattern;
use search::{Group, Search};

pub(super) use pattern::SHORTEST;
pub(super) use search::Extent;
pub(super) use secrets::of_headers;

/// Replaces a secret.
const HIDDEN: &[u8] = "••••".as_bytes();
/// Finds secrets. One without any costs nothing.
#[derive(Default)]
pub(super) struct Redactor(Vec<Group>);

impl Redactor {
    /// One that finds these; an empty one is none.
    pub(super) fn new(mut secrets: Vec<Vec<u8>>) -> Self {
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_unstable();
        secrets.dedup();
        let mut patterns = secrets.iter().flat_map(|secret| Pattern::of(secret)).peekable();
        let mut groups = Vec::new();
        while patterns.peek().is_some() {
            groups.push(Group::new(patterns.by_ref().take(Group::MOST).collect()));
        }
        Self(groups)
    }

    /// Where secrets stand in a text, in order, none touching another.
    pub(super) fn find(&self, text: &[u8], extent: Extent) -> Vec<Range<usize>> {
        let (mut search, mut found) = (Search::new(text, extent), Vec::new());
        self.0.iter().for_each(|group| search.all(group, &mut found));
        found.sort_unstable_by_key(|range| range.start);
        // Secrets may overlap: nothing is left of any.
        found.dedup_by(|next, range| {
            let touches = next.start <= range.end;
            range.end = if touches { range.end.max(next.end) } else { range.end };
            touches
        });
        found
    }

    /// The text without the secrets, where there are some.
    pub(super) fn hide(&self, text: &[u8], extent: Extent) -> Option<Vec<u8>> {
        let found = self.find(text, extent);
        let mut at = found.first()?.start;
        let mut out = Vec::with_capacity(text.len());
        out.extend_from_slice(&text[..at]);
        for range in found {
            out.extend_from_slice(&text[at..range.start]);
            out.extend_from_slice(HIDDEN);
            at = range.end;
        }
        out.extend_from_slice(&text[at..]);
        Some(out)
    }
}

#[cfg(test)]
mod tests;
