//! The page of all figures.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::api::{Api, ApiError};
use crate::delivery::SenderRole;
use crate::profile::Choice as _;
use crate::storage::HealthState;

use super::text::{Kind, Text};

/// The type of the text format.
const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All figures.
pub(crate) async fn metrics(State(api): State<Api>) -> Result<Response, ApiError> {
    let (counts, revision) = (api.store.counts().await?, api.store.revision().await?);
    let longest_due = api.store.longest_due().await?.unwrap_or_default();
    let (blocked, failing) = (api.store.blocked(None).await?.total(), api.store.failing_profiles().await?);
    let mut text = Text::default();
    api.metrics().requests.write(&mut text);
    api.metrics().attempts.write(&mut text);
    text.family("ringback_deliveries", Kind::Gauge, "Deliveries in the database, by state.");
    for (state, count) in [
        ("queued", counts.queued),
        ("waiting", counts.waiting),
        ("delivered", counts.delivered),
        ("failed", counts.failed),
        ("cancelled", counts.cancelled),
    ] {
        text.sample("ringback_deliveries", &[("state", state)], count);
    }
    let name = "ringback_deliveries_blocked";
    text.family(name, Kind::Gauge, "Pending deliveries that a pause or a disabled profile blocks.");
    text.sample(name, &[], blocked);
    let name = "ringback_profiles_failing";
    text.family(name, Kind::Gauge, "Profiles that fail: enabled ones, and auto-disabled ones.");
    for state in [HealthState::Failing, HealthState::AutoDisabled] {
        let count = failing.iter().filter(|(_, health)| health.state == state).count();
        text.sample(name, &[("state", state.name())], count);
    }
    let name = "ringback_queue_oldest_age_seconds";
    text.family(name, Kind::Gauge, "For how long the oldest due delivery has been due; 0 if none is.");
    text.sample(name, &[], longest_due.as_secs_f64());
    let (in_flight, is_active) = {
        let sender = api.sender.borrow();
        (sender.in_flight.len(), sender.role == SenderRole::Active)
    };
    text.family("ringback_attempts_in_flight", Kind::Gauge, "Attempts in flight in this process.");
    text.sample("ringback_attempts_in_flight", &[], in_flight);
    text.family("ringback_sender_active", Kind::Gauge, "Whether this process sends: 1, or 0 for a standby.");
    text.sample("ringback_sender_active", &[], u8::from(is_active));
    text.family("ringback_api_streams", Kind::Gauge, "Open streams.");
    text.sample("ringback_api_streams", &[], api.streams().count());
    let name = "ringback_storage_commits_total";
    text.family(name, Kind::Counter, "Changes committed to the database by any process, by subject.");
    for (subject, count) in [
        ("deliveries", revision.deliveries),
        ("profiles", revision.profiles),
        ("steering", revision.steering),
        ("variables", revision.variables),
    ] {
        text.sample(name, &[("subject", subject)], count);
    }
    Ok(([(header::CONTENT_TYPE, TYPE)], text.end()).into_response())
}
