//! `$VISUAL`, `$EDITOR` and `$PAGER` use the terminal for a while, and nothing is lost.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::console::{apply, launch, order_sms};
use crate::support::needs;
use crate::support::terminal::Terminal;
use ringback::receiver::{Behaviour, Receiver};
use serde_json::json;

/// A console with one profile, and an editor that is a script for the shell: `$1` is the file.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        apply(&place.db(), &order_sms("https://hooks.example/cb"));
        place
    }

    fn db(&self) -> PathBuf {
        self.folder.path().join("a.db")
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    /// The console with this script as `$EDITOR`, and the profile open.
    fn editing(&self, script: &str) -> Terminal {
        let editor = self.script("my editor", script);
        self.open(&format!("'{}' --wait", editor.display()))
    }

    fn open(&self, editor: &str) -> Terminal {
        let mut terminal = Terminal::start(launch(&self.db()).env("EDITOR", editor));
        terminal.wait_for("Order SMS");
        terminal.press("enter");
        terminal.wait_for("cannot be changed");
        terminal
    }

    fn seen(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// No file of ours is left among the temporary files, which the harness puts into the home folder.
fn nothing_left(terminal: &Terminal) {
    let left: Vec<_> = std::fs::read_dir(terminal.home())
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.starts_with("ringback-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_body_is_edited_in_a_private_file() {
    let place = Place::new();
    let folder = place.folder().display().to_string();
    let script = format!(
        "test \"$1\" = --wait || exit 9\n\
         stat -c %a \"$2\" \"$(dirname \"$2\")\" >'{folder}/modes'; cp \"$2\" '{folder}/given'\n\
         stty -a | grep -o -e ' icanon' -e '-icanon' >'{folder}/tty'\n\
         printf '{{\\n  \"status\": \"<status>\"\\n}}\\n' >\"$2\"; echo \"$2\" >'{folder}/name'"
    );
    let mut terminal = place.editing(&script);
    terminal.press("ctrl+o");
    terminal.wait_for("Body updated");
    terminal.wait_for("\"status\": \"<status>\"");
    assert_eq!(place.seen("modes"), "600\n700\n");
    assert_eq!(place.seen("given"), "{\"id\": \"<id>\"}");
    assert_eq!(place.seen("tty"), " icanon\n", "the editor has the terminal as the shell gave it");
    assert!(place.seen("name").ends_with("/body.json\n"), "{}", place.seen("name"));
    nothing_left(&terminal);
    terminal.press("ctrl+s");
    terminal.wait_for("Saved Order SMS");
}

#[test]
fn closing_an_editor_unchanged_changes_nothing() {
    let place = Place::new();
    let mut terminal = place.editing("touch \"$2\"");
    for key in ["ctrl+o", "ctrl+g"] {
        terminal.press(key);
        terminal.wait_for("No changes in the editor");
        terminal.press("f4");
        terminal.wait_gone("No changes in the editor");
    }
    assert!(!terminal.screen().contains(" *"), "{}", terminal.screen());
    terminal.press("esc");
    terminal.wait_for("n Add New Profile");
}

#[test]
fn an_editor_alone_reads_its_keys() {
    let place = Place::new();
    // `dd` of `vi` would be an action here.
    let mut terminal = place.editing("printf 'type: '; read line; printf '%s' \"$line\" >\"$2\"");
    terminal.press("ctrl+o");
    terminal.wait_for("type: ");
    terminal.type_text("q1234 every key is mine ?t");
    terminal.wait_for("every key is mine ?t");
    terminal.press("enter");
    terminal.wait_for("Body updated");
    terminal.wait_for("q1234 every key is mine ?t");
    assert!(terminal.screen().contains("Order SMS *"), "{}", terminal.screen());
}

#[test]
fn the_whole_profile_is_edited_as_json_without_its_secrets() {
    let place = Place::new();
    let folder = place.folder().display().to_string();
    let script = format!(
        "cp \"$2\" '{folder}/given'\nsed -i 's/Order SMS/Night SMS/; s/\"http_method\": \"POST\"/\"http_method\": \"PUT\"/' \"$2\""
    );
    let mut terminal = place.editing(&script);
    terminal.press("ctrl+g");
    terminal.wait_for("Profile updated");
    terminal.wait_for("Night SMS *");
    let given = place.seen("given");
    assert!(given.contains("\"X-Token\": null") && !given.contains("hush-hush"), "{given}");
    terminal.press("ctrl+s");
    terminal.wait_for("Saved Night SMS");
    let mut export = std::process::Command::new(crate::support::console::PROGRAM);
    export.arg("--db").arg(place.db()).args(["profiles", "export", "--secrets"]);
    let kept = String::from_utf8(export.output().unwrap().stdout).unwrap();
    assert!(kept.contains("hush-hush") && kept.contains("PUT"), "{kept}");

    // Shown on the screen, they are in the file too.
    terminal.press("f8");
    terminal.press("ctrl+g");
    terminal.wait_for("No changes in the editor");
    assert!(place.seen("given").contains("\"X-Token\": \"hush-hush\""));
    nothing_left(&terminal);
}

#[test]
fn an_invalid_profile_is_reopened_with_its_error_and_can_be_fixed() {
    let place = Place::new();
    let folder = place.folder().display().to_string();
    // First time: broken. Second time: fixed, below the comment.
    let script = format!(
        "if grep -q '^// ✗' \"$2\"; then cp \"$2\" '{folder}/again'; sed -i 's/\"body\" 7/\"body\"/' \"$2\"\n\
         else sed -i 's/\"body\"/\"body\" 7/; s/Order SMS/Night SMS/' \"$2\"; fi"
    );
    let mut terminal = place.editing(&script);
    terminal.press("ctrl+g");
    terminal.wait_for("Not applied: invalid JSON at line 12 column");
    terminal.wait_for("Reopen");
    terminal.press("y");
    terminal.wait_for("Profile updated");
    terminal.wait_for("Night SMS *");
    let again = place.seen("again");
    assert!(again.starts_with("// ✗ invalid JSON at line 12 column"), "{again}");
    assert!(again.contains("Night SMS"), "what was written is there: {again}");
}

#[test]
fn discarding_an_invalid_profile_changes_nothing() {
    let place = Place::new();
    let mut terminal = place.editing("echo '{' >\"$2\"");
    terminal.press("ctrl+g");
    terminal.wait_answer("n/Esc Discard edits");
    terminal.press("n");
    terminal.wait_gone("Reopen");
    assert!(!terminal.screen().contains(" *"), "{}", terminal.screen());
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let place = Place::new();
    for (script, message) in [
        ("exit 3", "ended with code 3 · nothing was changed"),
        ("kill -SEGV $$", "was ended by signal 11 · nothing was changed"),
        ("rm \"$2\"", "left cannot be read"),
    ] {
        let mut terminal = place.editing(script);
        terminal.press_all("end");
        terminal.type_text("X");
        terminal.wait_for("Order SMSX");
        terminal.press("ctrl+o");
        terminal.wait_for(message);
        assert!(terminal.screen().contains("Order SMSX"), "{}", terminal.screen());
        nothing_left(&terminal);
        terminal.press("esc");
        terminal.wait_answer("d Discard");
        terminal.press("d");
        terminal.wait_for("n Add New Profile");
        // The draft on disk is discarded when the console has ended, and not before.
        terminal.press("q");
        assert_eq!(terminal.wait_exit(), 0);
    }
    let mut terminal = place.open("/no/such/editor -x");
    terminal.press("ctrl+o");
    terminal.wait_for("/no/such/editor not found");
    terminal.press_all("esc q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn text_written_by_an_editor_before_it_failed_can_be_applied() {
    let place = Place::new();
    let mut terminal = place.editing("printf new >\"$2\"; kill -KILL $$");
    terminal.press("ctrl+o");
    terminal.wait_for("was ended by signal 9. It had saved");
    terminal.press("y");
    terminal.wait_for("Body updated");
    terminal.wait_for("new");
}

#[test]
fn an_editor_may_leave_the_terminal_in_any_state() {
    let place = Place::new();
    let wreck = "stty raw -echo; printf '\\033[?1049h\\033[?1003h\\033[?1h\\033[?25l'; kill -KILL $$";
    let db = place.db();
    let editor = place.script("wreck", wreck);
    let script =
        "echo before; stty -g >a; \"$0\" --db \"$1\"; echo code=$?; stty -g >b; cmp a b && echo same modes";
    let args = ["-c", script, crate::support::console::PROGRAM, db.to_str().unwrap()];
    let launch = crate::support::terminal::Launch::new("/bin/sh").args(args).env("EDITOR", &editor);
    let mut terminal = Terminal::start(launch);
    terminal.wait_for("Order SMS");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.press("ctrl+o");
    terminal.wait_for("was ended by signal 9");
    let off = |screen: &vt100::Screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
    terminal.wait_until(off, "the mouse to be off");
    terminal.press("esc");
    terminal.wait_for("n Add New Profile");
    terminal.press("q");
    terminal.wait_for("same modes");
    assert!(terminal.screen().starts_with("before\ncode=0"), "{}", terminal.screen());
}

#[test]
fn text_written_so_far_is_kept_when_the_program_is_ended() {
    let place = Place::new();
    let mut terminal = place.editing("printf 'half a body' >\"$2\"; echo written; sleep 60");
    terminal.press("ctrl+o");
    terminal.wait_for("written");
    terminal.signal("TERM");
    assert_eq!(terminal.wait_exit(), 143);
    nothing_left(&terminal);
    let again = Terminal::start(launch(&place.db()));
    again.wait_for("Restored your unsaved draft");
    again.wait_for("half a body");
}

#[test]
fn ctrl_c_belongs_to_the_editor() {
    let place = Place::new();
    let mut terminal = place.editing(
        "trap 'printf interrupted >\"$2\"; exit 0' INT; echo in the editor; while :; do sleep 0.01; done",
    );
    terminal.press("ctrl+o");
    terminal.wait_for("in the editor");
    terminal.press("ctrl+c");
    terminal.wait_for("Body updated");
    terminal.wait_for("interrupted");
}

#[test]
fn a_real_editor_with_arguments() {
    if needs::program("vim").is_none() {
        return;
    }
    let place = Place::new();
    let mut terminal = place.open("vim -u NONE -n");
    terminal.press("ctrl+o");
    terminal.wait_for("body.json");
    terminal.type_text(":%s/id/message/g\n:wq\n");
    terminal.wait_for("Body updated");
    terminal.wait_for("{\"message\": \"<message>\"}");
    terminal.resize(120, 36);
    terminal.wait_for("5 Timeline");
}

#[test]
fn a_response_is_shown_sanitized_in_the_pager() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver =
        runtime.block_on(Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut profile = order_sms(&format!("http://{}/cb", receiver.addr()));
    profile["retry"] = json!({"count": 0});
    apply(&db, &profile);
    let mut terminal = Terminal::start(launch(&db).env("PAGER", "less -R"));
    terminal.wait_for("Order SMS");
    terminal.press("t");
    terminal.wait_for("[ Send ]");
    terminal.press("enter");
    terminal.wait_for("Callback profile tested · delivered");
    terminal.press_all("4 o");
    terminal.wait_for("Order SMS · attempt 1 · status 200");
    terminal.wait_for("content-length");
    terminal.press("q");
    terminal.wait_for("5 Timeline");
    // In the details it is the same response.
    terminal.press("enter");
    terminal.wait_for("Request (credentials are not kept)");
    terminal.press("o");
    terminal.wait_for("Order SMS · attempt 1");
    terminal.press("q");
    terminal.wait_for("Request (credentials are not kept)");
    terminal.press("esc");
    terminal.press_all("1 q");
    assert_eq!(terminal.wait_exit(), 0);
    runtime.block_on(receiver.stop());
}
