//! A disk that is full: a limit on the size of files, which the program cannot tell from one.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::serving::{Serving, until};
use crate::support::cli::{On, Place, Running, address};
use crate::support::needs;
use crate::support::recorder::{Recorder, event, events};

const EVENTS: &str = "/v1/shop/callback/events";

/// Limits the size of files that a running program may write.
fn limit(program: &Running, size: &str) {
    let mut command = Command::new("prlimit");
    command.args(["--pid", &program.pid().to_string(), &format!("--fsize={size}:unlimited")]);
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
}

#[test]
fn a_full_disk_is_a_503_nothing_is_half_accepted_and_it_recovers() {
    if needs::program("prlimit").is_none() {
        return;
    }
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    // Nothing is sent meanwhile: what is accepted can be counted.
    assert_eq!(place.run(&["deliveries", "pause", &profile]).code, Some(0));
    let serve = place.command(&["serve", "--listen", "0", "--insecure-no-auth"]);
    // The signal that comes with the limit would end the program.
    let mut ignoring = Command::new("sh");
    ignoring.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => ignoring.env(name, value),
            None => ignoring.env_remove(name),
        };
    }
    let program = Running::start(ignoring);
    let addr = address(&program.line(On::Out, "listening on http://"));
    let serving = Serving { program, addr };
    let post = |body: String, kind: &str| serving.request("POST", EVENTS, &[("content-type", kind)], body);
    assert_eq!(post(event(&profile, "before"), "application/json").status, 202);
    limit(&serving.program, "4096");
    let body = format!("[{},{}]", event(&profile, "one"), event(&profile, "two"));
    let refused = post(body.clone(), "application/json");
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("RBK503")), "{refused:?}");
    let why = refused.json()["error"][0]["params"].as_str().unwrap().to_owned();
    assert!(why.starts_with("the database ") && !why.contains("a.db"), "{why}");
    println!("{why}");
    let unready = serving.get("/readyz");
    assert_eq!((unready.status, &unready.json()["status"]), (503, &json!("not ready")), "{unready:?}");
    assert_eq!(unready.json()["reasons"], json!([why.split(';').next()]), "{unready:?}");
    let stream = post(events(&profile, "s", 10), "application/x-ndjson");
    assert_eq!(stream.status, 503, "{stream:?}");
    assert_eq!(stream.json()["data"]["accepted"], serde_json::Value::Null, "{stream:?}");
    limit(&serving.program, "unlimited");
    until("it recovers", || post(body.clone(), "application/json"), |response| response.status == 202);
    let listed = place.run(&["deliveries", "list", "--limit", "0", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 3, "what was refused was not accepted");
    let ready = serving.get("/readyz");
    assert_eq!(ready.status, 200, "{ready:?}");
}
