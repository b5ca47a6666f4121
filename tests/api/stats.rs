//! Numbers over the API: the document of `stats --json`.

use serde_json::{Value, json};

use crate::keys::create;
use crate::serving::Serving;
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, events};

const STATS: &str = "/v1/acme/callback/stats";

/// A place with two profiles, of which the first one has accepted three events, and the second one two.
fn accepted() -> (Place, Vec<String>) {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let ids: Vec<String> = (0..2).map(|_| place.apply(&endpoint.profile(0)).remove(0)).collect();
    place.run(&["deliveries", "pause"]);
    for (id, count) in ids.iter().zip([3, 2]) {
        let file = place.file("events.ndjson", &events(id, "e", count));
        assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    }
    (place, ids)
}

fn keys(data: &Value) -> Vec<&str> {
    data["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect()
}

#[test]
fn numbers_are_those_of_the_command() {
    let (place, ids) = accepted();
    let serving = Serving::open(&place);
    for query in ["by=profile", "by=total&since=2h", "by=hour&since=3h", "by=class", "by=status"] {
        let response = serving.get(&format!("{STATS}?{query}"));
        assert_eq!(response.status, 200, "{response:?}");
        let args: Vec<String> = query
            .split('&')
            .flat_map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                [format!("--{name}"), value.to_owned()]
            })
            .collect();
        let args: Vec<&str> =
            ["stats", "--json"].into_iter().chain(args.iter().map(String::as_str)).collect();
        let (told, shown) = (response.json()["data"].clone(), place.run(&args).json());
        assert_eq!(told["rows"], shown["rows"], "{query}");
    }
    let one = serving.get(&format!("{STATS}?profile={}", ids[1])).json()["data"].clone();
    assert_eq!((keys(&one), &one["rows"][0]["accepted"]), (vec![ids[1].as_str()], &json!(2)));
}

#[test]
fn a_wrong_query_names_each_fault() {
    let place = Place::new();
    let serving = Serving::open(&place);
    for (query, fault) in [
        ("by=day", "by: use one of profile, status"),
        ("since=soon", "since: "),
        ("since=1h&since=2h", "since: may be given only once"),
        ("limit=3", "limit: is unknown"),
        ("profile=x", "profile: "),
        ("since=1h&until=2h", "ends before it begins"),
    ] {
        let response = serving.get(&format!("{STATS}?{query}"));
        assert_eq!(response.status, 422, "{query}: {response:?}");
        let text = response.json()["error"][0]["params"].as_str().unwrap().to_owned();
        assert!(text.contains(fault), "{query}: {text}");
    }
}

#[test]
fn a_key_sees_the_numbers_of_its_profiles_only() {
    let (place, ids) = accepted();
    let limited = create(&place, "limited", &["--scope", "read", "--profile", &ids[0]]);
    let sending = create(&place, "sending", &["--scope", "send"]);
    let serving = Serving::start(&place, &[]);
    let ask = |key: &str, query: &str| {
        serving.request("GET", &format!("{STATS}?{query}"), &[("api-key", key)], String::new())
    };
    let own = ask(&limited, "").json()["data"].clone();
    assert_eq!(keys(&own), [ids[0].as_str()]);
    assert_eq!(ask(&limited, "by=total").json()["data"]["rows"][0]["accepted"], json!(3));
    let other = ask(&limited, &format!("profile={}", ids[1])).json()["data"].clone();
    assert_eq!(other["rows"], json!([]), "as if it did not exist");
    assert_eq!(ask(&sending, "").status, 403);
}
