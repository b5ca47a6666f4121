//! Everything that is on the screen, as plain data.

use std::collections::VecDeque;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::console::model::apis::RunningApis;
use crate::console::model::awaited::Awaited;
use crate::console::model::bulk_results::BulkResults;
use crate::console::model::deliveries::Deliveries;
use crate::console::model::editor::Editor;
use crate::console::model::guide::Guide;
use crate::console::model::message::Message;
use crate::console::model::mouse::Mouse;
use crate::console::model::notice::{Notice, Tone};
use crate::console::model::pane::Pane;
use crate::console::model::profiles::ProfileList;
use crate::console::model::receiver::ReceiverState;
use crate::console::model::recent::Recent;
use crate::console::model::scroll::Scroll;
use crate::console::model::settings::ConsoleSettings;
use crate::console::model::variables::Variables;
use crate::console::model::window::Overlay;
use crate::console::model::window::overview::OverviewWindow;
use crate::delivery::SenderStatus;
use crate::keymap::Key;
use crate::profile::Profile;
use crate::profile::catalogue::Variable;
use crate::record::{DeliveryId, Details, Kind, Summary};
use crate::storage::{Blocks, Counts, FailingProfiles, Revision};

/// A delivery whose outcome is reported at the bottom left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Its origin, which decides the wording of the report.
    pub kind: Kind,
}

/// The console.
#[derive(Debug)]
pub struct State {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The current time, set by messages.
    pub now: Timestamp,
    /// The focused pane, if no window is open.
    pub focus: Pane,
    /// Pane 1.
    pub profiles: ProfileList,
    /// The selected profile as stored.
    pub selected_profile: Option<Box<Profile>>,
    /// The scroll position of its summary.
    pub summary: Scroll,
    /// Pane 2, while a profile is being edited.
    pub editor: Option<Editor>,
    /// Pane 3.
    pub variables: Variables,
    /// Panes 4 and 5.
    pub deliveries: Deliveries,
    /// A window above the panes.
    pub overlay: Option<Overlay>,
    /// The help or the palette, above everything else.
    pub guide: Option<Guide>,
    /// Whether the current key arrived in one piece with others.
    pub in_burst: bool,
    /// The first of two consecutive keys, until the second.
    pub pending: Option<Key>,
    /// The notice at the bottom left.
    pub notice: Option<Notice>,
    /// The tests whose outcomes are awaited, newest last.
    pub testing: Vec<WatchedDelivery>,
    /// The state of the sender.
    pub sender: SenderStatus,
    /// The number of pending deliveries.
    pub counts: Counts,
    /// The blocks on queued deliveries.
    pub blocks: Blocks,
    /// The profiles that are not well.
    pub failing: FailingProfiles,
    /// The numbers of each profile beneath the selected one.
    pub overview: OverviewWindow,
    /// What happened to the profiles in the list lately.
    pub recent: Recent,
    /// Why the database cannot be read; none if it can.
    pub unreadable: Option<String>,
    /// Why nothing is sent: the settings do not say which addresses are allowed.
    pub closed: Option<String>,
    /// Why the write-ahead log cannot shrink; none if it can.
    pub log_pinned: Option<String>,
    /// The revision of the store that was loaded.
    pub revision: Revision,
    /// The HTTP APIs that run on the database.
    pub apis: RunningApis,
    /// Bulk retries and resends, and what becomes of them.
    pub bulk_results: BulkResults,
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
    pub type_ahead: VecDeque<Message>,
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
            selected_profile: None,
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
            sender: SenderStatus::default(),
            counts: Counts::default(),
            blocks: Blocks::default(),
            failing: FailingProfiles::default(),
            overview: OverviewWindow::default(),
            recent: Recent::default(),
            unreadable: None,
            closed: None,
            log_pinned: None,
            revision: Revision::default(),
            apis: RunningApis::default(),
            bulk_results: BulkResults::default(),
            receiver: ReceiverState::default(),
            own_variables: Vec::new(),
            settings,
            awaited: Awaited::default(),
            mouse: Mouse::default(),
            type_ahead: VecDeque::new(),
        }
    }

    /// The whole screen.
    #[must_use]
    pub fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// The delivery that actions apply to: that of the details window, or the selected one.
    #[must_use]
    pub fn delivery(&self) -> Option<&Summary> {
        match &self.overlay {
            Some(Overlay::Details(window)) => window.details().map(|d| &d.summary),
            _ => self.deliveries.selected(),
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

    /// Shows a notice at the bottom left.
    pub fn notify(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone: Tone::Plain });
    }

    /// Shows that something succeeded.
    pub fn notify_success(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone: Tone::Good });
    }

    /// Shows that something is wrong.
    pub fn notify_error(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone: Tone::Bad });
    }
}
