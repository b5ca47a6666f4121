//! `ringback senders`: who sends from a database.

use std::time::{Duration, Instant};

use crate::support::cli::{Place, Running};
use serde_json::json;

#[test]
fn the_active_sender_is_listed_while_it_sends() {
    let place = Place::new();
    place.run(&["senders"]).refused(2, &["no database"]);
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(place.run(&["senders", "--json"]).json(), json!([]));
    let none = place.run(&["senders"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.starts_with("no process sends from this database"), "{}", none.err);
    place.run(&["senders", "--here"]).refused(1, &["no process of this host sends from this database"]);

    let mut work = Running::start(place.command(&["work"]));
    let until = Instant::now() + Duration::from_secs(20);
    let mut listed = json!([]);
    while listed == json!([]) {
        assert!(Instant::now() < until, "it sends by now");
        listed = place.run(&["senders", "--json"]).json();
    }
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let sender = &listed[0];
    assert_eq!(sender["pid"], json!(work.pid()));
    assert_eq!(sender["name"], json!(format!("{}/{}", sender["host"].as_str().unwrap(), work.pid())));
    for unknown in ["version", "since", "lease_until", "in_flight", "rate", "trouble"] {
        assert!(sender.get(unknown).is_some_and(serde_json::Value::is_null), "{unknown}: {listed}");
    }
    let text = place.run(&["senders"]);
    assert!(text.out.contains(&format!("  {}  ", work.pid())), "{}", text.out);
    let here = place.run(&["senders", "--here", "--json"]);
    assert_eq!((here.code, here.json()), (Some(0), listed), "{here:?}");
    work.signal("TERM");
    assert_eq!(work.code(), Some(0));
    assert_eq!(place.run(&["senders", "--json"]).json(), json!([]));
}
