//! The tables that are copied, and their columns in the order in which rows have them.

use crate::storage::transfer::datum::{ColumnKind, Datum};
use crate::storage::unreadable::Why;

/// A row: the values of a table's columns.
pub type TableRow = Vec<Datum>;

/// A table that is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Profiles and their documents, deleted ones included, in the order of their creation.
    Profiles,
    /// Variables that people added.
    Variables,
    /// Named samples that people added.
    Samples,
    /// The values of the last test of each profile.
    TestValues,
    /// What blocks deliveries.
    Blocks,
    /// The profiles that a probe has enabled, and how many of their events are sent at a time.
    Recovering,
    /// The profiles that are not well.
    Health,
    /// When profiles turned failing and recovered, in that order.
    Turns,
    /// Lanes, and their consecutive failures; not their last minutes.
    Lanes,
    /// Keys of the API, revoked ones included, in the order of their creation.
    ApiKeys,
    /// The counterparts of profiles on accounts.
    RemoteLinks,
    /// Bulk retries and resends.
    BulkActions,
    /// Receipts of what was done for a key.
    Receipts,
    /// Numbers by profile and time.
    Rollups,
    /// Since when everything is counted.
    RollupStart,
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
    /// Which delivery each resend resends.
    Resends,
    /// Which deliveries each bulk action has retried or made.
    BulkMembers,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name, where a store has no other one.
    pub name: &'static str,
    /// What its values are.
    pub kind: ColumnKind,
    /// Whether a row may have no value.
    pub is_optional: bool,
}

const fn column(name: &'static str, kind: ColumnKind) -> TableColumn {
    TableColumn { name, kind, is_optional: false }
}

const fn optional(name: &'static str, kind: ColumnKind) -> TableColumn {
    TableColumn { name, kind, is_optional: true }
}

const PROFILES: &[TableColumn] = &[
    column("id", ColumnKind::Text),
    column("title", ColumnKind::Text),
    column("channel", ColumnKind::Text),
    column("method", ColumnKind::Text),
    column("endpoint", ColumnKind::Text),
    column("status", ColumnKind::Text),
    column("created_at", ColumnKind::Time),
    column("modified_at", ColumnKind::Time),
    optional("deleted_at", ColumnKind::Time),
    column("document", ColumnKind::Text),
];
const VARIABLES: &[TableColumn] = &[
    column("scope", ColumnKind::Text),
    column("name", ColumnKind::Text),
    column("meaning", ColumnKind::Text),
    column("sample", ColumnKind::Text),
];
const SAMPLES: &[TableColumn] =
    &[column("scope", ColumnKind::Text), column("name", ColumnKind::Text), column("vals", ColumnKind::Text)];
const TEST_VALUES: &[TableColumn] = &[
    column("profile_id", ColumnKind::Text),
    column("event", ColumnKind::Text),
    column("vals", ColumnKind::Text),
];
const BLOCKS: &[TableColumn] = &[
    column("profile_id", ColumnKind::Text),
    column("why", ColumnKind::Text),
    column("since", ColumnKind::Time),
    optional("failed", ColumnKind::Int),
    optional("delivery", ColumnKind::Id),
    optional("message", ColumnKind::Text),
    optional("probe_at", ColumnKind::Time),
    optional("probe_wait_s", ColumnKind::Int),
];
const RECOVERING: &[TableColumn] =
    &[column("profile_id", ColumnKind::Text), column("width", ColumnKind::Int)];
const HEALTH: &[TableColumn] = &[
    column("profile_id", ColumnKind::Text),
    column("state", ColumnKind::Text),
    column("since", ColumnKind::Time),
    column("failed", ColumnKind::Int),
    column("delivery", ColumnKind::Id),
    optional("status", ColumnKind::Small),
    optional("class", ColumnKind::Text),
    column("message", ColumnKind::Text),
    optional("recent_failed", ColumnKind::Int),
    optional("recent_ended", ColumnKind::Int),
];
const TURNS: &[TableColumn] = &[
    column("id", ColumnKind::Id),
    column("at", ColumnKind::Time),
    column("profile_id", ColumnKind::Text),
    column("title", ColumnKind::Text),
    column("kind", ColumnKind::Text),
    optional("was", ColumnKind::Text),
    optional("was_since", ColumnKind::Time),
    column("failed", ColumnKind::Int),
    column("delivery", ColumnKind::Id),
    optional("status", ColumnKind::Small),
    optional("class", ColumnKind::Text),
    column("message", ColumnKind::Text),
    optional("recent_failed", ColumnKind::Int),
    optional("recent_ended", ColumnKind::Int),
    // Whether it is still to be given as an alert.
    column("wanted", ColumnKind::Bool),
];
const LANES: &[TableColumn] = &[
    column("profile_id", ColumnKind::Text),
    column("origin", ColumnKind::Text),
    column("by_hand", ColumnKind::Bool),
    column("failed_in_row", ColumnKind::Int),
    optional("delivered", ColumnKind::Id),
];
const API_KEYS: &[TableColumn] = &[
    column("id", ColumnKind::Text),
    column("name", ColumnKind::Text),
    column("scope", ColumnKind::Text),
    column("profiles", ColumnKind::Text),
    column("hash", ColumnKind::Bytes),
    column("created_at", ColumnKind::Time),
    optional("expires_at", ColumnKind::Time),
    optional("revoked_at", ColumnKind::Time),
    optional("last_used_at", ColumnKind::Time),
];
const REMOTE_LINKS: &[TableColumn] = &[
    column("account", ColumnKind::Text),
    column("profile_id", ColumnKind::Text),
    optional("remote_id", ColumnKind::Text),
    optional("creation", ColumnKind::Text),
    column("seen", ColumnKind::Text),
];
const RECEIPTS: &[TableColumn] = &[
    column("owner", ColumnKind::Text),
    column("key", ColumnKind::Text),
    column("fingerprint", ColumnKind::Bytes),
    column("made_at", ColumnKind::Time),
    optional("seed", ColumnKind::Bytes),
    optional("response", ColumnKind::Bytes),
];
const ROLLUPS: &[TableColumn] = &[
    column("step", ColumnKind::Small),
    column("at", ColumnKind::Int),
    column("profile_id", ColumnKind::Text),
    column("counts", ColumnKind::Bytes),
];
const ROLLUP_START: &[TableColumn] = &[column("at", ColumnKind::Time)];
const DELIVERIES: &[TableColumn] = &[
    column("seq", ColumnKind::Position),
    column("id", ColumnKind::Id),
    column("lane", ColumnKind::Lane),
    column("accepted_at", ColumnKind::Time),
    optional("run_id", ColumnKind::Big),
    column("retry_count", ColumnKind::Small),
    column("interval_s", ColumnKind::Int),
    column("timeout_ms", ColumnKind::Int),
    column("was_tested", ColumnKind::Bool),
    optional("again", ColumnKind::Id),
    column("kind", ColumnKind::Text),
    column("backoff", ColumnKind::Text),
    column("title", ColumnKind::Text),
    optional("event", ColumnKind::Text),
    optional("method", ColumnKind::Text),
    optional("url", ColumnKind::Text),
    optional("headers", ColumnKind::Text),
    column("vals", ColumnKind::Text),
    optional("body", ColumnKind::Bytes),
];
const ENDED: &[TableColumn] = &[
    column("seq", ColumnKind::Position),
    column("ended_at", ColumnKind::Time),
    optional("run_id", ColumnKind::Big),
    column("lane", ColumnKind::Lane),
    optional("ms", ColumnKind::Int),
    column("state", ColumnKind::Small),
    column("attempts", ColumnKind::Small),
    optional("status", ColumnKind::Small),
    optional("class", ColumnKind::Text),
    optional("message", ColumnKind::Text),
];
const PENDING: &[TableColumn] = &[
    column("seq", ColumnKind::Position),
    column("due_at", ColumnKind::Time),
    optional("run_id", ColumnKind::Big),
    column("lane", ColumnKind::Lane),
    column("attempts", ColumnKind::Small),
    column("probes", ColumnKind::Small),
];
const TESTED: &[TableColumn] = &[column("seq", ColumnKind::Position), column("document", ColumnKind::Text)];
const ATTEMPTS: &[TableColumn] = &[
    column("seq", ColumnKind::Position),
    column("started_at", ColumnKind::Time),
    column("duration_ms", ColumnKind::Int),
    column("n", ColumnKind::Small),
    optional("status", ColumnKind::Small),
    column("response_cut", ColumnKind::Bool),
    optional("class", ColumnKind::Text),
    optional("message", ColumnKind::Text),
    optional("address", ColumnKind::Text),
    column("response_headers", ColumnKind::Text),
    column("response_body", ColumnKind::Bytes),
    optional("phases", ColumnKind::Bytes),
    optional("is_probe", ColumnKind::Bool),
];
const RESENDS: &[TableColumn] = &[column("seq", ColumnKind::Position), column("earlier", ColumnKind::Id)];
const BULK_MEMBERS: &[TableColumn] = &[column("seq", ColumnKind::Position), column("bulk", ColumnKind::Big)];
const BULK_ACTIONS: &[TableColumn] = &[
    column("id", ColumnKind::Big),
    column("begun_at", ColumnKind::Time),
    column("changed_at", ColumnKind::Time),
    column("is_over", ColumnKind::Bool),
    column("what", ColumnKind::Text),
    column("wanted", ColumnKind::Big),
    column("retried", ColumnKind::Big),
    column("resent", ColumnKind::Big),
    column("unchanged", ColumnKind::Big),
];

impl Table {
    /// What people have set, and what is not by delivery, in the order in which it is copied.
    pub const SETTINGS: [Self; 15] = [
        Self::Profiles,
        Self::Variables,
        Self::Samples,
        Self::TestValues,
        Self::Blocks,
        Self::Recovering,
        Self::Health,
        Self::Turns,
        Self::Lanes,
        Self::ApiKeys,
        Self::RemoteLinks,
        Self::BulkActions,
        Self::Receipts,
        Self::Rollups,
        Self::RollupStart,
    ];
    /// The log, by delivery.
    pub const LOG: [Self; 7] = [
        Self::Deliveries,
        Self::Ended,
        Self::Pending,
        Self::Tested,
        Self::Attempts,
        Self::Resends,
        Self::BulkMembers,
    ];

    /// How many rows of it are copied at a time. A page is found by counting the rows before it, and of receipts and
    /// rollups there may be a million.
    #[must_use]
    pub const fn page(self) -> usize {
        match self {
            Self::Receipts | Self::Rollups => 5_000,
            _ => 500,
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profiles => "profiles",
            Self::Variables => "variables",
            Self::Samples => "samples",
            Self::TestValues => "test_values",
            Self::Blocks => "blocks",
            Self::Recovering => "recovering",
            Self::Health => "health",
            Self::Turns => "turns",
            Self::Lanes => "lanes",
            Self::ApiKeys => "api_keys",
            Self::RemoteLinks => "remote_links",
            Self::BulkActions => "bulk_actions",
            Self::Receipts => "receipts",
            Self::Rollups => "rollups",
            Self::RollupStart => "rollup_start",
            Self::Deliveries => "deliveries",
            Self::Ended => "ended",
            Self::Pending => "pending",
            Self::Tested => "tested",
            Self::Attempts => "attempts",
            Self::Resends => "resends",
            Self::BulkMembers => "bulk_members",
        }
    }

    /// A row of it, from the values of its columns; or why there can be none.
    ///
    /// # Errors
    /// A value is missing, out of range, or of another type.
    pub fn row(self, values: impl IntoIterator<Item = Datum>) -> Result<TableRow, Why> {
        let named = |column: &TableColumn, why: &str| format!("{}: {why}", column.name);
        let checked = |(column, datum): (&TableColumn, Datum)| match datum {
            Datum::Null if !column.is_optional => Err(named(column, "is missing")),
            datum => datum.checked(column.kind).map_err(|why| named(column, &why)),
        };
        self.columns().iter().zip(values).map(checked).collect()
    }

    /// Its columns.
    #[must_use]
    pub fn columns(self) -> &'static [TableColumn] {
        match self {
            Self::Profiles => PROFILES,
            Self::Variables => VARIABLES,
            Self::Samples => SAMPLES,
            Self::TestValues => TEST_VALUES,
            Self::Blocks => BLOCKS,
            Self::Recovering => RECOVERING,
            Self::Health => HEALTH,
            Self::Turns => TURNS,
            Self::Lanes => LANES,
            Self::ApiKeys => API_KEYS,
            Self::RemoteLinks => REMOTE_LINKS,
            Self::BulkActions => BULK_ACTIONS,
            Self::Receipts => RECEIPTS,
            Self::Rollups => ROLLUPS,
            Self::RollupStart => ROLLUP_START,
            Self::Deliveries => DELIVERIES,
            Self::Ended => ENDED,
            Self::Pending => PENDING,
            Self::Tested => TESTED,
            Self::Attempts => ATTEMPTS,
            Self::Resends => RESENDS,
            Self::BulkMembers => BULK_MEMBERS,
        }
    }

    /// The place of a column in a row.
    #[must_use]
    pub fn place(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }
}
