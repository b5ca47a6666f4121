//! Everything about one delivery.

use tokio_postgres::Row;

use crate::callback::Callback;
use crate::record::{Attempt, DeliveryId, Details};
use crate::storage::encoding;
use crate::storage::error::StoreError;
use crate::storage::phases_bytes::phases;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::{links, summaries};
use crate::storage::postgres::rows::{self, get};
use crate::storage::unreadable::Why;

/// Everything about one delivery, if it is there.
pub async fn details(db: Db<'_>, id: DeliveryId) -> Result<Option<Details>, StoreError> {
    let Some((_, seq)) = summaries::positions(db, &[id]).await?.pop() else { return Ok(None) };
    let Some(listed) = summaries::at(db, &[seq]).await?.pop() else { return Ok(None) };
    let sql = "SELECT method, url, headers, vals, body FROM delivery WHERE seq = $1";
    let Some(row) = db.row(sql, &[&seq]).await? else { return Ok(None) };
    let read = || -> Result<Details, Why> {
        Ok(Details {
            summary: listed.summary()?,
            callback: callback(&row)?,
            values: encoding::values(get(&row, "vals")?)?,
            attempts: Vec::new(),
            original: None,
            resends: Vec::new(),
            passed_over: Vec::new(),
        })
    };
    let mut details = read().map_err(|why| StoreError::unreadable(format_args!("delivery {id}"), why))?;
    let sql = "SELECT n, started_at, duration_ms, status, class, message, response_headers, response_body,
                   response_cut, address, sender, phases, is_probe FROM attempt WHERE seq = $1 ORDER BY n";
    for row in &db.rows(sql, &[&seq]).await? {
        // One that has no meaning hides no other.
        match attempt(row) {
            Ok(attempt) => details.attempts.push(attempt),
            Err(why) => {
                let n: i16 = rows::get_or_default(row, "n");
                details.passed_over.push(format!("attempt {n} cannot be read ({why})"));
            }
        }
    }
    links::read(db, &mut details).await?;
    Ok(Some(details))
}

/// A request, from `method`, `url`, `headers` and `body`. None where none could be made.
pub fn callback(row: &Row) -> Result<Option<Callback>, Why> {
    let Some(method) = get::<Option<&str>>(row, "method")? else { return Ok(None) };
    Ok(Some(Callback {
        method: encoding::choice(method)?,
        url: get(row, "url")?,
        headers: encoding::headers(get(row, "headers")?)?,
        body: get(row, "body")?,
    }))
}

/// An attempt, from all columns but its delivery.
pub fn attempt(row: &Row) -> Result<Attempt, Why> {
    let (class, message): (Option<String>, Option<String>) = (get(row, "class")?, get(row, "message")?);
    // Without a class it is no failure.
    let response_incomplete = message.clone().filter(|_| class.is_none());
    Ok(Attempt {
        n: rows::unsigned::<i16, u32>(row, "n")?,
        started_at: encoding::time(get(row, "started_at")?)?,
        duration_ms: rows::unsigned::<i32, u32>(row, "duration_ms")?,
        address: encoding::address(get(row, "address")?)?,
        status: rows::unsigned_if_any::<i16, u16>(row, "status")?,
        error: encoding::failure(class, message)?,
        response_headers: encoding::headers(get(row, "response_headers")?)?.into(),
        response_body: get(row, "response_body")?,
        response_cut: get(row, "response_cut")?,
        response_incomplete,
        sender: get(row, "sender")?,
        phases: get::<Option<&[u8]>>(row, "phases")?.map(phases).transpose()?,
        is_probe: get::<Option<bool>>(row, "is_probe")?.unwrap_or(false),
    })
}
