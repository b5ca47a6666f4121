//! Senders join, are killed and are stopped.

use super::*;

/// Times that a sender is killed.
const ROUNDS: usize = 10;

/// Events of a round: a second of work for the endpoint's slots.
const EVENTS: usize = 600;

#[test]
fn what_a_killed_sender_had_is_taken_over_and_hardly_anything_is_repeated() {
    let Some(fleet) = Fleet::new(Duration::from_millis(20)) else { return };
    let mut senders = vec![fleet.join(1), fleet.join(2)];
    for round in 0..ROUNDS {
        fleet.accept(&format!("{round}-"), EVENTS);
        senders.push(fleet.join(3));
        let before = fleet.endpoint.counts().times.len();
        wait("the endpoint is busy", || {
            let counts = fleet.endpoint.counts();
            counts.open > 0 || counts.times.len() > before || counts.times.len() == (round + 1) * EVENTS
        });
        assert!(senders.remove(round % 2).kill9(), "it was running");
        fleet.wait_until_idle();
        fleet.wait_for_senders(2);
    }
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    assert_eq!(counts.times.len(), ROUNDS * EVENTS, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    // What a sender has in flight, or has not recorded.
    let most = u32::try_from(ROUNDS * 2 * SLOTS).unwrap();
    assert!(counts.repeated() <= most, "{} were repeated", counts.repeated());
    drop(counts);
    let delivered = fleet.sql("SELECT count(*) FROM ringback.ended WHERE state = 2");
    assert_eq!(delivered, (ROUNDS * EVENTS).to_string());
    fleet.check_numbers();
    let makers = fleet.sql("SELECT count(DISTINCT sender) FROM ringback.attempt");
    assert!(makers.parse::<usize>().unwrap() > 2, "{makers} senders made the attempts");
}

#[test]
fn a_sender_that_was_stopped_for_longer_than_its_lease_starts_nothing_that_another_has() {
    let Some(fleet) = Fleet::new(Duration::from_millis(20)) else { return };
    let (stopped, _other) = (fleet.join(1), fleet.join(2));
    fleet.accept("a-", 2 * EVENTS);
    fleet.wait_for_requests(EVENTS / 4);
    stopped.signal("STOP");
    // The other one takes over what it had, and ends it.
    fleet.wait_until_idle();
    fleet.wait_for_senders(1);
    stopped.signal("CONT");
    fleet.wait_for_senders(2);
    fleet.accept("b-", EVENTS);
    fleet.wait_until_idle();
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    assert_eq!(counts.times.len(), 3 * EVENTS, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    assert!(counts.repeated() <= u32::try_from(2 * SLOTS).unwrap(), "{} were repeated", counts.repeated());
}

#[test]
fn a_sender_that_stops_hands_its_slots_over_and_repeats_nothing() {
    let Some(fleet) = Fleet::new(Duration::from_millis(20)) else { return };
    let (mut leaving, _other) = (fleet.join(1), fleet.join(2));
    let listed = fleet.senders();
    let pids: Vec<u64> = listed.iter().map(|sender| sender["pid"].as_u64().unwrap()).collect();
    assert_eq!(pids[0], u64::from(leaving.pid()), "{listed:?}");
    assert!(
        listed.iter().all(|sender| sender["trouble"].is_null() && sender["lease_until"].is_string()),
        "{listed:?}"
    );
    fleet.accept("a-", EVENTS);
    fleet.wait_for_requests(EVENTS / 4);
    leaving.signal("TERM");
    assert_eq!(leaving.code(), Some(0));
    fleet.wait_for_senders(1);
    fleet.wait_until_idle();
    let counts = fleet.endpoint.counts();
    assert_eq!((counts.times.len(), counts.repeated()), (EVENTS, 0));
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
}

#[test]
fn a_sender_that_is_stopped_while_it_joins_leaves_nothing_behind() {
    let Some(fleet) = Fleet::new(Duration::from_millis(20)) else { return };
    // Longer than the test: a newcomer waits for the one that is stopped until its lease has run out.
    fleet.sql("UPDATE ringback.meta SET lease_ms = 60000");
    let first = fleet.join(1);
    first.signal("STOP");
    let mut joining = fleet.join(2);
    joining.signal("TERM");
    assert_eq!(joining.code(), Some(0));
    let pids = fleet.sql("SELECT pid FROM ringback.sender");
    first.signal("CONT");
    assert_eq!(pids, first.pid().to_string());
}
