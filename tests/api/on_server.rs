//! `ringback serve` on a PostgreSQL server: the main flows, and a server that is stopped.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::serving::{Response, Serving, until};
use crate::support::cli::{On, Place, Running, address, ran};
use crate::support::postgres::{Cluster, Database, QUICK, binaries, cluster};
use crate::support::recorder::{Recorder, event, events};

const EVENTS: &str = "/v1/shop/callback/events";
const DELIVERIES: &str = "/v1/shop/callback/deliveries";

/// A database with the schema, and a program on it.
pub struct OnServer {
    pub place: Place,
    pub database: Database,
}

impl OnServer {
    pub fn new(cluster: &'static Cluster) -> Self {
        let on = Self { place: Place::new(), database: cluster.database("template0") };
        on.run(&["doctor", "--migrate"]);
        on
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", self.database.url()).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
        command
    }

    /// What a command prints that must succeed.
    pub fn run(&self, args: &[&str]) -> String {
        let ran = ran(self.command(args));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out.trim().to_owned()
    }

    pub fn apply(&self, document: &Value) -> String {
        let file = self.place.file("profile.json", &document.to_string());
        self.run(&["profiles", "apply", &file])
    }

    pub fn serve(&self, args: &[&str]) -> Serving {
        let program = Running::start(self.command(&[&["serve", "--listen", "0"], args].concat()));
        let addr = address(&program.line(On::Out, "listening on http://"));
        Serving { program, addr }
    }
}

fn request(serving: &Serving, method: &str, path: &str, key: &str, body: &str) -> Response {
    let kind = if body.lines().count() > 1 { "application/x-ndjson" } else { "application/json" };
    serving.request(method, path, &[("api-key", key), ("content-type", kind)], body.to_owned())
}

#[test]
fn the_main_flows_work_on_a_server_as_on_a_file() {
    let Some(cluster) = cluster() else { return };
    let (on, endpoint) =
        (OnServer::new(cluster), Recorder::start(Duration::ZERO, |_, n| if n > 1 { 200 } else { 500 }));
    let refused = ran(on.command(&["serve", "--listen", "0"]));
    assert_eq!(refused.code, Some(2), "no key can be used: {refused:?}");
    let key = on.run(&["keys", "create", "shop", "--scope", "manage"]);
    let serving = on.serve(&[]);
    assert_eq!(serving.get(DELIVERIES).status, 401);
    // A profile is made, changed and read.
    let document = endpoint.profile(0).to_string();
    let made = request(&serving, "POST", "/v1/shop/callback/profiles", &key, &document);
    assert_eq!(made.status, 201, "{made:?}");
    let profile = made.json()["data"]["profile_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/shop/callback/profiles/{profile}");
    assert_eq!(request(&serving, "PATCH", &path, &key, "{\"title\": \"Orders\"}").status, 200);
    assert_eq!(request(&serving, "GET", &path, &key, "").json()["data"]["title"], "Orders");
    // An event is accepted once for its key, and as its own.
    let keyed = [("api-key", &*key), ("content-type", "application/json"), ("idempotency-key", "order-7")];
    let first = serving.request("POST", EVENTS, &keyed, event(&profile, "a"));
    assert_eq!(first.status, 202, "{first:?}");
    assert_eq!(serving.request("POST", EVENTS, &keyed, event(&profile, "a")).text, first.text);
    assert_eq!(serving.request("POST", EVENTS, &keyed, event(&profile, "b")).status, 409);
    assert_eq!(request(&serving, "POST", EVENTS, &key, &events(&profile, "n", 30)).status, 202);
    // They fail, are listed page by page, and are retried together.
    let failed = format!("{DELIVERIES}?state=failed&status=5xx&limit=20");
    let all = || request(&serving, "GET", &format!("{DELIVERIES}?state=failed&limit=100"), &key, "");
    let count = |response: &Response| response.json()["data"]["deliveries"].as_array().unwrap().len();
    until("31 fail", all, |response| count(response) == 31);
    let page = request(&serving, "GET", &failed, &key, "").json();
    assert_eq!(page["data"]["deliveries"].as_array().unwrap().len(), 20, "{page}");
    let cursor = page["data"]["next_cursor"].as_str().unwrap();
    let rest = request(&serving, "GET", &format!("{failed}&cursor={cursor}"), &key, "");
    assert_eq!(count(&rest), 11);
    let id = first.json()["data"]["accepted"][0]["delivery_id"].as_str().unwrap().to_owned();
    let shown = request(&serving, "GET", &format!("{DELIVERIES}/{id}"), &key, "").json();
    assert_eq!(shown["data"]["attempts"][0]["status"], 500, "{shown}");
    let bulk = "{\"action\": \"retry\", \"filter\": {\"state\": \"failed\"}}";
    let retried = request(&serving, "POST", &format!("{DELIVERIES}/bulk"), &key, bulk);
    assert_eq!(retried.json()["data"]["resent"], 31, "{retried:?}");
    endpoint.wait("all again", |book| book.len() == 62);
    // A limited key sees its profiles only, and a revoked one nothing.
    let other = on.apply(&json!({"title": "Other", "channel": "sms", "url": "https://hooks.example/cb"}));
    let limited = on.run(&["keys", "create", "limited", "--scope", "read", "--profile", &other]);
    assert_eq!(count(&request(&serving, "GET", DELIVERIES, &limited, "")), 0);
    assert_eq!(request(&serving, "GET", &path, &limited, "").status, 404);
    on.run(&["keys", "revoke", "limited"]);
    until("it is revoked", || request(&serving, "GET", DELIVERIES, &limited, ""), |r| r.status == 401);
    assert_eq!(serving.get("/readyz").status, 200);
}

#[test]
fn a_server_that_is_stopped_is_a_503_and_nothing_is_half_accepted() {
    if cluster().is_none() {
        return;
    }
    let Some(bin) = binaries() else { return };
    let server: &'static Cluster = Box::leak(Box::new(Cluster::start(&bin, &QUICK)));
    let (on, endpoint) = (OnServer::new(server), Recorder::taking());
    let profile = on.apply(&endpoint.profile(0));
    let serving = on.serve(&["--insecure-no-auth"]);
    let post = |body: String| request(&serving, "POST", EVENTS, "", &body);
    assert_eq!(post(event(&profile, "before")).status, 202);
    let mut stream = crate::stream::client::Stream::open(
        &serving.addr,
        "/v1/shop/callback/stream?event=accepted",
        &[("last-event-id", "0")],
    );
    assert_eq!(stream.next().unwrap().name, "accepted");
    server.stop();
    let body = format!("[{},{}]", event(&profile, "one").trim(), event(&profile, "two").trim());
    let refused = post(body.clone());
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("RBK503")), "{refused:?}");
    let why = refused.json()["error"][0]["params"].as_str().unwrap().to_owned();
    assert!(why.contains("the database") && !why.contains("postgres://"), "{why}");
    assert!(!refused.header("retry-after").is_empty(), "{refused:?}");
    for path in [DELIVERIES, "/v1/shop/callback/stream", "/readyz"] {
        assert_eq!(serving.get(path).status, 503, "{path}");
    }
    assert_eq!(serving.get("/healthz").status, 200);
    server.start_again();
    until("it recovers", || post(body.clone()), |response| response.status == 202);
    until("it is ready", || serving.get("/readyz"), |response| response.status == 200);
    endpoint.wait("three events", |book| book.len() >= 3);
    let count = on.database.sql("SELECT count(*) FROM ringback.delivery");
    assert_eq!(count, "3", "what was refused was not accepted");
    // An open stream continues.
    for _ in 0..2 {
        assert_eq!(stream.next().unwrap().name, "accepted");
    }
}
