//! Text pasted into a terminal without bracketed paste arrives as keys: it must not delete, send or quit.

use std::time::Duration;

use proptest::prelude::*;

use crate::console::model::message::Message;
use crate::console::terminal::timers;
use crate::keymap::Key;

use super::{Desk, sample};

#[test]
fn a_question_takes_no_answer_from_the_burst_that_opened_it() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.bursts("Dy");
    assert!(desk.shows("Delete Order SMS?"), "{}", desk.screen());
    assert!(
        desk.says().starts_with("Yes: ignored, since the key arrived together with others"),
        "{}",
        desk.says()
    );
    assert_eq!(desk.asked(), [""; 0]);
    desk.keys("y");
    assert_eq!(desk.asked(), ["delete 1"]);
}

/// A single key, directly after another.
fn key(desk: &mut Desk, name: &str) {
    desk.told(Message::Key(Key::parse(name).unwrap()));
}

/// The network split a pasted `Dy`, so that neither key is part of a burst.
#[test]
fn a_question_that_nobody_can_have_read_destroys_nothing() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.waits_for_answers();
    key(&mut desk, "D");
    key(&mut desk, "y");
    desk.answers();
    for name in ["y", "enter"] {
        key(&mut desk, name);
        assert!(desk.shows("y/Enter Delete   n/Esc Keep"), "{}", desk.screen());
        assert_eq!(desk.asked(), [""; 0]);
        assert_eq!(desk.says(), "Yes: not done. The question had just opened: press the key again");
    }
    desk.later(249);
    key(&mut desk, "y");
    assert_eq!(desk.asked(), [""; 0]);
    assert_eq!(timers::tick(&desk.state), Some(Duration::from_millis(1)), "drawn anew when it counts");
    desk.later(1);
    key(&mut desk, "y");
    assert_eq!(desk.asked(), ["delete 1"]);
    assert!(!desk.says().contains("not done"), "{}", desk.says());
}

#[test]
fn answers_that_destroy_nothing_count_at_once() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    key(&mut desk, "D");
    key(&mut desk, "n");
    assert!(!desk.shows("Question"), "{}", desk.screen());
    desk.keys("e X");
    key(&mut desk, "esc");
    key(&mut desk, "d");
    assert!(desk.shows("Save changes?"), "{}", desk.screen());
    key(&mut desk, "y");
    assert!(desk.asked().contains(&"save Order SMSX".to_owned()));
}

/// A question about a bulk change is another question once the deliveries are counted.
#[test]
fn the_time_begins_anew_when_the_question_changes() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4").waits_for_answers();
    key(&mut desk, "C");
    desk.later(1000).asked();
    desk.answers();
    key(&mut desk, "y");
    assert_eq!(desk.asked(), [""; 0]);
    assert!(desk.shows("y/Enter Yes"), "{}", desk.screen());
    desk.keys("z y");
    assert_eq!(desk.asked(), ["do Cancel 4 pending deliveries?"]);
}

/// Setting the clock back does not block a question.
#[test]
fn a_clock_that_is_set_back_is_no_reason_to_wait() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    key(&mut desk, "D");
    let before = desk.state.now - Duration::from_hours(1);
    desk.told(Message::Now(before));
    key(&mut desk, "y");
    assert_eq!(desk.asked(), ["delete 1"]);
}

#[test]
fn a_burst_neither_quits_nor_sends() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.bursts("q\n").keys("esc").bursts("t\n");
    assert!(desk.shows("[ Send ]"), "{}", desk.screen());
    desk.keys("esc 4").bursts("ar").bursts("P ").keys("f10").bursts("quit\n");
    let done = desk.asked();
    assert!(!done.iter().any(|words| is_deed(words)), "{done:?}");
    desk.keys("esc esc q");
    assert_eq!(desk.asked(), ["quit"]);
}

/// Keys typed ahead while a window is about to open are still a burst.
#[test]
fn a_burst_that_waits_for_its_window_does_not_send() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.waits_for_answers().bursts("t\n").answers();
    assert!(desk.shows("[ Send ]"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.asked(), ["test Order SMS with sms-send"]);
}

#[test]
fn text_is_taken_from_a_burst_as_ever() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/").bursts("quit\n");
    assert!(desk.shows("no matches"), "{}", desk.screen());
    desk.keys("esc enter").bursts(" Dyq");
    assert!(desk.shows("Order SMS Dyq"), "{}", desk.screen());
}

/// Whether no key undoes an effect.
fn is_deed(words: &str) -> bool {
    let first = words.split(' ').next().unwrap_or_default();
    let deeds = "delete restore save overwrite test cancel retry again pause resume do quit active disabled";
    deeds.split(' ').any(|deed| deed == first)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_pasted_text_does_what_cannot_be_undone(
        way in prop::sample::select(vec!["", "enter", "3", "4", "5", "4 enter", "p", "t", "D", "?", "f10", "R", "n"]),
        lines in prop::collection::vec("[ -~]{0,12}|[DyqatdPrcACxu: ]{1,8}", 1..6),
    ) {
        let mut desk = Desk::new(80, 24).of(sample::world());
        desk.keys(way);
        desk.asked();
        desk.told(Message::BurstKey(Key::parse("enter").unwrap()));
        desk.bursts(&lines.join("\n"));
        let done = desk.asked();
        prop_assert!(!done.iter().any(|words| is_deed(words)), "{done:?}");
    }
}
