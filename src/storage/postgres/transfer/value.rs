//! Stored values as those of PostgreSQL.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row as ServerRow;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::transfer::datum::{ColumnKind, Datum};
use crate::storage::transfer::table::{Table, TableRow};

/// The type of a column.
pub fn type_of(kind: ColumnKind) -> Type {
    match kind {
        ColumnKind::Position | ColumnKind::Big | ColumnKind::Time => Type::INT8,
        ColumnKind::Lane | ColumnKind::Int => Type::INT4,
        ColumnKind::Small => Type::INT2,
        ColumnKind::Bool => Type::BOOL,
        ColumnKind::Text => Type::TEXT,
        ColumnKind::Bytes => Type::BYTEA,
        ColumnKind::Id => Type::UUID,
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
pub fn read(table: Table, row: &ServerRow) -> Result<TableRow, StoreError> {
    let datum = |(place, kind): (usize, ColumnKind)| -> Result<Datum, tokio_postgres::Error> {
        let int = |n: Option<i64>| n.map_or(Datum::Null, Datum::Int);
        Ok(match kind {
            ColumnKind::Position | ColumnKind::Big | ColumnKind::Time => int(row.try_get(place)?),
            ColumnKind::Lane | ColumnKind::Int => int(row.try_get::<_, Option<i32>>(place)?.map(i64::from)),
            ColumnKind::Small => int(row.try_get::<_, Option<i16>>(place)?.map(i64::from)),
            ColumnKind::Bool => int(row.try_get::<_, Option<bool>>(place)?.map(i64::from)),
            ColumnKind::Text => row.try_get::<_, Option<String>>(place)?.map_or(Datum::Null, Datum::Text),
            ColumnKind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.map_or(Datum::Null, Datum::Bytes),
            ColumnKind::Id => row
                .try_get::<_, Option<Uuid>>(place)?
                .map_or(Datum::Null, |id| Datum::Bytes(id.into_bytes().to_vec())),
        })
    };
    let kinds = table.columns().iter().map(|column| column.kind).enumerate();
    Ok(kinds.map(datum).collect::<Result<_, _>>()?)
}
