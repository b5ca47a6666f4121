//! Deliveries as the columns of one statement.

use std::borrow::Cow;

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::profile::Choice;
use crate::record::{NewDelivery, RunId};
use crate::storage::encoding::{document_text, headers_text, millis, values_text};
use crate::storage::error::StoreError;
use crate::storage::rollups::mark::RollupMark;

/// Deliveries as the columns of one statement, each an array.
#[derive(Default)]
pub struct Batch<'a> {
    id: Vec<Uuid>,
    lane: Vec<i32>,
    accepted_at: Vec<i64>,
    run_id: Vec<Option<i64>>,
    retry_count: Vec<i16>,
    interval_s: Vec<i32>,
    timeout_ms: Vec<i32>,
    kind: Vec<&'static str>,
    backoff: Vec<&'static str>,
    title: Vec<Cow<'a, str>>,
    event: Vec<Option<&'static str>>,
    method: Vec<Option<&'static str>>,
    url: Vec<Option<Cow<'a, str>>>,
    headers: Vec<Option<String>>,
    values: Vec<String>,
    body: Vec<Option<&'a [u8]>>,
    class: Vec<Option<&'static str>>,
    message: Vec<Option<Cow<'a, str>>>,
    tested: Vec<Option<String>>,
    mark: Vec<i64>,
}

impl<'a> Batch<'a> {
    /// These deliveries, each of its lane.
    pub fn of(batch: &'a [&NewDelivery], lanes: &[i32]) -> Result<Self, StoreError> {
        let mut all = Self::default();
        for (new, lane) in batch.iter().zip(lanes) {
            all.push(new, *lane)?;
        }
        Ok(all)
    }

    fn push(&mut self, new: &'a NewDelivery, lane: i32) -> Result<(), StoreError> {
        let (callback, failure) = (new.request.as_ref().ok(), new.request.as_ref().err());
        let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        self.id.push(Uuid::from_bytes(new.id.bytes()));
        self.lane.push(lane);
        self.accepted_at.push(millis(new.accepted_at));
        self.run_id.push(new.run.map(RunId::number));
        self.retry_count.push(new.policy.count().into());
        self.interval_s.push(number(new.policy.interval_s()));
        self.timeout_ms.push(number(new.policy.timeout_ms()));
        self.kind.push(new.kind.name());
        self.backoff.push(new.policy.backoff().name());
        self.title.push(storable(&new.profile_title));
        self.event.push(new.event.map(Choice::name));
        self.method.push(callback.map(|callback| callback.method.name()));
        self.url.push(callback.map(|callback| storable(&callback.url)));
        self.headers.push(callback.map(|callback| headers_text(&callback.headers)));
        self.values.push(values_text(&new.values)?);
        self.body.push(callback.map(|callback| callback.body.as_slice()));
        self.class.push(failure.map(|failure| failure.class.name()));
        self.message.push(failure.map(|failure| storable(&failure.message)));
        self.tested.push(new.tested.as_deref().map(document_text));
        let mark = RollupMark::accepted(millis(new.accepted_at), failure.map(|failure| failure.class));
        self.mark.push(mark.number());
        Ok(())
    }

    /// The values of [`accept`](super::accept)'s statement, in its order.
    pub fn params(&self) -> [&(dyn ToSql + Sync); 20] {
        [
            &self.id,
            &self.lane,
            &self.accepted_at,
            &self.run_id,
            &self.retry_count,
            &self.interval_s,
            &self.timeout_ms,
            &self.kind,
            &self.backoff,
            &self.title,
            &self.event,
            &self.method,
            &self.url,
            &self.headers,
            &self.values,
            &self.body,
            &self.class,
            &self.message,
            &self.tested,
            &self.mark,
        ]
    }
}

/// A text without the one character that PostgreSQL stores in none.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}").into() } else { text.into() }
}
