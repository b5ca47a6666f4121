//! Checks that the name of a new database leaves room for the files beside it, before anything is created: a database
//! whose log cannot be created is useless.

use std::fs::{canonicalize, symlink_metadata};
use std::io;
use std::path::Path;

use crate::storage::error::Problem;

/// The longest suffix of a file beside a database: that of the journal of its first transaction.
const ENDING: &str = "-journal";

/// The longest path that `SQLite` opens, including that suffix (`MAX_PATHNAME` of its `os_unix.c`).
const MAX_PATH_BYTES: usize = 512;

/// Checks the path of a database that may not exist yet.
///
/// # Errors
/// It does not exist, and its path is too long for the file system or for `SQLite`.
pub fn check(path: &Path) -> Result<(), Problem> {
    let Some(name) = path.file_name().filter(|_| symlink_metadata(path).is_err()) else { return Ok(()) };
    let mut longest = name.to_owned();
    longest.push(ENDING);
    // Missing folders are created later, on the same file system.
    let folder = path.parent().unwrap_or(Path::new(""));
    let existing = folder.ancestors().find_map(|folder| canonicalize(here(folder)).ok().zip(Some(folder)));
    let Some((real, existing)) = existing else { return Ok(()) };
    let missing = folder.strip_prefix(existing).unwrap_or(Path::new(""));
    let is_refused = symlink_metadata(real.join(&longest))
        .is_err_and(|error| error.kind() == io::ErrorKind::InvalidFilename);
    if is_refused || real.join(missing).join(&longest).as_os_str().len() > MAX_PATH_BYTES {
        return Err(Problem::TooLong(ENDING.len()));
    }
    Ok(())
}

/// The folder that a relative path starts in.
fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::sqlite::Store;

    #[test]
    fn a_path_that_is_too_long_for_the_files_beside_it_creates_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let part = "d".repeat(200);
        let deep = root.join(&part).join(&part);
        let left = MAX_PATH_BYTES - ENDING.len() - deep.as_os_str().len() - 1;
        for path in [root.join("a".repeat(248)), root.join("a".repeat(300)), deep.join("a".repeat(left + 1))]
        {
            let refused = Store::open(&path).map(|_| ()).unwrap_err();
            assert_eq!(refused.problem, Problem::TooLong(8), "{}", path.display());
            assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0, "{}", path.display());
        }
        for path in [root.join("a".repeat(247)), deep.join("a".repeat(left))] {
            Store::open(&path).unwrap();
        }
    }
}
