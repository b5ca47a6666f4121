//! A text in a file that only its owner can read, in a folder of its own, gone when it is dropped.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The longest text that is read back, in bytes.
const MOST: u64 = 8 << 20;

/// A file that lives as long as this. Its folder has mode 0700, so what an editor leaves beside it is
/// as private, and goes with it.
pub struct PrivateFile {
    _folder: TempDir,
    path: PathBuf,
}

impl PrivateFile {
    /// Writes a text to a new file of this name.
    ///
    /// # Errors
    /// There is no room, or no folder for temporary files.
    pub fn new(name: &str, text: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("ringback-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        let path = folder.path().join(name);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(text.as_bytes())?;
        Ok(Self { _folder: folder, path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in it now. An editor may have put another file in its place.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn text(&self) -> io::Result<String> {
        let mut text = String::new();
        File::open(&self.path)?.take(MOST).read_to_string(&mut text)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_owner_reads_it_and_it_goes() {
        let file = PrivateFile::new("body.json", "{}").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = file.path().parent().unwrap().to_owned();
        assert_eq!((mode(file.path()), mode(&folder)), (0o600, 0o700));
        assert_eq!(file.text().unwrap(), "{}");
        std::fs::remove_file(file.path()).unwrap();
        std::fs::write(file.path(), "another").unwrap();
        assert_eq!(file.text().unwrap(), "another");
        drop(file);
        assert!(!folder.exists());
    }
}
