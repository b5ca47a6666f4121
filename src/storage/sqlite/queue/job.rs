//! A stored delivery as the sender needs it, with the current credentials.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, OptionalExtension, Row, Transaction};

use crate::callback::{Callback, Values, needs_values};
use crate::profile::{Choice as _, Event, Method, Profile, RetryPolicy};
use crate::record::{DeliverySubject, Job, JobRef, JobRequest, LaneId};
use crate::storage::error::StoreError;
use crate::storage::sqlite::profiles::list;
use crate::storage::sqlite::queue::known_headers::KnownHeaders;
use crate::storage::sqlite::queue::record::MOST;
use crate::storage::sqlite::queue::scheduler::Chosen;
use crate::storage::sqlite::rows::columns::{self, get, text};
use crate::storage::unreadable::Why;

/// Rows are read together up to this distance: reading one that was not chosen costs half of another question.
const NEAR: i64 = 2;

/// Reads jobs within one transaction.
pub struct Jobs<'a> {
    tx: &'a Transaction<'a>,
    /// Finding it in the cache for each job costs as much as a column or two.
    select: CachedStatement<'a>,
    profiles: MutexGuard<'a, KnownProfiles>,
}

/// The profiles of lanes, as of a revision. Each is parsed once, and shared by many deliveries.
#[derive(Debug, Default)]
pub struct KnownProfiles {
    /// None if unknown.
    revision: Option<i64>,
    by_lane: HashMap<i64, KnownLane>,
}

/// What the deliveries of a lane have in common.
#[derive(Debug)]
struct KnownLane {
    profile: Result<Option<Arc<Profile>>, Why>,
    /// Of the delivery that was read last.
    subject: Arc<DeliverySubject>,
    headers: KnownHeaders,
    /// The URL of the same one.
    url: Arc<str>,
}

impl KnownLane {
    /// The subject of a delivery with this title and event: usually the same as the previous one.
    fn subject(&mut self, title: &str, event: Option<Event>) -> Arc<DeliverySubject> {
        if self.subject.profile_title != title || self.subject.event != event {
            let profile_id = self.subject.profile_id.clone();
            self.subject = Arc::new(DeliverySubject { profile_id, profile_title: title.to_owned(), event });
        }
        Arc::clone(&self.subject)
    }

    /// This request, of which the URL and most of the headers are usually those of the previous one.
    fn request(&mut self, stored: StoredRequest<'_>) -> Result<JobRequest, Why> {
        let StoredRequest { method, url, headers, body } = stored;
        if *self.url != *url {
            self.url = url.into();
        }
        Ok(JobRequest { method, url: Arc::clone(&self.url), headers: self.headers.read(headers)?, body })
    }
}

impl KnownProfiles {
    /// How many are remembered.
    const MOST: usize = 256;

    /// Forgets them if a profile has, or may have, changed since.
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
        let select = "SELECT id, attempts, retry_count, interval_s, timeout_ms, backoff,
                       method, url, headers, body, vals, was_tested, profile_title, event, seq, lane, accepted_at,
                       probes
                   FROM delivery LEFT JOIN request ON request.delivery = delivery.seq
                   WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
        Ok(Self { tx, select: tx.prepare_cached(select)?, profiles })
    }

    /// Reads the jobs that were chosen, and returns them in their order: of each, its row and the job, or why the row
    /// has no meaning. Rows that are near each other are read with one question, whatever their turns are: each
    /// question costs more than a row.
    pub fn read(
        &mut self,
        chosen: &[Chosen],
        mut found: impl FnMut(i64, Result<Job, Why>),
    ) -> Result<(), StoreError> {
        let Self { tx, select, profiles } = self;
        let mut by_row: Vec<(i64, usize)> = (0..).zip(chosen).map(|(turn, of)| (of.row, turn)).collect();
        by_row.sort_unstable();
        let mut jobs: Vec<Option<Result<Job, Why>>> = chosen.iter().map(|_| None).collect();
        for together in by_row.chunk_by(|one, next| next.0.saturating_sub(one.0) <= NEAR) {
            let mut rows = select.query([together.first(), together.last()].map(|end| end.map(|of| of.0)))?;
            let mut wanted = together.iter().peekable();
            while let Some(row) = rows.next()? {
                let seq: i64 = row.get(SEQ)?;
                // Those before it are gone, and it may be one between two that were chosen.
                while wanted.next_if(|of| of.0 < seq).is_some() {}
                if let Some(&(_, turn)) = wanted.next_if(|of| of.0 == seq) {
                    let known = known(tx, profiles, chosen[turn].lane)?;
                    jobs[turn] = Some(whole(tx, known, row, &chosen[turn])?);
                }
            }
        }
        for (chosen, job) in chosen.iter().zip(jobs) {
            found(chosen.row, job.unwrap_or_else(|| Err("it is gone".to_owned())));
        }
        Ok(())
    }
}

/// The job of a row, or why the row has no meaning.
fn whole(
    tx: &Transaction<'_>,
    known: &mut KnownLane,
    row: &Row<'_>,
    chosen: &Chosen,
) -> Result<Result<Job, Why>, StoreError> {
    let (mut job, was_tested) = match job(row, chosen, known) {
        Ok(read) => read,
        Err(why) => return Ok(Err(why)),
    };
    let tested = if was_tested { tested(tx, chosen.row)? } else { None };
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

fn tested(tx: &Transaction<'_>, seq: i64) -> Result<Option<Result<String, Why>>, StoreError> {
    let sql = "SELECT document FROM tested WHERE delivery = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([seq], |row| Ok(get(row, 0))).optional()?)
}

fn known<'k>(
    tx: &Transaction<'_>,
    profiles: &'k mut KnownProfiles,
    lane: i64,
) -> Result<&'k mut KnownLane, StoreError> {
    match profiles.by_lane.entry(lane) {
        Entry::Occupied(known) => Ok(known.into_mut()),
        Entry::Vacant(new) => {
            let sql = "SELECT profile_id FROM lane WHERE seq = ?1";
            let profile_id: String = tx.prepare_cached(sql)?.query_row([lane], |row| row.get(0))?;
            let document = list::kept_document(tx, &profile_id)?.transpose();
            let read = |text: String| columns::profile(&text).map(Arc::new);
            let profile = document.and_then(|text| text.map(read).transpose());
            let subject = Arc::new(DeliverySubject { profile_id, ..DeliverySubject::default() });
            let (headers, url) = (KnownHeaders::default(), Arc::default());
            Ok(new.insert(KnownLane { profile, subject, headers, url }))
        }
    }
}

/// The places of the values, of the title, which the event follows, of the row, of its lane, of its acceptance and of its
/// number of probes among the columns of a job.
const VALUES: usize = 10;
const TITLE: usize = 12;
const SEQ: usize = 14;
const LANE: usize = 15;
const ACCEPTED_AT: usize = 16;
const PROBES: usize = 17;

/// The job without its profile, its subject and its values, and whether it is a test with its own profile.
fn job(row: &Row<'_>, chosen: &Chosen, known: &mut KnownLane) -> Result<(Job, bool), Why> {
    let attempts = get(row, 1)?;
    if attempts >= MOST {
        return Err(format!("{attempts} attempts are more than there can be"));
    }
    if row.get_ref(LANE).ok() != Some(ValueRef::Integer(chosen.lane)) {
        return Err("its queue is another".to_owned());
    }
    let id = columns::delivery_id(row, 0)?;
    let job = Job {
        reference: JobRef::new(id, chosen.row),
        // Without it only the id says when that was.
        accepted_at: get(row, ACCEPTED_AT).and_then(columns::time).unwrap_or_else(|_| id.made_at()),
        lane: LaneId::new(chosen.lane),
        subject: Arc::default(),
        origin: chosen.origin.clone(),
        attempts,
        probes: get::<Option<u32>>(row, PROBES)?.unwrap_or(0),
        is_probe: chosen.is_probe,
        manual: chosen.facts.manual,
        last_outcome: chosen.facts.last_outcome,
        policy: policy(row, 2)?,
        callback: known.request(request(row, 6)?.ok_or("it has no request")?)?,
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

/// A request, from four columns: method, URL, headers, body. None if none could be made.
pub fn callback(row: &Row<'_>, from: usize) -> Result<Option<Callback>, Why> {
    let Some(StoredRequest { method, url, headers, body }) = request(row, from)? else { return Ok(None) };
    Ok(Some(Callback { method, url: url.to_owned(), headers: columns::headers(headers)?, body }))
}

/// A request as it is stored.
struct StoredRequest<'a> {
    method: Method,
    url: &'a str,
    headers: &'a str,
    body: Vec<u8>,
}

fn request<'a>(row: &'a Row<'_>, from: usize) -> Result<Option<StoredRequest<'a>>, Why> {
    if row.get_ref(from).is_ok_and(|value| value == ValueRef::Null) {
        return Ok(None);
    }
    Ok(Some(StoredRequest {
        method: columns::choice(text(row, from)?)?,
        url: text(row, from + 1)?,
        headers: text(row, from + 2)?,
        body: get(row, from + 3)?,
    }))
}
