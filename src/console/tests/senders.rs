//! The list of senders.

use std::time::Duration;

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::terminal::timers::tick;

use super::{Desk, World, sample};

/// The list with three senders.
fn desk() -> Desk {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("S").delays_effects().receives(Message::Senders(Ok(sample::senders())));
    desk
}

/// How often the senders were asked for since the last call.
fn asked(desk: &mut Desk) -> usize {
    desk.effects().iter().filter(|effect| matches!(effect, Effect::LoadSenders)).count()
}

#[test]
fn it_is_read_again_each_second_while_it_is_open() {
    let mut desk = Desk::new(80, 24).of(World::default());
    assert_eq!((tick(&desk.state), asked(&mut desk)), (None, 0));
    desk.keys("S");
    assert!(desk.shows("No process sends from this database"), "{}", desk.screen());
    assert_eq!((tick(&desk.state), asked(&mut desk)), (Some(Duration::from_secs(1)), 1));
    desk.later(999);
    assert_eq!(asked(&mut desk), 0, "too early");
    desk.delays_effects().later(1);
    assert_eq!(asked(&mut desk), 1);
    desk.later(5000);
    assert_eq!(asked(&mut desk), 0, "one at a time, however slow the database is");
    desk.runs_effects().later(1);
    assert_eq!(asked(&mut desk), 1);
    desk.keys("esc").later(5000);
    assert_eq!((tick(&desk.state), asked(&mut desk)), (None, 0), "closed");
}

#[test]
fn the_selected_sender_stays_selected() {
    let mut desk = desk();
    desk.keys("j");
    assert!(desk.shows("▌✗ send-2") && desk.shows("no route to any endpoint"), "{}", desk.screen());
    let without_first = sample::senders().split_off(1);
    desk.receives(Message::Senders(Ok(without_first)));
    assert!(desk.shows("▌✗ send-2") && !desk.shows("send-1"), "{}", desk.screen());
    desk.receives(Message::Senders(Ok(sample::senders().split_off(2))));
    assert!(desk.shows("▌● a-host"), "the last one is left: {}", desk.screen());
    desk.receives(Message::Senders(Ok(Vec::new())));
    assert!(desk.shows("No process sends"), "{}", desk.screen());
}

#[test]
fn a_lease_runs_down_on_the_screen() {
    let mut desk = desk();
    assert!(desk.line("send-1").contains(" 12 s "), "{}", desk.screen());
    assert!(desk.line("a-host").contains(" ran out "), "{}", desk.screen());
    desk.later(2000);
    assert!(desk.line("send-1").contains(" 10 s "), "{}", desk.screen());
}

#[test]
fn a_database_that_cannot_be_read_is_reported_in_the_window() {
    let mut desk = desk();
    let why = "postgres://me@db1/log: cannot be reached (connection refused): check that the server runs";
    desk.receives(Message::Senders(Err(why.to_owned())));
    assert!(desk.shows("✗ postgres://me@db1/log: cannot be reached"), "{}", desk.screen());
    desk.receives(Message::Senders(Ok(sample::senders())));
    assert!(desk.shows("send-1"), "{}", desk.screen());
}

#[test]
fn it_is_found_in_the_palette() {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys(":").types("senders").keys("enter");
    assert!(desk.shows("No process sends from this database"), "{}", desk.screen());
    desk.keys("S");
    assert!(desk.state.overlay.is_none(), "the same key closes it");
}
