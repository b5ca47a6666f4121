//! Where a delivery stands in the order of acceptance.

/// Where a delivery stands in the order in which deliveries were accepted, whichever host accepted it and whatever its
/// clock said. None is ever used again. Lists, pages and what is followed go by it; ids only name deliveries.
///
/// `SQLite` has one writer: what is committed later has the greater position. `PostgreSQL` has many, and its position is
/// the time of the database's clock when the accepting statement began. So an accept that begins after another one has
/// returned has the greater position, unless the clock of the database was set back in between (a standby whose clock
/// is behind took over); of accepts at the same time one with a lesser position may become visible later, by as long
/// as an accept takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogPosition(i64);

impl LogPosition {
    /// Before all deliveries.
    pub const FIRST: Self = Self(i64::MIN);
    /// After all deliveries.
    pub const END: Self = Self(i64::MAX);

    /// For a store: the position that it knows by this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// For the store that gave it out.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The next one.
    #[must_use]
    pub const fn after(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
