//! The numbers of deliveries.

use axum::http::Method;
use serde_json::json;

use crate::api::Code;
use crate::api::openapi::operation::Operation;
use crate::api::openapi::parameters::{query, time};
use crate::api::openapi::schemas::schema;
use crate::profile::Choice as _;
use crate::storage::StatsBy;

/// The only one.
pub(super) fn all() -> Vec<Operation> {
    let by: Vec<&str> = StatsBy::ALL.iter().map(|by| by.name()).collect();
    vec![
        Operation::new(
            Method::GET,
            "/v1/{sid}/callback/stats",
            "getStats",
            "stats",
            "Numbers of deliveries: accepted, delivered, failed, how fast, and why",
        )
        .parameters([
            query(
                "by",
                "A row for each of these",
                json!({"type": "string", "enum": by, "default": "profile"}),
            ),
            query("profile", "Only of this profile: its id", json!({"type": "string"})),
            time("since", "From then on: an hour ago without it"),
            time("until", "Before then: now without it"),
        ])
        .errors(&[Code::Invalid])
        .responds(200, &schema("Stats")),
    ]
}
