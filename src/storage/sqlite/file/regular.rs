//! Checks that the database, and each file that belongs to it, is a regular file: opening a pipe may block for ever,
//! and a device is nobody's database.

use std::fs::metadata;
use std::path::Path;

use crate::storage::error::Problem;

/// Checks the existing files of the database, before any of them is opened.
///
/// # Errors
/// It is a folder, a pipe, a device or a socket.
pub fn check(path: &Path) -> Result<(), Problem> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match metadata(&name) {
            Ok(found) if found.is_dir() && ending.is_empty() => return Err(Problem::IsFolder),
            Ok(found) if !found.is_file() => return Err(Problem::NotRegular(ending)),
            // Opening the file reports the problem.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}
