//! Palette, help and key bindings of the settings as a person at a terminal uses them.

use crate::support::terminal::{Launch, Terminal};

/// The demo with these settings.
fn demo(settings: &str) -> (tempfile::TempDir, Terminal) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, settings).unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_ringback")).args(["demo"]).env("RINGBACK_CONFIG", &file);
    let terminal = Terminal::start(launch);
    terminal.wait_for("Newsletter");
    (folder, terminal)
}

#[test]
fn the_palette_goes_to_a_profile_and_runs_an_action() {
    let (_folder, mut terminal) = demo("");
    terminal.wait_for(": Palette");
    terminal.press_all(": n e w s l");
    terminal.wait_for("Go to profile Newsletter");
    terminal.press("enter");
    terminal.wait_gone("Go to profile");
    terminal.press("e");
    terminal.wait_for("[Basics]");
    // Where a colon is text.
    terminal.press("f10");
    terminal.wait_for("a few letters of an action");
    terminal.press_all("o t h e r space s t e p");
    terminal.press("enter");
    terminal.wait_for("[Advanced Configuration]");
    terminal.press_all("esc q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn keys_from_the_settings_work_and_others_are_unchanged() {
    let (_folder, mut terminal) = demo("[keys]\nprofiles-new = \"o\"\ntest = \"alt+t\"\n");
    terminal.wait_for("o Add New Profile");
    terminal.wait_for("t Test");
    terminal.press("o");
    terminal.wait_for("[Basics]");
    terminal.press_all("esc G g");
    terminal.wait_for("g…");
    terminal.press("g");
    terminal.wait_gone("g…");
    terminal.press("?");
    terminal.wait_for("runs the selected line");
    terminal.press_all("/ a d d space n e w");
    terminal.wait_for("o                   Add New Profile");
    terminal.press_all("esc esc q");
    assert_eq!(terminal.wait_exit(), 0);
}
