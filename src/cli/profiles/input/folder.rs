//! The files that are applied.

use std::fs;
use std::path::{Path, PathBuf};

use super::format::DocumentFormat;
use crate::cli::error::CommandError;

/// The most files of a folder (our decision): as many as there may be profiles.
const MAX_FILES: usize = 100_000;

/// A file that is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli::profiles) struct Input {
    /// Its name; `-` for standard input.
    pub path: PathBuf,
    /// Whether it belongs to a folder that is applied, in which a profile without an ID is found by its title.
    pub of_folder: bool,
}

/// The named files, then those of the folder, ordered by name.
///
/// # Errors
/// A folder cannot be read, or has too many files.
pub(in crate::cli::profiles) fn inputs(
    files: &[PathBuf],
    folder: Option<&Path>,
) -> Result<Vec<Input>, CommandError> {
    let mut all: Vec<Input> =
        files.iter().map(|path| Input { path: path.clone(), of_folder: false }).collect();
    if let Some(folder) = folder {
        let mut found = Vec::new();
        within(folder, &mut found)?;
        found.sort();
        all.extend(found.into_iter().map(|path| Input { path, of_folder: true }));
    }
    Ok(all)
}

/// Adds the documents of a folder and of the folders in it. Hidden ones, such as `.git`, are skipped, and links to
/// folders, which may form a circle.
fn within(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), CommandError> {
    let unreadable = |error: std::io::Error| {
        let fix = "check its name and permissions";
        CommandError::Input(format!("{}: the folder cannot be read ({error}): {fix}", folder.display()))
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            within(&path, found)?;
        } else if DocumentFormat::of_name(&path).is_some() {
            if found.len() == MAX_FILES {
                let folder = folder.display();
                return Err(CommandError::Input(format!("{folder}: more than {MAX_FILES} files")));
            }
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_in_order_and_hidden_files_and_links_to_folders_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["shop/eu", ".git"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        for name in ["b.json", "shop/a.YML", "shop/eu/c.yaml", ".git/d.json", "README.md", ".e.json"] {
            fs::write(at(name), "{}").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), at("round")).unwrap();
        let found = inputs(&[PathBuf::from("-")], Some(folder.path())).unwrap();
        let names: Vec<&Path> =
            found.iter().map(|input| input.path.strip_prefix(folder.path()).unwrap_or(&input.path)).collect();
        assert_eq!(names, ["-", "b.json", "shop/a.YML", "shop/eu/c.yaml"].map(Path::new));
        assert_eq!(found.iter().filter(|input| input.of_folder).count(), 3);
        let missing = inputs(&[], Some(&at("none"))).unwrap_err().to_string();
        assert!(missing.contains("none: the folder cannot be read"), "{missing}");
    }
}
