//! Everything that is on the screen, as plain data.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyCode;
use jiff::Timestamp;

use crate::delivery::{DeliveryId, Kind, Sending, Summary};
use crate::profile::catalogue::Variable;
use crate::profile::{Profile, ProfileId, Region, Rules};
use crate::receiver::Received;
use crate::store::{Counts, Holds, Revision};

use super::action::Scope;
use super::deliveries::{Deliveries, state_text};
use super::editor::Editor;
use super::keys::Key;
use super::message::Message;
use super::overlay::Overlay;
use super::pausing;
use super::profiles::Profiles;
use super::scroll::Scroll;
use super::theme::Theme;
use super::variables::Variables;

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named for what it shows")]
pub enum Pane {
    Profiles,
    Editor,
    Variables,
    Deliveries,
    Timeline,
}

impl Pane {
    /// In the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Profiles, Self::Editor, Self::Variables, Self::Deliveries, Self::Timeline];

    /// The number on the pane, and the key that leads to it.
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|p| *p == self).map_or(0, |at| at + 1)
    }
}

/// What is set for the console and does not change while it runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The rules that depend on settings.
    pub rules: Rules,
    /// The region of new profiles.
    pub region: Region,
    /// Colours.
    pub theme: Theme,
    /// The name of the database, for the top line.
    pub database: String,
    /// Whether the demo runs.
    pub demo: bool,
}

/// A sentence at the bottom left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum Tone {
    Good,
    Plain,
    Bad,
}

/// The built-in endpoint as the console sees it.
#[derive(Debug, Default)]
pub struct ReceiverState {
    /// Where it listens, while it runs.
    pub address: Option<String>,
    /// How it answers.
    pub behaviour: crate::receiver::Behaviour,
    /// What arrived, newest first, the last hundred.
    pub requests: VecDeque<Arc<Received>>,
}

/// A delivery whose end is told at the bottom left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// The delivery.
    pub id: DeliveryId,
    /// Why it came to be, which says the words of its end.
    pub kind: Kind,
}

/// The console.
#[derive(Debug)]
pub struct State {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The time, brought by messages.
    pub now: Timestamp,
    /// Which pane has the keyboard, when no window lies above.
    pub focus: Pane,
    /// Pane 1.
    pub profiles: Profiles,
    /// The chosen profile as it is stored.
    pub chosen: Option<Box<Profile>>,
    /// How far it was scrolled.
    pub summary: Scroll,
    /// Pane 2, while something is edited.
    pub editor: Option<Editor>,
    /// Pane 3.
    pub variables: Variables,
    /// Panes 4 and 5.
    pub deliveries: Deliveries,
    /// A window above the panes.
    pub overlay: Option<Overlay>,
    /// The sentence at the bottom left.
    pub notice: Option<Notice>,
    /// The tests that are watched until their ends, the newest last.
    pub testing: Vec<Watched>,
    /// What the sender does.
    pub sending: Sending,
    /// How many deliveries are pending.
    pub counts: Counts,
    /// What is queued and not sent for now.
    pub holds: Holds,
    /// What of the store was read.
    pub revision: Revision,
    /// The built-in endpoint.
    pub receiver: ReceiverState,
    /// Variables that people added.
    pub own_variables: Vec<(String, Variable)>,
    /// What is set.
    pub settings: Settings,
    /// Whether a window or the editor is about to open, and what was typed since.
    pub opening: bool,
    /// See `opening`.
    pub held: VecDeque<Message>,
    /// Whether the editor closes when the profile under way is saved.
    pub leave_after_save: bool,
    /// The profile that is opened then.
    pub open_after_save: Option<ProfileId>,
}

impl State {
    /// The console at its start, before anything is loaded.
    #[must_use]
    pub fn new(settings: Settings, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            size,
            now,
            focus: Pane::Profiles,
            profiles: Profiles::default(),
            chosen: None,
            summary: Scroll::default(),
            editor: None,
            variables: Variables::default(),
            deliveries: Deliveries::default(),
            overlay: None,
            notice: None,
            testing: Vec::new(),
            sending: Sending::default(),
            counts: Counts::default(),
            holds: Holds::default(),
            revision: Revision::default(),
            receiver: ReceiverState::default(),
            own_variables: Vec::new(),
            settings,
            opening: false,
            held: VecDeque::new(),
            leave_after_save: false,
            open_after_save: None,
        }
    }

    /// The scopes that have the keyboard, the first one first.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        match &self.overlay {
            Some(overlay) => overlay.scopes(),
            None => match self.focus {
                Pane::Editor if self.editor.is_some() => vec![Scope::Editor, Scope::Global],
                // With nothing being edited pane 2 shows the chosen profile.
                Pane::Profiles | Pane::Editor => vec![Scope::Profiles, Scope::Global, Scope::List],
                Pane::Variables => vec![Scope::Variables, Scope::Global, Scope::List],
                Pane::Deliveries | Pane::Timeline => {
                    vec![Scope::Deliveries, Scope::Global, Scope::List]
                }
            },
        }
    }

    /// Whether a key belongs to text that is typed where the keyboard is, and so is no action.
    #[must_use]
    pub fn is_for_text(&self, key: Key) -> bool {
        let edits = key.is_text() || matches!(key.code(), KeyCode::Delete | KeyCode::Backspace);
        let ends = key.is(KeyCode::Enter) || key.is(KeyCode::Esc);
        match (&self.overlay, self.focus) {
            (Some(overlay), _) => edits && overlay.writes_text(),
            (None, Pane::Editor) => edits && self.editor.is_some(),
            (None, Pane::Profiles) => (edits || ends) && self.profiles.is_typing(),
            (None, Pane::Variables) => (edits || ends) && self.variables.is_typing(),
            (None, Pane::Deliveries | Pane::Timeline) => (edits || ends) && self.deliveries.is_typing(),
        }
    }

    /// Says something at the bottom left.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone: Tone::Plain });
    }

    /// Says that something went well.
    pub fn praise(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone: Tone::Good });
    }

    /// Says that something is wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone: Tone::Bad });
    }

    /// How often the screen must be drawn anew for the running times on it: ten times a second for
    /// tenths, once a second for longer waits, never where there are none.
    #[must_use]
    pub fn tick(&self) -> Option<Duration> {
        let tenths = Duration::from_millis(100);
        if !self.sending.in_flight.is_empty() {
            return Some(tenths);
        }
        let left = |row: &Summary| row.due_at.map(|due| state_text::millis(self.now, due));
        // What is held waits for no time.
        let runs = |row: &&Summary| row.state.is_pending() && pausing::holding(self, row).is_none();
        let least = self.deliveries.in_sight().filter(runs).filter_map(left).min()?;
        Some(if least < state_text::TENTHS_BELOW_MS { tenths } else { Duration::from_secs(1) })
    }
}
