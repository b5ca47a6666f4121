//! The search of a database: each column of each table.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::marks;

/// The tables that contain profiles, and thereby their secrets.
const KEEPERS: [&str; 3] = ["profile_document", "tested", "draft"];

/// What was found in the tables that may contain secrets.
pub struct Kept {
    /// Names of the secrets in saved profiles.
    pub in_profiles: Vec<&'static str>,
    /// Rows of profiles kept for tests.
    pub tested: usize,
    /// Rows of the log.
    pub deliveries: usize,
    /// Rows of attempts.
    pub attempts: usize,
}

/// Checks that only the tables of profiles contain secrets.
#[track_caller]
pub fn search(file: &Path) -> Kept {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(KEEPERS.iter().all(|keeper| names.iter().any(|name| name == keeper)), "{names:?}");
    for name in names.iter().filter(|name| !KEEPERS.contains(&name.as_str())) {
        let (rows, columns) = bytes(&db, name);
        marks::assert_none(&columns, &format!("the {rows} rows of {name}"));
    }
    let of = |name: &str| bytes(&db, name);
    Kept {
        in_profiles: marks::found(&of("profile_document").1),
        tested: of("tested").0,
        deliveries: of("delivery").0,
        attempts: of("attempt").0,
    }
}

/// How many rows a table has, and the bytes of all columns, separated by zeros.
fn bytes(db: &Connection, table: &str) -> (usize, Vec<u8>) {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns = statement.column_count();
    let mut found = statement.query([]).unwrap();
    let (mut rows, mut all) = (0, Vec::new());
    while let Some(row) = found.next().unwrap() {
        rows += 1;
        for at in 0..columns {
            match row.get_ref(at).unwrap() {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => all.extend_from_slice(bytes),
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {}
            }
            all.push(0);
        }
    }
    (rows, all)
}
