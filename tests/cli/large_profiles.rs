//! Profiles that are too large to save.

use crate::support::cli::Place;
use serde_json::{Value, json};

#[test]
fn a_profile_that_is_too_large_is_rejected_with_the_excess() {
    let place = Place::new();
    let headers: serde_json::Map<String, Value> = (0..5000).map(|n| (format!("X-{n}"), json!("v"))).collect();
    let usual = |title: &str, headers: Value| json!({"title": title, "url": "https://hooks.example/", "headers": headers});
    let documents = json!([
        usual("Long", json!({"X-A": "v".repeat(1_000_000)})),
        usual("Many", Value::Object(headers)),
        usual("Secret", json!({"X-Token": "t0ken".repeat(10_000)})),
    ]);
    let file = place.file("large.json", &documents.to_string());
    let ran = place.run(&["profiles", "apply", &file]);
    ran.refused(
        2,
        &[
            "profiles[0].headers (value 1): 1000000 bytes, 16384 at most",
            "profiles[1].headers (name 257): 5000 headers, 256 at most",
            "profiles[2].headers (value 1): 50000 bytes, 16384 at most",
        ],
    );
    assert!(ran.err.len() < 1000, "no value is repeated");
}
