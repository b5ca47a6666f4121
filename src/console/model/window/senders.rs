//! The window that lists the processes that send from the database.

use jiff::Timestamp;

use crate::console::model::list::List;
use crate::console::model::refresh::Refresh;
use crate::storage::SenderInfo;

/// How old the list may be, in milliseconds. Senders report every few seconds, and count their leases in seconds.
pub const REFRESH_MS: u64 = 1000;

/// The window.
#[derive(Debug, Default)]
pub struct SendersWindow {
    pub(in crate::console) list: List,
    /// The senders, once they were read; or why they cannot be.
    pub(in crate::console) senders: Option<Result<Vec<SenderInfo>, String>>,
    refresh: Refresh,
}

impl SendersWindow {
    /// Whether the senders should be read now: then their result is awaited.
    pub fn asks(&mut self, now: Timestamp) -> bool {
        self.refresh.asks(now, REFRESH_MS)
    }

    /// The senders were read. The selected one stays selected.
    pub fn take(&mut self, senders: Result<Vec<SenderInfo>, String>) {
        self.refresh.arrived();
        let selected = self.selected().map(|sender| sender.name.clone());
        let rows = senders.as_deref().unwrap_or_default();
        let row = rows.iter().position(|sender| Some(&sender.name) == selected.as_ref());
        let last = rows.len().saturating_sub(1);
        self.list.stay_on(row.unwrap_or_else(|| self.list.selected().min(last)));
        self.senders = Some(senders);
    }

    /// The senders, if they were read.
    #[must_use]
    pub fn rows(&self) -> &[SenderInfo] {
        self.senders.as_ref().and_then(|senders| senders.as_deref().ok()).unwrap_or_default()
    }

    /// The selected one.
    #[must_use]
    pub fn selected(&self) -> Option<&SenderInfo> {
        self.rows().get(self.list.selected())
    }
}
