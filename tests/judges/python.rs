//! Third-party tools, which verify every byte of a request.
//!
//! They are installed from `PyPI` (`requirements.txt`) by `.ci/run`. Without them tests that need them are skipped,
//! and say so.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::needs::skip;

/// The Python with the tools: the one in `RINGBACK_JUDGES`, or that of `target/judges`.
///
/// `None` if there is none; `what` is not verified then.
///
/// # Panics
/// There is none although `CI` is `true`, or `RINGBACK_JUDGES` does not exist.
pub fn python(what: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("RINGBACK_JUDGES").filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "RINGBACK_JUDGES names {}, and nothing is there", named.display());
        return Some(named);
    }
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/bin/python");
    if usual.is_file() {
        return Some(usual);
    }
    skip(&format!(
        "{what} goes unjudged, as the judges are not installed: \
         python3 -m venv target/judges && target/judges/bin/pip install -r tests/judges/requirements.txt"
    ));
    None
}

/// A judge's script.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(name)
}

/// Sends these lines to a script, and returns its response lines, one for each.
pub fn ask(python: &Path, name: &str, lines: &[serde_json::Value]) -> Vec<String> {
    let mut command = Command::new(python);
    let mut child = command.arg(script(name)).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let asked = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n";
    // On a separate thread, since the script responds while it still receives input.
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{name} failed");
    let answers: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), lines.len(), "{name} answers each line");
    answers
}
