//! The profiles of the demo, one or more per channel. `samples.json` can be applied unchanged while `ringback
//! receive` runs.

use std::net::SocketAddr;

use serde_json::Value;
use uuid::Uuid;

use crate::clock;
use crate::profile::document::Document;
use crate::profile::{Identity, Profile, ProfileId, Region, Rules};

/// The endpoint in the samples, to be replaced.
const USUAL: &str = "127.0.0.1:9977";

/// The title of the profile that the text demo tests.
pub const TESTED: &str = "Order SMS";

/// The sample profiles, with this address as their endpoint.
pub fn samples(receiver: SocketAddr, region: Region) -> Vec<Profile> {
    #[allow(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
    let documents: Vec<Value> =
        serde_json::from_str(include_str!("samples.json")).expect("samples.json is JSON");
    let now = clock::now();
    documents
        .into_iter()
        .map(|value| {
            let id = ProfileId::new(region, Uuid::new_v4());
            let identity = Identity { id, created_at: now, modified_at: now };
            #[allow(clippy::expect_used, reason = "as above")]
            profile(value, receiver, identity).expect("samples.json holds profiles")
        })
        .collect()
}

fn profile(value: Value, receiver: SocketAddr, identity: Identity) -> Result<Profile, String> {
    let mut draft = Document::read(value).map_err(|error| error.to_string())?.draft;
    draft.endpoint = draft.endpoint.replace(USUAL, &receiver.to_string());
    draft.check(Rules::default(), identity).map_err(|errors| format!("{errors:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Auth, BodyForm, Channel, Choice as _, Method, Status};

    #[test]
    fn the_samples_cover_all_channels() {
        let all = samples(([127, 0, 0, 1], 4711).into(), Region::Eu);
        assert!(all.iter().all(|p| p.endpoint.origin() == "http://127.0.0.1:4711"));
        assert!(all.iter().all(|p| p.id.as_str().starts_with("EU_")));
        assert!(all.iter().all(|p| p.retry.count() == 0 || p.retry.interval_s() <= 2));
        for channel in Channel::ALL {
            assert!(all.iter().any(|p| p.channel == *channel), "{}", channel.name());
        }
        let some = |wanted: fn(&Profile) -> bool| assert!(all.iter().any(wanted));
        some(|p| p.title.as_str() == TESTED && p.retry.count() > 0);
        some(|p| p.encryption.is_some());
        some(|p| !p.signing_secrets.is_empty());
        some(|p| matches!(p.auth, Auth::ApiKey { .. }));
        some(|p| p.method == Method::Get);
        some(|p| matches!(p.body.form(), BodyForm::Pairs(_)));
        some(|p| p.events.len() > 1);
        some(|p| p.status == Status::Disabled);
    }
}
