//! A damaged database: a sender that should exit when idle does exit, whichever page of the file it cannot read.

use rusqlite::Connection;

use crate::support::cli::{Place, Ran};
use crate::support::recorder::{Recorder, events};

/// Tables and indexes with their root pages, and the page size.
fn roots(place: &Place) -> (Vec<(String, u32)>, u32) {
    let db = Connection::open(place.db()).unwrap();
    let sql = "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 1 ORDER BY rootpage";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    (rows.map(Result::unwrap).collect(), db.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap())
}

#[test]
fn work_until_idle_ends_with_any_page_damaged() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&profile, "", 3));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    let sound = std::fs::read(place.db()).unwrap();
    let (roots, page) = roots(&place);
    let work = |name: &str, root: u32| {
        let mut bytes = sound.clone();
        let [from, to] = [(root - 1) * page, root * page].map(|at| usize::try_from(at).unwrap());
        bytes[from..to].fill(0xA5);
        let damaged = place.file(&format!("{name}.db"), "");
        std::fs::write(&damaged, bytes).unwrap();
        // It ends, or the deadline of `run` ends the test.
        place.run(&["work", "--until-idle", "--db", &damaged])
    };
    let ran: Vec<(&str, Ran)> = std::thread::scope(|scope| {
        let started: Vec<_> =
            roots.iter().map(|(name, root)| (name.as_str(), scope.spawn(|| work(name, *root)))).collect();
        started.into_iter().map(|(name, ran)| (name, ran.join().unwrap())).collect()
    });
    let mut failed = Vec::new();
    for (name, ran) in &ran {
        match ran.code {
            Some(0) => assert!(ran.out.contains("3 delivered, 0 failed"), "{name}: {ran:?}"),
            Some(1) => {
                assert!(ran.err.contains("is damaged"), "{name}: {ran:?}");
                failed.push(*name);
            }
            _ => panic!("{name}: {ran:?}"),
        }
    }
    // Columns that a sender needs, and columns that it does not need.
    assert!(failed.contains(&"delivery") && failed.len() < roots.len(), "{failed:?} of {roots:?}");
}

/// Another program has dropped an index.
#[test]
fn an_incomplete_schema_is_reported_and_ends_commands() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let db = Connection::open(place.db()).unwrap();
    let of_index = "SELECT sql FROM sqlite_schema WHERE name = 'delivery_waiting'";
    let index: String = db.query_row(of_index, [], |row| row.get(0)).unwrap();
    db.execute_batch("DROP INDEX delivery_waiting").unwrap();
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.out.contains("index delivery_waiting is missing"), "{doctor:?}");
    for args in [&["test", &id][..], &["work", "--until-idle"]] {
        let ran = place.run(args);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("is damaged (no such index: delivery_waiting)"), "{ran:?}");
    }
    db.execute_batch(&index).unwrap();
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
}
