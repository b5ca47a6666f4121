//! Everything that is on the screen, as plain data.

use std::collections::VecDeque;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::delivery::{DeliveryId, Kind, Sending};
use crate::keymap::{Key, Keymap};
use crate::profile::catalogue::Variable;
use crate::profile::{Profile, ProfileId, Region, Rules};
use crate::store::{Counts, Holds, Revision};

use super::arrived::Arrived;
use super::clock::Clock;
use super::deliveries::Deliveries;
use super::editor::Editor;
use super::message::Message;
use super::overlay::{Guide, Overlay};
use super::pointer::Mouse;
use super::profiles::Profiles;
use super::scroll::Scroll;
use super::signs::Signs;
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

/// What is set for the console.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The rules that depend on settings.
    pub rules: Rules,
    /// The region of new profiles.
    pub region: Region,
    /// Colours.
    pub theme: Theme,
    /// Which keys do what.
    pub keys: Keymap,
    /// Borders and signs.
    pub signs: Signs,
    /// How times are told.
    pub clock: Clock,
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
    /// What arrived.
    pub arrived: Arrived,
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
    /// The help or the palette, above everything else.
    pub guide: Option<Guide>,
    /// Whether the key that is handled arrived in one piece with others.
    pub in_burst: bool,
    /// The first of two letters in a row, until the second.
    pub pending: Option<Key>,
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
    /// Why the database cannot be read, while it cannot.
    pub unreadable: Option<String>,
    /// Why nothing is sent, where the settings do not say which addresses are allowed.
    pub closed: Option<String>,
    /// Why the write-ahead log cannot shrink, while it cannot.
    pub log_pinned: Option<String>,
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
    /// What the mouse finds, where it is ours.
    pub mouse: Mouse,
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
            deliveries: Deliveries::in_zone(settings.clock.zone().clone()),
            overlay: None,
            guide: None,
            in_burst: false,
            pending: None,
            notice: None,
            testing: Vec::new(),
            sending: Sending::default(),
            counts: Counts::default(),
            holds: Holds::default(),
            unreadable: None,
            closed: None,
            log_pinned: None,
            revision: Revision::default(),
            receiver: ReceiverState::default(),
            own_variables: Vec::new(),
            settings,
            opening: false,
            mouse: Mouse::default(),
            held: VecDeque::new(),
            leave_after_save: false,
            open_after_save: None,
        }
    }

    /// The whole screen.
    #[must_use]
    pub fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
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
}
