//! A claim finds what its sender was not notified of.

use jiff::Timestamp;

use super::*;
use crate::record::{DeliveryId, Job};
use crate::storage::{Demand, Queue as _};

async fn claim(store: &PgStore, limit: usize) -> Vec<DeliveryId> {
    let claimed = store.claim(Demand::idle(Timestamp::now(), limit, 16)).await.unwrap();
    claimed.jobs.iter().map(Job::id).collect()
}

#[tokio::test]
async fn a_claim_that_is_short_looks_at_all_lanes() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let (one, other) = (delivery("https://a.example"), delivery("https://b.example"));
    let (first, second) = (one.id, other.id);
    store.enqueue(vec![one, other]).await.unwrap();
    // As if another sender had the second one, and gave it back without ringing a bell.
    database.sql(
        "INSERT INTO ringback.sender (seq, name, host, pid, seen_until, knows) OVERRIDING SYSTEM VALUE
         VALUES (1000, 'other', 'other', 1, now() + interval '1 hour', 1000000)",
    );
    let claim_second = |claimed_by: &str| {
        let of_second = format!("(SELECT seq FROM ringback.delivery WHERE id = '{second}')");
        database
            .sql(&format!("UPDATE ringback.pending SET claimed_by = {claimed_by} WHERE seq = {of_second}"));
    };
    claim_second("1000");
    let sender = store_at(&database.url());
    let seat = sender.join(|_| ()).await.unwrap();
    assert_eq!(claim(&sender, 9).await, [first]);
    claim_second("NULL");
    assert_eq!(claim(&sender, 9).await, [second]);
    sender.leave(seat).await.unwrap();
}
