//! The source of events: a file, or a pipe; read once, or twice.

use std::fmt;
use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, Read, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use uuid::Uuid;

use crate::cli::error::CommandError;
use crate::files::{self, UnreadableFile};
use crate::text::escape_controls;

/// An open input.
#[derive(Debug)]
pub struct Source {
    /// Its name.
    pub named: Named,
    from: From,
}

/// The name of an input.
#[derive(Debug, Clone)]
pub enum Named {
    /// Standard input.
    Stdin,
    /// A file, a named pipe, …
    File(String),
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(name) => f.write_str(&escape_controls(name)),
        }
    }
}

#[derive(Debug)]
enum From {
    /// Can be read again.
    File(File),
    /// Can be read only once: a pipe, a terminal, …
    Stream(File),
    Stdin,
}

/// The input to read.
pub type Input = Box<dyn Read + Send>;

impl Source {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// There is no such file, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, CommandError> {
        if path == Path::new("-") {
            return Ok(Self { named: Named::Stdin, from: From::Stdin });
        }
        let named = Named::File(path.display().to_string());
        let refused = |error: UnreadableFile| CommandError::Input(format!("{named}: {}", error.with_fix()));
        let file = files::open_input(path).map_err(refused)?;
        let found = file.metadata().map_err(|error| refused(error.into()))?;
        let from = if found.is_file() { From::File(file) } else { From::Stream(file) };
        Ok(Self { named, from })
    }

    /// Its length in bytes, if known.
    pub fn size(&self) -> Option<u64> {
        match &self.from {
            From::File(file) => file.metadata().ok().map(|found| found.len()),
            From::Stream(_) | From::Stdin => None,
        }
    }

    /// To be read once.
    pub fn once(self) -> Input {
        match self.from {
            From::File(file) | From::Stream(file) => Box::new(file),
            From::Stdin => Box::new(io::stdin()),
        }
    }

    /// To be read twice, with the same contents: a stream is copied to a temporary file as it is read. That file is
    /// in this folder, is private, and is removed when the program ends, however it ends.
    ///
    /// # Errors
    /// No file can be created there.
    pub fn twice(self, folder: &Path) -> io::Result<Twice> {
        match self.from {
            From::File(file) => {
                Ok(Twice { kept: file.try_clone()?, stamp: Some(stamp(&file)?), input: Box::new(file) })
            }
            From::Stream(file) => Twice::copying(Box::new(file), folder),
            From::Stdin => Twice::copying(Box::new(io::stdin()), folder),
        }
    }
}

/// An input that is read to its end, and then again.
pub struct Twice {
    /// To be read first, to its end.
    pub input: Input,
    kept: File,
    /// The state of a file that others may change meanwhile; none for a private copy.
    stamp: Option<Stamp>,
}

type Stamp = (u64, SystemTime);

impl Twice {
    fn copying(from: Input, folder: &Path) -> io::Result<Self> {
        let kept = unnamed(folder)?;
        let input = Box::new(Copying { from, to: kept.try_clone()? });
        Ok(Self { input, kept, stamp: None })
    }

    /// The same bytes again.
    ///
    /// # Errors
    /// They cannot be read again, or have changed.
    pub fn again(mut self) -> io::Result<Input> {
        if let Some(before) = self.stamp
            && stamp(&self.kept)? != before
        {
            return Err(io::Error::other("it was changed while it was read"));
        }
        self.kept.rewind()?;
        Ok(Box::new(self.kept))
    }
}

fn stamp(file: &File) -> io::Result<Stamp> {
    let found = file.metadata()?;
    Ok((found.len(), found.modified()?))
}

/// A new file without a name: it disappears when it is closed.
fn unnamed(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!(".ringback-send-{}", Uuid::new_v4().simple()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    remove_file(&path)?;
    Ok(file)
}

/// Copies everything that is read.
struct Copying {
    from: Input,
    to: File,
}

impl Read for Copying {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.to.write_all(&into[..read])?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(mut input: impl Read) -> String {
        let mut text = String::new();
        input.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_stream_is_read_twice_and_no_copy_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut twice = Twice::copying(Box::new(&b"a\nb"[..]), folder.path()).unwrap();
        assert_eq!(text(&mut twice.input), "a\nb");
        assert_eq!(text(twice.again().unwrap()), "a\nb");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_changes_meanwhile_is_detected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        std::fs::write(&path, "a\n").unwrap();
        let twice = |path: &Path| {
            let source = Source::open(path).unwrap();
            assert_eq!(source.size(), Some(2));
            let mut twice = source.twice(folder.path()).unwrap();
            assert_eq!(text(&mut twice.input), "a\n");
            twice
        };
        assert_eq!(text(twice(&path).again().unwrap()), "a\n");
        let changed = twice(&path);
        std::fs::write(&path, "a\nb\n").unwrap();
        assert!(changed.again().err().unwrap().to_string().contains("changed"));
    }

    #[test]
    fn an_unreadable_file_is_invalid_input() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path(), &folder.path().join("none")] {
            assert_eq!(Source::open(path).unwrap_err().code(), 2);
        }
    }
}
