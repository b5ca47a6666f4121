//! Waits that were recorded with a wrong clock.

use jiff::SignedDuration;

use crate::record::DeliveryState;

use super::*;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const YEAR: i64 = 365 * 24 * HOUR;

/// A delivery that waits after its first attempt, which ended at `ended`, until `due`.
async fn waiting(store: &Store, policy: RetryPolicy, ended: i64, due: i64) -> DeliveryId {
    let new = NewDelivery { policy, ..delivery("https://hooks.example") };
    let id = new.id;
    store.enqueue(vec![new]).await.unwrap();
    let mut outcome = outcome(id, place(store, id).await, 1, Next::Retry(at(due)));
    let lasted = SignedDuration::from_millis(outcome.attempt.duration_ms.into());
    outcome.attempt.started_at = at(ended) - lasted;
    store.record([outcome].into()).await.unwrap();
    id
}

async fn due_at(store: &Store, id: DeliveryId) -> Option<Timestamp> {
    let summary = store.delivery(id).await.unwrap().unwrap().summary;
    assert_eq!(summary.state, DeliveryState::Waiting);
    summary.due_at
}

#[tokio::test]
async fn what_a_clock_that_was_ahead_put_off_waits_for_as_long_as_it_had_to() {
    let (_folder, store) = store();
    let fixed = |interval_s| RetryPolicy::new(2, interval_s, 5000, Backoff::Fixed);
    let own = waiting(&store, fixed(5), YEAR, YEAR + 5 * SECOND).await;
    let asked = waiting(&store, fixed(5), YEAR, YEAR + 600 * SECOND).await;
    let long = waiting(&store, fixed(86_400), YEAR, YEAR + 24 * HOUR).await;
    // The clock was set during the attempt.
    let odd = waiting(&store, fixed(5), 0, YEAR).await;
    let rows = store.revision().await.unwrap();
    store.shift(SignedDuration::ZERO, at(0)).await.unwrap();
    assert_eq!(due_at(&store, own).await, Some(at(5 * SECOND)));
    assert_eq!(due_at(&store, asked).await, Some(at(600 * SECOND)), "as long as the response asked for");
    assert_eq!(due_at(&store, long).await, Some(at(24 * HOUR)));
    assert_eq!(due_at(&store, odd).await, Some(at(HOUR)), "at most the longest that may be asked for");
    assert_ne!(store.revision().await.unwrap(), rows, "who shows them reads them again");
}

#[tokio::test]
async fn waits_that_a_policy_allows_stay_as_they_are() {
    let (_folder, store) = store();
    let exponential = RetryPolicy::new(2, 86_400, 5000, Backoff::Exponential);
    let day = waiting(&store, exponential, 0, 24 * HOUR).await;
    let hour = waiting(&store, RetryPolicy::new(2, 5, 5000, Backoff::Fixed), 0, HOUR).await;
    let revision = store.revision().await.unwrap();
    store.shift(SignedDuration::ZERO, at(0)).await.unwrap();
    assert_eq!(due_at(&store, day).await, Some(at(24 * HOUR)));
    assert_eq!(due_at(&store, hour).await, Some(at(HOUR)));
    assert_eq!(store.revision().await.unwrap(), revision, "nothing is written");
}

#[tokio::test]
async fn a_clock_set_to_the_end_of_time_leaves_rows_that_can_be_read() {
    let (_folder, store) = store();
    let policy = RetryPolicy::new(2, 86_400, 5000, Backoff::Fixed);
    let id = waiting(&store, policy, 0, 24 * HOUR).await;
    store.shift(at(0).duration_until(Timestamp::MAX), Timestamp::MAX).await.unwrap();
    let last = Timestamp::from_second(Timestamp::MAX.as_second()).unwrap();
    assert_eq!(due_at(&store, id).await, Some(last));
    store.shift(last.duration_until(at(0)), at(0)).await.unwrap();
    assert_eq!(due_at(&store, id).await, Some(at(0)));
}
