//! Checks an endpoint: one request for each sample of a profile, one after the other.
//!
//! Nothing is recorded and nothing retried (our decision): a check says how the endpoint responds now, beside a sender
//! that works on the same database or without one.

use std::sync::Arc;

use jiff::Timestamp;

use crate::callback::Values;
use crate::clock;
use crate::delivery::{LocalTrouble, TlsSession, Transport};
use crate::profile::catalogue::{self, Sample, Variable};
use crate::profile::{Event, Profile};
use crate::record::{Attempt, Failure, Job, JobRef, LaneId, NewDelivery};

/// What is sent: the values of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleToCheck {
    /// None with Default.
    pub event: Option<Event>,
    /// The named sample; none where there is none, with Default.
    pub sample: Option<Sample>,
}

/// The result of one request.
#[derive(Debug)]
pub struct CheckedSample {
    /// What was sent.
    pub sent: SampleToCheck,
    /// What became of it.
    pub result: CheckResult,
}

/// What became of one request of a check.
#[derive(Debug)]
pub enum CheckResult {
    /// An attempt was made.
    Tried(Box<Attempt>),
    /// No request can be made from the profile and the values.
    NoRequest(Failure),
    /// This machine could not make an attempt.
    NotTried(LocalTrouble),
}

impl CheckedSample {
    /// Whether the response was 2xx.
    #[must_use]
    pub fn passed(&self) -> bool {
        matches!(&self.result, CheckResult::Tried(attempt) if attempt.error.is_none())
    }

    /// The attempt, if one was made.
    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.result {
            CheckResult::Tried(attempt) => Some(attempt),
            CheckResult::NoRequest(_) | CheckResult::NotTried(_) => None,
        }
    }
}

/// The samples of a profile's events, or of one of them: those of the catalogue in its order, then own ones; for a
/// profile without events one without a sample, then own ones.
#[must_use]
pub fn samples_to_check(
    profile: &Profile,
    only: Option<Event>,
    own: &[(String, Sample)],
) -> Vec<SampleToCheck> {
    let named = |event: Option<Event>| {
        let samples = catalogue::offered_samples(event, own).into_iter().cloned();
        samples.map(move |sample| SampleToCheck { event, sample: Some(sample) })
    };
    if profile.events.is_empty() {
        return std::iter::once(SampleToCheck { event: None, sample: None }).chain(named(None)).collect();
    }
    let events = profile.events.iter().copied().filter(|event| only.is_none_or(|only| only == *event));
    events.flat_map(|event| named(Some(event))).collect()
}

/// Sends samples to the endpoint of a profile.
#[derive(Debug)]
pub struct EndpointCheck {
    profile: Arc<Profile>,
    transport: Transport,
    own: Vec<(String, Variable)>,
    /// The URL of the last request: placeholders in it are filled.
    url: Option<String>,
}

impl EndpointCheck {
    /// With the own variables of a store, whose samples are sent too.
    #[must_use]
    pub fn new(profile: Profile, transport: Transport, own: Vec<(String, Variable)>) -> Self {
        Self { profile: Arc::new(profile), transport, own, url: None }
    }

    /// Sends one sample. Connections are kept from one to the next, as the sender does.
    pub async fn send(&mut self, sent: SampleToCheck) -> CheckedSample {
        let mut values = Values::samples(sent.event, &self.own);
        if let Some(sample) = &sent.sample {
            values = values.with(&sample.values);
        }
        let delivery = NewDelivery::test(Profile::clone(&self.profile), sent.event, values);
        let result = match delivery.request {
            Err(failure) => CheckResult::NoRequest(failure),
            Ok(callback) => {
                self.url = Some(callback.url.clone());
                let job = Job {
                    subject: Arc::default(),
                    reference: JobRef::new(delivery.id, 1),
                    lane: LaneId::new(1),
                    origin: delivery.origin.into(),
                    callback: callback.into(),
                    values: delivery.values,
                    policy: delivery.policy,
                    accepted_at: delivery.accepted_at,
                    attempts: 0,
                    probes: 0,
                    is_probe: false,
                    manual: true,
                    last_outcome: None,
                    profile: Some(Arc::clone(&self.profile)),
                };
                match self.transport.attempt(&job).await {
                    Ok(tried) => CheckResult::Tried(Box::new(tried.attempt)),
                    Err(trouble) => CheckResult::NotTried(trouble),
                }
            }
        };
        CheckedSample { sent, result }
    }

    /// What TLS with the endpoint is like, and when: over another connection. None without TLS, and where no connection
    /// can be opened.
    pub async fn tls(&self) -> Option<(TlsSession, Timestamp)> {
        let url = self.url.as_deref()?;
        let session = self.transport.tls_session(&self.profile, url).await?;
        Some((session, clock::now()))
    }
}
