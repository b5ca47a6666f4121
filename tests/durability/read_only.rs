//! The real program on a database that it may no longer write: reported at once, nothing claimed that is not on disk,
//! nothing sent that cannot be recorded, and resumed automatically when it may be written again.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::disk::behind;
use crate::disk::site::Site;
use crate::disk::unchanging::Unchanging;
use crate::support::cli::{On, Running, ran};
use crate::support::needs::skip;
use crate::support::recorder::Recorder;
use ringback::storage::inspect;

/// The problem, and the fix.
const READ_ONLY: &str = "ringback.db: can only be read: allow writing to the file and its folder";
/// Sent while it may be written: this many are in flight at once while the endpoint withholds its responses.
const BEFORE: usize = 4;

/// Makes the database and its log immutable, also for processes that have them open.
fn freeze(site: &Site) -> Unchanging {
    Unchanging::make(vec![site.place.path("ringback.db"), site.place.path("ringback.db-wal")])
}

#[test]
fn a_file_made_read_only_under_the_sender_is_reported_until_writable() {
    let site = Site::usual();
    if !Unchanging::is_possible_in(site.place.path("").as_path()) {
        return;
    }
    let endpoint = Recorder::taking();
    let profile = site.apply(&endpoint);
    let mut worker = Running::start(site.command(&["work", "--json"]));
    endpoint.withhold_responses();
    let mut accepted_ids = site.sent(&profile, "before-", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    let frozen = freeze(&site);
    endpoint.release_responses();
    let message = worker.line(On::Err, "cannot record attempts");
    assert!(message.contains(READ_ONLY), "{message}");
    assert_eq!(inspect(&site.db()).unwrap().pending, Some(BEFORE as u64), "nothing is claimed");
    site.run(&["deliveries", "list"]).refused(2, &[READ_ONLY]);
    site.run(&["send", &profile, "--set", "ref=x", "--no-wait"]).refused(2, &[READ_ONLY]);
    let doctor = site.run(&["doctor"]);
    assert!(doctor.code == Some(1) && doctor.out.contains("cannot be written"), "{doctor:?}");

    drop(frozen);
    accepted_ids.extend(site.sent(&profile, "after-", BEFORE));
    assert_eq!(site.run(&["work", "--until-idle"]).code, Some(0));
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
    site.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn the_console_says_that_the_file_is_read_only() {
    let site = Site::usual();
    if !Unchanging::is_possible_in(site.place.path("").as_path()) {
        return;
    }
    let endpoint = Recorder::taking();
    let profile = site.apply(&endpoint);
    let mut terminal = site.console();
    endpoint.withhold_responses();
    let accepted_ids = site.sent(&profile, "", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    let frozen = freeze(&site);
    endpoint.release_responses();
    terminal.wait_for("✗ error");
    terminal.wait_for("can only be read");
    drop(frozen);
    terminal.wait_gone("in trouble");
    terminal.wait_for("delivered · 200");
    terminal.press("q");
    terminal.wait_for("code=0");
    site.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn nothing_is_sent_if_the_log_is_read_only_from_the_start() {
    let site = Site::usual();
    if !Unchanging::is_possible_in(site.place.path("").as_path()) {
        return;
    }
    let endpoint = Recorder::taking();
    let profile = site.apply(&endpoint);
    // As long as somebody has it open, there is a log.
    let mut command = site.command(&["send", "--from", "-", "--no-wait"]);
    command.stdin(std::process::Stdio::piped());
    let mut other = Running::reading(command);
    let input = other.input();
    let accepted_ids = site.sent(&profile, "", BEFORE);
    let frozen = Unchanging::make(vec![site.place.path("ringback.db-wal")]);
    for args in [&["work"][..], &["deliveries", "list"], &["send", &profile, "--no-wait"]] {
        site.run(args).refused(2, &[READ_ONLY]);
    }
    assert!(endpoint.book().is_empty(), "what cannot be recorded is not sent");
    drop(frozen);
    assert_eq!(site.run(&["work", "--until-idle"]).code, Some(0));
    drop(input);
    assert_eq!(other.code(), Some(0));
    site.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn a_file_without_write_permission_is_reported_at_the_start() {
    let site = Site::usual();
    let endpoint = Recorder::taking();
    let profile = site.apply(&endpoint);
    let accepted_ids = site.sent(&profile, "", BEFORE);
    let mode = |mode| std::fs::set_permissions(site.db(), Permissions::from_mode(mode)).unwrap();
    mode(0o400);
    // Root may write anything, unless it drops that capability.
    let words = ["setpriv", "--bounding-set", "-all"].map(str::to_owned);
    let is_root = OpenOptions::new().write(true).open(site.db()).is_ok();
    if is_root && Command::new(&words[0]).args(&words[1..]).arg("true").status().is_err() {
        skip("root may write it, and there is no `setpriv` here");
        return;
    }
    for args in [&["work"][..], &["deliveries", "list"], &["send", &profile, "--no-wait"]] {
        let command = site.command(args);
        ran(if is_root { behind(&words, &command) } else { command }).refused(2, &[READ_ONLY]);
    }
    assert!(endpoint.book().is_empty());
    mode(0o600);
    assert_eq!(site.run(&["work", "--until-idle"]).code, Some(0));
    site.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn a_disk_mounted_read_only_is_reported_at_the_start_and_nothing_is_sent() {
    let Some(site) = Site::of_mib(4) else { return };
    let endpoint = Recorder::taking();
    let profile = site.apply(&endpoint);
    let accepted_ids = site.sent(&profile, "", BEFORE);
    site.disk().make_read_only();
    for args in [&["work"][..], &["deliveries", "list"], &["send", &profile, "--no-wait"]] {
        site.run(args).refused(2, &[READ_ONLY]);
    }
    assert!(endpoint.book().is_empty());
    site.disk().make_writable();
    assert_eq!(site.run(&["work", "--until-idle"]).code, Some(0));
    site.all_delivered(&endpoint, &accepted_ids);
}

#[test]
fn a_session_with_the_file_open_continues_when_new_ones_may_only_read() {
    let Some(site) = Site::of_mib(4) else { return };
    let endpoint = Recorder::taking();
    let profile = site.apply(&endpoint);
    let mut worker = Running::start(site.command(&["work", "--json"]));
    endpoint.withhold_responses();
    let accepted_ids = site.sent(&profile, "", BEFORE);
    endpoint.wait("what is under way", |book| book.len() == BEFORE);
    site.disk().cover();
    endpoint.release_responses();
    for _ in 0..BEFORE {
        worker.line(On::Out, "\"delivered\"");
    }
    site.run(&["send", &profile, "--no-wait"]).refused(2, &[READ_ONLY]);
    site.disk().uncover();
    assert_eq!(site.listed("delivered"), BEFORE, "what it told is on disk");
    worker.interrupt();
    assert_eq!(worker.code(), Some(0));
    site.all_delivered(&endpoint, &accepted_ids);
}
