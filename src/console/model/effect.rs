//! Effects: the requests of the console to the outside.

use jiff::Timestamp;

use crate::callback::Values;
use crate::console::model::deliveries::many::Many;
use crate::console::model::deliveries::query::Query;
use crate::console::model::editor::to_check::ToCheck;
use crate::console::model::program::Program;
use crate::console::model::wanted::Wanted;
use crate::profile::catalogue::Variable;
use crate::profile::{Draft, Event, Profile, ProfileId};
use crate::receiver::Behaviour;
use crate::record::DeliveryId;
use crate::storage::UnsavedDraft;

/// Tells an effect from all others. Its result carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Ticket(u64);

impl Ticket {
    /// The ticket after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// An effect that is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Comes back with the result.
    pub ticket: Ticket,
    /// The effect.
    pub effect: Effect,
}

/// The next step once a profile is saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AfterSave {
    /// Whether the editor closes, if nothing was typed meanwhile.
    pub leave: bool,
    /// The profile that is opened then.
    pub open: Option<ProfileId>,
}

/// The purpose for which a profile is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown beside the list.
    Show,
    /// To be edited.
    Edit,
    /// To be edited as JSON in an editor of the person's own.
    EditText,
    /// To be tested.
    Test,
    /// To be shown as the request that would leave.
    Preview,
    /// To be enabled or disabled.
    Switch,
    /// To be shown anew in an editor in which nothing is typed.
    Reload,
    /// To make another like it.
    Duplicate,
}

/// Something to be done outside.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each is named for what it does")]
pub enum Effect {
    LoadProfiles,
    LoadProfile(ProfileId, Purpose),
    Fresh(Box<Draft>),
    /// Only over what was seen: modified then, or not there.
    SaveProfile(Box<Profile>, Option<Timestamp>, AfterSave),
    /// Unconditionally.
    OverwriteProfile(Box<Profile>),
    SwitchProfile(Box<Profile>),
    /// Counts what is pending of a profile of this title, for the question whether to delete it.
    AskDelete(ProfileId, String),
    DeleteProfile(ProfileId, String),
    /// The last deleted one, by whichever session.
    RestoreLast,
    Check(Box<ToCheck>),
    KeepDraft(Box<UnsavedDraft>),
    DropDraft(ProfileId),
    LoadDraft(ProfileId),
    LoadRevision,
    LoadOwnVariables,
    LoadUnsaved,
    AddVariable(String, Variable),
    /// The variable of this event and name becomes this one.
    ChangeVariable(String, String, Variable),
    /// Of this event and name.
    RemoveVariable(String, String),
    Preview(Box<Wanted>),
    LoadTestValues(ProfileId),
    ReadValues(String),
    Test(Box<Profile>, Option<Event>, Values),
    LoadDeliveries(Query),
    /// How many are newer than the query asks for, as far as is worth counting.
    CountNewer(Query),
    LoadDetails(DeliveryId),
    LoadCounts,
    LoadHolds,
    /// Pauses a profile, or all, or ends that; and the sentence about it.
    Pause {
        profile: Option<ProfileId>,
        on: bool,
        done: String,
    },
    Cancel(DeliveryId),
    RetryNow(DeliveryId),
    SendAgain(DeliveryId),
    CountMany(Box<Many>),
    ChangeMany(Box<Many>),
    StopMany,
    Copy {
        text: String,
        what: String,
    },
    /// To a new file, which only its owner can read.
    WriteFile {
        text: String,
        what: String,
    },
    Run(Program),
    CaptureMouse(bool),
    Suspend,
    StartReceiver(Behaviour),
    SetReceiver(Behaviour),
    StopReceiver,
    Redraw,
    Quit,
}
