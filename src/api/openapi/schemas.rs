//! The schemas of documents.

use serde_json::{Value, json};

use crate::profile::sizes::{EXPIRES_AFTER_S, SIGNING_SECRETS};
use crate::profile::{AutoEnable, Channel, Choice, Event, Method, Pacing, RateLimit};
use crate::record::{DeliveryState, ErrorClass, Kind};
use crate::storage::{BlockReason, HealthState};

/// A reference to one of them.
pub(super) fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object of these members, which are always present.
pub(super) fn object(members: &Value) -> Value {
    let required: Vec<&String> = members.as_object().into_iter().flat_map(|members| members.keys()).collect();
    json!({"type": "object", "required": required, "properties": members})
}

/// An object of these members, of which the second ones may be absent.
pub(super) fn object_with(members: &Value, optional: Value) -> Value {
    let mut object = object(members);
    if let (Some(all), Value::Object(optional)) = (object["properties"].as_object_mut(), optional) {
        all.extend(optional);
    }
    object
}

fn nullable(kind: &str) -> Value {
    json!({"type": [kind, "null"]})
}

fn nullable_integer((least, most): (u32, u32)) -> Value {
    json!({"type": ["integer", "null"], "minimum": least, "maximum": most})
}

fn choice<C: Choice>() -> Value {
    json!({"type": "string", "enum": C::ALL.iter().map(|choice| choice.name()).collect::<Vec<_>>()})
}

fn nullable_choice<C: Choice>() -> Value {
    json!({"oneOf": [choice::<C>(), {"type": "null"}]})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn nullable_time() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

/// A state, or the word for several.
pub(super) fn state_filter() -> Value {
    let states = DeliveryState::ALL.iter().map(|state| state.name());
    json!({"type": "string", "enum": states.chain(["pending", "ended", "expired"]).collect::<Vec<_>>()})
}

/// All of them, by name.
pub(super) fn all() -> Value {
    json!({
        "Error": object(&json!({
            "code": {"type": "string"},
            "message": {"type": "string"},
            "data": {"type": "object"},
            "error": {"type": "array", "items": object(&json!({"params": {"type": "string"}}))},
            "status": {"type": "integer"},
        })),
        "Event": event(),
        "Profile": profile(),
        "NewProfile": new_profile(),
        "ProfilePatch": profile_patch(),
        "ProfileTest": {
            "type": "object",
            "additionalProperties": false,
            "properties": {"event": choice::<Event>(), "sample": {"type": "string"}, "data": {"type": "object"}},
        },
        "ProfileSwitch": object(&json!({
            "profile_id": {"type": "string"}, "status": status(), "changed": {"type": "boolean"},
            "paused_since": nullable_time(),
        })),
        "ProfilePause": object(&json!({
            "profile_id": nullable("string"), "paused": {"type": "boolean"}, "since": nullable_time(),
            "changed": {"type": "boolean"}, "blocked": count(), "held": count(),
        })),
        "RestoredProfile": object(&json!({
            "profile_id": {"type": "string"}, "title": {"type": "string"}, "status": status(),
            "deleted_at": time(), "pending": count(), "blocked": nullable_choice::<BlockReason>(),
            "held": nullable_choice::<BlockReason>(),
        })),
        "Failure": failure(),
        "DeliveryRow": delivery_row(),
        "Delivery": delivery(),
        "Attempt": attempt(),
        "Stats": stats(),
        "SteeredDelivery": object(&json!({
            "delivery_id": {"type": "string"}, "done": {"type": "string"}, "new_delivery_id": nullable("string"),
            "blocked": nullable("string"),
        })),
        "BulkRequest": bulk_request(),
        "BulkResult": {
            "type": "object",
            "required": ["matched", "dry_run", "left", "why"],
            "properties": {
                "matched": count(), "fit": count(), "dry_run": {"type": "boolean"}, "due_now": count(),
                "resent": count(), "sent_again": count(), "cancelled": count(), "left": count(),
                "why": nullable("string"), "bulk_id": nullable("string"),
            },
        },
    })
}

fn stats() -> Value {
    let number = || json!({"type": ["integer", "null"], "minimum": 0});
    let row = object(&json!({
        "key": {"type": "string"}, "accepted": number(), "delivered": number(), "failed": number(),
        "cancelled": number(), "pending": number(), "attempts": number(),
        "success_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "p50_ms": number(), "p95_ms": number(), "p99_ms": number(),
        "phases": {"oneOf": [phase_sums(), {"type": "null"}]},
        "failures": {"type": "object", "additionalProperties": count()},
    }));
    object(&json!({"since": time(), "until": time(), "rows": {"type": "array", "items": row}}))
}

fn status() -> Value {
    json!({"type": "integer", "enum": [1, 2, 3], "description": "1 active, 2 auto-disabled, 3 disabled"})
}

fn event() -> Value {
    json!({
        "type": "object",
        "required": ["callback_profile_id"],
        "additionalProperties": false,
        "properties": {
            "callback_profile_id": {"type": "string"},
            "event": choice::<Event>(),
            "data": {"type": "object"},
            "event_id": {"type": "string", "minLength": 1, "maxLength": 255},
        },
    })
}

/// The members of a profile.
fn profile_members() -> Value {
    json!({
        "title": {"type": "string", "minLength": 3, "maxLength": 100, "pattern": "^[A-Za-z0-9 _-]+$"},
        "channel": nullable_choice::<Channel>(),
        "events": {"type": ["array", "null"], "items": choice::<Event>()},
        "http_method": nullable_choice::<Method>(),
        "url": {"type": "string"},
        "body": nullable("string"),
        "data_format": {"enum": ["form-data", "url-encoded", "json", null]},
        "headers": {
            "description": "An object of names and values, or its JSON in a string",
            "oneOf": [
                {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                {"type": ["string", "null"]},
            ],
        },
        "auth": {"type": ["object", "null"], "description": "See docs/profiles.md"},
        "enc": {"type": ["object", "null"], "description": "See docs/profiles.md"},
        "retry": {"type": ["object", "null"], "description": "See docs/profiles.md"},
        "signing_secret": nullable("string"),
        "signing_secrets": {"type": ["array", "null"], "maxItems": SIGNING_SECRETS, "items": nullable("string")},
        "tls": {"type": ["object", "null"], "description": "See docs/profiles.md"},
        "http2": nullable("boolean"),
        "expires_after_s": nullable_integer(EXPIRES_AFTER_S),
        "max_in_flight": nullable_integer(Pacing::MAX_IN_FLIGHT),
        "rate_limit": {
            "type": ["number", "null"], "minimum": 0.001, "maximum": RateLimit::MOST, "multipleOf": 0.001,
            "description": "Attempts per second",
        },
        "ordered": nullable("boolean"),
        "auto_enable": nullable_choice::<AutoEnable>(),
        "literal_braces": nullable("boolean"),
        "status": {"enum": [1, 2, 3, null], "description": "1 active, 2 auto-disabled, 3 disabled"},
    })
}

/// The members that a request may give. Some, which responses have, are ignored.
fn given_members() -> Value {
    let mut members = profile_members();
    for ignored in ["body_type", "response_message", "created_at", "modified_at"] {
        members[ignored] = json!({"description": "Ignored"});
    }
    members
}

fn new_profile() -> Value {
    json!({
        "type": "object", "required": ["title", "url"], "additionalProperties": false,
        "properties": given_members(),
    })
}

fn profile_patch() -> Value {
    let mut members = given_members();
    for name in ["title", "url"] {
        members[name]["type"] = json!(["string", "null"]);
    }
    for ignored in ["paused_since", "auto_disabled", "health", "notes"] {
        members[ignored] = json!({"description": "Ignored"});
    }
    members["profile_id"] = json!({"type": "string", "description": "The one in the path"});
    json!({"type": "object", "additionalProperties": false, "properties": members})
}

/// As in responses: secrets are null.
fn profile() -> Value {
    let mut members = profile_members();
    members["headers"] =
        json!({"type": "string", "description": "The JSON of an object of names and values"});
    members["profile_id"] = json!({"type": "string"});
    members["created_at"] = time();
    members["modified_at"] = time();
    members["body_type"] = json!({"type": "string", "enum": ["json", "xml", "html", "text"]});
    members["response_message"] = json!({"type": "string"});
    members["paused_since"] = time();
    members["auto_disabled"] = json!({"type": "object"});
    members["health"] = health();
    members["notes"] = json!({"type": "array", "items": {"type": "string"}});
    json!({
        "type": "object",
        "required": ["profile_id", "title", "channel", "events", "http_method", "url", "body", "headers", "enc",
            "retry", "status", "created_at", "modified_at", "body_type", "response_message"],
        "properties": members,
    })
}

/// The health of a profile, while it is not well.
fn health() -> Value {
    let recent = object(&json!({"ended": count(), "failed": count()}));
    let cause = object(&json!({
        "consecutive_failures": count(),
        "delivery_id": {"type": "string", "format": "uuid"},
        "status": nullable("integer"),
        "class": nullable_choice::<ErrorClass>(),
        "message": {"type": "string"},
        "recent": {"oneOf": [recent, {"type": "null"}]},
    }));
    object(&json!({
        "state": choice::<HealthState>(), "since": time(), "cause": cause, "next_probe_at": nullable_time(),
    }))
}

fn failure() -> Value {
    object(&json!({"class": choice::<ErrorClass>(), "message": {"type": "string"}}))
}

fn nullable_failure() -> Value {
    json!({"oneOf": [schema("Failure"), {"type": "null"}]})
}

fn delivery_row() -> Value {
    object(&json!({
        "delivery_id": {"type": "string", "format": "uuid"},
        "profile_id": {"type": "string"},
        "profile_title": {"type": "string"},
        "event": nullable_choice::<Event>(),
        "kind": choice::<Kind>(),
        "state": choice::<DeliveryState>(),
        "blocked": nullable_choice::<BlockReason>(),
        "held": nullable_choice::<BlockReason>(),
        "accepted_at": time(),
        "due_at": nullable_time(),
        "attempt_count": count(),
        "tries": count(),
        "status": nullable("integer"),
        "error": nullable_failure(),
        "duration_ms": nullable("integer"),
        "resent_as": nullable("string"),
        "sent_again_as": nullable("string"),
        "resent_from": nullable("string"),
        "ended_at": nullable_time(),
        "origin": {"type": "string"},
    }))
}

fn delivery() -> Value {
    let headers = || json!({"type": "object"});
    let request = object(&json!({
        "method": choice::<Method>(), "url": {"type": "string"}, "headers": headers(), "body": {"type": "string"},
    }));
    object(&json!({
        "delivery_id": {"type": "string", "format": "uuid"},
        "profile_id": {"type": "string"},
        "event": nullable_choice::<Event>(),
        "state": choice::<DeliveryState>(),
        "request": {"oneOf": [request, {"type": "null"}]},
        "attempts": {"type": "array", "items": schema("Attempt")},
        "kind": choice::<Kind>(),
        "blocked": nullable_choice::<BlockReason>(),
        "held": nullable_choice::<BlockReason>(),
        "profile_title": {"type": "string"},
        "accepted_at": time(),
        "due_at": nullable_time(),
        "resent_as": nullable("string"),
        "sent_again_as": nullable("string"),
        "resent_from": nullable("string"),
        "ended_at": nullable_time(),
        "origin": {"type": "string"},
        "resends": {"type": "array", "items": object(&json!({
            "delivery_id": {"type": "string", "format": "uuid"},
            "state": choice::<DeliveryState>(),
            "accepted_at": time(),
            "status": nullable("integer"),
        }))},
        "error": nullable_failure(),
        "retry": object(&json!({
            "count": count(), "interval_s": count(), "timeout_ms": count(),
            "backoff": {"type": "string", "enum": ["fixed", "exponential"]},
        })),
    }))
}

fn attempt() -> Value {
    object(&json!({
        "n": count(),
        "started_at": time(),
        "duration_ms": count(),
        "address": nullable("string"),
        "status": nullable("integer"),
        "error": nullable_failure(),
        "response_headers": {"type": "object"},
        "response_body": {"type": "string"},
        "phases": {"oneOf": [phases(), {"type": "null"}]},
        "probe": {"type": "boolean"},
        "response_cut": {"type": "boolean"},
        "response_incomplete": nullable("string"),
        "sender": nullable("string"),
    }))
}

/// Durations in milliseconds; null for a phase that did not happen.
fn phases() -> Value {
    let ms = || json!({"type": ["number", "null"], "minimum": 0});
    object(&json!({
        "dns_ms": ms(), "connect_ms": ms(), "tls_ms": ms(), "wait_ms": ms(), "read_ms": ms(),
        "reused": {"type": "boolean"},
    }))
}

/// Sums over attempts.
fn phase_sums() -> Value {
    let ms = || json!({"type": "number", "minimum": 0});
    object(&json!({
        "attempts": count(), "new_connections": count(),
        "dns_ms": ms(), "connect_ms": ms(), "tls_ms": ms(), "wait_ms": ms(), "read_ms": ms(), "other_ms": ms(),
        "slowest": {"type": ["string", "null"], "enum": ["dns", "connect", "tls", "wait", "read", "other", null]},
    }))
}

fn bulk_request() -> Value {
    json!({
        "type": "object",
        "required": ["action", "filter"],
        "additionalProperties": false,
        "properties": {
            "action": {"type": "string", "enum": ["retry", "cancel"]},
            "filter": {
                "type": "object",
                "additionalProperties": false,
                "description": "As the parameters of the list of deliveries; {} matches all",
                "properties": {
                    "state": state_filter(),
                    "profile": {"type": "string"},
                    "bulk": {"type": "string"},
                    "status": {
                        "oneOf": [
                            {"type": ["string", "integer"]},
                            {"type": "array", "items": {"type": ["string", "integer"]}},
                        ],
                    },
                    "since": {"type": "string"},
                    "until": {"type": "string"},
                    "text": {"type": "string"},
                },
            },
            "dry_run": {"type": "boolean", "default": false},
        },
    })
}
