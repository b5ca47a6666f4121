//! Whether the active sender is working, as seen by a standby. The lock alone does not say: a stopped process
//! (Ctrl+Z, SIGSTOP, a debugger) keeps it, and commits nothing that others would notice.
//!
//! There is no heartbeat, since an idle sender does nothing. Only while something is due and not blocked, two things
//! are checked: the state of the process, as reported by the system; and, for what the system does not show, such as
//! a frozen container, when it last recorded an attempt.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction};

use crate::profile::RetryPolicy;
use crate::storage::error::StoreError;
use crate::storage::sqlite::lock::process_identity;
use crate::storage::sqlite::rows::columns::{get, millis, time};
use crate::storage::sqlite::{Lease, Store};

/// How long nothing must happen before a stopped process is reported.
const STOPPED: SignedDuration = SignedDuration::from_secs(2);

/// The same for any other: an attempt may take as long as its timeout, plus 20 s.
const STUCK: SignedDuration = SignedDuration::from_millis(RetryPolicy::TIMEOUT_MS.1 as i64 + 20_000);

/// How often this is checked while something is due.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// The active sender as seen by a standby.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// Why it sends nothing although something is due: a complete sentence. None while it works.
    pub stalled: Option<String>,
    /// When to check again. None: not before something is committed.
    pub look_in: Option<Duration>,
}

/// The active sender according to the database.
struct Stand {
    sender: String,
    moved_at: i64,
    /// When the first pending delivery was or will be due; none if none is pending.
    due_at: Option<i64>,
}

impl Store {
    /// The report for a standby, as of `now`.
    pub(crate) async fn look_at_sender(&self, now: Timestamp) -> Result<Watched, StoreError> {
        let stand = self.read(read).await?;
        let Some(due_at) = stand.due_at else { return Ok(Watched::default()) };
        if !self.is_moving(None).await? {
            return Ok(Watched::default());
        }
        let due_in = Duration::try_from(SignedDuration::from_millis(due_at.saturating_sub(millis(now))));
        let look_in = Some(due_in.unwrap_or_default() + CHECK_INTERVAL);
        Ok(Watched { stalled: self.stalled(&stand, due_at, now), look_in })
    }

    fn stalled(&self, stand: &Stand, due_at: i64, now: Timestamp) -> Option<String> {
        let since = stand.moved_at.max(due_at);
        let still = SignedDuration::from_millis(millis(now).saturating_sub(since));
        let pid = Lease::holder(self.path())?;
        // The identity distinguishes a process from a later one with its ID, and from one in another container.
        let known = process_identity::pid(&stand.sender) == Some(pid);
        let at = time(since).ok()?.strftime("%H:%M:%S");
        if known && still >= STOPPED && process_identity::is_stopped(&stand.sender) {
            Some(stopped(pid) + &format!("; nothing moved since {at} UTC"))
        } else if still >= STUCK {
            Some(format!(
                "pid {pid} holds the sender's lock and has not moved since {at} UTC: see what keeps it, or end it"
            ))
        } else {
            None
        }
    }
}

/// The sentence about a stopped process, without its time.
pub fn stopped(pid: u32) -> String {
    format!(
        "pid {pid} holds the sender's lock and is stopped (Ctrl+Z, SIGSTOP or a debugger): \
         continue it with `fg` or `kill -CONT {pid}`, or end it"
    )
}

fn read(tx: &Transaction<'_>) -> Result<Stand, StoreError> {
    let sql = "SELECT sender, moved_at FROM revision";
    let (sender, moved_at) = tx.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // First attempts are due since their acceptance.
    let queued = "SELECT accepted_at FROM delivery
         WHERE seq = (SELECT min(seq) FROM queued)";
    let waiting =
        "SELECT due_at FROM delivery INDEXED BY delivery_waiting WHERE state = 1 ORDER BY due_at LIMIT 1";
    let mut due_at = None;
    for sql in [queued, waiting] {
        let found = tx.prepare_cached(sql)?.query_row([], |row| Ok(get::<i64>(row, 0).ok())).optional()?;
        due_at = due_at.into_iter().chain(found.flatten()).min();
    }
    Ok(Stand { sender, moved_at, due_at })
}
