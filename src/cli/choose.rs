//! Which profile a person means.

use crate::profile::{Choice, Profile};
use crate::store::{ProfileRow, Store};

use super::error::CommandError;
use crate::shown::shown;

/// The profile that a text means: an id, an id's unique start, or a title.
///
/// # Errors
/// None is meant, or several are, which are listed.
pub async fn profile(store: Option<&Store>, text: &str) -> Result<(Store, Profile), CommandError> {
    let none = || {
        let text = shown(text);
        CommandError::Input(format!("no profile '{text}': `ringback profiles list` shows those there are"))
    };
    let store = store.ok_or_else(none)?;
    let found = store.find_profiles(text).await?;
    match &found[..] {
        [] => Err(none()),
        // It may be deleted by another session in between.
        [one] => Ok((store.clone(), store.profile(&one.id).await?.ok_or_else(none)?)),
        several => Err(ambiguous(text, several)),
    }
}

fn ambiguous(text: &str, several: &[ProfileRow]) -> CommandError {
    let (text, count) = (shown(text), several.len());
    let mut lines =
        vec![format!("'{text}' may be {count} profiles, so nothing was done; name one by its id:")];
    lines.extend(several.iter().map(|row| {
        let (title, channel, endpoint) = (shown(&row.title), row.channel.name(), shown(&row.endpoint));
        format!("  {}  {title}  {channel}  {endpoint}", row.id)
    }));
    CommandError::Input(lines.join("\n"))
}
