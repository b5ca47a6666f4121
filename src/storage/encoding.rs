//! How values are stored in every store: times in milliseconds, choices by name, headers and values as JSON.

use std::net::SocketAddr;

use jiff::Timestamp;

use crate::callback::{Values, push_quoted};
use crate::profile::document::{self, Secrets};
use crate::profile::{Choice, Identity, Profile, ProfileId, Rules};
use crate::record::{DeliveryState, ErrorClass, Failure};
use crate::storage::api_keys::secret::KeyId;
use crate::storage::error::StoreError;
use crate::storage::unreadable::Why;

/// The header with the delivery's id (Standard Webhooks).
pub const ID_HEADER: &str = "webhook-id";

/// Milliseconds since 1970, UTC. The last ones of the supported range cannot be read back.
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond().min(Timestamp::MAX.as_second() * 1000)
}

/// This many milliseconds after a time; at most the end of the range.
pub fn millis_after(at: Timestamp, ms: u32) -> i64 {
    millis(at).saturating_add(ms.into()).min(millis(Timestamp::MAX))
}

pub fn time(ms: i64) -> Result<Timestamp, Why> {
    Timestamp::from_millisecond(ms).map_err(|error| error.to_string())
}

/// A time that may be missing.
pub fn time_if_any(ms: Option<i64>) -> Result<Option<Timestamp>, Why> {
    ms.map(time).transpose()
}

pub fn choice<C: Choice>(name: &str) -> Result<C, Why> {
    C::from_name(name).ok_or_else(|| format!("'{name}' is unknown: use {}", C::names()))
}

pub fn profile_id(text: &str) -> Result<ProfileId, Why> {
    ProfileId::parse(text).map_err(|error| error.to_string())
}

pub fn key_id(text: &str) -> Result<KeyId, Why> {
    KeyId::parse(text).ok_or_else(|| "its id has another form".to_owned())
}

/// The profiles that an API key is limited to, as a JSON list of their ids.
pub fn key_profiles_text(profiles: &[ProfileId]) -> String {
    profiles.iter().map(ProfileId::as_str).collect::<serde_json::Value>().to_string()
}

pub fn key_profiles(text: &str) -> Result<Vec<ProfileId>, Why> {
    let ids: Vec<String> = serde_json::from_str(text).map_err(|error| format!("profiles: {error}"))?;
    ids.iter().map(|id| profile_id(id)).collect()
}

/// The number of a state. Pending ones come first, and of these first attempts.
pub fn state_number(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Queued => 0,
        DeliveryState::Waiting => 1,
        DeliveryState::Delivered => 2,
        DeliveryState::Failed => 3,
        DeliveryState::Cancelled => 4,
    }
}

pub fn state(number: i64) -> Result<DeliveryState, Why> {
    let of = |state: &DeliveryState| state_number(*state) == number;
    DeliveryState::ALL.iter().copied().find(of).ok_or_else(|| format!("state {number} is not known"))
}

/// The address that was dialled, as `127.0.0.1:80` or `[::1]:80`.
pub fn address(text: Option<String>) -> Result<Option<SocketAddr>, Why> {
    let parse = |text: String| text.parse().map_err(|_| format!("'{text}' is no address"));
    text.map(parse).transpose()
}

/// A failure, from the columns of its class and message.
pub fn failure(class: Option<String>, message: Option<String>) -> Result<Option<Failure>, Why> {
    class
        .map(|class| {
            Ok(Failure { class: choice::<ErrorClass>(&class)?, message: message.unwrap_or_default() })
        })
        .transpose()
}

/// Headers as an array of pairs, in order.
pub fn headers_text(headers: &[(String, String)]) -> String {
    let room = headers.iter().map(|(name, value)| name.len() + value.len() + r#"["",""],"#.len()).sum();
    let mut text = String::with_capacity(room);
    for (name, value) in headers {
        text.push_str(if text.is_empty() { "[[" } else { ",[" });
        push_quoted(&mut text, name);
        text.push(',');
        push_quoted(&mut text, value);
        text.push(']');
    }
    text.push_str(if headers.is_empty() { "[]" } else { "]" });
    text
}

pub fn headers(text: &str) -> Result<Vec<(String, String)>, Why> {
    serde_json::from_str(text).map_err(|error| format!("headers: {error}"))
}

pub fn values_text(values: &Values) -> Result<String, StoreError> {
    serde_json::to_string(values.members()).map_err(|error| StoreError::unreadable("values", error))
}

pub fn values(text: &str) -> Result<Values, Why> {
    Values::parse(text).map_err(|error| format!("values: {error}"))
}

/// A profile, including its secrets.
pub fn document_text(profile: &Profile) -> String {
    document::write(profile, Secrets::Shown).to_string()
}

/// The profile of a stored document. It was checked when it was saved.
pub fn profile(text: &str) -> Result<Profile, Why> {
    let json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let document = document::Document::read(json).map_err(|error| error.to_string())?;
    let (Some(id), Some(created_at), Some(modified_at)) =
        (document.id, document.created_at, document.modified_at)
    else {
        return Err("profile_id, created_at or modified_at is missing".to_owned());
    };
    document
        .draft
        .check(Rules::STORED, Identity { id, created_at, modified_at })
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_their_own_numbers_and_pending_ones_come_first() {
        for known in DeliveryState::ALL {
            assert_eq!(state(state_number(*known)), Ok(*known));
            assert_eq!(known.is_pending(), state_number(*known) < 2);
        }
        assert!(state(5).is_err());
    }

    #[test]
    fn all_times_are_read_back() {
        for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            assert!(time(millis(at)).is_ok(), "{at}");
            assert!(time(millis_after(at, u32::MAX)).is_ok(), "{at}");
        }
    }

    #[test]
    fn headers_are_written_as_serde_json_does_it() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let all = [pair("a", "1"), pair("", ""), pair("content-type", "a\"b\\c\u{1f}\n\u{7f}é\u{2028}")];
        for n in 0..=all.len() {
            assert_eq!(headers_text(&all[..n]), serde_json::to_string(&all[..n]).unwrap());
            assert_eq!(headers(&headers_text(&all[..n])).unwrap(), all[..n]);
        }
    }

    #[test]
    fn the_profiles_of_a_key_are_read_back() {
        let ids = [1, 2].map(|n| ProfileId::new(crate::profile::Region::In, uuid::Uuid::from_u128(n)));
        for n in 0..=2 {
            assert_eq!(key_profiles(&key_profiles_text(&ids[..n])).unwrap(), ids[..n]);
        }
        assert!(key_profiles("[7]").is_err() && key_profiles(r#"["shop"]"#).is_err());
    }

    #[test]
    fn what_has_no_meaning_says_why() {
        assert!(headers("{}").is_err());
        assert!(values("[1]").unwrap_err().starts_with("values: "));
        assert!(profile("{}").unwrap_err().contains("missing"));
        assert!(choice::<DeliveryState>("gone").unwrap_err().contains("queued, waiting"));
    }
}
