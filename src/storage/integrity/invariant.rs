//! What must hold.

/// Something that must hold in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invariant {
    /// Pages, indexes and values are sound.
    File,
    /// Every table, index and trigger is there.
    Schema,
    /// A row that names another one names one that exists.
    References,
    /// Every row can be read.
    Rows,
    /// Every profile has a document that can be read.
    Profiles,
    /// Events of disabled profiles are blocked, and of no others.
    Blocks,
    /// A pending delivery is in the queue, and an ended one is not.
    Queue,
    /// Every delivery has its request.
    Requests,
    /// Every attempt that was counted is in the log.
    Attempts,
    /// As many deliveries are in each state as are counted.
    Counts,
    /// Numbers by hour cover the log, and are the sum of their minutes.
    Numbers,
}

impl Invariant {
    /// Its name in a report: a contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Schema => "schema",
            Self::References => "references",
            Self::Rows => "rows",
            Self::Profiles => "profiles",
            Self::Blocks => "blocks",
            Self::Queue => "queue",
            Self::Requests => "requests",
            Self::Attempts => "attempts",
            Self::Counts => "counts",
            Self::Numbers => "numbers",
        }
    }

    /// What holds, for people.
    #[must_use]
    pub fn holds(self) -> &'static str {
        match self {
            Self::File => "pages, indexes and values are sound",
            Self::Schema => "every table, index and trigger is there",
            Self::References => "every row that is named exists",
            Self::Rows => "every row can be read",
            Self::Profiles => "every profile has a document that can be read",
            Self::Blocks => "events of disabled profiles are blocked, and of no others",
            Self::Queue => "every pending delivery is in the queue, and no ended one is",
            Self::Requests => "every delivery has its request",
            Self::Attempts => "every attempt that was counted is in the log",
            Self::Counts => "as many deliveries are in each state as are counted",
            Self::Numbers => "numbers by hour cover the log, and are the sum of their minutes",
        }
    }

    /// What to do if it does not.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::File | Self::Schema | Self::References => {
                "restore a backup, or name another database with --db"
            }
            Self::Rows | Self::Requests | Self::Attempts => {
                "none needed: what cannot be read is skipped, and retention removes it; or restore a backup"
            }
            Self::Profiles => "apply the profile again: `ringback profiles apply`; or restore a backup",
            Self::Blocks => "enable or disable the profile again: `ringback profiles enable|disable`",
            Self::Queue => "restore a backup; what is named is not sent otherwise",
            Self::Counts | Self::Numbers => "please report it; sending does not depend on these numbers",
        }
    }

    /// Whether nothing else can be trusted if it does not hold.
    #[must_use]
    pub fn is_basic(self) -> bool {
        matches!(self, Self::File | Self::Schema)
    }
}
