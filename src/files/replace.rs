//! Writes a whole file: whoever reads it sees the old contents or the new ones, and never a part.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::read;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAccess {
    /// Everybody whom the process's mask allows.
    Usual,
    /// Its owner only: mode 0600.
    Owner,
}

/// Writes a file, in place of one that exists. A link stays, and the file that it leads to is replaced. Returns whether
/// anything was written: not if the file has these contents, and nobody else may read it if only its owner may.
///
/// # Errors
/// The folder does not exist or cannot be written to, or the disk is full. The old file is then untouched.
pub fn replace(path: &Path, contents: &[u8], access: FileAccess) -> io::Result<bool> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if has(&target, contents, access) {
        return Ok(false);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let permissions = if access == FileAccess::Owner { 0o600 } else { 0o666 };
    // Hidden: what reads the folder meanwhile skips it.
    let mut made = tempfile::Builder::new()
        .prefix(".ringback-")
        .permissions(Permissions::from_mode(permissions))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    made.write_all(contents)?;
    // A crash leaves the old file or the new one, and no empty one.
    made.as_file().sync_all()?;
    made.persist(&target).map_err(|error| error.error)?;
    Ok(true)
}

fn has(path: &Path, contents: &[u8], access: FileAccess) -> bool {
    let most = contents.len() as u64;
    let is_closed = || fs::metadata(path).is_ok_and(|found| found.permissions().mode().trailing_zeros() >= 6);
    read(path, most).is_ok_and(|found| found == contents) && (access == FileAccess::Usual || is_closed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_closed_to_others_if_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert!(replace(&path, b"1", FileAccess::Usual).unwrap());
        assert!(!replace(&path, b"1", FileAccess::Usual).unwrap(), "it has these contents");
        assert_eq!(mode(&path) & 0o600, 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(replace(&path, b"1", FileAccess::Owner).unwrap(), "others could read it");
        assert_eq!(mode(&path), 0o600);
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(replace(&link, b"22", FileAccess::Usual).unwrap());
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read(&path, 8).unwrap(), b"22");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
        assert!(replace(&folder.path().join("none/a.json"), b"", FileAccess::Usual).is_err());
    }
}
