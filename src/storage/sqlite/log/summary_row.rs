//! The columns of a delivery as it is listed.

use rusqlite::Row;

use crate::record::{DeliveryId, LogPosition, Summary};
use crate::storage::sqlite::queue::job::policy;
use crate::storage::sqlite::rows::columns::{self, get};
use crate::storage::sqlite::rows::outcome::ended_at;
use crate::storage::unreadable::Why;

/// The columns of a summary; see [`summary`]. They are selected from [`with_outcome`].
pub const SUMMARY: &str = concat!(
    "id, kind, (SELECT profile_id FROM lane WHERE lane.seq = delivery.lane), profile_title, event, \
     iif(delivered.seq IS NULL, state, 2), iif(delivered.seq IS NULL, attempts, max(attempts, 1)), retry_count, \
     interval_s, timeout_ms, backoff, iif(delivered.seq IS NULL, due_at, NULL), accepted_at, \
     coalesce(last_status, only.status), last_class, last_message, coalesce(last_ms, only.duration_ms), again, \
     delivery.seq, \
     CASE WHEN kind = 'again' THEN (SELECT earlier FROM resend WHERE resend.seq = delivery.seq) END, \
     ",
    ended_at!(),
    ", (SELECT origin FROM lane WHERE lane.seq = delivery.lane)"
);

/// The index of the time of acceptance among them.
pub const ACCEPTED_AT: usize = 12;

/// The index of `again` among them.
pub const AGAIN: usize = 17;

/// The index of the row among them.
pub const SEQ: usize = 18;

/// The index of the delivery that it resends among them.
pub const RESENT_FROM: usize = 19;

/// The index of the end among them.
pub const ENDED_AT: usize = 20;

/// The first column after those of a summary.
pub const AFTER_SUMMARY: usize = 22;

/// A delivery as it is listed, from the columns of [`SUMMARY`].
pub fn summary(row: &Row<'_>) -> Result<Summary, Why> {
    Ok(Summary {
        id: columns::delivery_id(row, 0)?,
        position: LogPosition::new(get(row, SEQ)?),
        kind: columns::choice(&get::<String>(row, 1)?)?,
        profile_id: columns::profile_id(&get::<String>(row, 2)?)?,
        profile_title: get(row, 3)?,
        event: get::<Option<String>>(row, 4)?.map(|name| columns::choice(&name)).transpose()?,
        state: columns::state(get(row, 5)?)?,
        attempts: get(row, 6)?,
        policy: policy(row, 7)?,
        due_at: get::<Option<i64>>(row, 11)?.map(columns::time).transpose()?,
        accepted_at: columns::time(get(row, ACCEPTED_AT)?)?,
        ended_at: get::<Option<i64>>(row, ENDED_AT)?.map(columns::time).transpose()?,
        origin: get::<String>(row, ENDED_AT + 1)?.into(),
        last_status: get(row, 13)?,
        last_error: columns::failure(get(row, 14)?, get(row, 15)?)?,
        last_ms: get(row, 16)?,
        again: get::<Option<[u8; 16]>>(row, AGAIN)?.map(DeliveryId::from_bytes),
        resent_from: get::<Option<[u8; 16]>>(row, RESENT_FROM)?.map(DeliveryId::from_bytes),
    })
}
