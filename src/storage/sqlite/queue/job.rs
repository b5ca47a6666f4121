//! A stored delivery as the sender needs it, with the credentials of today.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::callback::{Callback, Values, needs_values};
use crate::profile::{Choice as _, Event, Profile, RetryPolicy};
use crate::record::{DeliverySubject, Job, JobRef, LaneId, Origin};
use crate::storage::error::StoreError;
use crate::storage::sqlite::profiles::list;
use crate::storage::sqlite::queue::record::MOST;
use crate::storage::sqlite::queue::scheduler::{Chosen, Facts};
use crate::storage::sqlite::rows::columns::{self, get, text};
use crate::storage::unreadable::Why;

/// Reads jobs within one transaction.
pub struct Jobs<'a> {
    tx: &'a Transaction<'a>,
    profiles: MutexGuard<'a, KnownProfiles>,
}

/// The profiles of lanes, as they were at a revision. Each is parsed once, and shared by many deliveries.
#[derive(Debug, Default)]
pub struct KnownProfiles {
    /// None where it cannot be told.
    revision: Option<i64>,
    by_lane: HashMap<i64, KnownLane>,
}

/// What deliveries of a lane have in common.
#[derive(Debug)]
struct KnownLane {
    profile: Result<Option<Arc<Profile>>, Why>,
    /// Of the delivery that was read last.
    subject: Arc<DeliverySubject>,
}

impl KnownLane {
    /// The subject of a delivery with this title and event: mostly that of the one before.
    fn subject(&mut self, title: &str, event: Option<Event>) -> Arc<DeliverySubject> {
        if self.subject.profile_title != title || self.subject.event != event {
            let profile_id = self.subject.profile_id.clone();
            self.subject = Arc::new(DeliverySubject { profile_id, profile_title: title.to_owned(), event });
        }
        Arc::clone(&self.subject)
    }
}

impl KnownProfiles {
    /// So many are remembered.
    const MOST: usize = 256;

    /// Forgets them where a profile has, or may have, changed since.
    fn as_of(&mut self, revision: Option<i64>) {
        if revision.is_none() || self.revision != revision || self.by_lane.len() >= Self::MOST {
            *self = Self { revision, by_lane: HashMap::new() };
        }
    }
}

impl<'a> Jobs<'a> {
    pub fn new(tx: &'a Transaction<'a>, known: &'a Mutex<KnownProfiles>) -> Result<Self, StoreError> {
        let sql = "SELECT profiles FROM revision";
        let revision = tx.prepare_cached(sql)?.query_row([], |row| Ok(row.get(0).ok()))?;
        let mut profiles = known.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.as_of(revision);
        Ok(Self { tx, profiles })
    }

    /// The job that was chosen; or why its row has no meaning.
    pub fn read(&mut self, chosen: Chosen) -> Result<Result<Job, Why>, StoreError> {
        let Chosen { row: seq, lane, origin, facts } = chosen;
        let sql = "SELECT id, attempts, retry_count, interval_s, timeout_ms, backoff,
                       method, url, headers, body, vals, was_tested, profile_title, event
                   FROM delivery LEFT JOIN request ON request.delivery = delivery.seq WHERE seq = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([seq])?;
        let Some(row) = rows.next()? else { return Ok(Err("it is gone".to_owned())) };
        let (mut job, was_tested) = match job(row, seq, LaneId::new(lane), origin, facts) {
            Ok(read) => read,
            Err(why) => return Ok(Err(why)),
        };
        let tested = if was_tested { self.tested(seq)? } else { None };
        let known = self.known(lane)?;
        let profile = match tested {
            Some(document) => document.and_then(|text| columns::profile(&text)).map(|p| Some(Arc::new(p))),
            None => known.profile.clone(),
        };
        // The request does not depend on them: what has no meaning there is no reason not to send it.
        let title = text(row, TITLE).unwrap_or_default();
        let event = text(row, TITLE + 1).ok().and_then(Event::from_name);
        job.subject = known.subject(title, event);
        job.profile = match profile {
            Ok(profile) => profile,
            Err(why) => return Ok(Err(format!("its profile: {why}"))),
        };
        if job.profile.as_deref().is_some_and(needs_values) {
            match text(row, VALUES).and_then(columns::values) {
                Ok(values) => job.values = values,
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(job))
    }

    fn tested(&self, seq: i64) -> Result<Option<Result<String, Why>>, StoreError> {
        let sql = "SELECT document FROM tested WHERE delivery = ?1";
        Ok(self.tx.prepare_cached(sql)?.query_row([seq], |row| Ok(get(row, 0))).optional()?)
    }

    fn known(&mut self, lane: i64) -> Result<&mut KnownLane, StoreError> {
        match self.profiles.by_lane.entry(lane) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                let sql = "SELECT profile_id FROM lane WHERE seq = ?1";
                let profile_id: String = self.tx.prepare_cached(sql)?.query_row([lane], |row| row.get(0))?;
                let document = list::kept_document(self.tx, &profile_id)?.transpose();
                let read = |text: String| columns::profile(&text).map(Arc::new);
                let profile = document.and_then(|text| text.map(read).transpose());
                let subject = Arc::new(DeliverySubject { profile_id, ..DeliverySubject::default() });
                Ok(new.insert(KnownLane { profile, subject }))
            }
        }
    }
}

/// The places of the values and of the title, which the event follows, among the columns of a job.
const VALUES: usize = 10;
const TITLE: usize = 12;

/// The job without its profile, its subject and its values, and whether it is a test with a profile of its own.
fn job(row: &Row<'_>, seq: i64, lane: LaneId, origin: Origin, facts: Facts) -> Result<(Job, bool), Why> {
    let attempts = get(row, 1)?;
    if attempts >= MOST {
        return Err(format!("{attempts} attempts are more than there can be"));
    }
    let job = Job {
        reference: JobRef::new(columns::delivery_id(row, 0)?, seq),
        lane,
        subject: Arc::default(),
        origin,
        attempts,
        manual: facts.manual,
        past: facts.past,
        policy: policy(row, 2)?,
        callback: callback(row, 6)?.ok_or("it has no request")?,
        values: Values::default(),
        profile: None,
    };
    Ok((job, get(row, 11)?))
}

/// A policy, from four columns: count, interval, timeout, backoff.
pub fn policy(row: &Row<'_>, from: usize) -> Result<RetryPolicy, Why> {
    let backoff = columns::choice(text(row, from + 3)?)?;
    Ok(RetryPolicy::new(get(row, from)?, get(row, from + 1)?, get(row, from + 2)?, backoff))
}

/// A request, from four columns: method, URL, headers, body. None where none could be made.
pub fn callback(row: &Row<'_>, from: usize) -> Result<Option<Callback>, Why> {
    if row.get_ref(from).is_ok_and(|value| value == ValueRef::Null) {
        return Ok(None);
    }
    Ok(Some(Callback {
        method: columns::choice(text(row, from)?)?,
        url: get(row, from + 1)?,
        headers: columns::headers(text(row, from + 2)?)?,
        body: get(row, from + 3)?,
    }))
}
