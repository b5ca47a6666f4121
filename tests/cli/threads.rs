//! A system that starts few threads, or none: every command says so, and none panics or hangs.

use crate::support::cli::{Place, Ran, ran};
use crate::support::limits::{limited, threads};
use crate::support::recorder::{Recorder, events};

/// More than any command here needs.
const ENOUGH: u64 = 12;

/// The command, limited to this many threads besides the first one.
fn with_threads(place: &Place, most: u64, args: &[&str]) -> Ran {
    let (variables, limit) = threads(most);
    let mut command = place.command(args);
    command.envs(variables);
    ran(limited(&command, &limit))
}

#[test]
fn a_command_without_threads_says_so() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&id, "", 3));
    let commands: [&[&str]; 10] = [
        &["profiles", "list"],
        &["deliveries", "list"],
        &["deliveries", "prune"],
        &["doctor"],
        &["preview", &id],
        &["send", &id, "--no-wait"],
        &["send", &id],
        &["send", "--from", &file],
        &["test", &id],
        &["work", "--until-idle"],
    ];
    for command in commands {
        for most in 0..=ENOUGH {
            let ran = with_threads(&place, most, command);
            let what = format!("{command:?} with {most} threads: {ran:?}");
            assert!(!ran.err.contains("panicked"), "{what}");
            match ran.code {
                Some(0) => assert!(most > 0, "{what}"),
                Some(1) => {
                    assert!(most < ENOUGH, "{what}");
                    assert!(ran.err.contains("cannot start a thread ("), "{what}");
                    assert!(
                        ran.err.contains("close other programs, or raise the limit on processes"),
                        "{what}"
                    );
                }
                _ => panic!("{what}"),
            }
        }
    }
    // Deliveries accepted by commands that could not send are sent by one that can.
    assert_eq!(with_threads(&place, ENOUGH, &["work", "--until-idle"]).code, Some(0));
    let list = place.run(&["deliveries", "list", "--json"]).json();
    assert!(list.as_array().unwrap().iter().all(|delivery| delivery["state"] == "delivered"), "{list}");
}
