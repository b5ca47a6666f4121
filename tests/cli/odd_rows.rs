//! Invalid rows, as left by another program or a damaged disk: each column of a real file with values that are
//! invalid there. No command waits for such a row, stops at it, or hides another one.

use crate::support::cli::{Place, Ran};
use crate::support::recorder::{Recorder, event, events};
use crate::support::terminal::{Launch, Terminal};
use ringback::storage::Lease;
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::Value as Json;

/// Values that are invalid in nearly every column.
fn odd() -> Vec<Value> {
    let numbers = [0, -1, 7, 5000, 10_000_000_000, i64::MIN, i64::MAX].map(Value::Integer);
    let others = [
        Value::Null,
        Value::Real(1.5),
        Value::Text(String::new()),
        Value::Text("odd".to_owned()),
        Value::Blob(Vec::new()),
        Value::Blob(vec![0; 16]),
        Value::Blob(vec![0xFF; 16]),
        Value::Blob(vec![0xC3, 0x28]),
    ];
    numbers.into_iter().chain(others).collect()
}

/// The database without type constraints: `writable_schema` removes them, and a failing disk has the same effect.
struct Loose {
    db: Connection,
    schema: Vec<(String, String)>,
}

impl Loose {
    fn open(place: &Place) -> Self {
        let db = Connection::open(place.db()).unwrap();
        let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let schema = db.prepare(sql).unwrap().query_map([], read).unwrap().map(Result::unwrap).collect();
        let loose = Self { db, schema };
        // Inside a CHECK constraint it means something else.
        let typeless = |sql: &str| sql.replace("IS NOT NULL", "NOTNULL").replace(" NOT NULL", "");
        loose.set(|sql| typeless(sql).replace(") STRICT", ")"));
        loose.db.execute_batch("PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0").unwrap();
        loose
    }

    fn set(&self, change: impl Fn(&str) -> String) {
        self.db.execute_batch("PRAGMA writable_schema = 1").unwrap();
        for (name, sql) in &self.schema {
            let row = (name, change(sql));
            self.db.execute("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", row).unwrap();
        }
        self.db.execute_batch("PRAGMA writable_schema = RESET").unwrap();
    }

    /// The columns of a table, in order, without the row number and generated columns.
    fn columns(&self, table: &str) -> Vec<String> {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 0");
        let mut statement = self.db.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn rows(&self, sql: &str) -> Vec<i64> {
        self.db.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Sets one column of each of these rows to an odd value, until all columns have had all values. Returns the rows
    /// that were left unchanged.
    fn spoil(&self, table: &str, mut rows: Vec<i64>) -> Vec<i64> {
        for column in self.columns(table) {
            for value in odd() {
                let row = rows.pop().unwrap_or_else(|| panic!("too few rows of {table} for {column}"));
                // Some columns must be unique.
                let sql = format!("UPDATE OR IGNORE {table} SET {column} = ?2 WHERE rowid = ?1");
                self.db.execute(&sql, (row, value)).unwrap();
            }
        }
        rows
    }
}

impl Drop for Loose {
    fn drop(&mut self) {
        self.set(str::to_owned);
    }
}

fn ids(ran: &Ran) -> Vec<String> {
    let rows = ran.json();
    rows.as_array().unwrap().iter().map(|row| row["delivery_id"].as_str().unwrap().to_owned()).collect()
}

fn id_of(db: &Connection, row: i64) -> String {
    let sql = "SELECT lower(hex(id)) FROM delivery WHERE seq = ?1";
    let hex: String = db.query_row(sql, [row], |row| row.get(0)).unwrap();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Checks that nothing is pending, in the rows and in the output of commands.
#[track_caller]
fn nothing_is_pending(place: &Place) {
    let db = Connection::open(place.db()).unwrap();
    let pending = "SELECT (SELECT count(*) FROM queued) + (SELECT count(*) FROM delivery WHERE state = 1)";
    assert_eq!(db.query_row(pending, [], |row| row.get(0)), Ok(0));
    let listed = place.run(&["deliveries", "list", "--state", "pending", "--json"]);
    assert_eq!((listed.code, listed.out.as_str()), (Some(0), "[]\n"), "{listed:?}");
}

#[test]
fn invalid_deliveries_are_skipped_and_block_no_command() {
    let place = Place::new();
    place.settings("auto_disable_after = 0\n");
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(1)).remove(0);
    let queue = |name: &str, count| {
        let file = place.file("events.ndjson", &events(&profile, name, count));
        assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    };
    // As many as there are columns and values, and some more; ended, queued and waiting.
    let count = 30 * odd().len() + 20;
    queue("ended", count);
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    queue("queued", count);
    queue("waiting", count);
    let loose = Loose::open(&place);
    let pending = loose.rows("SELECT seq FROM queued ORDER BY seq DESC");
    for row in &pending[..count] {
        let sql = "UPDATE delivery SET state = 1, attempts = 1, due_at = accepted_at WHERE seq = ?1";
        loose.db.execute(sql, [row]).unwrap();
    }
    let moved = i64::try_from(count).unwrap();
    loose.db.execute("UPDATE tally SET n = n - ?1 WHERE state = 0", [moved]).unwrap();
    loose.db.execute("UPDATE tally SET n = n + ?1 WHERE state = 1", [moved]).unwrap();
    let of_state = ["delivered", "delivery WHERE state = 1", "queued"];
    let rows = of_state.map(|from| loose.rows(&format!("SELECT seq FROM {from} ORDER BY seq DESC")));
    let sound = rows.map(|rows| loose.spoil("request", loose.spoil("delivery", rows))).concat();
    // And an attempt of a delivery that is otherwise unchanged.
    loose.db.execute("UPDATE attempt SET class = 'dream' WHERE delivery = ?1", [sound[0]]).unwrap();
    let sound: Vec<String> = sound.iter().map(|row| id_of(&loose.db, *row)).collect();
    let with_attempt = &sound[0];
    drop(loose);

    let list = ["deliveries", "list", "--limit", "0", "--json"];
    let listed = place.run(&list);
    assert_eq!(listed.code, Some(0), "{}", listed.err);
    let found = ids(&listed);
    assert!(sound.iter().all(|id| found.contains(id)), "none is hidden");
    assert!(
        listed.err.contains("cannot be read (") && listed.err.contains("more are skipped"),
        "{}",
        listed.err
    );
    let searched = place.run(&[&list[..], &["--text", "ref"]].concat());
    assert!(sound.iter().all(|id| ids(&searched).contains(id)), "{}", searched.err);
    let shown = place.run(&["deliveries", "show", with_attempt]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.err.contains("note: attempt 1 cannot be read ('dream'"), "{}", shown.err);
    let all_zero = place.run(&["deliveries", "show", "00000000-0000-0000-0000-000000000000"]);
    assert!(matches!(all_zero.code, Some(0 | 1)), "{all_zero:?}");
    let doctor = place.run(&["doctor", "--json"]);
    assert!(matches!(doctor.code, Some(0 | 1)), "{doctor:?}");

    let lease = Lease::try_take(&place.db()).unwrap().expect("nobody sends");
    let program = Launch::new(env!("CARGO_BIN_EXE_ringback")).env("RINGBACK_DB", place.db());
    let mut console = Terminal::start(program);
    console.press("4");
    console.wait_for("cannot be read ");
    console.press("q");
    console.wait_exit();
    drop(lease);

    let work = place.run(&["work", "--until-idle", "--json"]);
    assert_eq!(work.code, Some(0), "{}", work.err);
    assert!(work.err.contains("cannot be read (") && work.err.contains("and has failed"), "{}", work.err);
    let end: Json = serde_json::from_str(work.out.lines().last().unwrap()).unwrap();
    assert_eq!((&end["queued"], &end["waiting"]), (&0.into(), &0.into()), "{end}");
    nothing_is_pending(&place);
    let delivered = ids(&place.run(&[&list[..], &["--state", "delivered"]].concat()));
    assert!(sound.iter().all(|id| delivered.contains(id)), "what means something was delivered");

    let retried = place.run(&["deliveries", "retry", "--state", "failed", "--yes"]);
    assert_eq!(retried.code, Some(0), "{}", retried.err);
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    nothing_is_pending(&place);
    place.settings("auto_disable_after = 0\nkeep_deliveries = 1\n");
    let pruned = place.run(&["deliveries", "prune", "--yes"]);
    assert_eq!(pruned.code, Some(0), "{}", pruned.err);
    let db = Connection::open(place.db()).unwrap();
    let left: i64 = db.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1, "what means nothing goes with the rest");
}

#[test]
fn invalid_profiles_queues_and_pauses_block_no_command() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let each = odd().len();
    let count = (9 + 1 + 6 + 8) * each + 10;
    let documents: Vec<Json> = (0..count).map(|_| endpoint.profile(0)).collect();
    let profiles = place.apply(&Json::from(documents));
    let lines: String = profiles.iter().map(|profile| event(profile, "x")).collect();
    let file = place.file("events.ndjson", &lines);
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));

    let loose = Loose::open(&place);
    let rows = loose.rows("SELECT seq FROM profile ORDER BY seq DESC");
    let rows = loose.spoil("profile", rows);
    let rows = loose.spoil("profile_document", rows);
    // There is one queue per profile, in the same order.
    let mut rows = loose.spoil("lane", rows);
    let paused = rows.split_off(rows.len() - loose.columns("hold").len() * each);
    for row in &paused {
        let sql = "INSERT INTO hold (rowid, profile_id, why, since) SELECT seq, id, 'paused', 1 FROM profile WHERE seq = ?1";
        loose.db.execute(sql, [row]).unwrap();
    }
    assert!(loose.spoil("hold", paused).is_empty());
    for (n, value) in odd().into_iter().enumerate() {
        let since = i64::try_from(n).unwrap();
        let sql = "INSERT OR IGNORE INTO hold (profile_id, why, since) VALUES (?1, ?2, ?3)";
        // The empty one means all.
        if value != Value::Text(String::new()) {
            loose.db.execute(sql, (&value, "disabled", since)).unwrap();
        }
        loose.db.execute(sql, (&profiles[n], &value, since)).unwrap();
        let sql = "INSERT OR IGNORE INTO test_values VALUES (?1, ?2, ?2)";
        loose.db.execute(sql, (&profiles[n], &value)).unwrap();
        let sql = "INSERT OR IGNORE INTO own_variable (scope, name, meaning, sample) VALUES (?1, ?1, ?1, ?1)";
        loose.db.execute(sql, [&value]).unwrap();
        let sql = "INSERT OR IGNORE INTO draft VALUES (?1, ?1, ?1, ?1, ?1)";
        loose.db.execute(sql, [&value]).unwrap();
    }
    let of_sound: Vec<String> = rows.iter().map(|lane| id_in_lane(&loose.db, *lane)).collect();
    loose.db.execute("INSERT OR REPLACE INTO clock VALUES (1, 'never', x'')", []).unwrap();
    drop(loose);

    for args in [
        &["profiles", "list"][..],
        &["profiles", "list", "--deleted"],
        &["profiles", "export"],
        &["variables"],
    ] {
        let ran = place.run(args);
        assert!(matches!(ran.code, Some(0 | 1)), "{args:?}: {ran:?}");
        assert!(ran.err.contains(" skipped"), "{args:?}: {}", ran.err);
    }
    let doctor = place.run(&["doctor"]);
    assert!(doctor.out.contains("damaged"), "{doctor:?}");
    let work = place.run(&["work", "--until-idle", "--json"]);
    assert_eq!(work.code, Some(0), "{}", work.err);
    let end: Json = serde_json::from_str(work.out.lines().last().unwrap()).unwrap();
    assert_eq!(end["queued"], end["held"], "only what is paused or deleted is left: {end}");
    assert!(end["held"].as_u64() >= Some(4 * each as u64), "{end}");
    let list = ["deliveries", "list", "--limit", "0", "--state", "delivered", "--json"];
    let delivered = ids(&place.run(&list));
    assert!(of_sound.iter().all(|id| delivered.contains(id)), "what means something was delivered");
    let test = place.run(&["test", &profiles[profiles.len() - 1]]);
    assert!(matches!(test.code, Some(0..=2)), "{test:?}");
}

fn id_in_lane(db: &Connection, lane: i64) -> String {
    let row = db.query_row("SELECT seq FROM delivery WHERE lane = ?1", [lane], |row| row.get(0)).unwrap();
    id_of(db, row)
}

/// The counts and the numbers of the sender, each of which is one row.
#[test]
fn invalid_counts_block_no_command() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let before = std::fs::read(place.db()).unwrap();
    let line = place.file("events.ndjson", &event(&profile, "x"));
    for (table, column) in [
        ("tally", "n"),
        ("revision", "deliveries"),
        ("revision", "steering"),
        ("revision", "epoch"),
        ("revision", "sender"),
        ("revision", "moved_at"),
    ] {
        for value in [Value::Null, Value::Integer(-1), Value::Integer(7), Value::Text("odd".to_owned())] {
            std::fs::write(place.db(), &before).unwrap();
            let loose = Loose::open(&place);
            loose.db.execute(&format!("UPDATE {table} SET {column} = ?1"), [&value]).unwrap();
            drop(loose);
            println!("{table}.{column} = {value:?}");
            let sent = place.run(&["send", "--from", &line, "--no-wait"]);
            let work = place.run(&["work", "--until-idle"]);
            let output = |ran: &Ran| ran.code == Some(0) || (ran.code == Some(1) && !ran.err.is_empty());
            assert!(output(&sent) && output(&work), "{table}.{column} = {value:?}: {sent:?} {work:?}");
            if sent.code == Some(0) && work.code == Some(0) {
                nothing_is_pending(&place);
            }
        }
    }
}
