//! The program with a database whose disk may fail, and the invariants at the end.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ringback::record::DeliveryState;
use serde_json::Value;

use super::Disk;
use crate::support::cli::{Place, Ran, ran};
use crate::support::recorder::{Recorder, events};
use crate::support::terminal::{Launch, Terminal};

/// A place with a database on its own disk, or on the usual one.
pub struct Site {
    pub place: Place,
    disk: Option<Disk>,
}

impl Site {
    /// With a disk of so many MiB; none, with a message, if the system cannot provide one.
    pub fn of_mib(size: u32) -> Option<Self> {
        Some(Self { disk: Some(Disk::of_mib(size)?), place: Place::new() })
    }

    /// On the usual disk.
    pub fn usual() -> Self {
        Self { disk: None, place: Place::new() }
    }

    /// # Panics
    /// The separate disk.
    pub fn disk(&self) -> &Disk {
        self.disk.as_ref().unwrap()
    }

    /// The database, as seen inside the namespace.
    pub fn db(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| self.place.db(), |disk| disk.path("ringback.db"))
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", self.db());
        if let Some(disk) = &self.disk {
            command = disk.command(&command);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args))
    }

    /// The console, in a shell that prints its exit code.
    pub fn console(&self) -> Terminal {
        let mut args = self.disk.as_ref().map_or_else(Vec::new, Disk::words);
        args.extend([env!("CARGO_BIN_EXE_ringback").to_owned(), "--db".to_owned()]);
        args.push(self.db().to_str().unwrap().to_owned());
        let script = r#""$0" "$@"; echo code=$?"#.to_owned();
        let launch = Launch::new("/bin/sh").args(["-c".to_owned(), script]).args(args);
        let terminal = Terminal::start(launch.size(120, 36).patience(Duration::from_secs(20)));
        terminal.wait_for("Order SMS");
        terminal
    }

    /// Applies the endpoint's profile and returns its id.
    pub fn apply(&self, endpoint: &Recorder) -> String {
        let file = self.place.file("profile.json", &endpoint.profile(0).to_string());
        let applied = self.run(&["profiles", "apply", &file]);
        assert_eq!(applied.code, Some(0), "{applied:?}");
        applied.out.trim().to_owned()
    }

    /// Sends events, and returns the result and the ids reported as accepted.
    pub fn send(&self, profile: &str, start: &str, count: usize) -> (Ran, HashSet<String>) {
        let file = self.place.file("events.ndjson", &events(profile, start, count));
        let ran = self.run(&["send", "--from", &file, "--json", "--no-wait"]);
        let ids = ran.out.lines().filter_map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["state"] == "accepted").then(|| line["delivery_id"].as_str().unwrap().to_owned())
        });
        let ids = ids.collect();
        (ran, ids)
    }

    /// The same for this many, all of which are accepted.
    pub fn sent(&self, profile: &str, start: &str, count: usize) -> HashSet<String> {
        let (ran, ids) = self.send(profile, start, count);
        assert_eq!((ran.code, ids.len()), (Some(0), count), "{ran:?}");
        ids
    }

    /// How many deliveries the log shows in this state.
    pub fn listed(&self, state: &str) -> usize {
        let listed = self.run(&["deliveries", "list", "--state", state, "--json"]);
        assert_eq!(listed.code, Some(0), "{listed:?}");
        serde_json::from_str::<Value>(&listed.out).unwrap().as_array().unwrap().len()
    }

    /// The final state of the disk: each of these was delivered, and arrived at the endpoint once.
    pub fn all_delivered(&self, endpoint: &Recorder, output: &HashSet<String>) {
        if let Some(disk) = &self.disk {
            disk.take("ringback.db", &self.place.db());
        }
        let all = crate::durable::check(&self.place.db());
        let stored: HashSet<String> = all.keys().map(ToString::to_string).collect();
        assert!(output.is_subset(&stored), "what was told to be accepted is there");
        for (id, summary) in &all {
            assert_eq!(summary.state, DeliveryState::Delivered, "{summary:?}");
            assert_eq!(endpoint.book()[&id.to_string()].times, 1, "{id} was sent once");
        }
    }
}
