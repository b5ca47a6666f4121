//! The tables that are copied, and their columns in the order in which rows have them.

use crate::storage::transfer::datum::{Datum, Kind};
use crate::storage::unreadable::Why;

/// A row: the values of a table's columns.
pub type Row = Vec<Datum>;

/// A table that is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Profiles and their documents, deleted ones included, in the order of their creation.
    Profiles,
    /// Variables that people added.
    Variables,
    /// The values of the last test of each profile.
    TestValues,
    /// What blocks deliveries.
    Blocks,
    /// Lanes, and their consecutive failures.
    Lanes,
    /// Deliveries and their requests.
    Deliveries,
    /// The outcome of those that have ended.
    Ended,
    /// Those that are still to be sent.
    Pending,
    /// Profiles of tests that have not ended.
    Tested,
    /// Attempts and their responses.
    Attempts,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, where a store has no other one.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether a row may have no value.
    pub is_optional: bool,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_optional: false }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_optional: true }
}

const PROFILES: &[Column] = &[
    column("id", Kind::Text),
    column("title", Kind::Text),
    column("channel", Kind::Text),
    column("method", Kind::Text),
    column("endpoint", Kind::Text),
    column("status", Kind::Text),
    column("created_at", Kind::Big),
    column("modified_at", Kind::Big),
    optional("deleted_at", Kind::Big),
    column("document", Kind::Text),
];
const VARIABLES: &[Column] = &[
    column("scope", Kind::Text),
    column("name", Kind::Text),
    column("meaning", Kind::Text),
    column("sample", Kind::Text),
];
const TEST_VALUES: &[Column] =
    &[column("profile_id", Kind::Text), column("event", Kind::Text), column("vals", Kind::Text)];
const BLOCKS: &[Column] = &[
    column("profile_id", Kind::Text),
    column("why", Kind::Text),
    column("since", Kind::Big),
    optional("failed", Kind::Int),
    optional("delivery", Kind::Id),
    optional("message", Kind::Text),
];
const LANES: &[Column] = &[
    column("profile_id", Kind::Text),
    column("origin", Kind::Text),
    column("by_hand", Kind::Bool),
    column("failed_in_row", Kind::Int),
    optional("delivered", Kind::Id),
];
const DELIVERIES: &[Column] = &[
    column("seq", Kind::Position),
    column("id", Kind::Id),
    column("lane", Kind::Lane),
    column("accepted_at", Kind::Big),
    optional("run_id", Kind::Big),
    column("retry_count", Kind::Small),
    column("interval_s", Kind::Int),
    column("timeout_ms", Kind::Int),
    column("was_tested", Kind::Bool),
    optional("again", Kind::Id),
    column("kind", Kind::Text),
    column("backoff", Kind::Text),
    column("title", Kind::Text),
    optional("event", Kind::Text),
    optional("method", Kind::Text),
    optional("url", Kind::Text),
    optional("headers", Kind::Text),
    column("vals", Kind::Text),
    optional("body", Kind::Bytes),
];
const ENDED: &[Column] = &[
    column("seq", Kind::Position),
    column("ended_at", Kind::Big),
    optional("run_id", Kind::Big),
    column("lane", Kind::Lane),
    optional("ms", Kind::Int),
    column("state", Kind::Small),
    column("attempts", Kind::Small),
    optional("status", Kind::Small),
    optional("class", Kind::Text),
    optional("message", Kind::Text),
];
const PENDING: &[Column] = &[
    column("seq", Kind::Position),
    column("due_at", Kind::Big),
    optional("run_id", Kind::Big),
    column("lane", Kind::Lane),
    column("attempts", Kind::Small),
];
const TESTED: &[Column] = &[column("seq", Kind::Position), column("document", Kind::Text)];
const ATTEMPTS: &[Column] = &[
    column("seq", Kind::Position),
    column("started_at", Kind::Big),
    column("duration_ms", Kind::Int),
    column("n", Kind::Small),
    optional("status", Kind::Small),
    column("response_cut", Kind::Bool),
    optional("class", Kind::Text),
    optional("message", Kind::Text),
    optional("address", Kind::Text),
    column("response_headers", Kind::Text),
    column("response_body", Kind::Bytes),
];

impl Table {
    /// What people have set, in the order in which it is copied.
    pub const SETTINGS: [Self; 5] =
        [Self::Profiles, Self::Variables, Self::TestValues, Self::Blocks, Self::Lanes];
    /// The log, by delivery.
    pub const LOG: [Self; 5] = [Self::Deliveries, Self::Ended, Self::Pending, Self::Tested, Self::Attempts];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profiles => "profiles",
            Self::Variables => "variables",
            Self::TestValues => "test_values",
            Self::Blocks => "blocks",
            Self::Lanes => "lanes",
            Self::Deliveries => "deliveries",
            Self::Ended => "ended",
            Self::Pending => "pending",
            Self::Tested => "tested",
            Self::Attempts => "attempts",
        }
    }

    /// A row of it, from the values of its columns; or why there can be none.
    ///
    /// # Errors
    /// A value is missing, out of range, or of another type.
    pub fn row(self, values: impl IntoIterator<Item = Datum>) -> Result<Row, Why> {
        let named = |column: &Column, why: &str| format!("{}: {why}", column.name);
        let checked = |(column, datum): (&Column, Datum)| match datum {
            Datum::Null if !column.is_optional => Err(named(column, "is missing")),
            datum => datum.checked(column.kind).map_err(|why| named(column, &why)),
        };
        self.columns().iter().zip(values).map(checked).collect()
    }

    /// Its columns.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Profiles => PROFILES,
            Self::Variables => VARIABLES,
            Self::TestValues => TEST_VALUES,
            Self::Blocks => BLOCKS,
            Self::Lanes => LANES,
            Self::Deliveries => DELIVERIES,
            Self::Ended => ENDED,
            Self::Pending => PENDING,
            Self::Tested => TESTED,
            Self::Attempts => ATTEMPTS,
        }
    }

    /// The place of a column in a row.
    #[must_use]
    pub fn place(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }
}
