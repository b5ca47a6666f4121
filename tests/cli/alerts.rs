//! `ringback alerts`.

use std::time::Duration;

use crate::support::cli::Place;
use crate::support::recorder::Recorder;
use serde_json::{Value, json};

#[test]
fn a_test_gives_a_sample_to_everything_that_is_set() {
    let (place, endpoint) = (Place::new(), Recorder::start(Duration::ZERO, |_, _| 200));
    let got = place.path("got");
    place.settings(&format!("on_alert = \"cat > {}\"\nalert_profile = \"Pager\"\n", got.display()));
    place.apply(&json!({
        "title": "Pager", "channel": "default", "url": format!("http://{}/page", endpoint.addr),
        "body": "{\"text\": \"<summary>\"}",
    }));
    let ran = place.run(&["alerts", "test"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "alert_profile  done: the event is queued\non_alert  done\n"),
        "{ran:?}"
    );
    let alert: Value = serde_json::from_str(&std::fs::read_to_string(&got).unwrap()).unwrap();
    assert_eq!((&alert["title"], &alert["count"]), (&json!("Test of alerts"), &json!(1)));
    assert_eq!(alert["alerts"][0]["delivery"], Value::Null);
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert!(endpoint.book().values().next().unwrap().body.contains("Test of alerts is failing"));
    assert_eq!(place.run(&["alerts", "list", "--json"]).json(), json!([]), "nothing has turned");
    let list = place.run(&["alerts", "list"]);
    assert_eq!((list.code, list.out.as_str()), (Some(0), ""));
    assert!(list.err.contains("no profile has turned failing yet"), "{list:?}");
}

#[test]
fn a_test_says_what_is_wrong() {
    let place = Place::new();
    place.apply(&Recorder::taking().profile(0));
    place.run(&["alerts", "test"]).refused(2, &["no alerts are given: set on_alert or alert_profile"]);
    place.settings("on_alert = \"exit 7\"\nalert_profile = \"Nobody\"\n");
    let ran = place.run(&["alerts", "test"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(1), "alert_profile  failed\non_alert  failed\n"),
        "{ran:?}"
    );
    let why = "alert_profile: 'Nobody' is not a profile; on_alert: the command ended with exit status: 7";
    assert!(ran.err.contains(why), "{ran:?}");
    let ran = place.run(&["alerts", "test", "--json"]);
    let all = ran.json();
    assert_eq!((ran.code, &all["on_alert"], &all["error"]), (Some(1), &json!("failed"), &json!(why)));
}
