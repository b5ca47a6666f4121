//! A disk that fails while a batch is committed: the advice how to go on with the input is exact, whether
//! the batch is in the file or not. The failure is made with `strace`, where there is one.

use std::process::{Command, Stdio};

use crate::support::cli::{Place, ran};
use crate::support::needs::skip;
use crate::support::recorder::{Recorder, events};

/// Lines of the input, in batches of 512.
const LINES: usize = 2000;

/// The program with its fsync calls failing: which ones, as in strace(1). None where it cannot be done.
fn failing(place: &Place, which: &str, args: &[&str]) -> Option<Command> {
    let probe =
        Command::new("strace").args(["-f", "-e", "trace=fsync", "true"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        skip("there is no strace here that may trace a program");
        return None;
    }
    let inner = place.command(args);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"]);
    command.arg(format!("inject=fsync,fdatasync:error=EIO:when={which}"));
    command.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(command)
}

#[test]
fn who_follows_the_advice_after_a_failed_commit_sends_each_line_once() {
    let endpoint = Recorder::taking();
    let mut outcomes = Vec::new();
    // One call fails, or all from one on; each of them may be the one that a batch needs.
    for which in ["3", "4", "3+", "4+", "5+"] {
        let place = Place::new();
        let profile = place.apply(&endpoint.profile(0)).remove(0);
        let file = place.file("events.ndjson", &events(&profile, "", LINES));
        let Some(command) = failing(&place, which, &["send", "--from", &file, "--no-wait"]) else { return };
        let sent = ran(command);
        if sent.code == Some(0) {
            continue;
        }
        assert_eq!(sent.code, Some(1), "{which}: {sent:?}");
        let taken = sent.err.split("was taken up to line ").nth(1);
        let taken: usize = taken.map_or(0, |rest| rest.split(';').next().unwrap().parse().unwrap());
        let listed = place.run(&["deliveries", "list", "--json", "--limit", "0"]);
        assert_eq!(listed.json().as_array().unwrap().len(), taken, "{which}: {}", sent.err);
        outcomes.push(sent.err.contains("were accepted although the disk failed"));
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "both were met: {outcomes:?}");
}
