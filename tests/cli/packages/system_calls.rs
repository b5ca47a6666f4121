//! The system calls that the units allow are all that the services make.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::unit_file::UnitFile;
use crate::support::cli::{On, Place, Running, address, ran};
use crate::support::needs;
use serde_json::json;

/// The system calls of a set such as `@network-io`, and of those within it.
fn set(analyze: &Path, name: &str) -> BTreeSet<String> {
    let mut command = Command::new(analyze);
    command.args(["syscall-filter", "--no-pager", name]).env("SYSTEMD_PAGER", "");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let listed = ran(command);
    assert_eq!(listed.code, Some(0), "{name}: {listed:?}");
    let mut calls = BTreeSet::new();
    for call in
        listed.out.lines().skip(1).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if call.starts_with('@') {
            calls.extend(set(analyze, call));
        } else {
            calls.insert(call.to_owned());
        }
    }
    assert!(!calls.is_empty(), "{name}: {listed:?}");
    calls
}

/// The system calls that a unit allows: its first list, without those of lists that begin with `~`.
fn allowed(analyze: &Path, unit: &UnitFile) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for list in unit.all("SystemCallFilter") {
        let (names, is_denied) = list.strip_prefix('~').map_or((list, false), |names| (names, true));
        for name in names.split(' ') {
            let set = set(analyze, name);
            if is_denied {
                calls.retain(|call| !set.contains(call));
            } else {
                calls.extend(set);
            }
        }
    }
    calls
}

/// The system calls in a table of `strace -c`.
fn counted(table: &str) -> BTreeSet<String> {
    let rows = table.lines().filter_map(|line| line.split_whitespace().last());
    rows.filter(|word| !matches!(*word, "syscall" | "total") && !word.starts_with('-'))
        .map(str::to_owned)
        .collect()
}

/// Waits until this returns something.
#[track_caller]
fn until<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        assert!(Instant::now() < deadline, "{what}");
    }
}

/// How many deliveries of a profile ended in a state.
fn ended(place: &Place, profile: &str, state: &str) -> usize {
    let list = ["deliveries", "list", "--json", "--profile", profile, "--state", state];
    place.run(&list).json().as_array().unwrap().len()
}

/// Posts an event to the API.
fn post(addr: &str, profile: &str) {
    let event = json!({"callback_profile_id": profile, "event": "sms-send", "data": {}}).to_string();
    let mut connection = TcpStream::connect(addr).unwrap();
    let request = format!(
        "POST /v1/A1/callback/events HTTP/1.1\r\nhost: {addr}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{event}",
        event.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 202 "), "{response}");
}

/// A command, under strace, which writes a table of its system calls to a file.
fn traced(strace: &Path, of: &Command, table: &Path) -> Command {
    let mut command = Command::new(strace);
    command.args(["-f", "-c", "-o"]).arg(table).arg(of.get_program()).args(of.get_args());
    for (name, value) in of.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// From start to end, with a name to look up, an attempt that succeeds, one that fails, and the command of an alert.
#[test]
fn services_make_no_other_system_calls() {
    let (Some(analyze), Some(strace)) = (needs::program("systemd-analyze"), needs::program("strace")) else {
        return;
    };
    for name in ["ringback-serve.service", "ringback-work.service"] {
        let place = Place::new();
        let alerted = place.path("alerted");
        place.settings(&format!("failing_after = 1\non_alert = \"cat > '{}'\"\n", alerted.display()));
        let receiver = Running::start(place.command(&["receive", "--listen", "127.0.0.1:0"]));
        let port = address(&receiver.line(On::Out, "listening")).rsplit_once(':').unwrap().1.to_owned();
        let profile = |title: &str, url: String| {
            let retry = json!({"count": 0});
            json!({"title": title, "channel": "sms", "url": url, "body": "{}", "retry": retry})
        };
        let profiles = place.apply(&json!([
            profile("Arrives", format!("http://localhost:{port}/")),
            profile("Fails", "http://127.0.0.1:1/".to_owned()),
        ]));

        let unit = UnitFile::packaged(name);
        let mut arguments = unit.arguments();
        let is_api = arguments == ["serve"];
        if is_api {
            // Other tests run beside this one.
            arguments.extend(["--listen", "127.0.0.1:0", "--insecure-no-auth"]);
        }
        let table = place.path("calls");
        let mut service = Running::start(traced(&strace, &place.command(&arguments), &table));
        let api = is_api.then(|| address(&service.line(On::Out, "listening")));
        let pid = until("it sends", || {
            let senders = place.run(&["senders", "--json"]).json();
            senders[0]["pid"].as_u64()
        });
        for (profile, state) in profiles.iter().zip(["delivered", "failed"]) {
            match &api {
                Some(api) => post(api, profile),
                None => assert_eq!(place.run(&["send", profile, "--no-wait"]).code, Some(0)),
            }
            until(state, || (ended(&place, profile, state) == 1).then_some(()));
        }
        until("the alert is given", || alerted.exists().then_some(()));
        assert!(Command::new("kill").args(["-TERM", &pid.to_string()]).status().unwrap().success());
        assert_eq!(service.code(), Some(0), "{name}: {:#?}", service.rest_of_errors());

        let table = std::fs::read_to_string(table).unwrap();
        let (mut made, allowed) = (counted(&table), allowed(&analyze, &unit));
        if rustix::process::geteuid().is_root() {
            // SQLite gives its files to the owner of the database, if it may: the services are not root.
            made.remove("fchown");
        }
        assert!(made.contains("fdatasync") && made.contains("connect") && made.contains("execve"), "{table}");
        let beyond: Vec<&String> = made.difference(&allowed).collect();
        assert!(beyond.is_empty(), "{name}: {beyond:?} are not allowed");
    }
}
