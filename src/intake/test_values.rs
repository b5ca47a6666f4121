//! The event of a test, and the values of a sample.

use serde_json::{Map, Value};

use super::rules::not_subscribed;
use crate::profile::{Choice as _, Event, Profile, catalogue};
use crate::text::escape_controls;

/// The requested event, or that of an earlier delivery if the profile has it too, or the profile's first; none with
/// Default.
///
/// # Errors
/// The profile does not subscribe to the requested one.
pub fn tested_event(
    profile: &Profile,
    requested: Option<Event>,
    earlier: Option<Event>,
) -> Result<Option<Event>, String> {
    match requested {
        Some(event) if !profile.events.contains(&event) => Err(not_subscribed(profile, event)),
        Some(event) => Ok(Some(event)),
        None => Ok(earlier
            .filter(|event| profile.events.contains(event))
            .or_else(|| profile.events.first().copied())),
    }
}

/// The values of a named sample, ignoring case.
///
/// # Errors
/// The event has no such sample, or the profile has no events.
pub fn sample_values(
    profile: &Profile,
    event: Option<Event>,
    name: &str,
) -> Result<&'static Map<String, Value>, String> {
    let Some(event) = event else {
        let title = &profile.title;
        return Err(format!("'{title}' has no events, and therefore no samples; use --values or --set"));
    };
    let samples = catalogue::samples(event);
    let found = samples.iter().find(|sample| sample.name.eq_ignore_ascii_case(name.trim()));
    found.map(|sample| &sample.values).ok_or_else(|| {
        let names: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
        let (name, event) = (escape_controls(name), event.name());
        format!("{event} has no sample '{name}'; its samples: {}", names.join(", "))
    })
}
