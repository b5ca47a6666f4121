//! The console of the real program in a terminal.

use std::path::Path;

use serde_json::{Value, json};

use super::terminal::{Launch, Terminal};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_ringback");

/// The command that starts the console on a database.
pub fn launch(db: &Path) -> Launch {
    Launch::new(PROGRAM).args(["--db", db.to_str().expect("text")]).size(80, 24)
}

/// The console on a database.
pub fn console(db: &Path) -> Terminal {
    Terminal::start(launch(db))
}

/// Saves profiles as `profiles apply` does.
pub fn apply(db: &Path, profiles: &Value) {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(PROGRAM)
        .args(["--db", db.to_str().expect("text"), "profiles", "apply", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program");
    let text = profiles.to_string();
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("read");
    assert!(child.wait().expect("its end").success());
}

/// An SMS profile with a body, and with a header that is secret.
pub fn order_sms(url: &str) -> Value {
    json!({"title": "Order SMS", "channel": "sms", "events": ["sms-send"], "url": url,
           "body": "{\"id\": \"<id>\"}", "headers": {"X-Token": "hush-hush"}})
}
