//! Rows of the feed: what a transaction appends, and the entries of a row.

use rusqlite::{Row, Transaction, params};

use crate::clock;
use crate::record::DeliveryState;
use crate::storage::error::StoreError;
use crate::storage::feed::entry::ProfileChange;
use crate::storage::feed::page::Note;
use crate::storage::sqlite::rows::columns::{self, get, millis, state_number};
use crate::storage::unreadable::Why;

/// The bytes of an attempt: its key, and the state of its delivery.
const BYTES: usize = 9;

/// Adds an attempt to a list of them.
pub fn push(attempts: &mut Vec<u8>, key: i64, state: DeliveryState) {
    attempts.extend(key.to_be_bytes());
    // One of five.
    attempts.push(u8::try_from(state_number(state)).unwrap_or(u8::MAX));
}

/// Appends what a transaction has done: `came` deliveries were accepted, `accepted` being the last one, and these
/// attempts were recorded.
pub fn append(
    tx: &Transaction<'_>,
    accepted: Option<i64>,
    came: i64,
    attempts: Option<&[u8]>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO feed (at, accepted, came, attempts)
               VALUES (?1, coalesce(?2, (SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0), ?3, ?4)";
    tx.prepare_cached(sql)?.execute(params![millis(clock::now()), accepted, came, attempts])?;
    Ok(())
}

/// The columns of [`notes`].
pub const COLUMNS: &str = "position, at, accepted, came, attempts, profile";

/// The entries of a row, in order: deliveries, then attempts, then the change of a profile. Those before `from` are
/// passed over, and no more than `most` are made.
pub fn notes(row: &Row<'_>, from: usize, most: usize) -> Result<RowNotes, Why> {
    let (at, last, came): (i64, i64, i64) = (get(row, 1)?, get(row, 2)?, get(row, 3)?);
    let attempts = get::<Option<Vec<u8>>>(row, 4)?.unwrap_or_default();
    let profile: Option<String> = get(row, 5)?;
    let deliveries = usize::try_from(came).map_err(|error| error.to_string())?;
    let first = last.saturating_sub(came).saturating_add(1);
    let accepted = (first..=last).take(deliveries).map(Note::Accepted);
    let attempted = attempts.chunks_exact(BYTES).filter_map(|bytes| attempt(bytes).ok());
    // What cannot be read hides nothing else.
    let change = profile.and_then(|text| ProfileChange::read(&text, at).ok()).map(Note::Change);
    let mut all = accepted.chain(attempted).chain(change).skip(from);
    let notes: Vec<Note> = all.by_ref().take(most).collect();
    Ok(RowNotes { notes, is_whole: all.next().is_none() })
}

/// Entries of a row.
#[derive(Debug)]
pub struct RowNotes {
    /// In order.
    pub notes: Vec<Note>,
    /// Whether the last one of the row is among them.
    pub is_whole: bool,
}

fn attempt(bytes: &[u8]) -> Result<Note, Why> {
    let (key, state) = bytes.split_at(BYTES - 1);
    let key = i64::from_be_bytes(key.try_into().map_err(|_| "it has no key".to_owned())?);
    let n = u32::try_from(key & 1023).map_err(|error| error.to_string())?;
    let state = columns::state(state.first().copied().unwrap_or(u8::MAX).into())?;
    Ok(Note::Attempt(key >> 10, n, state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Choice as _;

    #[test]
    fn an_attempt_is_read_as_it_was_written() {
        for (row, n) in [(1, 1), (i64::MAX >> 10, 1023)] {
            for state in DeliveryState::ALL {
                let mut list = Vec::new();
                push(&mut list, row << 10 | n, *state);
                assert_eq!(list.len(), BYTES);
                let n = u32::try_from(n).unwrap();
                assert_eq!(attempt(&list), Ok(Note::Attempt(row, n, *state)));
            }
        }
    }
}
