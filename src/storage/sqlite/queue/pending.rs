//! Pending deliveries in the table of queued ones, and in the indexes of waiting ones: the queries of a claim. No rows
//! of deliveries are read.

/// Whether anything waits for a retry. Usually nothing does, and then nothing else needs to be asked about retries.
pub const ANY_WAITING: &str = "SELECT 1 FROM delivery INDEXED BY delivery_waiting WHERE state = 1 LIMIT 1";

/// The lanes of due retries, by time.
pub const DUE_RETRIES: &str = "SELECT lane FROM delivery INDEXED BY delivery_waiting
     WHERE state = 1 AND due_at <= ?1 ORDER BY due_at";

const QUEUED_AFTER: &str = "SELECT lane FROM queued
     WHERE lane > ?1 ORDER BY lane LIMIT 1";
const WAITING_AFTER: &str = "SELECT lane FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane > ?1 ORDER BY lane LIMIT 1";

/// The lanes of the newest deliveries that may have no attempt yet.
pub const NEWEST_LANES: &str =
    "SELECT lane FROM (SELECT lane, state FROM delivery ORDER BY seq DESC LIMIT ?1)
     WHERE state = 0";

/// First attempts of one lane. They are due since their acceptance, even if the clock was set back.
pub const FIRST: &str = "SELECT seq FROM queued
     WHERE lane = ?1 ORDER BY seq";

/// The same, after a row.
pub const NEXT_FIRST: &str = "SELECT seq FROM queued
     WHERE lane = ?1 AND seq > ?2 ORDER BY seq";

/// Retries of one lane that are due, from a time and row on.
pub const NEXT_RETRY: &str = "SELECT seq, due_at FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane = ?1 AND (due_at, seq) > (?2, ?3) AND due_at <= ?4
     ORDER BY due_at, seq";

/// The retry of one lane that was accepted first, and when it is due. Of an ordered lane there is one, or as many as
/// waited when it became ordered.
pub const OLDEST_WAITING: &str = "SELECT seq, due_at FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane = ?1 ORDER BY seq LIMIT 1";

/// The retries of one lane that are due, in the order of acceptance. Of a profile that is probed or recovering: few ask.
pub const DUE_IN_ORDER: &str = "SELECT seq FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane = ?1 AND due_at <= ?2 ORDER BY seq";

const QUEUED_OF_ODD_LANE: &str = "SELECT seq FROM queued
     WHERE lane IS ?1 LIMIT 512";
const WAITING_OF_ODD_LANE: &str = "SELECT seq FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane IS ?1 LIMIT 512";

/// The two pending states, each with its queries.
#[derive(Clone, Copy)]
pub enum Pending {
    Queued,
    Waiting,
}

impl Pending {
    pub const ALL: [Self; 2] = [Self::Queued, Self::Waiting];

    /// The next lane with something of this state.
    pub fn lane_after(self) -> &'static str {
        match self {
            Self::Queued => QUEUED_AFTER,
            Self::Waiting => WAITING_AFTER,
        }
    }

    /// The deliveries of an unreadable lane, including null.
    pub fn of_odd_lane(self) -> &'static str {
        match self {
            Self::Queued => QUEUED_OF_ODD_LANE,
            Self::Waiting => WAITING_OF_ODD_LANE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue of a million costs as much as one of a hundred, and bodies are not read.
    #[test]
    fn each_question_is_answered_from_the_middle_of_an_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        let queued = [QUEUED_AFTER, FIRST, NEXT_FIRST, QUEUED_OF_ODD_LANE];
        let waiting = [DUE_RETRIES, WAITING_AFTER, NEXT_RETRY, WAITING_OF_ODD_LANE];
        for sql in queued.into_iter().chain(waiting) {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            let of_queued = plan.starts_with("SEARCH queued USING PRIMARY KEY (lane");
            assert!(of_queued || plan.starts_with("SEARCH delivery USING COVERING INDEX"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
