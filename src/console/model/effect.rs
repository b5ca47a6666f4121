//! Effects: what the console asks to be done outside.

use jiff::Timestamp;

use crate::callback::Values;
use crate::console::model::deliveries::bulk::BulkRequest;
use crate::console::model::deliveries::query::Query;
use crate::console::model::editor::check_request::CheckRequest;
use crate::console::model::preview_input::PreviewInput;
use crate::console::model::program::Program;
use crate::console::model::recent::RecentRequest;
use crate::console::model::verifying::VerifyRequest;
use crate::console::model::window::overview::OverviewRequest;
use crate::console::model::window::replay_form::ReplayRequest;
use crate::console::model::window::test::samples::SampleChange;
use crate::profile::catalogue::Variable;
use crate::profile::{Draft, Event, Profile, ProfileId};
use crate::receiver::{Behaviour, PathFilter};
use crate::record::DeliveryId;
use crate::storage::UnsavedDraft;

/// Identifies an effect. Its result carries the same ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Ticket(u64);

impl Ticket {
    /// The ticket after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// A request for an effect.
#[derive(Debug, Clone)]
pub struct Request {
    /// Returned with the result.
    pub ticket: Ticket,
    /// The effect.
    pub effect: Effect,
}

/// The next step once a profile is saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AfterSave {
    /// Whether to close the editor, provided that nothing was typed meanwhile.
    pub leave: bool,
    /// The profile to open then.
    pub open: Option<ProfileId>,
}

/// Why a profile is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To show it beside the list.
    Show,
    /// To edit it.
    Edit,
    /// To edit it as JSON in the person's own editor.
    EditText,
    /// To test it.
    Test,
    /// To preview its request.
    Preview,
    /// To show a receiver for it.
    Snippet,
    /// To enable or disable it.
    Switch,
    /// To reload it in an editor without changes.
    Reload,
    /// To duplicate it.
    Duplicate,
    /// To verify received requests with it.
    Verify,
}

/// Something to do outside.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each is named for what it does")]
pub enum Effect {
    LoadProfiles,
    LoadProfile(ProfileId, Purpose),
    Fresh(Box<Draft>),
    /// Only over the version that was seen: modified at this time, or not existing.
    SaveProfile(Box<Profile>, Option<Timestamp>, AfterSave),
    /// Unconditionally.
    OverwriteProfile(Box<Profile>),
    SwitchProfile(Box<Profile>),
    /// Counts the pending deliveries of a profile with this title, for the question whether to delete it.
    AskDelete(ProfileId, String),
    DeleteProfile(ProfileId, String),
    /// The most recently deleted profile, by any session.
    RestoreLast,
    Check(Box<CheckRequest>),
    KeepDraft(Box<UnsavedDraft>),
    DropDraft(ProfileId),
    LoadDraft(ProfileId),
    LoadRevision,
    LoadOwnVariables,
    LoadUnsaved,
    AddVariable(String, Variable),
    /// Replaces the variable of this event and name.
    ChangeVariable(String, String, Variable),
    /// By event and name.
    RemoveVariable(String, String),
    Preview(Box<PreviewInput>),
    LoadTestValues(ProfileId),
    /// Changes the own samples of an event.
    ChangeSample(Option<Event>, SampleChange),
    ReadValues(String),
    Test(Box<Profile>, Option<Event>, Values),
    LoadDeliveries(Query),
    /// How many deliveries are newer than the query's upper bound, up to a limit.
    CountNewer(Query),
    /// How many deliveries of the query's profile match, up to a limit.
    CountMatching(Query),
    LoadDetails(DeliveryId),
    LoadCounts,
    LoadBlocks,
    LoadSenders,
    LoadBulkActions,
    /// The numbers of each profile.
    LoadOverview(OverviewRequest),
    /// What happened to profiles lately.
    LoadRecent(RecentRequest),
    LoadApis,
    /// Pauses or resumes a profile, or all; with the sentence to report.
    Pause {
        profile: Option<ProfileId>,
        on: bool,
        done: String,
    },
    Cancel(DeliveryId),
    RetryNow(DeliveryId),
    Resend(DeliveryId),
    CountBulk(Box<BulkRequest>),
    StartBulk(Box<BulkRequest>),
    StopBulk,
    Copy {
        text: String,
        what: String,
    },
    /// To a new file, readable by its owner only.
    WriteFile {
        text: String,
        what: String,
    },
    Run(Program),
    CaptureMouse(bool),
    Suspend,
    StartReceiver(Behaviour),
    SetReceiver(Behaviour),
    /// Shows and keeps only requests to these paths.
    FilterRequests(PathFilter),
    /// Leaves the value of this header out of the requests that are kept.
    LeaveOut(Option<String>),
    StopReceiver,
    VerifyRequests(VerifyRequest),
    /// Sends a received request to another address.
    Replay(Box<ReplayRequest>),
    Redraw,
    Quit,
}
