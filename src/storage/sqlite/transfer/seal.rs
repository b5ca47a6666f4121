//! Closes a file that was copied, permanently.

use std::fs::{Permissions, set_permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

/// How long a session that has the file open may keep the write-ahead log.
const MOMENT: Duration = Duration::from_millis(500);

/// Makes the file read-only for its owner. Without a write-ahead log nothing need be written to read it; where another
/// session has the file open, the log stays.
pub fn seal(path: &Path) -> io::Result<()> {
    if let Ok(db) = Connection::open(path) {
        let _ = db.busy_timeout(MOMENT);
        let _ = db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
    }
    set_permissions(path, Permissions::from_mode(0o400))
}
