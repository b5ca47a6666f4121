//! Profiles, drafts and own variables.

use proptest::prelude::*;

use crate::storage::Problem;
use crate::storage::sqlite::lock::process_identity::tests::another;
use crate::storage::{Saved, UnsavedDraft};

use super::*;

#[tokio::test]
async fn an_unreadable_profile_is_named_by_its_id() {
    let (folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let other = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    other.execute("UPDATE profile_document SET document = '{'", []).unwrap();
    let error = store.profile(&profile_id(1)).await.unwrap_err();
    assert!(matches!(&error.problem, Problem::Unreadable { what, .. } if what.contains("IN_")), "{error}");
    assert_eq!(store.profiles().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_draft_is_its_sessions_until_that_ends() {
    let (_folder, store) = store();
    let kept = |title: &str, ms| UnsavedDraft {
        profile_id: profile_id(1),
        is_new: false,
        draft: draft(title),
        edited_at: at(ms),
    };
    let owned_by = async |owner: &str| {
        let owner = owner.to_owned();
        let count = store.write(move |tx| Ok(tx.execute("UPDATE draft SET owner = ?1", [owner])?));
        assert_eq!(count.await.unwrap(), 1);
    };
    let (mut other, name) = another();
    store.keep_draft(kept("Theirs", 1)).await.unwrap();
    owned_by(&name).await;
    assert_eq!(store.drafts().await.unwrap(), []);
    assert_eq!(store.draft(&profile_id(1)).await.unwrap(), None);

    store.keep_draft(kept("Mine", 2)).await.unwrap();
    assert_eq!(store.drafts().await.unwrap(), [kept("Mine", 2)]);
    store.drop_draft(&profile_id(1)).await.unwrap();
    assert_eq!(store.drafts().await.unwrap(), []);

    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(store.drafts().await.unwrap(), [kept("Theirs", 1)]);
    assert_eq!(store.draft(&profile_id(1)).await.unwrap(), Some(kept("Theirs", 1)));
    store.keep_draft(kept("Taken on", 3)).await.unwrap();
    assert_eq!(store.drafts().await.unwrap(), [kept("Taken on", 3)], "theirs is not kept beside it");
    owned_by(&name).await;
    store.drop_draft(&profile_id(1)).await.unwrap();
    assert_eq!(store.draft(&profile_id(1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_save_over_the_same_one_wins() {
    let (folder, first) = store();
    let second = Store::open(folder.path().join("a.db")).unwrap();
    first.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let seen = Some(profile(1, "Order SMS").modified_at);
    let mine = |title: &str, ms| Profile { modified_at: at(ms), ..profile(1, title) };
    let (a, b) = tokio::join!(
        first.save_profile_if(mine("Ann", 5), seen),
        second.save_profile_if(mine("Bob", 6), seen)
    );
    let now = Saved::Changed(Box::new(first.profile(&profile_id(1)).await.unwrap().unwrap()));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert!((a == Saved::Saved && b == now) || (b == Saved::Saved && a == now), "{a:?}, {b:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_draft_of_any_text_comes_back(title in ".*", body in any::<String>(), new in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (_folder, store) = store();
        let draft = Draft { title, body, ..Draft::default() };
        let kept = UnsavedDraft { profile_id: profile_id(1), is_new: new, draft, edited_at: at(5) };
        runtime.block_on(async {
            store.keep_draft(kept.clone()).await.unwrap();
            prop_assert_eq!(store.drafts().await.unwrap(), [kept]);
            Ok(())
        })?;
    }
}
