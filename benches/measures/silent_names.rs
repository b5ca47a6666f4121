//! The cost of names without a response from any name server to other endpoints.

use std::sync::Arc;

use ringback::delivery::Transport;
use ringback::profile::Profile;

use super::hanging::profile;
use crate::delivering::deliver_over;
use crate::endpoint::Endpoint;
use crate::figures::{Figure, percentile};
use crate::silent_names::PartlySilent;

const ROUNDS: usize = 5;
/// Names without a response.
const SILENT: usize = 40;
/// Deliveries to each of them: some for each slot of an endpoint.
const OF_SILENT: usize = 50;
/// Deliveries to each other endpoint.
const OF_FOUND: usize = 10_000;

/// The deliveries per second to an endpoint by address and one by name, beside silent names compared with alone.
pub async fn measure() -> Figure {
    let endpoint = Endpoint::start(3, 0);
    let by_name = endpoint.taking()[2].replace("127.0.0.1", "found.localhost");
    let found: Vec<(Profile, usize)> =
        [&endpoint.taking()[1], &by_name].map(|url| (profile(url), OF_FOUND)).into();
    let silent = (0..SILENT).map(|n| (profile(&format!("https://silent{n}.example/cb")), OF_SILENT));
    let beside: Vec<_> = silent.chain(found.iter().cloned()).collect();
    let transport = || Transport::with_resolver(Arc::default(), Arc::new(PartlySilent));
    let wanted = found.len() * OF_FOUND;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let without = deliver_over(transport(), &found, wanted).await;
        let with = deliver_over(transport(), &beside, wanted).await;
        ratios.push(without / with);
    }
    let name = "healthy endpoints' rate beside 40 names that are silent, against clean";
    Figure::new(name, percentile(&mut ratios, 50), Some(">= 0.9"))
}
