//! The real program in a real terminal: its first frame, and its cost while nothing or little happens.
//!
//! `cargo bench --bench terminal` prints the figures and writes them to `target/figures/terminal.json`. It fills a
//! database with 100 000 profiles and 1 000 000 deliveries first, which takes a minute or two; `RINGBACK_DELIVERIES`
//! sets another number.

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench says what failed by panicking, and its numbers are small"
)]

mod endpoint;
mod figures;
#[path = "measures/streaming.rs"]
mod streaming;
#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use endpoint::Endpoint;
use figures::{Figure, keep, percentile};
use ringback::callback::Values;
use ringback::profile::document::Document;
use ringback::profile::{Event, Identity, Profile, ProfileId, Region, Rules};
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{ErrorClass, Failure, NewDelivery};
use ringback::storage::Store;
use serde_json::json;
use support::console::{PROGRAM, apply, launch, order_sms};
use support::process::{resident, sleeps, woken};
use support::terminal::Terminal;

const PROFILES: usize = 100_000;
const DELIVERIES: usize = 1_000_000;
const RUNS: usize = 5;
const WIDE: (u16, u16) = (120, 36);
const OVERVIEW: (u16, u16) = (160, 45);

fn main() {
    endpoint::serve_if_asked();
    let mut figures = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    first_frames(&mut figures, folder.path());
    idle(&mut figures, folder.path());
    cursor(&mut figures, folder.path());
    stream(&mut figures, folder.path());
    ticks(&mut figures, folder.path());
    let megabytes = std::fs::metadata(PROGRAM).unwrap().len() as f64 / 1e6;
    figures.push(Figure::new("binary, MB", megabytes, Some("<= 15")));
    keep("terminal", &figures);
}

fn start(db: &Path) -> Terminal {
    Terminal::start(launch(db).size(WIDE.0, WIDE.1).patience(Duration::from_secs(30)))
}

fn since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// From the start of the program to its first complete frame, and to the one with the list.
fn first_frames(figures: &mut Vec<Figure>, folder: &Path) {
    let (mut frame, mut list) = starts(|run| folder.join(format!("new{run}/a.db")), "none yet");
    figures.push(Figure::new("first frame, new user, ms", percentile(&mut frame, 50), Some("<= 12")));
    figures.push(Figure::new("with the empty list read, ms", percentile(&mut list, 50), None));
    let db = folder.join("full.db");
    fill(&db);
    let (mut frame, mut list) = starts(|_| db.clone(), "Order SMS 0");
    let goal = Some("<= 50");
    figures.push(Figure::new("first frame, all that stored, ms", percentile(&mut frame, 50), goal));
    figures.push(Figure::new("with the profiles in the list, ms", percentile(&mut list, 50), None));
    let terminal = start(&db);
    terminal.wait_for("Order SMS 0");
    terminal.wait_for("failed · no such name");
    quiet(&terminal);
    let memory = resident(terminal.pid()).unwrap() as f64 / f64::from(1 << 20);
    figures.push(Figure::new("resident memory, idle, all that stored, MiB", memory, None));
}

fn starts(db: impl Fn(usize) -> std::path::PathBuf, text: &str) -> (Vec<f64>, Vec<f64>) {
    let (mut frame, mut list) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let started = Instant::now();
        let mut terminal = start(&db(run));
        terminal.wait_for("1 Profiles");
        frame.push(since(started));
        terminal.wait_for(text);
        list.push(since(started));
        terminal.press("q");
        terminal.wait_exit();
    }
    (frame, list)
}

/// Waits until the start has completed all its work.
fn quiet(terminal: &Terminal) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let (bytes, before) = (terminal.bytes_written(), sleeps(terminal.pid()));
        std::thread::sleep(Duration::from_millis(500));
        if terminal.bytes_written() == bytes && woken(&before, &sleeps(terminal.pid())).is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "it does not come to rest");
    }
}

fn idle(figures: &mut Vec<Figure>, folder: &Path) {
    let db = folder.join("idle.db");
    apply(&db, &order_sms("https://hooks.example/cb"));
    let terminal = start(&db);
    terminal.wait_for("Order SMS");
    // After ten seconds retention runs, and the thread for that ends ten seconds later.
    std::thread::sleep(Duration::from_secs(22));
    quiet(&terminal);
    let (bytes, before) = (terminal.bytes_written(), sleeps(terminal.pid()));
    std::thread::sleep(Duration::from_secs(10));
    let written = terminal.bytes_written() - bytes;
    let after = sleeps(terminal.pid());
    let slept = |id: &str| before.iter().find(|(of, ..)| of == id).map_or(0, |(.., count)| *count);
    let woken_now: u64 = after.iter().map(|(id, _, count)| count - slept(id)).sum();
    let ended = before.iter().filter(|(id, ..)| after.iter().all(|(of, ..)| of != id)).count();
    let wakes = (woken_now as f64 + ended as f64) / 10.0;
    figures.push(Figure::new("idle for 10 s, bytes", written as f64, Some("0")));
    figures.push(Figure::new("idle, wake-ups a second", wakes, Some("0")));
    for thread in woken(&before, &after) {
        println!("  woken: {thread}");
    }
    let memory = resident(terminal.pid()).unwrap() as f64 / f64::from(1 << 20);
    figures.push(Figure::new("resident memory, idle, MiB", memory, Some("<= 15")));
}

/// The bytes of each step down, first among visible rows, then with the list scrolling.
fn cursor(figures: &mut Vec<Figure>, folder: &Path) {
    let db = folder.join("full.db");
    let mut terminal = start(&db);
    terminal.wait_for("Order SMS 0");
    let (mut within, mut moving) = (Vec::new(), Vec::new());
    for row in 1..60 {
        quiet_moment(&terminal);
        let before = terminal.bytes_written();
        terminal.press("down");
        let chosen = format!("▌Order SMS {row} ");
        terminal.wait_until(|screen| screen.contents().contains(&chosen), &chosen);
        quiet_moment(&terminal);
        let written = (terminal.bytes_written() - before) as f64;
        if row < 15 { within.push(written) } else { moving.push(written) }
    }
    figures.push(Figure::new("cursor down, bytes, most", percentile(&mut within, 100), Some("<= 400")));
    figures.push(Figure::new("the same with the list moving, most", percentile(&mut moving, 100), None));
}

fn quiet_moment(terminal: &Terminal) {
    loop {
        let bytes = terminal.bytes_written();
        std::thread::sleep(Duration::from_millis(60));
        if terminal.bytes_written() == bytes {
            return;
        }
    }
}

/// From a key to its frame with all that stored, while deliveries stream by.
fn stream(figures: &mut Vec<Figure>, folder: &Path) {
    let endpoint = Endpoint::start(2, 0);
    let db = folder.join("full.db");
    let streamed = profile_to(&endpoint.taking()[1], PROFILES);
    let mut measure = |mut terminal: Terminal, beside: &str| {
        terminal.wait_for("Order SMS 0");
        let measured = streaming::measure(&mut terminal, &Store::open(&db).unwrap(), &streamed);
        figures.extend(measured.map(|figure| figure.beside(beside)));
        terminal.press("q");
        terminal.wait_exit();
    };
    measure(start(&db), "");
    // The overview of the last hour is on the screen, and read again and again.
    let wide = Terminal::start(launch(&db).size(OVERVIEW.0, OVERVIEW.1).patience(Duration::from_secs(30)));
    wide.wait_for("Overview: last hour");
    measure(wide, ", with the overview");
}

/// The bytes of each frame while a countdown runs.
fn ticks(figures: &mut Vec<Figure>, folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let behaviour = Behaviour { fail_first: 1, ..Behaviour::default() };
    let receiver = runtime.block_on(Receiver::start(([127, 0, 0, 1], 0).into(), behaviour)).unwrap();
    let db = folder.join("ticks.db");
    let mut profile = order_sms(&format!("http://{}/cb", receiver.addr()));
    profile["retry"] = json!({"count": 1, "interval_s": 60, "timeout_ms": 5000});
    apply(&db, &profile);
    let mut terminal = start(&db);
    terminal.wait_for("Order SMS");
    terminal.press("t");
    terminal.wait_for("[ Send ]");
    terminal.press("enter");
    terminal.wait_for("retry 1 of 1 in 58");
    let frames = |terminal: &Terminal| {
        let begin = b"\x1b[?2026h";
        terminal.output().windows(begin.len()).filter(|bytes| bytes == begin).count()
    };
    let (bytes, before, started) = (terminal.bytes_written(), frames(&terminal), Instant::now());
    terminal.wait_for("retry 1 of 1 in 53");
    let count = (frames(&terminal) - before) as f64;
    let each = (terminal.bytes_written() - bytes) as f64 / count;
    figures.push(Figure::new("a timer's tick, bytes", each, Some("<= 120")));
    figures.push(Figure::new("ticks a second", count / started.elapsed().as_secs_f64(), Some("<= 10")));
    runtime.block_on(receiver.stop());
}

/// Profiles, and deliveries that have ended: nothing is sent.
fn fill(db: &Path) {
    let deliveries = std::env::var("RINGBACK_DELIVERIES").map_or(DELIVERIES, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = Store::open(db).unwrap();
    runtime.block_on(async {
        for first in (0..PROFILES).step_by(10_000) {
            store.save_profiles((first..first + 10_000).map(profile).collect()).await.unwrap();
        }
        let model = profile(0);
        for first in (0..deliveries).step_by(10_000) {
            let batch = (first..(first + 10_000).min(deliveries)).map(|_| ended(&model)).collect();
            store.enqueue(batch).await.unwrap();
        }
    });
}

fn profile(n: usize) -> Profile {
    profile_to("https://hooks.example/cb", n)
}

fn profile_to(url: &str, n: usize) -> Profile {
    let mut json = order_sms(url);
    json["title"] = json!(format!("Order SMS {n}"));
    let at = jiff::Timestamp::from_second(1_700_000_000 + i64::try_from(n).unwrap()).unwrap();
    let id = ProfileId::new(Region::In, uuid::Uuid::from_u128(n as u128 + 1));
    let identity = Identity { id, created_at: at, modified_at: at };
    Document::read(json).unwrap().draft.check(Rules::STORED, identity).unwrap()
}

fn ended(profile: &Profile) -> NewDelivery {
    let mut delivery = NewDelivery::test(profile.clone(), Some(Event::SmsSend), Values::default());
    delivery.tested = None;
    delivery.request = Err(Failure { class: ErrorClass::Dns, message: "no such name".to_owned() });
    delivery
}
