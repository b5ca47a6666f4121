//! Profiles for tests.

use jiff::Timestamp;
use ringback::profile::{Channel, Draft, Identity, Profile, ProfileId, Region, Rules};

/// An SMS profile that posts `{"id":"<id>"}` to this URL; `change` is applied last.
pub fn profile(url: &str, change: impl FnOnce(&mut Draft)) -> Profile {
    let mut draft = Draft::new(Channel::Sms);
    draft.title = "Order SMS".into();
    draft.endpoint = url.into();
    draft.body = r#"{"id":"<id>"}"#.into();
    change(&mut draft);
    let now = Timestamp::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::new_v4());
    draft.check(Rules::STORED, Identity { id, created_at: now, modified_at: now }).expect("a good profile")
}

/// The same with retries: count, interval in seconds, timeout in milliseconds.
pub fn retried(url: &str, count: u8, interval_s: u32, timeout_ms: u32) -> Profile {
    profile(url, |draft| {
        draft.retry_count = count.to_string();
        draft.retry_interval = interval_s.to_string();
        draft.retry_timeout = timeout_ms.to_string();
    })
}
