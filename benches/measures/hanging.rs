//! What one endpoint in ten that hangs takes from the nine others.

use ringback::callback::Values;
use ringback::delivery::Limits;
use ringback::profile::Profile;

use crate::delivering::{DELIVERIES, checked, deliver, draft};
use crate::endpoint::Endpoint;
use crate::figures::{Figure, percentile};

const ENDPOINTS: usize = 10;
const ROUNDS: usize = 5;
/// No answer within so many milliseconds is a failure; a round takes longer than that.
const TIMEOUT_MS: &str = "1500";

/// Sends as many to each of ten endpoints; one of them hangs in every other round. The deliveries of
/// each healthy endpoint a second, hanging against clean.
pub async fn measure() -> [Figure; 1] {
    // One more than is sent to: the first notes what comes, which costs a little.
    let endpoint = Endpoint::start(ENDPOINTS + 1, 1);
    let healthy = &endpoint.taking()[1..];
    let to =
        |urls: &[&String]| -> Vec<_> { urls.iter().map(|url| (profile(url), Values::default())).collect() };
    let clean = to(&healthy.iter().collect::<Vec<_>>());
    let mixed = to(&healthy.iter().skip(1).chain(endpoint.hanging()).collect::<Vec<_>>());
    let each = DELIVERIES / ENDPOINTS;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let without = deliver(&clean, Limits::default(), each * ENDPOINTS).await;
        let with = deliver(&mixed, Limits::default(), each * (ENDPOINTS - 1)).await;
        // Each healthy endpoint got as many in both.
        ratios.push(without / with);
    }
    let name = "healthy endpoints' rate, one of ten hanging against clean";
    [Figure::new(name, percentile(&mut ratios, 50), Some(">= 0.9"))]
}

/// One that times out, and tries again when all is over.
fn profile(url: &str) -> Profile {
    let mut draft = draft(url);
    draft.retry_count = "1".into();
    draft.retry_interval = "3600".into();
    draft.retry_timeout = TIMEOUT_MS.into();
    checked(&draft)
}
