//! The profile that alerts are handed over to: whether there is one, and whether its events are delivered.

use crate::cli::blocked;
use crate::cli::health_text;
use crate::profile::{Profile, Status};
use crate::storage::NamedProfiles;
use crate::text::escape_controls;

use super::finding::Finding;

const TOPIC: &str = "alert_profile";

/// Judges the profile that the setting names, by those that the database has of that name.
pub fn judge(name: &str, found: &NamedProfiles) -> Finding {
    let shown = escape_controls(name);
    let [profile] = &found.profiles[..] else {
        return match found.profiles.len() {
            0 => Finding::problem(
                TOPIC,
                format!("'{shown}' is not a profile of this database"),
                "`ringback profiles list` shows them; alerts are not given until one has this name",
            ),
            count => Finding::problem(TOPIC, format!("'{shown}' names {count} profiles"), "use an ID"),
        };
    };
    let Profile { id, events, status, .. } = profile;
    let title = escape_controls(profile.title.as_str());
    if *status == Status::Disabled {
        let fix = format!("`ringback profiles enable {id}`");
        return Finding::problem(TOPIC, format!("'{title}' is disabled: it accepts no alerts"), fix);
    }
    if events.len() > 1 {
        let what = format!("'{title}' has {} events, and an alert does not say which it is", events.len());
        return Finding::problem(
            TOPIC,
            what,
            "use a profile of the channel default, or one with a single event",
        );
    }
    if let Some(block) = found.blocks.of_events(id) {
        let fix = format!("`{}` sends them", blocked::command(block));
        return Finding::note(TOPIC, format!("alerts wait: {}", blocked::what(block)), fix);
    }
    if let Some(health) = found.failing.of(id) {
        let what = format!("'{title}' is failing itself: {}", health_text::reason(&health.cause));
        let fix =
            format!("`ringback test {id}`; set on_alert too, which is given what concerns this profile");
        return Finding::note(TOPIC, what, fix);
    }
    Finding::ok(TOPIC, format!("'{title}' accepts alerts"))
}
