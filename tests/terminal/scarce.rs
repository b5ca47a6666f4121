//! The console on a machine that lacks something: threads, or a correct clock.

use std::time::Duration;

use crate::support::console::{PROGRAM, apply, launch};
use crate::support::limits::threads;
use crate::support::recorder::Recorder;
use crate::support::terminal::{Launch, Terminal};
#[cfg(target_os = "linux")]
use crate::support::wrong_clock::clock_at;

/// Fails each first attempt.
fn failing_once() -> Recorder {
    Recorder::start(Duration::ZERO, |_, times| if times == 1 { 503 } else { 200 })
}

#[cfg(target_os = "linux")]
#[test]
fn with_an_odd_clock_the_console_tests_and_retries() {
    // A day before 1970, and the first of the year 10000.
    for seconds in [-86_400, 253_402_300_800] {
        let endpoint = failing_once();
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        apply(&db, &endpoint.profile(1));
        let mut start = launch(&db).size(120, 36);
        for (name, value) in clock_at(seconds) {
            start = start.env(name, value);
        }
        let mut terminal = Terminal::start(start);
        terminal.wait_for("● running");
        terminal.wait_for("sms  POST");
        terminal.press("t");
        terminal.wait_for("[ Send ]");
        terminal.press("enter");
        terminal.wait_for("Callback profile tested · delivered · 200");
        terminal.press("esc");
        terminal.press("4");
        terminal.wait_for("● delivered");
        terminal.press("q");
        assert_eq!(terminal.wait_exit(), 0);
    }
}

#[test]
fn without_threads_the_console_says_so_and_restores_the_terminal() {
    let endpoint = Recorder::taking();
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(&db, &endpoint.profile(0));
    let mut opened = false;
    for most in 0..=12 {
        let (variables, limit) = threads(most);
        let script = format!("{limit} && exec \"$0\" \"$@\"");
        let mut start = Launch::shell(&script).args([PROGRAM, "--db", db.to_str().unwrap()]).size(120, 24);
        for (name, value) in variables {
            start = start.env(name, value);
        }
        let mut terminal = Terminal::start(start);
        terminal.wait_until(
            |screen| {
                let text = screen.contents();
                text.contains("Order SMS") || text.contains("cannot start a thread (")
            },
            "the profile, or why there is none",
        );
        opened = terminal.find("1 Profiles").is_some();
        if opened {
            // With too few of them for the storage or for the sender it says that, too.
            terminal.wait_until(
                |screen| {
                    let text = screen.contents();
                    text.contains("● running") || text.contains("cannot start a thread (")
                },
                "a sender, or why there is none",
            );
            terminal.press("q");
        }
        let code = terminal.wait_exit();
        assert!(code == 0 || code == 1, "{most} threads: {code}, {}", terminal.screen());
        assert!(!terminal.screen().contains("panicked"), "{}", terminal.screen());
    }
    assert!(opened, "twelve threads are enough");
}
