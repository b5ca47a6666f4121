//! A stored delivery as the sender needs it, with the credentials of today.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, Transaction};

use crate::callback::Callback;
use crate::delivery::Job;
use crate::profile::{Profile, RetryPolicy};

use super::columns::{self, Why, get};
use super::error::StoreError;
use super::profiles;

/// Reads jobs within one transaction. Each profile is parsed once: many deliveries share one.
pub(super) struct Jobs<'a> {
    tx: &'a Transaction<'a>,
    profiles: HashMap<String, Result<Option<Profile>, Why>>,
}

impl<'a> Jobs<'a> {
    pub(super) fn new(tx: &'a Transaction<'a>) -> Self {
        Self { tx, profiles: HashMap::new() }
    }

    /// The job of a row; or why the row has no meaning.
    pub(super) fn read(&mut self, seq: i64) -> Result<Result<Job, Why>, StoreError> {
        let sql = "SELECT id, origin, attempts, retry_count, interval_s, timeout_ms, backoff,
                       method, url, headers, body, vals, profile_id
                   FROM delivery WHERE seq = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([seq])?;
        let Some(row) = rows.next()? else { return Ok(Err("it is gone".to_owned())) };
        let (mut job, profile_id) = match job(row) {
            Ok(read) => read,
            Err(why) => return Ok(Err(why)),
        };
        let profile = match self.tested(seq)? {
            Some(document) => columns::profile(&document).map(Some),
            None => self.stored(profile_id)?,
        };
        Ok(profile.map_err(|why| format!("its profile: {why}")).map(|profile| {
            job.profile = profile.map(Box::new);
            job
        }))
    }

    fn tested(&self, seq: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT document FROM tested WHERE delivery = ?1";
        Ok(self.tx.prepare_cached(sql)?.query_row([seq], |row| row.get(0)).optional()?)
    }

    fn stored(&mut self, id: String) -> Result<Result<Option<Profile>, Why>, StoreError> {
        if let Some(known) = self.profiles.get(&id) {
            return Ok(known.clone());
        }
        let document = profiles::document(self.tx, &id)?;
        let profile = document.map(|text| columns::profile(&text)).transpose();
        self.profiles.insert(id, profile.clone());
        Ok(profile)
    }
}

/// The job without its profile, and the profile's id.
fn job(row: &Row<'_>) -> Result<(Job, String), Why> {
    let job = Job {
        id: columns::delivery_id(row, 0)?,
        origin: get(row, 1)?,
        attempts: get(row, 2)?,
        policy: policy(row, 3)?,
        callback: callback(row, 7)?.ok_or("it has no request")?,
        values: columns::values(&get::<String>(row, 11)?)?,
        profile: None,
    };
    Ok((job, get(row, 12)?))
}

/// A policy, from four columns: count, interval, timeout, backoff.
pub(super) fn policy(row: &Row<'_>, from: usize) -> Result<RetryPolicy, Why> {
    let backoff = columns::choice(&get::<String>(row, from + 3)?)?;
    Ok(RetryPolicy::new(get(row, from)?, get(row, from + 1)?, get(row, from + 2)?, backoff))
}

/// A request, from four columns: method, URL, headers, body. None where none could be made.
pub(super) fn callback(row: &Row<'_>, from: usize) -> Result<Option<Callback>, Why> {
    let Some(method) = get::<Option<String>>(row, from)? else { return Ok(None) };
    Ok(Some(Callback {
        method: columns::choice(&method)?,
        url: get(row, from + 1)?,
        headers: columns::headers(&get::<String>(row, from + 2)?)?,
        body: get(row, from + 3)?,
    }))
}
