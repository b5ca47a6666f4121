//! Whether the clock is trusted to remove by age: what it removes wrongly is lost.
//!
//! A machine may start with a clock that is a year ahead, and be set right a minute later. The database
//! remembers a time at which the clock was right; a clock far ahead of that removes nothing until it has
//! run on for a day, or until a person prunes.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction};

use crate::clock;
use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::rows::columns::{delivery_id, get, millis, time};

/// A clock this far ahead of what was last seen is doubted. Our decision.
const FAR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A doubted clock that has run on for this long is right. Our decision.
const CONFIRMED: SignedDuration = SignedDuration::from_hours(24);

/// The time seen is written anew when it is this old: writing wakes whoever watches the file.
const RENEWED: SignedDuration = SignedDuration::from_hours(24);

/// The clock is far ahead of what the database has seen: nothing is removed by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockDoubt {
    /// The last time at which something was seen to happen.
    pub seen: Timestamp,
    /// When the clock is believed, if it runs on.
    pub until: Timestamp,
}

impl fmt::Display for ClockDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC");
        write!(
            f,
            "the clock is far ahead of the last activity ({}): nothing is removed by age before {}; if the \
             clock is right, `ringback deliveries prune --trust-clock` removes it now",
            second(self.seen),
            second(self.until)
        )
    }
}

/// What the database remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Remembered {
    seen: Timestamp,
    /// Since when the clock has been doubted.
    doubted: Option<Timestamp>,
}

impl Remembered {
    fn certain(now: Timestamp) -> Self {
        Self { seen: now, doubted: None }
    }

    /// What is to be remembered of the clock that says `now`, and why it is doubted.
    fn judge(self, now: Timestamp) -> (Self, Option<ClockDoubt>) {
        if now.duration_since(self.seen) <= FAR {
            let stale = now.duration_since(self.seen).abs() >= RENEWED;
            let seen = if stale { now } else { self.seen };
            return (Self { seen, doubted: None }, None);
        }
        let since = self.doubted.filter(|since| *since <= now).unwrap_or(now);
        if now.duration_since(since) >= CONFIRMED {
            return (Self::certain(now), None);
        }
        let until = clock::later(since, CONFIRMED);
        (Self { doubted: Some(since), ..self }, Some(ClockDoubt { seen: self.seen, until }))
    }
}

impl Store {
    /// Judges the clock that says `now`; a doubt is the reason to remove nothing by age. Remembers the
    /// judgement: a doubted clock is trusted once it has run on for a day.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        let (stored, judged, doubt) = self.read(move |tx| judge(tx, now)).await?;
        if stored != Some(judged) {
            self.write(move |tx| remember(tx, judged)).await?;
        }
        Ok(doubt)
    }

    /// As [`Store::doubt_clock`], without remembering it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        self.read(move |tx| Ok(judge(tx, now)?.2)).await
    }

    /// A person says that the clock is right at `now`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| remember(tx, Remembered::certain(now))).await
    }
}

/// What is stored, what is to be remembered of the clock that says `now`, and why it is doubted.
fn judge(
    tx: &Transaction<'_>,
    now: Timestamp,
) -> Result<(Option<Remembered>, Remembered, Option<ClockDoubt>), StoreError> {
    let stored = stored(tx)?;
    let remembered = match stored {
        Some(stored) => stored,
        None => Remembered { seen: last_activity(tx)?.unwrap_or(now), doubted: None },
    };
    let (judged, doubt) = remembered.judge(now);
    Ok((stored, judged, doubt))
}

fn stored(tx: &Transaction<'_>) -> Result<Option<Remembered>, StoreError> {
    let row = tx
        .prepare_cached("SELECT seen_at, doubted_at FROM clock")?
        .query_row([], |row| Ok((time_at(row, 0), time_at(row, 1))))
        .optional()?;
    // A time that is none counts as not remembered.
    Ok(row.and_then(|(seen, doubted)| Some(Remembered { seen: seen?, doubted })))
}

fn remember(tx: &Writing<'_>, what: Remembered) -> Result<(), StoreError> {
    let sql = "INSERT INTO clock (one, seen_at, doubted_at) VALUES (1, ?1, ?2)
               ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, doubted_at = excluded.doubted_at";
    tx.prepare_cached(sql)?.execute((millis(what.seen), what.doubted.map(millis)))?;
    Ok(())
}

/// When something last happened, of a file that does not remember yet: the last delivery was accepted, or
/// a profile was changed or deleted.
fn last_activity(tx: &Transaction<'_>) -> Result<Option<Timestamp>, StoreError> {
    let newest = tx
        .query_row("SELECT id FROM delivery ORDER BY id DESC LIMIT 1", [], |row| Ok(delivery_id(row, 0).ok()))
        .optional()?;
    let accepted = newest.flatten().map(DeliveryId::made_at);
    let sql = "SELECT max(max(modified_at, coalesce(deleted_at, 0))) FROM profile";
    let changed = tx.query_row(sql, [], |row| Ok(time_at(row, 0)))?;
    Ok(accepted.into_iter().chain(changed).max())
}

/// A time, where the column has one.
fn time_at(row: &Row<'_>, at: usize) -> Option<Timestamp> {
    get(row, at).and_then(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
    }

    #[test]
    fn a_clock_that_goes_on_is_trusted() {
        let mut remembered = Remembered::certain(day(0));
        for n in 0..100 {
            let (next, doubt) = remembered.judge(day(n * 6));
            assert_eq!((next.seen, doubt), (day(n * 6), None));
            remembered = next;
        }
        let soon = day(594) + SignedDuration::from_hours(5);
        assert_eq!(remembered.judge(soon), (remembered, None), "not worth a write");
    }

    #[test]
    fn a_clock_far_ahead_is_doubted_until_it_has_run_on_for_a_day_or_is_set_right() {
        let (doubting, doubt) = Remembered::certain(day(0)).judge(day(400));
        assert_eq!(doubt, Some(ClockDoubt { seen: day(0), until: day(401) }));
        let later = day(400) + SignedDuration::from_hours(23);
        assert_eq!(doubting.judge(later), (doubting, doubt), "since the same time");
        assert_eq!(doubting.judge(day(401)), (Remembered::certain(day(401)), None));
        assert_eq!(doubting.judge(day(1)), (Remembered::certain(day(1)), None), "it was set right");
        // Another wrong time, and no day of running.
        let (again, doubt) = doubting.judge(day(300));
        assert_eq!((again.doubted, doubt.unwrap().until), (Some(day(300)), day(301)));
    }

    #[test]
    fn a_clock_that_is_set_back_is_taken_as_it_is() {
        let (remembered, doubt) = Remembered::certain(day(400)).judge(day(0));
        assert_eq!((remembered, doubt), (Remembered::certain(day(0)), None));
    }
}
