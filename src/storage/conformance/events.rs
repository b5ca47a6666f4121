//! Changes are reported by kind.

use serde_json::json;

use super::*;
use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::storage::{Revision, UnsavedDraft};

pub async fn a_revision_grows_with_what_changed_only(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut last = store.revision().await.unwrap();
    assert_eq!(last, Revision { connections: last.connections, ..Revision::default() });
    let mut grown = async || {
        let now = store.revision().await.unwrap();
        let grown =
            (now.profiles > last.profiles, now.variables > last.variables, now.deliveries > last.deliveries);
        last = now;
        grown
    };
    let (profiles, variables, deliveries) =
        ((true, false, false), (false, true, false), (false, false, true));

    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_eq!(grown().await, profiles);
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_eq!(grown().await, profiles);
    store.delete_profile(&profile_id(1)).await.unwrap();
    assert_eq!(grown().await, profiles);
    assert_eq!(
        store
            .purge_profiles(crate::clock::later(Timestamp::now(), jiff::SignedDuration::from_hours(240)))
            .await
            .unwrap(),
        1
    );
    assert_eq!(grown().await, profiles);

    let variable = Variable {
        name: "tenant".to_owned(),
        origin: VariableOrigin::Own,
        meaning: String::new(),
        sample: json!("x"),
    };
    store.add_variable("default", variable.clone()).await.unwrap();
    assert_eq!(grown().await, variables);
    store.add_variable("default", Variable { meaning: "whose".to_owned(), ..variable }).await.unwrap();
    assert_eq!(grown().await, variables);
    store.remove_variable("default", "tenant").await.unwrap();
    assert_eq!(grown().await, variables);

    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert_eq!(grown().await, deliveries);
    record(subject, new.id, 1, Next::Retry(at(9_000))).await;
    assert_eq!(grown().await, deliveries);
    record(subject, new.id, 2, Next::Retry(at(9_500))).await;
    assert_eq!(grown().await, deliveries);
    let draft =
        UnsavedDraft { profile_id: profile_id(1), is_new: true, draft: draft("Ord"), edited_at: at(0) };
    store.keep_draft(draft).await.unwrap();
    assert_eq!(grown().await, (false, false, false));
}

pub async fn a_revision_counts_each_change_of_what_is_blocked_or_due(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let (id, new) = (profile_id(1), delivery("https://hooks.example"));
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    store.enqueue(vec![new.clone()]).await.unwrap();
    let mut last = store.revision().await.unwrap().steering;
    let mut has_grown = async || {
        let now = store.revision().await.unwrap().steering;
        std::mem::replace(&mut last, now) < now
    };
    store.pause(Some(id.clone())).await.unwrap();
    assert!(has_grown().await, "paused");
    store.resume(Some(id.clone())).await.unwrap();
    assert!(has_grown().await, "resumed");
    for status in [Status::Disabled, Status::Active] {
        store.save_profiles(vec![Profile { status, ..profile(1, "Order SMS") }]).await.unwrap();
        assert!(has_grown().await, "{status:?}");
    }
    store.delete_profile(&id).await.unwrap();
    assert!(has_grown().await, "deleted");
    store.restore_profile(&id).await.unwrap();
    assert!(has_grown().await, "restored");
    store.delete_profile(&id).await.unwrap();
    assert!(has_grown().await, "deleted once more");
    store.restore_last().await.unwrap();
    assert!(has_grown().await, "the last deleted restored");
    store.retry_now(new.id).await.unwrap();
    assert!(has_grown().await, "made due");
    store.cancel(new.id).await.unwrap();
    assert!(has_grown().await, "cancelled");
}
