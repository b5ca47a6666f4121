//! The latency of an event: sent alone by its own command, and in a stream of 100 per second.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::figures::{Figure, percentile};
use crate::program::Site;

/// Commands, one after the other.
const ALONE: usize = 50;
/// Events in the stream, and the interval between them.
const STREAM: usize = 1_000;
const APART: Duration = Duration::from_millis(10);

/// Goals in milliseconds: from acceptance to the endpoint, median; from the pipe to the endpoint, 99th percentile.
pub struct Goals {
    pub alone: &'static str,
    pub stream: &'static str,
}

/// Over a site whose first profile sends to the first port of the endpoint.
pub fn measure(site: &Site, endpoint: &Endpoint, goals: &Goals) -> Vec<Figure> {
    let (mut accepted, mut started) = alone(site, endpoint);
    let mut stream = stream(site, endpoint);
    let [ms, p99] = [50, 99].map(|percent| percentile(&mut stream, percent));
    vec![
        Figure::new(
            "one event, from its acceptance to the endpoint, median, ms",
            percentile(&mut accepted, 50),
            Some(goals.alone),
        ),
        Figure::new(
            "one event, from the start of the command, median, ms",
            percentile(&mut started, 50),
            None,
        ),
        Figure::new("100 events a second, from the pipe to the endpoint, median, ms", ms, None),
        Figure::new("the same, 99th percentile, ms", p99, Some(goals.stream)),
    ]
}

/// Milliseconds until the event arrived at the endpoint: since the command reported its acceptance, and since the
/// command was started.
fn alone(site: &Site, endpoint: &Endpoint) -> (Vec<f64>, Vec<f64>) {
    let (mut from_acceptance, mut from_start) = (Vec::new(), Vec::new());
    for _ in 0..ALONE {
        let start = now();
        let mut command =
            site.command(&["send", site.profile(), "--set", "id=7", "--set", "status=DELIVRD", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let accepted = accepted(child.stdout.take().unwrap());
        assert!(child.wait().unwrap().success());
        let arrivals = arrivals(endpoint);
        for (id, at) in &accepted {
            from_acceptance.push(ms(arrivals[id] - at).max(0.0));
            from_start.push(ms(arrivals[id] - start));
        }
    }
    assert_eq!(from_start.len(), ALONE, "each command accepts one event");
    (from_acceptance, from_start)
}

/// Milliseconds from writing a line to the pipe until its event arrived at the endpoint.
fn stream(site: &Site, endpoint: &Endpoint) -> Vec<f64> {
    let mut command = site.command(&["send", "--from", "-", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let reading = thread::spawn(move || accepted(output));
    let written = write(site, input);
    let accepted = reading.join().unwrap();
    assert!(child.wait().unwrap().success());
    let arrivals = arrivals(endpoint);
    // Lines are accepted in order.
    assert_eq!(accepted.len(), STREAM);
    accepted.iter().zip(written).map(|((id, _), at)| ms(arrivals[id] - at)).collect()
}

/// Writes the events on schedule. Returns when each was written.
fn write(site: &Site, mut input: impl Write) -> Vec<i64> {
    let start = Instant::now();
    let mut written = Vec::with_capacity(STREAM);
    for number in 0..STREAM {
        let due = start + APART * u32::try_from(number).unwrap();
        thread::sleep(due.saturating_duration_since(Instant::now()));
        written.push(now());
        writeln!(input, "{}", site.event(number)).unwrap();
    }
    written
}

/// The deliveries that a command reports as accepted, in order, with the times of the reports.
fn accepted(output: impl Read) -> Vec<(String, i64)> {
    let mut accepted = Vec::new();
    for line in BufReader::new(output).lines() {
        let at = now();
        // The last document of a single event has several lines.
        let Ok(line) = serde_json::from_str::<Value>(&line.unwrap()) else { continue };
        if line["state"] == "accepted" {
            accepted.push((line["delivery_id"].as_str().unwrap().to_owned(), at));
        }
    }
    accepted
}

fn arrivals(endpoint: &Endpoint) -> HashMap<String, i64> {
    tokio::runtime::Runtime::new().unwrap().block_on(endpoint.arrivals())
}

fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

fn ms(microseconds: i64) -> f64 {
    microseconds as f64 / 1000.0
}
