//! Texts for editor and pager, and their results.

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::model::program::{Program, Returned, Subject};

use super::world::profile_id;
use super::{Desk, sample};

/// The text given to a program.
fn given(desk: &mut Desk) -> Option<Program> {
    desk.effects().into_iter().find_map(|effect| match effect {
        Effect::Run(program) => Some(program),
        _ => None,
    })
}

fn editor(desk: &mut Desk) -> (Subject, String) {
    match given(desk) {
        Some(Program::Editor { subject, text }) => (subject, text),
        other => panic!("no editor: {other:?}"),
    }
}

fn back(desk: &mut Desk, (subject, given): (Subject, String), written: &str) {
    let returned = Returned { subject, given, written: Some(written.to_owned()), trouble: None };
    desk.receives(Message::Returned(Box::new(returned)));
}

#[test]
fn a_body_returns_as_if_typed() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("enter ctrl+o");
    let open = editor(&mut desk);
    assert_eq!(open, (Subject::Body(profile_id(1)), sample::order_sms().body));
    back(&mut desk, open, "{\"a\": \"<id>\"}\n");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().body, "{\"a\": \"<id>\"}");
    assert_eq!(desk.requested(), ["keep Order SMS"], "it is a draft on disk at once");
    assert!(desk.shows("Order SMS *"));
}

#[test]
fn a_method_without_a_body_says_so() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("down enter ctrl+o");
    assert_eq!(given(&mut desk), None);
    assert!(desk.notice().contains("this method has no body"), "{}", desk.notice());
}

#[test]
fn a_profile_opens_from_the_list_too() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("E");
    let (subject, text) = editor(&mut desk);
    assert_eq!(subject, Subject::Profile(profile_id(1)));
    assert!(text.contains("\"title\": \"Order SMS\"") && text.contains("\"interval_s\": 10"), "{text}");
    let written = text.replace("\"interval_s\": 10", "\"interval_s\": 20");
    back(&mut desk, (subject, text), &written);
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().retry_interval, "20");
    desk.keys("ctrl+s");
    assert!(desk.requested().contains(&"save Order SMS".to_owned()));
}

#[test]
fn an_invalid_text_is_asked_about_until_it_is_valid() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("enter ctrl+g");
    let open = editor(&mut desk);
    back(&mut desk, open, "{}}");
    assert!(desk.shows("Not applied: invalid JSON at line 1 column 3:"), "{}", desk.screen());
    desk.keys("y");
    let (subject, text) = editor(&mut desk);
    assert!(text.starts_with("// ✗ invalid JSON at line 1 column 3:") && text.ends_with("{}}"), "{text}");
    back(&mut desk, (subject, text), "{\"colour\": 1}");
    assert!(desk.shows("unknown field `colour`"), "{}", desk.screen());
    desk.keys("n");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "Order SMS");
    assert!(!desk.shows(" *"));
}

#[test]
fn only_the_shown_answers_are_accepted() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("enter ctrl+g");
    let open = editor(&mut desk);
    back(&mut desk, open, "{ \"title\": ");
    assert!(desk.shows("y/Enter Reopen") && desk.shows("n/Esc Discard edits"), "{}", desk.screen());
    assert!(!desk.line("Yes").contains("Discard"), "the footer offers no more: {}", desk.screen());
    desk.keys("d");
    assert!(desk.shows("y/Enter Reopen"), "what was written is still there: {}", desk.screen());
    assert!(desk.notice().contains("it does not answer this question"), "{}", desk.notice());
    desk.keys("y");
    assert!(editor(&mut desk).1.contains("{ \"title\": "));
}

#[test]
fn errors_of_fields_appear_beside_them() {
    let mut desk = Desk::new(120, 36).of(sample::world());
    desk.keys("enter ctrl+g");
    let (subject, text) = editor(&mut desk);
    let written = text.replace("https://hooks.example/sms", "ftp://hooks.example");
    back(&mut desk, (subject, text), &written);
    assert!(desk.shows("✗ the endpoint must start with") || desk.line("✗").contains("http"));
}

#[test]
fn a_response_is_sanitized_for_a_pager() {
    let world = sample::log();
    let mut attempt = world.tables().deliveries[0].details.attempts[0].clone();
    attempt.response_body = b"a\tb\r\n\x1b]52;c;aGk=\x07\x1b[2J".to_vec();
    attempt.response_headers = vec![("x-a".to_owned(), "\u{9b}31m".to_owned())].into();
    world.tables().deliveries.last_mut().unwrap().details.attempts = vec![attempt];
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("4 o");
    let Some(Program::Pager { text }) = given(&mut desk) else { panic!("no pager: {}", desk.screen()) };
    assert!(text.contains("x-a: \\u{9b}31m\n") && text.contains("a\tb\n\\u{1b}]52;c;"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
}

#[test]
fn without_a_response_there_is_nothing_to_page() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 o");
    assert_eq!(given(&mut desk), None);
    assert!(desk.notice().contains("no response yet"), "{}", desk.notice());
}

#[test]
fn a_failed_copy_offers_alternatives() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    let copy_failed = || Message::CopyFailed("long\ttext".into(), "the request".into(), "too long".into());
    desk.receives(copy_failed());
    assert!(desk.shows("the request: not copied.") && desk.shows("too long"), "{}", desk.screen());
    desk.keys("v");
    assert!(desk.line("long").starts_with("long    text"), "{}", desk.screen());
    desk.keys("o");
    assert_eq!(given(&mut desk), Some(Program::Pager { text: "long\ttext\n".to_owned() }));
    desk.keys("w");
    assert_eq!(desk.requested(), ["write the request"]);
    desk.receives(copy_failed()).keys("esc");
    assert!(!desk.shows("not copied"));
}

#[test]
fn debug_output_omits_texts() {
    let subject = Subject::Body(profile_id(1));
    let editor = Program::Editor { subject: subject.clone(), text: "hush".to_owned() };
    let pager = Program::Pager { text: "hush".to_owned() };
    let back =
        Returned { subject, given: "hush".to_owned(), written: Some("hush".to_owned()), trouble: None };
    for reported in [format!("{editor:?}"), format!("{pager:?}"), format!("{back:?}")] {
        assert!(!reported.contains("hush"), "{reported}");
    }
}
