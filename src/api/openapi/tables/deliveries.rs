//! Deliveries.

use axum::http::Method;
use serde_json::json;

use crate::api::Code;
use crate::api::openapi::operation::Operation;
use crate::api::openapi::parameters::{filter, limit, query};
use crate::api::openapi::schemas::{object, schema};

const TAG: &str = "deliveries";

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    let page = object(&json!({
        "deliveries": {"type": "array", "items": schema("DeliveryRow")},
        "next_cursor": {"type": ["string", "null"]},
    }));
    let steer = |path, id, summary| {
        Operation::new(Method::POST, path, id, TAG, summary).responds(200, &schema("SteeredDelivery"))
    };
    let cursor = query("cursor", "The next_cursor of the page before", json!({"type": "string"}));
    vec![
        Operation::new(
            Method::GET,
            "/v1/{sid}/callback/deliveries",
            "listDeliveries",
            TAG,
            "Lists deliveries, newest first",
        )
        .parameters(filter())
        .parameters([limit(50, 1000), cursor])
        .errors(&[Code::Invalid])
        .responds(200, &page),
        Operation::new(
            Method::GET,
            "/v1/{sid}/callback/deliveries/{id}",
            "getDelivery",
            TAG,
            "Shows a delivery with its request and its attempts",
        )
        .responds(200, &schema("Delivery")),
        steer(
            "/v1/{sid}/callback/deliveries/{id}/retry",
            "retryDelivery",
            "Makes a pending delivery due now; resends one that has ended",
        ),
        steer(
            "/v1/{sid}/callback/deliveries/{id}/resend",
            "resendDelivery",
            "Resends the request of a delivery as a new delivery",
        ),
        steer("/v1/{sid}/callback/deliveries/{id}/cancel", "cancelDelivery", "Cancels a pending delivery"),
        Operation::new(
            Method::POST,
            "/v1/{sid}/callback/deliveries/bulk",
            "changeDeliveries",
            TAG,
            "Retries or cancels all deliveries that match a filter",
        )
        .body(&schema("BulkRequest"), true)
        .responds(200, &schema("BulkResult")),
    ]
}
