//! Columns of a row, and their values: see [`encoding`](crate::storage::encoding).

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use crate::profile::{Choice, RetryPolicy};
use crate::record::DeliveryId;
use crate::storage::encoding;
use crate::storage::unreadable::Why;

/// A column by its name.
pub fn get<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T, Why> {
    row.try_get(name).map_err(|error| error.to_string())
}

/// A column by its name, or a default where it has no meaning.
pub fn get_or_default<'r, T: FromSql<'r> + Default>(row: &'r Row, name: &str) -> T {
    row.try_get(name).unwrap_or_default()
}

/// A number that is never negative.
pub fn unsigned<'r, N, T>(row: &'r Row, name: &str) -> Result<T, Why>
where
    N: FromSql<'r>,
    T: TryFrom<N>,
    T::Error: std::fmt::Display,
{
    T::try_from(get::<N>(row, name)?).map_err(|error| format!("{name}: {error}"))
}

/// The same, where there may be none.
pub fn unsigned_if_any<'r, N, T>(row: &'r Row, name: &str) -> Result<Option<T>, Why>
where
    N: FromSql<'r>,
    T: TryFrom<N>,
    T::Error: std::fmt::Display,
{
    let number = get::<Option<N>>(row, name)?;
    number.map(|number| T::try_from(number).map_err(|error| format!("{name}: {error}"))).transpose()
}

/// An id.
pub fn delivery_id(row: &Row, name: &str) -> Result<DeliveryId, Why> {
    get(row, name).map(|id: Uuid| DeliveryId::from_bytes(id.into_bytes()))
}

/// The same, where there may be none.
pub fn delivery_id_if_any(row: &Row, name: &str) -> Result<Option<DeliveryId>, Why> {
    Ok(get::<Option<Uuid>>(row, name)?.map(|id| DeliveryId::from_bytes(id.into_bytes())))
}

/// An id, as a value of a statement.
pub fn uuid(id: DeliveryId) -> Uuid {
    Uuid::from_bytes(id.bytes())
}

/// A choice by its name.
pub fn choice<C: Choice>(row: &Row, name: &str) -> Result<C, Why> {
    encoding::choice(get(row, name)?)
}

/// A policy, from `retry_count`, `interval_s`, `timeout_ms` and `backoff`.
pub fn policy(row: &Row) -> Result<RetryPolicy, Why> {
    Ok(RetryPolicy::new(
        unsigned::<i16, u8>(row, "retry_count")?,
        unsigned::<i32, u32>(row, "interval_s")?,
        unsigned::<i32, u32>(row, "timeout_ms")?,
        choice(row, "backoff")?,
    ))
}
