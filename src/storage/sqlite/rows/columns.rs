//! Columns of a row, and their contents: see [`encoding`](crate::storage::encoding).

use rusqlite::Row;
use rusqlite::types::{FromSql, ValueRef};

use crate::record::DeliveryId;
use crate::storage::unreadable::Why;

pub use crate::storage::encoding::{
    ID_HEADER, address, choice, document_text, failure, headers, headers_text, millis, millis_after, profile,
    profile_id, state, state_number, time, values, values_text,
};

/// A column by index.
pub fn get<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, Why> {
    row.get(at).map_err(|error| error.to_string())
}

/// A text by its column.
pub fn text<'a>(row: &'a Row<'_>, at: usize) -> Result<&'a str, Why> {
    row.get_ref(at).map_err(|error| error.to_string())?.as_str().map_err(|error| error.to_string())
}

/// The name of a row in a message, from its first column.
pub fn named(what: &str, row: &Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(ValueRef::Text(text)) => format!("{what} {}", String::from_utf8_lossy(text)),
        Ok(ValueRef::Integer(number)) => format!("{what} {number}"),
        _ => format!("{what} without a name"),
    }
}

pub fn delivery_id(row: &Row<'_>, at: usize) -> Result<DeliveryId, Why> {
    get(row, at).map(DeliveryId::from_bytes)
}
