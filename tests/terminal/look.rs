//! The console in a real terminal: colours according to the terminal, ASCII in locales without UTF-8, the keys of
//! text fields as terminals send them, and a screen that is always correct.

use std::path::Path;
use std::process::Command;

use crate::support::terminal::{Launch, Terminal};

fn launch(db: &Path) -> Launch {
    let program = env!("CARGO_BIN_EXE_ringback");
    Launch::new(program).args(["--db", db.to_str().unwrap()]).size(120, 36)
}

fn console(db: &Path) -> Terminal {
    let terminal = Terminal::start(launch(db));
    terminal.wait_for("sender ● running");
    terminal
}

fn apply(db: &Path, document: &str) {
    let file = db.with_extension("json");
    std::fs::write(&file, document).unwrap();
    let program = env!("CARGO_BIN_EXE_ringback");
    let done =
        Command::new(program).arg("--db").arg(db).args(["profiles", "apply"]).arg(&file).output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

/// Whether the output sets a colour beyond the first sixteen.
fn asks_for(terminal: &Terminal, sequence: &str) -> bool {
    String::from_utf8_lossy(&terminal.output()).contains(sequence)
}

#[test]
fn colours_follow_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let dark = folder.path().join("dark.toml");
    std::fs::write(&dark, "theme = \"dark\"\n").unwrap();
    let themed = |variables: &[(&str, &str)]| {
        let mut start = launch(&db).env("RINGBACK_CONFIG", &dark);
        for (name, value) in variables {
            start = start.env(name, value);
        }
        let terminal = Terminal::start(start);
        terminal.wait_for("none yet");
        terminal
    };
    let true_colour = themed(&[("COLORTERM", "truecolor")]);
    assert!(asks_for(&true_colour, "48;2;20;24;31"));
    drop(true_colour);
    let indexed = themed(&[]);
    assert!(!asks_for(&indexed, "48;2;") && asks_for(&indexed, "48;5;234"));
    drop(indexed);
    let eight = themed(&[("TERM", "linux")]);
    assert!(!asks_for(&eight, "48;2;") && !asks_for(&eight, "48;5;234"));
    drop(eight);
    let none = themed(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
    assert!(!asks_for(&none, "38;2;") && !asks_for(&none, "38;5;") && !asks_for(&none, "48;"));
}

#[test]
fn a_locale_without_utf_8_gets_only_ascii() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(
        &db,
        "{\"title\": \"Order SMS\", \"channel\": \"sms\", \"url\": \"https://hooks.example/cb\", \"body\": \"{\\\"a\\\": \\\"日本 ü\\\"}\"}",
    );
    let mut terminal = Terminal::start(launch(&db).env("LANG", "C"));
    terminal.wait_for("sender * running");
    terminal.wait_for("#>Order SMS");
    terminal.press("enter");
    terminal.wait_for("#2 Order SMS");
    terminal.wait_for("{\"a\": \"? ?  ?\"}");
    assert!(terminal.output().is_ascii());
}

#[test]
fn text_fields_know_the_keys_as_terminals_send_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(&folder.path().join("a.db"));
    terminal.press("n");
    terminal.wait_for("New profile");
    terminal.type_text("Order family");
    terminal.press_all("ctrl+w");
    terminal.wait_gone("family");
    // Ctrl+_ is one byte, 0x1F.
    terminal.press("ctrl+_");
    terminal.wait_for("Order family");
    terminal.press_all("tab tab tab");
    terminal.paste("https://hooks.example/👩‍👩‍👧‍👦🇮🇳x");
    terminal.wait_for("🇮🇳x");
    terminal.press_all("left backspace");
    terminal.wait_gone("🇮🇳");
    terminal.press("backspace");
    terminal.wait_for("https://hooks.example/x");
    terminal.press_all("ctrl+u");
    terminal.wait_gone("https://hooks.example/");
    terminal.press_all("ctrl+y shift+home");
    terminal.type_text("y");
    terminal.wait_until(
        |screen| {
            screen
                .contents()
                .lines()
                .any(|l| l.split("▌Endpoint").nth(1).is_some_and(|l| l.trim_start().starts_with("yx")))
        },
        "what was selected is replaced",
    );
}

#[test]
fn a_missing_database_and_its_return_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut terminal = console(&db);
    let aside = folder.path().join("aside");
    std::fs::rename(&db, &aside).unwrap();
    terminal.wait_for("✗ no database");
    terminal.wait_for("no longer exists: restore it");
    terminal.press("n");
    terminal.wait_for("New profile");
    terminal.type_text("Order SMS");
    terminal.press_all("tab tab tab");
    terminal.paste("https://hooks.example/cb");
    terminal.press("ctrl+s");
    terminal.wait_for("no longer exists: restore it");
    std::fs::rename(&aside, &db).unwrap();
    terminal.wait_for("● running");
    terminal.press("ctrl+s");
    // The first attempt was made just before the file disappeared, or just after it was back: then it is saved.
    terminal.wait_until(
        |screen| {
            let screen = screen.contents();
            screen.contains("Saved Order SMS") || screen.contains("nothing has changed")
        },
        "it is saved",
    );
}

#[test]
fn console_and_doctor_agree_on_the_active_sender() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let first = console(&db);
    let second = Terminal::start(launch(&db));
    second.wait_for(&format!("standby: pid {} sends", first.pid()));
    let doctor = || {
        let program = env!("CARGO_BIN_EXE_ringback");
        let done = Command::new(program).arg("--db").arg(&db).arg("doctor").output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    assert!(doctor().contains(&format!("process {} is the active sender", first.pid())), "{}", doctor());
    first.kill9();
    second.wait_for("sender ● running");
    assert!(doctor().contains(&format!("process {} is the active sender", second.pid())), "{}", doctor());
}
