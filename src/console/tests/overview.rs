//! The numbers of each profile.

use std::time::Duration;

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::model::window::overview::{
    OverviewNumbers, OverviewPlace, OverviewRange, OverviewRequest,
};
use crate::console::terminal::timers::tick;
use crate::storage::{HealthState, ProfileHealth};

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
    desk.keys("O").delays_effects().receives(Message::Overview(OverviewPlace::Window, Box::new(Ok(numbers))));
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
    assert!(desk.shows("62 × timeout, 31 × status 503") && desk.shows("Last hour"), "{}", desk.screen());
    asked(&mut desk);
    desk.keys("j");
    assert!(asked(&mut desk).is_empty() && desk.shows("Last hour"), "{}", desk.screen());
    // That of one far from those that come first is read when it is selected.
    let second = ids(&desk)[1].clone();
    let mut some = numbers(&desk);
    some.minutes.remove(&second);
    desk.receives(Message::Overview(OverviewPlace::Window, Box::new(Ok(some)))).keys("k j");
    assert!(!desk.shows("Last hour"), "{}", desk.screen());
    let requests = asked(&mut desk);
    assert!(requests[0].profiles.iter().any(|id| id.as_str() == second), "{requests:?}");
}

#[test]
fn hour_today_day_and_week_are_read_at_once() {
    let mut desk = desk();
    asked(&mut desk);
    let ranges = |desk: &mut Desk| asked(desk).into_iter().map(|request| request.range).collect::<Vec<_>>();
    desk.keys("l");
    assert_eq!(ranges(&mut desk), [OverviewRange::Today]);
    assert!(desk.shows("Overview: today"), "{}", desk.screen());
    let old = numbers(&desk);
    desk.receives(Message::Overview(OverviewPlace::Window, Box::new(Ok(old))));
    desk.keys("right").keys("l").keys("l").keys("h");
    let (day, week) = (OverviewRange::Day, OverviewRange::Week);
    assert_eq!(ranges(&mut desk), [day, week, OverviewRange::Hour, week]);
}

#[test]
fn numbers_that_cannot_be_read_are_reported_in_the_window() {
    let mut desk = desk();
    desk.receives(Message::Overview(OverviewPlace::Window, Box::new(Err("the disk is broken".to_owned()))));
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

#[test]
fn on_a_wide_screen_it_is_beneath_the_selected_profile() {
    let world = sample::log();
    let mut desk = Desk::new(160, 45).of(world.clone());
    desk.later(0);
    assert!(desk.line("╭Overview: last hour ").contains(" O shows all · 2 ╮"), "{}", desk.screen());
    let line = desk.line("│  ● Bookings");
    assert!(line.contains("50.0 %") && line.contains("85 ms") && line.contains('█'), "{}", desk.screen());
    // While a profile is edited its form has the lines.
    desk.keys("e");
    assert!(!desk.shows("Overview"), "{}", desk.screen());
    desk.keys("esc");
    assert!(desk.shows("Overview"), "{}", desk.screen());
    let smaller = Desk::new(159, 45).of(world);
    assert!(!smaller.shows("Overview"), "{}", smaller.screen());
}

#[test]
fn the_panel_is_read_again_when_deliveries_change() {
    let mut desk = Desk::new(160, 45).of(sample::world());
    desk.later(0);
    assert_eq!(asked(&mut desk).len(), 1);
    assert!(desk.shows("Nothing happened since"), "{}", desk.screen());
    assert_eq!((tick(&desk.state), desk.later(60_000).effects().len()), (None, 0), "nothing changes");
    desk.happens(|_| ());
    assert_eq!(asked(&mut desk).len(), 1);
    desk.happens(|_| ()).happens(|_| ()).later(1999);
    assert_eq!(asked(&mut desk).len(), 0, "not for each change");
    desk.later(1);
    assert_eq!(asked(&mut desk).len(), 1);
    // A store that takes long is not read all the time.
    let mut numbers = numbers(&desk);
    numbers.took = Duration::from_millis(400);
    desk.receives(Message::Overview(OverviewPlace::Panel, Box::new(Ok(numbers))));
    desk.happens(|_| ()).later(7999);
    assert_eq!(asked(&mut desk).len(), 0);
    desk.later(1);
    assert_eq!(asked(&mut desk).len(), 1);
}

#[test]
fn what_began_to_fail_last_comes_first() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.happens(|world| {
        for (n, minutes) in [(3, 50), (5, 10)] {
            let cause = super::health::cause(super::world::delivery_id(7));
            let since = sample::start() - jiff::SignedDuration::from_mins(minutes);
            let health = ProfileHealth { state: HealthState::Failing, since, cause };
            world.tables().health.push((super::world::profile_id(n), health));
        }
    });
    let numbers = numbers(&desk);
    desk.keys("O").receives(Message::Overview(OverviewPlace::Window, Box::new(Ok(numbers))));
    let screen = desk.screen();
    let marks: Vec<&str> =
        screen.lines().filter(|line| line.contains("▌✗ ") || line.contains(" ✗ ")).collect();
    assert!(marks[0].contains("Invoice mails") && marks[1].contains("Nightly report"), "{screen}");
    desk.keys("g g");
    assert!(desk.shows("✗ failing since 13:52 · 20 consecutive failures"), "{}", desk.screen());
}

#[test]
fn enter_goes_to_the_failures_of_the_selected_profile() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    let numbers = numbers(&desk);
    desk.keys("O").receives(Message::Overview(OverviewPlace::Window, Box::new(Ok(numbers))));
    desk.keys("j enter");
    let (show, profile) = desk.state.deliveries.filter();
    let second = desk.state.profiles.rows[1].title.clone();
    assert_eq!((show.name(), profile), ("failed", Some(second.as_str())), "{}", desk.screen());
    assert!(desk.state.overlay.is_none() && desk.state.focus.number() == 4, "{}", desk.screen());
}
