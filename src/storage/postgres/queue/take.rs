//! Takes rows out of the queue: as many of each lane as it has turns.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::queue::claim_sql::{TAKE_FIRST, TAKE_OLDEST, TAKE_RETRIES, TAKE_STRAYS};
use crate::storage::postgres::queue::job::Claim;
use crate::storage::postgres::queue::ready::LaneFacts;
use crate::storage::postgres::queue::starts::RETRIES;

/// What a claim goes by.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Now, for what is due, in milliseconds of the database.
    pub now: i64,
    /// The position of what is accepted now.
    pub clock: i64,
    /// Retries that are due later than this are looked at.
    pub retries_after: i64,
}

/// A lane that may take turns.
pub struct Candidate {
    /// Its number.
    pub lane: i32,
    /// What is the same for all of its deliveries.
    pub facts: LaneFacts,
    /// It may have first attempts.
    pub has_first: bool,
    /// It may have retries that are due.
    pub has_retries: bool,
    /// Only its oldest delivery is wanted.
    pub is_ordered: bool,
    /// When it was looked at: see [`ReadyLanes::emptied`](super::ready::ReadyLanes::emptied).
    pub arrivals: u64,
}

/// A claimed row, not read yet.
pub struct Taken {
    /// Which delivery it is of.
    pub claim: Claim,
    /// The rest.
    pub row: Row,
    /// It is a probe of its profile.
    pub is_probe: bool,
}

impl Taken {
    fn due_at(&self) -> i64 {
        self.row.try_get(3).unwrap_or(i64::MAX)
    }
}

/// The rows of each lane.
type Rows = HashMap<i32, VecDeque<Taken>>;

impl PgStore {
    /// Takes as many of each lane as it has turns: the rows of each lane, in their order.
    pub(super) async fn take(
        &self,
        db: Db<'_>,
        seat: i32,
        times: Times,
        candidates: &mut [Candidate],
        sequence: &[usize],
    ) -> Result<Rows, StoreError> {
        let mut wanted = vec![0_usize; candidates.len()];
        for place in sequence {
            wanted[*place] += 1;
        }
        let mut rows = Rows::new();
        self.take_oldest(db, (seat, times), candidates, &mut wanted, &mut rows).await?;
        self.take_strays(db, (seat, times), candidates, &wanted, (false, &mut rows)).await?;
        self.take_first(db, (seat, times), candidates, &wanted, &mut rows).await?;
        let mut retries = Rows::new();
        let wanted: Vec<usize> = candidates
            .iter()
            .zip(&wanted)
            .map(|(candidate, wanted)| wanted.saturating_sub(count(&rows, candidate.lane)))
            .collect();
        self.take_strays(db, (seat, times), candidates, &wanted, (true, &mut retries)).await?;
        self.take_retries(db, (seat, times), candidates, &wanted, &mut retries).await?;
        for (lane, mut of_lane) in retries {
            of_lane.make_contiguous().sort_by_key(|taken| (taken.due_at(), taken.claim.seq));
            rows.entry(lane).or_default().append(&mut of_lane);
        }
        Ok(rows)
    }

    /// Takes the oldest of each ordered lane with turns, and nothing else of them. Where their queues start does not
    /// matter: one that another sender has had may lie before.
    async fn take_oldest(
        &self,
        db: Db<'_>,
        (seat, times): (i32, Times),
        candidates: &mut [Candidate],
        wanted: &mut [usize],
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        let mut asked = Vec::new();
        for (candidate, wanted) in candidates.iter_mut().zip(wanted) {
            if candidate.is_ordered && std::mem::take(wanted) > 0 {
                // Once in a claim.
                (candidate.has_first, candidate.has_retries) = (false, false);
                asked.push((candidate.lane, candidate.arrivals));
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let lanes: Vec<i32> = asked.iter().map(|(lane, _)| *lane).collect();
        keep(rows, db.rows(TAKE_OLDEST, &[&seat, &lanes, &times.now]).await?)?;
        let mut ready = self.sender().ready();
        for (lane, arrivals) in asked {
            for are_retries in [false, true] {
                ready.starts.take_strays(lane, are_retries, usize::MAX);
            }
            if count(rows, lane) > 0 {
                // What comes after it is looked for once it is recorded.
                ready.arrived([lane]);
            } else {
                ready.emptied(lane, arrivals);
                ready.emptied_retries(lane);
            }
        }
        Ok(())
    }

    /// Takes what lies before the starts of lanes: retries or others.
    async fn take_strays(
        &self,
        db: Db<'_>,
        (seat, times): (i32, Times),
        candidates: &[Candidate],
        wanted: &[usize],
        (are_retries, rows): (bool, &mut Rows),
    ) -> Result<(), StoreError> {
        let strays: Vec<i64> = {
            let mut ready = self.sender().ready();
            let lanes = candidates.iter().zip(wanted);
            lanes
                .flat_map(|(candidate, most)| ready.starts.take_strays(candidate.lane, are_retries, *most))
                .collect()
        };
        if !strays.is_empty() {
            keep(rows, db.rows(TAKE_STRAYS, &[&seat, &strays, &times.now]).await?)?;
        }
        Ok(())
    }

    /// Takes first attempts, from the starts of lanes on.
    async fn take_first(
        &self,
        db: Db<'_>,
        (seat, times): (i32, Times),
        candidates: &mut [Candidate],
        wanted: &[usize],
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        let missing = Missing::of(candidates, wanted, rows, |candidate| candidate.has_first);
        if missing.lanes.is_empty() {
            return Ok(());
        }
        let starts: Vec<i64> = {
            let (mut ready, now) = (self.sender().ready(), Instant::now());
            missing.lanes.iter().map(|lane| ready.starts.after(*lane, now, times.clock)).collect()
        };
        let mut taken = Rows::new();
        let params: [&(dyn ToSql + Sync); 4] = [&seat, &missing.lanes, &missing.counts, &starts];
        keep(&mut taken, db.rows(TAKE_FIRST, &params).await?)?;
        let mut ready = self.sender().ready();
        for (place, missing) in missing.places {
            let Some(candidate) = candidates.get_mut(place) else { continue };
            let mut of_lane = taken.remove(&candidate.lane).unwrap_or_default();
            of_lane.make_contiguous().sort_by_key(|taken| taken.claim.seq);
            if let Some(last) = of_lane.back() {
                ready.starts.claimed(candidate.lane, last.claim.seq, of_lane.len());
            }
            if of_lane.len() < missing {
                candidate.has_first = false;
                ready.emptied(candidate.lane, candidate.arrivals);
                ready.starts.emptied(candidate.lane, times.clock);
            }
            rows.entry(candidate.lane).or_default().append(&mut of_lane);
        }
        Ok(())
    }

    /// Takes retries that are due, where first attempts are fewer than turns.
    async fn take_retries(
        &self,
        db: Db<'_>,
        (seat, times): (i32, Times),
        candidates: &mut [Candidate],
        wanted: &[usize],
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        let missing = Missing::of(candidates, wanted, rows, |candidate| candidate.has_retries);
        if missing.lanes.is_empty() {
            return Ok(());
        }
        let mut retries = Rows::new();
        let params: [&(dyn ToSql + Sync); 5] =
            [&seat, &missing.lanes, &missing.counts, &times.now, &times.retries_after];
        keep(&mut retries, db.rows(TAKE_RETRIES, &params).await?)?;
        let taken = retries.values().map(VecDeque::len).sum();
        let mut ready = self.sender().ready();
        ready.starts.claimed(RETRIES, i64::MIN, taken);
        for (place, missing) in missing.places {
            let Some(candidate) = candidates.get_mut(place) else { continue };
            let mut of_lane = retries.remove(&candidate.lane).unwrap_or_default();
            candidate.has_retries = of_lane.len() >= missing;
            if !candidate.has_retries {
                ready.emptied_retries(candidate.lane);
            }
            rows.entry(candidate.lane).or_default().append(&mut of_lane);
        }
        Ok(())
    }
}

/// What lanes with turns still miss.
struct Missing {
    /// Which candidates, and how many rows each.
    places: Vec<(usize, usize)>,
    lanes: Vec<i32>,
    counts: Vec<i64>,
}

impl Missing {
    /// Of these candidates, beside the rows that they have.
    fn of(candidates: &[Candidate], wanted: &[usize], rows: &Rows, may: impl Fn(&Candidate) -> bool) -> Self {
        let mut missing = Self { places: Vec::new(), lanes: Vec::new(), counts: Vec::new() };
        for ((place, candidate), wanted) in candidates.iter().enumerate().zip(wanted) {
            let n = wanted.saturating_sub(count(rows, candidate.lane));
            if n > 0 && may(candidate) {
                missing.places.push((place, n));
                missing.lanes.push(candidate.lane);
                missing.counts.push(i64::try_from(n).unwrap_or(i64::MAX));
            }
        }
        missing
    }
}

/// How many rows there are of a lane.
fn count(rows: &Rows, lane: i32) -> usize {
    rows.get(&lane).map_or(0, VecDeque::len)
}

fn keep(rows: &mut Rows, taken: Vec<Row>) -> Result<(), StoreError> {
    for row in taken {
        let claim = Claim::of(&row)?;
        rows.entry(claim.lane).or_default().push_back(Taken { claim, row, is_probe: false });
    }
    Ok(())
}
