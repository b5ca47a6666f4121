//! Claims of profiles that are probed or recovering, of which only so many events are sent at a time, by all senders
//! together: see [`half_open`](crate::storage::health::half_open).
//!
//! What is claimed of them is listed in `metered_claim`, under a lock on the profile's row in `hold` or `recovering`. It
//! counts until it is recorded or released, or the lease of its sender has ended.

use std::collections::{HashMap, HashSet};

use tokio_postgres::Row;

use crate::record::LaneId;
use crate::storage::Demand;
use crate::storage::error::StoreError;
use crate::storage::health::half_open::{FIRST_WIDTH, NextProbe};
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::{Db, Params};
use crate::storage::postgres::connection::session::Acquired;
use crate::storage::postgres::queue::claim_sql::TAKE_STRAYS;
use crate::storage::postgres::queue::job::Claim;
use crate::storage::postgres::queue::ready::LaneFacts;
use crate::storage::postgres::queue::take::Taken;

/// A profile of which only so many events are sent at a time.
#[derive(Debug)]
pub struct Meter {
    profile_id: String,
    /// When its probe is due; none if it is recovering.
    probe_at: Option<i64>,
    /// So many of its events at a time, when it was looked up.
    width: i64,
}

/// The profiles that are probed or recovering.
#[derive(Debug, Default)]
pub struct Metered {
    /// Of which something may be sent now.
    pub open: Vec<Meter>,
    /// When the next probe is due.
    pub next_due: Option<i64>,
}

impl Metered {
    /// Those of the rows of [`BLOCKED`](super::claim_sql::BLOCKED) that are blocked by nothing else.
    pub fn of(blocked: &[Row], now: i64) -> Result<Self, StoreError> {
        let (mut metered, mut others) = (Self::default(), Vec::new());
        for row in blocked {
            let (profile_id, probe_at): (String, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            match (probe_at, row.try_get::<_, Option<i32>>(2)?) {
                (Some(at), _) if !NextProbe::is_due(at, now) => {
                    metered.next_due = Some(metered.next_due.map_or(at, |next| next.min(at)));
                }
                (Some(_), _) => metered.open.push(Meter { profile_id, probe_at, width: FIRST_WIDTH.into() }),
                (None, Some(width)) => {
                    metered.open.push(Meter { profile_id, probe_at, width: width.into() });
                }
                (None, None) => others.push(profile_id),
            }
        }
        let is_all = others.iter().any(String::is_empty);
        metered.open.retain(|meter| !is_all && !others.contains(&meter.profile_id));
        Ok(metered)
    }
}

/// Locks the row of a profile that is probed at this time, unless another sender has it.
const LOCK_PROBED: &str = "
SELECT 1 FROM hold WHERE profile_id = $1 AND why = 'auto-disabled' AND probe_at = $2
FOR NO KEY UPDATE SKIP LOCKED";

/// The same of one that is recovering.
const LOCK_RECOVERING: &str = "
SELECT width FROM recovering WHERE profile_id = $1 FOR NO KEY UPDATE SKIP LOCKED";

const FORGET: &str = "
DELETE FROM metered_claim m WHERE profile_id = $1
AND NOT EXISTS (SELECT FROM pending p WHERE p.seq = m.seq AND p.claimed_by IS NOT NULL)";

/// How many are claimed of each of these profiles.
const CLAIMED: &str = "
SELECT m.profile_id, count(*) FROM metered_claim m WHERE m.profile_id = ANY($1)
AND EXISTS (SELECT FROM pending p WHERE p.seq = m.seq AND p.claimed_by IS NOT NULL) GROUP BY 1";

const LANES: &str = "
SELECT profile_id, seq FROM lane WHERE profile_id = ANY($1) AND NOT by_hand ORDER BY seq";

/// Those of these lanes of which something is due and free.
const DUE: &str = "
SELECT l.lane FROM unnest($1::int[]) l(lane) WHERE
  (SELECT true FROM pending p WHERE p.lane = l.lane AND p.claimed_by IS NULL AND p.attempts = 0
   ORDER BY p.lane, p.seq LIMIT 1)
  OR (SELECT true FROM pending p WHERE p.lane = l.lane AND p.claimed_by IS NULL AND p.attempts > 0
      AND p.due_at <= $2 ORDER BY p.lane, p.due_at, p.seq LIMIT 1)";

/// The oldest of these lanes that are due and free. All due retries of a lane are read, by the index that has its lane
/// first (`OFFSET 0`): that of positions would be read past those of all other lanes.
const OLDEST: &str = "
SELECT seq FROM (
  SELECT f.seq FROM unnest($1::int[]) l(lane) CROSS JOIN LATERAL (
    SELECT seq FROM pending p WHERE p.lane = l.lane AND p.claimed_by IS NULL AND p.attempts = 0
    ORDER BY p.lane, p.seq LIMIT $3) f
  UNION ALL
  SELECT r.seq FROM unnest($1::int[]) l(lane) CROSS JOIN LATERAL (
    SELECT seq FROM (SELECT p.seq FROM pending p
      WHERE p.lane = l.lane AND p.claimed_by IS NULL AND p.attempts > 0 AND p.due_at <= $2 OFFSET 0) d
    ORDER BY seq LIMIT $3) r) a
ORDER BY seq LIMIT $3";

/// The oldest of each of these lanes that is free, if it is due; the oldest of those first.
const OLDEST_OF_EACH: &str = "
SELECT d.seq FROM unnest($1::int[]) l(lane)
  CROSS JOIN LATERAL (SELECT least(
    (SELECT p.seq FROM pending p WHERE p.lane = l.lane AND p.claimed_by IS NULL AND p.attempts = 0
     ORDER BY p.lane, p.seq LIMIT 1),
    (SELECT min(r.seq) FROM (SELECT p.seq FROM pending p
      WHERE p.lane = l.lane AND p.claimed_by IS NULL AND p.attempts > 0 OFFSET 0) r)) AS seq) o
  CROSS JOIN LATERAL (SELECT p.seq FROM pending p
    WHERE p.seq = o.seq AND (p.attempts = 0 OR p.due_at <= $2) LIMIT 1) d
ORDER BY d.seq LIMIT $3";

/// What is claimed next of the profiles that are open.
#[derive(Debug, Default)]
struct Due {
    /// The lanes of each profile, full ones included.
    lanes: HashMap<String, Vec<i32>>,
    /// Those of which something is due and free.
    ready: HashSet<i32>,
    /// How many of a profile are claimed.
    claimed: HashMap<String, i64>,
}

impl Due {
    /// The lanes of a profile of which something may be claimed now.
    fn of(&self, meter: &Meter) -> Vec<i32> {
        let claimed = self.claimed.get(&meter.profile_id).copied().unwrap_or(0);
        if claimed >= meter.width {
            // When one of those is recorded, it is asked for again.
            return Vec::new();
        }
        let lanes = self.lanes.get(&meter.profile_id).into_iter().flatten().copied();
        lanes.filter(|lane| self.ready.contains(lane)).collect()
    }
}

impl PgStore {
    /// Takes what may be sent of these now: at most so many. Only the row of a profile is locked that has something.
    pub(super) async fn take_metered(
        &self,
        acquired: &mut Acquired<'_>,
        (seat, now): (i32, i64),
        metered: &[Meter],
        demand: &Demand,
        most: usize,
    ) -> Result<Vec<(Taken, LaneFacts)>, StoreError> {
        let due = self.metered_due(acquired.db()?, now, metered).await?;
        let mut all = Vec::new();
        for meter in metered {
            let room = most.saturating_sub(all.len());
            if room == 0 {
                break;
            }
            let lanes = self.with_room(acquired.db()?, due.of(meter), demand).await?;
            if lanes.is_empty() {
                continue;
            }
            // Two statements at least: what is claimed is counted as it is under the lock.
            let begun = acquired.begin().await?;
            let taken = self.take_of(begun.db(), (seat, now), meter, lanes, demand, room).await?;
            begun.commit().await?;
            all.extend(taken);
        }
        Ok(all)
    }

    /// What is due of these profiles. The next event of a lane that has nothing wakes the dispatcher.
    async fn metered_due(&self, db: Db<'_>, now: i64, metered: &[Meter]) -> Result<Due, StoreError> {
        let ids: Vec<&str> = metered.iter().map(|meter| meter.profile_id.as_str()).collect();
        let (mut found, mut all) = (Due::default(), Vec::new());
        for row in db.rows(LANES, &[&ids]).await? {
            let lane: i32 = row.try_get(1)?;
            found.lanes.entry(row.try_get(0)?).or_default().push(lane);
            all.push(lane);
        }
        let arrivals: Vec<u64> = {
            let mut ready = self.sender().ready();
            // What ends of these may widen what is claimed next.
            ready.metered = all.iter().copied().collect();
            all.iter().map(|lane| ready.arrivals(*lane)).collect()
        };
        let params: (Params<'_>, Params<'_>) = (&[&all, &now], &[&ids]);
        let (due, claimed) = tokio::join!(db.rows(DUE, params.0), db.rows(CLAIMED, params.1));
        for row in due? {
            found.ready.insert(row.try_get(0)?);
        }
        for row in claimed? {
            found.claimed.insert(row.try_get(0)?, row.try_get(1)?);
        }
        let mut ready = self.sender().ready();
        for (lane, arrivals) in all.iter().zip(arrivals).filter(|(lane, _)| !found.ready.contains(*lane)) {
            ready.emptied(*lane, arrivals);
        }
        Ok(found)
    }

    async fn take_of(
        &self,
        db: Db<'_>,
        (seat, now): (i32, i64),
        meter: &Meter,
        lanes: Vec<i32>,
        demand: &Demand,
        most: usize,
    ) -> Result<Vec<(Taken, LaneFacts)>, StoreError> {
        let id = &meter.profile_id;
        let width = match meter.probe_at {
            Some(at) => db.value::<i32>(LOCK_PROBED, &[id, &at]).await?,
            None => db.value::<i32>(LOCK_RECOVERING, &[id]).await?,
        };
        let Some(width) = width.and_then(|width| usize::try_from(width).ok()) else { return Ok(Vec::new()) };
        db.execute(FORGET, &[id]).await?;
        let sql = "SELECT count(*) FROM metered_claim WHERE profile_id = $1";
        let claimed: i64 = db.value(sql, &[id]).await?.unwrap_or(0);
        let room = width.saturating_sub(usize::try_from(claimed).unwrap_or(usize::MAX)).min(most);
        if room == 0 {
            return Ok(Vec::new());
        }
        // Where one lane of a profile is ordered, all are.
        let is_ordered = lanes.iter().any(|lane| demand.is_ordered(LaneId::new((*lane).into())));
        let arrivals: Vec<u64> = {
            let ready = self.sender().ready();
            lanes.iter().map(|lane| ready.arrivals(*lane)).collect()
        };
        let sql = if is_ordered { OLDEST_OF_EACH } else { OLDEST };
        let oldest = db.rows(sql, &[&lanes, &now, &i64::try_from(room).unwrap_or(i64::MAX)]).await?;
        // An ordered lane may have more behind its oldest.
        if oldest.len() < room && !is_ordered {
            // The next event of these wakes the dispatcher.
            let mut ready = self.sender().ready();
            for (lane, arrivals) in lanes.iter().zip(arrivals) {
                ready.emptied(*lane, arrivals);
            }
        }
        let seqs: Vec<i64> = oldest.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let rows = db.rows(TAKE_STRAYS, &[&seat, &seqs, &now]).await?;
        self.metered_rows(db, meter, rows).await
    }

    /// Those of these lanes that have a free slot here.
    async fn with_room(
        &self,
        db: Db<'_>,
        mut lanes: Vec<i32>,
        demand: &Demand,
    ) -> Result<Vec<i32>, StoreError> {
        self.learn(db, &lanes).await?;
        let ready = self.sender().ready();
        lanes.retain(|lane| {
            let own = demand.lanes.get(&LaneId::new((*lane).into())).copied().unwrap_or_default();
            ready.facts(*lane).is_some_and(|facts| {
                let load = demand.origins.get(&facts.origin).copied().unwrap_or_default();
                Demand::has_room(&load, demand.slots(&facts.origin), &own, false)
            })
        });
        Ok(lanes)
    }

    async fn metered_rows(
        &self,
        db: Db<'_>,
        meter: &Meter,
        rows: Vec<Row>,
    ) -> Result<Vec<(Taken, LaneFacts)>, StoreError> {
        let mut taken = Vec::with_capacity(rows.len());
        for row in rows {
            let claim = Claim::of(&row)?;
            let Some(facts) = self.sender().ready().facts(claim.lane).cloned() else { continue };
            taken.push((Taken { claim, row, is_probe: meter.probe_at.is_some() }, facts));
        }
        taken.sort_by_key(|(taken, _)| taken.claim.seq);
        let seqs: Vec<i64> = taken.iter().map(|(taken, _)| taken.claim.seq).collect();
        let sql = "INSERT INTO metered_claim (seq, profile_id) SELECT unnest($1::bigint[]), $2
                   ON CONFLICT DO NOTHING";
        db.execute(sql, &[&seqs, &meter.profile_id]).await?;
        Ok(taken)
    }
}
