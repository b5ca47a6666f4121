//! The words of the platform's own pages: on the screens, and in the search of the palette.

use crate::console::model::editor::item::Item;
use crate::console::model::guide::palette::Palette;
use crate::console::model::offer;
use crate::console::model::pane::Pane;
use crate::keymap::TABLE;
use crate::profile::Field;

use super::editor::go_to;
use super::{Desk, sample};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

/// Visits all fields of both steps, and returns the focused lines.
fn lines_of_the_form(desk: &mut Desk) -> Vec<String> {
    let mut lines = Vec::new();
    for step in ["", "f4"] {
        desk.keys(step);
        let first = desk.state.editor.as_ref().unwrap().focus().clone();
        loop {
            lines.extend(desk.screen().lines().filter(|line| line.contains('▌')).map(str::to_owned));
            desk.keys("tab");
            if *desk.state.editor.as_ref().unwrap().focus() == first {
                break;
            }
        }
    }
    lines
}

#[test]
fn the_form_has_the_platforms_labels_and_truncates_none() {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(sample::world());
        assert!(desk.shows("n Add New Profile"), "{}", desk.screen());
        desk.keys("G e");
        go_to(&mut desk, "Retry");
        desk.keys("right");
        let form = lines_of_the_form(&mut desk);
        for label in [
            "Title",
            "HTTP Method",
            "Endpoint",
            "Dynamic Variables [ View ]",
            "Request Body",
            "Retry",
            "Time Interval (secs) ",
            "Timeout (milli-secs) ",
            "Data Format",
            "Headers",
            "Authentication",
            "Enable Encryption [x]",
            "Algorithm",
            "Key",
            "Initialization Vector ",
            "Parameters",
        ] {
            let label = format!("▌{label}");
            let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
            assert!(form.iter().any(|line| squeezed(line).contains(&label)), "{columns}: {label}: {form:#?}");
        }
        for line in &form {
            let labels = line.split('▌').nth(1).unwrap();
            let labels: String = labels.chars().take(22).collect();
            let cut = labels.contains('…') && !labels.contains("whsec_…") && !labels.contains("/…");
            assert!(!cut, "{columns}: {line}");
        }
        assert!(desk.shows("[Advanced Configuration]"), "{}", desk.screen());
    }
}

#[test]
fn the_variables_pane_has_the_platforms_labels() {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(sample::world());
        desk.keys("e");
        go_to(&mut desk, "Dynamic Variables");
        assert!(desk.line("▌Dynamic Variables").contains("[ View ]  0 of 22 selected"), "{}", desk.screen());
        desk.keys("enter");
        assert_eq!(desk.state.focus, Pane::Variables);
        for words in ["3 Dynamic Variables", "a Select All", "y Copy to Clipboard", "i Insert", "Esc Close"] {
            assert!(desk.shows(words), "{columns}: {words}\n{}", desk.screen());
        }
        desk.keys("space space esc");
        assert_eq!(desk.state.focus, Pane::Editor);
        assert!(desk.line("▌Dynamic Variables").contains("2 of 22 selected"), "{}", desk.screen());
        // Unavailable actions are not offered.
        desk.keys("f3 /");
        assert!(!desk.shows("a Select All"), "letters are text now: {}", desk.screen());
        desk.keys("esc esc esc v");
        assert!(
            desk.shows("a Select All") && !desk.shows("i Insert"),
            "nothing is edited: {}",
            desk.screen()
        );
    }
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("n");
    assert!(desk.line("Dynamic Variables     [").contains("any <name> can be typed"), "{}", desk.screen());
}

/// The names of what the palette offers for these words, best first.
fn offered(desk: &Desk, words: &str) -> Vec<String> {
    let mut palette = Palette::default();
    palette.lookup.search.set(words);
    offer::of_palette(&desk.state, &palette).into_iter().map(|offer| offer.name).collect()
}

#[test]
fn the_palette_finds_by_the_platforms_labels() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e");
    for (words, first) in [
        ("add new profile", "profiles-new"),
        ("request body", "body"),
        ("http method", "http_method"),
        ("enter endpoint", "url"),
        ("enable encryption", "enc"),
        ("initialization vector", "enc.IV"),
        ("advanced configuration", "editor-other-step"),
        ("time interval", "retry.interval_s"),
        ("timeout", "retry.timeout_ms"),
        ("data format", "data_format"),
        ("dynamic variables", "editor-variables"),
        ("select all", "variables-select-all"),
        ("copy to clipboard", "variables-copy-variables"),
        ("callback reports", "go-deliveries"),
        ("re-trigger", "deliveries-send-again"),
    ] {
        let names = offered(&desk, words);
        assert!(names.iter().take(3).any(|name| name == first), "{words}: {names:?}");
    }
}

#[test]
fn a_synonym_finds_its_action_first() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e");
    for (word, first) in [
        ("payload", "body"),
        ("iv", "enc.IV"),
        ("nonce", "enc.IV"),
        ("replay", "deliveries-send-again"),
        ("clone", "profiles-duplicate"),
        ("mtls", "tls.client_certificate"),
    ] {
        let names = offered(&desk, word);
        assert_eq!(names.first().map(String::as_str), Some(first), "{word}: {names:?}");
    }
}

#[test]
fn the_palette_finds_each_action_and_field_by_each_synonym() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e");
    let fields: Vec<_> = offer::fields::offers(&desk.state).collect();
    let fields = fields.iter().map(|offer| (offer.name.clone(), offer.words));
    let actions = TABLE.iter().map(|entry| (entry.name.to_owned(), entry.words));
    for (name, words) in actions.chain(fields).collect::<Vec<_>>() {
        for word in words.split_whitespace() {
            let names = offered(&desk, word);
            let own = name.starts_with("guide-") || name == "palette";
            assert!(own || names.contains(&name), "{word} does not find {name}: {names:?}");
        }
    }
}

#[test]
fn the_palette_goes_to_a_field_or_says_why_not() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys(":").types("go to field request body");
    assert!(desk.shows("✗ nothing is being edited: Enter on a profile opens it"), "{}", desk.screen());
    desk.keys("esc esc e 3 f10").types("field api key key");
    assert!(
        desk.line("API key: Key").contains("✗") && desk.shows("Key · only with an API key"),
        "{}",
        desk.screen()
    );
    desk.keys("ctrl+a ctrl+k").types("signing").keys("enter");
    let editor = desk.state.editor.as_ref().unwrap();
    assert_eq!(*editor.focus(), Item::Text(Field::SigningSecret));
    assert!(desk.shows("[Advanced Configuration]") && desk.shows("▌Signing secret"), "{}", desk.screen());
}

#[test]
fn typing_replaces_a_number() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e");
    go_to(&mut desk, "Time Interval");
    desk.types("2").keys("shift+tab tab").types("3").types("0").keys("tab").types("900");
    let draft = desk.state.editor.as_ref().unwrap().draft();
    assert_eq!((&*draft.retry_interval, &*draft.retry_timeout), ("30", "900"));
    // One key puts the cursor into the number instead.
    desk.keys("shift+tab left").types("1").keys("tab right").types("0");
    let draft = desk.state.editor.as_ref().unwrap().draft();
    assert_eq!((&*draft.retry_interval, &*draft.retry_timeout), ("130", "9000"));
    // The title is no number.
    go_to(&mut desk, "Title");
    desk.types("s");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "Order SMSs");
}
