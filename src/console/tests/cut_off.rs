//! Whatever does not fit is counted at the edge: how many lines are above and below.

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::model::program::{Program, Returned};

use super::{Desk, sample};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

/// The counts on the lower edge of what has the keyboard: `↑3`, `↓12`.
fn counts(desk: &Desk) -> Vec<String> {
    let screen = desk.screen();
    let edges = screen.lines().filter_map(|line| line.split_once('┗')?.1.split_once('┛'));
    let words = edges.flat_map(|(edge, _)| edge.split(['━', ' ']));
    words.filter(|word| word.starts_with(['↓', '↑'])).map(str::to_owned).collect()
}

#[test]
fn windows_say_how_much_is_above_and_below() {
    for (columns, lines) in SIZES {
        for keys in ["?", ":"] {
            let mut desk = Desk::new(columns, lines).of(sample::log());
            desk.keys(keys);
            let before = counts(&desk);
            assert!(before.iter().any(|count| count.starts_with('↓')), "{keys}: {}", desk.screen());
            desk.keys("pgdn");
            assert!(counts(&desk).iter().any(|count| count.starts_with('↑')), "{keys}: {}", desk.screen());
            desk.keys("end");
            let last = counts(&desk);
            assert!(!last.iter().any(|count| count.starts_with('↓')), "{keys}: {last:?}\n{}", desk.screen());
        }
    }
    for keys in ["p", "4 enter", "e", "e f3", "t"] {
        let mut desk = Desk::new(60, 16).of(sample::log());
        desk.keys(keys);
        let fits = Desk::new(120, 200).of(sample::log()).keys(keys).screen();
        assert!(!fits.contains('↓') || keys == "e", "{keys}: {fits}");
        assert!(
            counts(&desk).iter().any(|count| count.starts_with('↓')) || keys == "t",
            "{keys}: {}",
            desk.screen()
        );
    }
}

#[test]
fn the_answers_of_a_long_question_are_in_sight() {
    let mut desk = Desk::new(60, 16).of(sample::world());
    desk.keys("enter ctrl+g");
    let found = desk.effects().into_iter().find_map(|effect| match effect {
        Effect::Run(Program::Editor { subject, text }) => Some((subject, text)),
        _ => None,
    });
    let (subject, given) = found.unwrap();
    let trouble = Some("it said so. ".repeat(80));
    let back = Returned { subject, given, written: Some("{}".to_owned()), trouble };
    desk.told(Message::Returned(Box::new(back)));
    assert!(desk.shows("y/Enter Apply") && desk.shows("n/Esc Discard edits"), "{}", desk.screen());
    assert!(counts(&desk).iter().any(|count| count.starts_with('↓')), "{}", desk.screen());
}
