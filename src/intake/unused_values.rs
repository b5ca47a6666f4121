//! Detects values that no placeholder of the profile takes: a misspelled name would otherwise go unnoticed.

use serde_json::{Map, Value};

use crate::profile::catalogue::Variable;
use crate::profile::{Path, Profile};
use crate::text::{escape_controls, nearest};

/// How many names are listed.
const LISTED: usize = 5;

/// The note about a variable that was set; none if a placeholder takes it.
#[must_use]
pub fn of_setting(profile: &Profile, name: &str) -> Option<String> {
    let is_taken = profile.placeholders().any(|path| path.name() == name || path.as_str() == name);
    (!is_taken).then(|| {
        let meant = meant(profile, name, |_| true).map_or_else(String::new, did_you_mean);
        format!("'{}' has no placeholder <{}>{meant}", profile.title, escape_controls(name))
    })
}

/// The note about the names of values that belong together, such as those of a file or an event: about all of them if no
/// placeholder takes any; otherwise about those that resemble a placeholder without a value. Values may well be more than
/// one profile uses, so the variables of the event, `known`, are not reported.
#[must_use]
pub fn of_values(profile: &Profile, members: &Map<String, Value>, known: &[Variable]) -> Option<String> {
    let placeholders: Vec<&Path> = profile.placeholders().collect();
    of_values_among(profile, &placeholders, members, || known)
}

/// The same with the profile's placeholders; the variables of the event are only looked up if they matter.
pub(super) fn of_values_among<'k>(
    profile: &Profile,
    placeholders: &[&Path],
    members: &Map<String, Value>,
    known: impl FnOnce() -> &'k [Variable],
) -> Option<String> {
    let takes = |name: &str| placeholders.iter().any(|path| path.name() == name || path.as_str() == name);
    // The usual one: this is done for each event.
    if members.keys().all(|name| takes(name)) {
        return None;
    }
    let known = known();
    let is_known = |name: &str| known.iter().any(|variable| variable.name == name);
    let is_any_taken = members.keys().any(|name| takes(name));
    if is_any_taken && members.keys().all(|name| takes(name) || is_known(name)) {
        return None;
    }
    let title = &profile.title;
    let is_free = |name: &str| !members.contains_key(name);
    let spelled = |name: &String| match meant(profile, name, is_free) {
        Some(meant) => format!("<{}>{}", escape_controls(name), did_you_mean(meant)),
        None => format!("<{}>", escape_controls(name)),
    };
    if !members.is_empty() && !is_any_taken {
        let listed: Vec<String> = members.keys().take(LISTED).map(spelled).collect();
        let more = members.len().saturating_sub(LISTED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        return Some(format!(
            "'{title}' has no placeholder for any of its values: {}{more}",
            listed.join(", ")
        ));
    }
    let is_slip = |name: &&String| !takes(name) && !is_known(name) && meant(profile, name, is_free).is_some();
    let slips: Vec<String> = members.keys().filter(is_slip).take(LISTED).map(spelled).collect();
    (!slips.is_empty()).then(|| format!("'{title}' has no placeholder {}", slips.join(", ")))
}

/// The placeholder that a name resembles, among those without a value.
fn meant<'a>(profile: &'a Profile, name: &str, is_free: impl Fn(&str) -> bool) -> Option<&'a str> {
    let variables = profile.variables().into_iter().map(Path::name);
    nearest(name, variables.filter(|known| is_free(known)))
}

fn did_you_mean(name: &str) -> String {
    format!(" (did you mean <{name}>?)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::catalogue::variables;
    use crate::profile::{Channel, Draft, Event, Identity, ProfileId, Region, Rules};
    use jiff::Timestamp;
    use serde_json::json;

    fn profile() -> Profile {
        let mut draft = Draft::new(Channel::Sms);
        "Order SMS".clone_into(&mut draft.title);
        "https://x.example/<id>".clone_into(&mut draft.endpoint);
        "{\"a\": \"<status>\", \"b\": \"<payment.amount>\"}".clone_into(&mut draft.body);
        let id = ProfileId::new(Region::In, uuid::Uuid::from_u128(7));
        let epoch = Timestamp::UNIX_EPOCH;
        draft.check(Rules::STORED, Identity { id, created_at: epoch, modified_at: epoch }).unwrap()
    }

    fn message(names: &[&str]) -> Option<String> {
        let members = names.iter().map(|name| ((*name).to_owned(), json!(1))).collect();
        of_values(&profile(), &members, variables(Event::SmsSend))
    }

    #[test]
    fn values_of_which_none_is_used_are_reported_with_their_names() {
        assert_eq!(message(&[]), None);
        assert_eq!(
            message(&["stauts", "x"]).unwrap(),
            "'Order SMS' has no placeholder for any of its values: <stauts> (did you mean <status>?), <x>"
        );
        assert!(message(&["a", "b", "c", "d", "e", "f", "g"]).unwrap().ends_with("<d>, <e> and 2 more"));
        // A variable of the event may still have no placeholder.
        assert!(message(&["recipient"]).unwrap().ends_with(": <recipient>"));
    }

    #[test]
    fn otherwise_only_names_that_resemble_a_placeholder_are_reported() {
        assert_eq!(message(&["status", "x", "recipient"]), None);
        assert_eq!(message(&["payment.amount", "payment"]), None);
        assert_eq!(
            message(&["id", "Status", "pay-ment"]).unwrap(),
            "'Order SMS' has no placeholder <Status> (did you mean <status>?), <pay-ment> (did you mean <payment>?)"
        );
        assert_eq!(message(&["status", "stauts"]), None, "the placeholder has its value");
    }

    #[test]
    fn a_set_variable_without_placeholder_is_reported() {
        assert_eq!(of_setting(&profile(), "id"), None);
        let message = of_setting(&profile(), "statsu").unwrap();
        assert_eq!(message, "'Order SMS' has no placeholder <statsu> (did you mean <status>?)");
        assert_eq!(of_setting(&profile(), "x").unwrap(), "'Order SMS' has no placeholder <x>");
    }
}
