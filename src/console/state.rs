//! Everything that is on the screen, as plain data.

use std::collections::VecDeque;

use crossterm::event::KeyCode;
use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::delivery::{DeliveryId, Kind, Sending};
use crate::keymap::{Action, Key, Keymap, Meaning, Scope};
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

    /// The scopes that have the keyboard, the first one first.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        match &self.guide {
            Some(_) => vec![Scope::Guide, Scope::List],
            None => self.scopes_beneath(),
        }
    }

    /// The scopes that have the keyboard once help and palette are closed.
    #[must_use]
    pub fn scopes_beneath(&self) -> Vec<Scope> {
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

    /// Whether a window, the help or the palette lies above the panes.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.overlay.is_some() || self.guide.is_some()
    }

    /// What a key means where the keyboard is, if it is not for text.
    #[must_use]
    pub fn meaning(&self, key: Key) -> Option<Meaning> {
        let keys = &self.settings.keys;
        keys.resolve(key, &self.scopes()).or_else(|| self.above_windows(key).map(Meaning::Does))
    }

    /// The key of the entry with this name for a sentence about what can be pressed now: none that would
    /// be typed as text.
    #[must_use]
    pub fn key_here(&self, name: &str) -> String {
        let found = self.settings.keys.entries().find(|(entry, _)| entry.name() == name);
        let here = found.and_then(|(_, keys)| keys.iter().find(|key| !self.is_for_text(key.first())));
        here.map_or_else(|| self.settings.keys.shown(name), ToString::to_string)
    }

    /// What an action is called where the keyboard is.
    #[must_use]
    pub fn label(&self, action: Action) -> &'static str {
        let scopes = self.scopes();
        let mut entries = self.settings.keys.entries();
        let found = entries.find(|(entry, _)| entry.action == action && scopes.contains(&entry.scope));
        found.map_or("", |(entry, _)| entry.label())
    }

    /// What a key does whatever lies above the panes: help, palette, the way out. A letter only where
    /// none is typed, and the way out not by a letter.
    fn above_windows(&self, key: Key) -> Option<Action> {
        let Some(Meaning::Does(action)) = self.settings.keys.resolve(key, &[Scope::Global]) else {
            return None;
        };
        let writes = match (&self.guide, &self.overlay) {
            (Some(guide), _) => guide.is_typing(),
            (None, Some(overlay)) => overlay.writes_text(),
            (None, None) => return None,
        };
        let fits = !key.is_text() || (!writes && action != Action::Quit);
        (fits && action.works_above_windows()).then_some(action)
    }

    /// Whether a key belongs to text that is typed where the keyboard is, and so is no action.
    #[must_use]
    pub fn is_for_text(&self, key: Key) -> bool {
        let edits = key.is_text() || matches!(key.code(), KeyCode::Delete | KeyCode::Backspace);
        let ends = key.is(KeyCode::Enter) || key.is(KeyCode::Esc);
        if let Some(guide) = &self.guide {
            return edits && guide.is_typing();
        }
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
}
