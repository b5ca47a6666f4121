//! Finds the profile that an argument names.

use crate::profile::{Choice, Profile, ProfileId};
use crate::storage::{DeletedProfile, Opened, ProfileRow};
use crate::text::escape_controls;

use super::blocked::clock;
use super::error::CommandError;

/// The profile that a text names: by ID, unique ID prefix, or title.
///
/// # Errors
/// No profile matches, or several do, which are listed. For a deleted one, how to restore it.
pub async fn profile(store: Option<&Opened>, text: &str) -> Result<(Opened, Profile), CommandError> {
    let none = || {
        let text = escape_controls(text);
        CommandError::Input(format!("no profile '{text}'; `ringback profiles list` lists all"))
    };
    let store = store.ok_or_else(none)?;
    let found = store.find_profiles(text).await?;
    match &found[..] {
        [] => match &store.find_deleted(text).await?[..] {
            [] => Err(none()),
            [last, ..] => Err(is_deleted(last)),
        },
        // Another session may delete it in between.
        [one] => Ok((store.clone(), store.profile(&one.id).await?.ok_or_else(none)?)),
        several => Err(ambiguous(text, &several.iter().map(line).collect::<Vec<_>>())),
    }
}

/// The ID of a profile of the log. Deliveries of a deleted profile stay there: while it can be restored it is found like
/// any other, afterwards by its full ID.
///
/// # Errors
/// As [`profile`].
pub async fn logged(store: Option<&Opened>, text: &str) -> Result<ProfileId, CommandError> {
    let error = match profile(store, text).await {
        Ok((_, profile)) => return Ok(profile.id),
        Err(error) => error,
    };
    let Some(store) = store.filter(|_| matches!(error, CommandError::Input(_))) else { return Err(error) };
    match (ProfileId::parse(text), &store.find_deleted(text).await?[..]) {
        (Ok(id), _) => Ok(id),
        (Err(_), [one]) if store.find_profiles(text).await?.is_empty() => Ok(one.row.id.clone()),
        _ => Err(error),
    }
}

/// The deleted profile that a text names, as in [`profile`].
///
/// # Errors
/// No profile matches, or several do, which are listed.
pub async fn deleted(store: Option<&Opened>, text: &str) -> Result<(Opened, DeletedProfile), CommandError> {
    let none = |why: &str| {
        CommandError::Input(format!(
            "{why}: `ringback profiles list --deleted` lists the profiles that can be restored"
        ))
    };
    let unknown = || none(&format!("no deleted profile '{}'", escape_controls(text)));
    let store = store.ok_or_else(unknown)?;
    let mut found = store.find_deleted(text).await?;
    match (found.pop(), found.is_empty()) {
        (None, _) if store.find_profiles(text).await?.is_empty() => Err(unknown()),
        (None, _) => Err(none(&format!("'{}' is not deleted", escape_controls(text)))),
        (Some(one), true) => Ok((store.clone(), one)),
        (Some(last), false) => {
            let all = found.iter().chain([&last]);
            let lines = all.map(|one| format!("{}  deleted {}", line(&one.row), clock(one.deleted_at)));
            Err(ambiguous(text, &lines.collect::<Vec<_>>()))
        }
    }
}

fn is_deleted(deleted: &DeletedProfile) -> CommandError {
    let (title, at, id) = (escape_controls(&deleted.row.title), clock(deleted.deleted_at), &deleted.row.id);
    CommandError::Input(format!(
        "profile '{title}' was deleted at {at}: `ringback profiles restore {id}` restores it"
    ))
}

fn line(row: &ProfileRow) -> String {
    let (title, channel, endpoint) =
        (escape_controls(&row.title), row.channel.name(), escape_controls(&row.endpoint));
    format!("  {}  {title}  {channel}  {endpoint}", row.id)
}

fn ambiguous(text: &str, lines: &[String]) -> CommandError {
    let (text, count) = (escape_controls(text), lines.len());
    let first = format!("'{text}' matches {count} profiles, so nothing was done; use the ID of one:");
    CommandError::Input([&[first], lines].concat().join("\n"))
}
