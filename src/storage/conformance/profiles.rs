//! Profiles, drafts and own variables.

use serde_json::{Value, json};

use super::*;
use crate::profile::catalogue::{Sample, Variable, VariableOrigin};
use crate::storage::{DeletedProfile, Saved, UnsavedDraft};

pub async fn a_profile_comes_back_as_it_was_saved(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let saved = profile(1, "Order SMS");
    store.save_profiles(vec![saved.clone()]).await.unwrap();
    assert_eq!(store.profile(&saved.id).await.unwrap(), Some(saved.clone()));
    let rows = store.profiles().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].title, "Order SMS");
    assert_eq!(rows[0].endpoint, "https://hooks.example/cb?id=<id>");
    assert_eq!((rows[0].channel, rows[0].method), (saved.channel, saved.method));
    assert_eq!((rows[0].status, rows[0].modified_at), (saved.status, saved.modified_at));
    assert_eq!(rows[0].created_at, saved.created_at);
}

pub async fn saving_again_replaces_and_keeps_the_order(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    store.save_profiles(vec![profile(2, "Second"), profile(1, "First")]).await.unwrap();
    store.save_profiles(vec![profile(1, "Renamed")]).await.unwrap();
    let titles: Vec<_> = store.profiles().await.unwrap().into_iter().map(|row| row.title).collect();
    assert_eq!(titles, ["Renamed", "Second"]);
}

pub async fn a_deleted_profile_can_be_brought_back(subject: &dyn StoreUnderTest) {
    let store = subject.store();
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

pub async fn a_profile_is_found_by_id_then_by_its_start_then_by_title(subject: &dyn StoreUnderTest) {
    let store = subject.store();
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

pub async fn drafts_are_kept_until_dropped(subject: &dyn StoreUnderTest) {
    let store = subject.store();
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

pub async fn a_profile_is_saved_only_over_the_one_that_was_seen(subject: &dyn StoreUnderTest) {
    let store = subject.store();
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

pub async fn own_variables_are_added_changed_and_removed(subject: &dyn StoreUnderTest) {
    let store = subject.store();
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

pub async fn own_samples_are_saved_and_removed(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let sample = |name: &str, text: &str| match serde_json::from_str(text).unwrap() {
        Value::Object(values) => Sample { name: name.to_owned(), values },
        other => panic!("{other}"),
    };
    let of = |scope: &str, sample: Sample| (scope.to_owned(), sample);
    store.save_sample("sms-send", sample("refund", r#"{"z": 1, "a": 450.00}"#)).await.unwrap();
    store.save_sample("default", sample("refund", "{}")).await.unwrap();
    store.save_sample("sms-send", sample("Refund 2", r#"{"a": {"b": [null]}}"#)).await.unwrap();
    store.save_sample("sms-send", sample("refund", r#"{"z": 1e400, "a": "\u0000"}"#)).await.unwrap();
    let refund = of("sms-send", sample("refund", r#"{"z": 1e400, "a": "\u0000"}"#));
    let (none, second) = (
        of("default", sample("refund", "{}")),
        of("sms-send", sample("Refund 2", r#"{"a": {"b": [null]}}"#)),
    );
    assert_eq!(store.own_samples().await.unwrap(), [refund, none.clone(), second.clone()]);
    assert!(store.remove_sample("sms-send", "refund").await.unwrap());
    assert!(!store.remove_sample("sms-send", "refund").await.unwrap());
    assert_eq!(store.own_samples().await.unwrap(), [none, second]);
}

pub async fn the_last_deleted_comes_first_and_is_found_as_others_are(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    store.save_profiles((1..=3).map(|n| profile(n, "Order SMS")).collect()).await.unwrap();
    for n in [2, 3, 1] {
        store.delete_profile(&profile_id(n)).await.unwrap();
    }
    let ids = |all: Vec<DeletedProfile>| all.into_iter().map(|one| one.row.id).collect::<Vec<_>>();
    let all = ids(store.deleted_profiles().await.unwrap());
    assert_eq!(all, [profile_id(1), profile_id(3), profile_id(2)]);
    assert_eq!(ids(store.find_deleted("order sms").await.unwrap()).len(), 3);
    assert_eq!(ids(store.find_deleted(profile_id(3).as_str()).await.unwrap()), [profile_id(3)]);
    assert!(store.find_deleted("Nobody").await.unwrap().is_empty());
    assert_eq!(store.restore_last().await.unwrap().unwrap().row.id, profile_id(1));
    assert_eq!(store.restore_last().await.unwrap().unwrap().row.id, profile_id(3));
}
