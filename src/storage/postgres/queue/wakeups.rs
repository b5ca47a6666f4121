//! Hears that there may be more to claim, and looks in any case now and then: a bell may be lost with the process that
//! was to ring it, or with the connection that was to carry it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::{PgStore, Shared};

/// How often all lanes are looked at while bells are heard.
const SWEEP: Duration = Duration::from_secs(5);

/// The same while none can be heard.
const SWEEP_DEAF: Duration = Duration::from_secs(1);

/// A retry that was due this long ago is one that nobody waits for: its sender may be dead.
const OVERDUE: i64 = 500;

/// The lanes with first attempts that nobody has claimed: from one to the next, a step in the index each.
pub const FIRST_LANES: &str = "
WITH RECURSIVE l AS (
 (SELECT lane FROM pending WHERE claimed_by IS NULL AND attempts = 0 ORDER BY lane LIMIT 1)
 UNION ALL
 SELECT n.lane FROM l CROSS JOIN LATERAL (
   SELECT p.lane FROM pending p WHERE p.lane > l.lane AND p.claimed_by IS NULL AND p.attempts = 0
   ORDER BY p.lane LIMIT 1) n)
SELECT lane FROM l";

/// Whether a retry is due since before this time.
pub const ANY_OVERDUE: &str = "
SELECT EXISTS (SELECT FROM pending WHERE claimed_by IS NULL AND attempts > 0 AND due_at <= $1)";

/// Listens for as long as the seat is had.
pub fn watch(store: &PgStore) -> JoinHandle<()> {
    store.0.heard.start(&store.0.server);
    let bells = store.0.heard.bells();
    let mut listening = store.0.heard.is_listening();
    let weak = Arc::downgrade(&store.0);
    tokio::spawn(async move {
        let mut bells = bells;
        loop {
            let pause = if *listening.borrow() { SWEEP } else { SWEEP_DEAF };
            let sweep = tokio::time::sleep(pause);
            tokio::pin!(sweep);
            let is_due = loop {
                tokio::select! {
                    bell = bells.recv() => match bell {
                        Ok(bell) => if hear(&weak, bell) { break true },
                        Err(RecvError::Lagged(_)) => break true,
                        Err(RecvError::Closed) => return,
                    },
                    Ok(()) = listening.changed() => {
                        // What was rung before was not heard.
                        if *listening.borrow_and_update() {
                            hear(&weak, Bell::Fleet);
                        }
                        break true;
                    }
                    () = &mut sweep => break true,
                }
            };
            let Some(store) = weak.upgrade().map(PgStore) else { return };
            if is_due {
                // Whoever claims gets the error.
                drop(store.sweep().await);
            }
        }
    })
}

/// Passes a bell on to the dispatcher. Whether all lanes are to be looked at for it.
fn hear(store: &Weak<Shared>, bell: Bell) -> bool {
    let Some(store) = store.upgrade().map(PgStore) else { return false };
    let sender = store.sender();
    match bell {
        Bell::Arrived(lanes) if lanes.is_empty() => return true,
        // Where it has something already, the dispatcher knows that there is more.
        Bell::Arrived(lanes) => {
            if sender.ready().arrived(lanes) {
                sender.wake();
            }
        }
        Bell::Steered => {
            sender.ready().forget_floors();
            sender.wakeups.send_modify(|wakeup| wakeup.invalidated = wakeup.invalidated.wrapping_add(1));
        }
        Bell::Fleet => {
            // What was claimed by one that left is free.
            sender.ready().forget_floors();
            sender.wakeups.send_modify(|wakeup| wakeup.fleet = wakeup.fleet.wrapping_add(1));
        }
        Bell::Changed => {}
    }
    false
}

impl PgStore {
    /// Looks at all lanes, and wakes the dispatcher where one has something that was not known.
    async fn sweep(&self) -> Result<(), StoreError> {
        let before = self.sender().database_ms(clock::now()).saturating_sub(OVERDUE);
        let mut acquired = self.sender().claims.acquire().await?;
        let db = acquired.db()?;
        if let Ok(seat) = self.sender().seat() {
            self.free_strays(db, seat).await?;
        }
        let is_overdue = db.value(ANY_OVERDUE, &[&before]).await?.unwrap_or(false);
        let lanes = first_lanes(db).await?;
        if self.sender().ready().found(lanes) || is_overdue {
            self.sender().wake();
        }
        Ok(())
    }
}

/// The lanes with first attempts that nobody has claimed.
pub async fn first_lanes(db: Db<'_>) -> Result<Vec<i32>, StoreError> {
    let rows = db.rows(FIRST_LANES, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
