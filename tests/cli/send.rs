//! `ringback send`: one event, and the lines of a file or a pipe.

use std::io::Write as _;
use std::time::Duration;

use crate::support::cli::{On, Place, Running, ending_signals, nothing_starts_with};
use crate::support::recorder::{Recorder, event, events};
use ringback::storage::{Lease, Store};
use serde_json::{Value, json};

/// A place with a profile that posts to this endpoint, and the profile's id.
fn place_with(endpoint: &Recorder, retries: u32) -> (Place, String) {
    let place = Place::new();
    let id = place.apply(&endpoint.profile(retries)).remove(0);
    (place, id)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn queued(place: &Place) -> u64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(Store::open(place.db()).unwrap().counts()).unwrap().queued
}

#[test]
fn an_event_is_sent_without_sample_values() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let values = place.file("values.json", r#"{"ref": "file", "other": 1e400}"#);
    let sent = place.run(&["send", "order sms", "--values", &values, "--set", "ref:=12.50", "--set", "x=1"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(sent.err.contains("note: 'Order SMS' has no placeholder <x>"), "{sent:?}");
    let delivery = endpoint.book().keys().next().unwrap().clone();
    let output: Vec<&str> = sent.out.lines().collect();
    assert_eq!(output[0], "Order SMS · sms-send");
    assert_eq!(output[2], format!("accepted as {delivery}"));
    assert!(output[3].starts_with("1st attempt  200 OK  "), "{output:?}");
    assert!(output[4].starts_with("  connect "), "{output:?}");
    assert_eq!(output[5..], ["delivered"]);
    assert_eq!(endpoint.book()[&delivery].body, r#"{"ref": "12.50"}"#);

    let values = place.file("values.json", r#"{"reff": "x", "ref": "file"}"#);
    assert_eq!(place.run(&["send", &id, "--values", &values]).err, "");
    let values = place.file("values.json", r#"{"reff": "x"}"#);
    let sent = place.run(&["send", &id, "--values", &values]);
    assert!(
        sent.err.contains("values.json: 'Order SMS' has no placeholder for any of its values: <reff> (did"),
        "{sent:?}"
    );

    let sent = place.run(&["send", &id, "--json"]);
    let note = "ringback: note: no value for <ref>: --set gives one\n";
    assert_eq!((sent.code, sent.err.as_str()), (Some(0), note));
    let output = lines(&sent.out);
    assert_eq!((&output[0]["state"], &output[1]["state"]), (&json!("accepted"), &json!("delivered")));
    assert_eq!(output[0]["delivery_id"], output[1]["delivery_id"]);
    assert_eq!(output[1]["request"]["body"], r#"{"ref": ""}"#, "no sample stands in for a value");
}

#[test]
fn an_invalid_event_is_rejected() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let mut off = endpoint.profile(0);
    off["title"] = json!("Off");
    off["status"] = json!(3);
    place.apply(&off);
    let mut several = endpoint.profile(0);
    several["title"] = json!("Several");
    several["channel"] = json!("whatsapp");
    several["events"] = json!(["message_status", "payment_status"]);
    place.apply(&several);
    place
        .run(&["send", "Off"])
        .refused(2, &["profile 'Off' is disabled and accepts no events", "nothing was sent"]);
    place.run(&["send", "Several"]).refused(2, &["name one: message_status, payment_status"]);
    place
        .run(&["send", &id, "--event", "Voice"])
        .refused(2, &["does not subscribe to Voice; its events: sms-send"]);
    place.run(&["send", "nobody"]).refused(2, &["no profile 'nobody'"]);
    place.run(&["send"]).refused(2, &["<PROFILE|--from <FILE>>"]);
    place.run(&["send", &id, "--strict"]).refused(2, &["--strict"]);
    place.run(&["send", &id, "--from", "x"]).refused(2, &["cannot be used with"]);
    assert!(endpoint.book().is_empty());
    let sent = place.run(&["send", "Several", "--event", "payment_status", "--json"]);
    assert_eq!(lines(&sent.out)[1]["event"], "payment_status");
}

#[test]
fn invalid_lines_are_reported_and_the_others_are_sent() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let mut off = endpoint.profile(0);
    off["status"] = json!(3);
    let off = place.apply(&off).remove(0);
    let unknown = "IN_00000000-0000-4000-8000-000000000000";
    let long = "x".repeat(1024 * 1024);
    let input = [
        format!("\u{feff}{}", event(&id, "1")),
        "\r\n".to_owned(),
        format!("{{\"callback_profile_id\":\"{id}\",\"data\":{{\"ref\":12.50,\"n\":1e400}}}}\r\n"),
        "{\"callback_profile_id\":\n".to_owned(),
        event(unknown, "x"),
        event(&off, "x"),
        event(&id, "x").replace("sms-send", "Voice"),
        event(&id, "x").replace("{\"ref\":\"x\"}", "[]"),
        event(&id, &long),
        event(&id, "last").trim_end().to_owned(),
    ];
    let sent = place.run_with_input(&["send", "--from", "-", "--json"], &input.concat());
    assert_eq!(sent.code, Some(1), "{}", sent.err);
    let reasons = [
        (4, "invalid JSON at column 24: a value is missing, and then } to close the object at column 1"),
        (5, "no profile IN_00000000"),
        (6, "profile 'Order SMS' is disabled and accepts no events"),
        (7, "'Order SMS' does not subscribe to Voice; its events: sms-send"),
        (8, "data must be an object"),
        (9, "it is longer than 1048576 bytes"),
    ];
    let output = lines(&sent.out);
    for (line, why) in reasons {
        assert!(sent.err.contains(&format!("ringback: standard input: line {line}: {why}")), "{}", sent.err);
        let refused = output.iter().find(|output| output["line"] == line).unwrap();
        assert_eq!(refused["state"], "refused");
        assert!(refused["error"].as_str().unwrap().starts_with(why), "{refused}");
    }
    assert_eq!(sent.err.lines().count(), reasons.len());
    let accepted: Vec<&Value> = output.iter().filter(|output| output["state"] == "accepted").collect();
    assert_eq!(
        accepted.iter().map(|output| output["line"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 3, 10]
    );
    let end = json!({
        "state": "ended", "accepted": 3, "repeated": 0, "refused": 6, "delivered": 3, "failed": 0,
        "cancelled": 0, "pending": 0, "blocked": 0, "held": 0, "removed": 0,
    });
    assert_eq!(output.last(), Some(&end));
    let book = endpoint.book();
    let bodies: Vec<&str> =
        accepted.iter().map(|output| book[output["delivery_id"].as_str().unwrap()].body.as_str()).collect();
    assert_eq!(bodies, [r#"{"ref": "1"}"#, r#"{"ref": "12.50"}"#, r#"{"ref": "last"}"#]);
}

#[test]
fn an_endless_input_without_lines_is_rejected() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    for strict in [&[][..], &["--strict"]] {
        let sent = place.run(&[&["send", "--from", "/dev/zero"], strict].concat());
        assert_eq!(sent.code, Some(2), "{sent:?}");
        let why =
            "/dev/zero: line 1: it has no end within 67108864 bytes, and no line may be longer than 1048576";
        assert!(sent.err.contains(why), "{sent:?}");
    }
    let input = event(&id, "1") + &"x".repeat(65 << 20) + "\n" + &event(&id, "2");
    let sent = place.run_with_input_cut(&["send", "--from", "-"], &input);
    assert_eq!(sent.code, Some(1), "{sent:?}");
    assert!(sent.err.contains("standard input: line 2: it has no end"), "{sent:?}");
    assert_eq!(endpoint.book().len(), 1, "what came before is sent");
}

#[test]
fn an_input_without_a_valid_line_is_invalid() {
    let endpoint = Recorder::taking();
    let (place, _) = place_with(&endpoint, 0);
    let pretty = place.file("pretty.json", "[\n  {\n    \"data\": {}\n  }\n]\n");
    let sent = place.run(&["send", "--from", &pretty]);
    assert_eq!((sent.code, sent.out.as_str()), (Some(2), "0 accepted · 5 bad lines\n"));
    assert!(sent.err.contains("each line must be one JSON object, as written by `jq -c .`"), "{sent:?}");
    let missing = place.run(&["send", "--from", "/no/such/file"]);
    missing.refused(2, &["/no/such/file: it cannot be read"]);
    let empty = place.run(&["send", "--from", "-"]);
    assert_eq!((empty.code, empty.out.as_str()), (Some(0), "0 accepted\n"));
}

#[test]
fn strict_accepts_all_or_nothing() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let good = events(&id, "", 1000);
    let bad = good.clone() + "{}\n" + &events(&id, "more", 10) + "nonsense\n";
    let file = place.file("bad.ndjson", &bad);
    let from_pipe = place.run_with_input(&["send", "--strict", "--json", "--from", "-"], &bad);
    for sent in [place.run(&["send", "--strict", "--from", &file, "--json"]), from_pipe] {
        assert_eq!(sent.code, Some(2), "{sent:?}");
        assert!(sent.err.contains("line 1001: callback_profile_id is missing"), "{sent:?}");
        assert!(sent.err.contains("line 1012: invalid JSON"), "every bad line is told: {sent:?}");
        assert!(sent.err.contains("nothing was accepted"), "{sent:?}");
        assert_eq!(lines(&sent.out).last().unwrap()["accepted"], 0);
    }
    assert!(endpoint.book().is_empty());
    assert_eq!(queued(&place), 0);

    let file = place.file("good.ndjson", &good);
    let from_pipe = place.run_with_input(&["send", "--strict", "--from", "-"], &good);
    for sent in [place.run(&["send", "--strict", "--from", &file]), from_pipe] {
        let output = (sent.code, sent.out.as_str(), sent.err.as_str());
        assert_eq!(output, (Some(0), "1000 accepted: 1000 delivered\n", ""));
    }
    assert_eq!(endpoint.book().len(), 2000);
    assert!(nothing_starts_with(&place.path(""), ".ringback-send"));
}

#[test]
fn an_impossible_request_is_rejected_by_strict_and_fails_otherwise() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let mut document = endpoint.profile(0);
    document["headers"] = json!({"X-Ref": "<ref>"});
    let id = place.apply(&document).remove(0);
    let file = place.file("events.ndjson", &(event(&id, "a\nb") + &event(&id, "c")));
    let strict = place.run(&["send", "--strict", "--from", &file]);
    assert_eq!(strict.code, Some(2));
    assert!(strict.err.contains("line 1: cannot build the request: "), "{strict:?}");
    let sent = place.run(&["send", "--from", &file]);
    assert_eq!((sent.code, sent.err.as_str()), (Some(1), ""));
    let output: Vec<&str> = sent.out.lines().collect();
    assert_eq!(output[0], "2 accepted: 1 delivered, 1 failed");
    assert!(output[1].starts_with("  1 × ") && output[1].contains("X-Ref"), "{output:?}");
    let sent = place.run(&["send", "--from", &file, "--json", "--no-wait"]);
    assert_eq!(sent.code, Some(1), "it has failed already");
}

#[test]
fn failures_are_reported_with_their_reasons() {
    let endpoint = Recorder::start(Duration::ZERO, |_, times| if times == 1 { 500 } else { 404 });
    let (place, id) = place_with(&endpoint, 1);
    let file = place.file("events.ndjson", &events(&id, "", 30));
    // The profile must not be auto-disabled meanwhile.
    let never = place.file("never.toml", "auto_disable_after = 0\n");
    let sent = place.run(&["--config", &never, "send", "--from", &file]);
    assert_eq!((sent.code, sent.err.as_str()), (Some(1), ""));
    assert_eq!(sent.out, "30 accepted: 0 delivered, 30 failed\n  30 × 404 Not Found\n");
    let sent = place.run(&["--config", &never, "send", "--from", &file, "--json"]);
    let output = lines(&sent.out);
    let failed: Vec<&Value> = output.iter().filter(|output| output["state"] == "failed").collect();
    assert_eq!(failed.len(), 30, "each once");
    assert_eq!((&failed[0]["attempts"], &failed[0]["status"]), (&json!(2), &json!(404)));
    assert_eq!(failed[0]["error"], json!({"class": "status", "message": "404 Not Found"}));
    assert_eq!((&failed[0]["profile_id"], &failed[0]["event"]), (&json!(id), &json!("sms-send")));
}

#[test]
fn lines_in_a_pipe_do_not_wait_for_more() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let mut command = place.command(&["send", "--from", "-", "--json"]);
    command.stdin(std::process::Stdio::piped());
    let mut send = Running::reading(command);
    let mut input = send.input();
    for n in 1..=3 {
        input.write_all(event(&id, &n.to_string()).as_bytes()).unwrap();
        send.line(On::Out, "\"accepted\"");
        endpoint.wait("the event", |book| book.len() == n);
    }
    // A profile that is changed meanwhile is used in its current state.
    let mut off = endpoint.profile(0);
    off["profile_id"] = json!(id);
    off["status"] = json!(3);
    place.apply(&off);
    input.write_all(event(&id, "4").as_bytes()).unwrap();
    send.line(On::Err, "line 4: profile 'Order SMS' is disabled");
    drop(input);
    assert!(send.line(On::Out, "\"ended\"").contains("\"accepted\":3"));
    assert_eq!(send.code(), Some(1));
}

#[test]
fn a_signal_leaves_the_rest_queued_and_says_how_to_continue() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let lease = Lease::try_take(&place.db()).unwrap().unwrap();
    let signals = ending_signals();
    let all = 5 * signals.len() as u64;
    for (signal, code) in signals {
        let mut command = place.command(&["send", "--from", "-", "--json"]);
        command.stdin(std::process::Stdio::piped());
        let mut send = Running::reading(command);
        let mut input = send.input();
        input.write_all(events(&id, "", 5).as_bytes()).unwrap();
        let message = send.line(On::Err, "is the active sender");
        assert!(message.contains(&format!("(pid {})", std::process::id())), "{message}");
        send.line(On::Out, "\"line\":5");
        send.signal(signal);
        let error: Value = serde_json::from_str(&send.line(On::Err, "\"interrupted\"")).unwrap();
        let message = error["error"]["message"].as_str().unwrap();
        let (left, rest) = message.split_once('\n').unwrap();
        assert!(left.starts_with("stopped: 5 accepted: 5 stay queued in "), "{left}");
        assert!(left.ends_with("other senders continue"), "this test holds the lock: {left}");
        assert!(rest.contains("was accepted up to line 5"), "{rest}");
        assert!(rest.ends_with("continue with: what follows | ringback send --from -"), "{rest}");
        assert_eq!(send.code(), Some(code));
        assert!(send.line(On::Out, "\"ended\"").contains("\"pending\":5"));
        drop(input);
    }
    drop(lease);
    assert_eq!(queued(&place), all);
    let work = place.run(&["work", "--until-idle"]);
    assert!(work.out.ends_with(&format!("{all} delivered, 0 failed · nothing is queued\n")), "{work:?}");
}

#[test]
fn a_stopped_run_counts_each_reason_for_failures() {
    let hanging = Recorder::start(Duration::MAX, |_, _| 200);
    let refusing = Recorder::start(Duration::ZERO, |_, _| 404);
    let (place, oldest) = place_with(&hanging, 0);
    let others = place.apply(&refusing.profile(0));
    let lines = event(&oldest, "0") + &events(&others[0], "", 3);
    let file = place.file("events.ndjson", &lines);
    let mut send = Running::start(place.command(&["send", "--from", &file]));
    let failed = ["deliveries", "list", "--state", "failed", "--json"];
    let start = std::time::Instant::now();
    while place.run(&failed).out.matches("\"failed\"").count() < 3 {
        assert!(start.elapsed() < Duration::from_mins(1), "{:?}", place.run(&failed));
    }
    send.interrupt();
    send.line(On::Err, "(Ctrl+C again to abort)");
    send.interrupt();
    assert_eq!(send.code(), Some(130));
    let message = send.rest();
    assert!(message[0].starts_with("4 accepted: 3 failed, 1 queued"), "{message:?}");
    assert!(message[1].starts_with("  3 × "), "{message:?}");
}

#[test]
fn a_second_signal_ends_the_run_at_once() {
    let endpoint = Recorder::start(Duration::MAX, |_, _| 200);
    let (place, id) = place_with(&endpoint, 0);
    let file = place.file("events.ndjson", &events(&id, "", 20));
    let mut send = Running::start(place.command(&["send", "--from", &file]));
    endpoint.wait("what there is room for", |book| book.len() == 4);
    send.interrupt();
    send.line(On::Err, "waiting up to 5 s for requests in flight (Ctrl+C again to abort)");
    let start = std::time::Instant::now();
    send.interrupt();
    assert_eq!(send.code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(4), "it did not wait: {:?}", start.elapsed());
    send.line(On::Out, "20 accepted: 20 queued");
}

#[test]
fn with_another_active_sender_the_report_is_the_same() {
    let endpoint = Recorder::start(Duration::ZERO, |id, _| if id.ends_with('5') { 404 } else { 200 });
    let (place, id) = place_with(&endpoint, 0);
    let work = Running::start(place.command(&["work"]));
    let file = place.file("events.ndjson", &events(&id, "", 200));
    let sent = place.run(&["send", "--from", &file, "--json"]);
    drop(work);
    let output = lines(&sent.out);
    let accepted: Vec<&str> = output
        .iter()
        .filter(|output| output["state"] == "accepted")
        .map(|output| output["delivery_id"].as_str().unwrap())
        .collect();
    let bad = accepted.iter().filter(|id| id.ends_with('5')).count();
    let end = output.last().unwrap();
    assert_eq!((&end["delivered"], &end["failed"]), (&json!(200 - bad), &json!(bad)));
    assert_eq!(output.iter().filter(|output| output["state"] == "failed").count(), bad);
    assert_eq!(sent.code, Some(i32::from(bad > 0)));
}

#[test]
fn concurrent_runs_report_their_own_events() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let sends: Vec<(usize, Running)> = [150, 250]
        .map(|count| {
            let file = place.file(&format!("{count}.ndjson"), &events(&id, "", count));
            (count, Running::start(place.command(&["send", "--from", &file])))
        })
        .into();
    for (count, mut send) in sends {
        send.line(On::Out, &format!("{count} accepted: {count} delivered"));
        assert_eq!(send.code(), Some(0));
    }
    assert_eq!(endpoint.book().len(), 400);
}

#[test]
fn a_database_error_ends_the_run_and_reports_its_progress() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let mut command = place.command(&["send", "--from", "-", "--json", "--no-wait"]);
    command.stdin(std::process::Stdio::piped());
    let mut send = Running::reading(command);
    let mut input = send.input();
    input.write_all(events(&id, "", 5).as_bytes()).unwrap();
    send.line(On::Out, "\"line\":5");
    let other = rusqlite::Connection::open(place.db()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    input.write_all(events(&id, "more", 3).as_bytes()).unwrap();
    send.line(On::Err, "stopped: 5 accepted: 5 stay queued in ");
    send.line(On::Err, "standard input was accepted up to line 5");
    send.line(On::Err, "is locked by another program");
    drop(other);
    assert_eq!(send.code(), Some(1));
    assert!(send.line(On::Out, "\"ended\"").contains("\"accepted\":5"));
    assert_eq!(queued(&place), 5);
}

#[test]
fn missing_values_are_reported_in_one_line() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint, 0);
    let bare = |n: usize| event(&id, "x").replace("{\"ref\":\"x\"}", "{}").repeat(n);
    let file = place.file("events.ndjson", &(event(&id, "a") + &bare(2) + &event(&id, "b")));
    for args in [&["send", "--from", &file][..], &["send", "--from", &file, "--strict", "--no-wait"]] {
        let sent = place.run(args);
        let note = "ringback: note: 2 events had no value for <ref>\n";
        assert_eq!((sent.code, sent.err.as_str()), (Some(0), note), "{args:?}");
    }
}
