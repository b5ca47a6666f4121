//! Whether the database is writable, according to the system.

use std::path::Path;

use rustix::fs::{Access, access};
use rustix::io::Errno;

/// Whether this user may write the database, its log and their shared memory, as far as they exist. Checked without
/// opening a file: closing one again would drop the locks that `SQLite` holds on it in this process (fcntl(2)).
pub fn may_be_written(path: &Path) -> bool {
    ["", "-wal", "-shm"].iter().all(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        !matches!(access(Path::new(&name), Access::WRITE_OK), Err(Errno::ACCESS | Errno::PERM | Errno::ROFS))
    })
}
