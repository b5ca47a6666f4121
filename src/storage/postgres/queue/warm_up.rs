//! Has the server plan the statements of a claim before there is anything to claim: the first time each takes several
//! times as long as afterwards.

use futures_util::future::join_all;

use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Params;
use crate::storage::postgres::queue::claim_sql::{
    BLOCKED, LANES, LOOK, PROFILES, RETRY_LANES, TAKE_FIRST, TAKE_RETRIES, TAKE_STRAYS,
};
use crate::storage::postgres::queue::sweep::{FIRST_LANES, STARTS, STRAYS};

impl PgStore {
    /// Connects, and runs each statement of a claim without effect.
    pub(super) async fn warm_up(&self) {
        // The next claim gets the error.
        drop(self.try_warm_up().await);
    }

    async fn try_warm_up(&self) -> Result<(), StoreError> {
        let mut acquired = self.sender().claims().await?;
        let db = acquired.db()?;
        let (nobody, never) = (0_i32, i64::MIN);
        let (lanes, counts, ids) = (Vec::<i32>::new(), Vec::<i64>::new(), Vec::<&str>::new());
        let statements: [(&str, Params<'_>); 11] = [
            (LOOK, &[&nobody, &never]),
            (RETRY_LANES, &[&never, &never]),
            (BLOCKED, &[&i64::MAX]),
            (STARTS, &[]),
            (FIRST_LANES, &[&lanes, &counts, &lanes, &lanes]),
            (STRAYS, &[&lanes, &counts, &counts, &0_i64]),
            (TAKE_STRAYS, &[&nobody, &counts, &never]),
            (TAKE_FIRST, &[&nobody, &lanes, &counts, &counts]),
            (LANES, &[&lanes]),
            (PROFILES, &[&ids, &i64::MAX]),
            (TAKE_RETRIES, &[&nobody, &lanes, &counts, &never, &never]),
        ];
        let ran = join_all(statements.iter().map(|(sql, params)| db.rows(sql, params))).await;
        ran.into_iter().try_for_each(|rows| rows.map(drop))
    }
}
