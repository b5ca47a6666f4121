//! Gives a file that was written under another name its own.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Gives a file its name, unless something has that, and puts the name on disk. The content must be on disk already.
///
/// # Errors
/// `AlreadyExists`, or what the system says.
pub fn rename_new(part: &Path, target: &Path) -> io::Result<()> {
    match renameat_with(CWD, part, CWD, target, RenameFlags::NOREPLACE).map_err(io::Error::from) {
        // A file system that cannot do that in one step can link.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            fs::hard_link(part, target)?;
            fs::remove_file(part)?;
        }
        renamed => renamed?,
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    OpenOptions::new().read(true).open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
