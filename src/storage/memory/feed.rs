//! The feed: a list that is never shortened.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::note::MemoryNote;
use super::{MemoryStore, Tables};
use crate::profile::ProfileId;
use crate::record::{Attempt, DeliveryId, Summary};
use crate::storage::feed::page::{self, Note, Noted};
use crate::storage::{
    AutoDisableCause, Feed, FeedFilter, FeedGap, FeedGapReason, FeedPage, FeedPosition, ProfileChange,
    ProfileChangeKind, StoreError,
};

impl Tables {
    /// Notes a change of a profile, or of all of them.
    pub fn note_change(&mut self, profile: Option<&ProfileId>, kind: ProfileChangeKind) {
        self.note_change_for(profile, kind, None);
    }

    /// The same, for this reason.
    pub fn note_change_for(
        &mut self,
        profile: Option<&ProfileId>,
        kind: ProfileChangeKind,
        cause: Option<AutoDisableCause>,
    ) {
        let profile = profile.cloned();
        let title = profile.as_ref().and_then(|id| self.profile(id)).map(|profile| profile.title.to_string());
        let at = self.now();
        self.feed.push(MemoryNote::Change(ProfileChange { profile, title, kind, at, cause }));
    }

    /// Notes the last attempt of a delivery.
    pub fn note_attempt(&mut self, id: DeliveryId) {
        let Some(details) = self.delivery(id).map(|stored| &stored.details) else { return };
        if let Some(attempt) = details.attempts.last() {
            let note = MemoryNote::Attempt(id, attempt.n, details.summary.state);
            self.feed.push(note);
        }
    }

    /// The note of a delivery that was not removed, by its position.
    fn note(&self, note: &MemoryNote) -> Option<Note> {
        let row = |id: DeliveryId| Some(self.delivery(id)?.details.summary.position.number());
        match note {
            MemoryNote::Accepted(id) => row(*id).map(Note::Accepted),
            MemoryNote::Attempt(id, n, state) => row(*id).map(|row| Note::Attempt(row, *n, *state)),
            MemoryNote::Change(change) => Some(Note::Change(change.clone())),
        }
    }

    fn read_feed(&self, after: &FeedPosition, filter: &FeedFilter, most: usize) -> FeedPage {
        let known = after.as_str().strip_prefix("m-").and_then(|n| n.parse::<usize>().ok());
        let known = known.filter(|n| *n <= self.feed.len());
        let gap = || FeedGap { why: FeedGapReason::Unknown, since: Some(Timestamp::UNIX_EPOCH) };
        let (from, gap) = match known {
            _ if after.is_start() => (0, None),
            Some(from) => (from, None),
            None => (0, Some(gap())),
        };
        let end = self.feed.len().min(from + most.max(1));
        let noted: Vec<Noted> = (from + 1..)
            .zip(&self.feed[from..end])
            .filter_map(|(place, note)| Some((position(place), self.note(note)?)))
            .collect();
        let known: HashMap<i64, Summary> = self
            .deliveries
            .iter()
            .map(|stored| (stored.details.summary.position.number(), stored.details.summary.clone()))
            .collect();
        let attempts: HashMap<(i64, u32), Attempt> = self
            .deliveries
            .iter()
            .flat_map(|stored| {
                let row = stored.details.summary.position.number();
                stored.details.attempts.iter().map(move |attempt| ((row, attempt.n), attempt.clone()))
            })
            .collect();
        let entries = page::entries(noted, filter, &known, &attempts);
        FeedPage { entries, next: position(end), is_end: end == self.feed.len(), gap }
    }
}

fn position(place: usize) -> FeedPosition {
    FeedPosition::parse(&format!("m-{place}")).unwrap()
}

#[async_trait]
impl Feed for MemoryStore {
    async fn feed_end(&self) -> Result<FeedPosition, StoreError> {
        Ok(position(self.tables().feed.len()))
    }

    async fn feed(
        &self,
        after: &FeedPosition,
        filter: &FeedFilter,
        most: usize,
    ) -> Result<FeedPage, StoreError> {
        Ok(self.tables().read_feed(after, filter, most))
    }
}
