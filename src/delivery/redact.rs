//! Removes the credentials of a request from its response, for endpoints that repeat what they received: the delivery
//! log contains responses, but no secrets (our decision).
//!
//! A secret is found as it was sent, and in the encodings in which programs repeat it: percent-encoding, JSON
//! escapes, HTML entities and base64, mixed and nested.

mod base64_runs;
mod decodings;
mod entities;
mod pattern;
mod search;
mod secrets;

use std::ops::Range;

use base64_runs::{Run, each_run};
use pattern::Pattern;
use search::{Group, Search, Steps};

pub(super) use pattern::SHORTEST;
pub(super) use search::Extent;
pub(super) use secrets::of_headers;

/// Replaces a secret.
const HIDDEN: &[u8] = "••••".as_bytes();
/// How often base64 is decoded: a secret in base64 is found in the decoded text, so one more encoding may be base64.
const DECODED: u8 = 2;

/// Finds secrets. Without any it costs nothing.
#[derive(Default)]
pub(super) struct Redactor(Vec<Group>);

impl Redactor {
    /// A redactor for these; empty ones are ignored.
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

    /// The positions of secrets in a text, in order and disjoint.
    pub(super) fn find(&self, text: &[u8], extent: Extent) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if !self.0.is_empty() {
            self.search(text, extent, DECODED, &mut Steps::new(), &mut found);
        }
        found.sort_unstable_by_key(|range| range.start);
        // Secrets may overlap: nothing is left of any.
        found.dedup_by(|next, range| {
            let touches = next.start <= range.end;
            range.end = if touches { range.end.max(next.end) } else { range.end };
            touches
        });
        found
    }

    /// Searches a text, and what the base64 in it decodes to.
    fn search(
        &self,
        text: &[u8],
        extent: Extent,
        decoded: u8,
        steps: &mut Steps,
        found: &mut Vec<Range<usize>>,
    ) {
        let mut search = Search::new(text, extent, steps);
        self.0.iter().for_each(|group| search.all(group, found));
        let Some(decoded) = decoded.checked_sub(1) else { return };
        let mut within = Vec::new();
        each_run(text, |run, is_last| {
            let extent = if is_last { extent } else { Extent::Whole };
            for phase in 0..Run::PHASES {
                let bytes = run.decode(phase);
                self.search(&bytes, extent, decoded, steps, &mut within);
                found.extend(within.drain(..).map(|range| {
                    let place = run.place(phase, &range);
                    // After the last run there may be a part of an escape.
                    let is_cut = extent == Extent::Cut && range.end == bytes.len();
                    place.start..if is_cut { text.len() } else { place.end }
                }));
            }
            if steps.are_spent() {
                found.extend(run.range().map(|range| range.start..text.len()));
            }
            !steps.are_spent()
        });
    }

    /// The text without the secrets, if there are any.
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
