//! Long texts: `/` searches, `n` and `N` go from match to match.

use super::{Desk, sample};

#[test]
fn a_text_is_found_in_the_details() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 G k enter /").types("thank");
    assert!(desk.shows("/thank"), "{}", desk.screen());
    assert!(desk.state.is_for_text(crate::keymap::Key::parse("q").unwrap()));
    desk.keys("enter");
    let first = desk.cursor().unwrap();
    assert!(
        desk.screen().lines().nth(usize::from(first.1)).unwrap().contains("thank you"),
        "{}",
        desk.screen()
    );
    desk.keys("n");
    assert_ne!(desk.cursor().unwrap(), first, "the next one");
    desk.keys("N");
    let line = desk.cursor().unwrap().1;
    assert!(desk.screen().lines().nth(usize::from(line)).unwrap().contains("thank you"), "{}", desk.screen());
    desk.keys("esc");
    assert!(!desk.shows("/thank") && desk.state.overlay.is_some(), "Esc ends the search first");
    desk.keys("n");
    assert!(desk.notice().ends_with("nothing to search for: / starts a search"), "{}", desk.notice());
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn a_text_is_found_in_the_preview() {
    let mut desk = Desk::new(60, 16).of(sample::log());
    desk.keys("p /").types("DELIVRD").keys("enter n");
    let line = desk.cursor().unwrap().1;
    assert!(desk.screen().lines().nth(usize::from(line)).unwrap().contains("DELIVRD"), "{}", desk.screen());
    desk.keys("/").types("no such text").keys("enter");
    assert_eq!(desk.notice(), "no such text: not found");
    desk.keys("esc esc");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn a_pasted_text_is_searched_for() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 enter /").pastes("webhook-id\n").keys("enter");
    let line = desk.cursor().unwrap().1;
    assert!(
        desk.screen().lines().nth(usize::from(line)).unwrap().contains("webhook-id"),
        "{}",
        desk.screen()
    );
}
