//! The query for the deliveries to show.

use jiff::tz::TimeZone;

use crate::profile::ProfileId;
use crate::record::{BulkId, LogPosition};
use crate::storage::EarlierSearch;

/// The query for the deliveries to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// By state.
    pub show: Show,
    /// Of one profile only.
    pub profile: Option<ProfileId>,
    /// Of one bulk action only.
    pub bulk: Option<BulkId>,
    /// The search text: states, statuses and words.
    pub text: String,
    /// The zone of dates and times in the search text.
    pub zone: TimeZone,
    /// The results of an earlier search that this one continues.
    pub earlier: Option<EarlierSearch>,
    /// An upper bound: none newer than this one.
    pub upto: Option<LogPosition>,
    /// Only those older than this one; from the newest on without it.
    pub before: Option<LogPosition>,
    /// The maximum number of rows.
    pub limit: usize,
}

/// The filter by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "named for the states they show")]
pub enum Show {
    #[default]
    All,
    Pending,
    Delivered,
    Failed,
    Cancelled,
}

impl Show {
    const ALL: [Self; 5] = [Self::All, Self::Pending, Self::Delivered, Self::Failed, Self::Cancelled];

    /// The word on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(in crate::console) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}
