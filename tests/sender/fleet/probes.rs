//! Several senders probe a profile one at a time, and the death of one blocks it no longer than its lease.

use std::sync::atomic::Ordering;

use super::*;
use crate::alerts::switched;
use crate::probes::{arrived, bodies};

#[test]
fn one_sender_probes_and_another_does_once_its_lease_has_ended() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let (endpoint, fails) = switched();
    fleet.place.settings("auto_disable_after = 3\n");
    let mut document = endpoint.profile(0);
    document["auto_enable"] = "probe".into();
    let file = fleet.place.file("probed.json", &document.to_string());
    let profile = ran(fleet.command(&["profiles", "apply", &file])).out.trim().to_owned();
    let accept = |start: &str, count: usize| {
        let file = fleet.place.file(&format!("{start}.ndjson"), &events(&profile, start, count));
        assert_eq!(ran(fleet.command(&["send", "--from", &file, "--no-wait"])).code, Some(0));
    };
    let mut senders = [fleet.join(1), fleet.join(2)];
    accept("a", 3);
    wait("it is auto-disabled", || fleet.sql("SELECT count(probe_at) FROM ringback.hold") == "1");
    accept("b", 60);
    fails.store(false, Ordering::Relaxed);
    endpoint.withhold_responses();
    fleet.sql("UPDATE ringback.hold SET probe_at = 1");
    // Both senders ask at once, each time.
    for n in 0..5 {
        assert_eq!(ran(fleet.command(&["deliveries", "pause", &profile])).code, Some(0));
        assert_eq!(ran(fleet.command(&["deliveries", "resume", &profile])).code, Some(0));
        accept(&format!("c{n}-"), 1);
    }
    endpoint.wait("the probe", |book| book.values().any(|arrived| arrived.body.contains("\"b1\"")));
    // A claim asks for probes once it has everything else: each sender has asked if it has claimed twice since.
    for (title, start) in [("First", "d"), ("Second", "e")] {
        let mut other = endpoint.profile(0);
        other["title"] = title.into();
        let file = fleet.place.file("other.json", &other.to_string());
        let other = ran(fleet.command(&["profiles", "apply", &file])).out.trim().to_owned();
        let file = fleet.place.file(&format!("{start}.ndjson"), &events(&other, start, 60));
        assert_eq!(ran(fleet.command(&["send", "--from", &file, "--no-wait"])).code, Some(0));
        wait("both have claimed", || {
            fleet.sql(&format!(
                "SELECT count(DISTINCT claimed_by) FROM ringback.pending p JOIN ringback.lane l ON l.seq = p.lane
                 WHERE l.profile_id = '{other}'"
            )) == "2"
        });
    }
    assert_eq!((arrived(&endpoint, "b").len(), arrived(&endpoint, "c").len()), (1, 0));
    let owner = fleet.sql(
        "SELECT split_part(name, '/', 2) FROM ringback.sender s JOIN ringback.pending p ON p.claimed_by = s.seq
         JOIN ringback.metered_claim m ON m.seq = p.seq",
    );
    let dead = senders.iter_mut().find(|sender| sender.pid().to_string() == owner).expect("one of them");
    assert!(dead.kill9());
    endpoint.release_responses();
    wait("everything arrives", || fleet.pending() == "0");
    let all = arrived(&endpoint, "b");
    assert_eq!(bodies(&all)[..2], ["{\"ref\": \"b1\"}", "{\"ref\": \"b2\"}"]);
    assert_eq!(all.iter().map(|arrived| arrived.times).sum::<u32>(), 61, "the probe twice, all others once");
    assert_eq!(arrived(&endpoint, "c").len(), 5);
    let kinds = fleet.sql("SELECT string_agg(kind, ' ' ORDER BY seq) FROM ringback.turn");
    assert_eq!(kinds, "auto-disabled recovered");
    assert_eq!(fleet.sql("SELECT count(*) FROM ringback.recovering"), "0", "it has its full width again");
}
