//! Input from a terminal besides keys: pasted text, and the mouse if captured.

use crate::support::console::{apply, launch, order_sms};
use crate::support::terminal::Terminal;
use serde_json::json;
use vt100::MouseProtocolMode::{None as Off, PressRelease};

fn console(settings: &str) -> (tempfile::TempDir, Terminal) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, settings).unwrap();
    let mut second = order_sms("https://hooks.example/other");
    second["title"] = json!("Bookings");
    apply(&db, &json!([order_sms("https://hooks.example/cb"), second]));
    let terminal = Terminal::start(launch(&db).env("RINGBACK_CONFIG", config).size(120, 36));
    terminal.wait_for("Bookings");
    terminal.wait_for("hooks.example");
    (folder, terminal)
}

/// A text that would quit, delete and send if it were keys.
const TEXT: &str = "q\nD\ny\nt\n\x03\u{1b}:q!\n{\"a\": \"<id>\",\r\n \"b\": 1}\n";

#[test]
fn pasted_text_is_never_taken_for_keys() {
    let (_folder, mut terminal) = console("");
    // Into lists, a window, and a choice: nothing there is a text field.
    for way in ["1", "3", "4", "5", "1 R"] {
        terminal.press_all(way);
        terminal.paste(TEXT);
    }
    terminal.press("esc");
    terminal.press("1");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.press("tab");
    terminal.paste(TEXT);
    terminal.press("tab");
    terminal.wait_for("[POST]");
    assert!(terminal.screen().contains("▌Order SMS"), "{}", terminal.screen());
    assert!(terminal.screen().contains("nothing sent yet"), "{}", terminal.screen());
    assert!(!terminal.screen().contains(" *"), "{}", terminal.screen());
}

#[test]
fn several_lines_are_pasted_into_the_body_unchanged() {
    let (_folder, mut terminal) = console("");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.press_all("tab tab tab tab");
    terminal.wait_for("▌Request Body");
    terminal.paste("\n{\n  \"status\": \"<status>\"\n}");
    terminal.wait_for("\"status\": \"<status>\"");
    let (_, y) = terminal.find("{\"id\": \"<id>\"}").unwrap();
    assert!(
        terminal.row(y + 1).contains(" {") && terminal.row(y + 3).contains(" }"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn line_ends_are_folded_in_a_single_line() {
    let (_folder, mut terminal) = console("");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.paste(" one\r\ntwo\nthree\n");
    terminal.wait_for("Order SMS one two three *");
}

#[test]
fn a_long_paste_is_complete() {
    let (_folder, mut terminal) = console("");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.press_all("tab tab tab tab");
    terminal.wait_for("▌Request Body");
    terminal.paste(&format!("{}\nthe last but one\nthe end", "\na line".repeat(5000)));
    terminal.wait_for("the end");
    terminal.wait_for("the last but one");
}

/// Terminals without bracketed paste send it as keys, more than fit into one read.
#[test]
fn a_long_burst_of_keys_arrives_complete() {
    let (_folder, mut terminal) = console("");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.press_all("tab tab tab tab end");
    terminal.wait_for("▌Request Body");
    terminal.type_text(&format!("{} the end", " word".repeat(700)));
    terminal.wait_for("word the end");
}

#[test]
fn the_mouse_is_captured_on_request_only() {
    let (_folder, mut terminal) = console("");
    terminal.wait_until(|screen| screen.mouse_protocol_mode() == Off, "the mouse to be the terminal's");
    terminal.press("M");
    terminal.wait_for("Mouse on");
    terminal.wait_until(|screen| screen.mouse_protocol_mode() == PressRelease, "the mouse");
    let (x, y) = terminal.find("Bookings").unwrap();
    terminal.mouse(0, x, y);
    terminal.wait_for("▌Bookings");
    terminal.wait_for("2 Bookings");
    let (x, y) = terminal.find("2 Bookings").unwrap();
    terminal.mouse(64, 3, 4);
    terminal.wait_for("▌Order SMS");
    terminal.mouse(0, x, y);
    terminal.wait_for("┏2 Order SMS");
    terminal.press("M");
    terminal.wait_for("Mouse off");
    terminal.wait_until(|screen| screen.mouse_protocol_mode() == Off, "the mouse to be the terminal's");
}

#[test]
fn a_setting_captures_the_mouse() {
    let (_folder, mut terminal) = console("mouse = true\n");
    terminal.wait_until(|screen| screen.mouse_protocol_mode() == PressRelease, "the mouse");
    let (x, y) = terminal.find("Bookings").unwrap();
    terminal.mouse(0, x, y);
    terminal.wait_for("▌Bookings");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.wait_until(|screen| screen.mouse_protocol_mode() == Off, "the mouse to be given back");
}
