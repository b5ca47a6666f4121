//! `ringback keys list`.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use super::document::document;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::passed_over;
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::clock;
use crate::profile::{Choice as _, ProfileId};
use crate::storage::{ApiKey, KeyState, Storage, StoreError};

pub(super) async fn run(session: &Session, json: bool) -> Result<(), CommandError> {
    let now = clock::now();
    let (keys, titles) = match session.store_if_there()? {
        Some(store) => {
            let (keys, skipped) = store.api_keys().await?;
            passed_over::report(&skipped);
            let titles = if json { HashMap::new() } else { titles(&*store, &keys).await? };
            (keys, titles)
        }
        None => Default::default(),
    };
    if json {
        return print_json(&keys.iter().map(|key| Value::Object(document(key, now))).collect());
    }
    if keys.is_empty() {
        eprint_line("no API keys yet: `ringback keys create NAME --scope send` creates one");
        return Ok(());
    }
    print(&listed(&keys, &titles, now))
}

/// The titles of the profiles that keys are limited to, as far as they exist.
async fn titles(store: &dyn Storage, keys: &[ApiKey]) -> Result<HashMap<ProfileId, String>, StoreError> {
    let mut titles = HashMap::new();
    for id in keys.iter().flat_map(|key| &key.profiles) {
        if !titles.contains_key(id)
            && let Some(profile) = store.profile(id).await?
        {
            titles.insert(id.clone(), profile.title.to_string());
        }
    }
    Ok(titles)
}

fn listed(keys: &[ApiKey], titles: &HashMap<ProfileId, String>, now: Timestamp) -> String {
    let time = |at: Option<Timestamp>, none: &str| {
        at.map_or_else(|| none.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
    };
    let title = |id: &ProfileId| titles.get(id).cloned().unwrap_or_else(|| id.to_string());
    let rows: Vec<[String; 8]> = keys
        .iter()
        .map(|key| {
            let profiles: Vec<String> = key.profiles.iter().map(title).collect();
            let state = match key.state(now) {
                KeyState::Revoked => format!("revoked {}", time(key.revoked_at, "")),
                state => state.name().to_owned(),
            };
            [
                key.id.to_string(),
                key.name.clone(),
                key.scope.name().to_owned(),
                if profiles.is_empty() { "all".to_owned() } else { profiles.join(", ") },
                time(Some(key.created_at), ""),
                time(key.expires_at, "never"),
                time(key.last_used_at, "never"),
                state,
            ]
        })
        .collect();
    table(["ID", "NAME", "SCOPE", "PROFILES", "CREATED", "EXPIRES", "LAST USED", "STATE"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance::samples::{api_key, at, profile_id};

    #[test]
    fn a_key_is_listed_with_its_profiles_and_its_state() {
        let mut shop = api_key("shop").0;
        let mut board = api_key("board").0;
        (shop.expires_at, shop.last_used_at) = (None, Some(at(60_000)));
        (board.profiles, board.revoked_at) = (Vec::new(), Some(at(120_000)));
        let expired = api_key("old").0;
        let titles = HashMap::from([(profile_id(1), "Order SMS".to_owned())]);
        let text = listed(&[shop.clone(), board, expired], &titles, at(1_000_000));
        let lines: Vec<&str> = text.lines().collect();
        let profiles = format!("Order SMS, {}", profile_id(2));
        assert!(lines[1].starts_with(&format!("{}  shop   send   {profiles}  ", shop.id)), "{text}");
        assert!(lines[1].ends_with("2023-11-14 22:13  never             2023-11-14 22:14  active"), "{text}");
        assert!(lines[2].contains("  all  ") && lines[2].ends_with("revoked 2023-11-14 22:15"), "{text}");
        assert!(lines[3].ends_with("never             expired"), "{text}");
    }
}
