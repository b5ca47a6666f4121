//! Standard output on a full disk: a command that cannot report what it did fails, and accepted deliveries stay
//! queued or are delivered.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::Stdio;

use crate::support::cli::{Place, Ran, finish};
use crate::support::needs::skip;
use crate::support::recorder::{Recorder, events};

const FULL: &str = "/dev/full";

/// Runs a command whose standard output is full.
fn run(place: &Place, args: &[&str]) -> Ran {
    let full = OpenOptions::new().write(true).open(FULL).unwrap();
    let mut command = place.command(args);
    finish(command.stdout(Stdio::from(full)).spawn().unwrap())
}

#[test]
fn an_output_error_fails_the_command() {
    if !Path::new(FULL).exists() {
        skip(&format!("this system has no {FULL}"));
        return;
    }
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&id, "", 3));
    let why = "cannot write to standard output";
    let commands: [&[&str]; 6] = [
        &["send", "--from", &file],
        &["send", "--from", &file, "--json"],
        &["send", "--from", &file, "--no-wait", "--json"],
        &["send", &id, "--set", "ref=1"],
        &["send", &id, "--set", "ref=1", "--json"],
        &["test", &id],
    ];
    for args in commands {
        let ran = run(&place, args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert!(ran.err.contains(why), "{args:?}: {ran:?}");
    }
    for args in [&["work", "--until-idle"][..], &["work", "--json"]] {
        assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
        let ran = run(&place, args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert!(ran.err.contains(why), "{args:?}: {ran:?}");
    }
    // Nothing is lost: it is delivered later if it was not.
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert!(endpoint.book().values().all(|arrived| arrived.times == 1));
}

#[test]
fn help_and_version_fail_on_an_output_error() {
    if !Path::new(FULL).exists() {
        skip(&format!("this system has no {FULL}"));
        return;
    }
    let place = Place::new();
    for args in [&["--help"][..], &["--version"], &["work", "--help"]] {
        let ran = run(&place, args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert!(ran.err.contains("cannot write to standard output"), "{args:?}: {ran:?}");
    }
}

/// A file size limit fails a write, as a full disk does.
#[test]
fn a_file_size_limit_does_not_end_the_program_by_a_signal() {
    let place = Place::new();
    let profile = place.file("profile.json", &Recorder::taking().profile(0).to_string());
    let mut command = std::process::Command::new("/bin/sh");
    let limited = r#"ulimit -f 0; exec "$0" profiles apply "$1""#;
    let inner = place.command(&[]);
    command.args(["-c", limited, env!("CARGO_BIN_EXE_ringback"), &profile]);
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = finish(command.spawn().unwrap());
    assert!(ran.code.is_some_and(|code| code == 1 || code == 2), "{ran:?}");
    assert!(ran.err.contains("ringback.db"), "{ran:?}");
}
