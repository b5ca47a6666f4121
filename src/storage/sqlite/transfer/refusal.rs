//! What a closed file says to those who would change it. Triggers say it, since sessions may have had the file open
//! before it was closed, and versions of this program that know nothing of copies.

use crate::storage::error::Problem;

/// How the message of a trigger begins.
const MOVING: &str = "ringback: being copied to ";
const MOVED: &str = "ringback: was copied to ";

/// The message of a file that is being copied, or was.
pub fn message(target: &str, is_finished: bool) -> String {
    format!("{}{target}", if is_finished { MOVED } else { MOVING })
}

/// The problem that a message of `SQLite` means, if it is one of these.
pub fn problem(message: &str) -> Option<Problem> {
    let target = |target: &str| target.to_owned();
    let moving = message.strip_prefix(MOVING).map(|to| Problem::Moving(target(to)));
    moving.or_else(|| message.strip_prefix(MOVED).map(|to| Problem::Moved(target(to))))
}
