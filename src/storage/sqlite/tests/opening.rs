//! Valid and invalid files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::*;
use crate::storage::Problem;
use crate::storage::sqlite::file::schema;

fn problem(path: &Path) -> Problem {
    let error = Store::open_waiting(path, Duration::from_millis(30)).unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with(path.to_str().unwrap()), "{told}");
    error.problem
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_new_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/a.db");
    let store = Store::open(&path).unwrap();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_eq!(mode(&folder.path().join("new")), 0o700);
    assert_eq!(mode(&folder.path().join("new/deep")), 0o700);
    for name in ["a.db", "a.db-wal", "a.db-shm"] {
        assert_eq!(mode(&folder.path().join("new/deep").join(name)), 0o600, "{name}");
    }
    let db = Connection::open(&path).unwrap();
    let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("auto_vacuum"), 2, "incremental");
    assert_eq!(number("user_version"), schema::KNOWN);
    let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(journal, "wal");
}

#[tokio::test]
async fn a_file_that_others_can_read_is_closed_to_them() {
    let (folder, first) = store();
    first.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let files = ["a.db", "a.db-wal", "a.db-shm"].map(|name| folder.path().join(name));
    for file in &files {
        fs::set_permissions(file, fs::Permissions::from_mode(0o664)).unwrap();
    }
    let second = Store::open(&files[0]).unwrap();
    assert_eq!(files.each_ref().map(|file| mode(file)), [0o600; 3]);
    drop((first, second));
    fs::set_permissions(&files[0], fs::Permissions::from_mode(0o440)).unwrap();
    let _ = Store::open(&files[0]);
    assert_eq!(mode(&files[0]) & 0o200, 0, "nobody is given more than they had");
}

#[tokio::test]
async fn a_deleted_profile_goes_for_good_after_a_week() {
    let (folder, store) = store();
    store.save_profiles((1..=3).map(|n| profile(n, "Order SMS")).collect()).await.unwrap();
    for n in 1..=3 {
        store.keep_test_values(&profile_id(n), None, &Values::default()).await.unwrap();
    }
    for (n, days) in [(1, 8), (2, 6)] {
        store.delete_profile(&profile_id(n)).await.unwrap();
        let at = Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
        let row = (profile_id(n).to_string(), at.as_millisecond());
        let sql = "UPDATE profile SET deleted_at = ?2 WHERE id = ?1";
        assert_eq!(store.write(move |tx| Ok(tx.execute(sql, row)?)).await.unwrap(), 1);
    }
    drop(store);
    let store = Store::open(folder.path().join("a.db")).unwrap();
    let restored = async |n| store.restore_profile(&profile_id(n)).await.unwrap();
    assert_eq!((restored(1).await, restored(2).await), (false, true));
    let tested = async |n| !store.test_values(&profile_id(n)).await.unwrap().is_empty();
    assert_eq!((tested(1).await, tested(2).await, tested(3).await), (false, true, true));
    assert_eq!(store.profiles().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_asked_for_before_the_last_handle_went_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = Store::open(&path).unwrap();
    let asked = {
        let store = store.clone();
        tokio::spawn(async move { store.save_profiles(vec![profile(1, "Order SMS")]).await })
    };
    asked.await.unwrap().unwrap();
    drop(store);
    assert!(!folder.path().join("a.db-wal").exists(), "the log is tidied away");
    let store = Store::open(&path).unwrap();
    assert_eq!(store.profiles().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let (_folder, store) = store();
    store.close();
    assert_eq!(store.profiles().await.unwrap_err().problem, Problem::Closed);
    assert_eq!(store.delete_profile(&profile_id(1)).await.unwrap_err().problem, Problem::Closed);
}

#[test]
fn text_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "Buy milk. ".repeat(100)).unwrap();
    assert_eq!(problem(&path), Problem::NotADatabase);
    assert_eq!(fs::read_to_string(&path).unwrap(), "Buy milk. ".repeat(100), "it is left alone");
}

#[test]
fn a_newer_file_is_left_alone() {
    let (folder, store) = store();
    drop(store);
    let path = folder.path().join("a.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", schema::KNOWN + 1).unwrap();
    assert_eq!(problem(&path), Problem::Newer { found: schema::KNOWN + 1, known: schema::KNOWN });
}

#[test]
fn another_programs_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(problem(&path), Problem::Foreign);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_file_is_reported() {
    let (folder, store) = store();
    drop(store);
    let path = folder.path().join("a.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..4096].fill(0xEE);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(problem(&path), Problem::Corrupt(_)));
}

#[test]
fn a_folder_in_place_of_the_file_or_a_file_in_place_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(problem(folder.path()), Problem::IsFolder);
    assert_eq!(problem(Path::new("/dev/null")), Problem::NotRegular(""));
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(problem(&file.join("deep/a.db")), Problem::Folder(_)));
    assert!(matches!(problem(&file.join("a.db")), Problem::CannotOpen(_)));
}

#[test]
fn a_locked_file_is_reported_after_the_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(problem(&path), Problem::Locked(Duration::from_millis(30)));
}

#[tokio::test]
async fn another_that_writes_does_not_keep_us_from_opening_and_reading() {
    let (folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let path = folder.path().join("a.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let second = Store::open_waiting(&path, Duration::from_millis(30)).unwrap();
    assert_eq!(second.profiles().await.unwrap().len(), 1);
    let error = second.save_profiles(vec![profile(2, "Bookings")]).await.unwrap_err();
    assert_eq!(error.problem, Problem::Locked(Duration::from_millis(30)));
    other.execute_batch("ROLLBACK").unwrap();
    second.save_profiles(vec![profile(2, "Bookings")]).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_reported_and_hurts_nobody_else() {
    let (_folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let fill = store.write(|tx| {
        let pages: i64 = tx.pragma_query_value(None, "page_count", |row| row.get(0))?;
        tx.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        tx.execute("UPDATE profile_document SET document = document || hex(zeroblob(100000))", [])?;
        Ok(())
    });
    assert_eq!(fill.await.unwrap_err().problem, Problem::Full);
    assert!(store.profile(&profile_id(1)).await.unwrap().is_some());
    store.delete_profile(&profile_id(1)).await.unwrap();
}

#[tokio::test]
async fn a_link_leads_to_the_real_file() {
    let (folder, store) = store();
    let link = folder.path().join("link.db");
    symlink(folder.path().join("a.db"), &link).unwrap();
    let linked = Store::open(&link).unwrap();
    assert_eq!(linked.path(), store.path());
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_eq!(linked.profiles().await.unwrap().len(), 1);
}
