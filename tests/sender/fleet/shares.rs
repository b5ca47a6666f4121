//! A second sender where the senders are the limit: endpoints take their time, and there are many of them.

use serde_json::json;

use super::*;
use crate::support::recorder::event;

/// Endpoints, so many that the slots of each are no limit.
const ENDPOINTS: usize = 64;

/// Events of each: seconds of work for two senders.
const EACH: usize = 120;

/// The requests that one sender has in flight at most.
const IN_FLIGHT: usize = 256;

#[test]
fn a_second_sender_has_as_much_in_flight_as_the_first_and_both_end_with_the_last_delivery() {
    let Some(cluster) = cluster() else { return };
    let fleet = Fleet::with(cluster, Counting::of_ports(ENDPOINTS, Duration::from_millis(400), 0));
    let file = fleet.place.file("profiles.json", &json!(fleet.endpoint.profiles()).to_string());
    let applied = ran(fleet.command(&["profiles", "apply", &file]));
    let profiles: Vec<&str> = applied.out.lines().collect();
    assert_eq!(profiles.len(), ENDPOINTS, "{applied:?}");
    let line = |n: usize| event(profiles[n % ENDPOINTS], &n.to_string());
    let file = fleet.place.file("events.ndjson", &(0..EACH * ENDPOINTS).map(line).collect::<String>());
    let sent = ran(fleet.command(&["send", "--from", &file, "--no-wait"]));
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let sender = || Running::start(fleet.command(&["work", "--until-idle", "--json"]));
    let mut first = sender();
    fleet.wait_for_senders(1);
    wait("one sender has as much in flight as it can", || {
        fleet.endpoint.counts().most_open > IN_FLIGHT * 9 / 10
    });
    let alone = fleet.endpoint.counts().most_open;
    assert!(alone <= IN_FLIGHT, "{alone} requests at once");
    let mut second = sender();
    fleet.wait_for_senders(2);
    wait("two senders have 1.8 times as much", || fleet.endpoint.counts().most_open * 10 >= alone * 18);
    assert_eq!((first.code(), second.code()), (Some(0), Some(0)));
    let counts = fleet.endpoint.counts();
    assert!(counts.most_at_one <= SLOTS, "{} requests at once at one endpoint", counts.most_at_one);
    assert_eq!((counts.times.len(), counts.repeated()), (EACH * ENDPOINTS, 0));
    // Each made a good part of the attempts.
    let least =
        fleet.sql("SELECT min(n) FROM (SELECT count(*) AS n FROM ringback.attempt GROUP BY sender) s");
    assert!(least.parse::<usize>().unwrap() > EACH * ENDPOINTS / 5, "one of them made {least}");
}
