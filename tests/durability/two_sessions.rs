//! Several sessions on one database: one sends, the others wait; no attempt is made twice, and a killed sender is
//! replaced at once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::support::cli::{On, Place, Running, finish};
use crate::support::recorder::{Recorder, events};
use ringback::delivery::Limits;
use ringback::record::DeliveryState;
use serde_json::Value;

/// Each attempt that a session reports: the delivery, and the number of the attempt.
fn attempts(lines: &[String]) -> Vec<(String, u64)> {
    let read = |line: &String| {
        let json: Value = serde_json::from_str(line).ok()?;
        Some((json["delivery_id"].as_str()?.to_owned(), json["n"].as_u64()?))
    };
    lines.iter().filter_map(read).collect()
}

#[test]
fn two_senders_never_make_the_same_attempt() {
    let place = Place::new();
    // One in sixteen fails at first, so that there are retries that could be made twice.
    let endpoint =
        Recorder::start(Duration::ZERO, |id, times| if times == 1 && id.ends_with('3') { 500 } else { 200 });
    let profile = place.apply(&endpoint.profile(1)).remove(0);
    let file = place.file("events.ndjson", &events(&profile, "", 600));
    let mut workers: Vec<Running> =
        (0..2).map(|_| Running::start(place.command(&["work", "--json"]))).collect();
    let send = place.run(&["send", "--from", &file, "--json"]);
    assert_eq!(send.code, Some(0), "{}", send.err);
    let end: Value = serde_json::from_str(send.out.lines().last().unwrap()).unwrap();
    assert_eq!((&end["accepted"], &end["delivered"]), (&600.into(), &600.into()));

    let mut output = Vec::new();
    for worker in &mut workers {
        worker.interrupt();
        assert_eq!(worker.code(), Some(0));
        output.extend(attempts(&worker.rest()));
    }
    let all = crate::durable::check(&place.db());
    let different: HashSet<&(String, u64)> = output.iter().collect();
    assert_eq!(different.len(), output.len(), "a try was made by two");
    for (id, summary) in &all {
        assert_eq!(endpoint.book()[&id.to_string()].times, summary.attempts, "{summary:?}");
    }
}

#[test]
fn a_killed_sender_is_replaced_at_once() {
    let place = Place::new();
    let endpoint = Recorder::start(Duration::from_millis(5), |_, _| 200);
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&profile, "", 12_000));
    let mut first = Running::start(place.command(&["work", "--json"]));
    assert_eq!(finish(place.command(&["send", "--from", &file, "--no-wait"]).spawn().unwrap()).code, Some(0));
    endpoint.wait("the first deliveries", |book| book.len() > 50);
    first.line(On::Out, "delivered");
    let mut second = Running::start(place.command(&["work", "--json", "--until-idle"]));
    let message = second.line(On::Err, "is the active sender");
    assert!(message.contains(&format!("(pid {})", first.pid())), "{message}");

    let so_far = endpoint.book().len();
    assert!(so_far < 10_000, "there is a good deal left: {so_far} came");
    let killed = Instant::now();
    assert!(first.kill9());
    second.line(On::Err, "this session is sending now");
    let (took_over, in_flight) = (killed.elapsed(), endpoint.book().len());
    endpoint.wait("the next delivery", |book| book.len() > in_flight);
    let sent = killed.elapsed();
    println!("took over {took_over:?} after the kill, sent {sent:?} after it");
    assert!(sent < Duration::from_secs(10), "{sent:?}");

    assert_eq!(second.code(), Some(0));
    let all = crate::durable::check(&place.db());
    assert_eq!(all.len(), 12_000);
    assert!(all.values().all(|summary| summary.state == DeliveryState::Delivered));
    let again: u32 = endpoint.book().values().map(|arrived| arrived.times - 1).sum();
    let limits = Limits::default();
    assert!(again as usize <= limits.per_origin + limits.unrecorded, "{again} were sent twice");
    let mut output = attempts(&first.rest());
    // The line above is one of them.
    let of_first = output.len() + 1;
    output.extend(attempts(&second.rest()));
    let different: HashSet<&(String, u64)> = output.iter().collect();
    assert_eq!(different.len(), output.len(), "a try that is on disk was made again");
    assert!(of_first > 0 && output.len() + 1 > of_first, "both sent");
}
