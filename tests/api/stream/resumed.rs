//! A client that connects again with the last event that it has misses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;

use super::{Event, STREAM, Stream, attempt_id};
use crate::kill9::post;
use crate::serving::Serving;
use crate::support::cli::{On, Place, Running};
use crate::support::recorder::{Recorder, event, events};

/// How often the server is killed.
const KILLS: u64 = 20;

/// The attempts of the log: delivery and number.
fn logged(place: &Place) -> BTreeSet<(String, u64)> {
    let db = Connection::open(place.db()).unwrap();
    let sql = "SELECT lower(hex(id)), n FROM attempt JOIN delivery ON delivery.seq = attempt.delivery";
    let mut select = db.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?.into()));
    let rows = select.query_map([], row).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

/// The delivery of an event, as in the log.
fn delivery(event: &Event) -> String {
    event.data["delivery_id"].as_str().unwrap().replace('-', "")
}

/// As in the log.
fn plain(id: &(String, u64)) -> (String, u64) {
    (id.0.replace('-', ""), id.1)
}

#[test]
fn nothing_is_missed_over_kills_under_load() {
    let place = Place::new();
    // Every seventh attempt fails, and is repeated at once.
    let count = std::sync::Arc::new(AtomicU64::new(0));
    let endpoint = Recorder::start(Duration::ZERO, move |_, _| {
        if count.fetch_add(1, Ordering::SeqCst) % 7 == 3 { 500 } else { 200 }
    });
    let mut document = endpoint.profile(2);
    document["retry"]["interval_s"] = json!(1);
    let profile = place.apply(&document).remove(0);
    let mut serving = Serving::open(&place);
    let addr = serving.addr.clone();
    let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
    let read: Mutex<BTreeMap<(String, u64), usize>> = Mutex::default();
    let accepted: Mutex<BTreeSet<String>> = Mutex::default();
    let last: Mutex<String> = Mutex::new("0".to_owned());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let at: SocketAddr = addr.parse().unwrap();
            while !stop.load(Ordering::SeqCst) {
                let name = format!("e{}", sent.load(Ordering::SeqCst));
                // The server may be gone.
                if post(at, &name, &event(&profile, &name)).is_some() {
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        scope.spawn(|| {
            loop {
                let after = last.lock().unwrap().clone();
                let query = if stop.load(Ordering::SeqCst) { "?follow=false" } else { "" };
                let opened =
                    Stream::try_open(&addr, &format!("{STREAM}{query}"), &[("last-event-id", &after)]);
                let Ok(mut stream) = opened else { continue };
                while let Some(event) = stream.next() {
                    match &*event.name {
                        "attempt" => {
                            *read.lock().unwrap().entry(plain(&attempt_id(&event))).or_default() += 1;
                        }
                        "accepted" => drop(accepted.lock().unwrap().insert(delivery(&event))),
                        "profile" => {}
                        other => panic!("{other}: {event:?}"),
                    }
                    last.lock().unwrap().clone_from(event.id.as_ref().unwrap());
                }
                if !query.is_empty() && stream.last_id.is_some() {
                    return;
                }
            }
        });
        for kill in 0..KILLS {
            let seen = read.lock().unwrap().len() as u64;
            let until = seen + 1 + (kill * 7) % 23;
            while (read.lock().unwrap().len() as u64) < until {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(serving.program.kill9(), "it was running");
            let args = ["serve", "--listen", &addr, "--insecure-no-auth"];
            serving.program = Running::start(place.command(&args));
            serving.program.line(On::Out, "listening on http://");
        }
        // What was sent last is attempted before the last read.
        let all = sent.load(Ordering::SeqCst);
        endpoint.wait("every event", |book| book.len() as u64 >= all);
        stop.store(true, Ordering::SeqCst);
        // The reader's stream ends, and its next one ends by itself.
        assert!(serving.program.kill9(), "it was running");
        let args = ["serve", "--listen", &addr, "--insecure-no-auth"];
        serving.program = Running::start(place.command(&args));
        serving.program.line(On::Out, "listening on http://");
    });
    // Retries came later: once nothing is pending, one more read has the rest.
    while !place
        .run(&["deliveries", "list", "--state", "pending", "--json"])
        .json()
        .as_array()
        .unwrap()
        .is_empty()
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    let (mut read, mut accepted) = (read.into_inner().unwrap(), accepted.into_inner().unwrap());
    let last = last.into_inner().unwrap();
    let mut rest = Stream::open(&addr, &format!("{STREAM}?follow=false"), &[("last-event-id", &last)]);
    while let Some(event) = rest.next() {
        match &*event.name {
            "attempt" => *read.entry(plain(&attempt_id(&event))).or_default() += 1,
            "accepted" => drop(accepted.insert(delivery(&event))),
            other => panic!("{other}: {event:?}"),
        }
    }
    let logged = logged(&place);
    let repeated = read.values().filter(|times| **times > 1).count();
    println!("{} attempts over {KILLS} kills, {repeated} read more than once", logged.len());
    let missed: Vec<_> = logged.iter().filter(|id| !read.contains_key(*id)).collect();
    assert!(missed.is_empty(), "{missed:?}");
    assert!(read.keys().all(|id| logged.contains(id)), "nothing is streamed that is not in the log");
    assert!(logged.iter().all(|(id, _)| accepted.contains(id)));
}

#[test]
fn a_position_that_is_not_kept_continues_with_what_is() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let accept = |start: &str| {
        let response = serving.request(
            "POST",
            "/v1/shop/callback/events",
            &[("content-type", "application/x-ndjson")],
            events(&profile, start, 10),
        );
        assert_eq!(response.status, 202, "{response:?}");
    };
    let mut stream = Stream::open(&serving.addr, &format!("{STREAM}?event=attempt"), &[]);
    accept("a");
    let first = stream.next().unwrap();
    for _ in 1..10 {
        stream.next().unwrap();
    }
    accept("b");
    for _ in 0..10 {
        stream.next().unwrap();
    }
    place.settings("keep_deliveries = 1\n");
    let pruned = place.run(&["deliveries", "prune", "--yes"]);
    assert_eq!(pruned.code, Some(0), "{pruned:?}");
    for (id, reason) in
        [(first.id.as_deref().unwrap(), "removed"), ("s-999999-1-0", "unknown"), ("x", "unknown")]
    {
        let mut late = Stream::open(
            &serving.addr,
            &format!("{STREAM}?event=attempt&follow=false"),
            &[("last-event-id", id)],
        );
        let gap = late.next().unwrap();
        assert_eq!((&*gap.name, &gap.data["reason"]), ("gap", &json!(reason)), "{id}: {gap:?}");
        assert!(gap.data["continues_from"].is_string(), "{gap:?}");
        let mut left = 0;
        while let Some(event) = late.next() {
            assert_eq!(event.name, "attempt");
            left += 1;
        }
        assert_eq!(left, 1, "{id}");
        // From its end on nothing is missing.
        let end = late.last_id.unwrap();
        let mut next =
            Stream::open(&serving.addr, &format!("{STREAM}?follow=false"), &[("last-event-id", &end)]);
        assert_eq!(next.next(), None);
    }
}
