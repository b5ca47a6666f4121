//! A temporary folder that is removed when dropped.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// A new folder in the temporary folder, private to its owner.
#[derive(Debug)]
pub struct Throwaway(PathBuf);

impl Throwaway {
    /// Creates the folder.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn make() -> io::Result<Self> {
        let name = format!("ringback-demo-{}-{}", std::process::id(), Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        // An existing folder would be somebody else's: an error.
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // A folder that remains is left to the system's cleanup.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_folder_is_private_and_removed_on_drop() {
        let folder = Throwaway::make().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(path.join("file"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
