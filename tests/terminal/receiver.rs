//! The receiver in the console, with more requests than it keeps.

use crate::support::large_requests::{bodies, post};
use crate::support::process::most_resident;
use crate::support::terminal::{Launch, Terminal};

/// The limit for what the receiver takes beside the console itself (issue 10, F8).
const MOST: u64 = 64 << 20;

#[test]
fn large_requests_use_limited_memory() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let args = ["--db", db.to_str().unwrap()];
    let mut terminal = Terminal::start(Launch::new(env!("CARGO_BIN_EXE_ringback")).args(args).size(80, 24));
    terminal.wait_for("none yet");
    let before = most_resident(terminal.pid()).unwrap();
    terminal.press_all("R space");
    terminal.wait_for("● listens on");
    let screen = terminal.screen();
    let server = screen.split_whitespace().find_map(|word| word.strip_suffix('/')).unwrap();
    for (header, body) in bodies() {
        post(server, header, &body, 25);
    }
    terminal.wait_for("older ones were dropped");
    // A long one is shown, in the list and in full.
    terminal.press_all("j j j j j enter");
    terminal.wait_for(" Request ");
    terminal.press("esc");
    terminal.wait_for("Received (");
    let most = most_resident(terminal.pid()).unwrap();
    println!("125 requests of 1 MiB: {} MiB at most, {} MiB before", most >> 20, before >> 20);
    assert!(most - before < MOST, "{} MiB", (most - before) >> 20);
    terminal.press("esc");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
}
