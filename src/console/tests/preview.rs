//! The preview by keys: what it shows, what it copies, and where it returns to.

use super::world::profile_id;
use super::{Desk, World, sample, shot};
use crate::callback::Values;
use crate::console::model::effect::Effect;

/// The text to copy since the last call.
fn copied(desk: &mut Desk) -> (String, String) {
    let effects = desk.effects();
    let found = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy { text, what } => Some((text, what)),
        _ => None,
    });
    found.expect("something is copied")
}

#[test]
fn the_request_and_its_variables() {
    for (columns, lines) in [(120, 40), (80, 24), (60, 16)] {
        let mut desk = Desk::new(columns, lines).of(sample::world());
        // Invoice mails: an encrypted value, a secret, and one without a value.
        desk.keys("G p");
        shot(&format!("preview_{columns}x{lines}"), &desk.screen());
        desk.keys("end");
        shot(&format!("preview_end_{columns}x{lines}"), &desk.screen());
    }
}

#[test]
fn nothing_is_sent() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("p");
    assert_eq!(desk.requested(), ["preview Order SMS"]);
    desk.keys("enter esc");
    assert_eq!((desk.requested(), desk.world.tables().deliveries.len()), (Vec::new(), 0));
    assert!(desk.state.overlay.is_none());
}

#[test]
fn secrets_are_hidden_by_default() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("G p");
    assert!(desk.line("api-key:").contains("••••••••") && !desk.shows("k-123"), "{}", desk.screen());
    desk.keys("y");
    let (text, what) = copied(&mut desk);
    assert!(text.starts_with("POST /mail HTTP/1.1\n") && !text.contains("k-123"), "{text}");
    assert!(what.contains("secrets hidden"), "{what}");
    desk.keys("c");
    let (text, what) = copied(&mut desk);
    assert!(text.contains("${RINGBACK_API_KEY:?}") && !text.contains("k-123"), "{text}");
    assert!(what.contains("secrets as variables"), "{what}");
    desk.keys("f8");
    assert!(desk.line("api-key:").contains("k-123"), "{}", desk.screen());
    desk.keys("c");
    assert!(copied(&mut desk).0.contains("-H 'api-key: k-123'"));
    desk.keys("y");
    assert!(copied(&mut desk).0.contains("api-key: k-123\n"));
}

#[test]
fn a_profile_without_secrets_has_none_to_show() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("p f8");
    assert_eq!(desk.notice(), "Secrets: there are none");
}

#[test]
fn unsaved_text_of_the_editor_is_previewed() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e").types("!").keys("f7");
    assert!(desk.state.overlay.is_none() && desk.notice().contains("Title"), "{}", desk.screen());
    desk.keys("backspace").types(" 2").keys("f7");
    assert!(desk.shows("Preview Order SMS 2"), "{}", desk.screen());
    desk.keys("f7");
    assert!(desk.state.overlay.is_none() && desk.state.editor.is_some());
}

#[test]
fn values_have_the_named_origin() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    let mut last = Values::default();
    last.set("status", "FROM LAST".into());
    desk.world.tables().test_values.push((profile_id(1), Some(crate::profile::Event::SmsSend), last));
    desk.keys("t tab").types("-typed").keys("f7");
    assert!(desk.line("<id>").contains("edited"), "{}", desk.screen());
    assert!(desk.line("<status>").contains("last test"), "{}", desk.screen());
    desk.keys("esc");
    assert!(desk.shows("Test Order SMS") && desk.shows("-typed"), "the test comes back: {}", desk.screen());
    desk.keys("backspace backspace backspace backspace backspace backspace f7");
    assert!(desk.line("<id>").contains("catalogue"), "{}", desk.screen());
}

#[test]
fn a_value_that_cannot_be_rendered_is_reported() {
    let mut draft = sample::order_sms();
    draft.endpoint = "https://hooks.example/<id>/x".into();
    let world = World::default();
    world.save(sample::profile(1, &draft));
    let mut desk = Desk::new(120, 40).of(world);
    desk.keys("t tab ctrl+u");
    let typed = desk.line("id  ");
    desk.keys(&"backspace ".repeat(60)).types("..").keys("f7");
    assert!(desk.notice().contains("makes the path segment '..'"), "{typed}\n{}", desk.screen());
    assert!(desk.shows("Test Order SMS"), "the test is still there");
}

#[test]
fn keys_typed_ahead_go_to_the_preview() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.delays_effects().keys("p c");
    assert!(desk.requested().is_empty(), "{:?}", desk.requested());
    desk.runs_effects();
    assert!(desk.shows("nothing is sent"), "{}", desk.screen());
    assert!(desk.requested().iter().any(|asked| asked.starts_with("copy")), "{:?}", desk.requested());
}
