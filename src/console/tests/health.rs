//! A failing profile is shown as such, and its turns are reported once.

use crate::record::{DeliveryId, ErrorClass};
use crate::storage::{HealthCause, HealthState, ProfileHealth};

use super::desk::Desk;
use super::sample;
use super::world::{World, delivery_id, profile_id};

pub fn cause(delivery: DeliveryId) -> HealthCause {
    HealthCause {
        failed: 20,
        delivery,
        status: Some(500),
        class: Some(ErrorClass::Status),
        message: "500 Internal Server Error".to_owned(),
        recent: None,
    }
}

fn turn(world: &World, n: u128, state: Option<HealthState>) {
    let mut tables = world.tables();
    tables.health.retain(|(id, _)| *id != profile_id(n));
    let health = |state| ProfileHealth { state, since: sample::start(), cause: cause(delivery_id(7)) };
    tables.health.extend(state.map(|state| (profile_id(n), health(state))));
}

#[test]
fn a_failing_profile_is_marked_with_a_word_and_says_since_when_and_why() {
    let mut desk = Desk::new(120, 30).of(sample::world());
    desk.happens(|world| turn(world, 1, Some(HealthState::Failing)));
    assert_eq!(
        desk.notice(),
        "Order SMS is failing: 20 consecutive failures; last: 500 Internal Server Error"
    );
    assert!(desk.line("▌Order SMS").contains("failing   ✗"), "{}", desk.screen());
    assert!(desk.shows("● active · ✗ failing since 14:02 · 20"), "{}", desk.screen());
    assert!(desk.shows(&delivery_id(7).to_string()[..8]), "{}", desk.screen());
    // It is reported once.
    desk.keys("j k").happens(|world| turn(world, 1, Some(HealthState::Failing)));
    desk.receives(crate::console::model::message::Message::Done("Something else".to_owned()));
    desk.happens(|_| ());
    assert_eq!(desk.notice(), "Something else");
    desk.happens(|world| turn(world, 1, None));
    assert_eq!(desk.notice(), "Order SMS recovered");
    assert!(desk.line("▌Order SMS").contains("sms  POST ●") && !desk.shows("failing"), "{}", desk.screen());
}

#[test]
fn several_turns_at_once_are_one_notice() {
    let mut desk = Desk::new(120, 30).of(sample::world());
    desk.happens(|world| {
        turn(world, 1, Some(HealthState::Failing));
        turn(world, 2, Some(HealthState::Failing));
    });
    assert!(desk.notice().ends_with(" · and 1 more"), "{}", desk.notice());
    desk.happens(|world| {
        turn(world, 1, None);
        turn(world, 2, None);
    });
    assert!(desk.notice().contains(" recovered") && desk.notice().ends_with(" · and 1 more"));
}

/// Enabling an auto-disabled profile makes it failing until it delivers: that is no turn.
#[test]
fn enabling_reports_no_turn() {
    let mut desk = Desk::new(120, 30).of(sample::world());
    desk.happens(|world| turn(world, 1, Some(HealthState::AutoDisabled)));
    desk.receives(crate::console::model::message::Message::Done("Something else".to_owned()));
    desk.happens(|world| turn(world, 1, Some(HealthState::Failing)));
    assert_eq!(desk.notice(), "Something else");
    assert!(desk.shows("✗ failing since 14:02"), "{}", desk.screen());
}
