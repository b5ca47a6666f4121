//! The search of files.

use std::path::Path;

use super::marks;

/// Every file of a place except its database, which is searched separately.
#[track_caller]
pub fn assert_none(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            assert_none(&path);
        } else if !entry.file_name().to_string_lossy().starts_with("ringback.db")
            || path.extension() == Some("lock".as_ref())
        {
            marks::assert_none(&std::fs::read(&path).unwrap(), &path.display().to_string());
        }
    }
}
