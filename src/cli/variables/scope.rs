//! The event that something of a person's own belongs to.

use crate::profile::catalogue::NO_EVENT;
use crate::profile::{Choice as _, Event};

/// An event; none for profiles without events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope(pub Option<Event>);

impl Scope {
    pub(super) fn name(self) -> &'static str {
        self.0.map_or(NO_EVENT, |event| event.name())
    }
}

/// Parses the name of an event, or `default`.
pub(super) fn scope(text: &str) -> Result<Scope, String> {
    if text.eq_ignore_ascii_case(NO_EVENT) {
        return Ok(Scope(None));
    }
    let event = Event::ALL.iter().find(|event| event.name().eq_ignore_ascii_case(text));
    event
        .map(|event| Scope(Some(*event)))
        .ok_or_else(|| format!("there are {}, and {NO_EVENT} for profiles without an event", Event::names()))
}
