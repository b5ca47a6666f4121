//! The schema, and the migrations of older files.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::storage::error::{Problem, StoreError};

/// Marks a file as Ringback's: `RngB` in the header of the file.
const APPLICATION_ID: i64 = 0x526E_6742;

/// Step n migrates from schema n to n + 1. A released step is never changed.
const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
    include_str!("schema/12.sql"),
    include_str!("schema/13.sql"),
    include_str!("schema/14.sql"),
    include_str!("schema/15.sql"),
    include_str!("schema/16.sql"),
    include_str!("schema/17.sql"),
    include_str!("schema/18.sql"),
    include_str!("schema/19.sql"),
    include_str!("schema/20.sql"),
    include_str!("schema/21.sql"),
    include_str!("schema/22.sql"),
];

/// The latest schema that this program knows.
#[allow(clippy::cast_possible_wrap, reason = "a handful of steps")]
pub const KNOWN: i64 = STEPS.len() as i64;

/// The identification of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Empty.
    Empty,
    /// Ringback's, with this schema.
    Schema(i64),
}

/// Identifies a file.
///
/// # Errors
/// It belongs to another program, or to a newer version.
pub fn look(db: &Connection) -> Result<Found, StoreError> {
    let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION_ID {
        if version > KNOWN {
            return Err(Problem::Newer { found: version, known: KNOWN }.into());
        }
        // Both numbers are written at once, and the first schema is 1.
        if version < 1 {
            return Err(Problem::Foreign.into());
        }
        return Ok(Found::Schema(version));
    }
    let objects: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == 0 && version == 0 && objects == 0 {
        Ok(Found::Empty)
    } else {
        Err(Problem::Foreign.into())
    }
}

/// Migrates a file to the latest schema, in one transaction. Another process may be doing the same: the schema is
/// checked again once the write lock is acquired.
///
/// # Errors
/// As [`look`], or the file cannot be written.
pub fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let change = Transaction::new(db, TransactionBehavior::Immediate)?;
    let from = match look(&change)? {
        Found::Empty => 0,
        Found::Schema(version) => version,
    };
    for step in STEPS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", KNOWN)?;
    Ok(change.commit()?)
}

/// Tables, columns, indexes and triggers of the latest schema that a file lacks: a few words for each.
///
/// # Errors
/// The file cannot be read.
pub fn missing(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut whole = Connection::open_in_memory()?;
    migrate(&mut whole)?;
    let found = objects(db)?;
    Ok(objects(&whole)?.difference(&found).map(|object| format!("{object} is missing")).collect())
}

/// The parts of a schema. Not its text, which depends on the file's history of migrations.
fn objects(db: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
               UNION ALL
               SELECT 'column ' || t.name || '.' || c.name FROM sqlite_schema t, pragma_table_xinfo(t.name) c
               WHERE t.type = 'table'";
    let mut select = db.prepare(sql)?;
    let objects = select.query_map([], |row| row.get(0))?;
    Ok(objects.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_becomes_ours_and_stays_so() {
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(look(&db), Ok(Found::Empty));
        migrate(&mut db).unwrap();
        assert_eq!(look(&db), Ok(Found::Schema(KNOWN)));
        migrate(&mut db).unwrap();
        assert_eq!(look(&db), Ok(Found::Schema(KNOWN)));
    }

    #[test]
    fn other_schemas_are_distinguished() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert_eq!(look(&db).unwrap_err().problem, Problem::Foreign);

        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db).unwrap();
        db.pragma_update(None, "user_version", KNOWN + 1).unwrap();
        assert_eq!(migrate(&mut db).unwrap_err().problem, Problem::Newer { found: KNOWN + 1, known: KNOWN });
    }

    #[test]
    fn a_number_that_no_schema_has_is_not_migrated() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db).unwrap();
        for version in [-1, 0] {
            db.pragma_update(None, "user_version", version).unwrap();
            assert_eq!(migrate(&mut db).unwrap_err().problem, Problem::Foreign);
        }
    }

    #[test]
    fn what_a_schema_lacks_is_named() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db).unwrap();
        assert_eq!(missing(&db), Ok(Vec::new()));
        db.execute_batch("DROP INDEX delivery_by_lane; ALTER TABLE revision RENAME COLUMN steering TO other")
            .unwrap();
        assert_eq!(
            missing(&db).unwrap(),
            ["column revision.steering is missing", "index delivery_by_lane is missing"]
        );
    }

    #[test]
    fn what_was_disabled_before_is_held_from_now_on() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(STEPS[0]).unwrap();
        db.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        for (id, status) in [("a", "active"), ("b", "disabled"), ("c", "auto-disabled")] {
            let sql =
                "INSERT INTO profile (id, title, channel, method, endpoint, status, created_at, modified_at)
                       VALUES (?1, 'T', 'sms', 'POST', 'https://x/', ?2, 1, 7)";
            db.execute(sql, (id, status)).unwrap();
        }
        migrate(&mut db).unwrap();
        let sql = "SELECT group_concat(profile_id || ' ' || why || ' ' || since, ', ') FROM hold";
        let held: String = db.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(held, "b disabled 7, c auto-disabled 7");
    }
}
