//! What the platform's own API returns for a profile, in addition to what [`Document`](super::Document) reads.

use serde_json::{Map, Value};

use super::body_type;
use super::spelling::{self, is_empty};

/// Members that the platform has and Ringback does not (public page).
const BODY_TYPE: &str = "body_type";
const RESPONSE_MESSAGE: &str = "response_message";

/// The members of a profile.
const MEMBERS: [&str; 25] = [
    "profile_id",
    "title",
    "channel",
    "events",
    "http_method",
    "url",
    "body",
    "headers",
    "enc",
    "status",
    "created_at",
    "modified_at",
    "data_format",
    "auth",
    "retry",
    "signing_secret",
    "signing_secrets",
    "tls",
    "http2",
    "expires_after_s",
    "max_in_flight",
    "rate_limit",
    "ordered",
    "auto_enable",
    "literal_braces",
];

/// What [`set_aside`] took out of a profile.
#[derive(Debug, Default)]
pub(super) struct SetAside {
    /// The members that Ringback cannot carry; those without a value are not named, for nothing is lost.
    pub unused: Vec<String>,
    /// What the platform calls the body, if Ringback has such a kind.
    pub body_type: Option<String>,
}

/// Removes the members that Ringback does not use from a profile. In a response of the platform these are all unknown
/// ones, and the others are written as Ringback writes them; anywhere else an unknown member is an error.
pub(super) fn set_aside(profile: &mut Value, from_platform: bool) -> SetAside {
    let mut aside = SetAside::default();
    let Value::Object(members) = profile else { return aside };
    let is_unused = |name: &&String| {
        [BODY_TYPE, RESPONSE_MESSAGE].contains(&name.as_str())
            || (from_platform && !MEMBERS.contains(&name.as_str()))
    };
    let names: Vec<String> = members.keys().filter(is_unused).cloned().collect();
    for name in names {
        match members.shift_remove(&name) {
            Some(Value::String(kind)) if name == BODY_TYPE && body_type::is_known(&kind) => {
                aside.body_type = Some(kind);
            }
            Some(value) if !is_empty(&value) => aside.unused.push(name),
            _ => {}
        }
    }
    if from_platform {
        aside.unused.extend(spelling::ours(members));
    }
    aside
}

/// A response of the platform's API, parsed.
#[derive(Debug, PartialEq)]
pub struct Response {
    /// The profiles, each with its path, such as `data[1]`.
    pub profiles: Vec<(String, Value)>,
    /// How many profiles there are, if the response says so: more than it contains if it is one page of several.
    pub total: Option<u64>,
    /// The members around them that have a value and are not used.
    pub unused: Vec<String>,
}

/// The members of every response: they say how the request went.
const ENVELOPE: [&str; 5] = ["code", "message", "data", "error", "status"];

/// The members of a page.
const PAGE: [&str; 4] = ["total", "limit", "offset", "limited_by_key"];

/// Parses `{"code": …, "message": …, "data": …}`; `None` if the value is not such a response. `data` is a profile, a
/// list of them, or an object with such a list.
///
/// # Errors
/// The response says that there is no profile, or contains none.
pub fn response(value: &Value) -> Result<Option<Response>, String> {
    let Some(members) = value.as_object().filter(|members| is_response(members)) else { return Ok(None) };
    let used = |name: &str| ENVELOPE.contains(&name) || PAGE.contains(&name);
    let beyond = |members: &Map<String, Value>| -> Vec<String> {
        let beyond = members.iter().filter(|(name, value)| !used(name) && !is_empty(value));
        beyond.map(|(name, _)| name.clone()).collect()
    };
    let mut unused = beyond(members);
    let total = |members: &Map<String, Value>| members.get("total").and_then(Value::as_u64);
    let listed = |place: &str, list: &[Value]| {
        list.iter().enumerate().map(|(at, profile)| (format!("{place}[{at}]"), profile.clone())).collect()
    };
    let mut all = total(members);
    let profiles = match members.get("data") {
        Some(Value::Array(list)) => listed("data", list),
        Some(Value::Object(data)) if is_profile(data) => {
            vec![("data".to_owned(), Value::Object(data.clone()))]
        }
        Some(Value::Object(data)) => {
            let list = data.iter().find_map(|(name, value)| Some((name, value.as_array()?)));
            let (name, list) = list.ok_or_else(|| no_profile(members))?;
            let others = beyond(data).into_iter().filter(|other| other != name);
            unused.extend(others.map(|other| format!("data.{other}")));
            all = total(data).or(all);
            listed(&format!("data.{name}"), list)
        }
        _ => return Err(no_profile(members)),
    };
    Ok(Some(Response { profiles, total: all, unused }))
}

fn is_response(members: &Map<String, Value>) -> bool {
    members.contains_key("data") && (members.contains_key("code") || members.contains_key("message"))
}

fn is_profile(members: &Map<String, Value>) -> bool {
    ["title", "profile_id", "url"].iter().any(|name| members.contains_key(*name))
}

/// Such as `the response holds no profile: RBC302 No profile exists with this id`.
fn no_profile(members: &Map<String, Value>) -> String {
    let text = ["code", "message"].iter().filter_map(|name| members.get(*name)?.as_str());
    format!("the response holds no profile: {}", text.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::document::Document;
    use serde_json::json;

    /// The platform's response for one profile (public page).
    fn profile() -> Value {
        json!({"profile_id": "NA_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "Order SMS", "channel": "sms",
               "events": ["sms-send"], "http_method": "POST", "url": "https://x.example/cb",
               "body": "{\"id\": \"<id>\"}", "body_type": "json", "headers": "{}", "response_message": "",
               "enc": null, "status": 1, "created_at": "2025-04-17T13:05:20Z", "modified_at": null})
    }

    fn places(value: &Value) -> Vec<String> {
        response(value).unwrap().unwrap().profiles.into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn every_shape_of_a_response() {
        let message = "Profile fetched successfully";
        let one =
            json!({"code": "RBC024", "message": message, "data": profile(), "error": {}, "status": 200});
        assert_eq!(places(&one), ["data"]);
        assert_eq!(response(&one).unwrap().unwrap().unused, [""; 0]);
        let list = json!({"code": "RBC024", "message": message, "data": [profile(), profile()]});
        assert_eq!(places(&list), ["data[0]", "data[1]"]);
        let inside = json!({"code": "RBC024", "took_ms": 3, "data": {"total": 30, "limit": 1, "offset": 0,
            "profiles": [profile()], "next": "/page/2", "links": {}}});
        assert_eq!(places(&inside), ["data.profiles[0]"]);
        let inside = response(&inside).unwrap().unwrap();
        assert_eq!(
            (inside.unused, inside.total),
            (vec!["took_ms".to_owned(), "data.next".to_owned()], Some(30))
        );
        assert_eq!(response(&profile()), Ok(None));
        let missing = json!({"code": "RBC302", "message": "No profile exists with this id", "data": {}});
        let text = response(&missing).unwrap_err();
        assert_eq!(text, "the response holds no profile: RBC302 No profile exists with this id");
    }

    /// What is not used, and what is changed.
    fn imported(profile: Value) -> (Vec<String>, Vec<String>, Document) {
        let document = Document::import_from_platform(profile, &|_| false).unwrap();
        let changed = document.changed.iter().map(ToString::to_string).collect();
        (document.unused.clone(), changed, document)
    }

    #[test]
    fn the_platforms_profile_is_accepted() {
        let document = Document::import(profile(), &|_| false).unwrap();
        assert_eq!((document.unused.len(), document.changed.len()), (0, 0), "nothing of it is lost");
        assert_eq!(document.id.unwrap().as_str(), "NA_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa");
        let mut more = profile();
        more["company_id"] = json!(7);
        more["owner"] = Value::Null;
        more["response_message"] = json!("Thank you");
        assert!(Document::import(more.clone(), &|_| false).unwrap_err().to_string().contains("company_id"));
        let (unused, changed, _) = imported(more);
        assert_eq!((unused, changed), (vec!["response_message".to_owned(), "company_id".to_owned()], vec![]));
    }

    #[test]
    fn a_body_of_another_kind_than_the_platform_says_is_reported() {
        let changed = |kind: &str, body: &str| {
            let mut profile = profile();
            (profile["body_type"], profile["body"]) = (json!(kind), json!(body));
            let (unused, changed, _) = imported(profile);
            (unused.join(" "), changed.join(" "))
        };
        let silent = (String::new(), String::new());
        for (kind, body) in
            [("JSON", "{\"id\":\"<id>\"}"), ("text", "a=<id>"), ("xml", "<dlr><id></id></dlr>"), ("html", "")]
        {
            assert_eq!(changed(kind, body), silent, "{kind} {body}");
        }
        let message = "body: body_type is xml, but the body is json and is sent so".to_owned();
        assert_eq!(changed("xml", "{}"), (String::new(), message));
        assert_eq!(changed("protobuf", "{}"), ("body_type".to_owned(), String::new()));
    }

    #[test]
    fn the_listed_members_are_those_that_are_read() {
        let error = Document::read(json!({"no such": 1})).unwrap_err().to_string();
        for name in MEMBERS {
            assert!(error.contains(&format!("`{name}`")), "{name}: {error}");
        }
        assert_eq!(error.matches('`').count() / 2, MEMBERS.len() + 1, "{error}");
    }
}
