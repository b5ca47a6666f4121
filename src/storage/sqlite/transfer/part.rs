//! The file that a copy fills: beside the target, under a hidden name until all is there, so that an unfinished copy
//! never looks like a database.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The file beside this one that is filled.
pub fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".copying");
    target.with_file_name(name)
}

/// Removes a file, its log and its shared memory.
pub fn remove(part: &Path) -> io::Result<()> {
    for ending in ["-wal", "-shm", "-journal", ""] {
        let mut name = part.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
