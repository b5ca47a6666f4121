//! Deliveries come in.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::*;
use crate::record::{DeliveryId, ErrorClass, Failure, Kind, NewDelivery, RunId};
use crate::storage::conformance::samples::at;
use crate::storage::{Retention as _, RetentionPolicy};

#[tokio::test]
async fn what_is_accepted_is_queued_or_has_failed_and_is_counted() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let failure = Failure { class: ErrorClass::Request, message: "no\0 value".to_owned() };
    let run = RunId::generate();
    let of_run = NewDelivery { run: Some(run), ..delivery("https://a.example") };
    let broken = NewDelivery { request: Err(failure), ..delivery("https://a.example") };
    let by_hand = NewDelivery { kind: Kind::Test, ..tested(profile(1, "Order SMS")) };
    store.enqueue(vec![of_run.clone(), broken, by_hand]).await.unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM ringback.delivery"), "3");
    let pending = "SELECT p.lane, p.attempts, p.run_id, d.id FROM ringback.pending p JOIN ringback.delivery d
                   USING (seq) WHERE p.run_id IS NOT NULL";
    assert_eq!(database.sql(pending), format!("1|0|{}|{}", run.number(), of_run.id));
    assert_eq!(database.sql("SELECT state, message FROM ringback.ended"), "3|no\u{FFFD} value");
    assert_eq!(database.sql("SELECT count(*) FROM ringback.tested"), "1");
    let counts = "SELECT sum(queued), sum(failed), sum(changes) FROM ringback.tally";
    assert_eq!(database.sql(counts), "2|1|1");
    let lanes = "SELECT string_agg(by_hand::text, ' ' ORDER BY seq) FROM ringback.lane";
    assert_eq!(database.sql(lanes), "false true");
}

#[tokio::test]
async fn positions_grow_with_each_accept_and_within_a_batch() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let mut ids = Vec::new();
    for n in [1, 300, 1, 1, 256, 2] {
        let batch: Vec<_> = (0..n).map(|_| delivery("https://a.example")).collect();
        ids.extend(batch.iter().map(|new| new.id.to_string()));
        store.enqueue(batch).await.unwrap();
    }
    let stored = database.sql("SELECT id FROM ringback.delivery ORDER BY seq");
    assert_eq!(stored.lines().collect::<Vec<_>>(), ids);
    let told = "SELECT abs(extract(epoch FROM now()) - avg(seq >> 11) / 1000000) < 60 FROM ringback.delivery";
    assert_eq!(database.sql(told), "t", "a position says when it was");
}

#[tokio::test]
async fn a_day_without_a_partition_gets_one_when_it_is_needed() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ringback.delivery'::regclass";
    let all = database.sql(days);
    let drop_all = "DO $$ DECLARE day text; BEGIN
        FOR day IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent IN
            ('ringback.delivery'::regclass, 'ringback.attempt'::regclass, 'ringback.ended'::regclass)
        LOOP EXECUTE 'DROP TABLE ' || day; END LOOP; END $$";
    database.sql(drop_all);
    store.enqueue(vec![delivery("https://a.example")]).await.unwrap();
    assert_eq!(database.sql(days), all);
    database.sql(drop_all);
    store.prune_next(RetentionPolicy::default(), at(0), None).await.unwrap();
    assert_eq!(database.sql(days), all, "whoever looks after the log looks ahead");
}

#[tokio::test]
async fn what_is_accepted_twice_is_there_once() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let all: Vec<_> = (0..3).map(|_| delivery("https://a.example")).collect();
    store.enqueue(all[..2].to_vec()).await.unwrap();
    store.enqueue(all.clone()).await.unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM ringback.pending"), "3");
    assert_eq!(database.sql("SELECT sum(queued) FROM ringback.tally"), "3");
}

#[tokio::test]
async fn callers_share_transactions_and_one_that_fails_fails_alone() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let trigger = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                       IF NEW.title = 'bad' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
                   CREATE TRIGGER refuse BEFORE INSERT ON ringback.delivery FOR EACH ROW
                       EXECUTE FUNCTION refuse()";
    database.sql(trigger);
    let one = |n: usize| NewDelivery {
        profile_title: if n == 61 { "bad" } else { "good" }.to_owned(),
        ..delivery("https://a.example")
    };
    let accepts = (0..200).map(|n| store.enqueue(vec![one(n), one(0)]));
    let results = join_all(accepts).await;
    let failed: Vec<usize> =
        (0..).zip(&results).filter(|(_, result)| result.is_err()).map(|(n, _)| n).collect();
    assert_eq!(failed, [61]);
    assert_eq!(
        database.sql("SELECT count(*), count(*) FILTER (WHERE title = 'bad') FROM ringback.delivery"),
        "398|0"
    );
    let transactions: usize = database.sql("SELECT sum(changes) FROM ringback.tally").parse().unwrap();
    assert!(transactions < 100, "{transactions}");
}

#[tokio::test]
async fn an_accept_whose_connection_broke_is_asked_for_again_by_its_ids() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut ids: Vec<DeliveryId> = Vec::new();
    for _ in 0..5 {
        let new = delivery("https://a.example");
        ids.push(new.id);
        let (accepted, _) = tokio::join!(store.enqueue(vec![new]), async { database.sql(end) });
        accepted.unwrap();
    }
    ids.sort_unstable();
    let stored = database.sql("SELECT id FROM ringback.delivery ORDER BY id");
    assert_eq!(stored.lines().collect::<Vec<_>>(), ids.iter().map(ToString::to_string).collect::<Vec<_>>());
}

/// The first accept waits until it is let go, and is of yesterday; later ones are of today.
const MIDNIGHT: &str = "
SELECT ringback.make_days(current_date - 1, current_date);
CREATE SEQUENCE ringback.calls;
CREATE TABLE ringback.let_go (one boolean);
ALTER FUNCTION ringback.next_position() RENAME TO position_of_today;
CREATE FUNCTION ringback.next_position() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$ BEGIN
  IF nextval('ringback.calls') > 1 THEN RETURN ringback.position_of_today(); END IF;
  WHILE NOT EXISTS (SELECT FROM ringback.let_go) LOOP PERFORM pg_sleep(0.01); END LOOP;
  RETURN ringback.first_position(current_date) - 2048 * 1000;
END $$";

#[tokio::test]
async fn what_is_asked_for_again_on_the_next_day_is_there_once() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    database.sql(MIDNIGHT);
    let proxy = BreakingProxy::start(&database.url()).await;
    let store = store_at(&proxy.url);
    let accepting = tokio::spawn(async move { store.enqueue(vec![delivery("https://a.example")]).await });
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let waits = format!("SELECT count(*) {others} AND wait_event = 'PgSleep'");
    until(|| database.sql(&waits) == "1").await;
    proxy.break_all();
    // It asks again, and must not accept while the first statement is carried out.
    let looks = format!("SELECT count(*) {others} AND query LIKE '%state_change <%'");
    let stored = "SELECT count(*) FROM ringback.delivery";
    until(|| database.sql(&looks) != "0" || database.sql(stored) != "0").await;
    database.sql("INSERT INTO ringback.let_go VALUES (true)");
    accepting.await.unwrap().unwrap();
    until(|| database.sql(&waits) == "0").await;
    assert_eq!(database.sql(stored), "1");
    assert_eq!(database.sql("SELECT sum(queued) FROM ringback.tally"), "1");
}

/// Waits for something that must happen.
async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("it happens");
}

/// Passes connections on to a server, until they are broken: the server does not notice before it responds.
struct BreakingProxy {
    url: String,
    broken: watch::Sender<u64>,
}

impl BreakingProxy {
    /// To the server of this URL.
    async fn start(url: &str) -> Self {
        let server: SocketAddr = url.split(['@', '/']).find_map(|part| part.parse().ok()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url.replace(&server.to_string(), &listener.local_addr().unwrap().to_string());
        let broken = watch::Sender::new(0);
        let breaks = broken.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = TcpStream::connect(server).await.unwrap();
                let mut broken = breaks.subscribe();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = broken.changed() => {
                            drop(near);
                            // The server's half stays open.
                            tokio::time::sleep(Duration::from_mins(1)).await;
                            drop(far);
                        }
                    }
                });
            }
        });
        Self { url, broken }
    }

    fn break_all(&self) {
        self.broken.send_modify(|n| *n += 1);
    }
}
