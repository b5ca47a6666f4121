//! What is kept: profiles, unsaved drafts, own variables, deliveries and their attempts.
//!
//! What every store must do, with no word of SQL; [`sqlite`] is the file that does it. The sender sees its
//! storage as a [`Queue`].

pub mod control;
pub mod error;
pub mod events;
pub mod log;
pub mod profiles;
mod queue;
pub mod retention;
pub mod sqlite;
pub mod unreadable;

pub use control::block::{AutoDisableCause, Block, BlockReason, Blocks};
pub use control::blocked::{Blocked, Within};
pub use control::bulk::{BulkResult, Change};
pub use error::{Problem, StoreError};
pub use events::revision::Revision;
pub use log::batch_progress::BatchProgress;
pub use log::counts::Counts;
pub use log::filter::Filter;
#[cfg(test)]
pub(crate) use log::matcher::fits;
pub use log::page::{EarlierSearch, Page, SCAN_LIMIT};
pub use log::search_words::searched_texts;
pub use log::status_filter::{StateFilter, StatusFilter};
pub use profiles::deleted_profile::DeletedProfile;
pub use profiles::listing::Listing;
pub use profiles::profile_row::ProfileRow;
pub use profiles::saved::Saved;
pub use profiles::unsaved_draft::UnsavedDraft;
pub use queue::{
    Claimed, ClockSource, Demand, LaneLoad, MANUAL, OriginLoad, Outbox, Pace, Queue, QueueError, Standby,
    Wakeup,
};
pub use retention::clock_doubt::ClockDoubt;
pub use retention::policy::{Removed, RetentionPolicy};
pub(crate) use sqlite::rest;
pub use sqlite::{
    Inspection, Lease, LockError, LockWait, LogPinned, Process, Seat, Store, inspect, report_lock_waits,
};
pub use unreadable::{PassedOver, UnreadableRow};
