//! Messages: everything that reaches the console from outside.

use jiff::Timestamp;

use crate::callback::{Preview, RenderError, Values};
use crate::console::model::arrived::Arrival;
use crate::console::model::deliveries::many::BulkNews;
use crate::console::model::deliveries::query::Query;
use crate::console::model::editor::checked::Checked;
use crate::console::model::editor::to_check::ToCheck;
use crate::console::model::effect::{Purpose, Ticket};
use crate::console::model::pointer::Pointer;
use crate::console::model::program::Returned;
use crate::console::model::wanted::Wanted;
use crate::delivery::Sending;
use crate::keymap::Key;
use crate::profile::catalogue::Variable;
use crate::profile::{Draft, Event, FieldError, Identity, Profile, ProfileId};
use crate::record::{DeliveryId, Details, Kind};
use crate::storage::{Blocks, Counts, DeletedProfile, Page, ProfileRow, Revision, UnsavedDraft};

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
    /// The last paste never ended.
    PasteCut,
    /// Something was done with the mouse.
    Pointer(Pointer),
    /// The terminal has this many columns and lines now.
    Resize(u16, u16),
    /// The time is this; comes with every other message and with ticks.
    Now(Timestamp),
    /// The state was drawn at this time.
    Drawn(Timestamp),
    /// All profiles, in the order of the list.
    Profiles(Vec<ProfileRow>),
    /// The profile asked for, if it is still there, and what it was asked for.
    Profile(ProfileId, Option<Box<Profile>>, Purpose),
    /// A new profile can be typed.
    Fresh(Box<Draft>, Identity),
    /// A profile is on disk.
    Saved(Box<Profile>),
    /// A profile was not saved, since another session saved it meanwhile, or deleted it.
    Conflict(Box<Profile>, Option<Box<Profile>>),
    /// A profile was not saved, since a file that it names cannot be used.
    Unusable(FieldError),
    /// The check of a draft.
    Checked(Box<ToCheck>, Box<Checked>),
    /// The draft of a session that ended without saving it.
    Draft(Box<UnsavedDraft>),
    /// The kinds of things that have changed, in any session.
    Revision(Revision),
    /// A profile was enabled or disabled.
    Switched(Box<Profile>),
    /// Whether to delete a profile of this title is to be asked; so many of its deliveries are pending.
    AskDelete(ProfileId, String, u64),
    /// A profile of this title is deleted; it can be restored. So many of its deliveries are blocked until
    /// then.
    Deleted(ProfileId, String, u64),
    /// The profile that was deleted last is back; none where there was none.
    Restored(Option<Box<DeletedProfile>>),
    /// Drafts that were not saved before the last exit.
    Unsaved(Vec<Unsaved>),
    /// Variables that people added: event (or `default`) and variable.
    OwnVariables(Vec<(String, Variable)>),
    /// An own variable was added, changed or removed: all there are now, where to go (event and name),
    /// and a sentence about it.
    VariableStored(Vec<(String, Variable)>, Option<(String, String)>, String),
    /// A preview was made, or cannot be.
    Previewed(Box<Wanted>, Result<Box<Preview>, RenderError>),
    /// The values of the last tests of a profile.
    TestValues(ProfileId, Vec<(Option<Event>, Values)>),
    /// The values of a file, or why they cannot be read.
    FileValues(String, Result<Values, String>),
    /// A test was accepted, or an earlier delivery once more.
    Accepted(DeliveryId, Kind),
    /// Deliveries for this query; `more` of them follow those that were there.
    Deliveries(Box<Query>, Page),
    /// The progress or result of a bulk change.
    Many(BulkNews),
    /// How many of this query are newer than those that it asks for.
    Newer(Query, usize),
    /// One delivery in full.
    Details(Box<Details>),
    /// How many are pending.
    Counts(Counts),
    /// The current blocks.
    Holds(Box<Blocks>),
    /// Something was committed, here or elsewhere.
    StoreChanged,
    /// Changes cannot be read: why, and how to fix it.
    Unreadable(String),
    /// The state of the sender.
    Sending(Sending),
    /// The receiver runs at this address, or not.
    Receiver(Option<String>),
    /// The receiver has ended, and nobody stopped it.
    ReceiverEnded,
    /// A request reached the receiver.
    Received(Arrival),
    /// So many requests did not reach the console: they came faster than it takes them.
    RequestsDropped(u64),
    /// An action is done; a sentence about it.
    Done(String),
    /// Something that was asked for cannot be done: a sentence with the names of keys in braces.
    Refused(&'static str),
    /// An action failed; why, and what to do.
    Failed(String),
    /// A text could not be copied: the text, what it is, and why.
    Uncopied(String, String, String),
    /// An editor gave the terminal back.
    Returned(Box<Returned>),
    /// Something that a person should know, and that nobody asked for.
    Warning(String),
    /// Why the write-ahead log cannot shrink; none where it can.
    LogPinned(Option<String>),
    /// Something in the program panicked, which was reported.
    Panicked,
    /// The process is asked to end, by the signal of this number.
    Terminate(u8),
}

impl Message {
    /// Whether a person did something at the terminal.
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

/// A draft that was kept, and the profile that it changes, where that is stored.
#[derive(Debug)]
pub struct Unsaved {
    /// The draft.
    pub draft: UnsavedDraft,
    /// As stored; none for a new one, or one that was deleted meanwhile.
    pub stored: Option<Box<Profile>>,
}
