//! Claims of profiles that are probed or recovering, of which only so many events are sent at a time: see
//! [`half_open`](crate::storage::health::half_open). What is claimed of them counts until it is recorded.

use std::collections::HashSet;

use rusqlite::{OptionalExtension as _, Transaction};

use crate::record::{LaneId, Origin};
use crate::storage::error::StoreError;
use crate::storage::health::half_open::NextProbe;
use crate::storage::sqlite::queue::pending::{DUE_IN_ORDER, FIRST, OLDEST_WAITING};
use crate::storage::sqlite::queue::row_set::RowSet;
use crate::storage::sqlite::queue::scheduler::{Chosen, Facts, Taken, last_outcome};
use crate::storage::{Demand, LaneLoad};

/// The profiles that are probed or recovering.
#[derive(Default)]
pub struct Metered {
    /// Of which something may be sent now.
    open: Vec<Meter>,
    /// When the next probe is due.
    pub next_due: Option<i64>,
}

struct Meter {
    profile_id: String,
    /// So many of its events at a time.
    width: usize,
    is_probe: bool,
}

/// A lane of events.
struct Lane {
    seq: i64,
    origin: Origin,
    facts: Facts,
    own: LaneLoad,
}

/// The events of a lane that may be sent, oldest first, and how many are claimed.
#[derive(Default)]
struct Oldest {
    free: Vec<i64>,
    claimed: usize,
}

impl Oldest {
    /// Notes a row. Returns whether more are wanted.
    fn add(&mut self, row: i64, passed_over: &RowSet, most: usize) -> bool {
        if passed_over.contains(&row) {
            self.claimed += 1;
        } else {
            self.free.push(row);
        }
        self.free.len() < most
    }
}

impl Metered {
    /// Reads them. Usually there is none.
    pub fn read(tx: &Transaction<'_>, now: i64) -> Result<Self, StoreError> {
        let sql =
            "SELECT profile_id, probe_at, 1 FROM hold WHERE why = 'auto-disabled' AND probe_at IS NOT NULL
                   UNION ALL SELECT profile_id, NULL, width FROM recovering";
        let mut statement = tx.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut metered = Self::default();
        while let Some(row) = rows.next()? {
            // What is damaged is not sent: a person can enable the profile.
            let (Ok(profile_id), Ok(probe_at), Ok(width)) =
                (row.get(0), row.get::<_, Option<i64>>(1), row.get::<_, u16>(2))
            else {
                continue;
            };
            match probe_at.filter(|at| !NextProbe::is_due(*at, now)) {
                Some(at) => metered.next_due = Some(metered.next_due.map_or(at, |next| next.min(at))),
                None => {
                    metered.open.push(Meter {
                        profile_id,
                        width: width.into(),
                        is_probe: probe_at.is_some(),
                    });
                }
            }
        }
        Ok(metered)
    }

    /// The recovering profiles: nothing of them is claimed in the usual way.
    pub fn recovering(&self) -> HashSet<String> {
        let all = self.open.iter().filter(|meter| !meter.is_probe);
        all.map(|meter| meter.profile_id.clone()).collect()
    }

    /// What may be sent of them now: at most so many.
    pub fn choose(
        &self,
        tx: &Transaction<'_>,
        demand: &Demand,
        taken: &Taken<'_>,
        now: i64,
        most: usize,
    ) -> Result<Vec<Chosen>, StoreError> {
        let mut chosen = Vec::new();
        for meter in &self.open {
            if !is_blocked(tx, &meter.profile_id)? {
                meter.choose(tx, demand, taken, now, &mut chosen)?;
            }
        }
        chosen.truncate(most);
        Ok(chosen)
    }
}

impl Meter {
    fn choose(
        &self,
        tx: &Transaction<'_>,
        demand: &Demand,
        taken: &Taken<'_>,
        now: i64,
        chosen: &mut Vec<Chosen>,
    ) -> Result<(), StoreError> {
        let (mut claimed, mut free) = (0, Vec::new());
        for lane in lanes(tx, &self.profile_id, demand)? {
            let oldest = self.oldest(tx, &lane, taken.passed_over, now)?;
            claimed += oldest.claimed;
            let load = demand.origins.get(&lane.origin).copied().unwrap_or_default();
            if Demand::has_room(&load, demand.slots(&lane.origin), &lane.own, false) {
                let room = lane.own.room;
                free.extend(oldest.free.into_iter().take(room).map(|row| Chosen {
                    row,
                    lane: lane.seq,
                    origin: Origin::clone(&lane.origin),
                    facts: lane.facts,
                    is_probe: self.is_probe,
                }));
            }
        }
        free.sort_unstable_by_key(|next| next.row);
        chosen.extend(free.into_iter().take(self.width.saturating_sub(claimed)));
        Ok(())
    }

    fn oldest(
        &self,
        tx: &Transaction<'_>,
        lane: &Lane,
        passed_over: &RowSet,
        now: i64,
    ) -> Result<Oldest, StoreError> {
        let mut oldest = Oldest::default();
        let mut first = tx.prepare_cached(FIRST)?;
        let mut rows = first.query([lane.seq])?;
        while let Some(row) = rows.next()?
            && oldest.add(row.get(0)?, passed_over, self.width)
        {}
        let mut due = Oldest::default();
        let mut retries = tx.prepare_cached(DUE_IN_ORDER)?;
        let mut rows = retries.query((lane.seq, now))?;
        while let Some(row) = rows.next()?
            && due.add(row.get(0)?, passed_over, self.width)
        {}
        oldest.claimed += due.claimed;
        oldest.free.append(&mut due.free);
        oldest.free.sort_unstable();
        if lane.own.ordered {
            // One that waits holds those after it.
            let mut waiting = tx.prepare_cached(OLDEST_WAITING)?;
            let waiting: Option<i64> = waiting.query_row([lane.seq], |row| row.get(0)).optional()?;
            oldest.free.retain(|row| waiting.is_none_or(|waiting| *row <= waiting));
            oldest.free.truncate(usize::from(oldest.claimed == 0));
        }
        Ok(oldest)
    }
}

/// Whether a profile is paused or deleted.
fn is_blocked(tx: &Transaction<'_>, profile_id: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM hold WHERE profile_id IN (?1, '') AND why = 'paused'
               UNION ALL SELECT 1 FROM profile WHERE id = ?1 AND deleted_at IS NOT NULL";
    Ok(tx.prepare_cached(sql)?.exists([profile_id])?)
}

fn lanes(tx: &Transaction<'_>, profile_id: &str, demand: &Demand) -> Result<Vec<Lane>, StoreError> {
    let sql = "SELECT seq, origin, delivered IS NOT NULL, failed_in_row > 0 FROM lane
               WHERE profile_id = ?1 AND by_hand = 0";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query([profile_id])?;
    let mut lanes = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = row.get(0)?;
        // Those of an unreadable lane fail in the usual way, once the profile is enabled.
        let Ok(origin) = row.get::<_, String>(1) else { continue };
        let last_outcome = last_outcome(row.get(2)?, row.get::<_, Option<bool>>(3)?.unwrap_or(false));
        let own = demand.lanes.get(&LaneId::new(seq)).copied().unwrap_or_default();
        lanes.push(Lane { seq, origin: origin.into(), facts: Facts { manual: false, last_outcome }, own });
    }
    Ok(lanes)
}
