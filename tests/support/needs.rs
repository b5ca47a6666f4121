//! Requirements of tests: third-party programs, kernel features.

use std::path::{Path, PathBuf};

/// Reports that a test passes without having tested, and why.
///
/// # Panics
/// In CI (`CI=true`), which installs everything that the tests need, nothing may be skipped.
#[track_caller]
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "a test would be skipped: {why}");
    println!("skipped: {why}");
}

/// The path of an installed program. `None`, reported by [`skip`], if it is not installed.
#[track_caller]
pub fn program(name: &str) -> Option<PathBuf> {
    let found = installed(name);
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// The path of an installed program: in `PATH`, or among the administrator's programs.
pub fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|program| Path::is_file(program))
}
