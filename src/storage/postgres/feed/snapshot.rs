//! A snapshot of the server: which transactions a reader sees.

use std::collections::BTreeSet;

use crate::storage::unreadable::Why;

/// Transactions before `next` were visible, or will never be, except those that are `open`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The first one that had not begun.
    pub next: i64,
    /// Those that had not ended.
    pub open: BTreeSet<i64>,
}

impl Snapshot {
    /// Reads the text of a `pg_snapshot`: `xmin:xmax:xip,…`.
    pub fn parse(text: &str) -> Result<Self, Why> {
        let unreadable = || format!("'{text}' is no snapshot");
        let mut parts = text.splitn(3, ':');
        let number = |part: &str| part.parse::<i64>().map_err(|_| unreadable());
        parts.next().map(number).ok_or_else(unreadable)??;
        let next = parts.next().map(number).ok_or_else(unreadable)??;
        let open = parts.next().unwrap_or_default().split(',').filter(|part| !part.is_empty()).map(number);
        Ok(Self { next, open: open.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_server_is_read() {
        let of = |next, open: &[i64]| Ok(Snapshot { next, open: open.iter().copied().collect() });
        assert_eq!(Snapshot::parse("10:20:10,14,15"), of(20, &[10, 14, 15]));
        assert_eq!(Snapshot::parse("10:10:"), of(10, &[]));
        assert!(Snapshot::parse("10").is_err() && Snapshot::parse("a:b:").is_err());
    }
}
