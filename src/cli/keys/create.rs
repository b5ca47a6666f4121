//! `ringback keys create`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::document::{document, stored_now};
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::value_enum::choices;
use crate::cli::{blocked, resolve_profile};
use crate::clock;
use crate::documents::duration;
use crate::profile::Choice as _;
use crate::storage::{ApiKey, KeyCreated, KeyScope, KeyText};
use crate::text::escape_controls;

/// The most bytes of a name (our decision).
const LONGEST_NAME: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// Name of the key, for people; no two keys in use have the same
    #[arg(value_parser = name)]
    name: String,
    /// What the key allows: hand over events, read, or change profiles and deliveries
    #[arg(long, value_parser = choices::<KeyScope>(), ignore_case = true)]
    scope: KeyScope,
    /// Limit the key to this profile (ID, unique ID prefix, or title); repeat it for several
    #[arg(long, value_name = "PROFILE")]
    profile: Vec<String>,
    /// Refuse the key after this time, such as 90d [default: never]
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    expires: Option<SignedDuration>,
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("is empty: name what will use the key, such as 'shop'".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("has {} bytes; at most {LONGEST_NAME} are allowed", name.len()));
    }
    if name.chars().any(char::is_control) {
        return Err("has a control character: use printable characters only".to_owned());
    }
    Ok(name.to_owned())
}

fn lifetime(text: &str) -> Result<SignedDuration, String> {
    match duration(text)? {
        SignedDuration::ZERO => Err("must be longer than 0: use 90d, 12h or 4w".to_owned()),
        long => Ok(long),
    }
}

pub(super) async fn run(session: &Session, args: CreateArgs, json: bool) -> Result<(), CommandError> {
    let store = if args.profile.is_empty() { Some(session.store()?) } else { session.store_if_there()? };
    let (mut profiles, mut titles) = (Vec::new(), Vec::new());
    for text in &args.profile {
        let (_, profile) = resolve_profile::profile(store.as_ref(), text).await?;
        if !profiles.contains(&profile.id) {
            profiles.push(profile.id);
            titles.push(profile.title.to_string());
        }
    }
    let store = store.map_or_else(|| session.store(), Ok)?;
    let text = KeyText::generate();
    let now = stored_now();
    let key = ApiKey {
        id: text.id.clone(),
        name: args.name,
        scope: args.scope,
        profiles,
        created_at: now,
        expires_at: args.expires.map(|long| clock::later(now, long)),
        revoked_at: None,
        last_used_at: None,
    };
    if store.create_key(key.clone(), text.secret.hash()).await? == KeyCreated::NameInUse {
        let name = escape_controls(&key.name);
        return Err(CommandError::Input(format!(
            "a key named '{name}' exists: use another name, or revoke that one with `ringback keys revoke '{name}'`"
        )));
    }
    if json {
        let mut members = document(&key, now);
        members.insert("key".to_owned(), json!(text.reveal()));
        return print_json(&Value::Object(members));
    }
    // The key alone is on standard output, so that a script can keep it.
    print(&format!("{}\n", text.reveal()))?;
    eprint_line(&format!("ringback: {}", sentence(&key, &titles)));
    Ok(())
}

/// What was created.
fn sentence(key: &ApiKey, titles: &[String]) -> String {
    let named = |title: &String| format!("'{}'", escape_controls(title));
    let profiles = match titles {
        [] => "all profiles".to_owned(),
        some => some.iter().map(named).collect::<Vec<_>>().join(", "),
    };
    let until = key.expires_at.map_or("never".to_owned(), blocked::clock);
    format!(
        "created key '{}' ({}): scope {}, {profiles}, expires {until}; it is shown this once, keep it now",
        escape_controls(&key.name),
        key.id,
        key.scope.name(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!(name(" the shop "), Ok("the shop".to_owned()));
        for bad in ["", "  ", "a\nb", "a\u{1b}b", &"x".repeat(101)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_lifetime_is_positive() {
        assert_eq!(lifetime("90d"), Ok(SignedDuration::from_hours(90 * 24)));
        assert!(lifetime("0s").unwrap_err().contains("longer than 0"));
        assert!(lifetime("soon").unwrap_err().contains("is not a duration"));
        assert!(lifetime("-1d").is_err());
    }
}
