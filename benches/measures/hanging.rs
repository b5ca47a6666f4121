//! The cost of hanging endpoints and profiles to healthy ones.

use ringback::callback::Values;
use ringback::delivery::Limits;
use ringback::profile::Profile;

use crate::delivering::{DELIVERIES, checked, deliver, deliver_of, draft};
use crate::endpoint::{Endpoint, HANGS};
use crate::figures::{Figure, percentile};

const ENDPOINTS: usize = 10;
const ROUNDS: usize = 5;
/// The timeout in milliseconds; a round takes longer.
const TIMEOUT_MS: &str = "1500";
/// Deliveries of each hanging profile: some for each of its endpoint's slots.
const HANGING: usize = 100;

/// Sends the same number to each of ten endpoints; one of them hangs in every other round. The deliveries per second
/// of each healthy endpoint, with and without the hanging one.
///
/// Then the same for profiles of one endpoint: the deliveries per second of a healthy profile beside 1, 4 and 20
/// hanging ones, compared with the profile alone.
pub async fn measure() -> Vec<Figure> {
    // One more than is used: the first records arrivals, which costs a little.
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
        // Each healthy endpoint got the same number in both.
        ratios.push(without / with);
    }
    let name = "healthy endpoints' rate, one of ten hanging against clean";
    let mut figures = vec![Figure::new(name, percentile(&mut ratios, 50), Some(">= 0.9"))];
    for hanging in [1, 4, 20] {
        let ratio = of_one_endpoint(&healthy[0], hanging).await;
        let name = match hanging {
            1 => "rate of a healthy profile beside 1 of its endpoint that hangs, against alone",
            4 => "rate of a healthy profile beside 4 of its endpoint that hang, against alone",
            _ => "rate of a healthy profile beside 20 of its endpoint that hang, against alone",
        };
        figures.push(Figure::new(name, ratio, Some(">= 0.9")));
    }
    figures
}

/// All are accepted before the sender starts, which knows nothing about any of them.
async fn of_one_endpoint(url: &str, hanging: usize) -> f64 {
    let healthy = [(profile(url), DELIVERIES)];
    let path = url.replace("/cb", HANGS);
    let beside: Vec<_> =
        healthy.iter().cloned().chain((0..hanging).map(|_| (profile(&path), HANGING))).collect();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let without = deliver_of(&healthy, DELIVERIES).await;
        let with = deliver_of(&beside, DELIVERIES).await;
        ratios.push(without / with);
    }
    percentile(&mut ratios, 50)
}

/// A profile that times out, and whose retry is due after the end.
pub fn profile(url: &str) -> Profile {
    let mut draft = draft(url);
    draft.retry_count = "1".into();
    draft.retry_interval = "3600".into();
    draft.retry_timeout = TIMEOUT_MS.into();
    checked(&draft)
}
