//! Profiles.

use axum::http::Method;
use serde_json::{Value, json};

use crate::api::Code;
use crate::api::openapi::operation::Operation;
use crate::api::openapi::parameters::{limit, query, time};
use crate::api::openapi::schemas::{object, schema};
use crate::profile::{Choice as _, Method as ProfileMethod};

const TAG: &str = "profiles";
const ALL: &str = "/v1/{sid}/callback/profiles";
const ONE: &str = "/v1/{sid}/callback/profiles/{id}";

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    let methods: Vec<&str> = ProfileMethod::ALL.iter().map(|method| method.name()).collect();
    let page = object(&json!({
        "profiles": {"type": "array", "items": schema("Profile")},
        "total": {"type": "integer"}, "limit": {"type": "integer"}, "offset": {"type": "integer"},
        "limited_by_key": {
            "type": "boolean", "description": "Whether the key is limited to profiles: others are not listed",
        },
    }));
    let of = |path, id, summary, data: Value| {
        Operation::new(Method::POST, path, id, TAG, summary).responds(200, &data)
    };
    let (switch, pause) = (schema("ProfileSwitch"), schema("ProfilePause"));
    vec![
        Operation::new(Method::GET, ALL, "listProfiles", TAG, "Lists profiles, oldest first")
            .parameters([
                limit(25, 500),
                query(
                    "offset",
                    "How many are skipped",
                    json!({"type": "integer", "minimum": 0, "default": 0}),
                ),
                query("title", "Only if the title contains this text", json!({"type": "string"})),
                query("http_method", "Only of this method", json!({"type": "string", "enum": methods})),
                time("since", "Only created since then"),
                time("until", "Only created before then"),
            ])
            .errors(&[Code::Invalid])
            .responds(200, &page),
        Operation::new(Method::POST, ALL, "createProfile", TAG, "Creates a profile")
            .body(&schema("NewProfile"), true)
            .responds(201, &schema("Profile")),
        Operation::new(Method::GET, ONE, "getProfile", TAG, "Shows a profile; its secrets are null")
            .responds(200, &schema("Profile")),
        Operation::new(Method::PATCH, ONE, "updateProfile", TAG, "Changes the given members of a profile")
            .body(&schema("ProfilePatch"), false)
            .responds(200, &schema("Profile")),
        Operation::new(
            Method::DELETE,
            ONE,
            "deleteProfile",
            TAG,
            "Deletes a profile; it can be restored for seven days",
        )
        .responds(200, &object(&json!({"profileId": {"type": "string"}}))),
        Operation::new(
            Method::POST,
            "/v1/{sid}/callback/profiles/{id}/test",
            "testProfile",
            TAG,
            "Accepts a test of a profile",
        )
        .body(&schema("ProfileTest"), false)
        .responds(202, &object(&json!({"delivery_id": {"type": "string"}}))),
        of("/v1/{sid}/callback/profiles/{id}/enable", "enableProfile", "Enables a profile", switch.clone()),
        of("/v1/{sid}/callback/profiles/{id}/disable", "disableProfile", "Disables a profile", switch),
        of(
            "/v1/{sid}/callback/profiles/{id}/pause",
            "pauseProfile",
            "Pauses a profile: events stay queued",
            pause.clone(),
        ),
        of("/v1/{sid}/callback/profiles/{id}/resume", "resumeProfile", "Resumes a profile", pause),
        of(
            "/v1/{sid}/callback/profiles/{id}/restore",
            "restoreProfile",
            "Restores a deleted profile",
            schema("RestoredProfile"),
        ),
    ]
}
