//! A claimed row as a job, with the credentials of today.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use crate::callback::{Callback, Values, needs_values};
use crate::profile::{Choice as _, Event, Profile, RetryPolicy};
use crate::record::{DeliveryId, DeliverySubject, Job, JobRef, LaneId};
use crate::storage::encoding;
use crate::storage::error::StoreError;
use crate::storage::postgres::queue::ready::LaneFacts;
use crate::storage::unreadable::Why;

/// How many profiles are remembered.
const MOST: usize = 1024;

/// The profiles of what was claimed, as they were at a revision. Each is parsed once, and shared.
#[derive(Debug, Default)]
pub struct KnownProfiles {
    revision: i64,
    /// None for one that was removed.
    by_id: HashMap<String, Result<Option<Arc<Profile>>, Why>>,
}

impl KnownProfiles {
    /// Forgets them where one has changed since.
    pub fn as_of(&mut self, revision: i64) {
        if self.revision != revision || self.by_id.len() >= MOST {
            *self = Self { revision, by_id: HashMap::new() };
        }
    }

    /// Whether it is known what became of this profile.
    pub fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Remembers a profile, by its document; none is gone.
    pub fn remember(&mut self, id: &str, document: Option<&str>) {
        let profile = document.map(|text| encoding::profile(text).map(Arc::new)).transpose();
        self.by_id.insert(id.to_owned(), profile);
    }

    fn of(&self, id: &str) -> Result<Option<Arc<Profile>>, Why> {
        self.by_id.get(id).cloned().unwrap_or(Ok(None))
    }
}

/// Which delivery a row is of, whatever else it says.
pub struct Claim {
    pub seq: i64,
    pub lane: i32,
    pub attempts: i16,
}

impl Claim {
    pub fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { seq: row.try_get(0)?, lane: row.try_get(1)?, attempts: row.try_get(2)? })
    }
}

/// The delivery of a row, for a message about it.
pub fn id_of(row: &Row) -> Option<DeliveryId> {
    row.try_get(4).ok().map(|id: Uuid| DeliveryId::from_bytes(id.into_bytes()))
}

/// The job of a row of a claim; or why the row has no meaning. `own_time` is a time of the database by the clock of this
/// process.
pub fn read(
    row: &Row,
    claim: &Claim,
    facts: &LaneFacts,
    is_probe: bool,
    profiles: &KnownProfiles,
    own_time: impl Fn(i64) -> Option<Timestamp>,
) -> Result<Job, Why> {
    let profile = match get::<Option<String>>(row, 17)? {
        Some(document) => encoding::profile(&document).map(|profile| Some(Arc::new(profile))),
        None => profiles.of(facts.profile_id.as_str()),
    };
    let profile = profile.map_err(|why| format!("its profile: {why}"))?;
    let values = if profile.as_deref().is_some_and(needs_values) {
        encoding::values(get(row, 13)?)?
    } else {
        Values::default()
    };
    let event = get::<Option<&str>>(row, 16)?.and_then(Event::from_name);
    let subject = DeliverySubject {
        profile_id: facts.profile_id.to_string(),
        profile_title: get(row, 15).unwrap_or_default(),
        event,
    };
    let id = id_of(row).ok_or("it is gone")?;
    Ok(Job {
        reference: JobRef::new(id, claim.seq),
        accepted_at: own_time(get(row, 18)?).unwrap_or_else(|| id.made_at()),
        lane: LaneId::new(claim.lane.into()),
        subject: Arc::new(subject),
        origin: Arc::clone(&facts.origin),
        callback: callback(row)?.into(),
        values,
        policy: policy(row)?,
        attempts: number(claim.attempts)?,
        probes: number(get::<i16>(row, 19)?)?,
        is_probe,
        manual: facts.manual,
        last_outcome: facts.last_outcome,
        profile,
    })
}

fn policy(row: &Row) -> Result<RetryPolicy, Why> {
    let count = number::<u8, i16>(get(row, 5)?)?;
    let (interval_s, timeout_ms) = (number::<u32, i32>(get(row, 6)?)?, number::<u32, i32>(get(row, 7)?)?);
    Ok(RetryPolicy::new(count, interval_s, timeout_ms, encoding::choice(get(row, 8)?)?))
}

fn callback(row: &Row) -> Result<Callback, Why> {
    let method: Option<&str> = get(row, 9)?;
    Ok(Callback {
        method: encoding::choice(method.ok_or("it has no request")?)?,
        url: get(row, 10)?,
        headers: encoding::headers(get(row, 11)?)?,
        body: get(row, 12)?,
    })
}

fn number<T: TryFrom<N>, N: Copy + std::fmt::Display>(n: N) -> Result<T, Why> {
    T::try_from(n).map_err(|_| format!("{n} is out of range"))
}

fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, Why> {
    row.try_get(column).map_err(|error| error.to_string())
}
