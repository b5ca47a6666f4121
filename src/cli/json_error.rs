//! Errors of commands as JSON, for scripts that read the rest as JSON too: one document on one line, the last one of
//! standard error. Standard output has none of it.

use std::ffi::{OsStr, OsString};

use serde_json::{Value, json};

use super::error::CommandError;

/// Whether a command line that may be invalid asks for JSON.
pub fn is_asked_for(mut arguments: impl Iterator<Item = OsString>) -> bool {
    // What follows a double dash is no option.
    arguments
        .by_ref()
        .take_while(|argument| argument != OsStr::new("--"))
        .any(|argument| argument == OsStr::new("--json"))
}

fn document(
    kind: &str,
    [what, message]: [&str; 2],
    place: Option<&str>,
    fix: Option<&str>,
    exit: u8,
) -> Value {
    json!({"error": {"kind": kind, "message": message, "what": what, "where": place, "fix": fix, "exit": exit}})
}

/// The error of a command.
pub fn of_command(error: &CommandError) -> Value {
    let message = error.to_string();
    match error {
        CommandError::Explained { place, what, fix, .. } => {
            return document(error.kind(), [what, &message], place.as_deref(), fix.as_deref(), error.code());
        }
        CommandError::Remote(account, cause) | CommandError::NotCompared(account, cause) => {
            let text = cause.to_string();
            let fix = cause.fix();
            let what = fix.and_then(|fix| text.strip_suffix(fix)?.strip_suffix(": ")).unwrap_or(&text);
            return document(error.kind(), [what, &message], Some(account), fix, error.code());
        }
        _ => {}
    }
    let Some(stored) = error.of_store() else {
        return document(error.kind(), [&message, &message], None, None, error.code());
    };
    let problem = stored.problem.to_string();
    // Each problem of a store ends with the fix, after the last colon.
    let (what, fix) = problem.rsplit_once(": ").map_or((&*problem, None), |(what, fix)| (what, Some(fix)));
    document(error.kind(), [what, &message], stored.location.as_deref(), fix, error.code())
}

/// Why a command line was not understood.
pub fn of_usage(error: &clap::Error, exit: u8) -> Value {
    let text = error.render().to_string();
    let line = |start: &str| text.lines().map(str::trim).find_map(|line| line.strip_prefix(start));
    let fix = line("tip: ").map(str::to_owned).or_else(|| Some(format!("usage: {}", line("Usage: ")?)));
    // The first paragraph; what follows is the fix, and where to find help.
    let first: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let first = first.join(" ");
    let message = first.strip_prefix("error: ").unwrap_or(&first);
    document("usage", [message, message], Some("command line"), fix.as_deref(), exit)
}

/// An error before any command was read.
pub fn of_start(message: &str, exit: u8) -> Value {
    document("system", [message, message], None, None, exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Problem, StoreError};

    #[test]
    fn json_is_asked_for_by_an_option() {
        let asked = |line: &str| is_asked_for(line.split(' ').map(OsString::from));
        assert!(asked("profiles list --json") && asked("--json --bad"));
        assert!(!asked("profiles list") && !asked("profiles show -- --json") && !asked("--jsonx"));
    }

    #[test]
    fn an_error_says_what_where_and_how_to_fix_it() {
        let store = StoreError { location: Some("/a.db".to_owned()), problem: Problem::NotADatabase };
        assert_eq!(
            of_command(&CommandError::Store(store)),
            json!({"error": {
                "kind": "storage",
                "message": "/a.db: is not a database: name another file with --db",
                "what": "is not a database",
                "where": "/a.db",
                "fix": "name another file with --db",
                "exit": 2,
            }})
        );
        let input = of_command(&CommandError::Input("no profile 'x': list them".to_owned()));
        assert_eq!(
            input,
            json!({"error": {
                "kind": "input",
                "message": "no profile 'x': list them",
                "what": "no profile 'x': list them",
                "where": null,
                "fix": null,
                "exit": 2,
            }})
        );
    }
}
