//! The window of the built-in endpoint.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::console::model::list::List;
use crate::console::model::receiver::ReceiverState;
use crate::keymap::Action;
use crate::receiver::{Behaviour, Received, Verification, describe_in};

/// The window.
#[derive(Debug, Default)]
pub struct ReceiverWindow {
    pub(in crate::console) list: List,
    /// The request that was described last, with its text: decoding a long request takes longer than a frame may.
    described: RefCell<Option<Described>>,
}

/// A request as text.
#[derive(Debug)]
struct Described {
    request: Arc<Received>,
    verification: Option<Arc<Verification>>,
    text: Arc<str>,
}

impl ReceiverWindow {
    /// Why an action cannot be done in this window, with this many profiles to verify with; `None` if it can.
    #[must_use]
    pub fn why_not(&self, receiver: &ReceiverState, profiles: usize, action: Action) -> Option<&'static str> {
        match action {
            Action::CopyId if receiver.address.is_none() => {
                Some("the receiver is off: {receiver-window-toggle} starts it")
            }
            Action::Left | Action::Right if self.selected().is_some() => {
                Some("a request is selected: the settings are above")
            }
            Action::Left | Action::Right
                if receiver.behaviour.script.is_some() && SCRIPTED.contains(&self.list.selected()) =>
            {
                Some("the script decides that: {receiver-window-edit-responses} changes it")
            }
            Action::Left | Action::Right if self.list.selected() == VERIFY && profiles == 0 => {
                Some("the list has no profile to verify with")
            }
            Action::ShowInFull | Action::Replay if receiver.arrived.is_empty() => {
                Some("no request has arrived")
            }
            _ => None,
        }
    }

    /// Requests were added at the top: the selected one stays selected, unless it was dropped.
    pub fn pushed(&mut self, requests: usize) {
        if self.selected().is_some() {
            self.list.select((self.list.selected() + 1).min(SETTINGS.len() + requests - 1));
        }
    }

    /// The index of the selected request; none while a setting is selected.
    pub(in crate::console) fn selected(&self) -> Option<usize> {
        self.list.selected().checked_sub(SETTINGS.len())
    }

    /// The request at this index as text, with the result of its verification.
    pub(in crate::console) fn text(
        &self,
        receiver: &ReceiverState,
        at: usize,
        zone: &TimeZone,
    ) -> Option<Arc<str>> {
        let request = receiver.arrived.get(at)?;
        let verification = receiver.arrived.verification(at);
        let mut described = self.described.borrow_mut();
        let same = |of: &Described| {
            let results = of.verification.as_ref().map(Arc::as_ptr);
            Arc::ptr_eq(&of.request, request) && results == verification.map(Arc::as_ptr)
        };
        if let Some(described) = described.as_ref().filter(|described| same(described)) {
            return Some(Arc::clone(&described.text));
        }
        let text: Arc<str> = describe_in(request, zone, &receiver.examined(at)).into();
        *described = Some(Described {
            request: Arc::clone(request),
            verification: verification.cloned(),
            text: Arc::clone(&text),
        });
        Some(text)
    }
}

pub(in crate::console) const SETTINGS: [&str; 7] =
    ["Respond with", "Fail the first", "Delay", "Hang", "Reset", "Script, body, paths", "Verify with"];

/// The settings that do not apply while there is a script.
pub(in crate::console) const SCRIPTED: [usize; 4] = [0, 1, 3, 4];

/// The setting that opens the form for script, headers and body.
pub(in crate::console) const RESPONSES: usize = 5;

/// The setting that chooses the profile for verification.
pub(in crate::console) const VERIFY: usize = 6;

const STATUSES: [u16; 9] = [200, 204, 301, 400, 401, 404, 429, 500, 503];

const FAILURES: [u32; 5] = [0, 1, 2, 3, 5];

const DELAYS_MS: [u64; 6] = [0, 100, 500, 1000, 5000, 15_000];

fn turned<T: PartialEq + Copy>(all: &[T], now: T, forward: bool) -> T {
    let at = all.iter().position(|x| *x == now).unwrap_or(0);
    let step = if forward { 1 } else { all.len() - 1 };
    all[(at + step) % all.len()]
}

pub(in crate::console) fn turn(behaviour: &mut Behaviour, setting: usize, forward: bool) {
    match setting {
        0 => behaviour.status = turned(&STATUSES, behaviour.status, forward),
        1 => behaviour.fail_first = turned(&FAILURES, behaviour.fail_first, forward),
        2 => {
            let now = u64::try_from(behaviour.delay.as_millis()).unwrap_or(0);
            behaviour.delay = Duration::from_millis(turned(&DELAYS_MS, now, forward));
        }
        3 => behaviour.hang = !behaviour.hang,
        _ => behaviour.reset = !behaviour.reset,
    }
}
