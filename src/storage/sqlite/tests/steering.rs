//! Cancelling, retrying, and resending.

use crate::record::DeliveryState;
use crate::storage::Problem;

use super::*;

async fn summary(store: &Store, id: DeliveryId) -> crate::record::Summary {
    store.delivery(id).await.unwrap().unwrap().summary
}

#[tokio::test]
async fn cancelled_while_it_is_sent() {
    let (_folder, store) = store();
    let new = tested(profile(1, "Order SMS"));
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert!(store.cancel(new.id).await.unwrap());
    assert!(!store.cancel(new.id).await.unwrap());
    record(&store, new.id, 1, Next::Retry(at(9_000))).await;
    let details = store.delivery(new.id).await.unwrap().unwrap();
    assert_eq!((details.summary.state, details.summary.due_at), (DeliveryState::Cancelled, None));
    assert_eq!((details.summary.last_status, details.attempts.len()), (Some(500), 1));
    assert!(due(&store, at(99_000), 10).await.jobs.is_empty());
    assert!(!store.retry_now(new.id).await.unwrap());
}

#[tokio::test]
async fn a_wait_is_cut_short() {
    let (_folder, store) = store();
    let new = delivery("https://hooks.example");
    let far = Timestamp::now() + std::time::Duration::from_hours(1);
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert!(store.retry_now(new.id).await.unwrap());
    record(&store, new.id, 1, Next::Retry(far)).await;
    assert!(due(&store, Timestamp::now(), 10).await.jobs.is_empty());
    assert!(store.retry_now(new.id).await.unwrap());
    assert_eq!(summary(&store, new.id).await.state, DeliveryState::Waiting);
    assert_eq!(due(&store, Timestamp::now(), 10).await.jobs.len(), 1);
    assert!(!store.retry_now(DeliveryId::generate()).await.unwrap());
}

#[tokio::test]
async fn a_test_is_sent_again_with_its_profile_or_the_saved_one_or_not_at_all() {
    let (_folder, store) = store();
    let shown = profile(1, "Order SMS");
    let new = tested(shown.clone());
    store.enqueue(vec![new.clone()]).await.unwrap();
    let again = DeliveryId::generate();
    store.resend(new.id, again, at(1)).await.unwrap();
    record(&store, new.id, 1, Next::Failed).await;
    let jobs = due(&store, at(1), 10).await.jobs;
    assert_eq!(jobs.len(), 1);
    assert_eq!((jobs[0].id(), jobs[0].profile.as_deref()), (again, Some(&shown)));

    let error = store.resend(new.id, DeliveryId::generate(), at(2)).await.unwrap_err();
    assert_eq!(error.problem, Problem::TestedGone(new.id));
    assert!(error.to_string().contains("from the editor"));

    store.save_profiles(vec![shown]).await.unwrap();
    store.resend(new.id, DeliveryId::generate(), at(2)).await.unwrap();
}
