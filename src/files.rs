//! Reads whole files: never more bytes than a limit, and never endlessly; and writes whole files.
//!
//! A file name from a person, a settings file or a profile may lead to a pipe, a device or a file of any size.
//! `clippy.toml` forbids the functions of `std` that read without a limit.

mod descriptors;
pub mod pem;
pub mod replace;

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

pub use descriptors::NoDescriptors;

/// The UTF-8 byte order mark.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a file was not read. Displayed after the file's name and a colon.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableFile {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// This user may not read it.
    #[error("may not be read by this user")]
    Denied,
    /// It is a folder.
    #[error("is a folder; name a file in it")]
    Folder,
    /// It is a pipe, a device or a socket, and a regular file is required.
    #[error("is not a regular file")]
    NotRegular,
    /// It has more bytes than this.
    #[error("has more than {0} bytes")]
    TooLong(u64),
    /// It is not text: the line of the first invalid byte.
    #[error("line {line} is not UTF-8")]
    NotText {
        /// Counted from 1.
        line: usize,
    },
    /// It cannot be opened because file descriptors have run out.
    #[error("{0}")]
    NoDescriptors(NoDescriptors),
    /// Another error of the system.
    #[error("{0}")]
    System(io::Error),
}

impl UnreadableFile {
    /// The error after the file's name and a colon, with its fix where that is known.
    #[must_use]
    pub fn with_fix(&self) -> String {
        let fix = match self {
            Self::Missing => ": check its name",
            Self::Denied => ": check its permissions",
            // The error itself says it, or the system does not.
            Self::Folder
            | Self::NotRegular
            | Self::TooLong(_)
            | Self::NotText { .. }
            | Self::NoDescriptors(_)
            | Self::System(_) => "",
        };
        format!("it cannot be read ({self}){fix}")
    }
}

impl From<io::Error> for UnreadableFile {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::IsADirectory => Self::Folder,
            _ => NoDescriptors::of(&error).map_or(Self::System(error), Self::NoDescriptors),
        }
    }
}

/// A regular file, open for reading.
#[derive(Debug)]
pub struct RegularFile {
    file: File,
    len: u64,
}

impl RegularFile {
    /// Opens a file and checks its kind on the open file. Never blocks: opening a pipe without a writer would, and so
    /// may a device.
    ///
    /// # Errors
    /// It cannot be opened, or is not a regular file.
    pub fn open(path: &Path) -> Result<Self, UnreadableFile> {
        // Both flags fit into the signed type.
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let found = file.metadata()?;
        if found.is_dir() {
            return Err(UnreadableFile::Folder);
        }
        if !found.is_file() {
            return Err(UnreadableFile::NotRegular);
        }
        Ok(Self { file, len: found.len() })
    }

    /// The open file.
    #[must_use]
    pub fn into_file(self) -> File {
        self.file
    }

    /// Its length in bytes as the system reports it: 0 for files under `/proc`, even if they have contents.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the system reports that it is empty; see [`RegularFile::len`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All its bytes, `most` at most.
    ///
    /// # Errors
    /// It is longer, whatever length the system reports, or cannot be read.
    pub fn read(self, most: u64) -> Result<Vec<u8>, UnreadableFile> {
        if self.len > most {
            return Err(UnreadableFile::TooLong(most));
        }
        read_from(self.file, most)
    }
}

/// The bytes of a regular file, `most` at most.
///
/// # Errors
/// As [`RegularFile::open`] and [`RegularFile::read`].
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, UnreadableFile> {
    RegularFile::open(path)?.read(most)
}

/// The text of a regular file, `most` bytes at most.
///
/// # Errors
/// As [`read`], or it is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> Result<String, UnreadableFile> {
    text(read(path, most)?)
}

/// The bytes of an input that a person names for a command: a file, a pipe, or `-` for standard input; `most` at
/// most. Waits for a pipe's writer, as other programs do.
///
/// # Errors
/// It cannot be read, or is longer.
pub fn read_input(path: &Path, most: u64) -> Result<Vec<u8>, UnreadableFile> {
    if path == Path::new("-") {
        return read_from(io::stdin().lock(), most);
    }
    read_from(open_input(path)?, most)
}

/// Opens an input that a person names for a command: a file, or a pipe, whose writer is waited for. The caller limits
/// how much is read.
///
/// # Errors
/// It cannot be opened, or is a folder.
pub fn open_input(path: &Path) -> Result<File, UnreadableFile> {
    let file = OpenOptions::new().read(true).open(path)?;
    if file.metadata()?.is_dir() { Err(UnreadableFile::Folder) } else { Ok(file) }
}

/// Everything from a reader, `most` bytes at most.
///
/// # Errors
/// There is more, or it cannot be read.
pub fn read_from(from: impl Read, most: u64) -> Result<Vec<u8>, UnreadableFile> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(UnreadableFile::TooLong(most)) } else { Ok(bytes) }
}

/// Bytes as text, without the byte order mark that some editors put first.
///
/// # Errors
/// They are not UTF-8, with the line number.
pub fn text(mut bytes: Vec<u8>) -> Result<String, UnreadableFile> {
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        UnreadableFile::NotText { line: good.split(|byte| *byte == b'\n').count() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(path: &Path) -> String {
        read_text(path, 8).unwrap_err().to_string()
    }

    #[test]
    fn files_are_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345678").unwrap();
        assert_eq!(read_text(&path, 8).unwrap(), "12345678");
        assert_eq!(read_input(&path, 8).unwrap(), b"12345678");
        std::fs::write(&path, "\u{feff}a\u{feff}").unwrap();
        assert_eq!(read_text(&path, 8).unwrap(), "a\u{feff}", "a mark at the start is none of the text");
        std::fs::write(&path, "123456789").unwrap();
        assert_eq!(why(&path), "has more than 8 bytes");
        assert_eq!(read_input(&path, 8).unwrap_err().to_string(), "has more than 8 bytes");
        std::fs::write(&path, b"a\nb\n\xe9").unwrap();
        assert_eq!(why(&path), "line 3 is not UTF-8");
        assert_eq!(why(&folder.path().join("none")), "there is no such file");
        assert_eq!(why(folder.path()), "is a folder; name a file in it");
    }

    #[test]
    fn endless_files_are_rejected_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert_eq!(why(&pipe), "is not a regular file");
        assert_eq!(why(Path::new("/dev/zero")), "is not a regular file");
        assert_eq!(read_input(Path::new("/dev/zero"), 8).unwrap_err().to_string(), "has more than 8 bytes");
        // It reports a length of 0, and has gigabytes.
        let endless = Path::new("/proc/self/pagemap");
        if endless.exists() {
            assert!(RegularFile::open(endless).unwrap().is_empty());
            // Too long, or read at an offset that it does not accept.
            assert!(read(endless, 1 << 16).is_err());
        }
    }
}
