//! Pane 2 by keys: conditional fields, errors beside their fields, pasting, inserting variables.

use std::time::Duration;

use crate::console::model::effect::Effect;
use crate::console::terminal::timers;
use crate::profile::Rules;

use super::{Desk, World, sample};

/// A desk with a new profile being typed.
fn new_profile() -> Desk {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n");
    desk.requested();
    desk
}

/// Presses Tab until the field with this label is focused.
pub fn go_to(desk: &mut Desk, label: &str) {
    let here = format!("▌{label}");
    for _ in 0..40 {
        if desk.shows(&here) {
            return;
        }
        desk.keys("tab");
    }
    panic!("no field {label}:\n{}", desk.screen());
}

#[test]
fn the_channel_of_a_saved_profile_is_fixed() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e");
    assert!(desk.line("Channel").contains("sms  cannot be changed"));
    desk.keys("tab left right space");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().channel, "sms");
}

#[test]
fn a_new_profile_has_default_preselected() {
    let mut desk = new_profile();
    assert!(desk.line("Channel").contains("[default]"));
    go_to(&mut desk, "Channel");
    assert!(desk.shows("(Default) Default - No channel"));
    desk.keys("right right");
    assert!(desk.line("Channel").contains("[sms]") && desk.line("Event ").contains("sms-send"));
}

#[test]
fn interval_and_timeout_appear_with_retries_only() {
    let mut desk = new_profile();
    assert!(!desk.shows("Time Interval") && !desk.shows("Timeout"));
    go_to(&mut desk, "Retry");
    desk.keys("right");
    assert!(desk.line("Time Interval (secs)").contains(" 60 ") && desk.shows("Timeout (milli-secs)"));
    desk.keys("right");
    assert!(desk.line("Retry").contains("[2]"));
    desk.keys("right");
    assert!(desk.line("Retry").contains("[0]") && !desk.shows("Time Interval"));
}

#[test]
fn more_than_two_retries_require_the_setting() {
    let mut desk = Desk::new(120, 40);
    desk.state.settings.rules = Rules { extended_retries: true, ..Rules::default() };
    let mut desk = desk.of(World::default());
    desk.keys("n");
    go_to(&mut desk, "Retry");
    assert!(desk.line("Retry").contains("[0] 1  2  3  4"), "{}", desk.screen());
}

#[test]
fn the_retry_table_follows_the_typed_values() {
    let mut desk = new_profile();
    go_to(&mut desk, "Retry");
    desk.keys("right right tab tab").types("5000");
    let table: Vec<_> = desk.screen().lines().filter(|l| l.contains("420 s")).map(str::to_owned).collect();
    assert!(table[0].contains("2nd retry      180 s   240 s      420 s"), "{}", desk.screen());
    assert!(desk.shows("earliest") && !desk.shows("sent at"), "{}", desk.screen());
    assert!(desk.shows("A delay follows the attempt of its row"), "{}", desk.screen());
    assert!(desk.shows("the last one is not used"), "{}", desk.screen());
    desk.keys("backspace backspace backspace");
    assert!(!desk.shows("2nd retry"), "no table for a timeout in error");
}

/// A field, the typed text, and the error beneath it.
const BASICS: &[(&str, &str, &str)] = &[
    ("Title", "a", "at least 3 characters (1 so far)"),
    ("Title", "a!", "'!' is not allowed"),
    ("Title", "Prüfung", "'ü' is not allowed"),
    ("Endpoint", "hooks.example", "must start with https://"),
    ("Endpoint", "http://hooks.example", "plain http is allowed to this"),
    ("Endpoint", "https://<id>.example", "placeholders are allowed in path"),
    ("Endpoint", "https://x/#a", "a fragment"),
];

#[test]
fn errors_appear_beside_their_fields_while_typing() {
    for (field, typed, error) in BASICS {
        let mut desk = new_profile();
        if *field != "Title" {
            desk.types("abc");
        }
        go_to(&mut desk, field);
        assert!(!desk.shows("✗"), "nothing is wrong before something is typed");
        desk.types(typed);
        assert!(desk.shows(&format!("✗ {error}")), "{typed}:\n{}", desk.screen());
        assert_eq!(desk.screen().matches('✗').count(), 1, "{}", desk.screen());
    }
}

#[test]
fn a_refused_address_is_reported_while_typing() {
    use crate::profile::network::{Network, Reach};
    let network = Network { reach: Reach::Public, ..Network::default() };
    for (network, typed, error) in [
        (Network::default(), "https://0xa9fea9fe/", "✗ 169.254.169.254 is link-local"),
        (network, "http://127.1/", "✗ 127.0.0.1 is loopback"),
    ] {
        let mut desk = Desk::new(120, 40).of(World::default());
        desk.state.settings.rules.network = Some(std::sync::Arc::new(network));
        desk.keys("n");
        go_to(&mut desk, "Endpoint");
        desk.types(typed);
        assert!(desk.shows(error), "{}", desk.screen());
    }
}

#[test]
fn retry_numbers_have_limits() {
    for (label, typed, error) in [
        ("Time Interval (secs)", "0", "a whole number from 1 to 86400"),
        ("Time Interval (secs)", "x", "a whole number from 1 to 86400"),
        ("Timeout", "99", "a whole number from 100 to 60000"),
        ("Timeout", "60001", "a whole number from 100 to 60000"),
    ] {
        let mut desk = new_profile();
        go_to(&mut desk, "Retry");
        desk.keys("right");
        go_to(&mut desk, label);
        desk.types(typed);
        assert!(desk.shows(&format!("✗ {error}")), "{typed}:\n{}", desk.screen());
        desk.keys("backspace backspace backspace backspace backspace");
        assert!(desk.shows("✗ required with retries"), "{}", desk.screen());
    }
}

#[test]
fn errors_of_the_second_step_appear_beside_their_fields() {
    for (place, error) in [
        ("Headers: a b", "' ' is not allowed in a header"),
        ("Headers: Host", "Host"),
        ("Signing secret: x", "whsec_"),
    ] {
        let (label, typed) = place.split_once(": ").unwrap();
        let mut desk = new_profile();
        desk.keys("f4");
        go_to(&mut desk, label);
        desk.types(typed);
        let line = desk.line("✗");
        assert!(line.contains(error), "{place}: {line}");
    }
    let mut desk = new_profile();
    desk.keys("f4");
    go_to(&mut desk, "Enable Encryption");
    desk.keys("space");
    go_to(&mut desk, "Key");
    desk.types("12345");
    assert!(desk.shows("✗ must be 32 characters (5 so far)"));
    go_to(&mut desk, "Initialization Vector");
    desk.types("ü");
    assert!(desk.shows("✗ must be 16 bytes (2 so far"), "{}", desk.screen());
    go_to(&mut desk, "Random vector");
    desk.keys("space");
    assert!(!desk.shows("Initialization Vector"), "a random vector needs no other");
}

#[test]
fn an_unusable_file_is_reported_at_its_field() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("G e f4");
    go_to(&mut desk, "CA file");
    desk.types("ca.pem");
    assert!(desk.shows("✗ must be an absolute path"), "{}", desk.screen());
    desk.keys("ctrl+a ctrl+k").types("/nowhere/ca.pem");
    assert!(!desk.shows("✗"), "{}", desk.screen());
    go_to(&mut desk, "HTTP/2");
    desk.keys("ctrl+s");
    assert!(desk.shows("✗ /nowhere/ca.pem: there is no"), "{}", desk.screen());
    assert!(desk.shows("Not saved · CA file"), "{}", desk.screen());
    desk.types("x");
    assert!(!desk.shows("✗"), "another path may be good: {}", desk.screen());
    desk.keys("ctrl+a ctrl+k").keys("ctrl+s");
    assert!(!desk.shows("Not saved"), "{}", desk.screen());
}

#[test]
fn secrets_are_masked_by_default() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("G e f4");
    assert!(!desk.shows("k-123") && !desk.shows("K1abcdefghijkl2P"));
    desk.keys("f8");
    assert!(desk.shows("k-123") && desk.shows("K1abcdefghijkl2P"));
    desk.keys("f8");
    assert!(!desk.shows("k-123"));
}

#[test]
fn letters_in_a_text_field_are_never_actions() {
    let mut desk = new_profile();
    desk.types("tq?12nDuRF/");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "tq?12nDuRF/");
    assert!(desk.state.overlay.is_none());
    assert!(desk.shows("✗ '?' is not allowed"));
    let asked = desk.requested();
    assert!(asked.iter().all(|a| a.starts_with("keep ")), "{asked:?}");
    go_to(&mut desk, "Request Body");
    desk.types("{q: ?} 1 ").keys("enter").types("j");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().body, "{q: ?} 1 \nj");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn every_change_keeps_the_draft() {
    let mut desk = new_profile();
    desk.types("abc").keys("backspace tab right shift+tab");
    assert_eq!(desk.requested(), ["keep a", "keep ab", "keep abc", "keep ab", "keep ab"]);
    desk.keys("home end left tab shift+tab f4 f4");
    assert_eq!(desk.requested(), [""; 0], "moving changes nothing");
    desk.pastes("x");
    assert_eq!(desk.requested(), ["keep axb"]);
}

#[test]
fn lines_pasted_into_the_body_are_one_undo_step() {
    let mut desk = new_profile();
    go_to(&mut desk, "Request Body");
    desk.types("a").pastes("{\"id\": \"<id>\",\r\n \"q\": 1}\r\n");
    let body = |desk: &Desk| desk.state.editor.as_ref().unwrap().draft().body.clone();
    assert_eq!(body(&desk), "a{\"id\": \"<id>\",\n \"q\": 1}\n");
    assert_eq!(desk.requested(), ["keep ", "keep "]);
    desk.keys("ctrl+_");
    assert_eq!(body(&desk), "a", "one undo takes the whole paste back");
}

#[test]
fn text_cut_from_one_field_can_be_inserted_into_another() {
    let mut desk = new_profile();
    desk.types("Order SMS").keys("ctrl+w").types("mail");
    go_to(&mut desk, "Request Body");
    desk.keys("ctrl+y");
    let draft = desk.state.editor.as_ref().unwrap().draft();
    assert_eq!((draft.title.as_str(), draft.body.as_str()), ("Order mail", "SMS"));
}

#[test]
fn lines_pasted_into_a_single_line_field_are_folded() {
    let mut desk = new_profile();
    desk.pastes("Order\nSMS q\n");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "Order SMS q");
    assert!(desk.line("Title").contains("▌Title"), "the keyboard stays in the field");
    assert_eq!(desk.requested(), ["keep Order SMS q"]);
}

#[test]
fn a_curl_command_pasted_into_the_endpoint_fills_in_the_profile() {
    let mut desk = new_profile();
    desk.types("Order SMS");
    go_to(&mut desk, "Endpoint");
    desk.pastes(
        "curl -k 'https://hooks.example/cb' \\\n  -u me:s3 -H 'X-One: 1' --json '{\"id\":\"<id>\"}'\n",
    );
    let draft = desk.state.editor.as_ref().unwrap().draft().clone();
    assert_eq!((draft.title.as_str(), draft.method.as_str()), ("Order SMS", "POST"));
    assert_eq!(
        (draft.endpoint.as_str(), draft.body.as_str()),
        ("https://hooks.example/cb", "{\"id\":\"<id>\"}")
    );
    assert_eq!((draft.auth_kind.as_str(), draft.auth_user.as_str()), ("basic", "me"));
    assert_eq!(draft.headers.len(), 2);
    assert!(desk.line("Endpoint").contains("▌Endpoint"), "the keyboard stays in the field");
    assert!(desk.shows("Imported from the curl command; -k: not carried: TLS"), "{}", desk.screen());
    desk.pastes("curl -T file https://other.example");
    assert!(desk.shows("curl command not imported: -T cannot be imported"), "{}", desk.screen());
    assert_eq!(desk.state.editor.as_ref().unwrap().draft(), &draft, "nothing changes");
}

#[test]
fn a_paste_outside_text_fields_does_nothing() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    for pane in ["1", "2", "3", "4", "5"] {
        desk.keys(pane).pastes("qDy\nt\n");
        assert!(desk.state.overlay.is_none());
    }
    desk.keys("1 D").pastes("y\n");
    assert!(desk.shows("Delete Order SMS?"), "a paste answers no question");
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn tab_and_shift_tab_cycle_through_all_fields() {
    let mut desk = new_profile();
    let start = desk.cursor();
    desk.keys("tab tab tab tab tab tab tab tab");
    assert_ne!(desk.cursor(), start);
    desk.keys("tab");
    assert_eq!(desk.cursor(), start, "{}", desk.screen());
    desk.keys("shift+tab");
    assert!(desk.shows("[ Next ]"));
    desk.keys("enter");
    assert!(desk.shows("[Advanced Configuration]"), "Next opens Advanced Configuration");
}

#[test]
fn a_name_is_completed_after_its_bracket() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e");
    go_to(&mut desk, "Endpoint");
    let endpoint = |desk: &Desk| desk.state.editor.as_ref().unwrap().draft().endpoint.clone();
    desk.types("?a=<status_").keys("tab");
    assert_eq!(endpoint(&desk), "https://hooks.example/sms?a=<status_trace>");
    desk.types("&b=<re").keys("ctrl+n esc");
    assert!(desk.state.editor.is_some() && desk.state.overlay.is_none(), "Esc closes the names only");
    desk.keys("tab");
    assert!(desk.shows("▌Dynamic Variables"), "with the names closed Tab goes on\n{}", desk.screen());
    assert!(endpoint(&desk).ends_with("&b=<re"));
}

#[test]
fn typing_adds_a_header_row_and_an_empty_one_is_removed() {
    let mut desk = new_profile();
    desk.keys("f4 tab").types("X-A");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().headers.len(), 1);
    desk.keys("tab").types("1").keys("backspace shift+tab backspace backspace backspace tab tab tab tab");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().headers.len(), 0, "{}", desk.screen());
}

#[test]
fn get_hides_the_body_and_keeps_it() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e");
    go_to(&mut desk, "HTTP Method");
    desk.keys("left");
    assert!(desk.line("Method").contains("[GET]") && !desk.shows("Request Body"), "{}", desk.screen());
    desk.keys("right");
    assert!(desk.line("Request Body").contains("{\"id\": \"<id>\""));
}

#[test]
fn a_long_body_is_checked_when_typing_pauses() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e");
    go_to(&mut desk, "Request Body");
    desk.pastes(&"a long line of text\n".repeat(2_000)).later(1000);
    assert_eq!(timers::tick(&desk.state), None, "nothing is left to check");
    go_to(&mut desk, "Title");
    desk.types("!");
    assert!(!desk.shows("✗"), "{}", desk.screen());
    assert_eq!(timers::tick(&desk.state), Some(Duration::from_millis(150)));
    desk.later(100).types("!").later(100);
    assert!(!desk.shows("✗"), "each key begins the wait anew");
    desk.later(50);
    assert!(desk.shows("✗"), "{}", desk.screen());
    desk.keys("backspace backspace").later(150);
    assert!(!desk.shows("✗"), "{}", desk.screen());
    // Saving does not wait.
    desk.types("!").keys("ctrl+s");
    assert!(desk.notice().starts_with("Not saved"), "{}", desk.screen());
    assert!(desk.shows("✗"), "{}", desk.screen());
}

#[test]
fn a_long_body_is_checked_outside_the_loop_and_an_outdated_check_is_dropped() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e");
    go_to(&mut desk, "Request Body");
    desk.pastes(&"a long line of text\n".repeat(2_000)).later(1000);
    go_to(&mut desk, "Title");
    desk.effects();
    desk.delays_effects().types("!").later(150);
    let checks = |desk: &mut Desk| desk.effects().iter().filter(|e| matches!(e, Effect::Check(_))).count();
    assert_eq!(checks(&mut desk), 1, "the check is asked for once");
    assert_eq!(timers::tick(&desk.state), None, "it is awaited");
    assert!(!desk.shows("✗"), "keys write meanwhile");
    // Fixed before the check returned.
    desk.keys("backspace").runs_effects();
    assert!(!desk.shows("✗"), "the check was of another text\n{}", desk.screen());
    desk.types("?").later(150);
    assert_eq!(checks(&mut desk), 1);
    assert!(desk.shows("✗"), "{}", desk.screen());
    // A short body is checked at once.
    go_to(&mut desk, "Request Body");
    desk.keys("ctrl+home ctrl+shift+end delete").later(150);
    desk.effects();
    go_to(&mut desk, "Title");
    desk.types("!");
    assert!(desk.shows("✗ '?' is not allowed") && checks(&mut desk) == 0, "{}", desk.screen());
}

/// No label pushes its value out of line, at any size.
#[test]
fn values_are_aligned() {
    let column = |desk: &mut Desk, label: &str, value: &str| {
        go_to(desk, label);
        let here = format!("▌{label}");
        let line = desk.line(&here);
        let from_label = &line[line.find(&here).unwrap()..];
        let before = from_label.find(value).unwrap_or_else(|| panic!("no {value}: {line}"));
        from_label[..before].chars().count()
    };
    for (columns, lines) in [(120, 40), (80, 24), (60, 16)] {
        let mut desk = Desk::new(columns, lines).of(sample::world());
        desk.keys("e");
        let title = column(&mut desk, "Title", "Order SMS");
        assert_eq!(column(&mut desk, "Time Interval (secs)", "10"), title, "{}", desk.screen());
        assert_eq!(column(&mut desk, "Timeout (milli-secs)", "5000"), title, "{}", desk.screen());
        let mut desk = Desk::new(columns, lines).of(sample::world());
        desk.keys("G e f4");
        assert_eq!(column(&mut desk, "Initialization Vector", "•"), title, "{}", desk.screen());
    }
}

#[test]
fn all_channels_are_visible_in_the_narrowest_pane() {
    let mut desk = Desk::new(60, 16).of(World::default());
    desk.keys("n");
    go_to(&mut desk, "Channel");
    for selected in ["[default]", "[sms]"] {
        let line = desk.line("▌Channel");
        let all = ["default", "sms", "whatsapp", "voice", "email"];
        assert!(line.contains(selected) && all.iter().all(|name| line.contains(name)), "{line}");
        desk.keys("left");
        while !desk.line("▌Channel").contains("[sms]") {
            desk.keys("left");
        }
    }
}
