//! Checks a database: see [`integrity`](crate::storage::integrity). Read-only, and on one state of the database.

mod faults;
mod numbers;

use std::sync::Arc;

use crate::profile::Choice as _;
use crate::record::DeliveryState;
use crate::storage::error::StoreError;
use crate::storage::integrity::by_profile::BY_PROFILE;
use crate::storage::integrity::{IntegrityCheck, IntegrityReport, Invariant};
use crate::storage::log::counts::Counts;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::postgres::schema::steps;

impl PgStore {
    /// Checks the database, and changes nothing. Takes as long as reading the log does.
    ///
    /// # Errors
    /// It cannot be reached or read.
    pub async fn check_integrity(&self) -> Result<IntegrityReport, StoreError> {
        let session = Session::new(Arc::clone(&self.0.server), Purpose::Check);
        let report = check(&session).await;
        report.map_err(|error| self.0.server.at(error))
    }
}

async fn check(session: &Session) -> Result<IntegrityReport, StoreError> {
    let mut acquired = session.acquire().await?;
    let transaction = acquired.begin().await?;
    let db = transaction.db();
    db.batch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    let schema = db.value::<i32>("SELECT version FROM meta", &[]).await?.map(i64::from);
    let mut report =
        IntegrityReport { schema, known_schema: steps::KNOWN, deliveries: None, checks: Vec::new() };
    report.checks.push(faults::profiles(db).await?);
    for (invariant, sql) in BY_PROFILE {
        report.checks.push(faults::by_profile(db, *invariant, sql).await?);
    }
    for (invariant, sql) in faults::BY_DELIVERY {
        report.checks.push(faults::by_delivery(db, *invariant, sql).await?);
    }
    let (counts, deliveries) = counts(db).await?;
    report.checks.push(counts);
    report.deliveries = Some(deliveries);
    report.checks.push(numbers::check(db).await?);
    // Nothing was changed.
    transaction.commit().await?;
    Ok(report)
}

/// Deliveries by state, one by one, and as they are counted.
const BY_STATE: &str = "
SELECT t.*, p.queued_there, p.waiting_there, e.delivered_there, e.failed_there, e.cancelled_there
FROM (SELECT sum(queued)::bigint AS queued, sum(waiting)::bigint AS waiting, sum(delivered)::bigint AS delivered,
        sum(failed)::bigint AS failed, sum(cancelled)::bigint AS cancelled FROM tally) t,
    (SELECT count(*) FILTER (WHERE attempts = 0) AS queued_there, count(*) FILTER (WHERE attempts > 0) AS waiting_there
        FROM pending) p,
    (SELECT count(*) FILTER (WHERE state = 2) AS delivered_there, count(*) FILTER (WHERE state = 3) AS failed_there,
        count(*) FILTER (WHERE state = 4) AS cancelled_there FROM ended) e";

async fn counts(db: Db<'_>) -> Result<(IntegrityCheck, Counts), StoreError> {
    let row = db.row(BY_STATE, &[]).await?;
    let row = row.ok_or_else(|| StoreError::unreadable("the counts of deliveries", "there is no row"))?;
    let mut check = IntegrityCheck::new(Invariant::Counts);
    let there = |state: DeliveryState| get_or_default::<i64>(&row, &format!("{}_there", state.name()));
    for state in DeliveryState::ALL {
        let counted = get_or_default::<i64>(&row, state.name());
        let there = there(*state);
        if counted != there {
            check.add(format!("{}: {counted} are counted, and {there} are there", state.name()));
        }
    }
    let number = |state| u64::try_from(there(state)).unwrap_or(0);
    let counts = Counts {
        queued: number(DeliveryState::Queued),
        waiting: number(DeliveryState::Waiting),
        delivered: number(DeliveryState::Delivered),
        failed: number(DeliveryState::Failed),
        cancelled: number(DeliveryState::Cancelled),
    };
    Ok((check, counts))
}
