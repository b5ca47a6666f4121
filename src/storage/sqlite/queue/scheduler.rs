//! Selects the deliveries to read next: each endpoint gets the same share of the slots, and within an endpoint each
//! profile with pending deliveries.
//!
//! A lane is the queue of one profile to one endpoint. The order is that of [`Turns`]; equal ones take turns,
//! continuing where the last claim stopped. So neither a long queue, nor a hanging endpoint, nor a hanging profile,
//! nor a high number keeps another one from its turn. Only indexes are read, and only a few rows for each examined
//! lane and each selected delivery. A query examines a bounded number of lanes and returns where the next one
//! continues; the lanes of the newest deliveries are examined by each query, so that they need not wait for that.
//!
//! Every index entry is visited: invalid ones, such as the number of a missing lane, are returned separately, so that
//! they do not stay pending for ever.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Bound;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Rows, Transaction};

use crate::record::{LaneId, LastOutcome, Origin};
use crate::storage::error::StoreError;
use crate::storage::queue::turns::Turns;
use crate::storage::sqlite::control::pause::BlockedProfiles;
use crate::storage::sqlite::queue::floors::SeenFloors;
use crate::storage::sqlite::queue::pending::{
    ANY_WAITING, DUE_RETRIES, FIRST, NEWEST_LANES, NEXT_FIRST, NEXT_RETRY, OLDEST_WAITING, Pending,
};
use crate::storage::sqlite::queue::row_set::RowSet;
use crate::storage::sqlite::rows::columns::{get, millis, text};
use crate::storage::unreadable::Why;
use crate::storage::{Demand, OriginLoad};

/// Due retries examined by time, before lanes are queried one by one.
const RETRIES: usize = 512;

/// How many lanes a query examines in its round. New deliveries wait for it, and each of them may have a delivery to
/// read.
const LANES: usize = 1024;

/// If those are not all: the newest deliveries whose lanes are examined too.
const NEWEST: i64 = 256;

/// The maximum number of rows of one lane read at a time. It starts with one, and doubles each time: usually most of
/// many lanes are queried once, and a query costs more than a row.
const ROWS: usize = 64;

/// The selected deliveries.
#[derive(Default)]
pub struct Turn {
    /// In order.
    pub chosen: Vec<Chosen>,
    /// Rows that were found and cannot be sent, since an index entry is invalid.
    pub odd: Vec<(i64, Why)>,
    /// The lane after which the next query continues.
    pub after: Option<i64>,
    /// Not all lanes were examined.
    pub is_partial: bool,
    /// The last first attempt that was selected in each lane: all before it in its lane are selected or were skipped.
    pub reached: Vec<(i64, i64)>,
    /// Something waits for a retry, due or not.
    pub anything_waits: bool,
}

/// What is taken already.
pub struct Taken<'a> {
    /// Rows that are claimed already, or that cannot be handled.
    pub passed_over: &'a RowSet,
    /// Where the queues start.
    pub floors: &'a SeenFloors,
}

/// A selected delivery.
pub struct Chosen {
    pub row: i64,
    pub lane: i64,
    pub origin: Origin,
    pub facts: Facts,
    /// Its profile is auto-disabled: it is a probe.
    pub is_probe: bool,
}

/// The stored facts about a lane.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Whether its deliveries are manual.
    pub manual: bool,
    /// How its last ended delivery ended.
    pub last_outcome: Option<LastOutcome>,
}

/// How the last delivery of a lane ended: whether one of it was delivered, and whether the last ones have failed.
pub fn last_outcome(was_delivered: bool, has_failed: bool) -> Option<LastOutcome> {
    match (was_delivered, has_failed) {
        (_, true) => Some(LastOutcome::Failed),
        (true, false) => Some(LastOutcome::Delivered),
        (false, false) => None,
    }
}

/// Deliveries that can start, without those that are taken, and without the events of recovering profiles.
pub fn choose(
    tx: &Transaction<'_>,
    demand: &Demand,
    taken: &Taken<'_>,
    recovering: HashSet<String>,
) -> Result<Turn, StoreError> {
    let (now, limit) = (millis(demand.now), demand.limit);
    let (retries, blocked) = (retries(tx, now)?, BlockedProfiles::read(tx)?.and(recovering));
    let round = Round { tx, now, demand, taken, retries, blocked, odd: RefCell::default() };
    let Window { mut queues, last, is_partial } = round.window(limit)?;
    let in_window = queues.len();
    if is_partial {
        queues.extend(round.newest(&queues)?);
    }
    let mut turns = Turns::new(demand);
    for queue in &queues {
        turns.add(LaneId::new(queue.lane), &queue.origin, queue.facts.manual);
    }
    turns.begin();
    let mut chosen = Vec::with_capacity(limit.min(LANES));
    let (mut furthest, mut latest) = (None, None);
    while chosen.len() < limit
        && let Some(place) = turns.next()
    {
        let queue = &mut queues[place];
        let Queue { row, lane, facts, .. } = *queue;
        chosen.push(Chosen { row, lane, origin: queue.origin.clone(), facts, is_probe: false });
        latest = Some(lane);
        if let At::First(row) = queue.at {
            queue.reached = Some(row);
        }
        furthest = furthest.max(Some(place).filter(|place| *place < in_window));
        let has_more = !queue.is_ordered && round.advance(queue)?;
        turns.put_back(place, has_more);
    }
    let anything_waits = round.anything_waits();
    if anything_waits {
        round.meet(Pending::Waiting, &Value::Null, "it has no queue")?;
    }
    let after = match furthest {
        _ if !is_partial => latest.or(demand.after.map(LaneId::number)),
        // No more were wanted: those after them are next.
        Some(place) if chosen.len() == limit => Some(queues[place].lane),
        _ => last,
    };
    let reached = queues.iter().filter_map(|queue| Some((queue.lane, queue.reached?))).collect();
    Ok(Turn { chosen, odd: round.odd.into_inner(), after, is_partial, reached, anything_waits })
}

/// The lanes with due retries.
enum Retries {
    /// Nothing waits, due or not.
    None,
    /// These.
    Of(BTreeSet<i64>),
    /// Too many are due to examine each.
    Many,
}

fn retries(tx: &Transaction<'_>, now: i64) -> Result<Retries, StoreError> {
    if !tx.prepare_cached(ANY_WAITING)?.exists([])? {
        return Ok(Retries::None);
    }
    let mut statement = tx.prepare_cached(DUE_RETRIES)?;
    let mut rows = statement.query([now])?;
    let mut lanes = BTreeSet::new();
    for _ in 0..RETRIES {
        let Some(row) = rows.next()? else { return Ok(Retries::Of(lanes)) };
        // Invalid lanes are found during the round.
        let Ok(lane) = get(row, 0) else { return Ok(Retries::Many) };
        lanes.insert(lane);
    }
    Ok(Retries::Many)
}

/// The due deliveries of one lane, from its next one on.
struct Queue {
    lane: i64,
    origin: Origin,
    facts: Facts,
    /// The position of the next one, to continue from.
    at: At,
    /// The row of the next one.
    row: i64,
    /// Those after it that were read with it.
    read: VecDeque<(i64, At)>,
    /// How many are read the next time.
    rows: usize,
    /// It started at a floor, and nothing was found after that yet.
    is_at_floor: bool,
    /// Only its oldest delivery is wanted.
    is_ordered: bool,
    /// See [`Turn::reached`].
    reached: Option<i64>,
}

impl Queue {
    fn new(lane: i64, origin: Origin, facts: Facts, floor: Option<i64>) -> Self {
        let at = floor.map_or(At::Start, At::First);
        let is_at_floor = floor.is_some();
        let read = VecDeque::new();
        Self { lane, origin, facts, at, row: 0, read, rows: 1, is_at_floor, is_ordered: false, reached: None }
    }

    /// Goes to the first of these, and keeps the others. Returns whether there is one.
    fn take(
        &mut self,
        found: impl Iterator<Item = Result<(i64, At), StoreError>>,
    ) -> Result<bool, StoreError> {
        let mut found = found.take(self.rows);
        let Some(first) = found.next() else { return Ok(false) };
        (self.row, self.at) = first?;
        for next in found {
            self.read.push_back(next?);
        }
        self.rows = (self.rows * 2).min(ROWS);
        self.is_at_floor = false;
        Ok(true)
    }
}

/// A position in a queue: first attempts come first.
#[derive(Clone, Copy)]
enum At {
    /// Before all.
    Start,
    /// A first attempt, with this row.
    First(i64),
    /// A retry, with this time.
    Retry(i64),
}

struct Round<'a> {
    tx: &'a Transaction<'a>,
    now: i64,
    demand: &'a Demand,
    taken: &'a Taken<'a>,
    retries: Retries,
    blocked: BlockedProfiles<'a>,
    /// See [`Turn::odd`].
    odd: RefCell<Vec<(i64, Why)>>,
}

/// The facts about a lane.
enum Known {
    /// Its deliveries can be sent.
    Open(Origin, Facts),
    /// It is paused or disabled.
    Blocked,
    /// It is invalid.
    Odd(Why),
}

/// The lanes that were examined in the round.
struct Window {
    /// Those that may take a turn.
    queues: Vec<Queue>,
    /// The last one.
    last: Option<i64>,
    /// There are more.
    is_partial: bool,
}

impl Round<'_> {
    /// The lanes that may take a turn, in the round: until `wanted` endpoints have nothing in flight, since those
    /// come before all others.
    fn window(&self, wanted: usize) -> Result<Window, StoreError> {
        let start = self.demand.after.map(LaneId::number);
        let (mut queues, mut idle) = (Vec::new(), 0);
        let (mut after, mut wrapped) = (start, start.is_none());
        let mut origins = HashMap::new();
        let mut looked_at = 0;
        loop {
            let lane = match self.lane_after(after)? {
                Some(lane) if !wrapped || start.is_none_or(|start| lane <= start) => lane,
                None if !wrapped => {
                    (after, wrapped) = (None, true);
                    continue;
                }
                _ => return Ok(Window { queues, last: after, is_partial: false }),
            };
            if idle >= wanted || looked_at == LANES {
                return Ok(Window { queues, last: after, is_partial: true });
            }
            looked_at += 1;
            after = Some(lane);
            if let Some(queue) = self.queue(lane, &mut origins)? {
                idle += usize::from(self.load(&queue.origin).open == 0);
                queues.push(queue);
            }
        }
    }

    /// Those of the newest deliveries that may take a turn, without lanes examined already.
    fn newest(&self, looked_at: &[Queue]) -> Result<Vec<Queue>, StoreError> {
        let mut seen: HashSet<i64> = looked_at.iter().map(|queue| queue.lane).collect();
        let (mut queues, mut origins) = (Vec::new(), HashMap::new());
        let mut statement = self.tx.prepare_cached(NEWEST_LANES)?;
        let mut rows = statement.query([NEWEST])?;
        while let Some(row) = rows.next()? {
            // Invalid lanes are found during the round.
            if let Ok(lane) = get(row, 0)
                && seen.insert(lane)
            {
                queues.extend(self.queue(lane, &mut origins)?);
            }
        }
        Ok(queues)
    }

    /// A lane, if it may take a turn.
    fn queue(&self, lane: i64, origins: &mut HashMap<String, Origin>) -> Result<Option<Queue>, StoreError> {
        let (origin, facts) = match self.lane(lane, origins)? {
            Known::Open(origin, facts) => (origin, facts),
            Known::Blocked => return Ok(None),
            Known::Odd(why) => {
                for state in Pending::ALL {
                    self.meet(state, &Value::Integer(lane), &why)?;
                }
                return Ok(None);
            }
        };
        let own = self.demand.lanes.get(&LaneId::new(lane)).copied().unwrap_or_default();
        let slots = self.demand.slots(&origin);
        if !Demand::has_room(&self.load(&origin), slots, &own, facts.manual) {
            return Ok(None);
        }
        let mut queue = Queue::new(lane, origin, facts, self.taken.floors.of(lane));
        if own.ordered {
            return Ok(self.is_oldest_due(&mut queue)?.then_some(queue));
        }
        Ok(self.advance(&mut queue)?.then_some(queue))
    }

    fn anything_waits(&self) -> bool {
        !matches!(self.retries, Retries::None)
    }

    fn load(&self, origin: &Origin) -> OriginLoad {
        self.demand.origins.get(origin).copied().unwrap_or_default()
    }

    /// The endpoint of a lane and what is known about it.
    fn lane(&self, lane: i64, seen: &mut HashMap<String, Origin>) -> Result<Known, StoreError> {
        let sql = "SELECT origin, profile_id, by_hand, delivered IS NOT NULL, failed_in_row > 0
                   FROM lane WHERE seq = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([lane])?;
        let Some(row) = rows.next()? else { return Ok(Known::Odd(format!("there is no queue {lane}"))) };
        let read = || -> Result<(&str, &str, Facts), Why> {
            let last_outcome = last_outcome(get(row, 3)?, get(row, 4)?);
            Ok((text(row, 0)?, text(row, 1)?, Facts { manual: get(row, 2)?, last_outcome }))
        };
        let (name, profile, facts) = match read() {
            Ok(read) => read,
            Err(why) => return Ok(Known::Odd(format!("its queue {lane}: {why}"))),
        };
        if self.blocked.blocks(profile, facts.manual)? {
            return Ok(Known::Blocked);
        }
        if let Some(origin) = seen.get(name) {
            return Ok(Known::Open(origin.clone(), facts));
        }
        let origin = Origin::from(name);
        seen.insert(name.to_owned(), origin.clone());
        Ok(Known::Open(origin, facts))
    }

    /// The next lane with first attempts or retries; without one, the first.
    fn lane_after(&self, after: Option<i64>) -> Result<Option<i64>, StoreError> {
        let first = self.pending_after(Pending::Queued, after)?;
        let retry = match &self.retries {
            Retries::None => None,
            Retries::Of(lanes) => {
                let from = after.map_or(Bound::Unbounded, Bound::Excluded);
                lanes.range((from, Bound::Unbounded)).next().copied()
            }
            Retries::Many => self.pending_after(Pending::Waiting, after)?,
        };
        Ok(first.into_iter().chain(retry).min())
    }

    fn pending_after(&self, state: Pending, after: Option<i64>) -> Result<Option<i64>, StoreError> {
        // Before all numbers; only null comes before it.
        let mut after = after.map_or(Value::Real(f64::NEG_INFINITY), Value::Integer);
        loop {
            let mut statement = self.tx.prepare_cached(state.lane_after())?;
            let found = statement.query_row([&after], |row| row.get(0)).optional()?;
            match found {
                None => return Ok(None),
                Some(Value::Integer(lane)) => return Ok(Some(lane)),
                Some(odd) => {
                    self.meet(state, &odd, "its queue is no number")?;
                    after = odd;
                }
            }
        }
    }

    /// Returns the deliveries of an unreadable lane.
    fn meet(&self, state: Pending, lane: &Value, why: &str) -> Result<(), StoreError> {
        let mut statement = self.tx.prepare_cached(state.of_odd_lane())?;
        let mut rows = statement.query([lane])?;
        while let Some(row) = rows.next()? {
            self.odd(row.get(0)?, why);
        }
        Ok(())
    }

    fn odd(&self, row: i64, why: &str) {
        if !self.taken.passed_over.contains(&row) {
            self.odd.borrow_mut().push((row, why.to_owned()));
        }
    }

    /// Goes to the oldest delivery of a queue. Returns whether it can be sent: else it holds those after it.
    fn is_oldest_due(&self, queue: &mut Queue) -> Result<bool, StoreError> {
        queue.is_ordered = true;
        let mut first = self.tx.prepare_cached(FIRST)?;
        let first: Option<i64> = first.query_row([queue.lane], |row| row.get(0)).optional()?;
        let mut waiting = self.tx.prepare_cached(OLDEST_WAITING)?;
        let waiting: Option<(i64, Option<i64>)> =
            waiting.query_row([queue.lane], |row| Ok((row.get(0)?, row.get(1).ok()))).optional()?;
        let (row, at) = match (first, waiting) {
            (Some(first), waiting) if waiting.is_none_or(|(waiting, _)| first < waiting) => {
                (first, At::First(first))
            }
            (_, Some((waiting, Some(due_at)))) if due_at <= self.now => (waiting, At::Retry(due_at)),
            _ => return Ok(false),
        };
        (queue.row, queue.at) = (row, at);
        Ok(!self.taken.passed_over.contains(&row))
    }

    /// Advances a queue to its next delivery that is not known already: first attempts, then retries. Returns whether
    /// there is one.
    fn advance(&self, queue: &mut Queue) -> Result<bool, StoreError> {
        if let Some(next) = queue.read.pop_front() {
            (queue.row, queue.at) = next;
            return Ok(true);
        }
        let (sql, row) = match queue.at {
            At::Start => (FIRST, None),
            At::First(row) => (NEXT_FIRST, Some(row)),
            At::Retry(time) => return self.advance_to_retry(queue, time),
        };
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = match row {
            Some(row) => statement.query((queue.lane, row))?,
            None => statement.query([queue.lane])?,
        };
        if queue.take(self.unknown(rows, |row| Ok(At::First(get(row, 0)?))))? {
            return Ok(true);
        }
        if std::mem::take(&mut queue.is_at_floor) {
            // Something before the floor may be free after all: another program may have changed it.
            queue.at = At::Start;
            return self.advance(queue);
        }
        queue.row = i64::MIN;
        self.advance_to_retry(queue, i64::MIN)
    }

    fn advance_to_retry(&self, queue: &mut Queue, after: i64) -> Result<bool, StoreError> {
        queue.at = At::Retry(after);
        if !self.anything_waits() {
            return Ok(false);
        }
        let mut statement = self.tx.prepare_cached(NEXT_RETRY)?;
        let rows = statement.query((queue.lane, after, queue.row, self.now))?;
        queue.take(self.unknown(rows, |row| Ok(At::Retry(get(row, 1)?))))
    }

    /// Those of the rows that are not known already.
    fn unknown(
        &self,
        mut rows: Rows<'_>,
        at: impl Fn(&Row<'_>) -> Result<At, Why>,
    ) -> impl Iterator<Item = Result<(i64, At), StoreError>> {
        let mut next = move || -> Result<Option<(i64, At)>, StoreError> {
            while let Some(found) = rows.next()? {
                let row = found.get(0)?;
                if self.taken.passed_over.contains(&row) {
                    continue;
                }
                match at(found) {
                    Ok(at) => return Ok(Some((row, at))),
                    Err(why) => self.odd(row, &why),
                }
            }
            Ok(None)
        };
        std::iter::from_fn(move || next().transpose())
    }
}

#[cfg(test)]
mod tests;
