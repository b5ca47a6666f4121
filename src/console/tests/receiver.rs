//! The receiver's window: the list of requests, and one request in full.

use std::sync::Arc;

use crate::console::model::message::Message;
use crate::console::model::window::Overlay;
use crate::receiver::Received;

use super::{Desk, World, sample};

fn arrive(desk: &mut Desk, n: u32) {
    desk.receives(Message::Received(sample::request(n).into()));
}

/// A running receiver, with its window open and three requests.
fn desk() -> Desk {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("R space");
    for n in 1..=3 {
        arrive(&mut desk, n);
    }
    desk
}

#[test]
fn a_request_is_shown_in_full_while_others_arrive() {
    let mut desk = desk();
    // The middle one of three.
    desk.keys("G k enter");
    let screen = desk.screen();
    assert!(screen.contains(" Request ") && screen.contains(r#""id":"m-2""#), "{screen}");
    arrive(&mut desk, 4);
    assert!(desk.screen().contains(r#""id":"m-2""#), "it stays");
    desk.keys("y");
    let copied = desk.requested().pop().unwrap();
    assert!(copied.starts_with("copy 14:02:10.000  POST /sms"), "{copied}");
    assert!(copied.contains(r#"{"id":"m-2","status":"DELIVRD"}"#), "{copied}");
    desk.keys("/").types("deliv").keys("enter esc");
    desk.keys("esc");
    let screen = desk.screen();
    assert!(screen.contains("Received (4)") && screen.contains("id = m-2"), "it is still selected: {screen}");
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn without_a_selection_the_newest_is_shown() {
    let mut desk = desk();
    assert!(desk.screen().contains("Received (3) · ↓ selects one"));
    desk.keys("enter");
    assert!(matches!(desk.state.overlay, Some(Overlay::Request(_))));
    assert!(desk.screen().contains(r#""id":"m-3""#), "{}", desk.screen());
    let mut empty = Desk::new(80, 24).of(World::default());
    empty.keys("R enter");
    assert_eq!(empty.notice(), "Show: no request has arrived");
}

#[test]
fn dropped_requests_are_counted() {
    let mut desk = desk();
    desk.receives(Message::RequestsDropped(1));
    assert!(desk.screen().contains("Received (3) · 1 older one was dropped"), "{}", desk.screen());
    let long = Received { body: vec![b'x'; 1 << 20].into(), ..(*sample::request(1)).clone() };
    let long = Arc::new(long);
    for _ in 0..20 {
        desk.receives(Message::Received(Arc::clone(&long).into()));
    }
    assert!(desk.screen().contains("Received (7) · 17 older ones were dropped"), "{}", desk.screen());
}

#[test]
fn hang_and_reset_are_worded_as_in_the_command() {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("R j right j j right");
    assert!(desk.line("Hang").contains("‹ yes: no response ›"), "{}", desk.screen());
    assert!(desk.line("Fail the first").contains("1 of each delivery, with a hang"), "{}", desk.screen());
    desk.keys("right j right");
    assert!(desk.line("Reset").contains("‹ yes: the connection is closed ›"), "{}", desk.screen());
    assert!(desk.line("Fail the first").contains("1 of each delivery, with a reset"), "{}", desk.screen());
    assert!(desk.line("Delay").contains("‹ none ›"), "{}", desk.screen());
}
