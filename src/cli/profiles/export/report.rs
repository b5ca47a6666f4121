//! What was written to a folder.

use std::path::Path;

use serde_json::{Value, json};

use super::folder::ExportedFile;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::text::escape_controls;

/// Prints the files on standard output, and how many there are on standard error.
pub(super) fn written(folder: &Path, files: &[ExportedFile], json: bool) -> Result<(), CommandError> {
    if json {
        print_json(
            &json!({"folder": folder.to_string_lossy(), "files": files.iter().map(row).collect::<Value>()}),
        )?;
    } else {
        let line = |file: &ExportedFile| escape_controls(&file.path.to_string_lossy()) + "\n";
        print(&files.iter().map(line).collect::<String>())?;
        let new = files.iter().filter(|file| file.is_written).count();
        let all = count(files.len());
        let folder = escape_controls(&folder.to_string_lossy());
        eprint_line(&format!("ringback: {all} in {folder}: {new} written, {} unchanged", files.len() - new));
    }
    let hidden = files.iter().filter(|file| file.hides_secrets).count();
    if hidden > 0 {
        eprint_line(&format!(
            "ringback: note: {} null in place of secrets: this database keeps its own when they are applied; for \
             another one, export with --secrets",
            if hidden == 1 { "1 file has".to_owned() } else { format!("{hidden} files have") }
        ));
    }
    Ok(())
}

fn row(file: &ExportedFile) -> Value {
    let result = if file.is_written { "written" } else { "unchanged" };
    json!({"profile_id": file.id.as_str(), "title": file.title, "file": file.path.to_string_lossy(), "result": result})
}

fn count(profiles: usize) -> String {
    if profiles == 1 { "1 profile".to_owned() } else { format!("{profiles} profiles") }
}
