//! The preview as a person sees it.

use crate::support::terminal::{Launch, Terminal};

fn demo(size: (u16, u16)) -> Terminal {
    let mut terminal =
        Terminal::start(Launch::new(env!("CARGO_BIN_EXE_ringback")).args(["demo"]).size(size.0, size.1));
    terminal.wait_for("Newsletter");
    terminal.press_all("down down down");
    terminal
}

#[test]
fn secrets_are_shown_on_request() {
    let mut terminal = demo((120, 36));
    terminal.press("p");
    terminal.wait_for("Preview Newsletter");
    terminal.wait_for("api-key: ••••••••  F8 shows it");
    terminal.wait_for("catalogue · body");
    terminal.press("f8");
    terminal.wait_for("api-key: demo-4711");
    terminal.press("esc");
    terminal.wait_gone("Preview Newsletter");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn manually_changed_values_are_kept_after_the_preview() {
    let mut terminal = demo((80, 24));
    terminal.press("t");
    terminal.wait_for("[ Send ]");
    terminal.press("tab");
    terminal.type_text("-typed");
    terminal.press("f7");
    terminal.wait_for("Preview Newsletter");
    terminal.press_all("pgdn end");
    terminal.wait_for("edited");
    terminal.wait_gone("HTTP/1.1");
    terminal.press("home");
    terminal.wait_for("HTTP/1.1");
    terminal.press("esc");
    terminal.wait_for("[ Send ]");
    terminal.wait_for("-typed");
    terminal.press_all("esc q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn unsaved_text_is_previewed() {
    let mut terminal = demo((100, 30));
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.type_text(" anew");
    terminal.press("f7");
    terminal.wait_for("Preview Newsletter anew");
    terminal.press("esc");
    terminal.wait_for("Newsletter anew");
    terminal.press("ctrl+c");
    terminal.wait_answer("d Quit and discard");
    terminal.press("d");
    assert_eq!(terminal.wait_exit(), 0);
}
