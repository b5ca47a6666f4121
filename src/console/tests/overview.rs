//! The numbers of each profile.

use std::time::Duration;

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::model::window::overview::{OverviewNumbers, OverviewRange, OverviewRequest};
use crate::console::terminal::timers::tick;

use super::{Desk, World, sample};

/// The ids of the profiles in the list.
fn ids(desk: &Desk) -> Vec<String> {
    desk.state.profiles.rows.iter().map(|row| row.id.to_string()).collect()
}

fn numbers(desk: &Desk) -> OverviewNumbers {
    let ids = ids(desk);
    sample::overview(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The window with numbers of the profiles in the list.
fn desk() -> Desk {
    let mut desk = Desk::new(80, 24).of(sample::world());
    let numbers = numbers(&desk);
    desk.keys("O").delays_effects().receives(Message::Overview(Box::new(Ok(numbers))));
    desk
}

/// What was asked for since the last call.
fn asked(desk: &mut Desk) -> Vec<OverviewRequest> {
    let request = |effect: Effect| match effect {
        Effect::LoadOverview(request) => Some(request),
        _ => None,
    };
    desk.effects().into_iter().filter_map(request).collect()
}

#[test]
fn it_is_read_again_while_it_is_open() {
    let mut desk = Desk::new(80, 24).of(World::default());
    assert_eq!((tick(&desk.state), asked(&mut desk).len()), (None, 0));
    desk.keys("O");
    assert!(desk.shows("Overview: last hour"), "{}", desk.screen());
    assert_eq!((tick(&desk.state), asked(&mut desk).len()), (Some(Duration::from_secs(2)), 1));
    desk.later(1999);
    assert_eq!(asked(&mut desk).len(), 0, "too early");
    desk.later(1);
    assert_eq!(asked(&mut desk).len(), 1);
    desk.keys("esc").later(5000);
    assert_eq!((tick(&desk.state), asked(&mut desk).len()), (None, 0), "closed");
}

#[test]
fn a_profile_is_shown_with_its_numbers_and_its_last_hour() {
    let mut desk = desk();
    let first = desk.state.profiles.rows[0].title.clone();
    let line = desk.line(&format!("● {first}"));
    assert!(
        line.contains("97.5 %") && line.contains("84 ms") && line.contains("213 ms"),
        "{}",
        desk.screen()
    );
    assert!(desk.shows("timeout 62 · status 31") && desk.shows("Last hour"), "{}", desk.screen());
    asked(&mut desk);
    // The last hour of another one is read when it is selected.
    desk.keys("j");
    let of_second = ids(&desk)[1].clone();
    let requests = asked(&mut desk);
    assert_eq!(requests[0].selected.as_ref().map(ToString::to_string), Some(of_second), "{requests:?}");
    assert!(!desk.shows("Last hour"), "{}", desk.screen());
}

#[test]
fn hour_day_and_week_are_read_at_once() {
    let mut desk = desk();
    asked(&mut desk);
    let ranges = |desk: &mut Desk| asked(desk).into_iter().map(|request| request.range).collect::<Vec<_>>();
    desk.keys("l");
    assert_eq!(ranges(&mut desk), [OverviewRange::Day]);
    assert!(desk.shows("Overview: last day"), "{}", desk.screen());
    let old = numbers(&desk);
    desk.receives(Message::Overview(Box::new(Ok(old))));
    desk.keys("right").keys("l").keys("h");
    assert_eq!(ranges(&mut desk), [OverviewRange::Week, OverviewRange::Hour, OverviewRange::Week]);
}

#[test]
fn numbers_that_cannot_be_read_are_reported_in_the_window() {
    let mut desk = desk();
    desk.receives(Message::Overview(Box::new(Err("the disk is broken".to_owned()))));
    assert!(desk.shows("✗ the disk is broken"), "{}", desk.screen());
}

#[test]
fn it_is_read_from_the_store() {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys(":").types("overview").keys("enter");
    let shown = desk.shows("Nothing happened since") || desk.shows("Per min");
    assert!(shown, "{}", desk.screen());
    desk.keys("O");
    assert!(desk.state.overlay.is_none(), "the same key closes it");
}
