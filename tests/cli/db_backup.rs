//! `ringback db backup`: whole while others write, never over another file, and good to continue from.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::cli::{On, Place, Ran, Running, nothing_starts_with, ran};
use crate::support::recorder::{Recorder, events};
use rusqlite::Connection;
use serde_json::json;

fn backup(place: &Place, to: &Path) -> Ran {
    place.run(&["db", "backup", to.to_str().unwrap(), "--json"])
}

/// A command on another file.
fn on(place: &Place, db: &Path, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command.env("RINGBACK_DB", db);
    ran(command)
}

fn ids(ran: &Ran) -> Vec<String> {
    let all = ran.json();
    all.as_array().unwrap().iter().map(|row| row["delivery_id"].as_str().unwrap().to_owned()).collect()
}

const LIST: [&str; 5] = ["deliveries", "list", "--limit", "0", "--json"];

#[test]
fn a_backup_is_whole_while_a_sender_and_programs_write() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let [id] = <[String; 1]>::try_from(place.apply(&json!([endpoint.profile(0)]))).unwrap();
    let lines = place.file("events", &events(&id, "a", 20_000));
    let working = Running::start(place.command(&["work"]));
    let sending = Running::start(place.command(&["send", "--from", &lines, "--no-wait"]));
    let mut taken: Vec<PathBuf> = Vec::new();
    for n in [50, 1_000, 3_000] {
        endpoint.wait("events meanwhile", |book| book.len() >= n);
        let before = ids(&place.run(&LIST));
        let to = place.path(&format!("backup-{n}.db"));
        let done = backup(&place, &to);
        assert_eq!(done.code, Some(0), "{done:?}");
        let report = done.json();
        assert_eq!(report["faults"], 0, "{report}");
        assert_eq!(report["bytes"], to.metadata().unwrap().len(), "{report}");
        let sum: u64 = report["deliveries"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert!(sum >= before.len() as u64, "{report}: {} before", before.len());
        assert_eq!(to.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let found: std::collections::HashSet<String> = ids(&on(&place, &to, &LIST)).into_iter().collect();
        assert!(before.iter().all(|id| found.contains(id)), "all that was committed before is in it");
        taken.push(to);
    }
    drop((working, sending));
    assert!(nothing_starts_with(place.db().parent().unwrap(), ".backup"), "nothing is left over");
    for to in taken {
        let check = on(&place, &to, &["db", "check", "--json"]);
        assert_eq!((check.code, &check.json()["ok"]), (Some(0), &json!(true)), "{check:?}");
        let db = Connection::open(&to).unwrap();
        let vacuum: i64 = db.query_row("PRAGMA auto_vacuum", [], |row| row.get(0)).unwrap();
        assert_eq!(vacuum, 2, "incremental, as in the database");
    }
}

#[test]
fn a_restored_backup_sends_what_it_has_pending_under_the_same_ids() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let [id] = <[String; 1]>::try_from(place.apply(&json!([endpoint.profile(0)]))).unwrap();
    let send = |references: &str| {
        let sent = place.run_with_input(&["send", "--from", "-", "--no-wait"], &events(&id, references, 5));
        assert_eq!(sent.code, Some(0), "{sent:?}");
    };
    send("before");
    let to = place.path("backup.db");
    assert!(backup(&place, &to).json()["deliveries"]["queued"] == 5);
    send("after");
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(endpoint.book().len(), 10);
    // As the manual says.
    std::fs::rename(&to, place.db()).unwrap();
    let worked = place.run(&["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    let book = endpoint.book();
    assert_eq!(book.len(), 10, "no other ids");
    for arrived in book.values() {
        let times = if arrived.body.contains("before") { 2 } else { 1 };
        assert_eq!(arrived.times, times, "{arrived:?}");
    }
}

#[test]
fn nothing_is_overwritten_or_left_over() {
    let place = Place::new();
    let to = place.path("backup.db");
    backup(&place, &to).refused(2, &["no database"]);
    assert!(!to.exists() && !place.db().exists());
    place.apply(
        &json!([{"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/", "body": "{}"}]),
    );
    std::fs::write(&to, "mine").unwrap();
    for name in ["backup.db", "ringback.db"] {
        backup(&place, &place.path(name)).refused(2, &["never overwrites a file: name a new one"]);
    }
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "mine");
    let link = place.path("link.db");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    backup(&place, &link).refused(2, &["never overwrites"]);
    backup(&place, &place.path("missing/backup.db")).refused(2, &["missing/backup.db: cannot be written"]);
    let mut server = place.command(&["db", "backup", "new.db"]);
    server.env("RINGBACK_DB", "postgres://nobody@127.0.0.1:9/none");
    ran(server).refused(2, &["pg_dump", "docs/fleet.md"]);
    assert!(nothing_starts_with(place.db().parent().unwrap(), ".backup"), "nothing is left over");
}

/// A disk with less room than the copy takes: here a limit for files, in blocks of 512 bytes.
#[test]
fn a_backup_that_does_not_fit_is_not_there() {
    let place = Place::new();
    place.apply(
        &json!([{"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/", "body": "{}"}]),
    );
    let to = place.path("backup.db");
    let mut shell = place.command(&[]);
    let program = shell.get_program().to_owned();
    shell = {
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", "ulimit -f 120; exec \"$@\"", "sh"]).arg(program).args(["db", "backup"]).arg(&to);
        limited.env("RINGBACK_DB", place.db()).env("HOME", place.path(""));
        limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        limited
    };
    let refused = ran(shell);
    refused.refused(1, &["backup.db: cannot be written", "check the disk"]);
    assert!(!to.exists() && nothing_starts_with(place.db().parent().unwrap(), ".backup"));
}

/// A file of an earlier version is backed up before a later one migrates it.
#[test]
fn an_earlier_file_is_not_migrated() {
    let place = Place::new();
    let from = format!("{}/tests/durability/earlier/schema-12.db", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(from, place.db()).unwrap();
    let before = std::fs::read(place.db()).unwrap();
    let to = place.path("backup.db");
    let report = backup(&place, &to).json();
    assert_eq!((&report["schema"], &report["deliveries"]), (&json!(12), &json!(null)), "{report}");
    assert_eq!(std::fs::read(place.db()).unwrap(), before);
    let check = place.run(&["db", "check"]);
    assert!(check.code == Some(0) && check.out.contains("only the file itself was checked"), "{check:?}");
    assert_eq!(on(&place, &to, &LIST).json().as_array().unwrap().len(), 8);
}

#[test]
fn an_interrupted_backup_leaves_nothing() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let [id] = <[String; 1]>::try_from(place.apply(&json!([endpoint.profile(0)]))).unwrap();
    let lines = place.file("events", &events(&id, "a", 60_000));
    assert_eq!(place.run(&["send", "--from", &lines, "--no-wait"]).code, Some(0));
    let to = place.path("backup.db");
    let mut running = Running::start(place.command(&["db", "backup", to.to_str().unwrap()]));
    let folder = place.db().parent().unwrap().to_owned();
    while nothing_starts_with(&folder, ".backup") && !to.exists() {
        std::thread::yield_now();
    }
    running.interrupt();
    let code = running.code();
    // It may have been faster than the signal.
    if to.exists() {
        assert_eq!(code, Some(0));
    } else {
        assert_eq!(code, Some(130));
        running.line(On::Err, "interrupted: no backup was made");
    }
    assert!(nothing_starts_with(&folder, ".backup"));
}
