//! Changes are reported by kind.

use serde_json::json;

use super::*;
use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::storage::{Revision, UnsavedDraft};

pub async fn a_revision_grows_with_what_changed_only(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut last = store.revision().await.unwrap();
    assert_eq!(last, Revision::default());
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
