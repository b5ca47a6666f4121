//! Advanced authentication typed by a person at a real terminal, saved, and seen by the commands.

use std::path::Path;
use std::process::Command;

use crate::support::server::{Reply, Server};
use crate::support::terminal::{Launch, Terminal};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ringback");

fn exported(db: &Path) -> Value {
    let args = ["profiles", "export", "--secrets"];
    let output = Command::new(PROGRAM).args(args).arg("--db").arg(db).output().unwrap();
    serde_json::from_slice::<Value>(&output.stdout).unwrap()[0].clone()
}

/// A new Default profile for this endpoint, up to the second step.
fn begin(terminal: &mut Terminal, endpoint: &str) {
    terminal.wait_for("none yet");
    terminal.press("n");
    terminal.wait_for("New profile");
    terminal.type_text("Order SMS");
    terminal.press_all("tab tab tab");
    terminal.type_text(endpoint);
    terminal.press("f4");
    terminal.wait_for("[Advanced Configuration]");
}

#[test]
fn a_person_types_tests_and_saves_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tokens = runtime.block_on(Server::start(|_, _| Reply::new(200, r#"{"access_token":"hush-1"}"#)));
    let endpoint = runtime.block_on(Server::start(|request, _| {
        Reply::new(if request.header("authorization") == "Bearer hush-1" { 200 } else { 401 }, "")
    }));
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut terminal =
        Terminal::start(Launch::new(PROGRAM).args(["--db", db.to_str().unwrap()]).size(80, 24));
    begin(&mut terminal, &endpoint.url());

    // Data format, an empty header row, authentication: the choice before None is the last one.
    terminal.press_all("tab tab tab left");
    terminal.wait_for("[Advanced Configuration]");
    terminal.wait_for("Token URL");
    assert!(terminal.screen().contains(" None  Basic  API key [Advanced]"), "{}", terminal.screen());
    terminal.press("tab");
    terminal.type_text(&tokens.url());
    terminal.press("tab");
    terminal.type_text("ringback");
    terminal.press("tab");
    terminal.type_text("s3cret");
    terminal.press_all("tab right");
    terminal.wait_for("[As Basic]");
    terminal.press("tab");
    terminal.type_text("read write");
    terminal.press("tab");
    terminal.type_text("audience");
    terminal.press("tab");
    terminal.type_text("https://api");
    // An empty row follows the last filled one.
    terminal.press_all("tab tab tab");
    terminal.type_text("X-Api-Key");
    terminal.press("tab");
    terminal.type_text("k3y");
    terminal.wait_for("X-Api-Key");
    let screen = terminal.screen();
    assert!(screen.contains("audience") && screen.contains("https://api"), "{screen}");
    assert!(!screen.contains("s3cret") && !screen.contains("k3y"), "{screen}");
    terminal.press("f8");
    terminal.wait_for("s3cret");
    terminal.wait_for("k3y");

    terminal.press("ctrl+t");
    terminal.wait_for("[ Send ]");
    terminal.press("enter");
    terminal.wait_for("Callback profile tested · delivered · 200");
    terminal.press("ctrl+s");
    terminal.wait_for("Saved Order SMS");
    terminal.press("esc");
    terminal.wait_for("n Add New Profile");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);

    assert_eq!(
        exported(&db)["auth"],
        json!({"type": "oauth2", "token_url": tokens.url(), "client_id": "ringback", "client_secret": "s3cret",
               "sent_as": "basic", "scope": "read write", "fields": {"audience": "https://api"},
               "headers": {"X-Api-Key": "k3y"}})
    );
    let seen = tokens.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].body, "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi");
    assert_eq!(seen[0].header("x-api-key"), "k3y");
}

#[test]
fn errors_appear_beside_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut terminal =
        Terminal::start(Launch::new(PROGRAM).args(["--db", db.to_str().unwrap()]).size(120, 40));
    begin(&mut terminal, "https://hooks.example/cb");
    terminal.press_all("tab tab tab left");
    terminal.wait_for("Token URL");
    terminal.press("ctrl+s");
    terminal.wait_for("Not saved · Token URL: enter an authentication URL");
    terminal.wait_for("and 2 more");
    terminal.wait_for("✗ enter a client ID");
    terminal.wait_for("✗ enter a client secret");
    terminal.type_text("http://auth.example/<id>");
    terminal.wait_for("plain http is allowed to this");
}
