//! The cost of many profiles with one endpoint: each has its own connections.

use crate::delivering::{DELIVERIES, deliver_of};
use crate::endpoint::Endpoint;
use crate::figures::{Figure, percentile};

use super::hanging::profile;

const ROUNDS: usize = 5;

/// The deliveries per second of many profiles of one endpoint, compared with one profile.
pub async fn measure() -> Vec<Figure> {
    let endpoint = Endpoint::start(2, 0);
    let url = &endpoint.taking()[1];
    let mut figures = Vec::new();
    for (many, name) in [
        (10, "rate of 10 profiles of one endpoint, against one profile"),
        (1000, "rate of 1 000 profiles of one endpoint, against one profile"),
    ] {
        let one = [(profile(url), DELIVERIES)];
        let all: Vec<_> = (0..many).map(|_| (profile(url), DELIVERIES / many)).collect();
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let of_one = deliver_of(&one, DELIVERIES).await;
            let of_all = deliver_of(&all, DELIVERIES).await;
            ratios.push(of_one / of_all);
        }
        figures.push(Figure::new(name, percentile(&mut ratios, 50), None));
    }
    figures
}
