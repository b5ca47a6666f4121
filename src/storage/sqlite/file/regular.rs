//! Whether what has the name of the database, or of a file that belongs to it, is a file at all: to
//! open a pipe may wait for ever, and a device is nobody's database.

use std::fs::metadata;
use std::path::Path;

use crate::storage::error::Problem;

/// Checks what is there of the database and of the files beside it, before any of them is opened.
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
            // What is wrong there, opening it tells.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}
