//! Tests a profile.

use axum::extract::{Path, State};
use serde_json::{Map, Value, json};

use super::find::stored;
use crate::api::request::{JsonBody, NewIds, OnePath};
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::callback::Values;
use crate::intake::test_values::{sample_values, tested_event};
use crate::management::ResendAs;
use crate::profile::{Choice as _, Event};
use crate::record::{Acceptance, NewDelivery, random};

/// What is tested with.
#[derive(Debug, Default)]
struct TestRequest {
    event: Option<Event>,
    sample: Option<String>,
    data: Map<String, Value>,
}

/// Accepts a test of a profile: with the samples of the event, a named sample, and the given values, each of which
/// overrides those before it.
pub(super) async fn test(
    State(api): State<Api>,
    caller: Caller,
    ids: NewIds,
    Path((_, id)): OnePath,
    JsonBody(body): JsonBody,
) -> Result<Envelope, ApiError> {
    let profile = stored(&api, &caller, &id).await?;
    let TestRequest { event, sample, data } = TestRequest::read(body)?;
    let fault = |field: &str, why: String| ApiError::new(Code::Invalid, format!("{field}: {why}"));
    let event = tested_event(&profile, event, None).map_err(|why| fault("event", why))?;
    let mut values = Values::samples(event, &api.store.own_variables().await?);
    if let Some(name) = sample {
        let own = api.store.own_samples().await?;
        let sample = sample_values(&profile, event, &name, &own).map_err(|why| fault("sample", why))?;
        values = values.with(sample);
    }
    values = values.with(&data);
    let ResendAs { id, at } = ids.delivery();
    let delivery = NewDelivery::test_as(Acceptance { id, at, random: &mut random }, profile, event, values);
    if let Err(error) = api.store.enqueue(vec![delivery]).await
        // An earlier request with the same idempotency key has accepted it.
        && api.store.delivery(id).await?.is_none()
    {
        return Err(error.into());
    }
    Ok(Envelope::new(Code::Accepted, "Test accepted", json!({"delivery_id": id.to_string()})))
}

impl TestRequest {
    fn read(body: Map<String, Value>) -> Result<Self, ApiError> {
        let (mut all, mut faults) = (Self::default(), Vec::new());
        for (name, value) in body {
            match (name.as_str(), value) {
                ("event", Value::String(event)) if Event::from_name(&event).is_some() => {
                    all.event = Event::from_name(&event);
                }
                ("event", _) => faults.push(format!("event: use one of {}", Event::names())),
                ("sample", Value::String(sample)) => all.sample = Some(sample),
                ("sample", _) => faults.push("sample: must be a string".to_owned()),
                ("data", Value::Object(data)) => all.data = data,
                ("data", _) => faults.push("data: must be an object of variables and values".to_owned()),
                (other, _) => faults.push(format!("{other}: is unknown: use event, sample, data")),
            }
        }
        if faults.is_empty() { Ok(all) } else { Err(ApiError::with_params(Code::Invalid, faults)) }
    }
}
