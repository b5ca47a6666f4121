//! `send --from` of lines with ids, killed at random moments and run again from the start: each event is accepted once.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::cli::{Place, Running, finish};
use crate::support::recorder::Recorder;
use ringback::delivery::Limits;
use ringback::record::DeliveryState;
use serde_json::json;

/// Lines of the input.
const LINES: u64 = 5_000;
/// The longest life of a run; one that ends before is not killed.
const LONGEST_LIFE_MS: u64 = 400;
/// After so many kills the run is left alone.
const MOST_KILLS: u64 = 20;

fn lines(profile: &str) -> String {
    let line = |n: u64| {
        let (id, data) = (format!("event {n}"), json!({"ref": n.to_string()}));
        json!({"callback_profile_id": profile, "event": "sms-send", "event_id": id, "data": data}).to_string()
            + "\n"
    };
    (0..LINES).map(line).collect()
}

#[test]
fn a_killed_run_that_is_repeated_from_the_start_accepts_each_event_once() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let mut seed = u64::try_from(now & 0xFFFF_FFFF).unwrap();
    println!("seed {seed}");
    let mut below = |end: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % end
    };
    let endpoint = Recorder::start(Duration::from_millis(1), |_, _| 200);
    let place = Place::new();
    let profile = place.apply(&endpoint.profile(2)).remove(0);
    let file = place.file("events.ndjson", &lines(&profile));

    let mut kills = 0;
    while kills < MOST_KILLS {
        // Only accepted, or sent too.
        let args = ["send", "--from", &file, "--no-wait"];
        let mut command = place.command(&args[..if below(2) == 0 { 4 } else { 3 }]);
        command.stdin(Stdio::null());
        let mut program = Running::reading(command);
        // The moment of the kill: nothing is waited for.
        std::thread::sleep(Duration::from_millis(5 + below(LONGEST_LIFE_MS)));
        if !program.kill9() {
            break;
        }
        kills += 1;
    }
    let sent = place.run(&["send", "--from", &file, "--json", "--no-wait"]);
    assert_eq!((sent.code, sent.err.as_str()), (Some(0), ""), "{kills} kills");
    let ended: serde_json::Value = serde_json::from_str(sent.out.lines().last().unwrap()).unwrap();
    let count = |name: &str| ended[name].as_u64().unwrap();
    assert_eq!(count("accepted") + count("repeated"), LINES, "{ended}");
    let end = finish(place.command(&["work", "--until-idle", "--json"]).spawn().unwrap());
    assert_eq!(end.code, Some(0), "{}", end.err);

    let all = crate::durable::check(&place.db());
    assert_eq!(all.len() as u64, LINES, "the log has each event once");
    let book = endpoint.book();
    assert_eq!(book.len() as u64, LINES);
    let mut references: HashMap<&str, u32> = HashMap::new();
    let mut twice = 0;
    for (id, summary) in &all {
        assert_eq!(summary.state, DeliveryState::Delivered, "{summary:?}");
        let arrived = &book[&id.to_string()];
        *references.entry(&arrived.body).or_default() += 1;
        twice += arrived.times.saturating_sub(1);
    }
    assert!(references.values().all(|times| *times == 1) && references.len() as u64 == LINES);
    let limits = Limits::default();
    let most = (kills + 1) * (limits.per_origin + limits.unrecorded) as u64;
    println!(
        "{kills} kills, {} new at the end, {twice} requests repeated (at most {most})",
        count("accepted")
    );
    assert!(u64::from(twice) <= most, "{twice} were sent twice, and {most} were in flight");
}
