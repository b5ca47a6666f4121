//! The event of a test, and the values of a sample.

use serde_json::{Map, Value};

use super::rules::not_subscribed;
use crate::profile::catalogue::{self, NO_EVENT, Sample};
use crate::profile::{Choice as _, Event, Profile};
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

/// The values of a named sample, of the catalogue or of a person's own, ignoring case.
///
/// # Errors
/// The event has no such sample, or the profile has no events, and there is no such sample for these.
pub fn sample_values<'a>(
    profile: &Profile,
    event: Option<Event>,
    name: &str,
    own: &'a [(String, Sample)],
) -> Result<&'a Map<String, Value>, String> {
    let samples = catalogue::offered_samples(event, own);
    let found = samples.iter().find(|sample| sample.name.eq_ignore_ascii_case(name.trim()));
    found.map(|sample| &sample.values).ok_or_else(|| {
        if event.is_none() && samples.is_empty() {
            let title = &profile.title;
            return format!("'{title}' has no events, and therefore no samples; use --values or --set");
        }
        let names: Vec<String> = samples.iter().map(|sample| escape_controls(&sample.name)).collect();
        let (name, event) = (escape_controls(name), event.map_or(NO_EVENT, |event| event.name()));
        format!("{event} has no sample '{name}'; its samples: {}", names.join(", "))
    })
}
