//! `ringback keys revoke`.

use serde_json::{Value, json};

use super::document::{document, stored_now};
use crate::cli::blocked;
use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::storage::ApiKey;
use crate::text::escape_controls;

pub(super) async fn run(session: &Session, text: &str, json: bool) -> Result<(), CommandError> {
    let none = || {
        let text = escape_controls(text);
        CommandError::Input(format!("no API key '{text}'; `ringback keys list` lists all"))
    };
    let store = session.store_if_there()?.ok_or_else(none)?;
    let (keys, _) = store.api_keys().await?;
    let mut key = named(&keys, text).ok_or_else(none)?.clone();
    let now = stored_now();
    let changed = key.revoked_at.is_none() && store.revoke_key(&key.id, now).await?;
    if changed {
        key.revoked_at = Some(now);
    } else if let Some((stored, _)) = store.find_key(&key.id).await? {
        // Another session may have revoked it in between.
        key = stored;
    }
    if json {
        let mut members = document(&key, now);
        members.insert("changed".to_owned(), json!(changed));
        return print_json(&Value::Object(members));
    }
    let at = key.revoked_at.map(blocked::clock).unwrap_or_default();
    let what = if changed { "revoked".to_owned() } else { format!("was already revoked at {at}") };
    print(&format!("{}  {} {what}\n", key.id, escape_controls(&key.name)))
}

/// The key that a text names: by ID, or by name; of those with one name the one that is not revoked, else the last.
fn named<'a>(keys: &'a [ApiKey], text: &str) -> Option<&'a ApiKey> {
    let by_id = keys.iter().find(|key| key.id.as_str() == text);
    let by_name = || keys.iter().rev().filter(|key| key.name == text.trim());
    by_id.or_else(|| by_name().find(|key| key.revoked_at.is_none())).or_else(|| by_name().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance::samples::{api_key, at};

    #[test]
    fn a_name_means_the_key_in_use() {
        let mut keys: Vec<ApiKey> = ["a", "a", "a", "b", "b"].map(|name| api_key(name).0).into();
        for place in [0, 2, 3, 4] {
            keys[place].revoked_at = Some(at(5));
        }
        let id = |text: &str| named(&keys, text).map(|key| key.id.clone());
        assert_eq!(id("a"), Some(keys[1].id.clone()));
        assert_eq!(id("b"), Some(keys[4].id.clone()));
        assert_eq!(id(keys[0].id.as_str()), Some(keys[0].id.clone()));
        assert_eq!(id("A"), None);
    }
}
