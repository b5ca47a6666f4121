//! Text pasted into a terminal without bracketed paste arrives as keys: it must not delete, send or quit.

use std::time::Duration;

use proptest::prelude::*;

use crate::console::model::message::Message;
use crate::console::terminal::timers;
use crate::keymap::Key;

use super::{Desk, sample};

#[test]
fn the_burst_that_opens_a_question_does_not_answer_it() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.bursts("Dy");
    assert!(desk.shows("Delete Order SMS?"), "{}", desk.screen());
    assert!(
        desk.notice().starts_with("Yes: ignored, since the key arrived together with others"),
        "{}",
        desk.notice()
    );
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("y");
    assert_eq!(desk.requested(), ["delete 1"]);
}

/// A single key, directly after another.
fn key(desk: &mut Desk, name: &str) {
    desk.receives(Message::Key(Key::parse(name).unwrap()));
}

/// The network split a pasted `Dy`, so that neither key is part of a burst.
#[test]
fn a_question_too_new_to_be_read_destroys_nothing() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.delays_effects();
    key(&mut desk, "D");
    key(&mut desk, "y");
    desk.runs_effects();
    for name in ["y", "enter"] {
        key(&mut desk, name);
        assert!(desk.shows("y/Enter Delete   n/Esc Keep"), "{}", desk.screen());
        assert_eq!(desk.requested(), [""; 0]);
        assert_eq!(desk.notice(), "Yes: not done. The question had just opened: press the key again");
    }
    desk.later(249);
    key(&mut desk, "y");
    assert_eq!(desk.requested(), [""; 0]);
    assert_eq!(timers::tick(&desk.state), Some(Duration::from_millis(1)), "drawn anew when it counts");
    desk.later(1);
    key(&mut desk, "y");
    assert_eq!(desk.requested(), ["delete 1"]);
    assert!(!desk.notice().contains("not done"), "{}", desk.notice());
}

#[test]
fn harmless_answers_count_at_once() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    key(&mut desk, "D");
    key(&mut desk, "n");
    assert!(!desk.shows("Question"), "{}", desk.screen());
    desk.keys("e X");
    key(&mut desk, "esc");
    key(&mut desk, "d");
    assert!(desk.shows("Save changes?"), "{}", desk.screen());
    key(&mut desk, "y");
    assert!(desk.requested().contains(&"save Order SMSX".to_owned()));
}

/// A question about a bulk change is another question once the deliveries are counted.
#[test]
fn the_delay_restarts_when_the_question_changes() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4").delays_effects();
    key(&mut desk, "C");
    desk.later(1000).requested();
    desk.runs_effects();
    key(&mut desk, "y");
    assert_eq!(desk.requested(), [""; 0]);
    assert!(desk.shows("y/Enter Yes"), "{}", desk.screen());
    desk.keys("z y");
    assert_eq!(desk.requested(), ["do Cancel 4 pending deliveries of all profiles?"]);
}

/// Setting the clock back does not block a question.
#[test]
fn setting_the_clock_back_does_not_delay_answers() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    key(&mut desk, "D");
    let before = desk.state.now - Duration::from_hours(1);
    desk.receives(Message::Now(before));
    key(&mut desk, "y");
    assert_eq!(desk.requested(), ["delete 1"]);
}

#[test]
fn a_burst_neither_quits_nor_sends() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.bursts("q\n").keys("esc").bursts("t\n");
    assert!(desk.shows("[ Send ]"), "{}", desk.screen());
    desk.keys("esc 4").bursts("ar").bursts("P ").keys("f10").bursts("quit\n");
    let done = desk.requested();
    assert!(!done.iter().any(|words| is_irreversible(words)), "{done:?}");
    desk.keys("esc esc q");
    assert_eq!(desk.requested(), ["quit"]);
}

/// Keys typed ahead while a window is about to open are still a burst.
#[test]
fn a_burst_typed_ahead_of_its_window_does_not_send() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.delays_effects().bursts("t\n").runs_effects();
    assert!(desk.shows("[ Send ]"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.requested(), ["test Order SMS with sms-send"]);
}

#[test]
fn text_fields_accept_bursts() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/").bursts("quit\n");
    assert!(desk.shows("no matches"), "{}", desk.screen());
    desk.keys("esc enter").bursts(" Dyq");
    assert!(desk.shows("Order SMS Dyq"), "{}", desk.screen());
}

/// Whether no key undoes an effect.
fn is_irreversible(words: &str) -> bool {
    let first = words.split(' ').next().unwrap_or_default();
    let actions =
        "delete restore save overwrite test cancel retry again pause resume do quit active disabled";
    actions.split(' ').any(|action| action == first)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn pasted_text_does_nothing_irreversible(
        place in prop::sample::select(vec!["", "enter", "3", "4", "5", "4 enter", "p", "t", "D", "?", "f10", "R", "n"]),
        lines in prop::collection::vec("[ -~]{0,12}|[DyqatdPrcACxu: ]{1,8}", 1..6),
    ) {
        let mut desk = Desk::new(80, 24).of(sample::world());
        desk.keys(place);
        desk.requested();
        desk.receives(Message::BurstKey(Key::parse("enter").unwrap()));
        desk.bursts(&lines.join("\n"));
        let done = desk.requested();
        prop_assert!(!done.iter().any(|words| is_irreversible(words)), "{done:?}");
    }
}
