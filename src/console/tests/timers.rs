//! How often the screen is redrawn without input: only while a time on it is running.

use std::time::Duration;

use crate::console::model::message::Message;
use crate::console::terminal::timers::tick;
use crate::delivery::SenderStatus;

use super::{Desk, sample};

const TENTHS: Option<Duration> = Some(Duration::from_millis(100));

/// The list of profiles shows the success of the last hour.
const MINUTE: Option<Duration> = Some(Duration::from_mins(1));

#[test]
fn without_running_times_nothing_ticks() {
    assert_eq!(tick(&Desk::new(80, 24).of(sample::world()).state), None);
    let mut desk = Desk::new(120, 36).of(sample::log());
    assert_eq!(tick(&desk.state), TENTHS, "a retry waits");
    desk.keys("?");
    assert_eq!(tick(&desk.state), None, "the help covers it");
    desk.keys("esc").resized(30, 10);
    assert_eq!(tick(&desk.state), None, "too small to show it");
}

#[test]
fn a_visible_countdown_ticks_until_it_is_over() {
    let mut desk = Desk::new(120, 36).of(sample::log());
    assert!(desk.shows("in 7.0 s"), "{}", desk.screen());
    desk.later(60_000);
    assert!(desk.shows("due now"), "{}", desk.screen());
    assert_eq!(tick(&desk.state), MINUTE, "its text does not change");
    // At 80 columns only the newest delivery has a line, and it is queued.
    let desk = Desk::new(80, 24).of(sample::log());
    assert_eq!(tick(&desk.state), MINUTE, "{}", desk.screen());
}

#[test]
fn a_visible_request_in_flight_ticks() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status()));
    assert!(desk.shows("sending · 1.3 s"), "{}", desk.screen());
    assert_eq!(tick(&desk.state), TENTHS);
    desk.receives(Message::SenderStatus(SenderStatus::default()));
    assert_eq!(tick(&desk.state), MINUTE);
}
