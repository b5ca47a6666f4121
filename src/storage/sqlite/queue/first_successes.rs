//! Moves the deliveries of a batch that have succeeded at their first attempts from the queues of their lanes to those
//! delivered: with two statements for each stretch of neighbours in a queue instead of two for each delivery, which
//! would cost more than the rows.

use std::ops::Range;

use rusqlite::CachedStatement;

use crate::record::{DeliveryState, Next, Outcome};
use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::state_counts::Writing;

// `OR FAIL`, since without it a statement is made ready to be undone alone; here the whole command is undone.
const DELIVER: &str = "INSERT OR FAIL INTO delivered SELECT lane, seq FROM queued
     WHERE lane = ?1 AND seq BETWEEN ?2 AND ?3";
const DEQUEUE: &str = "DELETE FROM queued WHERE lane = ?1 AND seq BETWEEN ?2 AND ?3";

/// The queue of a lane between two positions.
const QUEUED: &str = "SELECT seq FROM queued WHERE lane = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq";

/// How much of a queue is walked for each delivery of the batch: few others are between those that end together.
const WALKED: usize = 4;

/// The outcomes of a batch whose deliveries were moved, by index.
pub struct Moved(Vec<bool>);

impl Moved {
    pub fn contains(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or(false)
    }
}

/// Moves those that are queued. What has several outcomes in the batch is left to be recorded in their order.
pub fn move_all(tx: &Writing<'_>, outcomes: &[Outcome]) -> Result<Moved, StoreError> {
    let mut moved = Moved(vec![false; outcomes.len()]);
    let is_first_success = |outcome: &Outcome| outcome.attempt.n == 1 && outcome.next == Next::Delivered;
    let place = |(index, outcome): (usize, &Outcome)| (outcome.lane.number(), outcome.job.token(), index);
    let mut all: Vec<Place> = outcomes.iter().enumerate().map(place).collect();
    all.sort_unstable();
    let of_each = all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1));
    let firsts = of_each.filter_map(|of| match of {
        [one] if is_first_success(&outcomes[one.2]) => Some(*one),
        _ => None,
    });
    let places: Vec<Place> = firsts.collect();
    if places.is_empty() {
        return Ok(moved);
    }
    let (mut deliver, mut dequeue) = (tx.prepare_cached(DELIVER)?, tx.prepare_cached(DEQUEUE)?);
    let mut queued = tx.prepare_cached(QUEUED)?;
    for of_lane in places.chunk_by(|one, next| one.0 == next.0) {
        for stretch in stretches(&mut queued, of_lane)? {
            let neighbours = &of_lane[stretch];
            let (Some((lane, first, _)), Some((_, last, _))) = (neighbours.first(), neighbours.last()) else {
                continue;
            };
            // None for a single one that is not queued.
            if deliver.execute((lane, first, last))? == 0 {
                continue;
            }
            dequeue.execute((lane, first, last))?;
            for (_, _, index) in neighbours {
                moved.0[*index] = true;
                tx.moved(DeliveryState::Queued, DeliveryState::Delivered);
            }
        }
    }
    Ok(moved)
}

/// A lane, a row, and the index of its outcome.
type Place = (i64, i64, usize);

/// The stretches of these places of one lane, in ascending order, that are neighbours in its queue; and single ones
/// that may be queued.
fn stretches(queued: &mut CachedStatement<'_>, places: &[Place]) -> Result<Vec<Range<usize>>, StoreError> {
    let [(lane, first, _), .., (_, last, _)] = places else {
        return Ok(std::iter::once(0..places.len()).collect());
    };
    let mut queued = queued.query((lane, first, last))?;
    let (mut found, mut open, mut at) = (Vec::new(), 0..0, 0);
    for _ in 0..places.len() * WALKED {
        let Some(row) = queued.next()? else {
            at = places.len();
            break;
        };
        let row: i64 = row.get(0)?;
        // A stretch ends before a place that is not in the queue, and before what is in the queue and no place.
        at += places[at..].iter().take_while(|place| place.1 < row).count();
        let is_ours = places.get(at).is_some_and(|place| place.1 == row);
        if !is_ours || open.end != at {
            found.push(std::mem::replace(&mut open, at..at));
        }
        if is_ours {
            at += 1;
            open.end = at;
        }
    }
    found.push(open);
    // Those that were not reached.
    found.extend((at..places.len()).map(|place| place..place + 1));
    found.retain(|stretch| !stretch.is_empty());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// The stretches of these rows, by their first and last ones, in a queue of lane 1 with these rows.
    fn of(queue: &[i64], rows: &[i64]) -> Vec<(i64, i64)> {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE queued (lane, seq, PRIMARY KEY (lane, seq)) WITHOUT ROWID").unwrap();
        for row in queue {
            db.execute("INSERT INTO queued VALUES (1, ?1), (2, ?1 + 1)", [row]).unwrap();
        }
        let places: Vec<Place> = rows.iter().map(|row| (1, *row, 0)).collect();
        let found = stretches(&mut db.prepare_cached(QUEUED).unwrap(), &places).unwrap();
        found.into_iter().map(|of| (places[of.start].1, places[of.end - 1].1)).collect()
    }

    #[test]
    fn a_stretch_has_neither_others_of_the_queue_nor_what_is_not_in_it() {
        assert_eq!(of(&[1, 2, 3, 4], &[1, 2, 3, 4]), [(1, 4)]);
        assert_eq!(of(&[1, 5, 9, 13], &[5, 9]), [(5, 9)]);
        assert_eq!(of(&[1, 2, 3, 4, 5], &[1, 2, 4, 5]), [(1, 2), (4, 5)]);
        assert_eq!(of(&[1, 3, 4], &[1, 2, 3, 4]), [(1, 1), (3, 4)]);
        assert_eq!(of(&[2, 3], &[1, 2, 3, 4]), [(2, 3)]);
        assert_eq!(of(&[], &[1, 2]), []);
        assert_eq!(of(&[], &[7]), [(7, 7)], "whether a single one is queued is seen when it is moved");
    }

    #[test]
    fn what_is_far_behind_in_a_queue_is_moved_alone() {
        let queue: Vec<i64> = (1..100).collect();
        assert_eq!(of(&queue, &[1, 2, 98, 99]), [(1, 2), (98, 98), (99, 99)]);
    }
}
