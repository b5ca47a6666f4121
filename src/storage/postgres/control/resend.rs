//! Resending an earlier delivery.

use jiff::Timestamp;
use uuid::Uuid;

use crate::profile::Choice as _;
use crate::record::{DeliveryId, Kind};
use crate::storage::encoding::{ID_HEADER, headers_text, millis, values};
use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::changes::{Moves, tell_arrived};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::details::callback;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::producer::lanes::KnownLanes;
use crate::storage::postgres::profiles::list;
use crate::storage::postgres::rows::{self, get};
use crate::storage::rollups::mark::RollupMark;
use crate::storage::unreadable::Why;

/// What must be known of the earlier one.
struct Earlier {
    seq: i64,
    profile_id: String,
    origin: String,
    was_tested: bool,
    was_sent_again: bool,
    /// None where no request could be made.
    headers: Option<Vec<(String, String)>>,
}

/// Which resend is meant.
#[derive(Debug, Clone, Copy)]
pub struct Resend {
    /// The earlier delivery.
    pub id: DeliveryId,
    /// The new one.
    pub new_id: DeliveryId,
    /// When it is accepted and due.
    pub at: Timestamp,
}

/// Accepts the request of an earlier delivery, to the byte, as a new delivery: only its `webhook-id` is the new one's.
pub async fn resend(db: Db<'_>, lanes: &KnownLanes, resend: Resend) -> Result<(), StoreError> {
    let earlier = earlier(db, resend.id).await?.ok_or(Problem::NoDelivery(resend.id))?;
    copy(db, lanes, &earlier, resend).await.map(drop)
}

/// The same, unless it was sent again before: then another session was first. The position of the new delivery.
pub async fn resend_once(db: Db<'_>, lanes: &KnownLanes, resend: Resend) -> Result<Option<i64>, StoreError> {
    let earlier = earlier(db, resend.id).await?.ok_or(Problem::NoDelivery(resend.id))?;
    if earlier.was_sent_again {
        return Ok(None);
    }
    copy(db, lanes, &earlier, resend).await.map(Some)
}

/// Reads it, and keeps others from sending it again meanwhile.
async fn earlier(db: Db<'_>, id: DeliveryId) -> Result<Option<Earlier>, StoreError> {
    let Some((_, seq)) = summaries::positions(db, &[id]).await?.pop() else { return Ok(None) };
    let sql =
        "SELECT d.was_tested, d.again, d.vals, d.method, d.url, d.headers, d.body, l.profile_id, l.origin
               FROM delivery d JOIN lane l ON l.seq = d.lane WHERE d.seq = $1 FOR UPDATE OF d";
    let Some(row) = db.row(sql, &[&seq]).await? else { return Ok(None) };
    // Only what can be read completely is resent.
    let read = || -> Result<Earlier, Why> {
        values(get(&row, "vals")?)?;
        Ok(Earlier {
            seq,
            profile_id: get(&row, "profile_id")?,
            origin: get(&row, "origin")?,
            was_tested: get(&row, "was_tested")?,
            was_sent_again: get::<Option<Uuid>>(&row, "again")?.is_some(),
            headers: callback(&row)?.map(|callback| callback.headers),
        })
    };
    read().map(Some).map_err(|why| StoreError::unreadable(format_args!("delivery {id}"), why))
}

async fn copy(db: Db<'_>, lanes: &KnownLanes, earlier: &Earlier, resend: Resend) -> Result<i64, StoreError> {
    let Resend { id, new_id, at } = resend;
    let mut headers = earlier.headers.clone().ok_or(Problem::NoRequest(id))?;
    for (name, value) in &mut headers {
        if name.eq_ignore_ascii_case(ID_HEADER) {
            *value = new_id.to_string();
        }
    }
    let sql = "SELECT EXISTS (SELECT FROM tested WHERE seq = $1)";
    let tested = earlier.was_tested && db.value::<bool>(sql, &[&earlier.seq]).await?.unwrap_or(false);
    if earlier.was_tested && !tested && list::kept_document(db, &earlier.profile_id).await?.is_none() {
        return Err(Problem::TestedGone(id).into());
    }
    let key = (earlier.profile_id.clone(), earlier.origin.clone(), true);
    let lane = lanes.in_transaction(db, &[key]).await?.first().copied().unwrap_or_default();
    let seq = db.value::<i64>("SELECT next_position()", &[]).await?.unwrap_or_default();
    let sql = "WITH d AS (INSERT INTO delivery (seq, id, lane, accepted_at, retry_count, interval_s, timeout_ms,
                   was_tested, kind, backoff, title, event, method, url, headers, vals, body)
                 SELECT $1, $2, $3, $4, retry_count, interval_s, timeout_ms, $5, $6, backoff, title, event, method,
                   url, $7, vals, body FROM delivery WHERE seq = $8),
               t AS (INSERT INTO tested SELECT $1, document FROM tested WHERE seq = $8 AND $5),
               p AS (INSERT INTO pending (seq, lane, due_at) VALUES ($1, $3, $4)),
               f AS (INSERT INTO feed (accepted) VALUES (ARRAY[$1])),
               c AS (INSERT INTO rollup_change (lanes, marks) VALUES (ARRAY[$3::int], ARRAY[$9::bigint])),
               l AS (INSERT INTO resend (seq, earlier) VALUES ($1, $10))
               INSERT INTO clock_skew AS known (day, ms)
                 VALUES (($1 >> 11) / 86400000000, doubled_skew(abs($4 - ($1 >> 11) / 1000)))
               ON CONFLICT (day) DO UPDATE SET ms = excluded.ms WHERE known.ms < excluded.ms";
    let (new, kind, at, headers) =
        (rows::uuid(new_id), Kind::Again.name(), millis(at), headers_text(&headers));
    let mark = RollupMark::accepted(at, None).number();
    db.execute(
        sql,
        &[&seq, &new, &lane, &at, &tested, &kind, &headers, &earlier.seq, &mark, &rows::uuid(id)],
    )
    .await?;
    db.execute("UPDATE delivery SET again = $2 WHERE seq = $1", &[&earlier.seq, &new]).await?;
    Moves { queued: 1, ..Moves::default() }.note(db).await?;
    tell_arrived(db, lane).await?;
    Ok(seq)
}
