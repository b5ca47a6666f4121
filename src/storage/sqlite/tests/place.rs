//! The file disappears while it is in use: that is reported at once, and nothing is claimed that is not there.

use std::time::Duration;

use tokio::time::timeout;

use super::*;
use crate::storage::Problem;
use crate::storage::inspect;

const DEADLINE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_file_is_reported_and_nothing_is_claimed() {
    let (_folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let mut changes = store.changes();
    changes.mark_unchanged();
    let aside = store.path().with_extension("aside");
    std::fs::rename(store.path(), &aside).unwrap();
    timeout(DEADLINE, changes.changed()).await.expect("told at once").unwrap();
    let gone = |problem: Problem| assert_eq!(problem, Problem::Gone);
    gone(store.revision().await.unwrap_err().problem);
    gone(store.save_profiles(vec![profile(2, "Bookings")]).await.unwrap_err().problem);
    changes.mark_unchanged();
    std::fs::rename(&aside, store.path()).unwrap();
    timeout(DEADLINE, changes.changed()).await.expect("and that it is back").unwrap();
    assert_eq!(store.profiles().await.unwrap().len(), 1, "what was refused is not there");
    store.save_profiles(vec![profile(2, "Bookings")]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_in_its_place_is_not_taken_for_it() {
    let (folder, store) = store();
    let mut changes = store.changes();
    changes.mark_unchanged();
    let other = folder.path().join("other.db");
    drop(Store::open(&other).unwrap());
    std::fs::rename(&other, store.path()).unwrap();
    timeout(DEADLINE, changes.changed()).await.expect("told at once").unwrap();
    let error = store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap_err();
    assert_eq!(error.problem, Problem::Replaced);
    assert!(error.to_string().ends_with("restart to use that one"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("data");
    let store = Store::open(inner.join("a.db")).unwrap();
    let mut changes = store.changes();
    changes.mark_unchanged();
    std::fs::rename(&inner, folder.path().join("elsewhere")).unwrap();
    timeout(DEADLINE, changes.changed()).await.expect("told at once").unwrap();
    assert_eq!(store.counts().await.unwrap_err().problem, Problem::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_log_nothing_is_claimed() {
    for endings in [&["-wal", "-shm"][..], &["-wal"], &["-shm"]] {
        let (_folder, store) = store();
        store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
        for ending in endings {
            let mut name = store.path().as_os_str().to_owned();
            name.push(ending);
            std::fs::remove_file(name).unwrap();
        }
        let error = store.save_profiles(vec![profile(2, "Bookings")]).await.unwrap_err();
        assert_eq!(error.problem, Problem::LogGone, "{endings:?}");
        assert_eq!(store.profiles().await.unwrap_err().problem, Problem::LogGone, "{endings:?}");
    }
}

#[test]
fn a_database_with_two_names_is_refused_under_both() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("a.db"), folder.path().join("b.db"));
    drop(Store::open(&one).unwrap());
    std::fs::hard_link(&one, &other).unwrap();
    for name in [&one, &other] {
        assert_eq!(Store::open(name).unwrap_err().problem, Problem::Linked(2));
        assert_eq!(inspect(name).unwrap_err().problem, Problem::Linked(2));
    }
    std::fs::remove_file(&other).unwrap();
    Store::open(&one).unwrap();
    // A symbolic link leads to the only name.
    std::os::unix::fs::symlink(&one, &other).unwrap();
    Store::open(&other).unwrap();
}
