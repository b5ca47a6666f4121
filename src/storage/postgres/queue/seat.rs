//! The seat of a sender: a row that it renews. A sender that finds one with an expired lease ends it, and frees its
//! claims.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::queue::claim_sql::{RELEASE, freed};
use crate::storage::postgres::queue::sender::SeatId;
use crate::storage::postgres::queue::sweep::store_starts;
use crate::storage::postgres::queue::{orphans, vacuum, wakeups};
use crate::storage::postgres::schema::steps;
use crate::storage::{Fleet, QueueError, SenderReport, sender_info};

/// Numbers of seats are given one after the other: each sender that joins sees all that joined before.
const JOIN_LOCK: i64 = 7_242_002;

/// How often a newcomer looks whether the others have made room.
const LOOK: Duration = Duration::from_millis(20);

/// The right to claim. Left without [`Queue::leave`](crate::storage::Queue::leave), it ends with its lease.
#[derive(Debug)]
pub struct PgSeat {
    pub(super) id: SeatId,
    tasks: [JoinHandle<()>; 2],
}

#[cfg(test)]
impl PgSeat {
    /// Neither looks nor vacuums from now on.
    pub fn stop_looking(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for PgSeat {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Makes it known that a sender joined, with a lease that begins now. Its number is drawn under the lock, which is held
/// until the row can be seen.
const JOIN: &str = "
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock($1)),
 n AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('sender', 'seq'))::int AS seq FROM alone)
INSERT INTO sender (seq, name, host, pid, version, knows, api, command, seen_until) OVERRIDING SYSTEM VALUE
SELECT seq, $2::text || '/' || $3::int || '/' || seq, $2, $3, $4, seq, $5, $6,
   clock_timestamp() + (SELECT lease_ms FROM meta) * interval '1 millisecond'
FROM n RETURNING seq, (SELECT lease_ms FROM meta), (extract(epoch FROM since) * 1000000)::bigint";

/// Whether all others leave the slots of this one free.
const HAS_ROOM: &str =
    "SELECT coalesce(bool_and(knows >= $1), true) FROM sender WHERE seq <> $1 AND seen_until >= now()";

const EXTEND: &str = "
UPDATE sender SET seen_until = now() + (SELECT lease_ms FROM meta) * interval '1 millisecond'
WHERE seq = $1 AND (extract(epoch FROM since) * 1000000)::bigint = $2";

/// Renews a seat, and lists all: none is this one where it was ended. It does not wait for the disk: a crash of the
/// server makes the lease end up to a second sooner, and nothing starts in its last third. The last two columns are the
/// end of its lease before and after, in microseconds: a statement sees its tables as they were before it.
const RENEW: &str = "
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
 own AS (UPDATE sender SET seen_until = now() + (SELECT lease_ms FROM meta) * interval '1 millisecond',
   knows = greatest(knows, $2), in_flight = $3, rate = $4, trouble = $5 FROM quick
   WHERE sender.seq = $1 AND (extract(epoch FROM since) * 1000000)::bigint = $6
   RETURNING sender.seq, (extract(epoch FROM seen_until) * 1000000)::bigint AS until)
SELECT s.seq, s.host, s.seen_until < now() AND s.seq <> $1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
   meta.lease_ms::bigint, meta.version::bigint, meta.least::bigint,
   (extract(epoch FROM s.seen_until) * 1000000)::bigint, (SELECT until FROM own)
FROM sender s CROSS JOIN meta WHERE s.seq <> $1 OR EXISTS (SELECT FROM own)";

/// Ends those of these seats that were not renewed since.
const END: &str = "DELETE FROM sender WHERE seq = ANY($1) AND seen_until < now() RETURNING seq";

/// Frees what was claimed by seats. Its own statement: it sees what was claimed until they were ended.
const FREE: &str = "
UPDATE pending SET claimed_by = NULL WHERE claimed_by = ANY($1) RETURNING lane, seq, attempts > 0";

const LEAVE: &str =
    "DELETE FROM sender WHERE seq = $1 AND (extract(epoch FROM since) * 1000000)::bigint = $2";

impl PgStore {
    /// Takes a seat, and waits until the others have brought their attempts down to their new shares. A living one may
    /// need as long for that as its longest request takes; a dead one is waited for until its lease has run out.
    pub(super) async fn take_seat(&self) -> Result<PgSeat, QueueError> {
        let joining = Arc::clone(&self.sender().joining).lock_owned().await;
        let store = self.clone();
        // Runs to its end even if nobody waits: a seat that nobody knows of would be waited for until its lease has run
        // out.
        let inserting = tokio::spawn(async move {
            let inserted = store.insert_seat().await;
            if let Ok(id) = &inserted {
                store.sender().set_seat(*id);
            }
            drop(joining);
            inserted
        });
        let (inserted, ()) = tokio::join!(inserting, self.warm_up());
        let id = inserted.map_err(|error| QueueError::Passing(format!("joining was aborted: {error}")))??;
        let seat = PgSeat { id, tasks: [wakeups::watch(self), vacuum::watch(self)] };
        let (lease, mut extended) = (self.sender().lease(), Instant::now());
        let mut is_waiting = false;
        while !self.has_room_for(id.seq).await? {
            if !is_waiting {
                is_waiting = true;
                self.0.ringer.fleet();
            }
            if extended.elapsed() >= lease / 3 {
                self.extend_seat(id).await?;
                extended = Instant::now();
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(seat)
    }

    async fn insert_seat(&self) -> Result<SeatId, StoreError> {
        let mut acquired = self.sender().heartbeats.acquire().await?;
        let (host, pid) = (sender_info::host_name(), i32::try_from(std::process::id()).unwrap_or(0));
        let (api, command) = (self.sender().api(), self.sender().command.get());
        let row = acquired
            .db()?
            .row(JOIN, &[&JOIN_LOCK, &host, &pid, &env!("CARGO_PKG_VERSION"), &api, &command])
            .await?;
        let Some(row) = row else {
            return Err(StoreError::unreadable("the row of this sender", "it was not returned"));
        };
        let (id, lease_ms) =
            (SeatId { seq: row.try_get(0)?, since: row.try_get(2)? }, row.try_get::<_, i32>(1)?);
        self.sender().set_lease(lease_ms.into());
        drop(acquired);
        if api.is_some() {
            // The seat counts whether or not displays learn of the API at once.
            let _ = self.note_api().await;
        }
        Ok(id)
    }

    /// Whether all others leave the slots of this one free. Those whose leases have run out do.
    async fn has_room_for(&self, seq: i32) -> Result<bool, StoreError> {
        let mut acquired = self.sender().heartbeats.acquire().await?;
        Ok(acquired.db()?.value(HAS_ROOM, &[&seq]).await?.unwrap_or(true))
    }

    async fn extend_seat(&self, id: SeatId) -> Result<(), StoreError> {
        let mut acquired = self.sender().heartbeats.acquire().await?;
        acquired.db()?.execute(EXTEND, &[&id.seq, &id.since]).await?;
        Ok(())
    }

    /// Renews the seat, ends those of the dead, and says who is left. Where the database has lost the renewal before, as
    /// by a restore or by a failover with loss, nothing counts that was known of the queue: claims that it has and this
    /// process has not are freed, and requests in flight continue.
    pub(super) async fn renew_seat(&self, report: SenderReport) -> Result<Fleet, QueueError> {
        let SeatId { seq, since } = self.sender().seat_id()?;
        let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let knows = report.adapted_to.and_then(|seq| i32::try_from(seq).ok()).unwrap_or(0);
        let asked_at = clock::now();
        let mut acquired = self.sender().heartbeats.acquire().await?;
        let row = (number(report.in_flight), i32::try_from(report.rate).unwrap_or(i32::MAX), report.trouble);
        let rows = acquired.db()?.rows(RENEW, &[&seq, &knows, &row.0, &row.1, &row.2, &since]).await?;
        let (mut members, mut hosts, mut dead) = (Vec::new(), Vec::new(), Vec::new());
        let mut went_back = false;
        for row in rows {
            let member: i32 = row.try_get(0).map_err(StoreError::from)?;
            let schema =
                || -> Result<(i64, i64), tokio_postgres::Error> { Ok((row.try_get(5)?, row.try_get(6)?)) };
            let (version, least) = schema().map_err(StoreError::from)?;
            steps::check(version, least).map_err(|problem| self.0.server.at(problem.into()))?;
            if row.try_get(2).map_err(StoreError::from)? {
                dead.push(member);
                continue;
            }
            members.push(member);
            hosts.push(row.try_get::<_, String>(1).map_err(StoreError::from)?);
            if member == seq {
                self.sender().note_clock(row.try_get(3).map_err(StoreError::from)?, asked_at);
                self.sender().set_lease(row.try_get(4).map_err(StoreError::from)?);
                let ends = || -> Result<(i64, i64), tokio_postgres::Error> {
                    Ok((row.try_get(7)?, row.try_get(8)?))
                };
                let (before, after) = ends().map_err(StoreError::from)?;
                went_back = self.sender().note_renewal(before, after);
            }
        }
        drop(acquired);
        if !members.contains(&seq) {
            let why = "the lease of this sender ran out, and another one has freed what it had claimed; it joins again";
            return Err(QueueError::Overtaken(why.to_owned()));
        }
        if went_back {
            self.sender().forget_queue();
        }
        if !dead.is_empty() {
            let ended = self.end_seats(&dead).await?;
            // One that was renewed meanwhile has its slots.
            members.extend(dead.into_iter().filter(|seq| !ended.contains(seq)));
        }
        hosts.sort_unstable();
        hosts.dedup();
        Ok(Fleet::new(seq.into(), members.into_iter().map(i64::from), hosts.len()))
    }

    /// Ends seats that were not renewed, and frees what was claimed by them. Gives those that this one has ended.
    async fn end_seats(&self, dead: &[i32]) -> Result<Vec<i32>, StoreError> {
        let mut acquired = self.sender().heartbeats.acquire().await?;
        let begun = acquired.begin().await?;
        let db = begun.db();
        let rows = db.rows(END, &[&dead]).await?;
        let ended = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i32>, _>>()?;
        if !ended.is_empty() {
            let released = free(db, &ended).await?;
            begun.commit().await?;
            // Where it lies, this sender knows now: to look for it among many dead rows may take minutes.
            self.sender().ready().released(released);
            self.0.ringer.fleet();
            self.look_again();
        }
        Ok(ended)
    }

    /// Gives up a seat for which it still waits: nothing is claimed by it.
    pub(super) async fn withdraw_seat(&self) -> Result<(), QueueError> {
        let _joined = self.sender().joining.lock().await;
        let Ok(id) = self.sender().seat_id() else { return Ok(()) };
        self.sender().set_seat(SeatId::NONE);
        self.sender().heartbeats.acquire().await?.db()?.execute(LEAVE, &[&id.seq, &id.since]).await?;
        self.ring_at_the_end().await;
        Ok(())
    }

    /// Gives a seat up, and frees what is still claimed by it: where little is pending, everything that the database has;
    /// else what this process knows of, so that it need not look at all that is pending. What it does not know of then
    /// has no sender, and the others find it: see [`orphans`](super::orphans).
    pub(super) async fn leave_seat(&self, seat: PgSeat) -> Result<(), QueueError> {
        // No claim is being made, nor begins until the seat has ended.
        let claims = self.sender().claims().await;
        let held = self.sender().held().known().filter(|_| claims.is_ok());
        let mut starts = std::mem::take(&mut self.sender().ready().starts);
        self.sender().set_seat(SeatId::NONE);
        let SeatId { seq, since } = seat.id;
        let mut acquired = self.sender().heartbeats.acquire().await?;
        let begun = acquired.begin().await?;
        let db = begun.db();
        if db.execute(LEAVE, &[&seq, &since]).await? == 0 {
            // It was ended, and its claims were freed; another one may have its number.
            return Ok(());
        }
        let is_small = orphans::is_small(db).await?;
        let knows_all = held.is_some();
        let released = match held.filter(|_| !is_small) {
            Some(held) if held.is_empty() => Vec::new(),
            Some(held) => freed(&db.rows(RELEASE, &[&held, &seq]).await?)?,
            None => free(db, &[seq]).await?,
        };
        if knows_all {
            let released: Vec<_> = released.iter().map(|(lane, seq, _)| (*lane, *seq)).collect();
            store_starts(db, &starts.take_to_leave(&released)).await?;
        }
        begun.commit().await?;
        drop(claims);
        self.ring_at_the_end().await;
        Ok(())
    }

    /// Tells the others that its slots and what it had claimed are theirs, and what it recorded last. Now: the runtime
    /// that rings later may end with the sender.
    async fn ring_at_the_end(&self) {
        self.0.ringer.fleet();
        // Where that fails, the sweeps of the others make it good.
        drop(self.0.ringer.flush().await);
    }

    /// What was claimed by others is free: queues begin anew, and the dispatcher asks.
    pub(super) fn look_again(&self) {
        self.sender().ready().look_again();
        self.sender().wake();
    }
}

/// Frees what was claimed by these seats: lanes, positions, and whether they are retries. It looks at all that is
/// pending, for as long as that takes.
async fn free(db: Db<'_>, seats: &[i32]) -> Result<Vec<(i32, i64, bool)>, StoreError> {
    db.batch("SET LOCAL statement_timeout = '60s'").await?;
    freed(&db.rows(FREE, &[&seats]).await?)
}
