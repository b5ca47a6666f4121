//! Why a database cannot be copied.

use crate::storage::error::StoreError;

/// Why a database cannot be copied. Each message has the fix.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Source and target are one database.
    #[error("{0}: a database cannot be copied into itself: name another one with --to")]
    Same(String),
    /// The file to copy into cannot be made.
    #[error("{target}: {why}: name a new file in a folder that exists and can be written")]
    Target {
        /// The target.
        target: String,
        /// Why.
        why: String,
    },
    /// The file to copy into has an unfinished copy of another database.
    #[error("{part}: it has an unfinished copy of {source_name}: finish that one, or remove the file")]
    OtherCopy {
        /// The file that is being filled.
        part: String,
        /// The other database.
        source_name: String,
    },
    /// The right to send from the source cannot be acquired.
    #[error("{0}")]
    Lock(String),
    /// A sender is active on the source.
    #[error("{source_name}: a process{of} sends from it: stop it, then copy again", of = process(*.pid))]
    Active {
        /// The source.
        source_name: String,
        /// The process.
        pid: Option<u32>,
    },
    /// The source is being copied elsewhere.
    #[error("{source_name}: it is being copied to {target} already: copy it there")]
    OtherTarget {
        /// The source.
        source_name: String,
        /// Where it is being copied to.
        target: String,
    },
    /// The source was copied elsewhere.
    #[error("{source_name}: it was copied to {target} before: use that database")]
    CopiedBefore {
        /// The source.
        source_name: String,
        /// Where it was copied to.
        target: String,
    },
    /// The target has data already.
    #[error("{target}: it has {what}: copy into an empty database")]
    Occupied {
        /// The target.
        target: String,
        /// Such as `3 profiles`.
        what: String,
    },
    /// Other processes use the target.
    #[error("{target}: {who} uses it: end that process, then copy again")]
    InUse {
        /// The target.
        target: String,
        /// The name of a connection.
        who: String,
    },
    /// Source and target differ after the copy.
    #[error(
        "{target}: the copy differs from its source in {table} ({there} rows there, {here} in the source): both are \
         kept as they are, and nothing is sent from either; please report this"
    )]
    Differs {
        /// The target.
        target: String,
        /// The table.
        table: &'static str,
        /// Rows in the source.
        here: u64,
        /// Rows in the target.
        there: u64,
    },
}

fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}
