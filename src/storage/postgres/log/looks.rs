//! A look at the next rows of a range: which of them may match a filter.
//!
//! Only those come over the network, and only of those is more than the row of the range read.

use std::fmt::Write as _;

use tokio_postgres::types::ToSql;

use crate::record::LogPosition;
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::bounds::Bounds;
use crate::storage::postgres::log::ranges::Range;
use crate::storage::postgres::log::sieve::Sieve;
use crate::storage::postgres::rows;

/// A row that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// Its position.
    pub at: LogPosition,
    /// When it was accepted, in milliseconds.
    pub accepted_at: i64,
}

/// What was looked at.
#[derive(Debug, Default)]
pub struct Looks {
    /// What may match, newest first.
    pub open: Vec<i64>,
    /// The newest row.
    pub newest: Option<LogPosition>,
    /// The last row, unless the range ended.
    pub last: Option<Look>,
}

/// The statement of [`looks`], and the sieve with its values.
pub fn statement(range: &Range, filter: &Filter, has_icu: bool, most: usize) -> (String, Sieve) {
    let sieve = Sieve::of(filter, range.values(), has_icu);
    let columns = if sieve.needs_texts() {
        "accepted_at, again, id, lane, title, event, url, vals, headers, body"
    } else {
        "accepted_at, again"
    };
    let newest = range.newest(&format!(", {columns}"), most);
    let mut joins = String::new();
    let of_delivery = if range.is_of_deliveries() {
        "w"
    } else {
        // Of what is not meant nothing is read, but of the last row.
        joins = format!(
            "LEFT JOIN LATERAL (SELECT {columns} FROM delivery
               WHERE seq = CASE WHEN w.is_meant OR w.number = {most} THEN w.seq END LIMIT 1) d ON true"
        );
        "d"
    };
    if sieve.needs_texts() {
        // Writing to a string cannot fail.
        let _ = write!(
            joins,
            " LEFT JOIN LATERAL (SELECT profile_id FROM lane WHERE seq = {of_delivery}.lane LIMIT 1) l ON true
              LEFT JOIN LATERAL (SELECT message FROM ended
                WHERE seq = CASE WHEN w.is_meant THEN w.seq END LIMIT 1) e ON true"
        );
    }
    let condition = sieve.condition(of_delivery);
    let sql = format!(
        "SELECT seq, accepted_at, number, may_fit FROM (
           SELECT w.seq, {of_delivery}.accepted_at, w.number, coalesce(w.is_meant AND {condition}, false) AS may_fit
           FROM (SELECT *, row_number() OVER () AS number FROM ({newest}) s) w {joins} OFFSET 0) r
         WHERE may_fit OR number = 1 OR number = {most}"
    );
    (sql, sieve)
}

/// The next rows of a range within bounds, from the newest on, up to this many.
pub async fn looks(
    db: Db<'_>,
    (range, bounds, most): (&Range, Bounds, usize),
    filter: &Filter,
    has_icu: bool,
) -> Result<Looks, StoreError> {
    let (sql, sieve) = statement(range, filter, has_icu, most);
    let (before, from) = (bounds.before.number(), bounds.from.number());
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&before, &from];
    params.extend(range.third());
    params.extend(sieve.values());
    let mut found = Looks::default();
    for row in db.rows(&sql, &params).await? {
        let (seq, number): (i64, i64) =
            (rows::get_or_default(&row, "seq"), rows::get_or_default(&row, "number"));
        if rows::get_or_default(&row, "may_fit") {
            found.open.push(seq);
        }
        let at = LogPosition::new(seq);
        if number == 1 {
            found.newest = Some(at);
        }
        if usize::try_from(number).is_ok_and(|number| number == most) {
            // Of one that has gone meanwhile the position says it.
            let accepted_at = rows::get_or_default::<Option<i64>>(&row, "accepted_at");
            found.last = Some(Look { at, accepted_at: accepted_at.unwrap_or((seq >> 11) / 1000) });
        }
    }
    found.open.sort_unstable_by_key(|seq| std::cmp::Reverse(*seq));
    Ok(found)
}
