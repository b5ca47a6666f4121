//! A profile with too many consecutive failed deliveries is disabled, in the transaction that records the last of them.
//! [`FailureCount`] says which are too many.
//!
//! The count of a lane is a row, and a row that each record of a hot lane changes is a lock that all senders wait for.
//! So what arrived is written once a second for each lane, and at once where the lane has failures, or one is
//! recorded. Until then other senders do not know of it: of failures at one sender and deliveries at another within a
//! second, the failures may count as consecutive.

use std::collections::HashMap;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock;
use crate::profile::{Choice as _, ProfileId, Status};
use crate::record::{DeliveryId, Next, Outcome};
use crate::storage::auto_disable::FailureCount;
use crate::storage::control::block::{AutoDisableCause, BlockReason};
use crate::storage::encoding::{self, document_text, millis};
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::producer::batch::storable;

/// What arrived is written this often.
const EVERY: Duration = Duration::from_secs(1);

/// How many lanes are remembered.
const MOST: usize = 100_000;

/// The counts of these lanes, locked in one order, so that two senders do not wait for each other.
const COUNTS: &str = "
SELECT seq, profile_id, failed_in_row, delivered FROM lane WHERE seq = ANY($1) AND NOT by_hand
ORDER BY seq FOR NO KEY UPDATE";

const WRITE: &str = "
UPDATE lane SET failed_in_row = r.failed, delivered = r.delivered
FROM unnest($1::int[], $2::int[], $3::uuid[]) r(seq, failed, delivered) WHERE lane.seq = r.seq";

const PROFILE: &str = "SELECT document FROM profile WHERE id = $1 AND deleted_at IS NULL FOR UPDATE";

const DISABLE: &str = "
WITH p AS (UPDATE profile SET status = $2, modified_at = $3, document = $4 WHERE id = $1),
 h AS (INSERT INTO hold (profile_id, why, since, failed, delivery, message) VALUES ($1, $5, $3, $6, $7, $8)
   ON CONFLICT (profile_id, why) DO UPDATE SET failed = $6, delivery = $7, message = $8)
UPDATE revision SET profiles = profiles + 1, steering = steering + 1";

/// What this process knows of the counts of lanes.
#[derive(Debug, Default)]
pub struct Counted(HashMap<i32, Known>);

#[derive(Debug)]
struct Known {
    /// It had failures when it was written last.
    has_failed: bool,
    written_at: Instant,
    /// The last accepted of those that arrived since.
    open: Option<DeliveryId>,
}

impl Counted {
    /// Whether that a delivery of this lane arrived is to be written now.
    fn is_due(&self, lane: i32) -> bool {
        self.0.get(&lane).is_none_or(|known| known.has_failed || known.written_at.elapsed() >= EVERY)
    }

    /// Notes what arrived of lanes that are not written now.
    pub fn add(&mut self, outcomes: &[Outcome], failing: &Failing) {
        let arrived = outcomes.iter().filter(|outcome| outcome.next == Next::Delivered);
        for outcome in arrived {
            if let Some(known) = lane_of(outcome).and_then(|lane| self.0.get_mut(&lane))
                && failing.limit > 0
            {
                known.open = known.open.max(Some(outcome.id()));
            }
        }
    }

    /// What arrived and is not written.
    pub fn open(&self) -> HashMap<i32, DeliveryId> {
        self.0.iter().filter_map(|(lane, known)| Some((*lane, known.open?))).collect()
    }

    /// These counts are written.
    pub fn written(&mut self, failing: &Failing) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let written_at = Instant::now();
        for (lane, count) in &failing.written {
            self.0.insert(*lane, Known { has_failed: count.failed > 0, written_at, open: None });
        }
    }
}

/// The effect of a batch of outcomes on the counts.
pub struct Failing {
    /// So many are too many; 0 is never.
    limit: u32,
    /// The lanes of events.
    lanes: HashSet<i32>,
    written: HashMap<i32, FailureCount>,
}

impl Failing {
    /// With this limit, and these lanes of events.
    pub fn new(limit: u32, lanes: HashSet<i32>) -> Self {
        Self { limit, lanes, written: HashMap::new() }
    }

    /// Whether counts must be written with these.
    pub fn is_needed(&self, outcomes: &[Outcome], counted: &Counted) -> bool {
        self.limit > 0 && outcomes.iter().any(|outcome| self.needs(outcome, counted).is_some())
    }

    /// The lane whose count must be written with this outcome.
    fn needs(&self, outcome: &Outcome, counted: &Counted) -> Option<i32> {
        let lane = lane_of(outcome).filter(|lane| self.lanes.contains(lane))?;
        let is_needed = match outcome.next {
            Next::Failed => true,
            Next::Delivered => counted.is_due(lane),
            Next::Retry(_) => false,
        };
        is_needed.then_some(lane)
    }

    /// Counts deliveries that have ended by these outcomes, and what arrived before and is not written. Whether a
    /// profile was disabled.
    pub async fn count<'a>(
        &mut self,
        db: Db<'_>,
        ended: impl Iterator<Item = &'a Outcome>,
        open: &HashMap<i32, DeliveryId>,
    ) -> Result<bool, StoreError> {
        let mut by_lane: HashMap<i32, Vec<&Outcome>> = HashMap::new();
        for outcome in ended {
            if let Some(lane) = lane_of(outcome).filter(|lane| self.lanes.contains(lane)) {
                by_lane.entry(lane).or_default().push(outcome);
            }
        }
        let lanes: Vec<i32> = by_lane.keys().copied().collect();
        if lanes.is_empty() {
            return Ok(false);
        }
        let (mut numbers, mut failed, mut delivered) = (Vec::new(), Vec::new(), Vec::new());
        let mut too_many = Vec::new();
        for row in db.rows(COUNTS, &[&lanes]).await? {
            let lane: i32 = row.try_get(0)?;
            let stored = FailureCount {
                failed: u32::try_from(row.try_get::<_, i32>(2)?).unwrap_or(0),
                delivered: row
                    .try_get::<_, Option<Uuid>>(3)?
                    .map(|id| DeliveryId::from_bytes(id.into_bytes())),
            };
            let mut count = match open.get(&lane) {
                Some(id) => FailureCount { failed: 0, delivered: stored.delivered.max(Some(*id)) },
                None => stored,
            };
            for outcome in by_lane.remove(&lane).unwrap_or_default() {
                let (next, cause) = count.after(outcome, self.limit);
                count = next;
                if let Some(cause) = cause {
                    too_many.push((row.try_get::<_, String>(1)?, cause));
                }
            }
            if count != stored {
                numbers.push(lane);
                failed.push(i32::try_from(count.failed).unwrap_or(i32::MAX));
                delivered.push(count.delivered.map(|id| Uuid::from_bytes(id.bytes())));
            }
            self.written.insert(lane, count);
        }
        if !numbers.is_empty() {
            db.execute(WRITE, &[&numbers, &failed, &delivered]).await?;
        }
        let mut has_disabled = false;
        for (profile_id, cause) in too_many {
            has_disabled |= disable(db, &profile_id, &cause).await?;
        }
        Ok(has_disabled)
    }
}

/// Disables a profile, unless it is disabled or gone. Whether it did.
async fn disable(db: Db<'_>, profile_id: &str, cause: &AutoDisableCause) -> Result<bool, StoreError> {
    // A profile that cannot be read must not keep what was sent from being recorded.
    let Ok(id) = ProfileId::parse(profile_id) else { return Ok(false) };
    let document: Option<String> = db.value(PROFILE, &[&id.as_str()]).await?;
    let Some(Ok(mut profile)) = document.map(|text| encoding::profile(&text)) else { return Ok(false) };
    if profile.status != Status::Active {
        return Ok(false);
    }
    profile.status = Status::AutoDisabled;
    // An open editor must notice the change: saving would enable the profile unseen.
    profile.modified_at = later_than(profile.modified_at);
    db.execute(
        DISABLE,
        &[
            &id.as_str(),
            &profile.status.name(),
            &millis(profile.modified_at),
            &document_text(&profile),
            &BlockReason::AutoDisabled.name(),
            &i32::try_from(cause.failed).unwrap_or(i32::MAX),
            &Uuid::from_bytes(cause.delivery.bytes()),
            &storable(&cause.message),
        ],
    )
    .await?;
    Ok(true)
}

/// The time as it is stored, in whole milliseconds, and not that of the last change.
fn later_than(last: Timestamp) -> Timestamp {
    let now = clock::now().as_millisecond().max(last.as_millisecond() + 1);
    Timestamp::from_millisecond(now).unwrap_or(last)
}

fn lane_of(outcome: &Outcome) -> Option<i32> {
    i32::try_from(outcome.lane.number()).ok()
}
