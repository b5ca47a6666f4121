//! The stream of what happens.

pub mod client;
mod fleet;
mod lasting;
mod limits;
mod resumed;

use serde_json::{Value, json};

use crate::keys::create;
use crate::serving::Serving;
use crate::support::cli::Place;
use crate::support::recorder::Recorder;
use client::{Event, Stream};

/// The path of the stream.
const STREAM: &str = "/v1/shop/callback/stream";

/// The members of an attempt that identify it.
fn attempt_id(event: &Event) -> (String, u64) {
    (event.data["delivery_id"].as_str().unwrap().to_owned(), event.data["n"].as_u64().unwrap())
}

#[test]
fn what_another_process_does_is_streamed_as_the_log_shows_it() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let mut stream = Stream::open(&serving.addr, STREAM, &[]);
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    assert_eq!(stream.header("cache-control"), Some("no-store"));
    assert_eq!(stream.header("content-encoding"), None);
    let sent = place.run(&["send", &profile, "--set", "ref=7", "--json"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let (accepted, attempt) = (stream.next().unwrap(), stream.next().unwrap());
    assert_eq!((&*accepted.name, &*attempt.name), ("accepted", "attempt"));
    let listed = place.run(&["deliveries", "list", "--json"]).json();
    // It may have been read before it was sent.
    let stable = |row: &Value| {
        let mut row = row.clone();
        for name in ["state", "due_at", "attempt_count", "tries", "status", "duration_ms"] {
            row.as_object_mut().unwrap().remove(name);
        }
        row
    };
    assert_eq!(stable(&accepted.data), stable(&listed[0]));
    let id = listed[0]["delivery_id"].as_str().unwrap();
    let mut expected = place.run(&["deliveries", "show", id, "--json"]).json()["attempts"][0].clone();
    for (name, value) in
        [("delivery_id", json!(id)), ("profile_id", json!(profile)), ("state", json!("delivered"))]
    {
        expected[name] = value;
    }
    assert_eq!(attempt.data, expected);

    for (args, change) in [
        (["profiles", "disable"], "disabled"),
        (["profiles", "enable"], "enabled"),
        (["deliveries", "pause"], "paused"),
        (["deliveries", "resume"], "resumed"),
    ] {
        assert_eq!(place.run(&[args[0], args[1], &profile]).code, Some(0));
        let event = stream.next().unwrap();
        assert_eq!((&*event.name, &event.data["change"]), ("profile", &json!(change)));
        assert_eq!(
            (&event.data["profile_id"], &event.data["title"]),
            (&json!(profile), &listed[0]["profile_title"])
        );
    }
}

#[test]
fn an_automatic_disabling_says_why() {
    let place = Place::new();
    place.settings("auto_disable_after = 2\n");
    let endpoint = Recorder::start(std::time::Duration::ZERO, |_, _| 500);
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let mut stream = Stream::open(&serving.addr, &format!("{STREAM}?event=profile"), &[]);
    for _ in 0..2 {
        place.run(&["send", &profile, "--set", "ref=7"]);
    }
    let event = stream.next().unwrap();
    assert_eq!(event.data["change"], "auto-disabled");
    let why = &event.data["auto_disabled"];
    assert_eq!(why["consecutive_failures"], 2, "{why}");
    assert!(why["message"].as_str().unwrap().contains("500"), "{why}");
    let listed = place.run(&["deliveries", "list", "--json"]).json();
    assert_eq!(why["delivery_id"], listed[0]["delivery_id"], "{why}");
}

#[test]
fn a_profile_that_turns_failing_says_so() {
    let place = Place::new();
    place.settings("auto_disable_after = 0\nfailing_after = 2\n");
    let endpoint = Recorder::start(std::time::Duration::ZERO, |_, _| 500);
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let mut stream = Stream::open(&serving.addr, &format!("{STREAM}?event=profile"), &[]);
    for _ in 0..2 {
        place.run(&["send", &profile, "--set", "ref=7"]);
    }
    let event = stream.next().unwrap();
    assert_eq!(
        (&event.data["change"], &event.data["auto_disabled"]),
        (&"failing".into(), &serde_json::Value::Null)
    );
    let health = &event.data["health"];
    assert_eq!((&health["state"], &health["cause"]["consecutive_failures"]), (&"failing".into(), &2.into()));
    let listed = place.run(&["profiles", "list", "--json"]).json();
    assert_eq!(health["since"], listed[0]["health"]["since"]);
}

#[test]
fn a_limited_key_and_a_filter_get_their_profiles_only() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profiles: Vec<String> = (0..3).map(|_| place.apply(&endpoint.profile(0)).remove(0)).collect();
    let all = create(&place, "all", &["--scope", "read"]);
    let limited =
        create(&place, "limited", &["--scope", "read", "--profile", &profiles[0], "--profile", &profiles[1]]);
    let send_only = create(&place, "send", &["--scope", "send"]);
    let serving = Serving::start(&place, &[]);
    let open = |key: &str, query: &str| {
        Stream::open(&serving.addr, &format!("{STREAM}?event=attempt&{query}"), &[("api-key", key)])
    };
    assert_eq!(Stream::open(&serving.addr, STREAM, &[]).status, 401);
    assert_eq!(open(&send_only, "").status, 403);
    let [one, two, three] = &profiles[..] else { unreachable!() };
    let mut streams = [
        (open(&all, ""), vec![one, two, three]),
        (open(&all, &format!("profile={one}&profile={three}")), vec![one, three]),
        (open(&limited, ""), vec![one, two]),
        (open(&limited, &format!("profile={two}&profile={three}")), vec![two]),
    ];
    let mut nothing = open(&limited, &format!("profile={three}&follow=false"));
    for profile in &profiles {
        assert_eq!(place.run(&["send", profile, "--set", "ref=1"]).code, Some(0));
    }
    // Each stream has all that it should have, in order.
    for (stream, expected) in &mut streams {
        for profile in expected {
            assert_eq!(stream.next().unwrap().data["profile_id"], json!(*profile));
        }
    }
    assert_eq!(nothing.next(), None);
    for (query, status) in [("event=x", 422), ("profile=x", 422), ("x=1", 422)] {
        let refused = serving.request("GET", &format!("{STREAM}?{query}"), &[("api-key", &all)], "");
        assert_eq!(refused.status, status, "{refused:?}");
    }
    let bad = serving.request("GET", STREAM, &[("api-key", &all), ("last-event-id", "a b")], "");
    assert_eq!(bad.status, 400, "{bad:?}");
}
