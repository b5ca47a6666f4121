//! Test by keys: the window, the progress, the report of the outcome.

use crate::callback::Values;
use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::profile::Event;
use crate::profile::catalogue::Sample;

use super::editor::go_to;
use super::{Desk, World, sample};

#[test]
fn the_outcome_of_a_test_is_reported_at_the_bottom_left() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t");
    assert!(desk.shows("Test Order SMS") && desk.shows("DELIVRD"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.requested(), ["test Order SMS with sms-send"]);
    assert_eq!(desk.notice(), "Testing Order SMS · queued");
    let now = desk.state.now;
    desk.happens(|world| world.answered(1, 500, now));
    assert_eq!(desk.notice(), "Testing Order SMS · 500 · retry 1 of 2 in 10.0 s");
    desk.later(2800);
    assert_eq!(desk.notice(), "Testing Order SMS · 500 · retry 1 of 2 in 7.2 s");
    let now = desk.state.now;
    desk.happens(|world| world.answered(1, 200, now));
    assert_eq!(desk.notice(), "Callback profile tested · delivered · 200 in 84 ms after 1 retry");
}

#[test]
fn a_failed_test_is_reported() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("j j t ctrl+t");
    let now = desk.state.now;
    desk.happens(|world| world.answered(1, 404, now));
    assert!(
        desk.notice().starts_with("Callback profile tested · failed · answered 404"),
        "{}",
        desk.notice()
    );
}

#[test]
fn notices_are_readable_while_a_test_runs() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t enter u");
    assert!(desk.notice().starts_with("Undo: nothing to restore"), "{}", desk.notice());
}

#[test]
fn the_profile_on_the_screen_is_tested_saved_or_not() {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n").types("Never saved");
    go_to(&mut desk, "Endpoint");
    desk.types("https://hooks.example/x?a=<a>").keys("f5");
    assert!(desk.shows("Test Never saved"), "{}", desk.screen());
    desk.keys("tab").types("1 & 2").keys("enter");
    let effects = desk.effects();
    let tested = effects.iter().find_map(|effect| match effect {
        Effect::Test(profile, event, values) => Some((profile, event, values)),
        _ => None,
    });
    let (profile, event, values) = tested.unwrap();
    assert_eq!(profile.title.as_str(), "Never saved");
    assert_eq!(*event, None);
    assert_eq!(values.members()["a"], "1 & 2");
    assert!(desk.world.tables().profiles.is_empty(), "a test saves nothing");
}

#[test]
fn a_test_with_errors_goes_to_the_first() {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n tab ctrl+t");
    assert!(desk.shows("▌Title") && desk.shows("✗ enter a title"));
    assert!(desk.notice().starts_with("Not tested · "), "{}", desk.notice());
    assert_eq!(desk.requested(), ["fresh"]);
}

#[test]
fn the_next_event_brings_its_samples() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("t f4");
    assert_eq!(desk.notice(), "Event: the profile has one event only");
    desk.keys("esc j t");
    assert!(desk.shows("message_status  F4 selects the next event"));
    desk.keys("f4");
    assert!(desk.shows("payment_status  F4") && desk.shows("captured"), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn values_typed_for_an_event_reappear_when_it_is_selected_again() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("j t right tab").types("typed");
    let (sample, typed) = (desk.line("Sample"), desk.line("typed"));
    desk.keys("f4");
    assert!(desk.shows("payment_status  F4") && !desk.shows("typed"), "{}", desk.screen());
    desk.keys("tab").types("other").keys("f4");
    assert!(desk.shows("message_status  F4"));
    assert_eq!(
        desk.line("Sample").replace('▌', " "),
        sample.replace('▌', " "),
        "the sample that was selected"
    );
    assert_eq!(desk.line("typed"), typed.replace('▌', " "), "and the value that was changed");
    desk.keys("f4");
    assert!(desk.shows("other"), "{}", desk.screen());
    desk.keys("f4 enter");
    assert!(desk.effects().iter().any(|e| matches!(e, Effect::Test(_, Some(Event::MessageStatus), values)
        if format!("{values:?}").contains("typed"))));
}

#[test]
fn json_values_are_checked() {
    let world = sample::world();
    let mut draft = sample::order_sms();
    draft.channel = "whatsapp".into();
    draft.events = vec!["payment_status".into()];
    draft.body = "{\"payment\": \"<payment>\"}".into();
    world.save(sample::profile(1, &draft));
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("t tab backspace enter");
    assert!(desk.shows("✗ payment: invalid JSON"), "{}", desk.screen());
    assert_eq!(desk.requested(), [""; 0]);
    desk.types("}").keys("enter");
    assert_eq!(desk.requested(), ["test Order SMS with payment_status"]);
}

#[test]
fn the_values_of_the_last_test_are_offered() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t tab ctrl+k").types("order 17").keys("enter t");
    assert!(desk.shows("order 17") && desk.shows("‹ last test ›"), "{}", desk.screen());
    desk.keys("right");
    assert!(desk.shows("order 17") && desk.shows("‹ delivery of 14:02:10 ›"), "{}", desk.screen());
    desk.keys("right");
    assert!(!desk.shows("order 17"), "another sample takes its place\n{}", desk.screen());
}

#[test]
fn own_samples_are_offered_after_those_of_the_catalogue() {
    let world = sample::world();
    let values = serde_json::Map::from_iter([("id".to_owned(), "own 17".into())]);
    let own = Sample { name: "my sample".to_owned(), values };
    world.tables().own_samples.extend([("sms-send".to_owned(), own.clone()), ("voice".to_owned(), own)]);
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("t");
    assert!(!desk.shows("own 17"), "{}", desk.screen());
    desk.keys("left");
    assert!(desk.shows("‹ my sample ›") && desk.shows("own 17"), "{}", desk.screen());
    desk.keys("right");
    assert!(!desk.shows("my sample"), "there is one of this event\n{}", desk.screen());
}

fn tested(effects: &[Effect]) -> Vec<String> {
    let endpoint = |effect: &Effect| match effect {
        Effect::Test(profile, ..) => Some(profile.endpoint.template().to_string()),
        _ => None,
    };
    effects.iter().filter_map(endpoint).collect()
}

#[test]
fn one_test_goes_to_another_endpoint() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t shift+tab ctrl+u").types("hooks.example/other").keys("enter");
    assert!(desk.shows("✗ Endpoint: must start with https://"), "{}", desk.screen());
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("ctrl+u").types("https://other.example/sms").keys("f7");
    assert!(desk.shows("to https://other.example"), "{}", desk.screen());
    desk.keys("esc");
    assert!(desk.shows("Endpoint (POST)") && desk.shows("the profile keeps its own"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(tested(&desk.effects()), ["https://other.example/sms"]);
    desk.keys("t");
    assert!(desk.shows("https://hooks.example/sms"), "the next test goes to the profile's own endpoint");
    desk.keys("enter");
    assert_eq!(tested(&desk.effects()), ["https://hooks.example/sms"]);
}

#[test]
fn variables_without_a_value_are_shown() {
    let world = sample::world();
    let mut draft = sample::order_sms();
    draft.body = r#"{"id": "<id>", "shop": "<shop>", "city": "<place.city>"}"#.into();
    world.save(sample::profile(1, &draft));
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("t");
    assert!(desk.shows("! no value for <shop>, <place.city>"), "{}", desk.screen());
    assert!(desk.screen().lines().any(|line| line.contains("┃  shop") && line.contains("   no value")));
    desk.keys("tab tab").types("north");
    assert!(desk.shows("! no value for <place.city>"), "{}", desk.screen());
    desk.keys("tab").types(r#"{"town": 1}"#);
    assert!(desk.shows("! no value for <place.city>"), "a value without that part\n{}", desk.screen());
    desk.keys("ctrl+u").types(r#"{"city": "Pune"}"#);
    assert!(!desk.shows("no value"), "{}", desk.screen());
}

#[test]
fn a_file_that_is_read_late_does_not_fill_another_window() {
    let world = sample::world();
    let mut values = Values::default();
    values.set("status".to_owned(), "LATE".into());
    let slow = world.file("slow.json", &values);
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("t ctrl+o").types(&slow).delays_effects();
    desk.keys("enter esc esc").runs_effects();
    desk.delays_effects();
    desk.keys("t ctrl+o").types(&slow).keys("enter esc ctrl+o").types("other.json");
    desk.runs_effects();
    assert!(!desk.shows("LATE") && desk.shows("other.json"), "{}", desk.screen());
    desk.keys("esc ctrl+o").types(&slow).keys("enter");
    assert!(desk.shows("LATE"), "{}", desk.screen());
}

#[test]
fn values_come_from_a_file() {
    let world = sample::world();
    let mut values = Values::default();
    values.set("status", "UNDELIV".into());
    let failed = world.file("failed.json", &values);
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("t ctrl+o").types("none.json").keys("enter");
    assert!(desk.shows("✗ none.json: "), "{}", desk.screen());
    desk.keys("ctrl+k home ctrl+k").types(&failed).keys("enter");
    assert!(desk.shows("UNDELIV") && desk.shows("failed.json ›"), "{}", desk.screen());
    assert_eq!(desk.requested(), ["read none.json".to_owned(), format!("read {failed}")]);
    desk.keys("ctrl+o esc");
    assert!(desk.shows("Test Order SMS"), "Esc closes the file's name, not the window");
}

#[test]
fn letters_and_pastes_go_into_the_values() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t tab ctrl+k").types("q?t").pastes("a\nb");
    assert!(desk.line("▌id").contains("q?ta b"), "{}", desk.screen());
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn an_error_of_the_sender_is_reported_once() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    let mut status = sample::sender_status();
    status.trouble = Some("the disk is full".to_owned());
    desk.receives(Message::SenderStatus(status.clone()));
    assert_eq!(desk.notice(), "the disk is full");
    assert!(desk.shows("✗ error"));
    desk.keys("u").receives(Message::SenderStatus(status));
    assert_eq!(desk.notice(), "Undo: nothing to restore");
}

#[test]
fn keys_typed_ahead_go_to_the_window_that_opens() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.delays_effects();
    desk.keys("t enter");
    assert!(desk.state.editor.is_none() && desk.requested().is_empty(), "{:?}", desk.requested());
    desk.runs_effects();
    assert!(
        desk.requested().iter().any(|asked| asked.starts_with("test Order SMS")),
        "{:?}",
        desk.requested()
    );
    assert!(desk.state.editor.is_none(), "Enter was not for the list");
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_results() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.delays_effects();
    desk.keys("t ctrl+c");
    assert!(desk.requested().is_empty(), "the first waits with the rest: {:?}", desk.requested());
    desk.keys("ctrl+c");
    assert_eq!(desk.requested(), ["quit"]);
}

#[test]
fn moving_keeps_the_notice() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("y");
    let text = desk.notice();
    assert!(!text.is_empty());
    desk.keys("4 5 1 tab down");
    assert_eq!(desk.notice(), text);
    desk.keys("1 /");
    assert_ne!(desk.notice(), text);
}

#[test]
fn sending_actions_are_refused_while_sending_is_disabled() {
    let why = "nothing is sent until c{d.toml:2 is fixed";
    let mut desk = Desk::new(120, 30).of(sample::log());
    desk.state.closed = Some(why.to_owned());
    for (keys, action) in [
        ("t", "Test"),
        ("e f5", "Test"),
        ("esc 4 r", "Retry now"),
        ("ctrl+r", "Retry all"),
        ("a", "Resend"),
        ("A", "Resend all"),
        ("enter a", "Resend"),
    ] {
        desk.keys(keys);
        assert_eq!(desk.notice(), format!("{action}: {why}"), "{keys}");
    }
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("esc ? t e s t");
    assert!(desk.line("Test the profile").contains("✗"), "{}", desk.screen());
    desk.keys("esc esc 4 c");
    assert_eq!(desk.requested(), ["cancel 9"], "{}", desk.screen());
}

#[test]
fn what_is_on_the_screen_becomes_a_sample_of_ones_own() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t");
    let first = desk.screen();
    assert!(first.contains("‹ "), "{first}");
    desk.keys("tab ctrl+u").types("id-7").keys("ctrl+s");
    assert!(desk.line("Save as sample").contains('▌'), "{}", desk.screen());
    desk.keys("ctrl+t");
    assert_eq!(desk.notice(), "Send: enter the name first: Enter takes it");
    desk.types(" blocked").keys("enter");
    assert!(
        desk.shows("✗ sample: the name must have a character, no control characters"),
        "{}",
        desk.screen()
    );
    desk.keys("ctrl+u").types("blocked number").keys("enter");
    assert_eq!(desk.notice(), "Added sample blocked number");
    assert!(desk.shows("‹ blocked number ›") && desk.shows("id-7"), "{}", desk.screen());
    assert!(desk.shows("F8 removes it"), "{}", desk.screen());
    // Its values can be changed, under its name, whose case does not matter.
    desk.keys("ctrl+u").types("id-8").keys("f2 ctrl+u").types("Blocked Number").keys("enter");
    assert_eq!(desk.notice(), "Changed sample blocked number");
    let own = desk.world.tables().own_samples.clone();
    assert_eq!(own.len(), 1);
    assert!(own[0].1.values.values().any(|value| value == "id-8"), "{own:?}");
    // Another session of the console offers it.
    desk.keys("esc t");
    while !desk.shows("‹ blocked number ›") {
        desk.keys("right");
    }
    assert!(desk.shows("id-8"), "{}", desk.screen());
    desk.keys("f8");
    assert!(desk.shows("F8 again removes the sample, Esc keeps it"), "{}", desk.screen());
    desk.keys("esc");
    assert!(!desk.shows("again removes") && desk.shows("Test "), "{}", desk.screen());
    desk.keys("f8 f8");
    assert_eq!(desk.notice(), "Removed sample blocked number");
    assert!(desk.world.tables().own_samples.is_empty());
    assert!(!desk.shows("blocked number ›") && desk.shows("id-8"), "its values stay: {}", desk.screen());
    desk.keys("f8");
    assert_eq!(desk.notice(), "Remove the selected sample of your own: select a sample of your own");
}

#[test]
fn a_sample_of_the_catalogue_is_not_changed() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("t ctrl+s").types("delivered").keys("enter");
    assert!(desk.shows("✗ sample: 'delivered' exists already"), "{}", desk.screen());
    desk.keys("esc");
    assert!(desk.shows("[ Send ]"), "{}", desk.screen());
}
