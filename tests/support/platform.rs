//! The platform's callback-profile API, as far as its public pages describe it: the envelope, the codes, pages of 25,
//! headers as text, `modified_at` that may be null, `profileId` after a deletion. A test decides what goes wrong.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, Uri};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

/// The path of the profiles of the account.
pub const PROFILES: &str = "/v1/HX1/callback/profiles";
/// The account's key.
pub const KEY: &str = "k3y-of-the-account";

/// The members that the platform knows.
const MEMBERS: [&str; 10] =
    ["title", "channel", "events", "http_method", "url", "body", "body_type", "headers", "enc", "status"];

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: HashMap<String, String>,
    pub headers: HeaderMap,
    pub body: Value,
}

/// A response that a test wants instead of the right one.
pub struct Wrong {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// Whether the request is carried out nevertheless.
    pub carried_out: bool,
    /// How long it takes; `Duration::MAX` is for ever.
    pub after: Duration,
}

impl Wrong {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), carried_out: false, after: Duration::ZERO }
    }
}

/// Is called before each request with it, its number from 1, and the profiles, which it may change.
type Meddle = Box<dyn FnMut(&Asked, usize, &mut Vec<Value>) -> Option<Wrong> + Send>;

pub struct State {
    /// In the order of their creation.
    pub profiles: Vec<Value>,
    pub asked: Vec<Asked>,
    /// The most profiles of a page, whatever is asked for.
    pub most: usize,
    meddle: Meddle,
}

/// A running server, until it is dropped.
pub struct Platform {
    pub addr: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Platform {
    /// A server whose account has these profiles.
    pub fn start(profiles: Vec<Value>) -> Self {
        let meddle: Meddle = Box::new(|_, _, _| None);
        let state = Arc::new(Mutex::new(State { profiles, asked: Vec::new(), most: 25, meddle }));
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                    let (after, response) = respond(&shared, &method, &uri, headers, &body);
                    async move {
                        tokio::time::sleep(after).await;
                        response
                    }
                };
                let app = axum::Router::new().fallback(handler);
                tokio::select! {
                    served = async { axum::serve(listener, app).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        let addr = told.recv().unwrap();
        Self { addr, state, stop: Some(stop), thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Meddles with each request from now on; they are counted anew.
    pub fn meddle(
        &self,
        meddle: impl FnMut(&Asked, usize, &mut Vec<Value>) -> Option<Wrong> + Send + 'static,
    ) {
        let mut state = self.state();
        state.meddle = Box::new(meddle);
        state.asked.clear();
    }

    /// The methods and paths of the requests so far, below the path of the profiles.
    pub fn requests(&self) -> Vec<String> {
        let short = |asked: &Asked| {
            let id = asked.path.strip_prefix(PROFILES).unwrap_or(&asked.path);
            format!("{}{}{id}", asked.method, if id.is_empty() { "" } else { " " })
        };
        self.state().asked.iter().map(short).collect()
    }

    /// Changes a member of a profile, as somebody on the platform's page does.
    pub fn change(&self, id: &str, member: &str, value: Value) {
        let mut state = self.state();
        let profile = state.profiles.iter_mut().find(|profile| profile["profile_id"] == id).unwrap();
        profile[member] = value;
        profile["modified_at"] = json!("2025-05-01T10:00:00Z");
    }

    /// A profile.
    pub fn profile(&self, id: &str) -> Value {
        let state = self.state();
        let found = state.profiles.iter().find(|profile| profile["profile_id"] == id);
        found.cloned().unwrap_or(Value::Null)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A profile as the API returns it, with these members in place of the usual ones.
pub fn platform_profile(n: u32, members: Value) -> Value {
    let mut profile = json!({
        "profile_id": platform_id(n), "title": format!("Profile {n}"), "channel": "sms",
        "events": ["sms-send"], "http_method": "POST", "url": format!("https://hooks.example/{n}"),
        "body": "{\"id\": \"<id>\"}", "body_type": "json", "headers": "{}", "response_message": "",
        "enc": null, "status": 1, "created_at": "2025-04-17T13:05:20Z", "modified_at": null,
    });
    let Value::Object(members) = members else { panic!("an object") };
    members.into_iter().for_each(|(name, value)| profile[name] = value);
    profile
}

pub fn platform_id(n: u32) -> String {
    format!("IN_00000000-0000-4000-8000-{n:012}")
}

fn envelope(code: &str, message: &str, data: impl serde::Serialize) -> Value {
    json!({"code": code, "message": message, "data": data})
}

fn failure(status: u16, code: &str, message: &str, params: &str) -> (u16, Value) {
    let error = json!([{ "params": params }]);
    (status, json!({"code": code, "message": message, "data": {}, "error": error, "status": status}))
}

fn respond(
    state: &Mutex<State>,
    method: &Method,
    uri: &Uri,
    headers: HeaderMap,
    body: &Bytes,
) -> (Duration, Response<Body>) {
    let query =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query,
        headers,
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
    };
    let mut state = state.lock().unwrap();
    state.asked.push(asked.clone());
    let State { profiles, asked: all, most, meddle } = &mut *state;
    let wrong = meddle(&asked, all.len(), profiles);
    let right = match &wrong {
        Some(wrong) if !wrong.carried_out => None,
        _ => Some(carry_out(profiles, *most, &asked)),
    };
    let (after, status, headers, body) = match (wrong, right) {
        (Some(Wrong { status: 0, after, .. }), Some((status, body))) => {
            (after, status, Vec::new(), body.to_string())
        }
        (Some(wrong), _) => (wrong.after, wrong.status, wrong.headers, wrong.body),
        (None, Some((status, body))) => (Duration::ZERO, status, Vec::new(), body.to_string()),
        (None, None) => unreachable!("it is right or wrong"),
    };
    let status = if status == 0 { 200 } else { status };
    let response = headers
        .iter()
        .fold(Response::builder().status(status), |response, (name, value)| response.header(*name, value));
    (after, response.header("content-type", "application/json").body(Body::from(body)).unwrap())
}

fn carry_out(profiles: &mut Vec<Value>, most: usize, asked: &Asked) -> (u16, Value) {
    if asked.headers.get("api-key").is_none_or(|key| key != KEY) {
        return failure(401, "RBC401", "Unauthorized", "The api-key is not valid");
    }
    let Some(rest) = asked.path.strip_prefix(PROFILES) else {
        return failure(404, "RBC404", "Not found", "No such path");
    };
    let id = rest.strip_prefix('/').unwrap_or_default();
    let at = profiles.iter().position(|profile| profile["profile_id"] == id);
    match (asked.method.as_str(), id.is_empty(), at) {
        ("GET", true, _) => {
            let number =
                |name: &str, usual: usize| asked.query.get(name).map_or(usual, |text| text.parse().unwrap());
            let limit = number("limit", 25).min(most);
            let page: Vec<Value> = profiles.iter().skip(number("offset", 0)).take(limit).cloned().collect();
            (200, envelope("RBC024", "Profiles fetched successfully", json!(page)))
        }
        ("POST", true, _) => match checked(&asked.body) {
            Ok(members) if ["title", "channel", "url"].iter().all(|name| members.contains_key(*name)) => {
                let n = u32::try_from(profiles.len()).unwrap() + 7000;
                let mut profile = platform_profile(n, Value::Object(members.clone()));
                for absent in ["body", "headers", "enc", "events"] {
                    if !members.contains_key(absent) {
                        profile[absent] = json!({"body": "", "headers": "{}", "events": []})[absent].clone();
                    }
                }
                profiles.push(profile.clone());
                (200, envelope("RBC024", "Profile created successfully", profile))
            }
            Ok(_) => failure(400, "RBC300", "Invalid request", "title, channel and url are required"),
            Err(why) => failure(400, "RBC300", "Invalid request", &why),
        },
        (_, false, None) => failure(
            404,
            "RBC302",
            "No profile exists with this id",
            &format!("No profile exists with id: {id}"),
        ),
        ("GET", false, Some(at)) => {
            (200, envelope("RBC024", "Profile fetched successfully", profiles[at].clone()))
        }
        ("PATCH", false, Some(at)) => match checked(&asked.body) {
            Ok(members) => {
                members.into_iter().for_each(|(name, value)| profiles[at][name] = value);
                profiles[at]["modified_at"] = json!("2025-06-01T10:00:00Z");
                (200, envelope("RBC024", "Profile updated successfully", profiles[at].clone()))
            }
            Err(why) => failure(400, "RBC300", "Invalid request", &why),
        },
        ("DELETE", false, Some(at)) => {
            profiles.remove(at);
            let mut deleted = envelope("RBC024", "Profile deleted successfully", json!({ "profileId": id }));
            deleted["error"] = json!({});
            deleted["status"] = json!(200);
            (200, deleted)
        }
        _ => failure(405, "RBC405", "Method not allowed", &asked.method),
    }
}

/// The members of a request, if they are the platform's and in its form.
fn checked(body: &Value) -> Result<Map<String, Value>, String> {
    let members = body.as_object().ok_or("the body must be an object")?;
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(format!("{unknown} is unknown"));
    }
    let is_text = members.get("headers").is_none_or(Value::is_string);
    if is_text { Ok(members.clone()) } else { Err("headers must be a string".to_owned()) }
}
