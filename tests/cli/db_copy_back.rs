//! `ringback db copy` in every direction: between files and servers, and back, nothing is lost or changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::db_copy::{Chance, LISTS, Pair, endpoint, send_keyed};
use crate::support::cli::{Place, Ran, Running, ran};
use crate::support::postgres::{Database, cluster};
use crate::support::recorder::Recorder;
use serde_json::{Value, json};

/// A command on a database.
fn on(place: &Place, db: &str, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command.env("RINGBACK_DB", db).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
    ran(command)
}

fn copying(place: &Place, from: &str, to: &str) -> Command {
    place.command(&["db", "copy", "--from", from, "--to", to, "--json"])
}

#[track_caller]
fn copy(place: &Place, from: &str, to: &str) -> Value {
    let copied = ran(copying(place, from, to));
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let result = copied.json();
    assert_eq!((&result["result"], &result["skipped"]), (&json!("copied"), &json!(0)), "{result}");
    result
}

/// A database on the server with the schema.
fn migrated(place: &Place) -> Option<Database> {
    let database = cluster()?.database("template0");
    let made = on(place, &database.url(), &["doctor", "--migrate"]);
    assert!(made.out.contains("made: schema"), "{made:?}");
    Some(database)
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Rows of the tables that a few commands do not fill, on deliveries of the log.
const RARE: &str = "
INSERT INTO recovering (profile_id, width) VALUES ('IN_recovering', 3);
INSERT INTO remote_link VALUES ('acc', 'IN_1', '77', NULL, '{}'), ('acc', 'IN_2', NULL, 'made', '[1]');
INSERT INTO health SELECT 'IN_ill', 'failing', 5, 3, id, 500, 'status', 'ö', 1, 2 FROM delivery LIMIT 1;
INSERT INTO turn (id, at, profile_id, title, kind, was, was_since, failed, delivery, status, class, message, wanted)
SELECT randomblob(16), 7, 'IN_ill', 'T', 'failing', NULL, NULL, 3, id, NULL, 'timeout', 'm', seq % 2 FROM delivery LIMIT 3;
INSERT INTO alert (id, made_at, taken_by, ended_at) VALUES (zeroblob(16), 1, 'x', 2);
UPDATE turn SET alert = zeroblob(16) WHERE wanted = 1 AND seq = (SELECT min(seq) FROM turn WHERE wanted = 1);
INSERT INTO bulk_action VALUES (4611686018427387904, 1, 2, 1, '{}', 9, 1, 2, 3);
INSERT INTO bulk_member SELECT 4611686018427387904, seq FROM delivery LIMIT 4;
UPDATE delivery SET probes = 1 WHERE state < 2 AND seq % 2 = 0;
UPDATE attempt SET is_probe = 1, response_body = x'00ff00', response_cut = 1 WHERE key % 3 = 0;
UPDATE lane SET failed_in_row = 2, delivered = (SELECT id FROM delivery LIMIT 1) WHERE seq % 2 = 1;
CREATE TEMP TABLE retried AS SELECT max(seq) AS seq FROM queued;
UPDATE delivery SET state = 1, attempts = 1, due_at = due_at + 86400000000, last_status = 503, last_class = 'status',
    last_message = 'status 503', last_ms = 7 WHERE seq = (SELECT seq FROM retried);
INSERT INTO attempt (key, started_at, duration_ms, status, class, message, response_cut, response_headers, response_body)
SELECT seq << 10 | 1, 1700000000000, 7, 503, 'status', 'status 503', 0, '[]', x'' FROM retried;
UPDATE tally SET n = n + CASE state WHEN 0 THEN -1 ELSE 1 END WHERE state < 2;
INSERT INTO tested SELECT seq, '{\"secret\":\"ß\"}' FROM delivery WHERE state < 2 LIMIT 2;";

#[test]
fn a_copy_to_servers_and_back_to_files_has_the_same_in_each_table() {
    let Some(pair) = Pair::new() else { return };
    let place = &pair.place;
    let endpoint = endpoint();
    let [_, second] = pair.fill(&endpoint);
    let db = rusqlite::Connection::open(place.db()).unwrap();
    db.execute_batch(RARE).unwrap();
    // Gaps in the positions.
    db.execute_batch("DELETE FROM delivery WHERE seq IN (SELECT seq FROM delivery WHERE state = 3 LIMIT 1)")
        .unwrap();
    drop(db);
    let other = migrated(place).unwrap();
    let (start, back, last) = (place.db(), place.path("back.db"), place.path("last.db"));
    let steps = [
        (name(&start).to_owned(), pair.database.url()),
        (pair.database.url(), other.url()),
        (other.url(), name(&back).to_owned()),
        (name(&back).to_owned(), name(&last).to_owned()),
    ];
    let results = steps.each_ref().map(|(from, to)| copy(place, from, to));
    assert!(results[0]["deliveries"]["waiting"].as_u64() > Some(0), "{results:?}");
    for result in &results {
        for table in
            ["turns", "health", "bulk_members", "remote_links", "tested", "attempts", "resends", "receipts"]
        {
            assert!(result["tables"][table]["rows"].as_u64() > Some(0), "{table}: {result}");
        }
        assert_eq!(result["deliveries"], results[0]["deliveries"]);
        for (table, sum) in results[0]["tables"].as_object().unwrap() {
            assert_eq!(&result["tables"][table], sum, "{table}");
        }
    }
    for list in LISTS {
        let all = [&start, &last].map(|db| on(place, name(db), list));
        assert_eq!(all[0].out, all[1].out, "{list:?}");
        // A database that was copied can be read.
        assert_eq!(on(place, &other.url(), list).out, all[0].out, "{list:?}");
    }
    let all = on(place, name(&last), &["deliveries", "list", "--limit", "0", "--json"]).json();
    for delivery in all.as_array().unwrap() {
        let show = ["deliveries", "show", delivery["delivery_id"].as_str().unwrap(), "--json"];
        assert_eq!(on(place, name(&start), &show).json(), on(place, name(&last), &show).json());
    }
    let checked = on(place, name(&last), &["db", "check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let repeated = on(place, name(&last), &send_keyed(&second));
    assert!(repeated.out.starts_with("repeated: already accepted"), "{repeated:?}");
    assert_eq!(
        std::fs::read_dir(back.parent().unwrap())
            .unwrap()
            .filter(|file| { file.as_ref().unwrap().file_name().to_string_lossy().contains(".copying") })
            .count(),
        0,
        "nothing is left beside the files"
    );

    // The retry is due in years.
    let waiting = on(place, name(&last), &["deliveries", "list", "--state", "waiting", "--json"]).json();
    assert_eq!((&waiting[0]["status"], &waiting[0]["attempt_count"]), (&json!(503), &json!(1)), "{waiting}");
    let cancel = ["deliveries", "cancel", waiting[0]["delivery_id"].as_str().unwrap()];
    assert_eq!(on(place, name(&last), &cancel).code, Some(0));
    // What was pending is sent from the last one, once.
    let before = endpoint.book().len();
    assert_eq!(on(place, name(&last), &["deliveries", "resume", &second]).code, Some(0));
    let worked = on(place, name(&last), &["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    let left = on(place, name(&last), &["deliveries", "list", "--state", "queued", "--json"]).json();
    let queued = results[0]["deliveries"]["queued"].as_u64().unwrap();
    let sent = (endpoint.book().len() - before) as u64;
    assert_eq!(sent + left.as_array().unwrap().len() as u64, queued);
}

#[test]
fn a_copied_server_takes_no_changes() {
    let place = Place::new();
    let Some(database) = migrated(&place) else { return };
    let url = database.url();
    let endpoint = Recorder::taking();
    let id = apply(&place, &url, &endpoint);
    let to = place.path("new.db");
    copy(&place, &url, name(&to));
    let moved = format!("was copied to {} and can only be read: use that database", name(&to));
    for args in [
        &["send", &id, "--no-wait"][..],
        &["profiles", "disable", &id],
        &["deliveries", "pause"],
        &["work", "--until-idle"],
    ] {
        let refused = on(&place, &url, args);
        assert!(refused.code > Some(0) && refused.err.contains(&moved), "{args:?}: {refused:?}");
    }
    let listed = on(&place, &url, &["profiles", "list", "--json"]).json();
    assert!(listed.to_string().contains(&id), "{listed}");
    let doctor = on(&place, &url, &["doctor"]);
    assert!(
        doctor.out.contains(&format!("was copied to {}: it can only be read", name(&to))),
        "{}",
        doctor.out
    );
    let again = ran(copying(&place, &url, name(&to)));
    assert_eq!((again.code, &again.json()["result"]), (Some(0), &json!("unchanged")), "{again:?}");
    ran(copying(&place, &url, name(&place.path("third.db")))).refused(1, &["it was copied to", "before"]);
    // Nor is it filled by another copy.
    ran(copying(&place, name(&to), &url)).refused(1, &["it was copied to", "before"]);
    assert_eq!(on(&place, name(&to), &["send", &id, "--no-wait"]).code, Some(0), "it was not closed");
}

#[test]
fn a_target_that_is_not_new_is_refused() {
    let place = Place::new();
    let Some(database) = migrated(&place) else { return };
    let url = database.url();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.db();
    let to = place.path("other.db");
    std::fs::write(&to, "mine").unwrap();
    for from in [name(&file), &url] {
        ran(copying(&place, from, name(&to))).refused(1, &["it exists, and a copy never overwrites a file"]);
    }
    assert_eq!(std::fs::read(&to).unwrap(), b"mine");
    ran(copying(&place, name(&file), name(&file))).refused(1, &["cannot be copied into itself"]);
    ran(copying(&place, &url, &url)).refused(1, &["cannot be copied into itself"]);
    // The same database under another name.
    let alias = url.replace("127.0.0.1", "localhost");
    ran(copying(&place, &url, &alias)).refused(1, &["cannot be copied into itself"]);
    let nowhere = place.path("none/new.db");
    ran(copying(&place, &url, name(&nowhere))).refused(1, &["its folder cannot be used"]);
    let mut work = Running::start({
        let mut command = place.command(&["work"]);
        command.env("RINGBACK_DB", &url);
        command
    });
    while on(&place, &url, &["senders", "--json"]).json() == json!([]) {}
    ran(copying(&place, &url, name(&place.path("new.db")))).refused(1, &["uses it: end that process"]);
    work.interrupt();
    assert_eq!(work.code(), Some(0));
    // Nothing was closed by all this.
    assert_eq!(place.run(&["send", &id, "--no-wait"]).code, Some(0));
    assert_eq!(on(&place, &url, &["variables", "add", "sms-send", "own"]).code, Some(0));
    copy(&place, &url, name(&place.path("new.db")));
}

/// Applies a profile on a server. Its id.
#[track_caller]
fn apply(place: &Place, url: &str, endpoint: &Recorder) -> String {
    let document = place.file("profile.json", &endpoint.profile(0).to_string());
    let applied = on(place, url, &["profiles", "apply", &document]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    applied.out.trim().to_owned()
}

/// A server with this many pending deliveries.
fn filled(place: &Place, endpoint: &Recorder, count: usize) -> Option<(Database, String)> {
    let database = migrated(place)?;
    let id = apply(place, &database.url(), endpoint);
    let events = place.file("events", &crate::support::recorder::events(&id, "queued-", count));
    let sent = on(place, &database.url(), &["send", "--from", &events, "--no-wait"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    Some((database, id))
}

fn part(to: &Path) -> PathBuf {
    to.with_file_name(format!(".{}.copying", to.file_name().unwrap().to_str().unwrap()))
}

#[test]
fn an_unfinished_copy_into_a_file_is_abandoned() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let Some((database, id)) = filled(&place, &endpoint, 1500) else { return };
    let (url, to) = (database.url(), place.path("new.db"));
    place.apply(&endpoint.profile(0));
    // It stops while the log is copied: by then the source is closed.
    let mut copy_it = Running::start(copying(&place, &url, name(&to)));
    while database.sql("SELECT closed_at IS NOT NULL FROM ringback.meta") == "f" {}
    copy_it.kill9();
    assert!(!to.exists(), "it was killed before its end");
    let moving = format!("is being copied to {} and takes no changes", name(&to));
    on(&place, &url, &["send", &id, "--no-wait"]).refused(1, &[&moving]);
    ran(copying(&place, &url, name(&place.path("other.db"))))
        .refused(1, &["it is being copied to", "copy it there"]);
    // What was written so far is not mixed with another database.
    ran(copying(&place, name(&place.db()), name(&to))).refused(1, &["it has an unfinished copy of", &url]);
    let mut abandon = copying(&place, &url, name(&to));
    abandon.arg("--abandon");
    let abandoned = ran(abandon);
    assert_eq!(
        (abandoned.code, &abandoned.json()["result"]),
        (Some(0), &json!("abandoned")),
        "{abandoned:?}"
    );
    assert!(!part(&to).exists() && !to.exists());
    assert_eq!(on(&place, &url, &["send", &id, "--no-wait"]).code, Some(0));
    let copied = copy(&place, &url, name(&to));
    assert_eq!(copied["deliveries"]["queued"], 1501);
}

#[test]
fn a_copy_into_a_file_that_is_killed_at_any_moment_is_resumed() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let Some((database, id)) = filled(&place, &endpoint, 4000) else { return };
    let (url, to) = (database.url(), place.path("new.db"));
    let mut chance = Chance::new();
    let mut kills = 0;
    // Later and later, so that it ends.
    for round in 1.. {
        let mut copy = Running::start(copying(&place, &url, name(&to)));
        std::thread::sleep(Duration::from_millis(chance.below(60 * round)));
        if !copy.kill9() {
            break;
        }
        kills += 1;
        // The file has its name when all is there, and then the source takes no changes.
        let accepts = on(&place, &url, &["send", &id, "--set", "ref=more", "--no-wait"]).code == Some(0);
        assert!(!accepts || !to.exists(), "killed {kills} times");
    }
    println!("{kills} kills");
    let last = ran(copying(&place, &url, name(&to)));
    assert_eq!(last.code, Some(0), "{last:?}");
    assert!(!part(&to).exists());
    let checked = on(&place, name(&to), &["db", "check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let lists = LISTS.iter().map(|list| (on(&place, &url, list).out, on(&place, name(&to), list).out));
    assert!(lists.into_iter().all(|(here, there)| here == there));
    let worked = on(&place, name(&to), &["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    let all = on(&place, name(&to), &["deliveries", "list", "--limit", "0", "--json"]).json();
    let all = all.as_array().unwrap();
    let book = endpoint.book();
    assert_eq!(book.len(), all.len());
    for row in all {
        let arrived = &book[row["delivery_id"].as_str().unwrap()];
        assert_eq!((&row["state"], arrived.times), (&json!("delivered"), 1), "{row}");
    }
}
