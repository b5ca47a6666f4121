//! Storage of profiles, unsaved drafts, own variables, deliveries and their attempts.
//!
//! The requirements of every store are small traits by subject, without any SQL: [`Storage`] is all of them, as used
//! by the console and the commands; a sender is generic over its [`Queue`]. [`sqlite`] is the embedded store, `postgres`
//! the one of several hosts, and `memory` that of tests. [`Opened`] says which store was opened.

pub mod alerts;
pub mod api_keys;
pub mod auto_disable;
pub mod bulk_actions;
#[cfg(test)]
pub(crate) mod conformance;
pub mod control;
pub mod describe;
mod encoding;
pub mod error;
pub mod events;
pub mod feed;
pub mod health;
pub mod integrity;
pub mod log;
#[cfg(test)]
pub(crate) mod memory;
pub mod opened;
pub mod patience;
mod phases_bytes;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod producer;
pub mod profiles;
mod queue;
pub mod receipts;
pub mod remote_links;
pub mod retention;
pub mod rollups;
pub mod running_api;
pub mod sender_info;
pub mod server_problem;
pub mod sqlite;
pub mod transfer;
pub mod unreadable;

pub use alerts::Alerts;
pub use alerts::alert::{Alert, GivenTurn, NextAlert};
pub use alerts::alert_pace::AlertPace;
pub use api_keys::api_key::{ApiKey, KeyScope, KeyState};
pub use api_keys::secret::{KeyId, KeySecret, KeyText, SecretHash};
pub use api_keys::{ApiKeys, KeyCreated};
pub use bulk_actions::BulkActions;
pub use bulk_actions::bulk_action::{BulkAction, NewBulkAction};
pub use control::Control;
pub use control::block::{AutoDisableCause, Block, BlockReason, Blocks};
pub use control::blocked_counts::BlockedCounts;
pub use control::bulk::{BulkResult, Change, change_next};
pub use describe::{Describe, UpkeepTrouble};
pub use error::{Problem, StoreError};
pub use events::Events;
pub use events::revision::Revision;
pub use feed::Feed;
pub use feed::entry::{FeedEntry, FeedItem, ProfileChange, ProfileChangeKind, RecordedAttempt};
pub use feed::filter::FeedFilter;
pub use feed::page::{FeedGap, FeedGapReason, FeedPage};
pub use feed::position::FeedPosition;
pub use health::Health;
pub use health::failing_profiles::FailingProfiles;
pub use health::profile_health::{HealthCause, HealthState, ProfileHealth};
pub use health::recent_failures::RecentFailures;
pub use health::rules::HealthRules;
pub use health::turn::{HealthTurn, HealthTurnKind};
pub use integrity::{IntegrityCheck, IntegrityReport, Invariant};
pub use log::Log;
pub use log::batch_progress::BatchProgress;
pub use log::counts::{BoundedCount, Counts};
pub use log::filter::Filter;
pub use log::lookup::is_short_delivery_id;
pub use log::page::{EarlierSearch, Page, SCAN_LIMIT};
pub use log::search_line::{LineWord, SearchField, words as search_line};
pub use log::search_words::{search_faults, searched_texts};
pub use log::status_filter::{StateFilter, StatusFilter};
pub use opened::Opened;
pub use patience::{Patience, Waiting};
pub use producer::Producer;
pub use profiles::Profiles;
pub use profiles::deleted_profile::DeletedProfile;
pub use profiles::listing::Listing;
pub use profiles::named_profiles::NamedProfiles;
pub use profiles::profile_row::ProfileRow;
pub use profiles::saved::Saved;
pub use profiles::unsaved_draft::UnsavedDraft;
pub use queue::{
    Claimed, ClockSource, Demand, Fleet, LaneLoad, MANUAL, OriginLoad, Pace, Queue, QueueError, SenderReport,
    Standby, Wakeup,
};
pub use receipts::Receipts;
pub use receipts::accept_request::{
    AcceptRequest, AcceptResult, EventKey, RequestKey, Submission, SubmissionResult,
};
pub use receipts::content_hash::ContentHash;
pub use receipts::reservation::{Reservation, ReserveRequest, Seed};
pub use remote_links::RemoteLinks;
pub use remote_links::remote_link::RemoteLink;
pub use retention::Retention;
pub use retention::clock_doubt::ClockDoubt;
pub use retention::policy::{Removed, RetentionPolicy};
pub use retention::rest::rest;
pub use rollups::Rollups;
pub use rollups::attempt_part::AttemptPart;
pub use rollups::phase_sums::PhaseSums;
pub use rollups::query::{RollupBy, RollupKey, RollupQuery};
pub use rollups::range::{RollupRange, RollupStep};
pub use rollups::rollup::Rollup;
pub use rollups::stats::{Stats, StatsBy, StatsError, StatsRequest, StatsRow, stats};
pub use running_api::RunningApi;
pub use sender_info::SenderInfo;
pub use server_problem::ServerProblem;
pub use sqlite::{
    BackedUp, BackupError, FileSource, FileTarget, Inspection, Lease, LockError, LockWait, LogPinned,
    NameKind, Process, Seat, Store, StoredName, back_up, check_integrity, inspect, named_profiles,
    report_lock_waits, stored_names,
};
pub use unreadable::{PassedOver, UnreadableRow};

/// All operations of a store except the queue of a sender.
pub trait Storage:
    Producer
    + Receipts
    + Log
    + Control
    + Profiles
    + Health
    + Alerts
    + ApiKeys
    + RemoteLinks
    + BulkActions
    + Retention
    + Rollups
    + Events
    + Feed
    + Describe
    + std::fmt::Debug
    + 'static
{
}
