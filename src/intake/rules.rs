//! Which events a profile accepts.

use crate::profile::{Choice as _, Event, Profile, Status};

/// Whether the profile accepts events.
///
/// # Errors
/// Why not.
pub fn taking(profile: &Profile) -> Result<(), String> {
    match profile.status {
        // Events of an auto-disabled profile are blocked until it is enabled.
        Status::Active | Status::AutoDisabled => Ok(()),
        status @ Status::Disabled => {
            Err(format!("profile '{}' is {} and accepts no events", profile.title, status.name()))
        }
    }
}

/// The event that is meant: the named one, or the only one of the profile.
///
/// # Errors
/// The profile does not subscribe to it, or subscribes to several and none was named.
pub fn event_meant(profile: &Profile, named: Option<Event>) -> Result<Option<Event>, String> {
    match (named, &profile.events[..]) {
        (Some(event), events) if events.contains(&event) => Ok(named),
        (Some(event), _) => Err(not_subscribed(profile, event)),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(*only)),
        (None, several) => {
            let all: Vec<&str> = several.iter().map(|event| event.name()).collect();
            Err(format!("'{}' subscribes to several events; name one: {}", profile.title, all.join(", ")))
        }
    }
}

/// The error if a profile does not subscribe to an event.
#[must_use]
pub fn not_subscribed(profile: &Profile, event: Event) -> String {
    let names: Vec<&str> = profile.events.iter().map(|event| event.name()).collect();
    let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("'{}' does not subscribe to {}; its events: {has}", profile.title, event.name())
}
