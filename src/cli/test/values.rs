//! The values of a test: samples, and what is set in their place.

use serde_json::Value;

use crate::callback::{Origins, ValueOrigin, Values, origins_of};
use crate::cli::output::tell;
use crate::cli::variables::{DEFAULT_SCOPE, of_scope};
use crate::profile::catalogue::Variable;
use crate::profile::{Choice as _, Event, Profile, is_variable_name};

/// The samples of an event's variables, one's own too.
pub fn sample_values(event: Option<Event>, own: &[(String, Variable)]) -> Values {
    let scope = event.map_or(DEFAULT_SCOPE, |event| event.name());
    let mut values = Values::default();
    for variable in of_scope(scope, own) {
        values.set(variable.name, variable.sample);
    }
    values
}

/// The samples with what is set in their place, and where each came from. Tells what is set in vain.
pub fn chosen_values(
    profile: &Profile,
    event: Option<Event>,
    own: &[(String, Variable)],
    set: &[(String, Value)],
) -> (Values, Origins) {
    let mut values = sample_values(event, own);
    let mut origins = origins_of(&of_scope(event.map_or(DEFAULT_SCOPE, |event| event.name()), own));
    for (name, value) in set {
        if !profile.variables().iter().any(|path| path.name() == name) {
            tell(&format!("ringback: note: '{}' has no placeholder <{name}>", profile.title));
        }
        values.set(name.as_str(), value.clone());
        origins.insert(name.clone(), ValueOrigin::Hand);
    }
    (values, origins)
}

/// Reads `name=text` or `name:=JSON`.
pub fn setting(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=TEXT, or NAME:=JSON")?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => {
            let json =
                serde_json::from_str(value).map_err(|error| format!("after := is no JSON: {error}"))?;
            (name, json)
        }
        None => (name, Value::from(value)),
    };
    if is_variable_name(name) {
        Ok((name.to_owned(), value))
    } else {
        Err(format!("'{name}' is no variable's name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::catalogue::Origin;
    use serde_json::json;

    #[test]
    fn settings_are_text_or_json() {
        assert_eq!(setting("status=FAILED"), Ok(("status".to_owned(), json!("FAILED"))));
        assert_eq!(setting("ref="), Ok(("ref".to_owned(), json!(""))));
        assert_eq!(setting("url=a=b"), Ok(("url".to_owned(), json!("a=b"))));
        assert_eq!(setting(r#"payment:={"value":4.50}"#).unwrap().1.to_string(), r#"{"value":4.50}"#);
        for bad in ["status", "=x", "a b=x", "payment:={", ":=1"] {
            assert!(setting(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn own_samples_stand_beside_the_catalogue_s() {
        let variable = |name: &str| Variable {
            name: name.to_owned(),
            origin: Origin::Own,
            meaning: String::new(),
            sample: json!("own"),
        };
        let own = [("sms-send".to_owned(), variable("batch")), ("default".to_owned(), variable("mine"))];
        let sms = sample_values(Some(Event::SmsSend), &own);
        assert_eq!(sms.members()["status"], "DELIVRD");
        assert_eq!(sms.members()["batch"], "own");
        assert!(!sms.members().contains_key("mine"));
        assert_eq!(*sample_values(None, &own).members(), *json!({"mine": "own"}).as_object().unwrap());
    }
}
