//! The description of the API.

use crate::serving::Serving;
use crate::support::cli::Place;

#[test]
fn every_route_is_described() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let document = serving.get("/openapi.json").json();
    assert_eq!(document["openapi"], serde_json::json!("3.1.0"));
    let paths = document["paths"].as_object().unwrap();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let path = path.replace("{sid}", "acme").replace("{id}", "x");
            // A stream lasts.
            let path = if path.ends_with("/stream") { path + "?follow=false" } else { path };
            let response = serving.request(&method.to_ascii_uppercase(), &path, &[], "");
            let described = &operation["responses"][response.status.to_string()];
            assert!(!described.is_null(), "{method} {path}: {response:?}");
            assert!(!matches!(response.status, 405 | 500..), "{method} {path}: {response:?}");
        }
    }
    assert!(paths.len() > 10, "{paths:?}");
}
