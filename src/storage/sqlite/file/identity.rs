//! Whether the opened files are still those with their names. A removed file can still be written, but nobody else
//! sees it; and two sessions with different write-ahead logs of one database do not notice each other.

use std::fs::metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::storage::error::Problem;
use crate::storage::sqlite::error::opening;

/// Device and inode of a file.
type Identity = (u64, u64);

/// The identities of the database, its write-ahead log and its shared memory.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    known: Identity,
    /// The log and the shared memory, if they existed.
    beside: Vec<(PathBuf, Identity)>,
}

impl Place {
    /// The current files. The log and its shared memory exist as soon as a connection has read or written, and stay
    /// as long as one is open.
    ///
    /// # Errors
    /// There is no database, or it cannot be inspected.
    pub fn of(path: &Path) -> Result<Self, Problem> {
        let known = identity(path).map_err(|error| opening(&error))?;
        let beside = ["-wal", "-shm"].into_iter().filter_map(|ending| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            let name = PathBuf::from(name);
            identity(&name).ok().map(|found| (name, found))
        });
        Ok(Self { path: path.to_owned(), known, beside: beside.collect() })
    }

    /// Whether they are still in their place. Three system calls, a few microseconds.
    ///
    /// # Errors
    /// One is gone, or was replaced.
    pub fn holds(&self) -> Result<(), Problem> {
        match is_there(&self.path, self.known) {
            Some(true) => {}
            Some(false) => return Err(Problem::Replaced),
            None => return Err(Problem::Gone),
        }
        if self.beside.iter().all(|(name, known)| is_there(name, *known) == Some(true)) {
            Ok(())
        } else {
            Err(Problem::LogGone)
        }
    }
}

/// Whether this file is the one with that name, if there is one.
fn is_there(path: &Path, known: Identity) -> Option<bool> {
    match identity(path) {
        Ok(found) => Some(found == known),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
        // A failed inspection does not mean that it is gone; reading it shows whether it is.
        Err(_) => Some(true),
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    metadata(path).map(|facts| (facts.dev(), facts.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_distinguished_from_another_of_its_name() {
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

    #[test]
    fn the_files_beside_it_belong_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let beside = ["a.db-wal", "a.db-shm"].map(|name| folder.path().join(name));
        std::fs::write(&path, "").unwrap();
        assert_eq!(Place::of(&path).unwrap().holds(), Ok(()), "none is there yet");
        for lost in &beside {
            for name in &beside {
                std::fs::write(name, "").unwrap();
            }
            let place = Place::of(&path).unwrap();
            assert_eq!(place.holds(), Ok(()));
            let aside = folder.path().join("aside");
            std::fs::rename(lost, &aside).unwrap();
            assert_eq!(place.holds(), Err(Problem::LogGone));
            std::fs::write(lost, "").unwrap();
            assert_eq!(place.holds(), Err(Problem::LogGone), "another one");
            std::fs::rename(&aside, lost).unwrap();
            assert_eq!(place.holds(), Ok(()), "put back");
        }
    }
}
