//! The form that sends a received request to another address.

use std::sync::Arc;

use crate::console::model::input::{Input, InputResult};
use crate::console::model::window::receiver::ReceiverWindow;
use crate::keymap::Key;
use crate::management::Replayed;
use crate::profile::{ProfileId, Rules};
use crate::receiver::Received;
use crate::text::escape_controls;

/// The form, above the receiver's window.
#[derive(Debug)]
pub struct ReplayForm {
    /// The request.
    pub(in crate::console) request: Arc<Received>,
    /// Where to send it.
    pub(in crate::console) address: Input,
    /// What became of it.
    pub(in crate::console) progress: ReplayProgress,
    /// The receiver's window, which it returns to.
    pub(in crate::console) below: Box<ReceiverWindow>,
}

/// What became of a request that is replayed.
#[derive(Debug, Default)]
pub enum ReplayProgress {
    /// It was not sent to the address that is typed.
    #[default]
    Typing,
    /// It was not sent, and this is why.
    Refused(String),
    /// There is no response yet.
    Sending,
    /// The result as text, and whether the response is a success.
    Done(String, bool),
}

/// A request to replay.
#[derive(Debug, Clone)]
pub struct ReplayRequest {
    /// The request.
    pub request: Arc<Received>,
    /// Where to send it, as it was typed.
    pub address: String,
    /// Whose secrets sign it anew; none to send it as it was received.
    pub profile: Option<ProfileId>,
    /// Which addresses may be used.
    pub rules: Rules,
}

/// A request that was replayed.
#[derive(Debug)]
pub struct ReplayAnswer {
    /// The request and its result.
    pub replayed: Replayed,
    /// The headers that were not sent, as their values are not kept.
    pub left_out: Vec<String>,
}

impl ReplayAnswer {
    /// As text, safe for a terminal.
    #[must_use]
    pub fn describe(&self) -> String {
        let described = self.replayed.describe();
        if self.left_out.is_empty() {
            return described;
        }
        let names = escape_controls(&self.left_out.join(", "));
        let (summary, rest) = described.split_once('\n').unwrap_or((&described, ""));
        format!("{summary}\n  sent without {names}: values of secret headers are not kept\n{rest}")
    }
}

impl ReplayForm {
    /// A form with this address.
    #[must_use]
    pub fn new(request: Arc<Received>, address: &str, below: Box<ReceiverWindow>) -> Self {
        Self { request, address: Input::line(address), progress: ReplayProgress::Typing, below }
    }

    /// A key that types text; false for all others.
    pub(in crate::console) fn key(&mut self, key: Key) -> bool {
        let is_typed = self.address.key(key) != InputResult::Ignored;
        if is_typed {
            self.typed();
        }
        is_typed
    }

    pub(in crate::console) fn paste(&mut self, text: &str) {
        self.address.paste(text);
        self.typed();
    }

    /// An error is about what was typed before; a result stays.
    fn typed(&mut self) {
        if matches!(self.progress, ReplayProgress::Refused(_)) {
            self.progress = ReplayProgress::Typing;
        }
    }
}
