//! Each screen as text, at the sizes that matter: all panes, the usual terminal, the smallest.

use crate::console::model::message::Message;
use crate::console::model::window::overview::OverviewPlace;

use super::{Desk, World, sample, shot};

const SIZES: [(u16, u16); 5] = [(200, 50), (160, 45), (120, 40), (80, 24), (60, 16)];

/// The same keys in each size.
fn in_each_size(name: &str, prepare: impl Fn(&mut Desk)) {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(sample::log());
        desk.receives(Message::SenderStatus(sample::sender_status())).later(0);
        prepare(&mut desk);
        shot(&format!("{name}_{columns}x{lines}"), &desk.screen());
    }
}

#[test]
fn nothing_yet() {
    for (columns, lines) in SIZES {
        let desk = Desk::new(columns, lines).of(World::default());
        shot(&format!("empty_{columns}x{lines}"), &desk.screen());
    }
}

#[test]
fn profiles() {
    in_each_size("profiles", |desk| {
        desk.keys("j");
    });
}

#[test]
fn search() {
    in_each_size("search", |desk| {
        desk.keys("/").types("in");
    });
}

#[test]
fn the_summary_of_the_selected_profile() {
    in_each_size("summary", |desk| {
        desk.keys("G tab");
    });
}

#[test]
fn basics_with_errors_beside_their_fields() {
    in_each_size("basics_errors", |desk| {
        desk.keys("n").types("a!").keys("tab tab tab").types("http://hooks.example").keys("ctrl+s");
    });
}

#[test]
fn basics_with_the_retry_table() {
    in_each_size("basics_retry", |desk| {
        desk.keys("e tab tab tab tab tab tab").types("100");
    });
}

#[test]
fn events_of_whatsapp() {
    in_each_size("whatsapp", |desk| {
        desk.keys("j e tab tab");
    });
}

#[test]
fn advanced_configuration() {
    in_each_size("advanced", |desk| {
        // The last character of the encryption key is missing.
        desk.keys("G e f4 tab tab tab tab tab tab tab tab tab tab backspace");
    });
}

#[test]
fn variables() {
    in_each_size("variables", |desk| {
        desk.keys("e f3 space j space");
    });
}

#[test]
fn the_test_window() {
    in_each_size("test_window", |desk| {
        desk.keys("t tab");
    });
}

#[test]
fn deliveries_in_every_state() {
    in_each_size("deliveries", |desk| {
        desk.keys("4");
    });
}

#[test]
fn a_timeline_in_the_middle_of_retrying() {
    in_each_size("timeline", |desk| {
        desk.keys("5 j j").later(2400);
    });
}

#[test]
fn details() {
    in_each_size("details", |desk| {
        desk.keys("4 G k enter");
    });
}

#[test]
fn the_receiver() {
    in_each_size("receiver", |desk| {
        desk.keys("R space right j right right");
        for n in 1..=3 {
            desk.receives(Message::Received(sample::request(n).into()));
        }
    });
}

#[test]
fn a_request_that_reached_the_receiver() {
    in_each_size("request", |desk| {
        desk.keys("R space").receives(Message::Received(sample::request(1).into())).keys("enter");
    });
}

#[test]
fn the_overview() {
    in_each_size("overview", |desk| {
        let ids: Vec<String> = desk.state.profiles.rows.iter().map(|row| row.id.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        desk.keys("O")
            .receives(Message::Overview(OverviewPlace::Window, Box::new(Ok(sample::overview(&ids)))));
    });
}

#[test]
fn the_senders() {
    in_each_size("senders", |desk| {
        desk.keys("S").receives(Message::Senders(Ok(sample::senders()))).keys("j");
    });
}

#[test]
fn help() {
    in_each_size("help", |desk| {
        desk.keys("? /").types("retry");
    });
}

#[test]
fn questions() {
    let mut desk = Desk::new(60, 16).of(sample::world());
    shot("question_delete", &desk.keys("D").screen());
    shot("question_leave", &desk.keys("n e x esc").screen());
    shot("question_other", &desk.keys("n f6 1 j e").screen());
    let mut desk = Desk::new(60, 16).of(sample::world());
    shot("question_quit", &desk.keys("e x ctrl+c").screen());
}

#[test]
fn an_own_variable() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    shot("add_variable", &desk.keys("v n").types("1st").keys("enter").screen());
}

#[test]
fn too_small() {
    let desk = Desk::new(59, 16).of(sample::world());
    shot("too_small", &desk.screen());
}
