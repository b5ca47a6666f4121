//! The contents of the store, and the transitions of a delivery.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::callback::Values;
use crate::clock;
use crate::profile::catalogue::{Sample, Variable};
use crate::profile::{Event, Profile, ProfileId};
use crate::record::{
    Attempt, DeliveryId, DeliveryState, Details, Kind, LogPosition, NewDelivery, Next, Origin, RunId,
    RunRange, Summary,
};
use crate::storage::health::half_open::NextProbe;
use crate::storage::memory::lane::{self, Lane};
use crate::storage::memory::member::Member;
use crate::storage::memory::memory_alert::MemoryAlert;
use crate::storage::memory::memory_bulk_action::MemoryBulkAction;
use crate::storage::memory::note::MemoryNote;
use crate::storage::receipts::stored_receipt::StoredReceipt;
use crate::storage::retention::clock_doubt::ClockMemory;
use crate::storage::rollups::fold::RollupSlot;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::{
    ApiKey, Block, HealthRules, HealthTurn, Problem, ProfileHealth, RemoteLink, Revision, Rollup, RunningApi,
    SecretHash, UnsavedDraft,
};

/// A delivery with all its data.
#[derive(Debug, Clone)]
pub struct StoredDelivery {
    /// Everything that people can see of it.
    pub details: Details,
    /// The run that accepted it.
    pub run: Option<RunId>,
    /// Whether it tested an unsaved profile.
    pub was_tested: bool,
    /// The tested profile, until the delivery ends.
    pub tested: Option<Box<Profile>>,
    /// The index of its lane.
    pub lane: usize,
    /// The claim on it: its number, and the sender.
    pub claim: Option<(i64, i64)>,
}

impl StoredDelivery {
    /// Whether it is in this range of a run.
    pub fn is_in(&self, range: RunRange) -> bool {
        self.run == Some(range.run) && (range.from..range.to).contains(&self.details.summary.position)
    }
}

/// All data.
#[derive(Debug, Default)]
pub struct Tables {
    /// In no particular order.
    pub profiles: Vec<Profile>,
    /// The ids of profiles, including deleted ones, in the order in which they were first saved.
    pub profile_order: Vec<ProfileId>,
    /// Each with the time when it was deleted.
    pub deleted: Vec<(Profile, Timestamp)>,
    /// One per profile.
    pub drafts: Vec<UnsavedDraft>,
    /// Each with its scope.
    pub own: Vec<(String, Variable)>,
    pub own_samples: Vec<(String, Sample)>,
    /// The values of the last test of each event.
    pub test_values: Vec<(ProfileId, Option<Event>, Values)>,
    /// In the order of acceptance.
    pub deliveries: Vec<StoredDelivery>,
    /// The last position.
    pub accepted: i64,
    /// The keys of the API, each with the hash of its secret.
    pub keys: Vec<(ApiKey, SecretHash)>,
    /// The counterparts of profiles on accounts.
    pub remote_links: Vec<RemoteLink>,
    /// Bulk retries and resends, in order.
    pub bulk_actions: Vec<MemoryBulkAction>,
    /// By owner and key, each with the time when it was made.
    pub receipts: BTreeMap<(String, String), (Timestamp, StoredReceipt)>,
    /// Pauses, and blocks by the status of a profile.
    pub blocks: Vec<Block>,
    /// When auto-disabled profiles are probed.
    pub probes: Vec<(ProfileId, NextProbe)>,
    /// Profiles that a probe has enabled, and how many of their events are sent at a time.
    pub recovering: Vec<(ProfileId, u32)>,
    /// The profiles that are not well.
    pub health: Vec<(ProfileId, ProfileHealth)>,
    /// When they turned, in order.
    pub turns: Vec<HealthTurn>,
    /// Those that are to be given as alerts.
    pub to_give: Vec<uuid::Uuid>,
    /// The alerts that were taken.
    pub alerts: Vec<MemoryAlert>,
    /// When they turn.
    pub rules: HealthRules,
    /// The remembered state of the clock.
    pub clock: Option<ClockMemory>,
    /// In numerical order.
    pub lanes: Vec<Lane>,
    /// The number of the last claim.
    pub last_claim: i64,
    /// The senders with a seat.
    pub senders: Vec<Member>,
    /// The HTTP APIs that run.
    pub apis: Vec<RunningApi>,
    /// The number of the last sender that joined.
    pub last_sender: i64,
    /// What happened, in order.
    pub feed: Vec<MemoryNote>,
    /// Numbers by step, minute or hour, and profile.
    pub rollups: BTreeMap<RollupSlot, Rollup>,
    /// Since when everything is counted.
    pub counted_since: Timestamp,
    /// The revision.
    pub revision: Revision,
    /// The time; without one, the real time.
    pub now: Option<Timestamp>,
    /// New ids follow the greatest one instead of the time.
    pub counts_ids: bool,
    /// The scan limit of a search.
    pub scan_limit: Option<usize>,
}

impl Tables {
    /// The current time, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let now = self.now.unwrap_or_else(clock::now);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap()
    }

    /// The id of the next delivery.
    pub fn new_id(&self) -> DeliveryId {
        if !self.counts_ids {
            return DeliveryId::generate();
        }
        let ids = self.deliveries.iter().map(|stored| u128::from_be_bytes(stored.details.summary.id.bytes()));
        DeliveryId::from_bytes((ids.max().unwrap_or(0) + 1).to_be_bytes())
    }

    pub fn delivery(&self, id: DeliveryId) -> Option<&StoredDelivery> {
        self.deliveries.iter().find(|stored| stored.details.summary.id == id)
    }

    /// The delivery, to change only what is invisible: claims.
    pub fn find_mut(&mut self, id: DeliveryId) -> Option<&mut StoredDelivery> {
        self.deliveries.iter_mut().find(|stored| stored.details.summary.id == id)
    }

    pub fn delivery_mut(&mut self, id: DeliveryId) -> Option<&mut StoredDelivery> {
        self.revision.deliveries += 1;
        self.find_mut(id)
    }

    pub fn state(&self, id: DeliveryId) -> Option<DeliveryState> {
        self.delivery(id).map(|stored| stored.details.summary.state)
    }

    fn next_position(&mut self) -> LogPosition {
        self.accepted += 1;
        LogPosition::new(self.accepted)
    }

    pub fn enqueue(&mut self, new: NewDelivery) {
        let manual = new.kind != Kind::Event;
        let lane = lane::index_of(&mut self.lanes, &new.profile_id, &new.origin, manual);
        let (callback, failure) = match new.request {
            Ok(callback) => (Some(callback), None),
            Err(failure) => (None, Some(failure)),
        };
        let is_pending = failure.is_none();
        self.feed.push(MemoryNote::Accepted(new.id));
        let class = failure.as_ref().map(|failure| failure.class);
        self.count_mark(lane, RollupMark::accepted(new.accepted_at.as_millisecond(), class));
        let summary = Summary {
            id: new.id,
            position: self.next_position(),
            kind: new.kind,
            profile_id: new.profile_id,
            profile_title: new.profile_title,
            event: new.event,
            state: if is_pending { DeliveryState::Queued } else { DeliveryState::Failed },
            attempts: 0,
            policy: new.policy,
            due_at: is_pending.then_some(new.accepted_at),
            accepted_at: new.accepted_at,
            ended_at: (!is_pending).then_some(new.accepted_at),
            origin: Origin::clone(&self.lanes[lane].origin),
            last_status: None,
            last_error: failure,
            last_ms: None,
            again: None,
            resent_from: None,
        };
        self.revision.deliveries += 1;
        self.deliveries.push(StoredDelivery {
            details: Details {
                summary,
                callback,
                values: new.values,
                attempts: Vec::new(),
                original: None,
                resends: Vec::new(),
                passed_over: Vec::new(),
            },
            run: new.run,
            was_tested: new.tested.is_some(),
            tested: new.tested.filter(|_| is_pending),
            lane,
            claim: None,
        });
    }

    /// As [`Producer::resend`](crate::storage::Producer::resend).
    pub fn resend(&mut self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), Problem> {
        let earlier = self.delivery(id).cloned().ok_or(Problem::NoDelivery(id))?;
        let mut callback = earlier.details.callback.ok_or(Problem::NoRequest(id))?;
        let old = earlier.details.summary;
        let is_saved = self
            .profiles
            .iter()
            .chain(self.deleted.iter().map(|(gone, _)| gone))
            .any(|p| p.id == old.profile_id);
        if earlier.was_tested && earlier.tested.is_none() && !is_saved {
            return Err(Problem::TestedGone(id));
        }
        for (name, value) in &mut callback.headers {
            if name.eq_ignore_ascii_case("webhook-id") {
                *value = new_id.to_string();
            }
        }
        let origin = Origin::clone(&self.lanes[earlier.lane].origin);
        let lane = lane::index_of(&mut self.lanes, &old.profile_id, &origin, true);
        let summary = Summary {
            id: new_id,
            position: self.next_position(),
            kind: Kind::Again,
            state: DeliveryState::Queued,
            attempts: 0,
            due_at: Some(at),
            accepted_at: at,
            ended_at: None,
            last_status: None,
            last_error: None,
            last_ms: None,
            again: None,
            resent_from: Some(id),
            ..old
        };
        if let Some(earlier) = self.delivery_mut(id) {
            earlier.details.summary.again = Some(new_id);
        }
        self.feed.push(MemoryNote::Accepted(new_id));
        self.count_mark(lane, RollupMark::accepted(at.as_millisecond(), None));
        self.deliveries.push(StoredDelivery {
            details: Details {
                summary,
                callback: Some(callback),
                values: earlier.details.values,
                attempts: Vec::new(),
                original: None,
                resends: Vec::new(),
                passed_over: Vec::new(),
            },
            run: None,
            was_tested: earlier.tested.is_some(),
            tested: earlier.tested,
            lane,
            claim: None,
        });
        Ok(())
    }

    /// Records an attempt as a sender does: a delivery that has ended meanwhile is not changed, and a duplicate is
    /// ignored.
    pub fn record(&mut self, id: DeliveryId, attempt: Attempt, next: Next) {
        let ended_at = attempt_end(&attempt);
        let mark = RollupMark::attempt(&attempt);
        let times: Vec<_> = RollupMark::times(&attempt).collect();
        let class = attempt.error.as_ref().map(|failure| failure.class);
        let Some(stored) = self.log_attempt(id, attempt) else { return };
        let lane = stored.lane;
        let row = &mut stored.details.summary;
        let was_pending = row.state.is_pending();
        if was_pending {
            (row.state, row.due_at) = match next {
                Next::Delivered => (DeliveryState::Delivered, None),
                Next::Failed => (DeliveryState::Failed, None),
                Next::Retry(at) => (DeliveryState::Waiting, Some(at)),
            };
        }
        if !row.state.is_pending() {
            row.ended_at = row.ended_at.or(Some(ended_at));
            stored.tested = None;
        }
        self.note_attempt(id);
        self.count_mark(lane, mark);
        self.count_marks(lane, times);
        match next {
            Next::Delivered if was_pending => {
                self.count_mark(lane, RollupMark::delivered(ended_at.as_millisecond()));
            }
            Next::Failed if was_pending => {
                self.count_mark(lane, RollupMark::failed(ended_at.as_millisecond(), class));
            }
            _ => {}
        }
    }

    /// Adds an attempt to the log, with the next number if another sender has used its number. None if it is a
    /// duplicate, or its delivery was removed.
    pub fn log_attempt(&mut self, id: DeliveryId, mut attempt: Attempt) -> Option<&mut StoredDelivery> {
        let stored = self.delivery_mut(id)?;
        let Details { summary: row, attempts, .. } = &mut stored.details;
        if attempts.contains(&attempt) {
            return None;
        }
        if attempts.iter().any(|known| known.n == attempt.n) {
            attempt.n = row.attempts + 1;
        }
        row.attempts = row.attempts.max(attempt.n);
        (row.last_status, row.last_error) = (attempt.status, attempt.error.clone());
        row.last_ms = Some(attempt.duration_ms);
        attempts.push(attempt);
        Some(stored)
    }

    /// Cancels a delivery. Returns whether it was pending.
    pub fn cancel(&mut self, id: DeliveryId) -> bool {
        let now = self.now();
        let Some(lane) = self.delivery(id).map(|stored| stored.lane) else { return false };
        let was_pending = self.pending(id, |stored| {
            let row = &mut stored.details.summary;
            (row.state, row.due_at, row.ended_at) = (DeliveryState::Cancelled, None, Some(now));
            stored.tested = None;
        });
        if was_pending {
            self.count_mark(lane, RollupMark::cancelled(now.as_millisecond()));
        }
        was_pending
    }

    /// Makes a delivery due. Returns whether it is pending.
    pub fn retry_now(&mut self, id: DeliveryId) -> bool {
        let now = self.now();
        self.pending(id, |stored| {
            let due = &mut stored.details.summary.due_at;
            *due = Some(due.map_or(now, |due| due.min(now)));
        })
    }

    fn pending(&mut self, id: DeliveryId, change: impl FnOnce(&mut StoredDelivery)) -> bool {
        if !self.state(id).is_some_and(DeliveryState::is_pending) {
            return false;
        }
        self.revision.steering += 1;
        self.delivery_mut(id).map(change).is_some()
    }

    /// Removes a delivery that has ended. Returns whether it existed.
    pub fn remove(&mut self, id: DeliveryId) -> bool {
        let before = self.deliveries.len();
        self.deliveries
            .retain(|stored| stored.details.summary.id != id || stored.details.summary.state.is_pending());
        self.revision.deliveries += 1;
        self.deliveries.len() < before
    }
}

/// When an attempt ended.
fn attempt_end(attempt: &Attempt) -> Timestamp {
    attempt.started_at + jiff::SignedDuration::from_millis(attempt.duration_ms.into())
}
