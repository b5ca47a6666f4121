//! Profiles, drafts and own variables.

use proptest::prelude::*;
use serde_json::json;

use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::storage::Problem;
use crate::storage::sqlite::lock::process_identity::tests::another;
use crate::storage::{Saved, UnsavedDraft};

use super::*;

#[tokio::test]
async fn a_profile_comes_back_as_it_was_saved() {
    let (_folder, store) = store();
    let saved = profile(1, "Order SMS");
    store.save_profiles(vec![saved.clone()]).await.unwrap();
    assert_eq!(store.profile(&saved.id).await.unwrap(), Some(saved.clone()));
    let rows = store.profiles().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].title, "Order SMS");
    assert_eq!(rows[0].endpoint, "https://hooks.example/cb?id=<id>");
    assert_eq!((rows[0].channel, rows[0].method), (saved.channel, saved.method));
    assert_eq!((rows[0].status, rows[0].modified_at), (saved.status, saved.modified_at));
}

#[tokio::test]
async fn saving_again_replaces_and_keeps_the_order() {
    let (_folder, store) = store();
    store.save_profiles(vec![profile(2, "Second"), profile(1, "First")]).await.unwrap();
    store.save_profiles(vec![profile(1, "Renamed")]).await.unwrap();
    let titles: Vec<_> = store.profiles().await.unwrap().into_iter().map(|row| row.title).collect();
    assert_eq!(titles, ["Renamed", "Second"]);
}

#[tokio::test]
async fn a_deleted_profile_can_be_brought_back() {
    let (_folder, store) = store();
    let id = profile_id(1);
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert!(store.delete_profile(&id).await.unwrap());
    assert!(!store.delete_profile(&id).await.unwrap());
    assert_eq!(store.profile(&id).await.unwrap(), None);
    assert!(store.profiles().await.unwrap().is_empty());
    assert!(store.find_profiles(id.as_str()).await.unwrap().is_empty());

    assert!(store.restore_profile(&id).await.unwrap());
    assert!(!store.restore_profile(&id).await.unwrap());
    assert!(store.profile(&id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_profile_is_found_by_id_then_by_its_start_then_by_title() {
    let (_folder, store) = store();
    let first = profile(0x1111_0000_0000_0000_0000_0000_0000_0000, "Order SMS");
    let second = profile(0x1122_0000_0000_0000_0000_0000_0000_0000, "order sms");
    store.save_profiles(vec![first.clone(), second.clone()]).await.unwrap();
    let ids = async |text: &str| -> Vec<ProfileId> {
        store.find_profiles(text).await.unwrap().into_iter().map(|row| row.id).collect()
    };
    let (one, two) = (vec![first.id.clone()], vec![second.id.clone()]);
    let both = [one.clone(), two.clone()].concat();
    assert_eq!(ids(first.id.as_str()).await, one);
    assert_eq!(ids(&first.id.as_str().to_lowercase()).await, one);
    assert_eq!(ids("IN_1122").await, two);
    assert_eq!(ids("in_11").await, both);
    assert_eq!(ids(" ORDER SMS ").await, both);
    assert!(ids("Order").await.is_empty());
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_is_told_by_its_id() {
    let (folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let other = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    other.execute("UPDATE profile_document SET document = '{'", []).unwrap();
    let error = store.profile(&profile_id(1)).await.unwrap_err();
    assert!(matches!(&error.problem, Problem::Unreadable { what, .. } if what.contains("IN_")), "{error}");
    assert_eq!(store.profiles().await.unwrap().len(), 1);
}

#[tokio::test]
async fn drafts_are_kept_until_dropped() {
    let (_folder, store) = store();
    let kept = |n, title: &str, ms| UnsavedDraft {
        profile_id: profile_id(n),
        is_new: true,
        draft: draft(title),
        edited_at: at(ms),
    };
    store.keep_draft(kept(1, "Ord", 1)).await.unwrap();
    store.keep_draft(kept(2, "Boo", 2)).await.unwrap();
    store.keep_draft(kept(1, "Order", 3)).await.unwrap();
    assert_eq!(store.drafts().await.unwrap(), [kept(1, "Order", 3), kept(2, "Boo", 2)]);
    store.drop_draft(&profile_id(1)).await.unwrap();
    assert_eq!(store.drafts().await.unwrap(), [kept(2, "Boo", 2)]);
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

#[tokio::test]
async fn a_profile_is_saved_only_over_the_one_that_was_seen() {
    let (_folder, store) = store();
    let seen = profile(1, "Order SMS");
    let later = |title: &str, ms| Profile { modified_at: at(ms), ..profile(1, title) };
    let save = async |profile: Profile, seen| store.save_profile_if(profile, seen).await.unwrap();
    let title = async || store.profile(&profile_id(1)).await.unwrap().map(|now| now.title.to_string());

    assert_eq!(save(seen.clone(), Some(seen.modified_at)).await, Saved::Gone, "it was never there");
    assert_eq!(title().await, None);
    assert_eq!(save(seen.clone(), None).await, Saved::Saved);
    assert_eq!(save(later("New", 5), None).await, Saved::Changed(Box::new(seen.clone())));
    assert_eq!(save(later("Mine", 6), Some(seen.modified_at)).await, Saved::Saved);
    let theirs = Saved::Changed(Box::new(later("Mine", 6)));
    assert_eq!(save(later("Theirs", 7), Some(seen.modified_at)).await, theirs);
    assert_eq!(title().await.as_deref(), Some("Mine"));

    store.delete_profile(&profile_id(1)).await.unwrap();
    assert_eq!(save(later("Mine", 8), Some(at(6))).await, Saved::Gone);
    assert_eq!(save(later("Mine", 8), None).await, Saved::Gone);
    assert_eq!(title().await, None, "a save brings nothing back");
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

#[tokio::test]
async fn own_variables_are_added_changed_and_removed() {
    let (_folder, store) = store();
    let variable = |name: &str, meaning: &str| Variable {
        name: name.to_owned(),
        origin: VariableOrigin::Own,
        meaning: meaning.to_owned(),
        sample: json!({"amount": 450}),
    };
    store.add_variable("sms-send", variable("tenant", "who")).await.unwrap();
    store.add_variable("default", variable("order", "which")).await.unwrap();
    store.add_variable("sms-send", variable("tenant", "whose")).await.unwrap();
    let tenant = ("sms-send".to_owned(), variable("tenant", "whose"));
    let order = ("default".to_owned(), variable("order", "which"));
    assert_eq!(store.own_variables().await.unwrap(), [tenant, order.clone()]);
    assert!(store.remove_variable("sms-send", "tenant").await.unwrap());
    assert!(!store.remove_variable("sms-send", "tenant").await.unwrap());
    assert_eq!(store.own_variables().await.unwrap(), [order]);
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
