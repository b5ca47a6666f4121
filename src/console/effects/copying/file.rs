//! Copies to a file, for texts that no clipboard accepts.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::console::model::message::Message;

/// The number of file names to try.
const NAMES: u32 = 100;

/// Writes a text to a new file in this folder, readable by its owner only. The message names the file.
#[must_use]
pub fn to_file(folder: &Path, now: Timestamp, text: &str, what: &str) -> Message {
    match write(folder, now, text) {
        Ok(path) => Message::Done(format!("Wrote {what} to {}", path.display())),
        Err(error) => Message::Failed(format!("Not written to {}: {error}", folder.display())),
    }
}

fn write(folder: &Path, now: Timestamp, text: &str) -> io::Result<PathBuf> {
    let time = now.strftime("%Y%m%d-%H%M%S");
    let mut n = 1;
    loop {
        let more = if n == 1 { String::new() } else { format!("-{n}") };
        let path = folder.join(format!("ringback-{time}{more}.txt"));
        // `create_new`: neither overwrites a file nor follows a link that somebody planted.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && n < NAMES => n += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn each_copy_is_a_new_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2025-04-17T14:02:10Z".parse().unwrap();
        let first = write(folder.path(), now, "one").unwrap();
        let second = write(folder.path(), now, "two").unwrap();
        assert_eq!(first.file_name().unwrap(), "ringback-20250417-140210.txt");
        assert_eq!(second.file_name().unwrap(), "ringback-20250417-140210-2.txt");
        assert_eq!(std::fs::read_to_string(first).unwrap(), "one");
        assert_eq!(std::fs::metadata(second).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
