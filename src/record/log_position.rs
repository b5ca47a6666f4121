//! The position of a delivery in the order of acceptance.

/// The position of a delivery in the order of acceptance, whichever host accepted it and whatever its clock said.
/// Positions are never reused. Lists, pages and followers are ordered by them; ids only identify deliveries.
///
/// `SQLite` has one writer: later commits have greater positions. `PostgreSQL` has many, and a position is the time of
/// the database's clock when the accepting statement began. So an accept that starts after another one has returned
/// has the greater position, unless the clock of the database was set back in between (a standby whose clock is behind
/// took over). Of concurrent accepts, one with a smaller position may become visible later, by as long as an accept
/// takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogPosition(i64);

impl LogPosition {
    /// Before all deliveries.
    pub const FIRST: Self = Self(i64::MIN);
    /// After all deliveries.
    pub const END: Self = Self(i64::MAX);

    /// For stores: the position with this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// For the store that assigned it.
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
