//! Pane 3 by keys: selecting, copying, inserting, filtering, adding.

use crate::console::model::variables::Row;
use crate::profile::catalogue::{Variable, VariableOrigin};

use super::editor::go_to;
use super::{Desk, sample};

fn copied(desk: &mut Desk) -> String {
    let asked = desk.requested();
    let [only] = asked.as_slice() else { panic!("{asked:?}") };
    only.strip_prefix("copy ").unwrap().to_owned()
}

#[test]
fn copied_text_fits_a_query() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("j v j space");
    assert!(desk.line("message id").contains("[x]"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(copied(&mut desk), "id=<id>");
    assert_eq!(desk.notice(), "Copied 1 variable through the terminal (OSC 52)");
}

#[test]
fn copied_text_fits_a_json_body() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("v space space y");
    assert_eq!(copied(&mut desk), "{\n  \"id\": \"<id>\",\n  \"status\": \"<status>\"\n}");
}

#[test]
fn copied_text_fits_a_form() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("k G k v space space y");
    assert_eq!(copied(&mut desk), "status=<status>&credits=<credits>");
}

#[test]
fn select_all_and_none() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("v a");
    assert!(desk.shows("22/22"), "{}", desk.screen());
    desk.keys("y");
    let text = copied(&mut desk);
    assert_eq!(text.lines().count(), 24);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
    desk.keys("a");
    assert!(desk.shows("0/22"));
}

#[test]
fn the_filter_matches_names_and_meanings() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("v /").types("stat");
    assert!(desk.shows("status_trace") && !desk.shows("recipient"), "{}", desk.screen());
    desk.keys("enter a esc");
    assert!(desk.shows("recipient"));
    desk.keys("y");
    let text = copied(&mut desk);
    assert!(text.contains("<status_trace>") && !text.contains("<recipient>"), "{text}");
    desk.keys("/").types("qDy").keys("esc");
    assert_eq!(desk.requested(), [""; 0], "letters in the filter are no actions");
}

#[test]
fn get_inserts_variables_into_the_query() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("j e f3 /").types("ref1").keys("enter i");
    assert_eq!(
        desk.state.editor.as_ref().unwrap().draft().endpoint,
        "https://hooks.example/wa?id=<id>&status=<status>&ref1=<ref1>"
    );
    assert!(desk.shows("▌Endpoint"), "the keyboard is where the text went\n{}", desk.screen());
    assert_eq!(desk.requested(), ["keep Bookings"]);
    assert_eq!(desk.notice(), "Inserted 1 variable into the endpoint");
}

#[test]
fn post_inserts_variables_into_the_body() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e f3 /").types("price").keys("enter enter");
    let body = desk.state.editor.as_ref().unwrap().draft().body.clone();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, serde_json::json!({"id": "<id>", "status": "<status>", "price": "<price>"}));
    assert!(desk.shows("▌Request Body"), "{}", desk.screen());
    assert_eq!(desk.requested(), ["keep Order SMS"]);
}

#[test]
fn a_heading_selects_all_its_variables() {
    let mut desk = Desk::new(120, 50).of(sample::world());
    desk.keys("j v y");
    assert_eq!(desk.notice(), "Copy to Clipboard: no variable is selected: Space selects one");
    desk.keys("space");
    assert_eq!(desk.screen().matches("[x]").count(), 16, "three names are in both\n{}", desk.screen());
    desk.keys("k space");
    assert_eq!(desk.screen().matches("[x]").count(), 0);
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn inserting_requires_an_editor() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("v i");
    assert_eq!(desk.notice(), "Insert: nothing is being edited: Enter on a profile opens it");
    desk.keys("1 j j v a");
    assert_eq!(
        desk.notice(),
        "Select All: no variables here: with Default any name can be typed, n adds one"
    );
}

#[test]
fn an_own_variable() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e f3 n").types("2nd").keys("enter");
    assert!(desk.shows("✗"), "{}", desk.screen());
    desk.keys("backspace backspace backspace").types("id").keys("enter");
    assert!(desk.shows("✗ id exists already"));
    desk.keys("backspace backspace").types("order").keys("tab").types("our number").keys("tab");
    desk.types("A-17").keys("enter");
    assert_eq!(desk.requested(), ["add order to sms-send"]);
    assert!(desk.shows("0/23"), "{}", desk.screen());
    assert_eq!(desk.notice(), "Added order");
    assert!(
        desk.line("our number").contains('▌') || desk.line("order  ").contains("[ ]"),
        "{}",
        desk.screen()
    );
    assert!(desk.shows("our number (own)") && desk.shows("e.g. A-17"), "{}", desk.screen());
    desk.keys("i");
    assert!(desk.state.editor.as_ref().unwrap().draft().body.contains("\"order\": \"<order>\""));
}

#[test]
fn an_own_variable_is_edited_and_removed() {
    let world = sample::world();
    for scope in ["message_status", "payment_status"] {
        let sample = serde_json::json!("A-17");
        let own =
            Variable { name: "order".into(), origin: VariableOrigin::Own, meaning: "number".into(), sample };
        world.tables().own.push((scope.to_owned(), own));
    }
    let mut desk = Desk::new(120, 40).of(world);
    desk.keys("j e f3 D");
    assert!(desk.notice().starts_with("Remove a variable of your own"), "{}", desk.notice());
    assert!(desk.notice().contains("only a variable of your own: n adds one"), "{}", desk.notice());
    desk.keys("G e");
    assert!(desk.shows("Variable order of payment_status") && desk.shows("A-17"), "{}", desk.screen());
    desk.types("_no").keys("tab tab ctrl+u").types("{\"n\": 1}").keys("enter");
    assert_eq!(desk.requested(), ["change order of payment_status to order_no {\"n\":1}"]);
    assert_eq!(desk.notice(), "Changed order_no");
    assert!(desk.shows("number (own)") && desk.shows("e.g. {\"n\":1}"), "{}", desk.screen());

    desk.keys("e ctrl+u").types("id").keys("enter");
    assert!(desk.shows("✗ id exists already"), "{}", desk.screen());
    desk.keys("esc space D");
    assert!(desk.shows("Remove order_no from payment_status?"), "{}", desk.screen());
    desk.keys("n");
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("delete y");
    assert_eq!(desk.requested(), ["remove order_no from payment_status"]);
    assert_eq!(desk.notice(), "Removed order_no from payment_status");
    assert!(!desk.shows("number (own)") && desk.shows("0/"), "it is no longer selected\n{}", desk.screen());
}

#[test]
fn a_new_variable_is_selected_under_its_event_despite_the_filter() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("j e f3 / p r i c e enter n").types("order").keys("enter");
    let selected = desk.state.variables.list.selected();
    let rows = crate::console::model::variable_rows::rows(&desk.state);
    let Row::Variable(variable) = &rows[selected] else { panic!("{rows:?}") };
    assert_eq!(variable.name, "order");
    let headings = rows[..selected].iter().filter(|row| matches!(row, Row::Heading(_)));
    assert_eq!(headings.count(), 1, "of the first event");
}

#[test]
fn only_variables_of_the_selected_events_are_offered() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("j e");
    go_to(&mut desk, "Events");
    assert!(desk.shows("payment    "), "{}", desk.screen());
    desk.keys("tab tab space");
    assert!(!desk.shows("payment    "), "{}", desk.screen());
    desk.keys("shift+tab shift+tab space");
    assert!(desk.shows("✗ select at least one event"), "{}", desk.screen());
}

#[test]
fn a_search_ends_when_its_pane_loses_the_focus() {
    for pane in ["1", "3", "4"] {
        let mut desk = Desk::new(120, 40).of(sample::log());
        desk.keys(pane).keys("/");
        let prompt = |desk: &Desk| ["│/", "┃/"].iter().any(|text| desk.shows(text));
        assert!(prompt(&desk), "{pane}: {}", desk.screen());
        desk.keys("f6");
        assert!(!prompt(&desk), "{pane}: nothing was typed\n{}", desk.screen());
        desk.keys(pane).keys("/").types("re").keys("shift+f6");
        assert!(!desk.state.is_searching(), "{pane}");
        desk.keys(pane);
        assert!(
            !desk.state.is_searching() && desk.shows("/re"),
            "{pane}: it stays in force\n{}",
            desk.screen()
        );
    }
}
