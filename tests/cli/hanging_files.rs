//! TLS files of a profile that have become pipes or devices since it was saved: reading them may block for ever, and
//! no command does.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::cli::{On, Place, Running, ending_signals};
use crate::support::recorder::events;
use crate::support::secure::Authority;
use serde_json::json;

/// Longer than the limit for a command here: a command that ends did not wait for it.
const TIMEOUT_MS: u32 = 60_000;

/// A profile whose CA file was valid when it was saved.
fn profile(place: &Place) -> String {
    let ca_file = Authority::new().file(place.db().parent().unwrap());
    let document = json!({
        "title": "Order SMS", "channel": "sms", "url": "https://127.0.0.1:9/cb", "body": "{\"ref\": \"<ref>\"}",
        "retry": {"count": 1, "interval_s": 1, "timeout_ms": TIMEOUT_MS}, "tls": {"ca_file": ca_file},
    });
    place.apply(&document).remove(0)
}

fn pipe_without_a_writer(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn messages_of_the_kernel(path: &Path) {
    std::os::unix::fs::symlink("/proc/kmsg", path).unwrap();
}

#[test]
fn commands_and_signals_end_although_a_ca_file_would_hang() {
    let place = Place::new();
    let id = profile(&place);
    let ca_file = place.path("ca.pem");
    let message = format!("no secure connection to 127.0.0.1:9: CA file: {}: ", ca_file.display());
    for replace in [pipe_without_a_writer, messages_of_the_kernel] {
        std::fs::remove_file(&ca_file).unwrap();
        replace(&ca_file);
        let tested = place.run(&["test", &id, "--json"]);
        assert_eq!(tested.code, Some(1), "{tested:?}");
        let error = tested.json()["attempts"][0]["error"].clone();
        assert!(error["message"].as_str().unwrap().starts_with(&message), "{error}");

        let file = place.file("events.ndjson", &events(&id, "", 3));
        let queue = || assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
        queue();
        let work = place.run(&["work", "--until-idle"]);
        assert_eq!((work.code, work.err.as_str()), (Some(0), ""));
        assert!(work.out.contains("0 delivered, 3 failed"), "{}", work.out);

        let mut work = Running::start(place.command(&["work"]));
        queue();
        for _ in 0..3 {
            work.line(On::Out, "failed Order SMS");
        }
        work.signal("TERM");
        assert_eq!(work.code(), Some(0));
    }
}

#[test]
fn a_signal_ends_a_command_that_waits_for_the_writer_of_a_pipe() {
    let place = Place::new();
    let id = profile(&place);
    let pipe = place.path("pipe");
    pipe_without_a_writer(&pipe);
    let pipe = pipe.to_str().unwrap();
    for (signal, code) in ending_signals() {
        let mut send = Running::start(place.command(&["send", "--from", pipe, "--no-wait"]));
        wait_until_opening(send.pid());
        send.signal(signal);
        send.line(On::Err, "nothing was accepted");
        assert_eq!(send.code(), Some(code));
        let mut send = Running::start(place.command(&["send", &id, "--values", pipe]));
        wait_until_opening(send.pid());
        send.signal(signal);
        assert_eq!(send.code(), None, "the signal itself ends it");
    }
    let missing = place.path("missing");
    place
        .run(&["send", "--from", missing.to_str().unwrap()])
        .refused(2, &["missing: it cannot be read (there is no such file): check its name"]);
}

/// Waits until a thread of a process is blocked opening a pipe. Not every kernel reports it: then as long as a start
/// takes.
fn wait_until_opening(pid: u32) {
    let until = Instant::now() + Duration::from_secs(3);
    let waits = || {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        let mut places =
            threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("wchan")).ok());
        places.any(|place| place == "wait_for_partner")
    };
    while !waits() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
}
