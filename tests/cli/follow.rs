//! `ringback deliveries list --follow`: nothing is missed between the list and what follows, filters hold, and a lost
//! connection is waited for.

use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

use crate::support::cli::{On, Place, Running, ran};
use crate::support::postgres::{Cluster, binaries};
use crate::support::recorder::{Recorder, events};
use serde_json::{Value, json};

const FOLLOW: [&str; 4] = ["deliveries", "list", "--follow", "--json"];

/// The next line of a delivery in this state.
fn next(following: &Running, state: &str) -> Value {
    serde_json::from_str(&following.line(On::Out, &format!("\"state\":\"{state}\""))).unwrap()
}

#[test]
fn everything_that_happens_is_printed_once() {
    let (place, endpoint) =
        (Place::new(), Recorder::start(Duration::ZERO, |_, n| if n == 1 { 500 } else { 200 }));
    let [id] = <[String; 1]>::try_from(place.apply(&json!([endpoint.profile(1)]))).unwrap();
    let send = |references: &str, n: usize| {
        let sent = place.run_with_input(&["send", "--from", "-", "--no-wait"], &events(&id, references, n));
        assert_eq!(sent.code, Some(0), "{sent:?}");
    };
    send("before", 30);
    let following = Running::start(place.command(&FOLLOW));
    let first = next(&following, "queued");
    let last_ten = place.run(&["deliveries", "list", "--limit", "10", "--json"]).json();
    assert_eq!(first["delivery_id"], last_ten[9]["delivery_id"], "the last ten, oldest first");
    send("after", 20);
    let mut working = Running::start(place.command(&["work"]));
    endpoint.wait("all of them, twice", |book| {
        book.len() == 50 && book.values().all(|arrived| arrived.taken == 1)
    });
    working.interrupt();
    assert_eq!(working.code(), Some(0));
    let marker = place.run(&["test", &id, "--json"]).json()["delivery_id"].as_str().unwrap().to_owned();
    let mut lines: HashMap<String, Vec<String>> = HashMap::new();
    lines.entry(first["delivery_id"].as_str().unwrap().to_owned()).or_default().push("queued 0".to_owned());
    loop {
        let row: Value = serde_json::from_str(&following.line(On::Out, "{")).unwrap();
        let line = format!("{} {}", row["state"].as_str().unwrap(), row["attempt_count"]);
        let delivery = row["delivery_id"].as_str().unwrap().to_owned();
        let is_end = delivery == marker && row["state"] == "delivered";
        lines.entry(delivery).or_default().push(line);
        if is_end {
            break;
        }
    }
    let all = place.run(&["deliveries", "list", "--limit", "0", "--json"]).json();
    for row in all.as_array().unwrap() {
        let printed = &lines[row["delivery_id"].as_str().unwrap()];
        assert_eq!(printed.last().map(String::as_str), Some("delivered 2"), "{row}");
        let mut once = printed.clone();
        once.dedup();
        assert_eq!(&once, printed, "each line says something new");
    }
    assert_eq!(lines.len(), 51);
}

#[test]
fn filters_hold_and_cancelled_ones_are_printed() {
    let place = Place::new();
    let profile =
        |title: &str| json!({"title": title, "channel": "sms", "url": "http://127.0.0.1:9/", "body": "{}"});
    let ids = place.apply(&json!([profile("Order SMS"), profile("Bookings")]));
    place.run(&["deliveries", "pause"]);
    let send = |id: &str, reference: &str| {
        let set = format!("ref={reference}");
        let ran = place.run(&["send", id, "--set", &set, "--no-wait", "--json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    send(&ids[0], "one");
    let all = Running::start(place.command(&["deliveries", "list", "--follow"]));
    let text = all.line(On::Out, "queued");
    assert!(text.ends_with("event   queued       0/1  Order SMS  blocked: paused"), "{text}");
    let of_one = Running::start(
        place.command(&[&FOLLOW[..], &["--profile", &ids[0], "--text", "value.ref=two"]].concat()),
    );
    let cancelled = Running::start(place.command(&[&FOLLOW[..], &["--state", "cancelled"]].concat()));
    send(&ids[1], "two");
    send(&ids[0], "three");
    send(&ids[0], "two");
    let row = next(&of_one, "queued");
    let newest = place.run(&["deliveries", "list", "--limit", "1", "--json"]).json();
    assert_eq!(row["delivery_id"], newest[0]["delivery_id"], "only the last one matches");
    for _ in 0..3 {
        all.line(On::Out, "queued");
    }
    assert_eq!(place.run(&["deliveries", "cancel", row["delivery_id"].as_str().unwrap()]).code, Some(0));
    all.line(On::Out, "cancelled");
    assert_eq!(next(&of_one, "cancelled")["delivery_id"], row["delivery_id"]);
    drop(cancelled);
}

#[test]
fn it_ends_quietly_with_its_reader_and_needs_a_database() {
    let place = Place::new();
    place.run(&FOLLOW).refused(2, &["no database"]);
    place.run_unnamed(&FOLLOW).refused(2, &["nothing to follow"]);
    assert!(!place.db().exists() && !place.usual_db().exists());
    place.run(&[&FOLLOW[..], &["--csv"]].concat()).refused(2, &["--csv"]);
    let id = place.apply(
        &json!([{"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/", "body": "{}"}]),
    );
    assert_eq!(place.run(&["send", &id[0], "--no-wait"]).code, Some(0));
    // The reader leaves after the first line, and nothing more happens.
    let program = place.command(&[]).get_program().to_owned();
    let mut piped = Command::new("bash");
    piped.args(["-c", "set -o pipefail; \"$0\" deliveries list --follow | head -n 1"]).arg(program);
    piped.env("RINGBACK_DB", place.db()).env("HOME", place.path(""));
    piped.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let ran = ran(piped);
    assert_eq!((ran.code, ran.out.lines().count(), ran.err.as_str()), (Some(0), 1, ""), "{ran:?}");
}

#[test]
fn a_lost_server_is_waited_for_and_nothing_is_missed() {
    let Some(bin) = binaries() else { return };
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start(&bin, &[])));
    let (place, database) = (Place::new(), cluster.database("template0"));
    let command = |args: &[&str]| {
        let mut command = place.command(args);
        command.env("RINGBACK_DB", database.url()).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
        command
    };
    let run = |args: &[&str]| ran(command(args));
    assert!(run(&["doctor", "--migrate"]).out.contains("made: schema "));
    let document =
        json!({"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/cb", "body": "{}"});
    let id =
        run(&["profiles", "apply", &place.file("profile.json", &document.to_string())]).out.trim().to_owned();
    let send = || {
        let sent = run(&["send", &id, "--no-wait"]);
        assert_eq!(sent.code, Some(0), "{sent:?}");
    };
    send();
    let following = Running::start(command(&FOLLOW));
    next(&following, "queued");
    cluster.stop();
    following.line(On::Err, "waiting for the database: postgres://");
    cluster.start_again();
    following.line(On::Err, "the database can be used again");
    send();
    next(&following, "queued");
}
