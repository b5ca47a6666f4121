//! A look at the next rows of a range: which of them may fit a filter.

use tokio_postgres::types::ToSql;

use crate::record::LogPosition;
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::ranges::Range;
use crate::storage::postgres::log::sieve::Sieve;
use crate::storage::postgres::rows;

/// A row that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// Where it stands.
    pub at: LogPosition,
    /// When it was accepted, in milliseconds.
    pub accepted_at: i64,
    /// Whether it may fit.
    pub may_fit: bool,
}

/// Whether this server has the collation by which letter case is folded.
pub async fn has_icu(db: Db<'_>) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu')";
    Ok(db.value::<bool>(sql, &[]).await?.unwrap_or(false))
}

/// The statement of [`looks`], and the sieve with its values.
pub fn statement(range: &Range, filter: &Filter, has_icu: bool, most: usize) -> (String, Sieve) {
    let newest = range.newest(most);
    let sieve = Sieve::of(filter, range.values(), has_icu);
    let last = if sieve.needs_last_attempt() {
        "LEFT JOIN LATERAL (
           SELECT status, class, message FROM ended WHERE seq = w.seq
           UNION ALL
           (SELECT status, class, message FROM attempt WHERE seq = w.seq ORDER BY n DESC LIMIT 1)
           LIMIT 1) last ON true"
    } else {
        ""
    };
    let (columns, lane) = if sieve.needs_texts() {
        ("*", "LEFT JOIN LATERAL (SELECT profile_id FROM lane WHERE seq = d.lane LIMIT 1) l ON true")
    } else {
        ("accepted_at, again", "")
    };
    let condition = sieve.condition();
    let sql = format!(
        "SELECT w.seq, d.accepted_at, coalesce({condition}, false) AS may_fit
         FROM ({newest}) w
         CROSS JOIN LATERAL (SELECT {columns} FROM delivery WHERE seq = w.seq LIMIT 1) d
         {lane}
         {last}
         ORDER BY w.seq DESC"
    );
    (sql, sieve)
}

/// The next rows of a range before a position, newest first.
pub async fn looks(
    db: Db<'_>,
    (range, before, most): (&Range, LogPosition, usize),
    filter: &Filter,
    has_icu: bool,
) -> Result<Vec<Look>, StoreError> {
    let (sql, sieve) = statement(range, filter, has_icu, most);
    let before = before.number();
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&before];
    params.extend(range.lanes());
    params.extend(sieve.values());
    let found = db.rows(&sql, &params).await?;
    let look = |row: &tokio_postgres::Row| Look {
        at: LogPosition::new(rows::get_or_default(row, "seq")),
        accepted_at: rows::get_or_default(row, "accepted_at"),
        may_fit: rows::get_or_default(row, "may_fit"),
    };
    Ok(found.iter().map(look).collect())
}
