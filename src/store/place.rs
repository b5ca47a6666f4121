//! Whether the file that was opened is still the one under its name. A file that was removed can be
//! written on and on, and nothing of it is there for the next who looks.

use std::fs::metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::error::{Problem, opening};

/// The file, by what the system knows it by.
#[derive(Debug, Clone)]
pub(super) struct Place {
    path: PathBuf,
    known: (u64, u64),
}

impl Place {
    /// The file that lies there now.
    ///
    /// # Errors
    /// There is none, or it cannot be looked at.
    pub(super) fn of(path: &Path) -> Result<Self, Problem> {
        let known = identity(path).map_err(|error| opening(&error))?;
        Ok(Self { path: path.to_owned(), known })
    }

    /// Whether it lies there still. One look at the folder, a few microseconds.
    ///
    /// # Errors
    /// It is gone, or another file is there.
    pub(super) fn holds(&self) -> Result<(), Problem> {
        match identity(&self.path) {
            Ok(found) if found == self.known => Ok(()),
            Ok(_) => Err(Problem::Replaced),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(Problem::Gone)
            }
            // That it cannot be looked at does not say that it is gone; reading it tells.
            Err(_) => Ok(()),
        }
    }
}

/// Device and number.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    metadata(path).map(|facts| (facts.dev(), facts.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_from_another_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("a.db"), folder.path().join("b.db"));
        std::fs::write(&path, "one").unwrap();
        let place = Place::of(&path).unwrap();
        std::fs::write(&path, "written to").unwrap();
        assert_eq!(place.holds(), Ok(()));
        std::fs::rename(&path, &aside).unwrap();
        assert_eq!(place.holds(), Err(Problem::Gone));
        std::fs::write(&path, "two").unwrap();
        assert_eq!(place.holds(), Err(Problem::Replaced));
        std::fs::rename(&aside, &path).unwrap();
        assert_eq!(place.holds(), Ok(()), "put back, it is the same");
        std::fs::remove_dir_all(folder.path()).unwrap();
        assert_eq!(place.holds(), Err(Problem::Gone));
    }
}
