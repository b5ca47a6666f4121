//! What the platform's own API returns for a profile, in addition to what [`Document`](super::Document) reads.

use serde_json::{Map, Value};

/// Members that the platform has and Ringback does not use (public page).
const UNUSED: [&str; 2] = ["body_type", "response_message"];

/// The members of a profile.
const MEMBERS: [&str; 24] = [
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
    "literal_braces",
];

/// Removes the members that Ringback does not use from a profile, and returns their names. In a response of the
/// platform these are all unknown ones; anywhere else an unknown member is an error.
pub(super) fn set_aside(profile: &mut Value, from_platform: bool) -> Vec<String> {
    let Value::Object(members) = profile else { return Vec::new() };
    let unused = |name: &&String| {
        UNUSED.contains(&name.as_str()) || (from_platform && !MEMBERS.contains(&name.as_str()))
    };
    let names: Vec<String> = members.keys().filter(unused).cloned().collect();
    for name in &names {
        members.shift_remove(name);
    }
    names
}

/// A response of the platform's API, parsed.
#[derive(Debug, PartialEq)]
pub struct Response {
    /// The profiles, each with its path, such as `data[1]`.
    pub profiles: Vec<(String, Value)>,
    /// The members around them.
    pub unused: Vec<String>,
}

/// Parses `{"code": …, "message": …, "data": …}`; `None` if the value is not such a response. `data` is a profile, a
/// list of them, or an object with such a list.
///
/// # Errors
/// The response says that there is no profile, or contains none.
pub fn response(value: &Value) -> Result<Option<Response>, String> {
    let Some(members) = value.as_object().filter(|members| is_response(members)) else { return Ok(None) };
    let mut unused: Vec<String> = members.keys().filter(|name| *name != "data").cloned().collect();
    let listed = |place: &str, list: &[Value]| {
        list.iter().enumerate().map(|(at, profile)| (format!("{place}[{at}]"), profile.clone())).collect()
    };
    let profiles = match members.get("data") {
        Some(Value::Array(list)) => listed("data", list),
        Some(Value::Object(data)) if is_profile(data) => {
            vec![("data".to_owned(), Value::Object(data.clone()))]
        }
        Some(Value::Object(data)) => {
            let list = data.iter().find_map(|(name, value)| Some((name, value.as_array()?)));
            let (name, list) = list.ok_or_else(|| no_profile(members))?;
            unused.extend(data.keys().filter(|other| *other != name).map(|other| format!("data.{other}")));
            listed(&format!("data.{name}"), list)
        }
        _ => return Err(no_profile(members)),
    };
    Ok(Some(Response { profiles, unused }))
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
        assert_eq!(response(&one).unwrap().unwrap().unused, ["code", "message", "error", "status"]);
        let list = json!({"code": "RBC024", "message": message, "data": [profile(), profile()]});
        assert_eq!(places(&list), ["data[0]", "data[1]"]);
        let inside = json!({"code": "RBC024", "data": {"total": 1, "profiles": [profile()]}});
        assert_eq!(places(&inside), ["data.profiles[0]"]);
        assert_eq!(response(&inside).unwrap().unwrap().unused, ["code", "data.total"]);
        assert_eq!(response(&profile()), Ok(None));
        let missing = json!({"code": "RBC302", "message": "No profile exists with this id", "data": {}});
        let text = response(&missing).unwrap_err();
        assert_eq!(text, "the response holds no profile: RBC302 No profile exists with this id");
    }

    #[test]
    fn the_platforms_profile_is_accepted() {
        let document = Document::import(profile(), &|_| false).unwrap();
        assert_eq!(document.unused, ["body_type", "response_message"]);
        assert_eq!(document.id.unwrap().as_str(), "NA_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa");
        let mut more = profile();
        more["company_id"] = json!(7);
        assert!(Document::import(more.clone(), &|_| false).unwrap_err().to_string().contains("company_id"));
        let unused = Document::import_from_platform(more, &|_| false).unwrap().unused;
        assert_eq!(unused, ["body_type", "response_message", "company_id"]);
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
