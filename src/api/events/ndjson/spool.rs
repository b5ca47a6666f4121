//! Bytes in memory, or in a file without a name once they are many.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use tempfile::SpooledTempFile;

use crate::api::{ApiError, Code};
use crate::threads;

/// The most bytes in memory.
const IN_MEMORY: usize = 256 << 10;

/// How many bytes are read at a time.
const PIECE: usize = 64 << 10;

/// Written once, and then read once.
#[derive(Debug)]
pub(super) struct Spool {
    file: SpooledTempFile,
    bytes: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self { file: SpooledTempFile::new(IN_MEMORY), bytes: 0 }
    }
}

impl Spool {
    /// Writes more.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) async fn write(&mut self, text: String) -> Result<(), ApiError> {
        if text.is_empty() {
            return Ok(());
        }
        self.bytes += text.len() as u64;
        if self.bytes <= IN_MEMORY as u64 {
            return self.file.write_all(text.as_bytes()).map_err(|error| failed(&error));
        }
        let mut file = std::mem::replace(&mut self.file, SpooledTempFile::new(0));
        let written = threads::blocking(move || {
            let written = file.write_all(text.as_bytes());
            (file, written)
        });
        let (file, written) =
            written.await.map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
        self.file = file;
        written.map_err(|error| failed(&error))
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> u64 {
        self.bytes
    }

    /// To read it from its start.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn into_reader(mut self) -> io::Result<SpoolReader> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(SpoolReader { file: self.file, left: self.bytes })
    }
}

fn failed(error: &io::Error) -> ApiError {
    ApiError::new(Code::Unavailable, format!("the response cannot be written to a temporary file ({error})"))
}

/// Reads a spool piece by piece.
#[derive(Debug)]
pub(super) struct SpoolReader {
    file: SpooledTempFile,
    left: u64,
}

impl SpoolReader {
    /// The next piece, and the reader for the rest; none at the end.
    pub(super) async fn next(mut self) -> io::Result<Option<(Vec<u8>, Self)>> {
        let size = PIECE.min(usize::try_from(self.left).unwrap_or(PIECE));
        if size == 0 {
            return Ok(None);
        }
        let read = threads::blocking(move || {
            let mut piece = vec![0; size];
            let read = self.file.read_exact(&mut piece);
            self.left -= size as u64;
            read.map(|()| (piece, self))
        });
        read.await.map_err(io::Error::other)?.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_is_read_back() {
        for pieces in [0, 1, 3, 5_000] {
            let mut spool = Spool::default();
            let text = |n: usize| format!("{n:0100}");
            for n in 0..pieces {
                spool.write(text(n)).await.unwrap();
            }
            assert_eq!(spool.len(), 100 * pieces as u64);
            assert_eq!(spool.file.is_rolled(), pieces == 5_000);
            let mut reader = spool.into_reader().unwrap();
            let mut read = Vec::new();
            while let Some((piece, rest)) = reader.next().await.unwrap() {
                read.extend(piece);
                reader = rest;
            }
            assert_eq!(read, (0..pieces).map(text).collect::<String>().into_bytes());
        }
    }
}
