//! Unrequested reports of a terminal, and keys that arrive in one piece: none of it disables the keyboard, acts as a
//! key, or answers a question.

use std::path::Path;

use crate::support::console::{apply, launch, order_sms};
use crate::support::terminal::Terminal;
use crate::support::tmux::Tmux;

fn console(folder: &Path) -> Terminal {
    let db = folder.join("a.db");
    apply(&db, &order_sms("https://hooks.example/cb"));
    let terminal = Terminal::start(launch(&db).size(120, 36));
    terminal.wait_for("Order SMS");
    terminal.wait_for("hooks.example");
    terminal.wait_for("● running");
    terminal
}

/// Reports and responses: complete ones that no key parser has to know, and some that are truncated.
const REPORTS: &[&[u8]] = &[
    b"\x1b[?997;1n",
    b"\x1b[?2026;2$y",
    b"\x1b[?1;2R",
    b"\x1b[24;80R",
    b"\x1b[?62;22c",
    b"\x1b]52;c;cURkeXF1aXQ=\x07",
    b"\x1b]11;rgb:1414/1616/1b1b\x1b\\",
    b"\x1bP1+r524742=38\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[?2026;2$",
    b"\x1b]52;c;cURkeXF1",
    b"\x1bP>|a terminal(4",
    b"\xff\xfe\xe6\x97",
];

#[test]
fn reports_are_ignored_and_the_keyboard_works() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(folder.path());
    let before = terminal.screen();
    for report in REPORTS {
        terminal.send(report);
        // Ctrl+C would end a truncated one at once; a letter works when it has been dropped.
        terminal.wait_keyboard_asleep();
        assert_eq!(terminal.screen(), before, "{}", report.escape_ascii());
        terminal.press("?");
        terminal.wait_for("Help: what every key does");
        terminal.press("esc");
        terminal.wait_gone("Help: what every key does");
    }
    terminal.send(b"\x1b]11;rgb:14\x03");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn esc_and_the_next_key_in_one_piece_are_two_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(folder.path());
    terminal.press("?");
    terminal.wait_for("Help: what every key does");
    terminal.send(b"\x1b4");
    terminal.wait_gone("Help: what every key does");
    terminal.wait_for("┏4 ");
    terminal.send(b"\x1b[");
    terminal.send(b"Z");
    terminal.wait_for("┏3 ");
}

#[test]
fn reports_are_ignored_in_tmux_too() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(&db, &order_sms("https://hooks.example/cb"));
    let tmux = Tmux::new();
    let program = crate::support::console::PROGRAM;
    let mut terminal = tmux.start(&format!("exec {program} --db {}", db.display()), (120, 36));
    terminal.wait_for("hooks.example");
    terminal.press("?");
    terminal.wait_for("Help: what every key does");
    tmux.run(&["send-keys", "Escape", "4"]);
    terminal.wait_for("┏4 ");
    tmux.run(&["send-keys", "Escape", "1", "D", "y"]);
    terminal.wait_for("Delete Order SMS?");
    terminal.wait_answer("y/Enter Delete");
    tmux.run(&["send-keys", "y"]);
    terminal.wait_for("Deleted Order SMS");
}

#[test]
fn a_paste_that_never_ends_is_reported_and_keys_work_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(folder.path());
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.send(b"\x1b[200~ and more");
    terminal.wait_for("did not send the end of the pasted text");
    terminal.wait_for("Order SMS and more *");
    terminal.type_text("!");
    terminal.wait_for("Order SMS and more! *");
}

/// As a paste that the network has split.
#[test]
fn an_answer_that_arrives_with_its_question_destroys_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(folder.path());
    terminal.send(b"D");
    terminal.send(b"y");
    terminal.wait_for("Delete Order SMS?");
    terminal.wait_answer("y/Enter Delete");
    assert!(terminal.screen().contains("sms  POST"), "{}", terminal.screen());
    terminal.press("y");
    terminal.wait_for("Deleted Order SMS");
}

#[test]
fn lines_pasted_without_brackets_neither_delete_nor_send_nor_quit() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(folder.path());
    terminal.send(b"Dy\r");
    terminal.wait_for("Delete Order SMS?");
    terminal.wait_for("press it alone");
    terminal.press("n");
    terminal.wait_gone("Delete Order SMS?");
    terminal.send(b"t\r");
    terminal.wait_for("[ Send ]");
    terminal.wait_for("press it alone");
    terminal.press("esc");
    terminal.wait_gone("[ Send ]");
    terminal.send(b"qqq");
    terminal.wait_for("Quit: ignored");
    assert!(terminal.screen().contains("nothing sent yet"), "{}", terminal.screen());
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
}
