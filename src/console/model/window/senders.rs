//! The window that lists the processes that send from the database.

use jiff::Timestamp;

use crate::console::model::list::List;
use crate::storage::SenderInfo;

/// How old the list may be, in milliseconds. Senders report every few seconds, and count their leases in seconds.
pub const REFRESH_MS: u64 = 1000;

/// The window.
#[derive(Debug, Default)]
pub struct SendersWindow {
    pub(in crate::console) list: List,
    /// The senders, once they were read; or why they cannot be.
    pub(in crate::console) senders: Option<Result<Vec<SenderInfo>, String>>,
    /// When they were last asked for.
    asked_at: Option<Timestamp>,
    /// Whether the result is awaited.
    is_asked: bool,
}

impl SendersWindow {
    /// Whether the senders should be read now: then their result is awaited.
    pub fn asks(&mut self, now: Timestamp) -> bool {
        let is_old =
            self.asked_at.is_none_or(|at| now.duration_since(at).as_millis() >= i128::from(REFRESH_MS));
        let asks = is_old && !self.is_asked;
        if asks {
            (self.asked_at, self.is_asked) = (Some(now), true);
        }
        asks
    }

    /// The senders were read. The selected one stays selected.
    pub fn take(&mut self, senders: Result<Vec<SenderInfo>, String>) {
        self.is_asked = false;
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
