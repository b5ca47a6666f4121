//! The database goes back to an earlier state, while processes run that remember a later one: numbers of lanes are given
//! again, to lanes of other profiles.

use super::*;
use crate::storage::Events as _;

/// As after a restore: all connections end, and the lane of the first of these profiles is one of the second.
fn go_back(on: &OnServer, from: u128, to: u128) {
    let name = |n| ProfileId::new(Region::In, uuid::Uuid::from_u128(n)).to_string();
    end_connections(on);
    on.database.sql(&format!(
        "UPDATE ringback.lane SET profile_id = '{}' WHERE profile_id = '{}'",
        name(to),
        name(from)
    ));
}

fn end_connections(on: &OnServer) {
    on.database.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'ringback/%'",
    );
}

/// The profile of the lane of a delivery.
fn profile_of(on: &OnServer, id: DeliveryId) -> String {
    on.database.sql(&format!(
        "SELECT l.profile_id FROM ringback.delivery d JOIN ringback.lane l ON l.seq = d.lane WHERE d.id = '{id}'"
    ))
}

#[tokio::test]
async fn an_event_gets_a_lane_of_its_own_profile() {
    let Some(on) = on_server().await else { return };
    let first = event(1, 'a');
    let profile = first.profile_id.to_string();
    accept(&on, vec![first]).await;
    go_back(&on, 1, 2);
    let again = accept(&on, vec![event(1, 'a')]).await;
    assert_eq!(profile_of(&on, again[0]), profile);
}

#[tokio::test]
async fn a_sender_knows_nothing_of_the_time_before() {
    let Some(on) = on_server().await else { return };
    let member = Member::join(&on, &[]).await;
    accept(&on, vec![event(1, 'a')]).await;
    let job = member.claim(1).await.remove(0);
    assert!(member.record(&job, Next::Delivered).await);
    go_back(&on, 1, 2);
    let later = accept(&on, vec![event(2, 'a')]).await;
    // Its first call may find the connection broken.
    let claimed = soon(async {
        loop {
            match member.try_claim(Demand::idle(clock::now(), 1, 16)).await {
                Ok(jobs) if !jobs.is_empty() => return jobs,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    })
    .await;
    assert_eq!(ids(&claimed), later);
    assert_eq!(claimed[0].subject.profile_id.as_str(), profile_of(&on, later[0]));
}

/// What is cached by the counters is read again, although as much may have changed as before.
#[tokio::test]
async fn a_revision_over_other_connections_is_another_one() {
    let Some(on) = on_server().await else { return };
    let before = on.store.revision().await.unwrap();
    assert_eq!(on.store.revision().await.unwrap(), before);
    end_connections(&on);
    soon(async {
        while on.store.revision().await.map_or(true, |now| now == before) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_lane_that_was_made_in_vain_is_not_remembered() {
    let Some(on) = on_server().await else { return };
    let id = accept(&on, vec![event(1, 'a')]).await.remove(0);
    on.database.sql(
        "CREATE FUNCTION ringback.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'refused'; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON ringback.delivery FOR EACH ROW EXECUTE FUNCTION ringback.refuse()",
    );
    let new = DeliveryId::generate();
    on.store.resend(id, new, clock::now()).await.unwrap_err();
    on.database.sql("DROP TRIGGER refuse ON ringback.delivery");
    on.store.resend(id, new, clock::now()).await.unwrap();
    assert_eq!(profile_of(&on, new), profile_of(&on, id));
}
