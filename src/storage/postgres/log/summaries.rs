//! Deliveries as they are listed, by their positions.

use tokio_postgres::Row;
use uuid::Uuid;

use crate::record::{DeliveryId, DeliveryState, LogPosition, Summary};
use crate::storage::encoding;
use crate::storage::error::StoreError;
use crate::storage::log::matcher::RowFacts;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::{self, get};
use crate::storage::unreadable::{UnreadableRow, Why};

/// What is listed of the deliveries at these positions. A partition is found at run time only through
/// `LATERAL … LIMIT 1`: a plain join may read a day of log.
pub const LISTED: &str = "
SELECT w.seq, d.id, d.kind, l.profile_id, l.origin, d.title, d.event, d.retry_count, d.interval_s, d.timeout_ms, d.backoff,
  d.accepted_at, d.again, r.earlier, d.url, d.vals, e.state, e.ended_at, p.due_at,
  coalesce(e.attempts, p.attempts) AS attempts, coalesce(e.status, a.status) AS status,
  coalesce(e.class, a.class) AS class, coalesce(e.message, a.message) AS message, coalesce(e.ms, a.duration_ms) AS ms
FROM unnest($1::bigint[]) w(seq)
CROSS JOIN LATERAL (SELECT * FROM delivery WHERE seq = w.seq LIMIT 1) d
LEFT JOIN LATERAL (SELECT profile_id, origin FROM lane WHERE seq = d.lane LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT earlier FROM resend WHERE seq = CASE WHEN d.kind = 'again' THEN w.seq END LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT * FROM ended WHERE seq = w.seq LIMIT 1) e ON true
LEFT JOIN LATERAL (SELECT * FROM pending WHERE seq = w.seq LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT status, class, message, duration_ms FROM attempt
  WHERE seq = CASE WHEN p.attempts > 0 THEN w.seq END ORDER BY n DESC LIMIT 1) a ON true";

/// A row of the log.
pub struct Listed(Row);

/// The deliveries at these positions that are there, newest first.
pub async fn at(db: Db<'_>, positions: &[i64]) -> Result<Vec<Listed>, StoreError> {
    if positions.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<Listed> = db.rows(LISTED, &[&positions]).await?.into_iter().map(Listed).collect();
    found.sort_by_key(|row| std::cmp::Reverse(row.position()));
    Ok(found)
}

/// The positions of these deliveries, by their ids.
pub async fn positions(db: Db<'_>, ids: &[DeliveryId]) -> Result<Vec<(DeliveryId, i64)>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().copied().map(rows::uuid).collect();
    let found = db.rows("SELECT id, seq FROM delivery WHERE id = ANY($1)", &[&ids]).await?;
    let mut all = Vec::with_capacity(found.len());
    for row in &found {
        let id = rows::delivery_id(row, "id").map_err(|why| StoreError::unreadable("a delivery", why))?;
        all.push((id, rows::get_or_default(row, "seq")));
    }
    Ok(all)
}

/// These deliveries in this order; without those that are no longer there, or whose rows have no meaning.
pub async fn of(db: Db<'_>, ids: &[DeliveryId]) -> Result<Vec<Summary>, StoreError> {
    let positions = positions(db, ids).await?;
    let found = at(db, &positions.iter().map(|(_, seq)| *seq).collect::<Vec<_>>()).await?;
    let found: Vec<Summary> = found.iter().filter_map(|row| row.summary().ok()).collect();
    let by_id: std::collections::HashMap<DeliveryId, Summary> =
        found.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| by_id.get(id).cloned()).collect())
}

impl Listed {
    /// Its position.
    pub fn position(&self) -> LogPosition {
        LogPosition::new(rows::get_or_default(&self.0, "seq"))
    }

    /// A delivery as it is listed.
    pub fn summary(&self) -> Result<Summary, Why> {
        let row = &self.0;
        let id = |name| rows::delivery_id_if_any(row, name);
        Ok(Summary {
            id: rows::delivery_id(row, "id")?,
            position: self.position(),
            kind: rows::choice(row, "kind")?,
            profile_id: encoding::profile_id(get::<Option<&str>>(row, "profile_id")?.unwrap_or_default())?,
            profile_title: get(row, "title")?,
            event: get::<Option<&str>>(row, "event")?.map(encoding::choice).transpose()?,
            state: self.state()?,
            attempts: rows::unsigned::<i16, u32>(row, "attempts")?,
            policy: rows::policy(row)?,
            due_at: get::<Option<i64>>(row, "due_at")?.map(encoding::time).transpose()?,
            accepted_at: encoding::time(get(row, "accepted_at")?)?,
            ended_at: get::<Option<i64>>(row, "ended_at")?.map(encoding::time).transpose()?,
            origin: get::<Option<&str>>(row, "origin")?.unwrap_or_default().into(),
            last_status: rows::unsigned_if_any::<i16, u16>(row, "status")?,
            last_error: encoding::failure(get(row, "class")?, get(row, "message")?)?,
            last_ms: rows::unsigned_if_any::<i32, u32>(row, "ms")?,
            again: id("again")?,
            resent_from: id("earlier")?,
        })
    }

    /// Its state: it is in one table or the other.
    fn state(&self) -> Result<DeliveryState, Why> {
        if let Some(state) = get::<Option<i16>>(&self.0, "state")? {
            return encoding::state(state.into());
        }
        match get::<Option<i64>>(&self.0, "due_at")? {
            Some(_) if rows::unsigned::<i16, u32>(&self.0, "attempts")? == 0 => Ok(DeliveryState::Queued),
            Some(_) => Ok(DeliveryState::Waiting),
            None => Err("it is in no state".to_owned()),
        }
    }

    /// What a filter looks at.
    pub fn facts(&self) -> Result<RowFacts<'_>, Why> {
        let row = &self.0;
        Ok(RowFacts {
            id: rows::delivery_id(row, "id")?,
            profile_id: get::<Option<&str>>(row, "profile_id")?.unwrap_or_default(),
            title: get(row, "title")?,
            event: get(row, "event")?,
            url: get(row, "url")?,
            message: get(row, "message")?,
            status: rows::unsigned_if_any::<i16, u16>(row, "status")?,
            class: get(row, "class")?,
            accepted_at: get(row, "accepted_at")?,
            ended_at: get(row, "ended_at")?,
            was_sent_again: get::<Option<Uuid>>(row, "again")?.is_some(),
            resent_from: rows::delivery_id_if_any(row, "earlier")?,
            values: get(row, "vals")?,
        })
    }

    /// When it was accepted, in milliseconds.
    pub fn accepted_at(&self) -> i64 {
        rows::get_or_default(&self.0, "accepted_at")
    }

    /// That it has no meaning.
    pub fn unreadable(&self, why: Why) -> UnreadableRow {
        UnreadableRow::delivery(rows::delivery_id(&self.0, "id").ok(), self.position().number(), why)
    }
}
