//! `ringback config check`.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;

use super::path::{Located, shown};

pub(super) fn run(session: &Session, json: bool) -> Result<ExitCode, CommandError> {
    let located = Located::of(session)?;
    let notices = &session.loaded().notices;
    if json {
        let file = located.path.display().to_string();
        let faults: Vec<Value> = notices.iter().map(|notice| fault(&file, notice)).collect();
        let mut document = located.document();
        document.insert("ok".to_owned(), json!(notices.is_empty()));
        document.insert("faults".to_owned(), Value::Array(faults));
        print_json(&Value::Object(document))?;
    } else {
        let file = shown(&located.path);
        let found: String = notices.iter().flat_map(|notice| [notice.as_str(), "\n"]).collect();
        let end = match notices.len() {
            0 if located.is_there() => format!("{file}: no faults\n"),
            0 => format!("{file} does not exist: defaults apply\n"),
            1 => "\n1 fault found.\n".to_owned(),
            n => format!("\n{n} faults found.\n"),
        };
        print(&(found + &end))?;
    }
    Ok(if notices.is_empty() { ExitCode::SUCCESS } else { FAILED.into() })
}

/// A notice is `FILE:LINE: what`; or `FILE: what` if the file as a whole cannot be read.
fn fault(file: &str, notice: &str) -> Value {
    let rest = notice.strip_prefix(file).and_then(|rest| rest.strip_prefix(':')).unwrap_or(notice);
    let placed = rest.split_once(": ").and_then(|(line, what)| Some((line.parse::<usize>().ok()?, what)));
    match placed {
        Some((line, message)) => json!({"line": line, "message": message}),
        None => json!({"line": null, "message": rest.trim_start()}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_its_line() {
        let of = |notice| fault("/a: b/c.toml", notice);
        assert_eq!(of("/a: b/c.toml:7: mouse: x"), json!({"line": 7, "message": "mouse: x"}));
        assert_eq!(of("/a: b/c.toml: is a folder"), json!({"line": null, "message": "is a folder"}));
        assert_eq!(of("something else"), json!({"line": null, "message": "something else"}));
    }
}
