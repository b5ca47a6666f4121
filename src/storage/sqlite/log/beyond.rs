//! The texts of a delivery beyond its row that a search examines: the request's headers and body, and the responses.
//! Reading them costs as much as the row again, so they are read only if the row is not decisive.

use rusqlite::Transaction;
use rusqlite::types::ValueRef;

use crate::storage::error::StoreError;
use crate::storage::sqlite::rows::columns::{ID_HEADER, headers};

/// The texts of a delivery beyond its row, by its row.
pub fn texts(tx: &Transaction<'_>, row: i64) -> Result<Vec<String>, StoreError> {
    let mut all = Vec::new();
    let mut request = tx.prepare_cached("SELECT headers, body FROM request WHERE delivery = ?1")?;
    let mut found = request.query([row])?;
    if let Some(request) = found.next()? {
        // Unreadable parts are reported where the delivery is shown.
        let headers = request.get_ref(0)?.as_str().ok().and_then(|text| headers(text).ok());
        // An id matches by prefix only, and is in the row.
        let is_value = |(name, _): &(String, String)| !name.eq_ignore_ascii_case(ID_HEADER);
        all.extend(headers.into_iter().flatten().filter(is_value).map(|(_, value)| value));
        all.extend(text(request.get_ref(1)?));
    }
    let sql = "SELECT message, response_body FROM attempt WHERE key BETWEEN ?1 << 10 AND ?1 << 10 | 1023";
    let mut attempts = tx.prepare_cached(sql)?;
    let mut found = attempts.query([row])?;
    while let Some(attempt) = found.next()? {
        all.extend(text(attempt.get_ref(0)?));
        all.extend(text(attempt.get_ref(1)?));
    }
    Ok(all)
}

/// The text of a column, whatever its type.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
    }
}
