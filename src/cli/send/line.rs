//! One line of NDJSON: an event and its profile (facts, section 6).

use serde_json::{Map, Value};

use crate::json;
use crate::profile::{Choice as _, Event, ProfileId};

/// A valid line. Whether the profile exists and accepts the event is checked later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// The profile.
    pub profile_id: ProfileId,
    /// The event, if the line names it.
    pub event: Option<Event>,
    /// The values, with their numbers as written.
    pub data: Map<String, Value>,
}

/// Parses a line.
///
/// # Errors
/// Why it is not an event, as a complete sentence.
pub fn read(line: &[u8]) -> Result<EventLine, String> {
    let text = std::str::from_utf8(line).map_err(|error| format!("it is not UTF-8 ({error})"))?;
    let json = json::read(text).map_err(|error| error.on_one_line().to_string())?;
    let Value::Object(mut members) = json else {
        return Err("must be an object: {\"callback_profile_id\": …, \"event\": …, \"data\": {…}}".to_owned());
    };
    let profile_id = match members.remove("callback_profile_id") {
        Some(Value::String(text)) => ProfileId::parse(&text).map_err(|error| error.to_string())?,
        Some(_) => return Err("callback_profile_id must be a string".to_owned()),
        None => return Err("callback_profile_id is missing".to_owned()),
    };
    let event = match members.remove("event") {
        Some(Value::String(name)) => Some(
            Event::from_name(&name)
                .ok_or_else(|| format!("unknown event '{name}'; events: {}", Event::names()))?,
        ),
        None | Some(Value::Null) => None,
        Some(_) => return Err("event must be a string".to_owned()),
    };
    let data = match members.remove("data") {
        Some(Value::Object(data)) => data,
        Some(_) => return Err("data must be an object of variables and their values".to_owned()),
        None => return Err("data is missing".to_owned()),
    };
    match members.keys().next() {
        Some(name) => Err(format!("unknown field '{name}'; known fields: callback_profile_id, event, data")),
        None => Ok(EventLine { profile_id, event, data }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";

    fn with(rest: &str) -> Result<EventLine, String> {
        read(format!(r#"{{"callback_profile_id":"{ID}"{rest}}}"#).as_bytes())
    }

    #[test]
    fn an_event_keeps_the_text_of_its_numbers() {
        let line = with(r#","event":"SMS-send","data":{"id":"7","price":0.120,"n":1e400}"#).unwrap();
        assert_eq!((line.profile_id.as_str(), line.event), (ID, Some(Event::SmsSend)));
        assert_eq!(Value::from(line.data).to_string(), r#"{"id":"7","price":0.120,"n":1e400}"#);
        assert_eq!(with(r#","data":{}"#).unwrap().event, None);
        assert_eq!(with(r#","event":null,"data":{}"#).unwrap().event, None);
    }

    #[test]
    fn each_invalid_line_has_its_reason() {
        for (line, why) in [
            ("", "invalid JSON: it is empty"),
            ("{\"callback_profile_id\":", "invalid JSON at column 24: a value is missing"),
            ("{\"data\": {\"a\": 1, \"a\": 2}}", "column 19: repeated name \"a\", first at column 11"),
            ("[1]", "must be an object"),
            ("{}", "callback_profile_id is missing"),
            ("{\"callback_profile_id\": 7}", "must be a string"),
            ("{\"callback_profile_id\": \"Orders\"}", "'Orders' is not a callback profile id"),
        ] {
            let reported = read(line.as_bytes()).unwrap_err();
            assert!(reported.contains(why), "{line}: {reported}");
        }
        for (rest, why) in [
            ("", "data is missing"),
            (r#","data":[]"#, "data must be an object"),
            (r#","data":null"#, "data must be an object"),
            (r#","event":"sms","data":{}"#, "unknown event 'sms'; events: Voice, sms-send"),
            (r#","event":7,"data":{}"#, "event must be a string"),
            (r#","data":{},"evnt":"x""#, "unknown field 'evnt'"),
        ] {
            let reported = with(rest).unwrap_err();
            assert!(reported.contains(why), "{rest}: {reported}");
        }
        assert!(read(b"{\"\xFF\":1}").unwrap_err().contains("not UTF-8"));
    }
}
