//! `ringback work`: the sender alone.

use std::time::Duration;

use crate::support::cli::{On, Place, Running, under_nohup};
use crate::support::recorder::{Recorder, events};
use crate::support::terminal::{Launch, Terminal};
use ringback::storage::Lease;
use serde_json::{Value, json};

/// Queues this many events.
fn queue(place: &Place, profile: &str, count: usize) {
    let file = place.file("events.ndjson", &events(profile, "", count));
    let sent = place.run(&["send", "--from", &file, "--no-wait"]);
    assert_eq!(sent.code, Some(0), "{}", sent.out);
    // A running sender may have sent them already.
    assert!(sent.out.starts_with(&format!("{count} accepted: ")), "{}", sent.out);
}

#[test]
fn until_idle_waits_for_retries_and_reports_each_attempt() {
    let place = Place::new();
    let endpoint = Recorder::start(Duration::ZERO, |_, times| if times == 1 { 503 } else { 200 });
    let id = place.apply(&endpoint.profile(1)).remove(0);
    queue(&place, &id, 2);
    let work = place.run(&["work", "--until-idle", "--json"]);
    assert_eq!((work.code, work.err.as_str()), (Some(0), ""));
    let lines: Vec<Value> = work.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let states: Vec<&str> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["waiting", "waiting", "delivered", "delivered", "ended"]);
    let first = &lines[0];
    assert_eq!((&first["profile_id"], &first["event"]), (&json!(id), &json!("sms-send")));
    assert_eq!((&first["n"], &first["status"]), (&json!(1), &json!(503)));
    assert_eq!(first["error"]["class"], "status");
    assert!(first["due_at"].is_string() && lines[2]["due_at"].is_null());
    assert_eq!(
        lines[4],
        json!({
            "state": "ended", "attempts": 4, "tries": 4, "delivered": 2, "failed": 0, "queued": 0, "waiting": 0,
            "blocked": 0, "held": 0,
        })
    );
    assert_eq!(endpoint.book().len(), 2);
}

#[test]
fn without_pending_deliveries_work_ends_or_waits() {
    let place = Place::new();
    let idle = place.run(&["work", "--until-idle"]);
    assert_eq!((idle.code, idle.out.as_str()), (Some(0), "0 delivered, 0 failed · nothing is queued\n"));

    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    for signal in ["INT", "TERM"] {
        let mut work = Running::start(place.command(&["work"]));
        queue(&place, &id, 1);
        let line = work.line(On::Out, "delivered Order SMS · 1st attempt 200 OK");
        assert!(line.ends_with(endpoint.book().keys().find(|id| line.contains(*id)).unwrap()), "{line}");
        work.signal(signal);
        work.line(On::Out, "1 delivered, 0 failed · nothing is queued");
        assert_eq!(work.code(), Some(0), "a signal is its end");
        // A copy of the single file is complete.
        assert!(!place.db().with_extension("db-wal").exists(), "the write-ahead log is in the database");
    }
}

#[test]
fn under_nohup_work_outlives_the_terminal() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let mut work = Running::start(under_nohup(&place.command(&["work"])));
    for _ in 0..2 {
        queue(&place, &id, 1);
        work.line(On::Out, "delivered Order SMS");
        work.signal("HUP");
    }
    work.signal("TERM");
    work.line(On::Out, "2 delivered, 0 failed · nothing is queued");
    assert_eq!(work.code(), Some(0));
}

#[test]
fn a_signal_ends_work_before_it_is_idle() {
    let place = Place::new();
    let endpoint = Recorder::start(Duration::MAX, |_, _| 200);
    let id = place.apply(&endpoint.profile(0)).remove(0);
    queue(&place, &id, 20);
    let mut work = Running::start(place.command(&["work", "--until-idle"]));
    endpoint.wait("what there is room for", |book| book.len() == 4);
    work.signal("TERM");
    work.line(On::Err, "waiting up to 5 s for requests in flight (SIGTERM again to abort)");
    work.interrupt();
    work.line(On::Out, "0 delivered, 0 failed · 20 queued and 0 waiting; run `ringback work` to continue");
    assert_eq!(work.code(), Some(143));
}

#[test]
fn work_reports_another_active_sender_and_waits() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    queue(&place, &id, 1);
    let lease = Lease::try_take(&place.db()).unwrap().unwrap();
    let mut work = Running::start(place.command(&["work", "--until-idle"]));
    let message = work.line(On::Err, "is the active sender");
    assert!(
        message
            .contains(&format!("(pid {}) is the active sender: waiting for it to end", std::process::id())),
        "{message}"
    );
    assert!(endpoint.book().is_empty());
    drop(lease);
    work.line(On::Err, "this session is sending now");
    assert_eq!(work.code(), Some(0));
    assert_eq!(endpoint.book().len(), 1);
}

#[test]
fn on_a_terminal_a_progress_line_is_shown() {
    let place = Place::new();
    let endpoint = Recorder::start(Duration::ZERO, |id, _| if id.is_empty() { 200 } else { 404 });
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let program = Launch::new(env!("CARGO_BIN_EXE_ringback")).args(["work"]).env("RINGBACK_DB", place.db());
    let mut terminal = Terminal::start(program);
    terminal.wait_for("0 queued · 0 waiting · 0 in flight · 0 delivered · 0 failed");
    queue(&place, &id, 1);
    terminal.wait_for("failed Order SMS · 1st attempt 404 Not Found");
    terminal.wait_for("0 delivered · 1 failed");
    terminal.press("ctrl+c");
    assert_eq!(terminal.wait_exit(), 0);
    let screen = terminal.screen();
    assert!(screen.ends_with("0 delivered, 1 failed · nothing is queued"), "{screen}");
    assert!(!screen.contains("in flight ·"), "the line is taken away: {screen}");
}
