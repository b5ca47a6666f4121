//! Paused and auto-disabled profiles are shown as such, and resumed by a key.

use crate::callback::Values;
use crate::console::model::message::Message;
use crate::console::terminal::timers;
use crate::delivery::{InFlight, SenderRole, SenderStatus};
use crate::profile::Status;
use crate::record::Kind;
use crate::storage::health::half_open::NextProbe;
use crate::storage::{AutoDisableCause, Block, BlockReason};

use super::desk::Desk;
use super::sample;
use super::world::{World, delivery_id, pause, profile_id};

/// The usual world with a queued delivery of the first profile.
fn world() -> World {
    let world = sample::world();
    let profile = world.tables().profiles[0].clone();
    world.accept(Kind::Event, &profile, profile.events.first().copied(), &Values::default(), sample::start());
    world
}

fn sends(desk: &mut Desk) {
    desk.receives(Message::SenderStatus(SenderStatus {
        role: SenderRole::Active,
        ..SenderStatus::default()
    }));
}

#[test]
fn the_sender_pauses_and_resumes() {
    let mut desk = Desk::new(120, 30).of(world());
    sends(&mut desk);
    assert!(desk.shows("sender ● running · 1 queued"), "{}", desk.screen());
    desk.keys("4 P");
    assert_eq!(desk.requested(), ["pause all"]);
    assert!(desk.shows("sender ‖ paused since 14:02 · 1 queued"), "{}", desk.screen());
    assert!(!desk.shows("● running"));
    assert!(desk.line("event Order SMS").contains("queued · blocked: paused"), "{}", desk.screen());
    assert!(desk.line("1st attempt").contains("○ queued · blocked: paused"), "{}", desk.screen());
    assert_eq!(desk.notice(), "Paused: events stay queued, tests are still sent · P in Deliveries resumes");
    let tick = timers::tick(&desk.state);
    assert_eq!(tick, Some(std::time::Duration::from_secs(2)), "only numbers are read again");
    desk.keys("r");
    assert_eq!(desk.notice(), "Retry now: it is blocked: a resends it manually");
    desk.keys("enter");
    assert!(desk.line("Order SMS · queued").contains("blocked: paused"), "{}", desk.screen());
    desk.keys("esc P");
    assert_eq!(desk.requested(), ["resume all"]);
    assert!(desk.shows("sender ● running · 1 queued") && !desk.shows("held"), "{}", desk.screen());
}

#[test]
fn a_blocked_retry_has_no_countdown() {
    let world = world();
    world.answered(1, 503, sample::start());
    let mut desk = Desk::new(120, 30).of(world);
    assert!(desk.shows("503 · retry 1 of 2 in 10.0 s"), "{}", desk.screen());
    desk.keys("4 P");
    assert!(
        desk.line("event Order SMS").contains("503 · retry 1 of 2 · blocked: paused"),
        "{}",
        desk.screen()
    );
    let flight = InFlight { n: 2, started_at: sample::start() };
    let in_flight = [(delivery_id(1), flight)].into();
    desk.receives(Message::SenderStatus(SenderStatus {
        role: SenderRole::Active,
        in_flight,
        ..SenderStatus::default()
    }));
    assert!(desk.line("event Order SMS").contains("sending · retry 1 of 2"), "{}", desk.screen());
}

#[test]
fn a_failed_probe_waits_for_the_next_probe_and_for_no_retry() {
    let world = world();
    world.answered(1, 503, sample::start());
    let mut desk = Desk::new(200, 40).of(world);
    desk.happens(|world| {
        let mut tables = world.tables();
        tables.profiles[0].status = Status::AutoDisabled;
        tables.blocks.push(Block {
            profile_id: Some(profile_id(1)),
            title: "Order SMS".to_owned(),
            why: BlockReason::AutoDisabled,
            since: sample::start(),
            cause: None,
            next_probe: None,
        });
        let wait = std::time::Duration::from_mins(8);
        tables.probes.push((profile_id(1), NextProbe { at: sample::start() + wait, wait }));
    });
    let line = desk.line("event Order SMS");
    assert!(line.contains("503 · blocked: auto-disabled · next probe 14:10"), "{}", desk.screen());
    assert!(
        desk.line("next probe  ○").contains(" · blocked: auto-disabled · next probe 14:10"),
        "{}",
        desk.screen()
    );
    // As stored of a probe, whose delivery is due from then on.
    desk.later(11_000);
    assert!(
        desk.line("next probe  ○").contains("○ blocked: auto-disabled · next probe 14:10"),
        "{}",
        desk.screen()
    );
    assert!(!desk.shows("left") && !desk.shows("retry 1"), "{}", desk.screen());
}

#[test]
fn a_test_is_not_blocked() {
    let mut desk = Desk::new(120, 30).of(world());
    desk.keys("4 P 1 t enter");
    assert!(desk.line("test  Order SMS").trim_end().contains("queued"), "{}", desk.screen());
    assert!(!desk.line("test  Order SMS").contains("held"), "{}", desk.screen());
}

#[test]
fn one_profile_pauses_and_resumes() {
    let mut desk = Desk::new(120, 30).of(world());
    desk.keys("P");
    assert_eq!(desk.requested(), ["pause 1"]);
    assert_eq!(desk.notice(), "Paused Order SMS: its events stay queued, tests are still sent");
    assert!(desk.line("sms  POST").contains("POST ‖"), "{}", desk.screen());
    assert!(desk.shows("● active · ‖ paused since 14:02, P "), "{}", desk.screen());
    assert!(desk.shows("queued · blocked: paused") && !desk.shows("sender ‖"), "{}", desk.screen());
    desk.keys("P");
    assert_eq!(desk.requested(), ["resume 1"]);
    assert_eq!(desk.notice(), "Resumed Order SMS: sending its queued events");
    assert!(desk.line("sms  POST").contains("POST ●"), "{}", desk.screen());
    desk.keys("P 4 P 1 P");
    assert_eq!(desk.notice(), "Resumed Order SMS: the sender is still paused");
}

#[test]
fn a_pause_by_another_session_is_shown_with_its_start() {
    let mut desk = Desk::new(60, 16).of(world());
    let yesterday = sample::start() - std::time::Duration::from_hours(24);
    desk.happens(|world| world.tables().blocks.push(pause(None, sample::start())));
    assert!(desk.shows("sender ‖ paused 14:02 · 1 queued"), "{}", desk.screen());
    desk.happens(|world| world.tables().blocks = vec![pause(None, yesterday)]);
    desk.resized(80, 24);
    assert!(desk.shows("‖ paused since 2025-04-16 14:02 · 1 queued"), "{}", desk.screen());
    let trouble = Some("the disk is full".to_owned());
    desk.receives(Message::SenderStatus(SenderStatus { trouble, ..SenderStatus::default() }));
    assert!(desk.shows("✗ error"), "{}", desk.screen());
}

#[test]
fn an_auto_disabled_profile_is_reported_and_enabled_by_one_key() {
    let mut desk = Desk::new(120, 30).of(world());
    desk.happens(|world| {
        world.tables().profiles[0].status = Status::AutoDisabled;
        world.tables().profiles[0].modified_at = sample::start() + std::time::Duration::from_secs(1);
        let message = "500 Internal Server Error".to_owned();
        world.tables().blocks.push(Block {
            profile_id: Some(profile_id(1)),
            title: "Order SMS".to_owned(),
            why: BlockReason::AutoDisabled,
            since: sample::start(),
            cause: Some(AutoDisableCause { failed: 20, delivery: delivery_id(7), message }),
            next_probe: None,
        });
    });
    let reported = "Order SMS was disabled: 20 consecutive failures; last: 500 Internal Server Error";
    assert_eq!(desk.notice(), format!("{reported} · Space enables it"));
    assert!(desk.line("▌Order SMS").contains("disabled  ◌"), "{}", desk.screen());
    assert!(desk.shows("◌ auto-disabled since 14:02 · 20"), "{}", desk.screen());
    assert!(desk.shows("queued · blocked: auto-disabled"), "{}", desk.screen());
    // It is reported once.
    desk.keys("j k").happens(|_| ());
    desk.receives(Message::Done("Something else".to_owned())).happens(|_| ());
    assert_eq!(desk.notice(), "Something else");
    desk.keys("space");
    assert_eq!(desk.notice(), "Enabled Order SMS");
    assert!(!desk.shows("held") && desk.line("sms  POST").contains("POST ●"), "{}", desk.screen());
}

#[test]
fn overwriting_does_not_enable_a_profile_disabled_meanwhile() {
    let mut desk = Desk::new(120, 30).of(world());
    desk.keys("e").types(" B");
    desk.world.tables().profiles[0].status = Status::AutoDisabled;
    desk.world.tables().profiles[0].modified_at = sample::start() + std::time::Duration::from_secs(1);
    desk.keys("ctrl+s y");
    let saved = &desk.world.tables().profiles[0];
    assert_eq!((saved.title.as_str(), saved.status), ("Order SMS B", Status::AutoDisabled));
}
