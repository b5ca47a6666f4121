//! A machine whose clock is implausible: everything works, and waits still end.
#![cfg(target_os = "linux")]

use std::time::Duration;

use jiff::Timestamp;

use crate::support::cli::{Place, Ran, ran};
use crate::support::recorder::Recorder;
use crate::support::terminal::{Launch, Terminal};
use crate::support::wrong_clock::clock_at;

/// 10000-01-01.
const YEAR_10000: i64 = 253_402_300_800;

/// Seconds since 1970: long before, a second before, the last minutes that count as plausible, the last that
/// libraries have a timestamp for, the first of a year with five digits, and long after.
const ODD: [i64; 6] = [-100_000_000_000, -1, 253_370_764_790, 253_402_207_000, YEAR_10000, 9_000_000_000_000];

fn at(place: &Place, seconds: i64, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command.envs(clock_at(seconds));
    ran(command)
}

#[test]
fn every_command_works_at_an_odd_clock() {
    // Each delivery's first attempt fails, so that each waits for a retry.
    let endpoint = Recorder::start(Duration::ZERO, |_, times| if times == 1 { 503 } else { 200 });
    for seconds in ODD {
        let place = Place::new();
        let file = place.file("profiles.json", &endpoint.profile(1).to_string());
        let run = |args: &[&str]| {
            let ran = at(&place, seconds, args);
            assert_eq!(ran.code, Some(0), "{args:?} at {seconds}: {ran:?}");
            assert!(!ran.err.contains("panicked"), "{args:?} at {seconds}: {ran:?}");
            ran
        };
        let id = run(&["profiles", "apply", &file]).out.trim().to_owned();
        for args in [
            &["profiles", "list"][..],
            &["variables"],
            &["preview", &id],
            &["test", &id],
            &["send", &id],
            &["send", &id, "--no-wait"],
            &["work", "--until-idle"],
            &["deliveries", "list", "--since", "1h"],
            &["deliveries", "prune", "--dry-run"],
            &["profiles", "delete", &id, "--yes"],
            &["profiles", "restore", &id],
        ] {
            run(args);
        }
        let list = run(&["deliveries", "list", "--json"]).json();
        let list = list.as_array().unwrap();
        assert_eq!(list.len(), 3);
        for delivery in list {
            assert_eq!(delivery["state"], "delivered", "{delivery}");
            let accepted: Timestamp = delivery["accepted_at"].as_str().unwrap().parse().unwrap();
            assert!(accepted >= Timestamp::UNIX_EPOCH, "{delivery}");
        }
        // With the clock corrected, deliveries recorded with the wrong clock are found.
        assert_eq!(place.run(&["deliveries", "list", "--json"]).json().as_array().unwrap().len(), 3);
    }
}

#[test]
fn pruning_by_age_requires_a_trusted_clock() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    for n in 0..3 {
        assert_eq!(place.run(&["test", &profile, "--set", &format!("ref={n}")]).code, Some(0));
    }
    let ahead = Timestamp::now().as_second() + 400 * 86_400;
    let prune = |args: &[&str]| at(&place, ahead, &[&["deliveries", "prune"], args].concat());
    let why = ["is far ahead of the last activity (", "if it is right, add --trust-clock"];
    for by_age in [&[][..], &["--older-than", "30d"]] {
        for unconfirmed in [&["--yes"][..], &[]] {
            prune(&[by_age, unconfirmed].concat())
                .refused(2, &["3 deliveries match; nothing was removed", why[0], why[1]]);
        }
        let counted = prune(&[by_age, &["--dry-run"]].concat());
        assert!(counted.code == Some(0) && why.iter().all(|why| counted.err.contains(why)), "{counted:?}");
    }
    prune(&["--trust-clock"]).refused(2, &["3 deliveries match; nothing was removed: no terminal", "--yes"]);
    // A limit by number needs no clock.
    place.settings("keep_days = 0\nkeep_deliveries = 2\n");
    let removed = |ran: Ran| (ran.code, ran.json()["removed"].as_u64());
    assert_eq!(removed(prune(&["--yes", "--json"])), (Some(0), Some(1)));
    let all = prune(&["--older-than", "30d", "--yes", "--trust-clock", "--json"]);
    assert_eq!(removed(all), (Some(0), Some(2)));
    // From then on it is trusted.
    assert_eq!(prune(&["--older-than", "30d", "--yes"]).code, Some(0));
}

#[test]
fn a_person_confirms_that_the_clock_is_right() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    assert_eq!(place.run(&["test", &profile]).code, Some(0));
    let ahead = Timestamp::now().as_second() + 400 * 86_400;
    let launch =
        Launch::new(env!("CARGO_BIN_EXE_ringback")).args(["deliveries", "prune", "--older-than", "30d"]);
    let [library, by] = clock_at(ahead);
    let launch = launch.env("RINGBACK_DB", place.db()).env(library.0, library.1).env(by.0, by.1);
    let mut terminal = Terminal::start(launch.size(200, 30));
    terminal.wait_for("if it is right, add --trust-clock, or confirm here");
    terminal.wait_for("Remove 1 delivery from the log permanently? [y/N]");
    terminal.press("y");
    terminal.press("enter");
    terminal.wait_for("removed 1 deliveries");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn commands_that_need_a_correct_clock_say_so() {
    let place = Place::new();
    // An hour: the clock advances while the command runs.
    for seconds in [-3_600, YEAR_10000] {
        at(&place, seconds, &["receive", "--listen", "0"]).refused(1, &["clock", "set the clock"]);
        let doctor = at(&place, seconds, &["doctor", "--json"]);
        assert_eq!(doctor.code, Some(1), "{doctor:?}");
        let findings = doctor.json()["findings"].clone();
        let clock = findings.as_array().unwrap().iter().find(|finding| finding["topic"] == "clock");
        assert_eq!(clock.unwrap()["state"], "problem", "{findings}");
    }
    let right = place.run(&["doctor", "--json"]).json();
    assert!(right["findings"].as_array().unwrap().iter().all(|finding| finding["topic"] != "clock"));
}
