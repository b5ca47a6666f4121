//! `ringback send` with ids of events: a repeated one is accepted once.

use crate::support::cli::Place;
use crate::support::recorder::Recorder;
use serde_json::{Value, json};

/// A line with an id and a reference.
fn line(profile: &str, id: &str, reference: &str) -> String {
    let data = json!({"ref": reference});
    json!({"callback_profile_id": profile, "event": "sms-send", "event_id": id, "data": data}).to_string()
        + "\n"
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_repeated_line_is_accepted_once_and_counted() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let first = line(&profile, "a", "1") + &line(&profile, "b", "2");
    let sent = place.run_with_input(&["send", "--from", "-"], &first);
    assert_eq!((sent.code, sent.out.as_str(), sent.err.as_str()), (Some(0), "2 accepted: 2 delivered\n", ""));

    let again = line(&profile, "b", "2") + &line(&profile, "c", "3") + &line(&profile, "c", "3");
    let sent = place.run_with_input(&["send", "--from", "-"], &again);
    let counts = "1 accepted: 1 delivered · 2 repeated: already accepted within 24 hours\n";
    assert_eq!((sent.code, sent.out.as_str(), sent.err.as_str()), (Some(0), counts, ""));
    assert_eq!(endpoint.book().len(), 3);

    let sent = place.run_with_input(&["send", "--from", "-", "--json"], &again);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let output = lines(&sent.out);
    let states: Vec<&str> = output.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["repeated", "repeated", "repeated", "ended"]);
    assert_eq!(output[1]["delivery_id"], output[2]["delivery_id"]);
    assert!(endpoint.book().contains_key(output[0]["delivery_id"].as_str().unwrap()));
    assert_eq!((&output[3]["accepted"], &output[3]["repeated"]), (&json!(0), &json!(3)));
    assert_eq!(endpoint.book().len(), 3, "nothing was sent again");
}

#[test]
fn an_id_of_another_event_is_a_bad_line() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let mut other = endpoint.profile(0);
    other["title"] = json!("Bookings");
    let [profile, other] =
        <[String; 2]>::try_from(place.apply(&json!([endpoint.profile(0), other]))).unwrap();
    // The second profile has ids of its own.
    let input = line(&profile, "a", "1") + &line(&profile, "a", "2") + &line(&other, "a", "3");
    let sent = place.run_with_input(&["send", "--from", "-"], &input);
    assert_eq!((sent.code, sent.out.as_str()), (Some(1), "2 accepted: 2 delivered · 1 bad line\n"));
    let why =
        "standard input: line 2: event_id 'a' was used within 24 hours for another event of this profile";
    assert!(sent.err.contains(why), "{sent:?}");
    let bad = line(&profile, "", "1") + &line(&profile, "x\u{7}", "1");
    let sent = place.run_with_input(&["send", "--from", "-"], &bad);
    assert_eq!(sent.code, Some(2), "{sent:?}");
    assert!(sent.err.contains("line 1: event_id is empty"), "{sent:?}");
    assert!(sent.err.contains("line 2: event_id has a control character"), "{sent:?}");
}

#[test]
fn one_event_with_an_id_is_sent_once() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let try_once = |reference: &str, more: &[&str]| {
        let set = format!("ref={reference}");
        place.run(&[&["send", "Order SMS", "--set", &set, "--event-id", "order 7"], more].concat())
    };
    let first = try_once("7", &[]);
    assert_eq!(first.code, Some(0), "{first:?}");
    let delivery = endpoint.book().keys().next().unwrap().clone();
    for more in [&[][..], &["--no-wait"]] {
        let again = try_once("7", more);
        let output = format!("repeated: already accepted within 24 hours as {delivery}\n");
        assert_eq!((again.code, again.out, again.err.as_str()), (Some(0), output, ""));
    }
    let again = try_once("7", &["--json"]);
    assert_eq!(lines(&again.out), [json!({"state": "repeated", "delivery_id": delivery})]);
    try_once("8", &[]).refused(2, &["event_id 'order 7' was used within 24 hours", "nothing was sent"]);
    assert_eq!(endpoint.book().len(), 1);
    // The lines of a file share the ids.
    let sent = place.run_with_input(&["send", "--from", "-"], &line(&profile, "order 7", "7"));
    assert_eq!(sent.out, "0 accepted · 1 repeated: already accepted within 24 hours\n");
    place.run(&["send", "Order SMS", "--event-id", ""]).refused(2, &["event_id is empty"]);
}
