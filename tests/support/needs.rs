//! What a test needs of this machine: other people's programs, a kernel that allows a thing.

use std::path::{Path, PathBuf};

/// Says that a test passes without having tested, and why.
///
/// # Panics
/// In CI (`CI=true`), which brings all that the tests need: there nothing goes untested.
#[track_caller]
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "a test would be skipped: {why}");
    println!("skipped: {why}");
}

/// Where a program is installed. `None`, and said by [`skip`], where it is not.
#[track_caller]
pub fn program(name: &str) -> Option<PathBuf> {
    let found = installed(name);
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// Where a program is installed: in `PATH`, or among what only the administrator has there.
pub fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|program| Path::is_file(program))
}
