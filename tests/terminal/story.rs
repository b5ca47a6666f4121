//! The main use case, done by a person at a real terminal: a new profile, variables inserted, a test with one failure
//! and one retry, quit, start, everything still there.

use std::path::Path;

use crate::support::terminal::{Launch, Terminal};
use ringback::receiver::{Behaviour, Receiver};

fn console(db: &Path, size: (u16, u16)) -> Terminal {
    let program = env!("CARGO_BIN_EXE_ringback");
    let db = db.to_str().unwrap();
    Terminal::start(Launch::new(program).args(["--db", db]).size(size.0, size.1))
}

async fn failing_once() -> Receiver {
    let behaviour = Behaviour { fail_first: 1, ..Behaviour::default() };
    Receiver::start(([127, 0, 0, 1], 0).into(), behaviour).await.unwrap()
}

/// Types a new SMS profile with one retry after a second, up to its timeout.
fn type_profile(terminal: &mut Terminal, url: &str) {
    terminal.wait_for("none yet");
    terminal.press("n");
    terminal.wait_for("New profile");
    terminal.type_text("Order SMS");
    terminal.press_all("tab right right");
    terminal.wait_for("sms-send");
    terminal.press_all("tab tab");
    terminal.type_text(url);
    terminal.wait_for(url);
    terminal.press("f3");
    terminal.wait_for("message id");
    terminal.press_all("space space i");
    terminal.wait_for("Inserted 2 variables into the request body");
    terminal.wait_for("\"status\": \"<status>\"");
    terminal.press_all("tab right tab");
    terminal.type_text("1");
    terminal.press("tab");
    terminal.type_text("5000");
    terminal.wait_for("1st retry");
}

fn main_job(size: (u16, u16)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(failing_once());
    let mut requests = receiver.requests();
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("story.db");
    let url = format!("http://{}/cb", receiver.addr());

    let mut terminal = console(&db, size);
    type_profile(&mut terminal, &url);
    terminal.press("ctrl+t");
    terminal.wait_for("[ Send ]");
    terminal.wait_for("DELIVRD");
    terminal.press("enter");
    terminal.wait_for("500 · retry 1 of 1 in");
    terminal.wait_for("Callback profile tested · delivered · 200");
    terminal.wait_for("after 1 retry");
    let bottom = terminal.row(size.1 - 1);
    assert!(bottom.starts_with(" Callback profile tested"), "the words stand at the bottom left: {bottom}");
    terminal.press("ctrl+s");
    terminal.wait_for("Saved Order SMS");
    terminal.press("esc");
    terminal.wait_for("n Add New Profile");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);

    for (status, body) in [(500, 1), (200, 2)] {
        let request = runtime.block_on(requests.recv()).unwrap();
        let sent: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(sent["status"], "DELIVRD", "request {body}");
        assert_eq!(request.response.reply, ringback::receiver::Reply::Status(status));
    }

    let mut again = console(&db, size);
    again.wait_for("Order SMS");
    again.wait_for("delivered · 200");
    again.press("4");
    again.wait_for("● delivered");
    // How much of the reason fits depends on the duration of the attempt.
    again.wait_for("✗ 500 Internal");
    again.press("enter");
    again.wait_for("Request (credentials are not kept)");
    again.wait_for("webhook-id");
    again.press_all("esc 1 enter");
    again.wait_for("cannot be changed");
    again.wait_for(&url);
    again.press_all("esc q");
    assert_eq!(again.wait_exit(), 0);
}

#[test]
fn the_main_use_case_wide() {
    main_job((120, 36));
}

#[test]
fn the_main_use_case_at_80_by_24() {
    main_job((80, 24));
}

#[test]
fn typed_text_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("story.db");
    let mut terminal = console(&db, (80, 24));
    type_profile(&mut terminal, "http://127.0.0.1:9/cb");
    // The program does not mention a draft that is on disk, and offers it to nobody while it lives.
    let kept = || {
        let disk = rusqlite::Connection::open(&db).unwrap();
        let sql = r#"SELECT count(*) FROM draft WHERE document LIKE '%"retry_timeout":"5000"%'"#;
        disk.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() == 1
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !kept() {
        assert!(std::time::Instant::now() < deadline, "the draft was not kept");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    terminal.kill9();
    let mut again = console(&db, (80, 24));
    again.wait_for("Restored your unsaved draft");
    again.wait_for("Order SMS *");
    again.wait_for("\"status\": \"<status>\"");
    again.wait_for("Timeout (milli-secs)  5000");
    again.press("ctrl+s");
    again.wait_for("Saved Order SMS");
    again.press("esc");
    again.press("q");
    assert_eq!(again.wait_exit(), 0);
}

#[test]
fn waiting_deliveries_are_sent_after_a_kill() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(failing_once());
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("story.db");
    let mut terminal = console(&db, (120, 36));
    type_profile(&mut terminal, &format!("http://{}/cb", receiver.addr()));
    terminal.press("ctrl+t");
    terminal.wait_for("[ Send ]");
    terminal.press("enter");
    terminal.wait_for("500 · retry 1 of 1 in");
    terminal.kill9();
    let again = console(&db, (120, 36));
    again.wait_for("delivered · 200");
    again.wait_for("after 1 retry");
}

#[test]
fn a_terminal_of_10_by_3_is_reported_as_too_small() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = console(&folder.path().join("story.db"), (10, 3));
    terminal.wait_for("Ringback");
    terminal.resize(80, 24);
    terminal.wait_for("1 Profiles");
    terminal.resize(10, 3);
    // The program's own text: the screen is truncated before it knows its new size.
    terminal.wait_for("Ringback");
    terminal.press_all("n x");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn the_terminal_is_restored_on_sigterm() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let terminal = console(&folder.path().join("story.db"), (80, 24));
        terminal.wait_for("1 Profiles");
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit(), code, "SIG{signal}");
        assert!(!terminal.snapshot().alternate_screen(), "the alternate screen is left");
        assert!(!terminal.snapshot().bracketed_paste(), "paste is as before");
        assert!(terminal.cursor().is_some(), "the cursor is seen again");
    }
}
