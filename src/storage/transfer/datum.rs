//! A stored value, as all stores have it.

use crate::storage::encoding;

/// A stored value. Booleans are 0 and 1, ids are their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// No value.
    Null,
    /// A number, a time in milliseconds, or a boolean.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// The position of a delivery, which each store assigns on its own.
    Position,
    /// The number of a lane, which each store assigns on its own.
    Lane,
    /// 16 bits.
    Small,
    /// 32 bits.
    Int,
    /// 64 bits.
    Big,
    /// Milliseconds since 1970, UTC, in the range that can be shown.
    Time,
    /// 0 or 1.
    Bool,
    /// Text, without the one character that PostgreSQL does not store.
    Text,
    /// Any bytes.
    Bytes,
    /// The 16 bytes of an id.
    Id,
}

impl Datum {
    /// The number, if it is one.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The value as every store keeps it in a column of this kind; or why one cannot.
    ///
    /// # Errors
    /// It is out of range, or not of this kind.
    pub fn checked(self, kind: ColumnKind) -> Result<Self, String> {
        let fits = match (&self, kind) {
            (Self::Int(n), ColumnKind::Small) => i16::try_from(*n).is_ok(),
            (Self::Int(n), ColumnKind::Int) => i32::try_from(*n).is_ok(),
            (Self::Int(n), ColumnKind::Time) => encoding::time(*n).is_ok(),
            (Self::Int(n), ColumnKind::Bool) => matches!(n, 0 | 1),
            (Self::Bytes(bytes), ColumnKind::Id) => bytes.len() == 16,
            (Self::Null, _)
            | (Self::Int(_), ColumnKind::Position | ColumnKind::Lane | ColumnKind::Big)
            | (Self::Text(_), ColumnKind::Text)
            | (Self::Bytes(_), ColumnKind::Bytes) => true,
            _ => false,
        };
        match self {
            Self::Text(text) if fits && text.contains('\0') => Ok(Self::Text(text.replace('\0', "\u{FFFD}"))),
            fit if fits => Ok(fit),
            Self::Int(n) => Err(format!("{n} is out of range")),
            _ => Err("has a value of another type".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_a_store_cannot_keep_is_refused() {
        let refused = |datum: Datum, kind| datum.checked(kind).is_err();
        assert!(
            refused(Datum::Int(40_000), ColumnKind::Small) && !refused(Datum::Int(40_000), ColumnKind::Int)
        );
        assert!(
            refused(Datum::Int(1 << 40), ColumnKind::Int) && !refused(Datum::Int(1 << 40), ColumnKind::Big)
        );
        assert!(
            refused(Datum::Int(i64::MIN), ColumnKind::Time) && !refused(Datum::Int(-1), ColumnKind::Time)
        );
        assert!(refused(Datum::Int(2), ColumnKind::Bool) && refused(Datum::Bytes(vec![1]), ColumnKind::Id));
        assert!(
            refused(Datum::Text(String::new()), ColumnKind::Bytes) && !refused(Datum::Null, ColumnKind::Id)
        );
        let text = Datum::Text("a\0b".to_owned()).checked(ColumnKind::Text);
        assert_eq!(
            text,
            Ok(Datum::Text("a\u{FFFD}b".to_owned())),
            "as PostgreSQL stores it when it is accepted"
        );
    }
}
