//! Deliveries that have ended go out of the log.

use std::collections::HashSet;

use crate::profile::Choice as _;
use crate::record::DeliveryState;
use crate::storage::encoding::state_number;
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Moves;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;

/// What has ended goes with its attempts; nothing else does.
const REMOVE: &str = "
WITH g AS (DELETE FROM ended WHERE seq = ANY($1) AND state = ANY($2) RETURNING seq, state),
 a AS (DELETE FROM attempt WHERE seq IN (SELECT seq FROM g)),
 d AS (DELETE FROM delivery WHERE seq IN (SELECT seq FROM g)),
 r AS (DELETE FROM resend WHERE seq IN (SELECT seq FROM g)),
 b AS (DELETE FROM bulk_member WHERE seq IN (SELECT seq FROM g))
SELECT seq, state FROM g";

/// The numbers of the states that have ended and are meant.
fn numbers(is_meant: impl Fn(DeliveryState) -> bool) -> Vec<i16> {
    let ended = DeliveryState::ALL.iter().filter(|state| !state.is_pending() && is_meant(**state));
    ended.filter_map(|state| i16::try_from(state_number(*state)).ok()).collect()
}

/// Which of these have ended in a state that is meant.
pub async fn ended(
    db: Db<'_>,
    positions: &[i64],
    is_meant: impl Fn(DeliveryState) -> bool,
) -> Result<HashSet<i64>, StoreError> {
    let sql = "SELECT seq FROM ended WHERE seq = ANY($1) AND state = ANY($2)";
    let rows = db.rows(sql, &[&positions, &numbers(is_meant)]).await?;
    Ok(rows.iter().map(|row| get_or_default(row, "seq")).collect())
}

/// Removes those of these that have ended in a state that is meant, their attempts with them. Which went.
pub async fn remove(
    db: Db<'_>,
    positions: &[i64],
    is_meant: impl Fn(DeliveryState) -> bool,
) -> Result<HashSet<i64>, StoreError> {
    let rows = db.rows(REMOVE, &[&positions, &numbers(is_meant)]).await?;
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let mut moves = Moves::default();
    for row in &rows {
        *match get_or_default::<i16>(row, "state") {
            2 => &mut moves.delivered,
            3 => &mut moves.failed,
            _ => &mut moves.cancelled,
        } -= 1;
    }
    moves.note(db).await?;
    Ok(rows.iter().map(|row| get_or_default(row, "seq")).collect())
}
