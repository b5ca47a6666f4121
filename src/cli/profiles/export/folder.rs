//! One file per profile, in a folder that `apply -f` reads.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::existing::Existing;
use crate::cli::error::CommandError;
use crate::cli::profiles::input::DocumentFormat;
use crate::files::replace::{FileAccess, replace};
use crate::profile::document::{Secrets, export};
use crate::profile::{Choice as _, Profile, ProfileId};

/// A profile and its file.
#[derive(Debug)]
pub(super) struct ExportedFile {
    pub id: ProfileId,
    pub title: String,
    pub path: PathBuf,
    /// Whether the file had other contents, or did not exist.
    pub is_written: bool,
    /// Whether it has null in place of secrets.
    pub hides_secrets: bool,
}

/// Where a profile goes, and the file that this replaces under another name.
struct Target {
    path: PathBuf,
    old: Option<PathBuf>,
}

/// Writes each profile to a file of its own. That of a profile which has one already is replaced where it is.
///
/// # Errors
/// Before anything is written: the folder cannot be read, a file to be replaced has other profiles too, or no name is
/// free. Later: a file cannot be written; the others may be.
pub(super) fn write(
    folder: &Path,
    profiles: &[Profile],
    secrets: Secrets,
    format: DocumentFormat,
) -> Result<Vec<ExportedFile>, CommandError> {
    let existing = Existing::of(folder)?;
    let mut taken = HashSet::new();
    let mut targets = Vec::new();
    for profile in profiles {
        // A file without an ID is that of the first profile with its title.
        let old = existing.file_of(profile)?.filter(|old| taken.insert(old.to_path_buf()));
        let target = target(folder, profile, old, format, &taken)?;
        taken.insert(target.path.clone());
        targets.push(target);
    }
    let failed = |path: &Path, error: io::Error| {
        let path = path.display();
        CommandError::Input(format!(
            "{path}: cannot be written ({error}); run the command again after fixing it"
        ))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let access = if secrets == Secrets::Shown { FileAccess::Owner } else { FileAccess::Usual };
    let mut files = Vec::new();
    for (profile, Target { path, old }) in profiles.iter().zip(targets) {
        let document = export(profile, secrets);
        let text = format.written(&document);
        let is_written = replace(&path, text.as_bytes(), access).map_err(|error| failed(&path, error))?;
        if let Some(old) = old {
            fs::remove_file(&old).map_err(|error| failed(&old, error))?;
        }
        let hides_secrets = secrets == Secrets::Hidden && document != export(profile, Secrets::Shown);
        let (id, title) = (profile.id.clone(), profile.title.to_string());
        files.push(ExportedFile { id, title, path, is_written, hides_secrets });
    }
    Ok(files)
}

/// The file of a profile: the one that it has, in the wanted format, or a new one.
fn target(
    folder: &Path,
    profile: &Profile,
    old: Option<&Path>,
    format: DocumentFormat,
    taken: &HashSet<PathBuf>,
) -> Result<Target, CommandError> {
    if let Some(path) = old.filter(|old| DocumentFormat::of_name(old) == Some(format)) {
        return Ok(Target { path: path.to_owned(), old: None });
    }
    let folder = old.and_then(Path::parent).unwrap_or(folder);
    let ending = format.name();
    let stem = old.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let names = [stem, Some(short_name(profile)), Some(profile.id.as_str().to_ascii_lowercase())];
    let is_free = |path: &PathBuf| !taken.contains(path) && fs::symlink_metadata(path).is_err();
    let mut paths = names.into_iter().flatten().map(|name| folder.join(format!("{name}.{ending}")));
    match paths.find(is_free) {
        Some(path) => Ok(Target { path, old: old.map(Path::to_owned) }),
        None => Err(CommandError::Input(format!(
            "{}: nothing was exported: files of other contents have the names for '{}' ({}): move them, or name \
             another folder",
            folder.display(),
            profile.title,
            profile.id
        ))),
    }
}

/// The name of a new file: the title, for people, and a part of the ID, which keeps profiles of one title apart. It has
/// small letters, digits, hyphens and underscores, and is the same wherever it is exported.
fn short_name(profile: &Profile) -> String {
    let title: String = profile.title.as_str().to_ascii_lowercase().replace(' ', "-");
    let unique = profile.id.as_str().split(['_', '-']).nth(1).unwrap_or_default();
    format!("{title}.{unique}")
}
