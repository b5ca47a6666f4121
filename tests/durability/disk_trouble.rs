//! The real program on a full disk, and on a file that it may no longer write: reported at once, nothing claimed that
//! is not on disk, nothing lost, and resumed automatically when there is space again.

use std::io::Write as _;

use crate::disk::site::Site;
use crate::support::cli::{On, Running};
use crate::support::recorder::{Recorder, events};

/// Space for the program and at most a few hundred deliveries.
const MIB: u32 = 4;
/// The problem, and the fix.
const NO_ROOM: &str = "has no room to grow: free some disk space, then try again";
/// Sent while there is space: this many are in flight at once while the endpoint withholds its responses.
const BEFORE: usize = 4;

#[test]
fn on_a_full_disk_nothing_is_claimed_or_lost() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let mut worker = Running::start(small.command(&["work", "--json"]));

    endpoint.withhold_responses();
    let mut accepted_ids = small.sent(&profile, "before-", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk().fill();
    endpoint.release_responses();
    let message = worker.line(On::Err, "cannot record attempts");
    assert!(message.contains(NO_ROOM), "{message}");
    assert_eq!(small.listed("delivered"), 0, "what is not on disk is not claimed");
    assert_eq!(small.listed("queued"), BEFORE);

    let (refused, accepted) = small.send(&profile, "full-", 2000);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains(NO_ROOM), "{refused:?}");
    assert!(refused.err.contains("ringback.db"), "{refused:?}");
    accepted_ids.extend(accepted);
    let edited = small.place.file("edited.json", &endpoint.profile(2).to_string());
    small.run(&["profiles", "apply", &edited]).refused(1, &[NO_ROOM]);
    small.run(&["send", &profile, "--set", "ref=full"]).refused(1, &[NO_ROOM]);

    small.disk().make_room();
    accepted_ids.extend(small.sent(&profile, "after-", BEFORE));
    assert_eq!(small.run(&["work", "--until-idle"]).code, Some(0));
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
    small.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn work_that_ends_on_a_full_disk_says_that_it_could_not_record() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let mut worker = Running::start(small.command(&["work"]));
    endpoint.withhold_responses();
    let accepted_ids = small.sent(&profile, "", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk().fill();
    endpoint.release_responses();
    worker.line(On::Err, NO_ROOM);
    worker.interrupt();
    let message = worker.line(On::Err, "stay pending: attempts already made are repeated");
    assert!(message.contains("cannot record attempts"), "{message}");
    assert_eq!(worker.code(), Some(1));

    small.disk().make_room();
    assert_eq!(small.listed("queued"), accepted_ids.len());
    assert_eq!(small.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(small.listed("delivered"), accepted_ids.len());
    assert!(endpoint.book().values().all(|arrived| arrived.times == 2), "each was sent again");
}

/// The same for a command that sends only until its own events are sent.
#[test]
fn send_that_ends_on_a_full_disk_says_that_it_could_not_record() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    endpoint.withhold_responses();
    let mut command = small.command(&["send", "--from", "-"]);
    command.stdin(std::process::Stdio::piped());
    let mut send = Running::reading(command);
    let mut input = send.input();
    input.write_all(events(&profile, "first-", BEFORE).as_bytes()).unwrap();
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk().fill();
    endpoint.release_responses();
    send.line(On::Err, "cannot record attempts");
    // Nothing more can be accepted, which ends it.
    let _ = input.write_all(events(&profile, "more-", 2000).as_bytes());
    drop(input);
    send.line(On::Err, "4 deliveries stay pending: attempts already made are repeated");
    assert_eq!(send.code(), Some(1));
    small.disk().make_room();
    assert_eq!(small.listed("queued"), BEFORE);
}

#[test]
fn the_console_reports_a_full_disk_until_there_is_space() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let mut terminal = small.console();

    endpoint.withhold_responses();
    let accepted_ids = small.sent(&profile, "", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk().fill();
    endpoint.release_responses();
    terminal.wait_for("✗ error");
    terminal.wait_for("no room to grow");
    assert_eq!(small.listed("delivered"), 0);

    small.disk().make_room();
    terminal.wait_gone("in trouble");
    terminal.wait_for("delivered · 200");
    terminal.press("q");
    terminal.wait_for("code=0");
    small.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn quitting_the_console_on_a_full_disk_is_reported() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let mut terminal = small.console();
    endpoint.withhold_responses();
    small.sent(&profile, "", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    small.disk().fill();
    endpoint.release_responses();
    terminal.wait_for("✗ error");
    terminal.press("q");
    terminal.wait_for("code=1");
    terminal.wait_until(|screen| !screen.alternate_screen(), "the screen of before");
    let message = terminal.screen().replace('\n', "");
    let reason = "ringback: cannot record attempts: ";
    assert!(message.contains(reason) && message.contains(NO_ROOM), "{message}");
    assert!(message.contains("; 4 deliveries stay pending: attempts already made are repeated"), "{message}");
    assert!(message.contains("4 deliveries are pending: the next session sends them"), "{message}");

    small.disk().make_room();
    assert_eq!(small.listed("queued"), BEFORE);
}

#[test]
fn pruning_removes_nothing_on_a_full_disk_and_all_with_little_space() {
    const MANY: usize = 400;
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    small.sent(&profile, "", MANY);
    assert_eq!(small.run(&["work", "--until-idle"]).code, Some(0));
    let prune = |how: &str| small.run(&["deliveries", "prune", "--older-than", "0s", "--json", how]);
    small.disk().fill();
    prune("--yes").refused(1, &[NO_ROOM]);
    small.disk().make_room();
    // A running session has created the files that every session needs.
    let mut worker = Running::start(small.command(&["work", "--json"]));
    small.sent(&profile, "last-", 1);
    worker.line(On::Out, "\"delivered\"");
    small.disk().fill();
    prune("--yes").refused(1, &[NO_ROOM, "0 of 401 removed: removing needs some free space first"]);
    small.disk().leave(512 << 10);
    assert_eq!(prune("--dry-run").json()["fit"], MANY + 1, "nothing is lost");
    let pruned = prune("--yes");
    assert_eq!(pruned.code, Some(0), "{pruned:?}");
    assert_eq!(pruned.json()["removed"], MANY + 1);
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
    assert_eq!(prune("--dry-run").json()["fit"], 0);
}

#[test]
fn a_disk_full_before_the_start_is_reported_and_nothing_is_sent() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    let accepted_ids = small.sent(&profile, "", BEFORE);
    small.disk().fill();
    // Not even the shared memory of sessions can be created.
    small.run(&["work"]).refused(1, &[NO_ROOM]);
    small.run(&["deliveries", "list"]).refused(1, &[NO_ROOM]);
    small.disk().make_room();

    // Another session has created it, and only reads its input now.
    let mut command = small.command(&["send", "--from", "-", "--no-wait"]);
    command.stdin(std::process::Stdio::piped());
    let mut other = Running::reading(command);
    small.disk().wait_mapped(other.pid(), "ringback.db-shm");
    assert_eq!(small.listed("queued"), BEFORE);
    small.disk().fill();
    let mut worker = Running::start(small.command(&["work", "--until-idle"]));
    let message = worker.line(On::Err, "not sending yet");
    assert!(message.contains(NO_ROOM), "{message}");
    assert!(endpoint.book().is_empty(), "what cannot be recorded is not sent");
    worker.interrupt();
    assert_eq!(worker.code(), Some(1));

    let mut worker = Running::start(small.command(&["work", "--until-idle"]));
    worker.line(On::Err, "not sending yet");
    small.disk().make_room();
    assert_eq!(worker.code(), Some(0), "it goes on by itself");
    drop(other.input());
    assert_eq!(other.code(), Some(0));
    small.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn a_test_on_a_full_disk_sends_nothing_and_says_why() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    small.disk().fill();
    small.run(&["test", &profile]).refused(1, &[NO_ROOM]);
    small.disk().make_room();

    // A running session has created the files that every session needs.
    let mut worker = Running::start(small.command(&["work", "--json"]));
    small.sent(&profile, "before-", 1);
    worker.line(On::Out, "\"delivered\"");
    small.disk().fill();
    for args in [&["test", &profile][..], &["test", &profile, "--json"]] {
        let tested = small.run(args);
        assert_eq!(tested.code, Some(1), "{tested:?}");
        assert!(tested.err.contains(NO_ROOM) && tested.err.contains("ringback.db"), "{tested:?}");
    }
    assert_eq!(endpoint.book().len(), 1, "what cannot be recorded is not sent");
    small.disk().make_room();
    let all = ["queued", "waiting", "failed", "delivered"].map(|state| small.listed(state));
    assert_eq!(all, [0, 0, 0, 1], "nothing was accepted");
    let tested = small.run(&["test", &profile]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    assert_eq!(endpoint.book().len(), 2);
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
}

#[test]
fn a_test_that_cannot_be_recorded_waits_for_space_and_is_sent_once() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    endpoint.withhold_responses();
    let mut test = Running::start(small.command(&["test", &profile]));
    endpoint.wait("the request", |book| book.len() == 1);
    small.disk().fill();
    endpoint.release_responses();
    let message = test.line(On::Err, "cannot record attempts");
    assert!(message.contains(NO_ROOM), "{message}");
    assert_eq!(small.listed("delivered"), 0, "what is not on disk is not claimed");
    small.disk().make_room();
    test.line(On::Out, "1st attempt  200 OK");
    assert_eq!(test.code(), Some(0));
    assert_eq!(small.listed("delivered"), 1);
    assert!(endpoint.book().values().all(|arrived| arrived.times == 1));
}

#[test]
fn a_test_stopped_on_a_full_disk_says_that_it_could_not_record() {
    let Some(small) = Site::of_mib(MIB) else { return };
    let endpoint = Recorder::taking();
    let profile = small.apply(&endpoint);
    endpoint.withhold_responses();
    let mut test = Running::start(small.command(&["test", &profile]));
    endpoint.wait("the request", |book| book.len() == 1);
    small.disk().fill();
    endpoint.release_responses();
    test.line(On::Err, "cannot record attempts");
    test.interrupt();
    test.line(On::Err, "stays pending: attempts already made are repeated");
    test.line(On::Err, "stays queued in ");
    assert_eq!(test.code(), Some(1));

    small.disk().make_room();
    assert_eq!(small.listed("queued"), 1);
    assert_eq!(small.run(&["work", "--until-idle"]).code, Some(0));
    assert!(endpoint.book().values().all(|arrived| arrived.times == 2), "it was sent again");
}
