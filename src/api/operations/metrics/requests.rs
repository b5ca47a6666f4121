//! Requests to the API.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::histogram::Histogram;
use super::text::{Kind, Text};

/// Requests by method, route and status, and accepted events.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    /// By method, then by route. These are those of the table, so they are few.
    counted: Mutex<BTreeMap<&'static str, BTreeMap<String, Counted>>>,
    accepted: AtomicU64,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Counted {
    by_status: BTreeMap<u16, u64>,
    durations: Histogram,
}

impl Requests {
    /// Counts a request. `route` is one of the table, or a fixed text for all others.
    pub(crate) fn add(&self, method: &'static str, route: &str, status: u16, long: Duration) {
        let mut all = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let routes = all.entry(method).or_default();
        let counted = match routes.get_mut(route) {
            Some(counted) => counted,
            None => routes.entry(route.to_owned()).or_default(),
        };
        *counted.by_status.entry(status).or_default() += 1;
        counted.durations.add(long);
    }

    /// Counts events.
    pub(crate) fn add_events(&self, accepted: usize, refused: usize) {
        self.accepted.fetch_add(accepted as u64, Ordering::Relaxed);
        self.refused.fetch_add(refused as u64, Ordering::Relaxed);
    }

    pub(super) fn write(&self, text: &mut Text) {
        let name = "ringback_api_events_total";
        text.family(name, Kind::Counter, "Events handed over to this process by the API, by result.");
        for (result, count) in [("accepted", &self.accepted), ("refused", &self.refused)] {
            text.sample(name, &[("result", result)], count.load(Ordering::Relaxed));
        }
        let all = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<_> = all
            .iter()
            .flat_map(|(method, routes)| routes.iter().map(move |(route, counted)| (*method, route, counted)))
            .collect();
        let name = "ringback_api_requests_total";
        text.family(name, Kind::Counter, "Requests to this process, by method, route and status.");
        for (method, route, counted) in &all {
            for (status, count) in &counted.by_status {
                let status = status.to_string();
                text.sample(name, &[("method", method), ("route", route), ("status", &status)], count);
            }
        }
        let name = "ringback_api_request_duration_seconds";
        text.family(name, Kind::Histogram, "How long requests took, until their responses began.");
        for (method, route, counted) in &all {
            counted.durations.write(name, &[("method", method), ("route", route)], text);
        }
    }
}
