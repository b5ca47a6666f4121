//! Another program that reads from the database and does not finish: its transaction keeps the write-ahead log from
//! shrinking. Which program, and since when, is reported until it is over. And another program that keeps the
//! database locked: sessions that must wait for it say so.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::{Value, json};

use crate::support::cli::{On, Place, Running};
use crate::support::recorder::Recorder;
use crate::support::terminal::{Launch, Terminal};

/// A third-party program on the database: Python's `sqlite3`.
struct Outsider {
    child: Child,
    input: Option<ChildStdin>,
}

impl Outsider {
    /// Starts one, which runs this and then waits until it is released.
    fn doing(place: &Place, sql: &str) -> Self {
        let script = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.argv[2].split(';'):
    db.execute(line).fetchall()
print('there', flush=True)
sys.stdin.read()";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(place.db()).arg(sql);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut message = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut message).unwrap();
        assert_eq!(message, "there\n");
        Self { input: child.stdin.take(), child }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it.
    fn end(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Outsider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A reader that does not finish.
fn reader(place: &Place) -> Outsider {
    Outsider::doing(place, "BEGIN; SELECT count(*) FROM delivery")
}

/// Large events, so that few of them fill the log.
fn large(profile: &str, count: usize) -> String {
    let data = json!({"ref": "x".repeat(100_000)});
    let line = json!({"callback_profile_id": profile, "event": "sms-send", "data": data});
    format!("{line}\n").repeat(count)
}

fn log_bytes(place: &Place) -> u64 {
    std::fs::metadata(place.path("ringback.db-wal")).map_or(0, |found| found.len())
}

fn database_findings(place: &Place) -> Vec<Value> {
    let doctor = place.run(&["doctor", "--json"]).json();
    let all = doctor["findings"].as_array().unwrap();
    all.iter().filter(|finding| finding["topic"] == "database").cloned().collect()
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_pins_the_log_is_named_until_it_is_over() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let mut worker = Running::start(place.command(&["work"]));
    assert_eq!(place.run(&["send", &profile, "--set", "ref=before"]).code, Some(0));
    let outsider = reader(&place);
    let who = format!("pid {} (python3", outsider.pid());
    assert_eq!(database_findings(&place).len(), 1, "a reader alone is nothing to report");

    let lines = place.file("events.ndjson", &large(&profile, 150));
    let mut sending = Running::start(place.command(&["send", "--from", &lines]));
    let message = worker.line(On::Err, "the write-ahead log cannot shrink");
    assert!(message.contains(&who) && message.contains("end the transaction"), "{message}");
    assert_eq!(sending.code(), Some(0), "nobody waits for it");
    let found = database_findings(&place);
    let note = found.iter().find(|finding| finding["state"] == "note").expect("it is found");
    let what = note["found"].as_str().unwrap();
    assert!(what.contains(&who) && what.contains(" since ") && what.contains(" UTC): "), "{what}");
    assert_eq!(note["log"]["readers"][0]["pid"], outsider.pid());
    assert!(note["log"]["bytes"].as_u64() > Some(16 << 20) && note["log"]["since"].is_string(), "{note}");
    assert!(place.run(&["doctor"]).out.contains(&who));

    outsider.end();
    worker.line(On::Err, "the write-ahead log can shrink again");
    assert_eq!(database_findings(&place).len(), 1);
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
    assert_eq!(log_bytes(&place), 0);
}

#[test]
fn the_console_says_that_the_log_cannot_shrink() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let outsider = reader(&place);
    let program = Launch::new(env!("CARGO_BIN_EXE_ringback")).env("RINGBACK_DB", place.db());
    let mut console = Terminal::start(program);
    console.wait_for("running");
    let lines = place.file("events.ndjson", &large(&profile, 150));
    assert_eq!(place.run(&["send", "--from", &lines, "--no-wait"]).code, Some(0));
    console.wait_for("the write-ahead log cannot shrink");
    outsider.end();
    console.wait_for("The write-ahead log can shrink again");
    console.press("q");
    console.wait_exit();
}

#[test]
fn waiting_for_another_programs_lock_is_reported() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let document = endpoint.profile(0);
    let profile = place.apply(&document).remove(0);
    let file = place.file("profile.json", &document.to_string());
    let lines = place.file("events.ndjson", &crate::support::recorder::event(&profile, "x"));
    assert_eq!(place.run(&["send", "--from", &lines, "--no-wait"]).code, Some(0));
    let commands: [&[&str]; 11] = [
        &["profiles", "apply", &file],
        &["profiles", "disable", &profile],
        &["profiles", "enable", &profile],
        &["variables", "add", "sms-send", "own"],
        &["deliveries", "pause"],
        &["deliveries", "resume"],
        &["deliveries", "cancel", "--all", "--yes"],
        &["send", &profile, "--set", "ref=1", "--no-wait"],
        &["send", "--from", &lines],
        &["test", &profile],
        &["work", "--until-idle"],
    ];
    for args in commands {
        if args[0] == "work" {
            // With nothing to send it may end before it needs the lock.
            assert_eq!(place.run(&["send", "--from", &lines, "--no-wait"]).code, Some(0));
        }
        let outsider = Outsider::doing(&place, "BEGIN IMMEDIATE");
        let mut running = Running::start(place.command(args));
        let message = running.line(On::Err, "waiting for the lock that ");
        assert!(message.contains(&format!("pid {}", outsider.pid())), "{args:?}: {message}");
        assert!(message.trim_end().ends_with("ringback.db"), "{args:?}: {message}");
        outsider.end();
        assert_eq!(running.code(), Some(0), "{args:?}");
    }
    // A session that only reads waits for a program that blocks readers.
    let outsider =
        Outsider::doing(&place, "PRAGMA locking_mode = EXCLUSIVE;BEGIN IMMEDIATE;DELETE FROM tested;COMMIT");
    let mut running = Running::start(place.command(&["deliveries", "list"]));
    running.line(On::Err, "waiting for the lock that ");
    outsider.end();
    assert_eq!(running.code(), Some(0));
}
