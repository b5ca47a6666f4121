//! The file with the last requests: appended to, and rewritten when it has twice as much as is kept.

use std::collections::VecDeque;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::super::received::Received;
use super::error::KeepError;
use super::line;
use crate::files::{self, UnreadableFile};

/// How many requests are kept.
pub const KEPT_REQUESTS: usize = 200;

/// How many bytes of the file are kept: 8 MiB.
pub const KEPT_BYTES: usize = 8 << 20;

/// The longest file that is read: twice what is kept, and a line of the largest request from each of many processes.
const LONGEST: u64 = 64 << 20;

/// How often, and how long apart, a lock is asked for.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_WAIT: Duration = Duration::from_millis(5);

/// The requests that are kept over a restart, in a file. Several processes may use one file.
#[derive(Debug)]
pub struct KeptRequests {
    path: PathBuf,
    /// How many were added since the file was rewritten.
    added: usize,
    /// A header whose value is a secret, whatever its name suggests.
    credential: Option<String>,
}

impl KeptRequests {
    /// Those of a file, which need not exist.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        // Earlier processes may have added some; the first rewrite counts them.
        Self { path, added: KEPT_REQUESTS / 2, credential: None }
    }

    /// Leaves out the value of this header too from now on: the header with the API key of a profile.
    pub fn leave_out(&mut self, header: Option<&str>) {
        self.credential = header.map(str::to_owned);
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a request as the newest. Values of headers that are secret by name are left out.
    ///
    /// # Errors
    /// The file cannot be written, or is locked by a process that has stopped.
    pub fn add(&mut self, request: &Received) -> Result<(), KeepError> {
        let line = line::write(request, self.credential.as_deref());
        let mut file = self.locked()?;
        let end = file.seek(SeekFrom::End(0))?;
        // A program that was killed may have left a part of a line.
        if end > 0 && !ends_line(&mut file)? {
            file.write_all(b"\n")?;
        }
        file.write_all(line.as_bytes())?;
        self.added += 1;
        if self.added >= KEPT_REQUESTS || end + line.len() as u64 > 2 * KEPT_BYTES as u64 {
            self.rewrite()?;
            self.added = 0;
        }
        Ok(())
    }

    /// The requests that are kept, oldest first. None if there is no file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self) -> Result<Vec<Arc<Received>>, KeepError> {
        let bytes = match files::read(&self.path, LONGEST) {
            Ok(bytes) => bytes,
            Err(UnreadableFile::Missing) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(last_lines(&text).into_iter().filter_map(line::read).map(Arc::new).collect())
    }

    /// Removes all of them, with the file.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn clear(&mut self) -> Result<(), KeepError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn folder(&self) -> &Path {
        let named = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        named.unwrap_or_else(|| Path::new("."))
    }

    /// The file, locked until it is dropped; created if necessary. Another process may replace it meanwhile.
    fn locked(&self) -> Result<File, KeepError> {
        DirBuilder::new().recursive(true).mode(0o700).create(self.folder())?;
        loop {
            let file =
                OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)?;
            let mut attempts = 0;
            while let Err(error) = file.try_lock() {
                attempts += 1;
                match error {
                    TryLockError::WouldBlock if attempts < LOCK_ATTEMPTS => std::thread::sleep(LOCK_WAIT),
                    TryLockError::WouldBlock => return Err(KeepError::Locked),
                    TryLockError::Error(error) => return Err(error.into()),
                }
            }
            let opened = file.metadata()?;
            match std::fs::metadata(&self.path) {
                Ok(named) if (named.dev(), named.ino()) == (opened.dev(), opened.ino()) => return Ok(file),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Replaces the file by one with the last requests only. It is locked.
    fn rewrite(&self) -> Result<(), KeepError> {
        let bytes = files::read(&self.path, LONGEST)?;
        let text = String::from_utf8_lossy(&bytes);
        // Readable by its owner only.
        let mut file = tempfile::NamedTempFile::new_in(self.folder())?;
        for line in last_lines(&text) {
            file.write_all(line.as_bytes())?;
            file.write_all(b"\n")?;
        }
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Whether its last byte is a line feed; then it is at its end.
fn ends_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The last lines, as many as are kept; oldest first.
fn last_lines(text: &str) -> VecDeque<&str> {
    let mut lines = VecDeque::new();
    let mut bytes = 0;
    for line in text.lines().rev().filter(|line| !line.is_empty()).take(KEPT_REQUESTS) {
        bytes += line.len() + 1;
        if bytes > KEPT_BYTES {
            break;
        }
        lines.push_front(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::receiver::received::tests::sample;

    fn request(n: usize, body: usize) -> Received {
        Received {
            id: format!("{n:08x}"),
            body: vec![b'x'; body].into(),
            body_length: body as u64,
            ..sample()
        }
    }

    fn ids(kept: &KeptRequests) -> Vec<String> {
        kept.read().unwrap().iter().map(|request| request.id.clone()).collect()
    }

    #[test]
    fn requests_are_there_after_a_restart_and_readable_by_their_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/ringback.db.received");
        let mut kept = KeptRequests::at(path.clone());
        assert_eq!(kept.read().unwrap(), []);
        for n in 1..=3 {
            kept.add(&request(n, 5)).unwrap();
        }
        let again = KeptRequests::at(path.clone());
        assert_eq!(ids(&again), ["00000001", "00000002", "00000003"]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        kept.clear().unwrap();
        kept.clear().unwrap();
        assert_eq!(ids(&again), [""; 0]);
        kept.add(&request(4, 5)).unwrap();
        assert_eq!(ids(&again), ["00000004"]);
    }

    #[test]
    fn the_file_is_bounded_in_requests_and_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let mut kept = KeptRequests::at(path.clone());
        for n in 0..1000 {
            kept.add(&request(n, 5)).unwrap();
        }
        let last: Vec<String> = (800..1000).map(|n| format!("{n:08x}")).collect();
        assert_eq!(ids(&kept), last);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() <= 2 * KEPT_REQUESTS, "{}", text.lines().count());
        for n in 1000..1030 {
            kept.add(&request(n, 1 << 20)).unwrap();
            assert!(std::fs::metadata(&path).unwrap().len() <= 2 * KEPT_BYTES as u64 + (2 << 20));
        }
        // A mebibyte takes four thirds of one.
        assert_eq!(ids(&kept), ["00000401", "00000402", "00000403", "00000404", "00000405"]);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "also when it was rewritten");
    }

    #[test]
    fn a_part_of_a_line_is_passed_over_and_others_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let mut kept = KeptRequests::at(path.clone());
        kept.add(&request(1, 5)).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"id\":\"00000002\",\xff").unwrap();
        kept.add(&request(3, 5)).unwrap();
        assert_eq!(ids(&kept), ["00000001", "00000003"]);
    }

    #[test]
    fn several_writers_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let path = path.clone();
                std::thread::spawn(move || {
                    // Each rewrites the file in between.
                    let mut kept = KeptRequests { path, added: KEPT_REQUESTS - 15, credential: None };
                    for n in 0..40 {
                        kept.add(&request(writer * 100 + n, 500)).unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        let mut all = ids(&KeptRequests::at(path));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 160);
    }

    #[test]
    fn a_file_that_cannot_be_written_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let error = KeptRequests::at(folder.path().to_owned()).add(&request(1, 5)).unwrap_err();
        assert!(error.to_string().contains("directory"), "{error}");
        let locked = folder.path().join("kept");
        let file = OpenOptions::new().append(true).create(true).open(&locked).unwrap();
        file.lock().unwrap();
        let error = KeptRequests::at(locked).add(&request(1, 5)).unwrap_err();
        assert!(matches!(error, KeepError::Locked), "{error}");
    }
}
