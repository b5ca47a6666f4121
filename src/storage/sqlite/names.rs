//! Names in a file, for completions: read at once, and without making, migrating or waiting for anything.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::profile::Choice as _;
use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::sqlite::file::read_only;
use crate::storage::sqlite::file::schema::{self, Found};
use crate::storage::sqlite::rows::columns::state;

/// How many names are read.
const MOST: i64 = 200;

/// Among how many of the newest deliveries one is looked for.
const RECENT: i64 = 2_000;

/// How long a lock of another program is waited for.
const MOMENT: Duration = Duration::from_millis(20);

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// Profiles, by title and id.
    Profiles,
    /// Deleted profiles that may be restored.
    DeletedProfiles,
    /// The latest deliveries.
    Deliveries,
    /// Keys of the API that are not revoked.
    ApiKeys,
    /// Own named samples of all events.
    Samples,
}

/// A name, and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredName {
    /// What a command takes.
    pub name: String,
    /// A title by which it is known as well, if it has one.
    pub title: Option<String>,
    /// What it is, in a few words.
    pub about: String,
}

/// The names of a kind that begin like this: in a title or a name, whatever their case. Some of them if there are many.
///
/// # Errors
/// There is no such file, it belongs to another program, or it cannot be read now.
pub fn stored_names(path: &Path, kind: NameKind, prefix: &str) -> Result<Vec<StoredName>, StoreError> {
    let real = read_only::real(path)?;
    let db = read_only::open(&real)?;
    db.busy_timeout(MOMENT)?;
    if schema::look(&db)? != Found::Schema(schema::KNOWN) {
        return Ok(Vec::new());
    }
    match kind {
        NameKind::Profiles => profiles(&db, prefix, "deleted_at IS NULL"),
        NameKind::DeletedProfiles => profiles(&db, prefix, "deleted_at IS NOT NULL"),
        NameKind::Deliveries => deliveries(&db, prefix),
        NameKind::ApiKeys => keys(&db, prefix),
        NameKind::Samples => samples(&db, prefix),
    }
}

/// A pattern of what begins like this.
fn pattern(prefix: &str) -> String {
    let mut pattern = String::new();
    for c in prefix.chars() {
        if ['\\', '%', '_'].contains(&c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

fn samples(db: &Connection, prefix: &str) -> Result<Vec<StoredName>, StoreError> {
    let sql = r"SELECT name, scope FROM own_sample WHERE name LIKE ?1 ESCAPE '\' ORDER BY seq LIMIT ?2";
    let mut select = db.prepare(sql)?;
    let named = select.query_map((pattern(prefix), MOST), |row| {
        Ok(StoredName { name: row.get(0)?, title: None, about: row.get(1)? })
    })?;
    Ok(named.filter_map(Result::ok).collect())
}

fn profiles(db: &Connection, prefix: &str, which: &str) -> Result<Vec<StoredName>, StoreError> {
    let sql = format!(
        r"SELECT id, title, channel FROM profile
          WHERE {which} AND (title LIKE ?1 ESCAPE '\' OR id LIKE ?1 ESCAPE '\')
          ORDER BY title COLLATE NOCASE LIMIT ?2"
    );
    let mut select = db.prepare(&sql)?;
    let named = select.query_map((pattern(prefix), MOST), |row| {
        let (name, title, about) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(StoredName { name, title: Some(title), about })
    })?;
    Ok(named.filter_map(Result::ok).collect())
}

fn deliveries(db: &Connection, prefix: &str) -> Result<Vec<StoredName>, StoreError> {
    let sql = "SELECT d.id, d.profile_title, iif(s.seq IS NULL, d.state, 2)
               FROM (SELECT * FROM delivery ORDER BY seq DESC LIMIT ?1) d
               LEFT JOIN delivered s ON s.lane = d.lane AND s.seq = d.seq AND d.state = 0 ORDER BY d.seq DESC";
    let mut select = db.prepare(sql)?;
    let named = select.query_map([RECENT], |row| {
        let (id, title): ([u8; 16], String) = (row.get(0)?, row.get(1)?);
        let state = state(row.get(2)?).map_or("", |state| state.name());
        Ok((DeliveryId::from_bytes(id).to_string(), format!("{state} · {title}")))
    })?;
    let named = named.filter_map(Result::ok).filter(|(id, _)| id.starts_with(prefix));
    let most = usize::try_from(MOST).unwrap_or(0);
    Ok(named.take(most).map(|(name, about)| StoredName { name, title: None, about }).collect())
}

fn keys(db: &Connection, prefix: &str) -> Result<Vec<StoredName>, StoreError> {
    let sql = r"SELECT name, scope FROM api_key WHERE revoked_at IS NULL AND name LIKE ?1 ESCAPE '\'
                ORDER BY name LIMIT ?2";
    let mut select = db.prepare(sql)?;
    let named = select.query_map((pattern(prefix), MOST), |row| {
        Ok(StoredName { name: row.get(0)?, title: None, about: row.get(1)? })
    })?;
    Ok(named.filter_map(Result::ok).collect())
}
