//! The queue is vacuumed while many deliveries end.

use super::*;
use crate::storage::postgres::queue::vacuum::Vacuumed;

/// Many deliveries have ended.
const DEAD: &str = "
SET search_path = ringback;
INSERT INTO pending (seq, lane, due_at) SELECT n, 1, 0 FROM generate_series(1, 60000) n;
DELETE FROM pending";

const VACUUMS: &str = "SELECT pg_stat_get_vacuum_count('ringback.pending'::regclass)";

/// What a look does, once the server has counted the dead rows.
async fn once_counted(on: &OnServer, member: &Member) -> Vacuumed {
    let dead = "SELECT pg_stat_get_dead_tuples('ringback.pending'::regclass) > 50000";
    soon(async {
        while on.database.sql(dead) != "t" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    member.store.vacuum_if_due().await.unwrap()
}

#[tokio::test]
async fn dead_rows_of_the_queue_go_once_there_are_many() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    assert_eq!(one.store.vacuum_if_due().await.unwrap(), Vacuumed::NotDue);
    on.database.sql(DEAD);
    // Something of this server may still see them for a moment.
    soon(async { while once_counted(&on, &one).await != Vacuumed::Done {} }).await;
    assert_ne!(on.database.sql(VACUUMS), "0");
    assert_eq!(one.store.vacuum_if_due().await.unwrap(), Vacuumed::NotDue);
}

#[tokio::test]
async fn one_sender_vacuums_and_a_transaction_that_sees_dead_rows_is_noticed() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let mut acquired = on.store.write().await.unwrap();
    acquired.db().unwrap().batch("SET idle_in_transaction_session_timeout = 0").await.unwrap();
    let open = acquired.begin().await.unwrap();
    open.db().rows("SELECT pg_advisory_xact_lock(7242003), txid_current()", &[]).await.unwrap();
    on.database.sql(DEAD);
    assert_eq!(once_counted(&on, &one).await, Vacuumed::NotDue, "another one has the lock");
    open.commit().await.unwrap();
    let open = acquired.begin().await.unwrap();
    open.db().batch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT").await.unwrap();
    on.database.sql(DEAD);
    assert_eq!(once_counted(&on, &one).await, Vacuumed::InVain);
    drop(open);
    assert_eq!(once_counted(&on, &one).await, Vacuumed::Done);
}
