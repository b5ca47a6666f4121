//! `ringback db copy`: all that a file has is on the server afterwards, exactly once, and the file is closed.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::cli::{On, Place, Ran, Running, ran};
use crate::support::postgres::{Database, cluster};
use crate::support::recorder::{Recorder, events};
use serde_json::{Value, json};

/// Everything that can be listed, and must be the same on both sides.
pub const LISTS: &[&[&str]] = &[
    &["profiles", "list", "--json"],
    &["profiles", "list", "--deleted", "--json"],
    &["profiles", "export", "--secrets"],
    &["variables", "--json"],
    &["variables", "--samples", "--json"],
    &["deliveries", "list", "--limit", "0", "--json"],
    &["keys", "list", "--json"],
];

/// A file, and a database on a server.
pub struct Pair {
    pub place: Place,
    pub database: Database,
}

impl Pair {
    /// None where PostgreSQL is not installed.
    #[track_caller]
    pub fn new() -> Option<Self> {
        let pair = Self { place: Place::new(), database: cluster()?.database("template0") };
        let migrated = pair.there(&["doctor", "--migrate"]);
        assert!(migrated.out.contains("made: schema"), "{migrated:?}");
        Some(pair)
    }

    /// A command on the file.
    fn here(&self, args: &[&str]) -> Ran {
        self.place.run(args)
    }

    /// A command on the server.
    fn there(&self, args: &[&str]) -> Ran {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", self.database.url()).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
        ran(command)
    }

    fn copying(&self) -> Command {
        let file = self.place.db();
        let url = self.database.url();
        self.place.command(&["db", "copy", "--from", file.to_str().unwrap(), "--to", &url, "--json"])
    }

    fn copy(&self) -> Ran {
        ran(self.copying())
    }

    fn send(&self, profile: &str, references: &str, count: usize) {
        let lines = events(profile, references, count);
        let sent = self.place.run_with_input(&["send", "--from", "-", "--no-wait"], &lines);
        assert_eq!(sent.code, Some(0), "{sent:?}");
    }

    /// A log with deliveries in each state, and settings of each kind. Nothing may be sent to the second profile.
    pub fn fill(&self, endpoint: &Recorder) -> [String; 2] {
        let mut other = endpoint.profile(0);
        other["title"] = json!("Bookings");
        other["auth"] = json!({"type": "api-key", "header": "api-key", "key": "s3cret"});
        let ids = self.place.apply(&json!([endpoint.profile(2), other, endpoint.profile(0)]));
        let [first, second, third] = <[String; 3]>::try_from(ids).unwrap();
        self.done(&["variables", "add", "sms-send", "shop", "--meaning", "a shop", "--sample", "Köln"]);
        self.done(&["variables", "samples", "add", "sms-send", "mine", "--set", "id=7", "--set", "n:=1.50"]);
        assert_eq!(self.here(&["test", &third, "--set", "ref=tested"]).code, Some(1), "it has failed");
        self.done(&["deliveries", "pause", &second]);
        self.send(&first, "delivered-", 5);
        self.send(&third, "third-", 1);
        self.done(&["profiles", "disable", &third]);
        self.done(&["profiles", "delete", &third, "--yes"]);
        self.done(&["keys", "create", "shop", "--scope", "send", "--profile", &first, "--expires", "90d"]);
        self.done(&["keys", "create", "old", "--scope", "read"]);
        self.done(&["keys", "revoke", "old"]);
        self.done(&send_keyed(&second));
        // The paused ones stay.
        self.send(&second, "queued-", 7);
        let mut work = Running::start(self.place.command(&["work", "--json"]));
        endpoint.wait("the events of the first profile", |book| {
            let taken = |reference: &str| {
                book.values().any(|arrived| arrived.taken > 0 && arrived.body.contains(reference))
            };
            (1..=5).all(|n| taken(&format!("delivered-{n}\"")))
        });
        work.interrupt();
        assert_eq!(work.code(), Some(0));
        let queued =
            self.here(&["deliveries", "list", "--state", "queued", "--profile", &second, "--json"]).json();
        self.done(&["deliveries", "cancel", queued[0]["delivery_id"].as_str().unwrap()]);
        let delivered = self.here(&["deliveries", "list", "--state", "delivered", "--json"]).json();
        self.done(&["deliveries", "retry", delivered[0]["delivery_id"].as_str().unwrap()]);
        [first, second]
    }

    #[track_caller]
    fn done(&self, args: &[&str]) {
        let ran = self.here(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
    }

    /// Compares all lists, and each delivery in full.
    #[track_caller]
    fn is_the_same(&self) -> Value {
        for list in LISTS {
            let (here, there) = (self.here(list), self.there(list));
            assert_eq!((here.code, &here.out), (there.code, &there.out), "{list:?}");
        }
        let all = self.here(LISTS[5]).json();
        for delivery in all.as_array().unwrap() {
            let show = ["deliveries", "show", delivery["delivery_id"].as_str().unwrap(), "--json"];
            assert_eq!(self.here(&show).json(), self.there(&show).json());
        }
        all
    }
}

/// Accepts an event with an id.
pub fn send_keyed(profile: &str) -> [&str; 7] {
    ["send", profile, "--set", "ref=keyed", "--event-id", "order 7", "--no-wait"]
}

/// One that refuses the first attempt of each event, and all tests.
pub fn endpoint() -> Recorder {
    Recorder::start(Duration::ZERO, |_, times| if times == 1 { 500 } else { 200 })
}

#[test]
fn a_copy_has_everything_and_sends_what_was_pending() {
    let Some(pair) = Pair::new() else { return };
    let endpoint = endpoint();
    let [first, second] = pair.fill(&endpoint);
    // As if a probe had enabled the first one.
    let file = rusqlite::Connection::open(pair.place.db()).unwrap();
    file.execute("INSERT INTO recovering (profile_id, width) VALUES (?1, 3)", [&first]).unwrap();
    drop(file);
    let copied = pair.copy();
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let recovering = pair.database.sql("SELECT profile_id, width FROM ringback.recovering");
    assert_eq!(recovering, format!("{first}|3"), "it still follows gently");
    let result = copied.json();
    assert_eq!((&result["result"], &result["skipped"]), (&json!("copied"), &json!(0)), "{result}");
    let all = pair.is_the_same();
    for (state, n) in result["deliveries"].as_object().unwrap() {
        let listed = all.as_array().unwrap().iter().filter(|row| row["state"] == state.as_str()).count();
        assert_eq!(n, listed, "{state}: {result}");
        assert!(*n != json!(0) || state == "waiting", "the log has {state} ones: {result}");
    }
    assert_eq!(result["tables"]["attempts"]["sha256"].as_str().unwrap().len(), 64);

    let rows = |table: &str| result["tables"][table]["rows"].clone();
    assert_eq!((rows("api_keys"), rows("receipts")), (json!(2), json!(1)), "{result}");
    let stats: &[&str] = &["stats", "--since", "1d", "--by", "profile", "--json"];
    let (here, there) = (pair.here(stats).json(), pair.there(stats).json());
    assert!(rows("rollups").as_u64() > Some(0), "{result}");
    assert_eq!(here["rows"], there["rows"], "the numbers came along");
    let repeated = pair.there(&send_keyed(&second));
    assert!(repeated.out.starts_with("repeated: already accepted within 24 hours as "), "{repeated:?}");

    let again = pair.copy();
    assert_eq!((again.code, &again.json()["result"]), (Some(0), &json!("unchanged")), "{again:?}");
    let before = endpoint.book().len();
    let queued = result["deliveries"]["queued"].as_u64().unwrap();
    let resumed = pair.there(&["deliveries", "resume", &second]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    // The events of the deleted profile stay blocked.
    let worked = pair.there(&["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    let blocked = pair.database.sql("SELECT count(*) FROM ringback.pending");
    let sent = (endpoint.book().len() - before) as u64;
    assert_eq!(sent + blocked.parse::<u64>().unwrap(), queued, "each once: {blocked} are blocked");
}

#[test]
fn a_copied_file_can_be_read_and_takes_no_changes() {
    let Some(pair) = Pair::new() else { return };
    let endpoint = endpoint();
    let [first, _] = pair.fill(&endpoint);
    // A session that has the file open before.
    let input = ["send", "--from", "-", "--no-wait", "--json"];
    let mut open = Running::reading({
        let mut command = pair.place.command(&input);
        command.stdin(std::process::Stdio::piped());
        command
    });
    let mut lines = open.input();
    std::io::Write::write_all(&mut lines, events(&first, "before-", 1).as_bytes()).unwrap();
    open.line(On::Out, "accepted");
    let copied = pair.copy();
    assert_eq!(copied.code, Some(0), "{copied:?}");

    let moved = format!("was copied to {} and can only be read: use that database", pair.database.url());
    std::io::Write::write_all(&mut lines, events(&first, "after-", 1).as_bytes()).unwrap();
    drop(lines);
    assert!(open.line(On::Err, "was copied to").contains(&moved));
    assert_eq!(open.code(), Some(1));

    let mode = std::fs::metadata(pair.place.db()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o400);
    let before = std::fs::read(pair.place.db()).unwrap();
    for args in [
        &["send", &first, "--set", "ref=x", "--no-wait"][..],
        &["profiles", "disable", &first],
        &["deliveries", "pause"],
        &["variables", "remove", "sms-send", "shop"],
        &["work", "--until-idle"],
        &["work"],
    ] {
        let refused = pair.here(args);
        assert!(
            refused.code.is_some_and(|code| code > 0) && refused.err.contains(&moved),
            "{args:?}: {refused:?}"
        );
    }
    assert_eq!(std::fs::read(pair.place.db()).unwrap(), before);
    let all = pair.is_the_same();
    assert!(all.as_array().unwrap().iter().all(|row| row["state"] != "sending"));
    let doctor = pair.here(&["doctor"]);
    let copied_to = format!("was copied to {}: it can only be read", pair.database.url());
    assert!(doctor.out.contains(&copied_to), "{}", doctor.out);

    let other = pair.database.cluster().database("template0");
    let mut command = pair.place.command(&["doctor", "--migrate"]);
    command.env("RINGBACK_DB", other.url());
    ran(command);
    let file = pair.place.db();
    let again = pair.here(&["db", "copy", "--from", file.to_str().unwrap(), "--to", &other.url()]);
    again.refused(1, &["it was copied to", &pair.database.url(), "before"]);
}

#[test]
fn what_would_mix_or_send_twice_is_refused() {
    let Some(pair) = Pair::new() else { return };
    let endpoint = endpoint();
    let id = pair.place.apply(&endpoint.profile(0)).remove(0);
    let url = pair.database.url();
    let missing = pair.place.path("none.db");
    pair.here(&["db", "copy", "--from", missing.to_str().unwrap(), "--to", &url])
        .refused(2, &["no database"]);

    // A sender on the source.
    let mut work = Running::start(pair.place.command(&["work"]));
    while pair.here(&["senders", "--json"]).json() == json!([]) {}
    let pid = format!("a process (pid {}) sends from it: stop it", work.pid());
    pair.copy().refused(1, &[&pid]);
    work.interrupt();
    assert_eq!(work.code(), Some(0));

    // A sender on the target.
    let mut command = pair.place.command(&["work"]);
    command.env("RINGBACK_DB", &url);
    let mut work = Running::start(command);
    while pair.there(&["senders", "--json"]).json() == json!([]) {}
    pair.copy().refused(1, &["ringback/", "uses it: end that process"]);
    work.interrupt();
    assert_eq!(work.code(), Some(0));

    // Data of another origin. Nothing has closed the source so far.
    assert_eq!(pair.there(&["variables", "add", "sms-send", "own"]).code, Some(0));
    pair.copy().refused(1, &["it has 1 variables: copy into an empty database"]);
    assert_eq!(pair.here(&["send", &id, "--no-wait"]).code, Some(0));
    assert_eq!(pair.there(&["variables", "remove", "sms-send", "own"]).code, Some(0));
    assert_eq!(pair.copy().code, Some(0));
}

#[test]
fn rows_that_cannot_be_read_stay_behind_and_hide_no_other() {
    let Some(pair) = Pair::new() else { return };
    let endpoint = Recorder::taking();
    let ids = pair.place.apply(&json!([endpoint.profile(0), endpoint.profile(0)]));
    pair.send(&ids[0], "first-", 4);
    pair.send(&ids[1], "second-", 2);
    let db = rusqlite::Connection::open(pair.place.db()).unwrap();
    // Out of range: of three deliveries, and of a lane with two others.
    db.execute_batch(
        "UPDATE delivery SET attempts = 100000 WHERE seq = 2;
         UPDATE delivery SET interval_s = 10000000000 WHERE seq = 3;
         UPDATE delivery SET accepted_at = -9223372036854775807 WHERE seq = 4;
         UPDATE lane SET failed_in_row = 10000000000
             WHERE seq = (SELECT lane FROM delivery ORDER BY seq DESC LIMIT 1)",
    )
    .unwrap();
    drop(db);
    let copied = pair.copy();
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let result = copied.json();
    assert_eq!((&result["deliveries"]["queued"], &result["skipped"]), (&json!(1), &json!(6)), "{result}");
    assert!(copied.err.contains("attempts: 100000 is out of range) and is skipped"), "{copied:?}");
    let listed = pair.there(&["deliveries", "list", "--json"]).json();
    let bodies: Vec<&Value> = listed.as_array().unwrap().iter().map(|row| &row["profile_id"]).collect();
    assert_eq!(bodies, [ids[0].as_str(); 1], "{listed}");
}

#[test]
fn an_unfinished_copy_is_abandoned() {
    let Some(pair) = Pair::new() else { return };
    let endpoint = Recorder::taking();
    let id = pair.place.apply(&endpoint.profile(0)).remove(0);
    pair.send(&id, "queued-", 1500);
    let abandon = || {
        let mut command = pair.copying();
        command.arg("--abandon");
        ran(command)
    };
    assert_eq!(abandon().json()["result"], "unchanged");
    // It stops at the second batch.
    pair.database.sql(
        "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stopped'; END $$;
         CREATE TRIGGER stop BEFORE UPDATE ON ringback.copied_from
         FOR EACH ROW WHEN (OLD.read_to IS NOT NULL) EXECUTE FUNCTION stop()",
    );
    pair.copy().refused(1, &["stopped"]);
    pair.database.sql("DROP TRIGGER stop ON ringback.copied_from");
    assert_eq!(pair.database.sql("SELECT count(*) FROM ringback.delivery"), "1000");
    let moving = format!("is being copied to {} and takes no changes", pair.database.url());
    pair.here(&["send", &id, "--set", "ref=x", "--no-wait"]).refused(1, &[&moving]);
    pair.there(&["deliveries", "list"]).refused(1, &["is being filled from", "ringback db copy"]);
    let abandoned = abandon();
    assert_eq!(
        (abandoned.code, &abandoned.json()["result"]),
        (Some(0), &json!("abandoned")),
        "{abandoned:?}"
    );
    assert_eq!(pair.here(&["send", &id, "--set", "ref=x", "--no-wait"]).code, Some(0));
    assert_eq!(pair.there(&["deliveries", "list", "--json"]).json(), json!([]));
    let copied = pair.copy();
    assert_eq!(copied.json()["deliveries"]["queued"], 1501, "{copied:?}");
    pair_is_complete(&pair);
    let late = abandon();
    assert_eq!(late.code, Some(1), "{late:?}");
    assert!(late.err.contains("was copied to"), "{late:?}");
}

/// A pseudo-random number generator (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// From the seed that `RINGBACK_SEED` sets, or another one each time.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let set = std::env::var("RINGBACK_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = set.unwrap_or(u64::try_from(now & 0xFFFF_FFFF).unwrap());
        println!("seed {seed}");
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[test]
fn a_copy_that_is_killed_at_any_moment_is_resumed() {
    let Some(pair) = Pair::new() else { return };
    let endpoint = Recorder::taking();
    let id = pair.place.apply(&endpoint.profile(0)).remove(0);
    // Several batches.
    pair.send(&id, "queued-", 4000);
    let mut chance = Chance::new();
    let mut kills = 0;
    // Later and later, so that it ends.
    for round in 1.. {
        let mut copy = Running::start(pair.copying());
        std::thread::sleep(Duration::from_millis(chance.below(60 * round)));
        if !copy.kill9() {
            break;
        }
        kills += 1;
        // Wherever it was killed, nobody sends the same from both: the source is open while the target has nothing.
        let accepts = pair.here(&["send", &id, "--set", "ref=more", "--no-wait"]).code == Some(0);
        let claimable = pair.database.sql("SELECT count(*) FROM ringback.pending");
        assert!(claimable == "0" || !accepts, "killed {kills} times: {claimable} on the server");
    }
    println!("{kills} kills");
    let last = pair.copy();
    assert_eq!(last.code, Some(0), "{last:?}");
    pair_is_complete(&pair);
    let worked = pair.there(&["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    let all = pair.there(&["deliveries", "list", "--limit", "0", "--json"]).json();
    let all = all.as_array().unwrap();
    let book = endpoint.book();
    assert_eq!(book.len(), all.len());
    for row in all {
        let arrived = &book[row["delivery_id"].as_str().unwrap()];
        assert_eq!((&row["state"], arrived.times), (&json!("delivered"), 1), "{row}");
    }
}

/// Compares the lists only: thousands of deliveries take long one by one, and the checksums are of all of them.
#[track_caller]
fn pair_is_complete(pair: &Pair) {
    for list in LISTS {
        let (here, there) = (pair.here(list), pair.there(list));
        assert_eq!((here.code, &here.out), (there.code, &there.out), "{list:?}");
    }
}
