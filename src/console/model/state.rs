//! Everything that is on the screen, as plain data.

use std::collections::VecDeque;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::console::model::awaited::Awaited;
use crate::console::model::deliveries::Deliveries;
use crate::console::model::editor::Editor;
use crate::console::model::guide::Guide;
use crate::console::model::message::Message;
use crate::console::model::notice::{Notice, Tone};
use crate::console::model::pane::Pane;
use crate::console::model::pointer::Mouse;
use crate::console::model::profiles::ProfileList;
use crate::console::model::receiver::ReceiverState;
use crate::console::model::scroll::Scroll;
use crate::console::model::settings::ConsoleSettings;
use crate::console::model::variables::Variables;
use crate::console::model::window::Overlay;
use crate::delivery::Sending;
use crate::keymap::Key;
use crate::profile::Profile;
use crate::profile::catalogue::Variable;
use crate::record::{DeliveryId, Details, Kind, Summary};
use crate::storage::{Blocks, Counts, Revision};

/// A delivery whose end is reported at the bottom left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedDelivery {
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
    pub profiles: ProfileList,
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
    /// The first of two consecutive letters, until the second.
    pub pending: Option<Key>,
    /// The sentence at the bottom left.
    pub notice: Option<Notice>,
    /// The tests that are watched until their ends, the newest last.
    pub testing: Vec<WatchedDelivery>,
    /// The state of the sender.
    pub sending: Sending,
    /// How many deliveries are pending.
    pub counts: Counts,
    /// The blocks on queued deliveries.
    pub holds: Blocks,
    /// Why the database cannot be read, while it cannot.
    pub unreadable: Option<String>,
    /// Why nothing is sent, where the settings do not say which addresses are allowed.
    pub closed: Option<String>,
    /// Why the write-ahead log cannot shrink, while it cannot.
    pub log_pinned: Option<String>,
    /// The revision of the store that was read.
    pub revision: Revision,
    /// The built-in endpoint.
    pub receiver: ReceiverState,
    /// Variables that people added.
    pub own_variables: Vec<(String, Variable)>,
    /// The settings.
    pub settings: ConsoleSettings,
    /// The effects whose results are awaited.
    pub awaited: Awaited,
    /// The click targets, if the mouse is captured.
    pub mouse: Mouse,
    /// Keys typed while a window or the editor is about to open.
    pub held: VecDeque<Message>,
}

impl State {
    /// The console at its start, before anything is loaded.
    #[must_use]
    pub fn new(settings: ConsoleSettings, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            size,
            now,
            focus: Pane::Profiles,
            profiles: ProfileList::default(),
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
            holds: Blocks::default(),
            unreadable: None,
            closed: None,
            log_pinned: None,
            revision: Revision::default(),
            receiver: ReceiverState::default(),
            own_variables: Vec::new(),
            settings,
            awaited: Awaited::default(),
            mouse: Mouse::default(),
            held: VecDeque::new(),
        }
    }

    /// The whole screen.
    #[must_use]
    pub fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// The delivery that actions are about: that of the details window, or the chosen one.
    #[must_use]
    pub fn delivery(&self) -> Option<&Summary> {
        match &self.overlay {
            Some(Overlay::Details(window)) => window.details().map(|d| &d.summary),
            _ => self.deliveries.chosen(),
        }
    }

    /// The details of that delivery.
    #[must_use]
    pub fn delivery_details(&self) -> Option<&Details> {
        match &self.overlay {
            Some(Overlay::Details(window)) => window.details(),
            _ => self.deliveries.details(),
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
