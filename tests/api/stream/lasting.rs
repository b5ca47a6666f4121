//! Streams that last: slow readers, HTTP/2, and the end of the server.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{STREAM, Stream};
use crate::serving::Serving;
use crate::support::cli::{On, Place, Running};
use crate::support::needs;
use crate::support::recorder::{Recorder, events};

/// The resident memory of a process in KiB.
fn resident(program: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Accepts so many events, a thousand at a time.
fn accept(serving: &Serving, profile: &str, thousands: usize) {
    for n in 0..thousands {
        let body = events(profile, &format!("{n}-"), 1000);
        let headers = [("content-type", "application/x-ndjson")];
        assert_eq!(serving.request("POST", "/v1/shop/callback/events", &headers, body).status, 202);
    }
}

#[test]
fn a_slow_reader_costs_no_memory_and_gets_everything() {
    const THOUSANDS: usize = 20;
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    assert_eq!(place.run(&["deliveries", "pause", &profile]).code, Some(0));
    let serving = Serving::open(&place);
    accept(&serving, &profile, THOUSANDS);
    let before = resident(&serving.program);
    let from_start = [("last-event-id", "0")];
    let path = format!("{STREAM}?event=accepted&follow=false");
    let mut slow: Vec<Stream> = (0..8).map(|_| Stream::open(&serving.addr, &path, &from_start)).collect();
    // Others are served meanwhile.
    let mut quick = Stream::open(&serving.addr, &path, &from_start);
    let mut count = 0;
    while quick.next().is_some() {
        count += 1;
    }
    assert_eq!(count, THOUSANDS * 1000);
    let grown = resident(&serving.program).saturating_sub(before);
    println!("{grown} KiB for 9 streams of {count} events");
    // All of it would be ten times as much.
    assert!(grown < 24 << 10, "{grown} KiB");
    let mut late = 0;
    while slow[0].next().is_some() {
        late += 1;
    }
    assert_eq!(late, THOUSANDS * 1000, "at its own pace");
}

#[test]
fn a_stop_ends_streams_at_once() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    assert_eq!(place.run(&["deliveries", "pause", &profile]).code, Some(0));
    let mut serving = Serving::open(&place);
    // More than buffers take.
    accept(&serving, &profile, 40);
    let mut idle = Stream::open(&serving.addr, STREAM, &[]);
    // Nothing of this one is read: its connection is full.
    let _full = Stream::open(&serving.addr, STREAM, &[("last-event-id", "0")]);
    let mut half = Stream::open(&serving.addr, STREAM, &[("last-event-id", "0")]);
    // Both are served at the same pace: by then the other one's buffers are full.
    for _ in 0..30_000 {
        half.next().unwrap();
    }
    let began = Instant::now();
    serving.program.signal("TERM");
    serving.program.line(On::Err, "stopping; waiting for requests in progress");
    assert_eq!(idle.next(), None);
    assert_eq!(serving.program.code(), Some(0));
    let took = began.elapsed();
    println!("stopped after {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_stream_is_served_over_http2() {
    let Some(curl) = needs::program("curl") else { return };
    let place = Place::new();
    let serving = Serving::open(&place);
    let mut command = Command::new(curl);
    command.args(["-sSNi", "--http2-prior-knowledge", "--max-time", "60", &serving.url(STREAM)]);
    let mut client = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut until = |end: &str| {
        let mut text = String::new();
        while !text.contains(end) {
            text = text + &lines.next().expect("it lasts").unwrap() + "\n";
        }
        text
    };
    let head = until("id: s-");
    assert!(head.starts_with("HTTP/2 200"), "{head}");
    assert!(
        head.contains("content-type: text/event-stream") && head.contains("retry: 2000\n\nid: s-"),
        "{head}"
    );
    let profile = serde_json::json!({"title": "Orders", "channel": "sms", "url": "http://127.0.0.1:9/"});
    let headers = [("content-type", "application/json")];
    let made = serving.request("POST", "/v1/shop/callback/profiles", &headers, profile.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    assert!(until("data: ").contains("event: profile\n"));
    client.kill().unwrap();
    client.wait().unwrap();
    // HEAD has the head and no stream.
    let head = serving.request("HEAD", STREAM, &[], "");
    assert_eq!((head.status, head.header("content-type")), (200, "text/event-stream"));
}
