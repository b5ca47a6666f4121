//! One event with its profile, as a line of NDJSON or as JSON.

use serde_json::{Map, Value};

use crate::json;
use crate::profile::{Choice as _, Event, ProfileId};
use crate::record::EventId;

/// A valid event. Whether the profile exists and accepts the event is checked later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// The profile.
    pub profile_id: ProfileId,
    /// The event, if it is named.
    pub event: Option<Event>,
    /// The caller's id of the event, so that a repeated one is accepted once.
    pub event_id: Option<EventId>,
    /// The values, with their numbers as written.
    pub data: Map<String, Value>,
}

impl EventLine {
    /// The fields of an event; others are an error.
    const FIELDS: &str = "callback_profile_id, event, event_id, data";

    /// Parses a line.
    ///
    /// # Errors
    /// Why it is not an event, as a complete sentence.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|error| format!("it is not UTF-8 ({error})"))?;
        Self::from_json(json::read(text).map_err(|error| error.on_one_line().to_string())?)
    }

    /// The event in a JSON value that [`json::read`] has parsed: with the text of its numbers, and no name twice.
    ///
    /// # Errors
    /// As [`EventLine::parse`].
    pub fn from_json(json: Value) -> Result<Self, String> {
        let Value::Object(members) = json else {
            return Err(
                "must be an object: {\"callback_profile_id\": …, \"event\": …, \"data\": {…}}".to_owned()
            );
        };
        // In the order given: looking each up by its name would cost more than all else here.
        let (mut profile_id, mut event, mut event_id, mut data, mut unknown) = (None, None, None, None, None);
        for (name, value) in members {
            match &*name {
                "callback_profile_id" => profile_id = Some(value),
                "event" => event = Some(value),
                "event_id" => event_id = Some(value),
                "data" => data = Some(value),
                _ => unknown = unknown.or(Some(name)),
            }
        }
        let profile_id = match profile_id {
            Some(Value::String(text)) => ProfileId::parse(&text).map_err(|error| error.to_string())?,
            Some(_) => return Err("callback_profile_id must be a string".to_owned()),
            None => return Err("callback_profile_id is missing".to_owned()),
        };
        let event = match event {
            Some(Value::String(name)) => Some(
                Event::from_name(&name)
                    .ok_or_else(|| format!("unknown event '{name}'; events: {}", Event::names()))?,
            ),
            None | Some(Value::Null) => None,
            Some(_) => return Err("event must be a string".to_owned()),
        };
        let event_id = match event_id {
            Some(Value::String(text)) => Some(EventId::parse(text).map_err(|error| error.to_string())?),
            None | Some(Value::Null) => None,
            Some(_) => return Err("event_id must be a string".to_owned()),
        };
        let data = match data {
            Some(Value::Object(data)) => data,
            Some(_) => return Err("data must be an object of variables and their values".to_owned()),
            None => return Err("data is missing".to_owned()),
        };
        match unknown {
            Some(name) => Err(format!("unknown field '{name}'; known fields: {}", Self::FIELDS)),
            None => Ok(Self { profile_id, event, event_id, data }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";

    fn with(rest: &str) -> Result<EventLine, String> {
        EventLine::parse(format!(r#"{{"callback_profile_id":"{ID}"{rest}}}"#).as_bytes())
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
    fn an_event_may_have_an_id() {
        let id = |rest| with(rest).unwrap().event_id.map(|id| id.to_string());
        assert_eq!(id(r#","data":{},"event_id":"order 7""#).as_deref(), Some("order 7"));
        assert_eq!(id(r#","data":{},"event_id":null"#), None);
        assert_eq!(id(r#","data":{}"#), None);
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
            let reported = EventLine::parse(line.as_bytes()).unwrap_err();
            assert!(reported.contains(why), "{line}: {reported}");
        }
        for (rest, why) in [
            ("", "data is missing"),
            (r#","data":[]"#, "data must be an object"),
            (r#","data":null"#, "data must be an object"),
            (r#","event":"sms","data":{}"#, "unknown event 'sms'; events: Voice, sms-send"),
            (r#","event":7,"data":{}"#, "event must be a string"),
            (
                r#","data":{},"evnt":"x""#,
                "unknown field 'evnt'; known fields: callback_profile_id, event, event_id",
            ),
            (r#","data":{},"event_id":7"#, "event_id must be a string"),
            (r#","data":{},"event_id":"""#, "event_id is empty"),
            (r#","data":{},"event_id":"a\nb""#, "event_id has a control character"),
        ] {
            let reported = with(rest).unwrap_err();
            assert!(reported.contains(why), "{rest}: {reported}");
        }
        assert!(EventLine::parse(b"{\"\xFF\":1}").unwrap_err().contains("not UTF-8"));
    }
}
