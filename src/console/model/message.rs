//! Messages: everything that reaches the console from outside.

use std::sync::Arc;

use jiff::Timestamp;

use crate::callback::{Preview, RenderError, Values};
use crate::console::model::arrived::Arrival;
use crate::console::model::deliveries::bulk::BulkNews;
use crate::console::model::deliveries::query::Query;
use crate::console::model::editor::check_request::CheckRequest;
use crate::console::model::editor::checked::Checked;
use crate::console::model::effect::{Purpose, Ticket};
use crate::console::model::mouse::Pointer;
use crate::console::model::preview_input::PreviewInput;
use crate::console::model::program::Returned;
use crate::console::model::recent::RecentOfProfiles;
use crate::console::model::verifying::Verified;
use crate::console::model::window::overview::{OverviewNumbers, OverviewPlace};
use crate::console::model::window::replay_form::ReplayAnswer;
use crate::console::model::window::test::samples::SampleChanged;
use crate::console::model::window::test::source::RememberedValues;
use crate::delivery::SenderStatus;
use crate::keymap::Key;
use crate::profile::catalogue::Variable;
use crate::profile::{Draft, FieldError, Identity, Profile, ProfileId};
use crate::receiver::Received;
use crate::record::{DeliveryId, Details, Kind};
use crate::storage::{
    Blocks, BoundedCount, BulkAction, Counts, DeletedProfile, FailingProfiles, Page, ProfileRow, Revision,
    RunningApi, SenderInfo, UnsavedDraft,
};

/// Something happened.
#[derive(Debug)]
pub enum Message {
    /// The result of the effect with this ticket: any number of messages.
    Result(Ticket, Vec<Message>),
    /// A key was pressed.
    Key(Key),
    /// A key that arrived in one piece with others, as text pasted without bracketed paste does.
    BurstKey(Key),
    /// Text was pasted in one piece.
    Paste(String),
    /// The end of the last paste never arrived.
    PasteCut,
    /// The mouse was used.
    Pointer(Pointer),
    /// The size of the terminal has changed: columns and lines.
    Resize(u16, u16),
    /// The current time; sent with every other message and with ticks.
    Now(Timestamp),
    /// The state was drawn at this time.
    Drawn(Timestamp),
    /// All profiles, in list order.
    Profiles(Vec<ProfileRow>),
    /// The requested profile, if it still exists, and why it was loaded.
    Profile(ProfileId, Option<Box<Profile>>, Purpose),
    /// A new profile to edit.
    Fresh(Box<Draft>, Identity),
    /// A profile is on disk.
    Saved(Box<Profile>),
    /// A profile was not saved, since another session has saved or deleted it meanwhile.
    Conflict(Box<Profile>, Option<Box<Profile>>),
    /// A profile was not saved, since a file that it refers to cannot be used.
    Unusable(FieldError),
    /// The check of a draft.
    Checked(Box<CheckRequest>, Box<Checked>),
    /// The draft of a session that ended without saving.
    Draft(Box<UnsavedDraft>),
    /// The kinds of things that have changed, in any session.
    Revision(Revision),
    /// A profile was enabled or disabled.
    Switched(Box<Profile>),
    /// Ask whether to delete a profile with this title; this many of its deliveries are pending.
    AskDelete(ProfileId, String, u64),
    /// A profile with this title was deleted; it can be restored. This many of its deliveries are blocked until then.
    Deleted(ProfileId, String, u64),
    /// The most recently deleted profile was restored; none if there was none.
    Restored(Option<Box<DeletedProfile>>),
    /// Drafts that were unsaved at the last exit.
    Unsaved(Vec<Unsaved>),
    /// Variables that people added: event (or `default`) and variable.
    OwnVariables(Vec<(String, Variable)>),
    /// An own variable was added, changed or removed: all variables now, which to select (event and name), and a
    /// sentence to report.
    VariableStored(Vec<(String, Variable)>, Option<(String, String)>, String),
    /// A preview, or why it cannot be made.
    Previewed(Box<PreviewInput>, Result<Box<Preview>, RenderError>),
    /// The values of a profile's last tests.
    TestValues(ProfileId, RememberedValues),
    /// The values of a file, or why it cannot be read.
    FileValues(String, Result<Values, String>),
    /// A test or a resend was accepted.
    Accepted(DeliveryId, Kind),
    /// Deliveries that match this query; `more` of them follow those already loaded.
    Deliveries(Box<Query>, Page),
    /// The progress or result of a bulk change.
    Bulk(BulkNews),
    /// How many deliveries are newer than the query's upper bound.
    Newer(Query, usize),
    /// How many deliveries of the query's profile match.
    Matching(Query, BoundedCount),
    /// One delivery in full.
    Details(Box<Details>),
    /// The number of pending deliveries, and the name of the database that says so.
    Counts(Counts, String),
    /// What happened to profiles lately; none if it cannot be read.
    Recent(Option<RecentOfProfiles>),
    /// The current blocks.
    Blocks(Box<Blocks>),
    /// The profiles that are not well.
    Health(Box<FailingProfiles>),
    /// The processes that send from the database; or why they cannot be read.
    Senders(Result<Vec<SenderInfo>, String>),
    /// Bulk retries and resends; or why they cannot be read.
    BulkActions(Result<Vec<BulkAction>, String>),
    /// The numbers of each profile; or why they cannot be read.
    Overview(OverviewPlace, Box<Result<OverviewNumbers, String>>),
    /// The HTTP APIs that run on the database.
    Apis(Vec<RunningApi>),
    /// A change was committed, by any session.
    StoreChanged,
    /// Changes cannot be read: why, and how to fix it.
    Unreadable(String),
    /// The state of the sender.
    SenderStatus(SenderStatus),
    /// The receiver is running at this address, or has stopped.
    Receiver(Option<String>),
    /// The receiver has stopped unexpectedly.
    ReceiverEnded,
    /// Requests that earlier receivers have kept, oldest first.
    EarlierRequests(Vec<Arc<Received>>),
    /// Received requests were verified.
    Verified(Verified),
    /// The own samples were changed, with what was done; or why not.
    SampleChanged(Result<(SampleChanged, String), String>),
    /// A received request was sent to another address; or why it was not.
    Replayed(Arc<Received>, Result<Box<ReplayAnswer>, String>),
    /// A request reached the receiver.
    Received(Arrival),
    /// This many requests did not reach the console: they arrived faster than it accepts them.
    RequestsDropped(u64),
    /// An action succeeded; a sentence about it.
    Done(String),
    /// A request was refused: a sentence with the names of keys in braces.
    Refused(&'static str),
    /// An action failed: why, and how to fix it.
    Failed(String),
    /// A text could not be copied: the text, its name, and why.
    CopyFailed(String, String, String),
    /// An editor has ended.
    Returned(Box<Returned>),
    /// Something worth knowing that nobody asked for.
    Warning(String),
    /// Why the write-ahead log cannot shrink; none if it can.
    LogPinned(Option<String>),
    /// A panic somewhere in the program, which was reported.
    Panicked,
    /// The process should end, because of the signal with this number.
    Terminate(u8),
}

impl Message {
    /// Whether it is input of a person.
    #[must_use]
    pub fn is_of_person(&self) -> bool {
        if let Self::Result(_, messages) = self {
            return messages.iter().any(Self::is_of_person);
        }
        matches!(
            self,
            Self::Key(_)
                | Self::BurstKey(_)
                | Self::Paste(_)
                | Self::PasteCut
                | Self::Pointer(_)
                | Self::Resize(..)
                | Self::Returned(_)
        )
    }
}

/// An unsaved draft, and the stored profile that it changes.
#[derive(Debug)]
pub struct Unsaved {
    /// The draft.
    pub draft: UnsavedDraft,
    /// As stored; none for a new profile, or one deleted meanwhile.
    pub stored: Option<Box<Profile>>,
}
