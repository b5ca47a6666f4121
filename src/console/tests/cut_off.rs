//! Text that does not fit is marked: `…` where it continues, and the number of lines above and below.

use crate::console::effects::copying::REPORTS;
use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::model::program::{Program, Returned};

use crate::profile::{Draft, DraftHeader};

use super::editor::go_to;
use super::world::World;
use super::{Desk, sample, shot};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

/// The counts on the lower edge of the focused part: `↑3`, `↓12`.
fn counts(desk: &Desk) -> Vec<String> {
    let screen = desk.screen();
    let edges = screen.lines().filter_map(|line| line.split_once('┗')?.1.split_once('┛'));
    let words = edges.flat_map(|(edge, _)| edge.split(['━', ' ']));
    words.filter(|word| word.starts_with(['↓', '↑'])).map(str::to_owned).collect()
}

#[test]
fn windows_count_hidden_lines_above_and_below() {
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
fn the_answers_of_a_long_question_are_visible() {
    let mut desk = Desk::new(60, 16).of(sample::world());
    desk.keys("enter ctrl+g");
    let found = desk.effects().into_iter().find_map(|effect| match effect {
        Effect::Run(Program::Editor { subject, text }) => Some((subject, text)),
        _ => None,
    });
    let (subject, given) = found.unwrap();
    let trouble = Some("it text so. ".repeat(80));
    let back = Returned { subject, given, written: Some("{}".to_owned()), trouble };
    desk.receives(Message::Returned(Box::new(back)));
    assert!(desk.shows("y/Enter Apply") && desk.shows("n/Esc Discard edits"), "{}", desk.screen());
    assert!(counts(&desk).iter().any(|count| count.starts_with('↓')), "{}", desk.screen());
}

/// A profile with more text in each field than any screen shows.
fn long() -> World {
    let row = |n: usize| format!("  \"row-{n:02}\": \"{}\"", "abcdefghij".repeat(16));
    let header = |name: &str, value: &str| DraftHeader { name: name.repeat(9), value: value.repeat(30) };
    let draft = Draft {
        title: "A title of nearly a hundred letters ".repeat(2).trim().to_owned(),
        endpoint: format!("https://hooks.example/{}?id=<id>&end", "callbacks/".repeat(20)),
        body: format!("{{\n{}\n}}", (1..=30).map(row).collect::<Vec<_>>().join(",\n")),
        headers: vec![header("X-Tenant-", "value-"), DraftHeader { name: "X-A".into(), value: "b".into() }],
        ..sample::order_sms()
    };
    let world = World::default();
    world.save(sample::profile(1, &draft));
    world
}

#[test]
fn a_truncated_field_is_marked_at_its_cut_end() {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(long());
        desk.keys("e");
        go_to(&mut desk, "Endpoint");
        shot(&format!("cut_basics_{columns}x{lines}"), &desk.screen());
        let line = desk.line("▌Endpoint");
        assert!(line.contains(" …") && line.contains("?id=<id>&end "), "cut on the left only: {line}");
        desk.keys("ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left ctrl+left");
        let field =
            |line: &str| line.split("▌Endpoint").nth(1).unwrap().split('┃').next().unwrap().to_owned();
        assert_eq!(field(&desk.line("▌Endpoint")).matches('…').count(), 2, "{}", desk.screen());
        desk.keys("home");
        let line = desk.line("▌Endpoint");
        assert!(line.contains("  https://hooks.example/callbacks/") && line.contains('…'), "{line}");
        let right = desk.keys("tab").line("Endpoint ");
        assert!(right.contains(" https://hooks.example/") && right.contains('…'), "{right}");
        desk.keys("f4 tab tab");
        shot(&format!("cut_headers_{columns}x{lines}"), &desk.screen());
        assert!(desk.line("▌Headers").matches('…').count() >= 2, "{}", desk.screen());
    }
}

#[test]
fn a_long_body_counts_hidden_lines_above_and_below() {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(long());
        desk.keys("e");
        let of = |desk: &Desk, sign: char| {
            let screen = desk.screen();
            let mut words = screen.lines().filter(|l| !l.contains('┗')).flat_map(|l| l.split([' ', '▌']));
            words.find_map(|word| word.strip_prefix(sign)?.parse::<usize>().ok())
        };
        go_to(&mut desk, "Endpoint");
        desk.keys("tab tab");
        // The cursor is after the last line.
        let above = of(&desk, '↑').unwrap_or_else(|| panic!("{}", desk.screen()));
        assert_eq!(of(&desk, '↓'), None, "{}", desk.screen());
        desk.keys("ctrl+home");
        assert_eq!((of(&desk, '↑'), of(&desk, '↓')), (None, Some(above)), "{}", desk.screen());
        for _ in 0..32 - above {
            desk.keys("down");
        }
        assert_eq!((of(&desk, '↑'), of(&desk, '↓')), (Some(1), Some(above - 1)), "{}", desk.screen());
        shot(&format!("cut_body_{columns}x{lines}"), &desk.screen());
    }
}

#[test]
fn hints_are_dropped_whole_and_titles_are_marked() {
    let mut desk = Desk::new(60, 16).of(long());
    desk.keys("t");
    assert!(
        desk.line("[ Send ]").ends_with("Enter sends · Tab next value                   ┃"),
        "{}",
        desk.screen()
    );
    let title = desk.line("Test A title");
    assert!(title.ends_with("… ┓"), "{title}");
    desk.resized(80, 24);
    assert!(desk.line("[ Send ]").contains("Tab next value · Ctrl+O reads a file"), "{}", desk.screen());
}

/// The report of a copy fits into 80 columns.
#[test]
fn copy_reports_fit() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.receives(Message::Received(sample::request(1).into()));
    desk.keys("y v a y i esc 4 y enter y esc 1 G p y c f8 y c esc R space y enter y");
    let mut copied = 0;
    for effect in desk.effects() {
        let Effect::Copy { what, .. } = effect else { continue };
        copied += 1;
        for report in REPORTS {
            let text = format!("Copied {what} {report}");
            desk.receives(Message::Done(text.clone()));
            assert_eq!(desk.notice(), text);
        }
    }
    assert!(copied >= 10, "{copied}");
}
