//! Profiles and deliveries to store.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::callback::{Callback, Values};
use crate::profile::{
    Backoff, Draft, Event, Identity, Method, Profile, ProfileId, Region, RetryPolicy, Rules,
};
use crate::record::{Attempt, DeliveryId, ErrorClass, Failure, Kind, NewDelivery, Phase, Phases};
use crate::storage::{ApiKey, KeyScope, KeyText, SecretHash};

pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
}

pub fn profile_id(n: u128) -> ProfileId {
    ProfileId::new(Region::In, Uuid::from_u128(n))
}

pub fn draft(title: &str) -> Draft {
    Draft {
        title: title.to_owned(),
        channel: "sms".to_owned(),
        events: vec!["sms-send".to_owned()],
        endpoint: "https://hooks.example/cb?id=<id>".to_owned(),
        body: r#"{"status":"<status>"}"#.to_owned(),
        retry_count: "2".to_owned(),
        retry_interval: "10".to_owned(),
        retry_timeout: "5000".to_owned(),
        auth_kind: "api-key".to_owned(),
        auth_header: "api-key".to_owned(),
        auth_key: "s3cret".to_owned(),
        ..Draft::default()
    }
}

pub fn profile(n: u128, title: &str) -> Profile {
    // Small numbers are in order of age.
    let created_at = at(i64::try_from(n & 0xFFFF).unwrap());
    let identity = Identity { id: profile_id(n), created_at, modified_at: created_at };
    draft(title).check(Rules::default(), identity).unwrap()
}

/// An event's delivery that was accepted at this time, to the id.
pub fn accepted(ms: i64) -> NewDelivery {
    let mut id = DeliveryId::first_at(at(ms)).bytes();
    id[6..].copy_from_slice(&DeliveryId::generate().bytes()[6..]);
    let mut new = delivery("https://hooks.example");
    (new.id, new.accepted_at) = (DeliveryId::from_bytes(id), at(ms));
    new
}

/// An event's delivery to `origin`.
pub fn delivery(origin: &str) -> NewDelivery {
    let id = DeliveryId::generate();
    let mut values = Values::default();
    values.set("status", json!("DELIVRD"));
    NewDelivery {
        id,
        kind: Kind::Event,
        profile_id: profile_id(1),
        profile_title: "Order SMS".to_owned(),
        event: Some(Event::SmsSend),
        origin: origin.to_owned(),
        values,
        request: Ok(Callback {
            method: Method::Post,
            url: format!("{origin}/cb?id=7"),
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("webhook-id".to_owned(), id.to_string()),
            ],
            body: b"{\"status\":\"DELIVRD\"}".to_vec(),
        }),
        policy: RetryPolicy::new(2, 10, 5000, Backoff::Fixed),
        tested: None,
        accepted_at: at(0),
        run: None,
    }
}

pub fn tested(profile: Profile) -> NewDelivery {
    NewDelivery {
        kind: Kind::Test,
        profile_id: profile.id.clone(),
        tested: Some(Box::new(profile)),
        ..delivery("https://hooks.example")
    }
}

/// A key of the API with this name, and the hash of its secret.
pub fn api_key(name: &str) -> (ApiKey, SecretHash) {
    let text = KeyText::generate();
    let key = ApiKey {
        id: text.id,
        name: name.to_owned(),
        scope: KeyScope::Send,
        profiles: vec![profile_id(1), profile_id(2)],
        created_at: at(0),
        expires_at: Some(at(1_000)),
        revoked_at: None,
        last_used_at: None,
    };
    (key, text.secret.hash())
}

/// Those of an attempt over a new connection.
pub fn phases() -> Phases {
    let mut phases = Phases::default();
    for (phase, micros) in
        [(Phase::Connect, 300), (Phase::Tls, 24_500), (Phase::Wait, 55_000), (Phase::Read, 0)]
    {
        phases.add(phase, Duration::from_micros(micros));
    }
    phases
}

/// An attempt with this response status.
pub fn attempt(n: u32, status: u16) -> Attempt {
    let failure = Failure { class: ErrorClass::Status, message: format!("answered {status}") };
    Attempt {
        n,
        started_at: at(i64::from(n) * 1000),
        duration_ms: 84,
        address: Some(([127, 0, 0, 1], 9977).into()),
        status: Some(status),
        error: (status != 200).then_some(failure),
        response_headers: vec![("server".to_owned(), "x".to_owned())].into(),
        response_body: vec![0, 159, 255],
        response_cut: true,
        response_incomplete: None,
        sender: None,
        phases: Some(phases()),
        is_probe: false,
    }
}
