//! What is read next: each endpoint gets the same share of what may be in flight, and of an endpoint
//! each profile that has something for it.
//!
//! A lane is the queue of one profile to one endpoint. The order is that of [`Turns`]; among equals it
//! goes round, from where it stopped last. So neither a long queue, nor an endpoint that hangs, nor a
//! profile that hangs, nor a late number keeps another from its turn. Only indexes are read, and of them
//! no more than a few rows for each lane looked at and each delivery chosen. A question looks at a bounded
//! number of lanes and says where the next one continues; the lanes of the newest deliveries are looked at
//! by each, so that they need not wait for that.
//!
//! Whatever stands in an index is met: what means nothing, such as the number of a lane that is not
//! there, is handed out by itself, so that it does not stay pending for ever.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Bound;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Rows, Transaction};

use crate::record::{LaneId, Origin, Past};
use crate::storage::error::StoreError;
use crate::storage::queue::turns::Turns;
use crate::storage::sqlite::control::pause::BlockedSet;
use crate::storage::sqlite::rows::columns::{get, millis, text};
use crate::storage::unreadable::Why;
use crate::storage::{Demand, OriginLoad};

/// Retries that are due and looked at in order of their time, before lanes are asked one by one
/// whether they have any.
const RETRIES: usize = 512;

/// Most lanes that a question looks at on its way round. What comes meanwhile waits for it, and each of them
/// may have a delivery to read.
const LANES: usize = 1024;

/// Where those are not all: the newest deliveries whose lanes are looked at too.
const NEWEST: i64 = 256;

/// Most rows of one lane that are read at a time. It begins with one, and twice as many each further
/// time: most of many lanes are asked once, and a question costs more than a row.
const ROWS: usize = 64;

/// The lanes of due retries, in order of their time.
const DUE_RETRIES: &str = "SELECT lane FROM delivery INDEXED BY delivery_waiting
     WHERE state = 1 AND due_at <= ?1 ORDER BY due_at";

/// The next lane with something pending of one state.
const LANE_AFTER: &str = "SELECT lane FROM delivery INDEXED BY delivery_by_lane
     WHERE state = ?1 AND lane > ?2 ORDER BY lane LIMIT 1";

/// The lanes of the newest deliveries with no attempt yet.
const NEWEST_LANES: &str = "SELECT lane FROM delivery INDEXED BY delivery_by_state
     WHERE state = 0 ORDER BY seq DESC LIMIT ?1";

/// First tries of one lane. They are due since they were accepted, whatever a clock that was set back
/// says.
const FIRST: &str = "SELECT seq FROM delivery INDEXED BY delivery_by_lane
     WHERE state = 0 AND lane = ?1 ORDER BY seq";

/// The same, from an id on.
const NEXT_FIRST: &str = "SELECT seq FROM delivery INDEXED BY delivery_by_lane
     WHERE state = 0 AND lane = ?1 AND seq > ?2 ORDER BY seq";

/// Retries of one lane that are due, from a time and row on.
const NEXT_RETRY: &str = "SELECT seq, due_at FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane = ?1 AND (due_at, seq) > (?2, ?3) AND due_at <= ?4
     ORDER BY due_at, seq";

/// The deliveries of an unreadable lane, including null.
const OF_ODD_LANE: &str = "SELECT seq FROM delivery INDEXED BY delivery_by_lane
     WHERE state = ?1 AND lane IS ?2 LIMIT 512";

/// The selected deliveries.
#[derive(Default)]
pub struct Turn {
    /// In their order.
    pub chosen: Vec<Chosen>,
    /// Rows that were met and cannot be sent, since what leads to them means nothing.
    pub odd: Vec<(i64, Why)>,
    /// The lane after which the next question continues.
    pub after: Option<i64>,
    /// Not all lanes were looked at.
    pub is_partial: bool,
}

/// A delivery that was chosen.
pub struct Chosen {
    pub row: i64,
    pub lane: i64,
    pub origin: Origin,
    pub facts: Facts,
}

/// The stored facts about a lane.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// A person sent what is in it.
    pub manual: bool,
    /// How its last ended delivery ended.
    pub past: Option<Past>,
}

/// Deliveries that can start, without those in the rows that are `passed_over`.
pub fn choose(tx: &Transaction<'_>, demand: &Demand, passed_over: &HashSet<i64>) -> Result<Turn, StoreError> {
    let (now, limit) = (millis(demand.now), demand.limit);
    let (retries, holds) = (retries(tx, now)?, BlockedSet::read(tx)?);
    let round = Round { tx, now, demand, passed_over, retries, holds, odd: RefCell::default() };
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
    let mut chosen = Vec::new();
    let (mut furthest, mut latest) = (None, None);
    while chosen.len() < limit
        && let Some(place) = turns.next()
    {
        let queue = &mut queues[place];
        let Queue { row, lane, facts, .. } = *queue;
        chosen.push(Chosen { row, lane, origin: queue.origin.clone(), facts });
        latest = Some(lane);
        furthest = furthest.max(Some(place).filter(|place| *place < in_window));
        turns.put_back(place, round.advance(queue)?);
    }
    for state in [QUEUED, WAITING] {
        round.meet(state, &Value::Null, "it has no queue")?;
    }
    let after = match furthest {
        _ if !is_partial => latest.or(demand.after.map(LaneId::number)),
        // No more than these were wanted: those after them are next.
        Some(place) if chosen.len() == limit => Some(queues[place].lane),
        _ => last,
    };
    Ok(Turn { chosen, odd: round.odd.into_inner(), after, is_partial })
}

/// The lanes with retries that are due.
enum Retries {
    /// These.
    Of(BTreeSet<i64>),
    /// Too many are due to look at each.
    Many,
}

fn retries(tx: &Transaction<'_>, now: i64) -> Result<Retries, StoreError> {
    let mut statement = tx.prepare_cached(DUE_RETRIES)?;
    let mut rows = statement.query([now])?;
    let mut lanes = BTreeSet::new();
    for _ in 0..RETRIES {
        let Some(row) = rows.next()? else { return Ok(Retries::Of(lanes)) };
        // Invalid lanes are met on the way from one to the next.
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
}

impl Queue {
    fn new(lane: i64, origin: Origin, facts: Facts) -> Self {
        Self { lane, origin, facts, at: At::Start, row: 0, read: VecDeque::new(), rows: 1 }
    }

    /// Goes to the first of these, and keeps the others. Whether there is one.
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
        Ok(true)
    }
}

/// A place in a queue: first attempts come first.
#[derive(Clone, Copy)]
enum At {
    /// Before all.
    Start,
    /// A first attempt, of this row.
    First(i64),
    /// A retry, of this time.
    Retry(i64),
}

/// The states that are pending.
const QUEUED: i64 = 0;
const WAITING: i64 = 1;

struct Round<'a> {
    tx: &'a Transaction<'a>,
    now: i64,
    demand: &'a Demand,
    passed_over: &'a HashSet<i64>,
    retries: Retries,
    holds: BlockedSet<'a>,
    /// See [`Turn::odd`].
    odd: RefCell<Vec<(i64, Why)>>,
}

/// The facts about a lane.
enum Known {
    /// It can be sent from.
    Open(Origin, Facts),
    /// It is paused or disabled.
    Blocked,
    /// It means nothing.
    Odd(Why),
}

/// The lanes that were looked at on the way round.
struct Window {
    /// Those that may take a turn.
    queues: Vec<Queue>,
    /// The last one.
    last: Option<i64>,
    /// There are more.
    is_partial: bool,
}

impl Round<'_> {
    /// The lanes that may take a turn, going round: until `wanted` endpoints have nothing under way,
    /// since those come before all others.
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

    /// Those of the newest deliveries that may take a turn, without what was looked at.
    fn newest(&self, looked_at: &[Queue]) -> Result<Vec<Queue>, StoreError> {
        let mut seen: HashSet<i64> = looked_at.iter().map(|queue| queue.lane).collect();
        let (mut queues, mut origins) = (Vec::new(), HashMap::new());
        let mut statement = self.tx.prepare_cached(NEWEST_LANES)?;
        let mut rows = statement.query([NEWEST])?;
        while let Some(row) = rows.next()? {
            // Invalid lanes are met on the way round.
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
                for state in [QUEUED, WAITING] {
                    self.meet(state, &Value::Integer(lane), &why)?;
                }
                return Ok(None);
            }
        };
        let own = self.demand.lanes.get(&LaneId::new(lane)).copied().unwrap_or_default();
        if !self.demand.has_room(&self.load(&origin), &own, facts.manual) {
            return Ok(None);
        }
        let mut queue = Queue::new(lane, origin, facts);
        Ok(self.advance(&mut queue)?.then_some(queue))
    }

    fn load(&self, origin: &Origin) -> OriginLoad {
        self.demand.origins.get(origin).copied().unwrap_or_default()
    }

    /// The endpoint of a lane and what is known of it.
    fn lane(&self, lane: i64, seen: &mut HashMap<String, Origin>) -> Result<Known, StoreError> {
        let sql = "SELECT origin, profile_id, by_hand, delivered IS NOT NULL, failed_in_row > 0
                   FROM lane WHERE seq = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([lane])?;
        let Some(row) = rows.next()? else { return Ok(Known::Odd(format!("there is no queue {lane}"))) };
        let read = || -> Result<(&str, &str, Facts), Why> {
            let past = match (get(row, 3)?, get(row, 4)?) {
                (_, true) => Some(Past::Failed),
                (true, false) => Some(Past::Delivered),
                (false, false) => None,
            };
            Ok((text(row, 0)?, text(row, 1)?, Facts { manual: get(row, 2)?, past }))
        };
        let (name, profile, facts) = match read() {
            Ok(read) => read,
            Err(why) => return Ok(Known::Odd(format!("its queue {lane}: {why}"))),
        };
        if self.holds.blocks(profile, facts.manual)? {
            return Ok(Known::Blocked);
        }
        if let Some(origin) = seen.get(name) {
            return Ok(Known::Open(origin.clone(), facts));
        }
        let origin = Origin::from(name);
        seen.insert(name.to_owned(), origin.clone());
        Ok(Known::Open(origin, facts))
    }

    /// The next lane that has first attempts or retries; without one, the first.
    fn lane_after(&self, after: Option<i64>) -> Result<Option<i64>, StoreError> {
        let first = self.pending_after(QUEUED, after)?;
        let retry = match &self.retries {
            Retries::Of(lanes) => {
                let from = after.map_or(Bound::Unbounded, Bound::Excluded);
                lanes.range((from, Bound::Unbounded)).next().copied()
            }
            Retries::Many => self.pending_after(WAITING, after)?,
        };
        Ok(first.into_iter().chain(retry).min())
    }

    fn pending_after(&self, state: i64, after: Option<i64>) -> Result<Option<i64>, StoreError> {
        // Before all numbers; only null comes before it.
        let mut after = after.map_or(Value::Real(f64::NEG_INFINITY), Value::Integer);
        loop {
            let mut statement = self.tx.prepare_cached(LANE_AFTER)?;
            let found = statement.query_row((state, &after), |row| row.get(0)).optional()?;
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

    /// Hands out the deliveries of an unreadable lane.
    fn meet(&self, state: i64, lane: &Value, why: &str) -> Result<(), StoreError> {
        let mut statement = self.tx.prepare_cached(OF_ODD_LANE)?;
        let mut rows = statement.query((state, lane))?;
        while let Some(row) = rows.next()? {
            self.odd(row.get(0)?, why);
        }
        Ok(())
    }

    fn odd(&self, row: i64, why: &str) {
        if !self.passed_over.contains(&row) {
            self.odd.borrow_mut().push((row, why.to_owned()));
        }
    }

    /// Leads a queue to its next delivery that is not known already: first attempts, then retries.
    /// Whether there is one.
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
        queue.row = i64::MIN;
        self.advance_to_retry(queue, i64::MIN)
    }

    fn advance_to_retry(&self, queue: &mut Queue, after: i64) -> Result<bool, StoreError> {
        queue.at = At::Retry(after);
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
                if self.passed_over.contains(&row) {
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
mod tests {
    use super::*;

    /// A queue of a million costs no more than one of a hundred, and bodies are not touched.
    #[test]
    fn each_question_is_answered_from_the_middle_of_an_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for sql in [DUE_RETRIES, LANE_AFTER, FIRST, NEXT_FIRST, NEXT_RETRY, OF_ODD_LANE] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.starts_with("SEARCH delivery USING COVERING INDEX"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
