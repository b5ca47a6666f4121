//! Files that nobody may change, not even processes that have them open: `chattr +i`, if the system and its file
//! system support it (Linux with ext4, as root). Removing a permission or remounting does not affect processes that
//! have the file open.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::needs::skip;

/// The files, until this is dropped.
pub struct Unchanging(Vec<PathBuf>);

impl Unchanging {
    /// Whether this is possible in this folder; prints why if not.
    pub fn is_possible_in(folder: &Path) -> bool {
        let path = folder.join("probe");
        let mut file = File::create(&path).unwrap();
        let refused = {
            let made = Self(vec![path]);
            made.set('+') && file.write_all(b"x").is_err()
        };
        if !refused {
            skip("nobody can take the right to write from an open file's writer here");
        }
        refused
    }

    /// Makes these files immutable.
    #[track_caller]
    pub fn make(files: Vec<PathBuf>) -> Self {
        let made = Self(files);
        assert!(made.set('+'), "{:?}", made.0);
        made
    }

    fn set(&self, sign: char) -> bool {
        let mut command = Command::new("chattr");
        command.arg(format!("{sign}i")).args(&self.0).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Unchanging {
    fn drop(&mut self) {
        self.set('-');
    }
}
