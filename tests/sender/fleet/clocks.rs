//! The clocks of the senders' machines are wrong: leases, claims and retries go by that of the database.
#![cfg(target_os = "linux")]

use jiff::Timestamp;

use super::*;
use crate::support::wrong_clock::clock_at;

/// Each is delivered by its second attempt, a second after the first one.
const EVENTS: usize = 300;

/// By so many seconds the clocks are wrong.
const BY: i64 = 60;

#[test]
fn senders_whose_clocks_are_a_minute_apart_share_the_work_and_retry_in_time() {
    let Some(cluster) = cluster() else { return };
    let fleet = Fleet::with(cluster, Counting::refusing(Duration::from_millis(20), 1));
    let sender = |by: i64| {
        let mut command = fleet.command(&["work", "--json"]);
        command.envs(clock_at(Timestamp::now().as_second() + by));
        Running::start(command)
    };
    let senders = [sender(BY), sender(-BY)];
    fleet.wait_for_senders(2);
    let seats = || fleet.sql("SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM ringback.sender");
    let before = seats();
    let began = Instant::now();
    fleet.accept("a-", EVENTS);
    fleet.wait_until_idle();
    let (least, most) = fleet.endpoint.counts().gaps.unwrap();
    println!("retried after {least:?} to {most:?}, all within {:?}", began.elapsed());
    // The clock of the database is known to within a tenth of a second.
    assert!(least >= Duration::from_millis(850), "{least:?}");
    assert!(most < Duration::from_secs(BY.unsigned_abs()) / 2, "{most:?}");
    {
        let counts = fleet.endpoint.counts();
        assert_eq!((counts.times.len(), counts.repeated() as usize), (EVENTS, EVENTS));
        assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    }
    let makers = "SELECT count(DISTINCT sender) FROM ringback.attempt";
    assert_eq!(fleet.sql(makers), "2", "both have sent");
    // Neither has ended the seat of the other.
    wait("a lease has passed", || began.elapsed() > LEASE);
    assert_eq!(seats(), before);
    drop(senders);
}
