//! Checks that a database has only one name. `SQLite` keeps the write-ahead log beside the name under which the file
//! was opened: two sessions with different names have different logs, overwrite each other's pages and do not detect
//! each other's sender (sqlite.org/howtocorrupt.html, section 2.5).

use std::fs::metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::storage::error::Problem;

/// Checks the real path of a database.
///
/// # Errors
/// The file has hard links, or is mounted as a single file.
pub fn check(real: &Path) -> Result<(), Problem> {
    match metadata(real) {
        Ok(facts) if facts.nlink() > 1 => Err(Problem::Linked(facts.nlink())),
        Ok(_) if is_mounted(real) => Err(Problem::Mounted),
        // Opening the file reports the problem.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Whether a file is the root of a mount: reported by the system since Linux 5.8.
#[cfg(target_os = "linux")]
fn is_mounted(real: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

    let is_root = StatxAttributes::MOUNT_ROOT;
    statx(CWD, real, AtFlags::empty(), StatxFlags::TYPE).is_ok_and(|facts| {
        facts.stx_attributes_mask.contains(is_root) && facts.stx_attributes.contains(is_root)
    })
}

/// Elsewhere a single file cannot be mounted.
#[cfg(not(target_os = "linux"))]
fn is_mounted(_: &Path) -> bool {
    false
}
