//! Deliveries whose events, or whose request, may have been accepted before: each request is a transaction of its own.
//!
//! Who inserts the receipt of a key first accepts it. Others that insert the same one wait until that transaction has
//! ended, and then find its receipt. Receipts are inserted in one order, so that no two transactions wait for each
//! other.

use std::collections::HashSet;
use std::sync::Arc;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::{Problem, StoreError};
use crate::storage::patience::Patience;
use crate::storage::postgres::bells::ringer::Ringer;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::session::{Acquired, Session};
use crate::storage::postgres::producer::accept::{accept, known, settled};
use crate::storage::postgres::producer::lanes::{self, KnownLanes};
use crate::storage::postgres::receipts::claims;
use crate::storage::postgres::schema::partitions;
use crate::storage::receipts::accept_request::{AcceptRequest, AcceptResult, SubmissionResult};
use crate::storage::receipts::saved_results;
use crate::storage::server_problem::ServerProblem;

/// So many requests at a time: their commits share waits for the disk.
const CONNECTIONS: usize = 4;

/// Accepts requests that have a key.
pub struct KeyedWriter {
    /// Not connected before they are needed.
    pub sessions: [Session; CONNECTIONS],
    /// The numbers of lanes.
    pub lanes: Arc<KnownLanes>,
    /// Tells senders, after the commit.
    pub ringer: Arc<Ringer>,
    /// How long it waits for a server that cannot be used.
    pub patience: Arc<Patience>,
}

impl KeyedWriter {
    /// Accepts a request. Where the connection broke, it is unknown whether that was done: it is requested again, and
    /// its own receipts or deliveries show it.
    pub async fn accept(&self, request: &AcceptRequest) -> Result<AcceptResult, StoreError> {
        let mut waiting = self.patience.begin();
        let (session, mut acquired) = Box::pin(self.any()).await;
        let mut is_again = false;
        loop {
            let overdue = || session.at(ServerProblem::Slow.into());
            let connection = async {
                match acquired.take() {
                    Some(acquired) => acquired,
                    // The same one: it knows which connection broke.
                    None => session.acquire().await,
                }
            };
            let trial = Box::pin(async { self.try_accept(connection.await?, request, is_again).await });
            let error = match waiting.for_response(trial, overdue).await {
                Ok(accepted) => return Ok(accepted),
                Err(error) => session.at(error),
            };
            let Some(pause) = waiting.pause_after(&error) else { return Err(error) };
            is_again = true;
            tokio::time::sleep(pause).await;
        }
    }

    /// A connection that nobody uses, or one of them to wait for.
    async fn any(&self) -> (&Session, Option<Result<Acquired<'_>, StoreError>>) {
        for session in &self.sessions {
            if let Some(acquired) = session.try_acquire().await {
                return (session, Some(acquired));
            }
        }
        let [first, second, third, fourth] = &self.sessions;
        tokio::select! {
            acquired = first.acquire() => (first, Some(acquired)),
            acquired = second.acquire() => (second, Some(acquired)),
            acquired = third.acquire() => (third, Some(acquired)),
            acquired = fourth.acquire() => (fourth, Some(acquired)),
        }
    }

    async fn try_accept(
        &self,
        mut acquired: Acquired<'_>,
        request: &AcceptRequest,
        is_again: bool,
    ) -> Result<AcceptResult, StoreError> {
        let before = acquired.before().to_vec();
        let db = acquired.db()?;
        let there = if is_again {
            settled(db, &before).await?;
            let ids: Vec<DeliveryId> = request.submissions.iter().map(|one| one.delivery.id).collect();
            known(db, &ids).await?
        } else {
            HashSet::new()
        };
        // Before the transaction: a lane that is remembered must be there, whether this is committed or not.
        let keys: Vec<_> = request.submissions.iter().map(|one| lanes::key(&one.delivery)).collect();
        self.lanes.of(db, &keys).await?;
        match self.transact(&mut acquired, request, &there).await {
            Err(error) if error.problem == Problem::Server(ServerProblem::NoPartition) => {
                // No process has looked ahead for a week.
                partitions::make(acquired.db()?).await.map_err(|_| error)?;
                self.transact(&mut acquired, request, &there).await
            }
            accepted => accepted,
        }
    }

    async fn transact(
        &self,
        acquired: &mut Acquired<'_>,
        request: &AcceptRequest,
        there: &HashSet<DeliveryId>,
    ) -> Result<AcceptResult, StoreError> {
        let transaction = acquired.begin().await?;
        let (result, lanes) = self.write(transaction.db(), request, there).await?;
        if !matches!(result, AcceptResult::Done(_)) {
            // Nothing was written, and what was claimed is free again.
            return Ok(result);
        }
        transaction.commit().await?;
        if !lanes.is_empty() {
            self.ringer.arrived(lanes);
        }
        Ok(result)
    }

    /// What the transaction does, and the lanes into which deliveries came. Those that are `there` were accepted by a
    /// commit with an unknown outcome.
    async fn write(
        &self,
        db: Db<'_>,
        request: &AcceptRequest,
        there: &HashSet<DeliveryId>,
    ) -> Result<(AcceptResult, Vec<i32>), StoreError> {
        let AcceptRequest { submissions, key, at } = request;
        if let Some(key) = key
            && let Some(stored) = claims::request(db, key, *at).await?
        {
            let own: HashSet<DeliveryId> = submissions.iter().map(|one| one.delivery.id).collect();
            let result = stored.accepted(key.content, |id| own.contains(id));
            return Ok((result.map_err(|why| claims::unreadable(&key.key, why))?, Vec::new()));
        }
        let results = claims::events(db, submissions, *at).await?;
        let is_missing = |new: &NewDelivery, result: &SubmissionResult| {
            *result == SubmissionResult::New(new.id) && !there.contains(&new.id)
        };
        let new: Vec<&NewDelivery> = submissions
            .iter()
            .zip(&results)
            .filter(|(one, result)| is_missing(&one.delivery, result))
            .map(|(one, _)| &one.delivery)
            .collect();
        if let Some(key) = key {
            claims::fill(db, key, &saved_results::write(&results, &key.note)).await?;
        }
        // Last: what is committed long after it got its position is found late.
        let lanes = accept(db, &self.lanes, &new, false).await?;
        Ok((AcceptResult::Done(results), lanes))
    }
}
