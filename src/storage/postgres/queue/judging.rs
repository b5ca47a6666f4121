//! Judges profiles by the outcomes of their events, in the transaction that records those: a profile turns failing, is
//! disabled, or has recovered. [`LaneCourse`] has the rules.
//!
//! The state of a lane is a row, and a row that each record of a hot lane changes is a lock that all senders wait for.
//! So what arrived is written once a second for each lane, and at once where the lane has failures, where its profile is not
//! well or may not be, or where a failure is recorded. Until then other senders do not know of it: of failures
//! at one sender and deliveries at another within a second, the failures may count as consecutive.

use std::collections::HashMap;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::clock;
use crate::profile::{Choice as _, ProfileId, Status};
use crate::record::{DeliveryId, Next, Outcome};
use crate::storage::auto_disable::FailureCount;
use crate::storage::control::block::{AutoDisableCause, BlockReason};
use crate::storage::encoding::{self, document_text, millis, millis_after};
use crate::storage::error::StoreError;
use crate::storage::health::course::LaneCourse;
use crate::storage::health::lane_health::LaneHealth;
use crate::storage::health::profile_health::{HealthCause, HealthState};
use crate::storage::health::recent_failures::{FailureMinutes, RecentFailures};
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::HealthTurnKind;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::health::{half_open, turns};
use crate::storage::postgres::producer::batch::storable;
use crate::storage::postgres::profiles::save;

/// What arrived is written this often.
const EVERY: Duration = Duration::from_secs(1);

/// How many lanes are remembered.
const MOST: usize = 100_000;

/// The counts of these lanes, locked in one order, so that two senders do not wait for each other.
const COUNTS: &str = "
SELECT seq, profile_id, failed_in_row, delivered, recent FROM lane WHERE seq = ANY($1) AND NOT by_hand
ORDER BY seq FOR NO KEY UPDATE";

/// The states of their profiles. Read by a statement of its own, so that it sees what was committed while the first one
/// waited for its locks.
const STATES: &str = "
SELECT profile_id, state FROM health WHERE profile_id IN (SELECT profile_id FROM lane WHERE seq = ANY($1))";

const WRITE: &str = "
UPDATE lane SET failed_in_row = r.failed, delivered = r.delivered, recent = r.recent
FROM unnest($1::int[], $2::int[], $3::uuid[], $4::text[]) r(seq, failed, delivered, recent) WHERE lane.seq = r.seq";

const PROFILE: &str = "SELECT document FROM profile WHERE id = $1 AND deleted_at IS NULL FOR UPDATE";

const DISABLE: &str = "
WITH p AS (UPDATE profile SET status = $2, modified_at = $3, document = $4 WHERE id = $1)
INSERT INTO hold (profile_id, why, since, failed, delivery, message) VALUES ($1, $5, $3, $6, $7, $8)
ON CONFLICT (profile_id, why) DO UPDATE SET failed = $6, delivery = $7, message = $8";

/// What this process knows of the counts of lanes.
#[derive(Debug, Default)]
pub struct Counted {
    lanes: HashMap<i32, Known>,
    /// What was written before this may no longer hold.
    doubted_at: Option<Instant>,
}

#[derive(Debug)]
struct Known {
    /// It had failures when it was written last, or its profile was not well.
    has_failed: bool,
    written_at: Instant,
    open: Open,
}

/// What arrived of a lane and is not written.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// The last accepted of it.
    last: Option<DeliveryId>,
    /// When each ended, in milliseconds, if a failure rate is set.
    ended: Vec<i64>,
}

impl Counted {
    /// Whether that a delivery of this lane arrived is to be written now.
    fn is_due(&self, lane: i32) -> bool {
        self.lanes.get(&lane).is_none_or(|known| {
            known.has_failed
                || known.written_at.elapsed() >= EVERY
                || self.doubted_at.is_some_and(|at| at >= known.written_at)
        })
    }

    /// Another process may have changed the health of a profile: what arrives next is written.
    pub fn doubt(&mut self) {
        self.doubted_at = Some(Instant::now());
    }

    /// Notes what arrived of lanes that are not written now.
    pub fn add(&mut self, outcomes: &[Outcome], failing: &Failing) {
        let arrived = outcomes.iter().filter(|outcome| outcome.next == Next::Delivered);
        for outcome in arrived {
            if let Some(known) = lane_of(outcome).and_then(|lane| self.lanes.get_mut(&lane)) {
                known.open.last = known.open.last.max(Some(outcome.id()));
                if failing.rules.failing_rate > 0 {
                    known.open.ended.push(ended_at(outcome));
                }
            }
        }
    }

    /// What arrived and is not written.
    pub fn open(&self) -> HashMap<i32, Open> {
        let open = self.lanes.iter().filter(|(_, known)| known.open.last.is_some());
        open.map(|(lane, known)| (*lane, known.open.clone())).collect()
    }

    /// These counts are written.
    pub fn written(&mut self, failing: &Failing) {
        if self.lanes.len() >= MOST {
            self.lanes.clear();
        }
        let written_at = Instant::now();
        for (lane, has_failed) in &failing.written {
            self.lanes.insert(*lane, Known { has_failed: *has_failed, written_at, open: Open::default() });
        }
    }
}

impl Open {
    /// What is stored of the lane, and this.
    fn apply(&self, lane: &mut LaneHealth, rules: &HealthRules) {
        lane.count = FailureCount { failed: 0, delivered: lane.count.delivered.max(self.last) };
        for at in self.ended.iter().filter(|_| rules.failing_rate > 0) {
            lane.recent.add(*at, RecentFailures { ended: 1, failed: 0 }, rules.failing_minutes);
        }
    }
}

/// The effect of a batch of outcomes on the health of profiles.
pub struct Failing {
    rules: HealthRules,
    /// The lanes of events.
    lanes: HashSet<i32>,
    /// The lanes that were read and written, and whether they have failures, or their profile is not well.
    written: HashMap<i32, bool>,
}

impl Failing {
    /// With these rules, and these lanes of events.
    pub fn new(rules: HealthRules, lanes: HashSet<i32>) -> Self {
        Self { rules, lanes, written: HashMap::new() }
    }

    /// Whether counts must be written with these.
    pub fn is_needed(&self, outcomes: &[Outcome], counted: &Counted) -> bool {
        outcomes.iter().any(|outcome| self.needs(outcome, counted).is_some())
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

    /// Counts deliveries that have ended by these outcomes, and what arrived before and is not written. What that has
    /// changed: who calls it notes that.
    pub async fn count<'a>(
        &mut self,
        db: Db<'_>,
        ended: impl Iterator<Item = &'a Outcome>,
        open: &HashMap<i32, Open>,
    ) -> Result<Changes, StoreError> {
        let mut by_lane: HashMap<i32, Vec<&Outcome>> = HashMap::new();
        for outcome in ended {
            if let Some(lane) = lane_of(outcome).filter(|lane| self.lanes.contains(lane)) {
                by_lane.entry(lane).or_default().push(outcome);
            }
        }
        let lanes: Vec<i32> = by_lane.keys().copied().collect();
        if lanes.is_empty() {
            return Ok(Changes::default());
        }
        let rows = db.rows(COUNTS, &[&lanes]).await?;
        let states = states(db, &lanes).await?;
        let mut changed = Changed::default();
        let mut courses = Vec::new();
        for row in rows {
            let (lane, profile_id): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
            let count = FailureCount {
                failed: u32::try_from(row.try_get::<_, i32>(2)?).unwrap_or(0),
                delivered: row
                    .try_get::<_, Option<Uuid>>(3)?
                    .map(|id| DeliveryId::from_bytes(id.into_bytes())),
            };
            let recent = FailureMinutes::read(row.try_get::<_, Option<&str>>(4)?);
            let mut course = LaneCourse::new(LaneHealth { count, recent }, states.get(&profile_id).copied());
            if let Some(open) = open.get(&lane) {
                course.correct(|health| open.apply(health, &self.rules));
            }
            for outcome in by_lane.remove(&lane).unwrap_or_default() {
                course.note(outcome, &self.rules);
            }
            if let Some(health) = course.changed() {
                changed.add(lane, health);
            }
            self.written.insert(lane, course.now().count.failed > 0 || !course.is_well());
            courses.push((profile_id, course));
        }
        changed.write(db).await?;
        let mut noted = Changes::default();
        // In one order, so that two senders do not wait for each other.
        courses.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (profile_id, course) in courses {
            for (kind, cause) in course.turns() {
                let (has_turned, change) = match kind {
                    HealthTurnKind::Failing => {
                        (turns::failing(db, &profile_id, cause, &self.rules).await?, Changes::HEALTH)
                    }
                    HealthTurnKind::Recovered if course.enables_profile() => {
                        (enable(db, &profile_id, cause, &self.rules).await?, Changes::PROFILES)
                    }
                    HealthTurnKind::Recovered => {
                        (turns::recovered(db, &profile_id, cause, &self.rules).await?, Changes::HEALTH)
                    }
                    HealthTurnKind::AutoDisabled => {
                        let has_disabled = disable(db, &profile_id, &cause.of_block()).await?;
                        if has_disabled {
                            turns::auto_disabled(db, &profile_id, cause, &self.rules).await?;
                        }
                        (has_disabled, Changes::PROFILES)
                    }
                };
                if has_turned {
                    noted = noted.and(change);
                }
            }
        }
        Ok(noted)
    }
}

/// What is to be written of lanes.
#[derive(Default)]
struct Changed {
    lanes: Vec<i32>,
    failed: Vec<i32>,
    delivered: Vec<Option<Uuid>>,
    recent: Vec<Option<String>>,
}

impl Changed {
    fn add(&mut self, lane: i32, LaneHealth { count, recent }: &LaneHealth) {
        self.lanes.push(lane);
        self.failed.push(i32::try_from(count.failed).unwrap_or(i32::MAX));
        self.delivered.push(count.delivered.map(|id| Uuid::from_bytes(id.bytes())));
        self.recent.push(recent.text());
    }

    async fn write(&self, db: Db<'_>) -> Result<(), StoreError> {
        let Self { lanes, failed, delivered, recent } = self;
        if !lanes.is_empty() {
            db.execute(WRITE, &[lanes, failed, delivered, recent]).await?;
        }
        Ok(())
    }
}

/// The states of the profiles of these lanes that are not well.
async fn states(db: Db<'_>, lanes: &Vec<i32>) -> Result<HashMap<String, HealthState>, StoreError> {
    let rows = db.rows(STATES, &[lanes]).await?;
    let state = |row: &tokio_postgres::Row| {
        let state = HealthState::from_name(row.try_get(1).ok()?)?;
        Some((row.try_get(0).ok()?, state))
    };
    Ok(rows.iter().filter_map(state).collect())
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
    profile.modified_at = clock::later_than(profile.modified_at);
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
    half_open::follow(db, &profile).await?;
    Ok(true)
}

/// Enables a profile whose probe was delivered, which has recovered; unless it is not auto-disabled any more. Whether it
/// did.
async fn enable(
    db: Db<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<bool, StoreError> {
    let document: Option<String> = db.value(PROFILE, &[&profile_id]).await?;
    let Some(Ok(mut profile)) = document.map(|text| encoding::profile(&text)) else { return Ok(false) };
    if profile.status != Status::AutoDisabled {
        return Ok(false);
    }
    turns::enabled(db, profile_id, cause, rules).await?;
    profile.status = Status::Active;
    profile.modified_at = clock::later_than(profile.modified_at);
    save::save(db, &profile).await?;
    half_open::begin_recovering(db, profile_id).await?;
    Ok(true)
}

fn lane_of(outcome: &Outcome) -> Option<i32> {
    i32::try_from(outcome.lane.number()).ok()
}

/// When the delivery of an outcome has ended, in milliseconds.
fn ended_at(outcome: &Outcome) -> i64 {
    millis_after(outcome.attempt.started_at, outcome.attempt.duration_ms)
}
