//! The console with settings that cannot be read completely.

use crate::support::console::{PROGRAM, apply, launch};
use crate::support::recorder::Recorder;
use crate::support::terminal::Terminal;

#[test]
fn a_test_is_refused_at_once_and_the_file_is_named() {
    let endpoint = Recorder::taking();
    let folder = tempfile::tempdir().unwrap();
    let (db, config) = (folder.path().join("a.db"), folder.path().join("c.toml"));
    apply(&db, &endpoint.profile(0));
    std::fs::write(&config, "mouse = false\nnetwrok = \"public\"\n").unwrap();
    let queued = std::process::Command::new(PROGRAM)
        .args(["send", "Order SMS", "--no-wait", "--db"])
        .arg(&db)
        .env("RINGBACK_CONFIG", &config)
        .output()
        .unwrap();
    assert!(queued.status.success(), "{queued:?}");
    let start = |width| Terminal::start(launch(&db).env("RINGBACK_CONFIG", &config).size(width, 24));
    let mut terminal = start(120);
    terminal.wait_for("c.toml:2 is fixed and ringback is started again");
    terminal.wait_for("✗ error");
    terminal.wait_for("1 queued");
    terminal.wait_for("sms  POST");
    for (keys, action) in [("t", "Test"), ("4 r", "Retry now"), ("a", "Resend"), ("A", "Resend all")] {
        terminal.press_all(keys);
        terminal.wait_for(&format!("{action}: nothing is sent until"));
        terminal.wait_for("c.toml:2 is fixed and ringback is started again");
    }
    terminal.wait_for("1 queued");
    assert!(!terminal.screen().contains("Test Order SMS"), "{}", terminal.screen());
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 1);
    assert_eq!(endpoint.book().len(), 0);

    std::fs::write(&config, "network = \"operator\"\n").unwrap();
    let terminal = start(120);
    terminal.wait_for("delivered");
    endpoint.wait("the delivery", |book| book.len() == 1);
}
