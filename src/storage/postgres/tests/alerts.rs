//! An alert that a process has taken and not given, since it was killed, is given by another one.

use std::time::Duration;

use super::{on_server, store_at};
use crate::storage::{AlertPace, Alerts as _, NextAlert};

const TURN: &str = "
INSERT INTO ringback.turn (id, at, profile_id, title, kind, failed, delivery, message, wanted)
VALUES (gen_random_uuid(), 1, 'IN_00000000-0000-0000-0000-000000000001', 'Order SMS', 'failing', 20,
    gen_random_uuid(), '500', true)";

/// That of senders, with another lease.
fn pace(lease: Duration) -> AlertPace {
    AlertPace { every: Duration::ZERO, lease, ..AlertPace::USUAL.at_once() }
}

#[tokio::test]
async fn what_a_process_took_and_did_not_give_is_anothers_after_its_lease_and_has_the_same_id() {
    let Some(on) = on_server().await else { return };
    let other = store_at(&on.database.url());
    on.database.sql(TURN);
    let NextAlert::Taken(taken) = on.store.take_alert(pace(AlertPace::USUAL.lease)).await.unwrap() else {
        panic!("there is a turn")
    };
    let next = other.take_alert(pace(Duration::ZERO)).await.unwrap();
    assert_eq!(next, NextAlert::Nothing, "it is being given");
    // Its lease runs out.
    on.database.sql("UPDATE ringback.alert SET taken_until = 0");
    let NextAlert::Taken(again) = other.take_alert(pace(AlertPace::USUAL.lease)).await.unwrap() else {
        panic!("it was left")
    };
    assert_eq!((again.id, &again.turns), (taken.id, &taken.turns));
    let next = on.store.take_alert(pace(Duration::ZERO)).await.unwrap();
    assert_eq!(next, NextAlert::Nothing, "it is the other's for another lease");

    other.finish_alert(again.id, None).await.unwrap();
    // The first one was only slow: what it says last changes nothing.
    on.store.finish_alert(taken.id, Some("exit status 1".to_owned())).await.unwrap();
    on.database.sql("UPDATE ringback.alert SET taken_until = 0");
    for store in [&on.store, &other] {
        assert_eq!(store.take_alert(pace(Duration::ZERO)).await.unwrap(), NextAlert::Nothing);
    }
    let given = other.given_alerts(vec![taken.turns[0].id]).await.unwrap();
    assert_eq!((given[0].alert, given[0].has_ended, given[0].failure.as_deref()), (taken.id, true, None));
}

#[tokio::test]
async fn of_two_that_take_an_alert_at_once_one_gets_it() {
    let Some(on) = on_server().await else { return };
    let other = store_at(&on.database.url());
    for _ in 0..5 {
        on.database.sql(TURN);
        let pace = pace(AlertPace::USUAL.lease);
        let (mine, yours) = tokio::join!(on.store.take_alert(pace), other.take_alert(pace));
        let taken = [mine.unwrap(), yours.unwrap()];
        let count = taken.iter().filter(|next| matches!(next, NextAlert::Taken(_))).count();
        assert_eq!(count, 1, "{taken:?}");
    }
}
