//! A page of the feed, and how its parts become entries.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::record::{Attempt, DeliveryState, Summary};
use crate::storage::feed::entry::{FeedEntry, FeedItem, ProfileChange, RecordedAttempt};
use crate::storage::feed::filter::FeedFilter;
use crate::storage::feed::position::FeedPosition;

/// A part of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    /// In order.
    pub entries: Vec<FeedEntry>,
    /// After all that was looked at, whether it matched or not.
    pub next: FeedPosition,
    /// Whether nothing more was committed.
    pub is_end: bool,
    /// What is missing before the entries.
    pub gap: Option<FeedGap>,
}

/// Something is missing: the feed continues with what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedGap {
    /// Why.
    pub why: FeedGapReason,
    /// When the oldest entry that is kept was committed; none if there is none.
    pub since: Option<Timestamp>,
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedGapReason {
    /// What came after the position was removed.
    Removed,
    /// The position is one of another database, or of another state of this one, such as before a restore.
    Unknown,
}

/// What a store notes of an entry. A delivery is known by its row.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::storage) enum Note {
    Accepted(i64),
    Attempt(i64, u32, DeliveryState),
    Change(ProfileChange),
}

/// A note, and the position after it.
pub(in crate::storage) type Noted = (FeedPosition, Note);

/// The rows of the deliveries that a reader may want.
pub(in crate::storage) fn rows(notes: &[Noted], filter: &FeedFilter) -> Vec<i64> {
    let row = |(_, note): &Noted| match note {
        Note::Accepted(row) => Some(*row).filter(|_| filter.accepted),
        Note::Attempt(row, ..) => Some(*row).filter(|_| filter.attempts),
        Note::Change(_) => None,
    };
    let rows: HashSet<i64> = notes.iter().filter_map(row).collect();
    rows.into_iter().collect()
}

/// The attempts that a reader wants, by row and number; each once.
pub(in crate::storage) fn attempts(
    notes: &[Noted],
    filter: &FeedFilter,
    known: &HashMap<i64, Summary>,
) -> Vec<(i64, u32)> {
    let is_wanted = |row: &i64| known.get(row).is_some_and(|row| filter.wants(&row.profile_id));
    let mut all: Vec<(i64, u32)> = notes
        .iter()
        .filter_map(|(_, note)| match note {
            Note::Attempt(row, n, _) if filter.attempts && is_wanted(row) => Some((*row, *n)),
            _ => None,
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The entries that match, with what is known of their deliveries and attempts. Those that are not there were removed.
pub(in crate::storage) fn entries(
    notes: Vec<Noted>,
    filter: &FeedFilter,
    known: &HashMap<i64, Summary>,
    attempts: &HashMap<(i64, u32), Attempt>,
) -> Vec<FeedEntry> {
    let of = |row: &i64| known.get(row).filter(|row| filter.wants(&row.profile_id));
    let item = |note: Note| match note {
        Note::Accepted(row) => {
            Some(FeedItem::Accepted(Box::new(of(&row).filter(|_| filter.accepted)?.clone())))
        }
        Note::Attempt(row, n, state) => {
            let summary = of(&row).filter(|_| filter.attempts)?;
            Some(FeedItem::Attempt(Box::new(RecordedAttempt {
                delivery: summary.id,
                profile: summary.profile_id.clone(),
                state,
                attempt: attempts.get(&(row, n))?.clone(),
            })))
        }
        Note::Change(change) => {
            let is_wanted = change.profile.as_ref().is_none_or(|profile| filter.wants(profile));
            (filter.changes && is_wanted).then_some(FeedItem::Profile(change))
        }
    };
    let entry = |(position, note)| Some(FeedEntry { position, item: item(note)? });
    notes.into_iter().filter_map(entry).collect()
}
