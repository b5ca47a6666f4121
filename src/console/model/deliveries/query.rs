//! Which deliveries are wanted.

use jiff::tz::TimeZone;

use crate::profile::ProfileId;
use crate::record::LogPosition;
use crate::storage::EarlierSearch;

/// Which deliveries are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// By state.
    pub show: Show,
    /// Of one profile only.
    pub profile: Option<ProfileId>,
    /// The search text: states, statuses and words.
    pub text: String,
    /// Where dates and times in it are of.
    pub zone: TimeZone,
    /// The earlier results, if it takes a search.
    pub earlier: Option<EarlierSearch>,
    /// None newer than this one.
    pub upto: Option<LogPosition>,
    /// Those before this one; the newest without.
    pub before: Option<LogPosition>,
    /// How many at most.
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
