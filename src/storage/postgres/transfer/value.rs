//! Stored values as those of PostgreSQL.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row as ServerRow;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::transfer::datum::{Datum, Kind};
use crate::storage::transfer::table::{Row, Table};

/// The type of a column.
pub fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Position | Kind::Big => Type::INT8,
        Kind::Lane | Kind::Int => Type::INT4,
        Kind::Small => Type::INT2,
        Kind::Bool => Type::BOOL,
        Kind::Text => Type::TEXT,
        Kind::Bytes => Type::BYTEA,
        Kind::Id => Type::UUID,
    }
}

/// A value of a row that is written.
#[derive(Debug)]
pub struct Written<'a>(pub &'a Datum);

impl ToSql for Written<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Datum::Null => Ok(IsNull::Yes),
            Datum::Int(n) if *ty == Type::INT8 => n.to_sql(ty, out),
            Datum::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Datum::Int(n) if *ty == Type::INT2 => i16::try_from(*n)?.to_sql(ty, out),
            Datum::Int(n) if *ty == Type::BOOL => (*n != 0).to_sql(ty, out),
            Datum::Text(text) if *ty == Type::TEXT => text.to_sql(ty, out),
            Datum::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Datum::Bytes(bytes) if *ty == Type::UUID => Uuid::from_slice(bytes)?.to_sql(ty, out),
            _ => Err(format!("a value for a column of type {ty} is of another type").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row that was read, with the columns of this table.
pub fn read(table: Table, row: &ServerRow) -> Result<Row, StoreError> {
    let datum = |(place, kind): (usize, Kind)| -> Result<Datum, tokio_postgres::Error> {
        let int = |n: Option<i64>| n.map_or(Datum::Null, Datum::Int);
        Ok(match kind {
            Kind::Position | Kind::Big => int(row.try_get(place)?),
            Kind::Lane | Kind::Int => int(row.try_get::<_, Option<i32>>(place)?.map(i64::from)),
            Kind::Small => int(row.try_get::<_, Option<i16>>(place)?.map(i64::from)),
            Kind::Bool => int(row.try_get::<_, Option<bool>>(place)?.map(i64::from)),
            Kind::Text => row.try_get::<_, Option<String>>(place)?.map_or(Datum::Null, Datum::Text),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.map_or(Datum::Null, Datum::Bytes),
            Kind::Id => row
                .try_get::<_, Option<Uuid>>(place)?
                .map_or(Datum::Null, |id| Datum::Bytes(id.into_bytes().to_vec())),
        })
    };
    let kinds = table.columns().iter().map(|column| column.kind).enumerate();
    Ok(kinds.map(datum).collect::<Result<_, _>>()?)
}
