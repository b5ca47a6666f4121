//! The real program, killed at random moments: whatever it reported as accepted is delivered, and at most requests
//! that were in flight arrive twice.
//!
//! `RINGBACK_KILLS=200 cargo test --test durability kill9 -- --nocapture` kills 200 times; `RINGBACK_SEED` repeats
//! the moments of an earlier run.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{ChildStdin, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::cli::{Place, Running, finish};
use crate::support::recorder::{Recorder, event, events};
use ringback::delivery::Limits;
use ringback::record::{DeliveryId, DeliveryState};
use serde_json::Value;

/// The number of kills by default.
const KILLS: u64 = 10;
/// Events in each file.
const LINES: usize = 300;
/// The maximum number of events written into a pipe at a time, until its program is killed.
const AT_A_TIME: u64 = 8;
/// The longest life of a program.
const LONGEST_LIFE_MS: u64 = 700;
/// Endpoints, each with its own limit.
const ENDPOINTS: usize = 2;

/// A pseudo-random number generator (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn from_env(name: &str, usual: u64) -> u64 {
    let set = std::env::var(name).ok().filter(|text| !text.is_empty());
    set.map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn nothing_accepted_is_lost_and_little_is_sent_twice() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let seed = from_env("RINGBACK_SEED", u64::try_from(now & 0xFFFF_FFFF).unwrap());
    let kills = from_env("RINGBACK_KILLS", KILLS);
    println!("seed {seed}, {kills} kills");
    let mut chance = Chance(seed);

    // One delivery in sixteen fails at first, so that retries are waiting when a kill happens.
    let fails = |id: &str, times| if times == 1 && id.ends_with(['7']) { 500 } else { 200 };
    let endpoints: Vec<Recorder> =
        (0..ENDPOINTS).map(|_| Recorder::start(Duration::from_millis(2), fails)).collect();
    let place = Place::new();
    let documents: Vec<Value> = endpoints.iter().map(|endpoint| endpoint.profile(2)).collect();
    let profiles = place.apply(&documents.into());

    let mut output = HashMap::new();
    let (mut killed, mut round) = (0, 0);
    while killed < kills {
        round += 1;
        let profile = &profiles[usize::try_from(chance.below(ENDPOINTS as u64)).unwrap()];
        let start = format!("{round}-");
        let file = place.file("events.ndjson", &events(profile, &start, LINES));
        // Accepting and sending may be in one process, or in two.
        let commands: &[&[&str]] = match chance.below(6) {
            0 => &[&["work", "--json"]],
            1 => &[&["work", "--json"], &["send", "--from", &file, "--json"]],
            2 => &[&["work", "--json"], &["send", "--from", "-", "--json", "--no-wait"]],
            3 => &[&["send", "--from", &file, "--json"]],
            _ => &[&["send", "--from", "-", "--json"]],
        };
        let mut programs: Vec<Running> = commands
            .iter()
            .map(|args| {
                let mut command = place.command(args);
                command.stdin(Stdio::piped());
                let mut program = Running::reading(command);
                feed(program.input(), profile.clone(), start.clone(), Chance(chance.below(u64::MAX)));
                program
            })
            .collect();
        std::thread::sleep(Duration::from_millis(chance.below(LONGEST_LIFE_MS)));
        while !programs.is_empty() {
            let next = usize::try_from(chance.below(programs.len() as u64)).unwrap();
            let mut program = programs.swap_remove(next);
            killed += u64::from(program.kill9());
            accepted(&program.rest(), &start, &mut output);
        }
    }

    let end = finish(place.command(&["work", "--until-idle", "--json"]).spawn().unwrap());
    assert_eq!(end.code, Some(0), "seed {seed}: {}", end.err);

    let all = crate::durable::check(&place.db());
    let mut arrived = HashMap::new();
    for endpoint in &endpoints {
        arrived.extend(endpoint.book().iter().map(|(id, arrived)| (id.clone(), arrived.clone())));
    }
    let mut twice = 0;
    for (id, summary) in &all {
        assert_eq!(summary.state, DeliveryState::Delivered, "seed {seed}: {summary:?}");
        let arrived = &arrived[&id.to_string()];
        assert!(arrived.taken > 0, "seed {seed}: {id} is said to be delivered, and was not taken");
        assert!(arrived.times >= summary.attempts, "seed {seed}: {id} was not sent as often as it says");
        twice += u64::from(arrived.times - summary.attempts);
    }
    assert_eq!(arrived.len(), all.len(), "seed {seed}: what arrived was accepted");
    for (id, reference) in &output {
        assert!(all.contains_key(id), "seed {seed}: {id} was accepted and is lost");
        let body = &arrived[&id.to_string()].body;
        assert_eq!(*body, format!("{{\"ref\": \"{reference}\"}}"), "seed {seed}");
    }
    let mut references: Vec<&String> = arrived.values().map(|arrived| &arrived.body).collect();
    references.sort_unstable();
    references.dedup();
    assert_eq!(references.len(), arrived.len(), "seed {seed}: a line was accepted twice");
    let limits = Limits::default();
    let most = kills.max(killed) * (limits.per_origin * ENDPOINTS + limits.unrecorded) as u64;
    println!(
        "{killed} kills: {} accepted and told, {} in all, {twice} tries made twice (at most {most})",
        output.len(),
        all.len()
    );
    assert!(twice <= most, "seed {seed}: {twice} were sent twice, and {most} were in flight");
    assert!(output.len() as u64 > kills, "seed {seed}: the kills came before there was anything to lose");
}

/// Writes events until nobody reads them.
fn feed(mut input: ChildStdin, profile: String, start: String, mut chance: Chance) {
    std::thread::spawn(move || {
        let mut written = 0;
        loop {
            let many = 1 + chance.below(AT_A_TIME);
            let lines: String =
                (1..=many).map(|n| event(&profile, &format!("{start}{}", written + n))).collect();
            written += many;
            if input.write_all(lines.as_bytes()).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1 + chance.below(4)));
        }
    });
}

/// Notes which lines are reported as accepted. The last line may have been cut by the kill.
fn accepted(lines: &[String], start: &str, output: &mut HashMap<DeliveryId, String>) {
    for (at, line) in lines.iter().enumerate() {
        let json: Value = match serde_json::from_str(line) {
            Ok(json) => json,
            Err(_) if at + 1 == lines.len() => break,
            Err(error) => panic!("{error}: {line}"),
        };
        if json["state"] == "accepted" {
            let id = DeliveryId::parse(json["delivery_id"].as_str().unwrap()).unwrap();
            output.insert(id, format!("{start}{}", json["line"]));
        }
    }
}
