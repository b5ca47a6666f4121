//! `ringback profiles import-curl`.

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::files;
use crate::management::ProfileCheck;
use crate::profile::document::{Document, Secrets, export};
use crate::profile::{Body, Channel, CurlInputs, Draft, Profile, is_curl, read_curl};
use crate::storage::Opened;
use crate::text::escape_controls;

/// The longest command, in bytes (our decision): a body of the maximum length, escaped, and its headers.
const MAX_BYTES: u64 = 8 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct ImportCurlArgs {
    /// A file with a curl command; `-` for standard input; or the command itself, as one argument
    command: String,
    /// Title of the profile [default: host and path]
    #[arg(long)]
    title: Option<String>,
    /// Channel, which cannot be changed later
    #[arg(long, default_value = "default", value_parser = crate::cli::value_enum::choices::<Channel>())]
    channel: Channel,
    /// Keep text such as `<b>` as text; otherwise it is a placeholder
    #[arg(long)]
    literal: bool,
    /// Print the profile as `apply` reads it, with its secrets, and save nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(session: &Session, args: &ImportCurlArgs, json: bool) -> Result<(), CommandError> {
    let (source, text) = text_of(&args.command)?;
    let wrong = |message: String| CommandError::Input(format!("{source}: {}", escape_controls(&message)));
    let imported = read_curl(&text, args.literal, &Surroundings).map_err(|error| wrong(error.to_string()))?;
    let mut draft = Draft::new(args.channel);
    imported.apply_to(&mut draft);
    draft.title = args.title.clone().unwrap_or_else(|| title_of(&draft.endpoint));
    let store = if args.dry_run { session.store_for_preview()? } else { Some(session.store()?) };
    let own = match &store {
        Some(store) => store.own_variables().await?,
        None => Vec::new(),
    };
    let check = ProfileCheck::with(own, session.settings());
    let checked = check.check(Document::from(draft), None, Uuid::new_v4()).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| escape_controls(&fault.to_string())).collect();
        CommandError::Input(format!("{source}: nothing was saved:\n{}", lines.join("\n")))
    })?;
    let profile = checked.profile;
    let mut notes: Vec<String> = imported.notes.iter().chain(&checked.notes).cloned().collect();
    if let Some(store) = &store {
        notes.extend(namesakes(store, &profile).await?);
    }
    match store.filter(|_| !args.dry_run) {
        Some(store) => store.save_profiles(vec![profile.clone()]).await?,
        None => print(&format!("{:#}\n", new_document(&profile)))?,
    }
    for note in &notes {
        eprint_line(&format!("ringback: note: {}", escape_controls(note)));
    }
    if args.dry_run {
        return Ok(());
    }
    let (id, title) = (profile.id.as_str(), profile.title.to_string());
    if json {
        let profiles = json!([{"profile_id": id, "title": title, "result": "created"}]);
        print_json(&json!({"profile_ids": [id], "profiles": profiles, "notes": notes}))
    } else {
        eprint_line(&format!("ringback: created '{}' ({id})", escape_controls(&title)));
        print(&format!("{id}\n"))
    }
}

/// A document that `apply` makes a new profile of: without what only a stored one has.
fn new_document(profile: &Profile) -> Value {
    let mut document = export(profile, Secrets::Shown);
    if let Some(members) = document.as_object_mut() {
        for name in ["profile_id", "created_at", "modified_at"] {
            members.shift_remove(name);
        }
    }
    document
}

/// A note of other profiles with the title of this one, if there are any: the command may have been imported before.
async fn namesakes(store: &Opened, profile: &Profile) -> Result<Option<String>, CommandError> {
    let rows = store.profiles().await?;
    let of_title = rows.iter().filter(|row| row.title == profile.title.as_str());
    let ids: Vec<&str> = of_title.map(|row| row.id.as_str()).collect();
    let text = format!("the title is also that of {}: --title sets another one", ids.join(", "));
    Ok((!ids.is_empty()).then_some(text))
}

/// The command, and what to call its source in an error.
fn text_of(argument: &str) -> Result<(String, String), CommandError> {
    if is_curl(argument) {
        return Ok(("the command".to_owned(), argument.to_owned()));
    }
    let input = JsonInput(Path::new(argument));
    let text = input.text(MAX_BYTES).map_err(|error| CommandError::Input(format!("{input}: {error}")))?;
    Ok((input.to_string(), text))
}

/// The variables of the environment, and files by their names from here.
struct Surroundings;

impl CurlInputs for Surroundings {
    fn variable(&self, name: &str) -> Result<String, String> {
        std::env::var(name).map_err(|_| format!("the variable {name} is not set: set it, or write its value"))
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        let most = u64::try_from(Body::MAX).unwrap_or(u64::MAX);
        files::read_input(Path::new(path), most).map_err(|error| format!("{path}: {}", error.with_fix()))
    }
}

/// Host and path with the characters that a title may have.
fn title_of(endpoint: &str) -> String {
    let address = endpoint.split("://").nth(1).unwrap_or(endpoint);
    let address = address.split('?').next().unwrap_or(address);
    let address = address.rsplit('@').next().unwrap_or(address);
    let words: Vec<&str> =
        address.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).collect();
    let title = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    title.chars().take(100).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_made_of_host_and_path() {
        for (endpoint, wanted) in [
            ("https://hooks.example/orders/<id>?a=b", "hooks example orders id"),
            ("https://me:pw@127.0.0.1:9977/cb", "127 0 0 1 9977 cb"),
        ] {
            assert_eq!(title_of(endpoint), wanted);
        }
    }
}
