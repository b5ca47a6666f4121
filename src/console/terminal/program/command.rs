//! The command of the editor or pager, split into words.

use std::env;
use std::path::Path;

/// Editors to look for if none is set, in this order.
const EDITORS: [&str; 4] = ["nano", "vim", "vi", "ed"];

/// Pagers to look for if none is set.
const PAGERS: [&str; 2] = ["less", "more"];

/// Why there is no program to start.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CommandError {
    /// The variable cannot be split into words.
    #[error("unclosed quote in {0}: {1}")]
    Quotes(&'static str, String),
    /// Nothing is set, and no program was found.
    #[error("no {0} found: set {1}")]
    None(&'static str, &'static str),
}

/// The words of `$VISUAL`, or of `$EDITOR`, or an editor that is installed.
///
/// # Errors
/// The variable cannot be split into words, or nothing is set and nothing is installed.
pub fn editor() -> Result<Vec<String>, CommandError> {
    set(&["VISUAL", "EDITOR"])
        .or_else(|| found(&EDITORS).map(Ok))
        .unwrap_or(Err(CommandError::None("editor", "EDITOR")))
}

/// The words of `$PAGER`, or a pager that is installed. `cat` does not keep its output on the screen, so it does not
/// count.
///
/// # Errors
/// As [`editor`].
pub fn pager() -> Result<Vec<String>, CommandError> {
    let is_pager = |words: &Vec<String>| Path::new(&words[0]).file_name().is_none_or(|name| name != "cat");
    set(&["PAGER"])
        .filter(|words| words.as_ref().map_or(true, is_pager))
        .or_else(|| found(&PAGERS).map(Ok))
        .unwrap_or(Err(CommandError::None("pager", "PAGER")))
}

/// The words of the first of these variables that is set and not blank.
fn set(names: &[&'static str]) -> Option<Result<Vec<String>, CommandError>> {
    names.iter().find_map(|name| words(name, &env::var(name).ok()?).transpose())
}

/// The words as a shell would split them; none if there are none.
fn words(name: &'static str, text: &str) -> Result<Option<Vec<String>>, CommandError> {
    let words = shell_words::split(text).map_err(|_| CommandError::Quotes(name, text.to_owned()))?;
    Ok(Some(words).filter(|words| words.first().is_some_and(|first| !first.is_empty())))
}

fn found(names: &[&str]) -> Option<Vec<String>> {
    let path = env::var_os("PATH")?;
    let is_there = |name: &&&str| env::split_paths(&path).any(|folder| folder.join(name).is_file());
    names.iter().find(is_there).map(|name| vec![(*name).to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_like_in_a_shell() {
        for (text, expected) in [
            ("vim", &["vim"][..]),
            ("code -w", &["code", "-w"]),
            ("vim -u NONE", &["vim", "-u", "NONE"]),
            ("'/opt/my editor/bin/ed' --wait \"a b\"", &["/opt/my editor/bin/ed", "--wait", "a b"]),
            (r"/opt/my\ editor", &["/opt/my editor"]),
        ] {
            assert_eq!(words("EDITOR", text).unwrap().unwrap(), expected, "{text}");
        }
        for nothing in ["", "  ", "''"] {
            assert_eq!(words("EDITOR", nothing), Ok(None), "{nothing:?}");
        }
        let error = words("EDITOR", "vim 'x").unwrap_err();
        assert_eq!(error.to_string(), "unclosed quote in EDITOR: vim 'x");
    }
}
