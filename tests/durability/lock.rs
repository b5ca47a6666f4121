//! The lock file beside the database, removed, replaced or created by somebody else; and a sender that is stopped
//! while it owns the lock.

use std::os::unix::fs::symlink;
use std::time::Duration;

use crate::failing_calls::failing;
use crate::support::cli::{On, Place, Running, ran};
use crate::support::needs::skip;
use crate::support::recorder::{Recorder, events};
use ringback::delivery::Limits;
use ringback::record::DeliveryState;

fn lock(place: &Place) -> std::path::PathBuf {
    place.path("ringback.db.lock")
}

#[test]
fn a_sender_that_loses_the_lock_stops_and_nothing_is_sent_twice() {
    let place = Place::new();
    let endpoint = Recorder::start(Duration::from_millis(2), |_, _| 200);
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&profile, "", 3000));
    let mut first = Running::start(place.command(&["work"]));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    endpoint.wait("the first deliveries", |book| book.len() > 50);
    std::fs::remove_file(lock(&place)).unwrap();
    let mut second = Running::start(place.command(&["work", "--until-idle"]));
    let message = first.line(On::Err, "this session stopped sending");
    assert!(message.contains("the lock file beside it was removed or replaced"), "{message}");
    // Whichever of the two has the new file, queued deliveries are sent.
    assert_eq!(second.code(), Some(0));
    endpoint.wait("all deliveries", |book| book.len() == 3000);
    first.interrupt();
    assert_eq!(first.code(), Some(0), "at its end nothing was left to send");

    let all = crate::durable::check(&place.db());
    assert_eq!(all.len(), 3000);
    for (id, summary) in &all {
        assert_eq!((summary.state, summary.attempts), (DeliveryState::Delivered, 1), "{id}");
        assert_eq!(
            endpoint.book()[&id.to_string()].times,
            1,
            "the second waited until the first had stopped"
        );
    }
}

#[test]
fn the_exit_code_after_losing_the_lock_reflects_the_final_state() {
    for args in [&["work"][..], &["send", "--json", "--from"]] {
        let place = Place::new();
        let endpoint = Recorder::taking();
        endpoint.withhold_responses();
        let profile = place.apply(&endpoint.profile(0)).remove(0);
        let file = place.file("events.ndjson", &events(&profile, "", 200));
        let is_work = args == ["work"];
        if is_work {
            assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
        }
        let all = if is_work { args.to_vec() } else { [args, &[&file]].concat() };
        let mut first = Running::start(place.command(&all));
        if !is_work {
            first.line(On::Out, "\"line\":200,");
        }
        endpoint.wait("the first requests", |book| book.len() >= 4);
        // Stopped, it cannot take the new lock file itself.
        first.signal("STOP");
        std::fs::remove_file(lock(&place)).unwrap();
        let mut second = Running::start(place.command(&["work"]));
        endpoint.wait("a request of the second", |book| book.values().any(|arrived| arrived.times == 2));
        endpoint.release_responses();
        first.signal("CONT");
        first.line(On::Err, "this session stopped sending: ");
        endpoint.wait("all deliveries", |book| book.len() == 200);
        if is_work {
            first.interrupt();
        }
        assert_eq!(first.code(), Some(0), "{all:?}");
        second.interrupt();
        assert_eq!(second.code(), Some(0), "{all:?}");
        let all = crate::durable::check(&place.db());
        assert!(all.values().all(|summary| summary.state == DeliveryState::Delivered));
    }
}

#[test]
fn a_file_system_without_locks_is_reported_at_once() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    assert_eq!(place.run(&["test", &profile]).code, Some(0));
    assert_eq!(place.run(&["send", &profile, "--set", "ref=1", "--no-wait"]).code, Some(0));
    let why = "put the database on a local disk, and name it with --db";
    for args in [&["work", "--until-idle"][..], &["test", &profile], &["send", &profile, "--set", "ref=2"]] {
        let Some(command) = failing(&place, "flock", "error=ENOLCK", args) else { return };
        let ended = ran(command);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(
            ended.err.contains("ringback.db.lock cannot be locked (") && ended.err.contains(why),
            "{ended:?}"
        );
    }
    let Some(command) = failing(&place, "flock", "error=ENOLCK", &["doctor"]) else { return };
    let doctor = ran(command);
    assert!(doctor.out.contains("no session can send") && doctor.out.contains(why), "{doctor:?}");
    assert_eq!(endpoint.book().len(), 1, "only the first test was sent");
}

#[test]
fn a_foreign_object_at_the_lock_file_is_reported_and_not_changed() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let letter = place.file("letter", "dear");
    symlink(&letter, lock(&place)).unwrap();
    let file = place.file("events.ndjson", &events(&profile, "", 2));
    let why = "is a symbolic link: remove it while no session runs";
    let sent = place.run(&["send", &profile, "--set", "ref=1"]);
    assert_eq!(sent.code, Some(1), "{sent:?}");
    assert!(sent.err.contains(why) && sent.err.contains("stays queued in"), "{sent:?}");
    let test = place.run(&["test", &profile]);
    assert_eq!(test.code, Some(1), "{test:?}");
    assert!(test.err.contains(why), "{test:?}");
    for args in [&["send", "--from", &file][..], &["work", "--until-idle"]] {
        let ran = place.run(args);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains(why), "{ran:?}");
    }
    let doctor = place.run(&["doctor"]);
    assert!(
        doctor.out.contains("no session can send") && doctor.out.contains("is a symbolic link"),
        "{doctor:?}"
    );
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "dear");
    assert!(endpoint.book().is_empty());

    std::fs::remove_file(lock(&place)).unwrap();
    std::fs::create_dir(lock(&place)).unwrap();
    let sent = place.run(&["send", &profile, "--set", "ref=2"]);
    assert_eq!(sent.code, Some(1), "{sent:?}");
    assert!(sent.err.contains("is a folder"), "{sent:?}");

    std::fs::remove_dir(lock(&place)).unwrap();
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(endpoint.book().len(), 5);
}

#[test]
fn a_sender_that_is_stopped_is_reported_until_it_continues() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let mut first = Running::start(place.command(&["work"]));
    assert_eq!(place.run(&["send", &profile, "--set", "ref=before"]).code, Some(0));
    let why = format!("pid {} holds the sender's lock and is stopped", first.pid());
    let doctor = place.run(&["doctor"]);
    assert!(!doctor.out.contains(&why), "{doctor:?}");
    first.signal("STOP");

    let mut waiting = Running::start(place.command(&["send", &profile, "--set", "ref=after"]));
    waiting.line(On::Err, "is the active sender");
    let message = waiting.line(On::Err, &why);
    assert!(message.contains(&format!("`kill -CONT {}`", first.pid())), "{message}");
    let mut standby = Running::start(place.command(&["work"]));
    standby.line(On::Err, &why);
    let doctor = place.run(&["doctor"]);
    assert!(doctor.out.contains(&why) && doctor.out.contains("1 delivery is pending"), "{doctor:?}");
    assert_eq!(doctor.code, Some(1), "{doctor:?}");

    first.signal("CONT");
    assert_eq!(waiting.code(), Some(0));
    for worker in [&mut first, &mut standby] {
        worker.interrupt();
        worker.code();
    }
    assert_eq!(crate::durable::check(&place.db()).len(), 2);
    assert!(endpoint.book().values().all(|arrived| arrived.times == 1));
}

#[test]
fn a_database_mounted_alone_is_refused() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    place.apply(&endpoint.profile(0));
    let alone = place.file("alone.db", "");
    let (db, program) = (place.db(), crate::support::console::PROGRAM);
    let script =
        format!("mount --bind {} {alone} && exec {program} --db {alone} deliveries list", db.display());
    let mut command = std::process::Command::new("unshare");
    let Ok(output) = command.args(["--map-root-user", "--mount", "sh", "-c", &script]).output() else {
        return skip("there is no `unshare` here");
    };
    let message = String::from_utf8(output.stderr).unwrap();
    if !message.starts_with("ringback") {
        return skip(&format!("nobody can mount a file here: {message}"));
    }
    assert!(message.contains("is mounted as a single file"), "{message}");
    assert_eq!(place.run(&["deliveries", "list"]).code, Some(0), "under its own name it is as before");
}

#[test]
fn a_session_whose_log_is_removed_stops_and_its_writes_are_kept() {
    let place = Place::new();
    let endpoint = Recorder::start(Duration::from_millis(2), |_, _| 200);
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&profile, "", 3000));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    let mut first = Running::start(place.command(&["work"]));
    endpoint.wait("the first deliveries", |book| book.len() > 50);
    for ending in ["-wal", "-shm"] {
        std::fs::remove_file(format!("{}{ending}", place.db().display())).unwrap();
    }
    let message = first.line(On::Err, "-wal and -shm beside it were removed");
    assert!(message.contains("restart"), "{message}");
    first.interrupt();
    assert_eq!(first.code(), Some(1));
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    let all = crate::durable::check(&place.db());
    assert_eq!(all.len(), 3000);
    let limits = Limits::default();
    let times: u32 = all.keys().map(|id| endpoint.book()[&id.to_string()].times).sum();
    let twice = times as usize - 3000;
    println!("{twice} were sent twice");
    assert!(twice <= 2 * limits.per_origin + limits.unrecorded, "{twice} were sent twice");
}
