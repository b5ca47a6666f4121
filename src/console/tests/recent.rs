//! Success in the last hour and the last failure, in the list of profiles.

use crate::callback::Values;
use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::record::Kind;

use super::world::{World, number};
use super::{Desk, sample};

/// How often it was asked for since the last call, and for how many profiles each time.
fn asked(desk: &mut Desk) -> Vec<usize> {
    let of = |effect: Effect| match effect {
        Effect::LoadRecent(request) => Some(request.profiles.len()),
        _ => None,
    };
    desk.effects().into_iter().filter_map(of).collect()
}

/// A delivery of the first profile ends at this time, in milliseconds from the start.
fn ends(world: &World, at_ms: i64, status: u16) {
    let profile = world.tables().profiles[0].clone();
    let event = profile.events.first().copied();
    let at = sample::start() + jiff::SignedDuration::from_millis(at_ms);
    let id = world.accept(Kind::Event, &profile, event, &Values::samples(event, &[]), at);
    let attempts = if status == 200 { 1 } else { 3 };
    (0..attempts).for_each(|_| world.answered(number(id), status, at));
}

const MINUTE: i64 = 60_000;

const NONE: [usize; 0] = [];

#[test]
fn the_list_says_how_profiles_have_fared_lately() {
    let world = sample::world();
    (0..299).for_each(|_| ends(&world, -MINUTE, 200));
    ends(&world, -12 * MINUTE, 500);
    let desk = Desk::new(160, 45).of(world.clone());
    assert!(desk.line("▌Order SMS").contains("POST ●  99.7 %    ✗ 12 min ago┃"), "{}", desk.screen());
    assert!(desk.line("Bookings").contains("GET  ●                      "), "{}", desk.screen());
    let desk = Desk::new(120, 36).of(world.clone());
    assert!(desk.line("▌Order SMS").contains("sms   99% ●┃"), "{}", desk.screen());
    let desk = Desk::new(80, 24).of(world);
    assert!(desk.line("▌Order SMS").contains("99.7 %    failed 12 min ago"), "{}", desk.screen());
}

#[test]
fn a_failure_of_hours_ago_is_at_least_so_long_ago() {
    let world = sample::world();
    // Between eleven and twelve; it is two past two.
    ends(&world, -150 * MINUTE, 500);
    let desk = Desk::new(80, 24).of(world.clone());
    assert!(desk.line("▌Order SMS").contains("●          failed over 2 h ago"), "{}", desk.screen());
    ends(&world, -26 * 60 * MINUTE, 500);
    let desk = Desk::new(80, 24).of(world);
    assert!(desk.line("▌Order SMS").contains("failed over 2 h ago"), "{}", desk.screen());
}

#[test]
fn it_is_read_again_when_deliveries_change_but_not_for_each_of_them() {
    let mut desk = Desk::new(120, 36).of(sample::world());
    asked(&mut desk);
    desk.keys("j j").later(60_000);
    assert_eq!(asked(&mut desk), NONE, "nothing was delivered, and all are known");
    desk.happens(|world| ends(world, 50_000, 200));
    desk.happens(|world| ends(world, 50_000, 200)).happens(|world| ends(world, 50_000, 200));
    assert_eq!(asked(&mut desk), [5]);
    assert!(desk.line("Order SMS").contains("100%"), "{}", desk.screen());
    desk.happens(|world| ends(world, 50_000, 500)).later(1999);
    assert_eq!(asked(&mut desk), NONE);
    desk.later(1);
    assert_eq!(asked(&mut desk), [5]);
    assert!(desk.line("Order SMS").contains(" 75%"), "{}", desk.screen());
    // An hour goes by.
    desk.later(59_999);
    assert_eq!(asked(&mut desk), NONE);
    desk.later(1);
    assert_eq!(asked(&mut desk), [5]);
    desk.receives(Message::Recent(None));
    assert!(!desk.shows("75%"), "what is not known is not shown: {}", desk.screen());
    desk.later(120_000);
    assert_eq!(asked(&mut desk), NONE);
}
