//! No file is too long to keep in mind.

use std::path::{Path, PathBuf};

use crate::sources::{names_in, root};

/// Lines of a file, tests included.
const MOST: usize = 500;

fn sources_in(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in names_in(folder).iter().map(|name| folder.join(name)) {
        if path.is_dir() {
            sources_in(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_has_more_than_500_lines() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        sources_in(&root().join(folder), &mut files);
    }
    assert!(files.len() > 800, "only {} files were found", files.len());
    let lines = |path: &PathBuf| std::fs::read_to_string(path).unwrap().lines().count();
    let name = |path: &PathBuf| path.strip_prefix(root()).unwrap().display().to_string();
    let long = files.iter().map(|path| (name(path), lines(path))).filter(|(_, lines)| *lines > MOST);
    let long: Vec<_> = long.collect();
    assert!(long.is_empty(), "{long:?}");
}
