//! A text in a file readable by its owner only, in its own folder; removed when dropped.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::process::geteuid;
use tempfile::TempDir;

use crate::files::UnreadableFile;
use crate::{clock, files};

/// The longest text that is read back, in bytes.
const MAX_READ_BYTES: u64 = 8 << 20;

/// The prefix of the folders of private files, before a random part.
const PREFIX: &str = "ringback-edit-";

/// [`sweep`] skips younger folders: one that is being created is not locked yet.
const YOUNG: Duration = Duration::from_mins(1);

/// A file that lives as long as this value. Its folder has mode 0700, so files that an editor creates beside it are
/// equally private, and are removed with it.
pub struct PrivateFile {
    /// The folder, locked. The editor inherits the lock: while either process lives, [`sweep`] skips the folder.
    _lock: OwnedFd,
    _folder: TempDir,
    path: PathBuf,
}

impl PrivateFile {
    /// Writes a text to a new file of this name.
    ///
    /// # Errors
    /// No space left, or no folder for temporary files.
    pub fn new(name: &str, text: &str) -> io::Result<Self> {
        let folder =
            tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir()?;
        let lock = open_folder(folder.path(), OFlags::empty())?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let path = folder.path().join(name);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(text.as_bytes())?;
        Ok(Self { _lock: lock, _folder: folder, path })
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its current contents. An editor may have replaced the file.
    ///
    /// # Errors
    /// It cannot be read, is not text, or is too long.
    pub fn text(&self) -> Result<String, UnreadableFile> {
        files::read_text(&self.path, MAX_READ_BYTES)
    }
}

/// Removes private files left behind by sessions that were killed or lost power.
pub fn sweep() {
    sweep_in(&std::env::temp_dir(), clock::now().into());
}

fn sweep_in(temporary: &Path, now: SystemTime) {
    let Ok(entries) = std::fs::read_dir(temporary) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_left(&entry.path(), now) {
            // Another session may be faster.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a folder is this user's and no longer in use.
fn is_left(folder: &Path, now: SystemTime) -> bool {
    let Ok(lock) = open_folder(folder, OFlags::CLOEXEC) else { return false };
    if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        return false;
    }
    let Ok(facts) = File::from(lock).metadata() else { return false };
    let old = facts.modified().is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > YOUNG));
    old && facts.uid() == geteuid().as_raw()
}

fn open_folder(folder: &Path, more: OFlags) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | more;
    Ok(rustix::fs::open(folder, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweep_removes_only_files_of_killed_sessions() {
        let temporary = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let folder = temporary.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join("body.json"), "{}").unwrap();
            folder
        };
        let (left, held, other) = (make("ringback-edit-a"), make("ringback-edit-b"), make("ringback-c"));
        let lock = open_folder(&held, OFlags::empty()).unwrap();
        flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
        let link = temporary.path().join("ringback-edit-d");
        std::os::unix::fs::symlink(&other, &link).unwrap();
        sweep_in(temporary.path(), SystemTime::now());
        assert!(left.exists(), "it may be just being made");
        sweep_in(temporary.path(), SystemTime::now() + YOUNG * 2);
        assert!(!left.exists() && held.exists() && other.join("body.json").exists() && link.exists());
        drop(lock);
        sweep_in(temporary.path(), SystemTime::now() + YOUNG * 2);
        assert!(!held.exists());
    }

    #[test]
    fn the_file_is_private_and_removed_on_drop() {
        let file = PrivateFile::new("body.json", "{}").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = file.path().parent().unwrap().to_owned();
        assert_eq!((mode(file.path()), mode(&folder)), (0o600, 0o700));
        assert_eq!(file.text().unwrap(), "{}");
        std::fs::remove_file(file.path()).unwrap();
        std::fs::write(file.path(), "another").unwrap();
        assert_eq!(file.text().unwrap(), "another");
        std::fs::write(file.path(), "\u{feff}{}").unwrap();
        assert_eq!(file.text().unwrap(), "{}", "without the mark of an editor");
        drop(file);
        assert!(!folder.exists());
    }
}
