//! Sends a received request to another address.

use std::sync::Arc;
use std::time::Duration;

use super::environment::Sources;
use crate::console::model::message::Message;
use crate::console::model::window::replay_form::{ReplayAnswer, ReplayRequest};
use crate::management::{left_out, replayed, send_replayed};
use crate::storage::Storage;

/// How long a response may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends it, and returns the result.
pub(super) async fn replay(store: &dyn Storage, sources: &dyn Sources, request: ReplayRequest) -> Message {
    let result = sent(store, sources, &request).await;
    Message::Replayed(request.request, result.map(Box::new))
}

async fn sent(
    store: &dyn Storage,
    sources: &dyn Sources,
    request: &ReplayRequest,
) -> Result<ReplayAnswer, String> {
    let profile = match &request.profile {
        None => None,
        Some(id) => {
            let found = store.profile(id).await.map_err(|error| error.to_string())?;
            Some(found.ok_or("the profile in Verify with was deleted")?)
        }
    };
    let ReplayRequest { request: received, rules, .. } = request;
    let plain_http = rules.allow_insecure_http;
    let mut random = |bytes: &mut [u8]| sources.random(bytes);
    let made = replayed(received, &request.address, plain_http, profile.as_ref(), sources.now(), &mut random)
        .map_err(|error| error.to_string())?;
    let network = rules.network.as_ref().map(Arc::clone).unwrap_or_default();
    let replayed = send_replayed(&made, profile.as_ref(), network, TIMEOUT).await;
    let left_out = left_out(received, profile.as_ref()).into_iter().map(str::to_owned).collect();
    Ok(ReplayAnswer { replayed, left_out })
}
