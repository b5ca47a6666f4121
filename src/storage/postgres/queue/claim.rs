//! Claims what is due: the lanes whose turn it is, and a number of the next deliveries of each.
//!
//! How many a lane has, nobody counts: turns are dealt out as if each had enough, and where one had less, what is left
//! is dealt out again among the others.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Instant;

use tokio_postgres::Row;

use crate::clock;
use crate::profile::{Choice as _, ProfileId};
use crate::record::{ErrorClass, Job, LaneId, LastOutcome, Origin};
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::{Db, Params};
use crate::storage::postgres::connection::session::Acquired;
use crate::storage::postgres::queue::claim_sql::{
    ALL_RETRY_LANES, BLOCKED, FAIL, FREE_STRAYS, LANES, LOOK, PROFILES, RETRY_LANES, freed,
};
use crate::storage::postgres::queue::gone;
use crate::storage::postgres::queue::job;
use crate::storage::postgres::queue::metered::Metered;
use crate::storage::postgres::queue::ready::LaneFacts;
use crate::storage::postgres::queue::starts::{self, RETRIES};
use crate::storage::postgres::queue::take::{Candidate, Taken, Times};
use crate::storage::profiles::deleted_profile::restorable_since;
use crate::storage::queue::turns::Turns;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::unreadable::{self, Why};
use crate::storage::{Claimed, Demand, Pace, QueueError};

/// Most lanes that a claim looks at on its way round.
const WINDOW: usize = 1024;

/// How often turns are dealt out again.
const ROUNDS: usize = 4;

/// What a claim finds out first.
struct Look {
    next_due: Option<i64>,
    times: Times,
    retry_lanes: BTreeSet<i32>,
    /// Not all lanes of due retries are there.
    is_partial: bool,
    blocked: HashSet<String>,
    metered: Metered,
}

impl Look {
    fn blocks(&self, facts: &LaneFacts) -> bool {
        !facts.manual && (self.blocked.contains("") || self.blocked.contains(facts.profile_id.as_str()))
    }
}

/// The lanes that were looked at on the way round.
struct Round {
    /// Those that may take turns, in their order.
    candidates: Vec<Candidate>,
    /// All of them.
    seen: HashSet<i32>,
    /// The last one.
    last: Option<LaneId>,
    /// There are more.
    is_partial: bool,
}

impl PgStore {
    /// As [`Queue::claim`](crate::storage::Queue::claim), on a task that runs to its end.
    pub(super) async fn claim_due(&self, demand: Demand) -> Result<Claimed, QueueError> {
        let seat = self.sender().seat()?;
        let mut acquired = self.sender().claims().await?;
        self.free_strays(acquired.db()?, seat).await?;
        let claimed = self.claim_all(&mut acquired, seat, demand).await;
        let mut held = self.sender().held();
        match &claimed {
            Ok(claimed) => held.add(claimed.jobs.iter().map(|job| job.reference.token())),
            Err(_) => held.note_strays(Instant::now()),
        }
        claimed
    }

    /// Frees what this seat has claimed without having heard of it, where that may be.
    pub(super) async fn free_strays(&self, db: Db<'_>, seat: i32) -> Result<(), StoreError> {
        let Some(held) = self.sender().held().take_look(Instant::now()) else { return Ok(()) };
        let rows = match db.rows(FREE_STRAYS, &[&seat, &held]).await {
            Ok(rows) => rows,
            Err(error) => {
                self.sender().held().note_strays(Instant::now());
                return Err(error);
            }
        };
        self.sender().ready().released(freed(&rows)?);
        Ok(())
    }

    async fn claim_all(
        &self,
        acquired: &mut Acquired<'_>,
        seat: i32,
        mut demand: Demand,
    ) -> Result<Claimed, QueueError> {
        let (mut claimed, metered, now) = self.claim_by(acquired.db()?, seat, &mut demand).await?;
        if metered.open.is_empty() {
            self.sender().ready().metered.clear();
            return Ok(claimed);
        }
        let most = demand.limit.saturating_sub(claimed.jobs.len());
        if most == 0 {
            return Ok(claimed);
        }
        let taken = self.take_metered(acquired, (seat, now), &metered.open, &demand, most).await?;
        let (jobs, unreadable) = self.jobs(acquired.db()?, seat, taken).await?;
        claimed.jobs.extend(jobs);
        claimed.unreadable.extend(unreadable);
        self.wake_if_stayed(&claimed.jobs);
        Ok(claimed)
    }

    /// After a claim of nothing: others took what this one had heard of, and more came in. Of a lane that is known to
    /// have something no bell wakes the dispatcher.
    fn wake_if_stayed(&self, jobs: &[Job]) {
        let has_stayed = self.sender().ready().take_stayed();
        if jobs.is_empty() && has_stayed {
            self.sender().wake();
        }
    }

    /// Claims what is not metered. Also what is, and the time by the clock of the database.
    async fn claim_by(
        &self,
        db: Db<'_>,
        seat: i32,
        demand: &mut Demand,
    ) -> Result<(Claimed, Metered, i64), QueueError> {
        let now = self.sender().database_ms(demand.now);
        if self.sender().ready().look_back.is_urgent() {
            // Where it fails, the claim does, or it is looked at again.
            drop(self.look_back_on(db).await);
        }
        let mut look = self.look(db, seat, now).await?;
        self.find_hidden_retries(db, &mut look).await?;
        let limit = demand.limit;
        let mut taken: Vec<(Taken, LaneFacts)> = Vec::new();
        let mut after = demand.after;
        let mut has_looked = self.know_lanes(db).await?;
        let (in_window, is_partial) = loop {
            let Round { candidates, seen, last, is_partial } = self.round(db, demand, &look).await?;
            let share = self.share_out(db, (seat, look.times), demand, candidates, limit, &mut taken).await?;
            after = share.or(after);
            // A lane whose notification has not arrived yet, or arrived meanwhile, may have what is missing.
            if taken.len() >= limit || is_partial || has_looked || !self.finds_others(db, &seen).await? {
                break (last, is_partial);
            }
            has_looked = true;
        };
        let is_full = taken.len() >= limit;
        let (jobs, unreadable) = self.jobs(db, seat, taken).await?;
        self.wake_if_stayed(&jobs);
        let next_due = look.next_due.into_iter().chain(look.metered.next_due).min();
        let claimed = Claimed {
            jobs,
            next_due: next_due.and_then(|due| self.sender().own_time(due)),
            unreadable,
            after: if is_partial && !is_full { in_window } else { after },
            is_partial: is_partial || look.is_partial,
        };
        Ok((claimed, look.metered, now))
    }

    /// Deals out turns and takes what they come to, until there is so much or nothing is left. The last lane that had a
    /// turn.
    async fn share_out(
        &self,
        db: Db<'_>,
        (seat, times): (i32, Times),
        demand: &mut Demand,
        mut candidates: Vec<Candidate>,
        limit: usize,
        taken: &mut Vec<(Taken, LaneFacts)>,
    ) -> Result<Option<LaneId>, StoreError> {
        let mut after = None;
        for _ in 0..ROUNDS {
            let sequence = deal(demand, &candidates, limit.saturating_sub(taken.len()));
            if sequence.is_empty() {
                break;
            }
            let mut rows = self.take(db, seat, times, &mut candidates, &sequence).await?;
            let mut is_short = false;
            for place in sequence {
                let Some(candidate) = candidates.get(place) else { continue };
                let Some(next) = rows.get_mut(&candidate.lane).and_then(VecDeque::pop_front) else {
                    is_short = true;
                    continue;
                };
                note(demand, candidate);
                after = Some(LaneId::new(candidate.lane.into()));
                taken.push((next, candidate.facts.clone()));
            }
            if !is_short {
                break;
            }
            candidates.retain(|candidate| candidate.has_first || candidate.has_retries);
        }
        Ok(after)
    }

    /// Looks at all lanes, unless that was done before. Whether it did.
    async fn know_lanes(&self, db: Db<'_>) -> Result<bool, StoreError> {
        let is_known = self.sender().ready().is_known();
        if !is_known {
            self.load_starts(db).await?;
            let found = self.first_lanes(db).await?;
            self.sender().ready().found(found);
        }
        Ok(!is_known)
    }

    /// Looks at all lanes again, where they are few. Whether one has something besides those that were seen.
    async fn finds_others(&self, db: Db<'_>, seen: &HashSet<i32>) -> Result<bool, StoreError> {
        if !self.sender().ready().are_few() {
            return Ok(false);
        }
        let found = self.first_lanes(db).await?;
        let is_other = found.iter().any(|(lane, _)| !seen.contains(lane));
        self.sender().ready().found(found);
        Ok(is_other)
    }

    /// What must be known first, in one round trip.
    async fn look(&self, db: Db<'_>, seat: i32, now: i64) -> Result<Look, QueueError> {
        let asked_at = clock::now();
        let restorable = millis(restorable_since(asked_at));
        let after = self.sender().ready().starts.after(RETRIES, Instant::now(), starts::position_at(now));
        let retries_after = starts::ms_of(after);
        let params: (Params<'_>, Params<'_>, Params<'_>) =
            (&[&seat, &now], &[&now, &retries_after], &[&restorable]);
        let (row, retries, blocked) =
            tokio::join!(db.row(LOOK, params.0), db.rows(RETRY_LANES, params.1), db.rows(BLOCKED, params.2),);
        let (row, retries, blocked) = (row?, retries?, blocked?);
        let row =
            row.ok_or_else(|| StoreError::unreadable("the state of the queue", "it was not returned"))?;
        let read = || -> Result<(bool, i64, i64, Option<i64>), tokio_postgres::Error> {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?))
        };
        let (has_seat, database_ms, revision, next_due) = read().map_err(StoreError::from)?;
        if !has_seat {
            let why = "the lease of this sender ran out, and another one has freed what it had claimed; it joins again";
            return Err(QueueError::Overtaken(why.to_owned()));
        }
        self.sender().note_clock(database_ms, asked_at);
        self.sender().profiles().as_of(revision);
        let first_due =
            retries.first().map(|row| row.try_get::<_, i64>(1)).transpose().map_err(StoreError::from)?;
        {
            let mut ready = self.sender().ready();
            match first_due {
                // What is due at the same time is due, too.
                Some(due) => ready.starts.claimed(RETRIES, starts::position_at(due.saturating_sub(1)), 0),
                None => ready.starts.emptied(RETRIES, starts::position_at(now)),
            }
        }
        Ok(Look {
            next_due,
            times: Times { now, clock: starts::position_at(database_ms), retries_after },
            is_partial: retries.len() >= 512,
            retry_lanes: first_columns(&retries)?.into_iter().collect(),
            blocked: first_columns(&blocked)?.into_iter().collect(),
            metered: Metered::of(&blocked, now)?,
        })
    }

    /// Adds the lanes whose due retries are hidden by those of others.
    async fn find_hidden_retries(&self, db: Db<'_>, look: &mut Look) -> Result<(), StoreError> {
        let began = Instant::now();
        if look.is_partial && self.sender().ready().needs_retries(began) {
            let rows = db.rows(ALL_RETRY_LANES, &[&look.times.now]).await?;
            let (found, now) = (first_columns(&rows)?.into_iter().collect(), Instant::now());
            self.sender().ready().found_retries(found, now, began.elapsed());
        }
        look.retry_lanes.extend(self.sender().ready().hidden_retries());
        Ok(())
    }

    /// Looks at the lanes from the one after the last claim's.
    async fn round(&self, db: Db<'_>, demand: &Demand, look: &Look) -> Result<Round, StoreError> {
        let after = demand.after.and_then(|lane| i32::try_from(lane.number()).ok());
        let (lanes, seen, last, is_partial) = {
            let mut ready = self.sender().ready();
            let recent = ready.take_recent();
            let mut lanes = ready.round(after, &look.retry_lanes);
            let is_partial = lanes.len() > WINDOW;
            lanes.truncate(WINDOW);
            let last = lanes.last().copied();
            let mut seen: HashSet<i32> = lanes.iter().copied().collect();
            lanes.extend(recent.into_iter().filter(|lane| seen.insert(*lane)));
            (lanes, seen, last, is_partial)
        };
        self.learn(db, &lanes).await?;
        let ready = self.sender().ready();
        let candidate = |lane: i32| {
            let facts = ready.facts(lane)?.clone();
            let own = demand.lanes.get(&LaneId::new(lane.into())).copied().unwrap_or_default();
            let load = demand.origins.get(&facts.origin).copied().unwrap_or_default();
            let has_room = Demand::has_room(&load, demand.slots(&facts.origin), &own, facts.manual);
            (has_room && !look.blocks(&facts)).then(|| Candidate {
                lane,
                facts,
                is_ordered: own.ordered,
                has_first: ready.has_first(lane),
                has_retries: look.retry_lanes.contains(&lane) || ready.starts.has_stray_retries(lane),
                arrivals: ready.arrivals(lane),
            })
        };
        let candidates = lanes.into_iter().filter_map(candidate).collect();
        Ok(Round { candidates, seen, last: last.map(|lane| LaneId::new(lane.into())), is_partial })
    }

    /// Finds out what these lanes are, where that is not known.
    pub(super) async fn learn(&self, db: Db<'_>, lanes: &[i32]) -> Result<(), StoreError> {
        let unknown: Vec<i32> = {
            let ready = self.sender().ready();
            lanes.iter().copied().filter(|lane| ready.facts(*lane).is_none()).collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        let mut origins: HashSet<Origin> = HashSet::new();
        for row in db.rows(LANES, &[&unknown]).await? {
            // A lane whose profile has no name is nobody's.
            let Ok(profile_id) = ProfileId::parse(row.try_get(1)?) else { continue };
            let origin: Origin = Origin::from(row.try_get::<_, &str>(2)?);
            let origin = origins.get(&origin).cloned().unwrap_or(origin);
            origins.insert(Origin::clone(&origin));
            let last_outcome = match (row.try_get(4)?, row.try_get(5)?) {
                (true, _) => Some(LastOutcome::Failed),
                (false, true) => Some(LastOutcome::Delivered),
                (false, false) => None,
            };
            let facts = LaneFacts { profile_id, origin, manual: row.try_get(3)?, last_outcome };
            self.sender().ready().remember(row.try_get(0)?, facts);
        }
        Ok(())
    }

    /// The jobs of claimed rows. Those that cannot be read have failed: a sentence each.
    async fn jobs(
        &self,
        db: Db<'_>,
        seat: i32,
        taken: Vec<(Taken, LaneFacts)>,
    ) -> Result<(Vec<Job>, Vec<String>), StoreError> {
        let missing: BTreeSet<&str> = {
            let profiles = self.sender().profiles();
            let ids = taken.iter().map(|(_, facts)| facts.profile_id.as_str());
            ids.filter(|id| !profiles.contains(id)).collect()
        };
        if !missing.is_empty() {
            let ids: Vec<&str> = missing.into_iter().collect();
            let rows = db.rows(PROFILES, &[&ids, &millis(restorable_since(clock::now()))]).await?;
            let mut found: HashMap<&str, &str> = HashMap::new();
            for row in &rows {
                found.insert(row.try_get(0)?, row.try_get(1)?);
            }
            let mut profiles = self.sender().profiles();
            for id in ids {
                profiles.remember(id, found.get(id).copied());
            }
        }
        let (mut jobs, mut unreadable) = (Vec::with_capacity(taken.len()), Vec::new());
        {
            let profiles = self.sender().profiles();
            for (Taken { claim, row, is_probe }, facts) in &taken {
                match job::read(row, claim, facts, *is_probe, &profiles, |ms| self.sender().own_time(ms)) {
                    Ok(job) => jobs.push(job),
                    Err(why) => {
                        unreadable.push((claim.seq, unreadable::name_of(job::id_of(row), claim.seq), why));
                    }
                }
            }
        }
        let failed = if unreadable.is_empty() { Vec::new() } else { fail(db, seat, unreadable).await? };
        Ok((jobs, failed))
    }
}

/// Deals out turns: whose they are, by place.
fn deal(demand: &Demand, candidates: &[Candidate], most: usize) -> Vec<usize> {
    let mut turns = Turns::new(demand);
    for Candidate { lane, facts, .. } in candidates {
        turns.add(LaneId::new((*lane).into()), &facts.origin, facts.manual);
    }
    turns.begin();
    let mut sequence = Vec::new();
    while sequence.len() < most
        && let Some(place) = turns.next()
    {
        sequence.push(place);
        turns.put_back(place, true);
    }
    sequence
}

/// One more of a lane is open.
fn note(demand: &mut Demand, candidate: &Candidate) {
    let lane = demand.lanes.entry(LaneId::new(candidate.lane.into())).or_default();
    lane.open += 1;
    lane.room = lane.room.saturating_sub(1);
    let is_fast = lane.pace == Pace::Fast;
    let origin = demand.origins.entry(Origin::clone(&candidate.facts.origin)).or_default();
    origin.open += 1;
    origin.fast += usize::from(is_fast);
}

async fn fail(db: Db<'_>, seat: i32, unreadable: Vec<(i64, String, Why)>) -> Result<Vec<String>, StoreError> {
    let (now, class) = (millis(clock::now()), ErrorClass::Request.name());
    let mark = RollupMark::failed_unattempted(now, ErrorClass::Request).number();
    let mut sentences = Vec::with_capacity(unreadable.len());
    // One by one: there are few, and the day of one may have gone.
    for (seq, name, why) in unreadable {
        let message = format!("cannot be read from the database ({why}): send the event again");
        match db.execute(FAIL, &[&seat, &seq, &message, &now, &class, &mark]).await {
            Err(error) if gone::is_meant(&error) => gone::forget(db, seat, seq).await?,
            failed => drop(failed?),
        }
        sentences.push(format!("{name} cannot be read ({why}) and has failed"));
    }
    Ok(sentences)
}

fn first_columns<T>(rows: &[Row]) -> Result<Vec<T>, StoreError>
where
    T: for<'r> tokio_postgres::types::FromSql<'r>,
{
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
