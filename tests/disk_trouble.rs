//! The real program on a disk that is full, and on a file that it may no longer write: said at once,
//! nothing claimed that is not on disk, nothing lost, and on by itself when there is room again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may fail, and tell")]

mod cli_support;
mod disk;
mod durable;
mod recorder;
mod support;

use std::collections::HashSet;
use std::process::Command;
use std::time::Duration;

use cli_support::{On, Place, Ran, Running, ran};
use disk::Disk;
use recorder::{Recorder, events};
use ringback::delivery::State;
use serde_json::Value;
use support::terminal::{Launch, Terminal};

/// Room for the program and no more than a few hundred deliveries.
const MIB: u32 = 4;
/// What is wrong, and what to do.
const NO_ROOM: &str = "has no room to grow: free some disk space, then try again";
/// Sent while there is room.
const BEFORE: usize = 12;

/// A place whose database is on a disk that can be filled.
struct Small {
    disk: Disk,
    place: Place,
}

impl Small {
    fn new() -> Option<Self> {
        Some(Self { disk: Disk::of_mib(MIB)?, place: Place::new() })
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", self.disk.path("ringback.db"));
        self.disk.command(&command)
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.command(args);
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        ran(command)
    }

    /// Applies the endpoint's profile and gives its id.
    fn apply(&self, endpoint: &Recorder) -> String {
        let file = self.place.file("profile.json", &endpoint.profile(0).to_string());
        let applied = self.run(&["profiles", "apply", &file]);
        assert_eq!(applied.code, Some(0), "{applied:?}");
        applied.out.trim().to_owned()
    }

    /// Hands over events, and gives how that went and the ids that were told to be accepted.
    fn send(&self, profile: &str, start: &str, count: usize) -> (Ran, HashSet<String>) {
        let file = self.place.file("events.ndjson", &events(profile, start, count));
        let ran = self.run(&["send", "--from", &file, "--json", "--no-wait"]);
        let ids = ran.out.lines().filter_map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["state"] == "accepted").then(|| line["delivery_id"].as_str().unwrap().to_owned())
        });
        let ids = ids.collect();
        (ran, ids)
    }

    /// How many deliveries the log shows in this state.
    fn listed(&self, state: &str) -> usize {
        let listed = self.run(&["deliveries", "list", "--state", state, "--json"]);
        assert_eq!(listed.code, Some(0), "{listed:?}");
        serde_json::from_str::<Value>(&listed.out).unwrap().as_array().unwrap().len()
    }

    /// What is on the disk in the end, once nobody uses it: each of these was delivered, and came to
    /// the endpoint once.
    fn all_delivered(&self, endpoint: &Recorder, told: &HashSet<String>) {
        self.disk.take("ringback.db", &self.place.db());
        let all = durable::check(&self.place.db());
        let stored: HashSet<String> = all.keys().map(ToString::to_string).collect();
        assert!(told.is_subset(&stored), "what was told to be accepted is there");
        for (id, summary) in &all {
            assert_eq!(summary.state, State::Delivered, "{summary:?}");
            assert_eq!(endpoint.book()[&id.to_string()].times, 1, "{id} was sent once");
        }
    }
}

#[test]
fn on_a_full_disk_nothing_is_claimed_and_nothing_lost() {
    let Some(small) = Small::new() else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let mut worker = Running::start(small.command(&["work", "--json"]));

    endpoint.keep_answers();
    let (sent, mut told) = small.send(&profile, "before-", BEFORE);
    assert_eq!((sent.code, told.len()), (Some(0), BEFORE), "{sent:?}");
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk.fill();
    endpoint.let_answers_go();
    let said = worker.line(On::Err, "what was sent cannot be recorded");
    assert!(said.contains(NO_ROOM), "{said}");
    assert_eq!(small.listed("delivered"), 0, "what is not on disk is not claimed");
    assert_eq!(small.listed("queued"), BEFORE);

    let (refused, accepted) = small.send(&profile, "full-", 2000);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains(NO_ROOM), "{refused:?}");
    assert!(refused.err.contains("ringback.db"), "{refused:?}");
    told.extend(accepted);
    let edited = small.place.file("edited.json", &endpoint.profile(2).to_string());
    small.run(&["profiles", "apply", &edited]).refused(1, &[NO_ROOM]);
    small.run(&["send", &profile, "--set", "ref=full"]).refused(1, &[NO_ROOM]);

    small.disk.make_room();
    let (sent, accepted) = small.send(&profile, "after-", BEFORE);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    told.extend(accepted);
    assert_eq!(small.run(&["work", "--until-idle"]).code, Some(0));
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
    small.all_delivered(&endpoint, &told);
}

#[test]
fn who_ends_before_there_is_room_says_that_it_could_not_record() {
    let Some(small) = Small::new() else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let mut worker = Running::start(small.command(&["work"]));
    endpoint.keep_answers();
    let (_, told) = small.send(&profile, "", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk.fill();
    endpoint.let_answers_go();
    worker.line(On::Err, NO_ROOM);
    worker.interrupt();
    let said = worker.line(On::Err, "stay pending: what was sent of them is sent again");
    assert!(said.contains("what was sent cannot be recorded"), "{said}");
    assert_eq!(worker.code(), Some(1));

    small.disk.make_room();
    assert_eq!(small.listed("queued"), told.len());
    assert_eq!(small.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(small.listed("delivered"), told.len());
    assert!(endpoint.book().values().all(|arrived| arrived.times == 2), "each was sent again");
}

#[test]
fn the_console_says_that_the_disk_is_full_until_there_is_room() {
    let Some(small) = Small::new() else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let words = small.disk.words();
    let mut args = words[1..].to_vec();
    args.extend([env!("CARGO_BIN_EXE_ringback").to_owned(), "--db".to_owned()]);
    args.push(small.disk.path("ringback.db").to_str().unwrap().to_owned());
    let launch = Launch::new(&words[0]).args(&args).size(120, 36).patience(Duration::from_secs(20));
    let mut terminal = Terminal::start(launch);
    terminal.wait_for("Order SMS");

    endpoint.keep_answers();
    let (sent, told) = small.send(&profile, "", BEFORE);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk.fill();
    endpoint.let_answers_go();
    terminal.wait_for("✗ in trouble");
    terminal.wait_for("no room to grow");
    assert_eq!(small.listed("delivered"), 0);

    small.disk.make_room();
    terminal.wait_gone("in trouble");
    terminal.wait_for("delivered · 200");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    small.all_delivered(&endpoint, &told);
}
