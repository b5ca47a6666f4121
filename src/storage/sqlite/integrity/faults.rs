//! Queries that return what violates an invariant: a row for each violation.

use rusqlite::Transaction;

use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::integrity::{IntegrityCheck, Invariant};
use crate::storage::sqlite::rows::columns;

/// Violations by deliveries: their rows, their ids where they are known, and why.
pub const BY_DELIVERY: &[(Invariant, &str)] = &[
    (
        Invariant::Queue,
        "SELECT d.seq, d.id, 'it is queued, and in no queue: it is never sent'
         FROM delivery d
         WHERE d.state = 0
             AND NOT EXISTS (SELECT 1 FROM queued q WHERE q.lane = d.lane AND q.seq = d.seq)
             AND NOT EXISTS (SELECT 1 FROM delivered s WHERE s.lane = d.lane AND s.seq = d.seq)
         UNION ALL
         SELECT q.seq, d.id, CASE WHEN d.seq IS NULL THEN 'it is in a queue, and not in the log'
             WHEN d.lane <> q.lane THEN 'it is in the queue of another lane' ELSE 'it has ended, and is in a queue' END
         FROM queued q LEFT JOIN delivery d ON d.seq = q.seq
         WHERE d.seq IS NULL OR d.state <> 0 OR d.lane <> q.lane
             OR EXISTS (SELECT 1 FROM delivered s WHERE s.lane = q.lane AND s.seq = q.seq)
         UNION ALL
         SELECT q.seq, d.id, 'it is in the queue with another run'
         FROM queued q JOIN delivery d ON d.seq = q.seq WHERE q.run_id IS NOT d.run_id
         UNION ALL
         SELECT s.seq, d.id, 'it is listed as delivered at the first attempt, and is not'
         FROM delivered s LEFT JOIN delivery d ON d.seq = s.seq
         WHERE d.seq IS NULL OR d.state <> 0 OR d.lane <> s.lane
         UNION ALL
         SELECT t.delivery, d.id, 'it has ended, and the credentials of its test are still kept'
         FROM tested t JOIN delivery d ON d.seq = t.delivery
         WHERE d.state > 1 OR EXISTS (SELECT 1 FROM delivered s WHERE s.lane = d.lane AND s.seq = d.seq)",
    ),
    (
        Invariant::Requests,
        "SELECT d.seq, d.id, 'it has no request'
         FROM delivery d WHERE NOT EXISTS (SELECT 1 FROM request r WHERE r.delivery = d.seq)
         UNION ALL
         SELECT r.delivery, NULL, 'its request is there, and it is not in the log'
         FROM request r WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.seq = r.delivery)",
    ),
    // The number of an attempt has ten bits: later ones are counted, and not in the log.
    (
        Invariant::Attempts,
        "SELECT a.key >> 10, NULL, 'its attempt ' || (a.key & 1023) || ' is there, and it is not in the log'
         FROM attempt a WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.seq = a.key >> 10)
         UNION ALL
         SELECT seq, id, counted || ' attempts are counted, and ' || there || ' are in the log'
         FROM (
             SELECT d.seq, d.id, min(iif(s.seq IS NULL, d.attempts, max(d.attempts, 1)), 1023) AS counted,
                 (SELECT count(*) FROM attempt a WHERE a.key BETWEEN d.seq << 10 AND d.seq << 10 | 1023) AS there
             FROM delivery d LEFT JOIN delivered s ON s.lane = d.lane AND s.seq = d.seq AND d.state = 0
         ) WHERE there < counted",
    ),
];

/// Violations of an invariant by deliveries.
pub fn by_delivery(
    tx: &Transaction<'_>,
    invariant: Invariant,
    sql: &str,
) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(invariant);
    let mut select = tx.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get::<_, Option<[u8; 16]>>(1).ok().flatten().map(DeliveryId::from_bytes);
        check.add_delivery(id, row.get(0)?, &row.get::<_, String>(2)?);
    }
    Ok(check)
}

/// Violations of an invariant by profiles.
pub fn by_profile(
    tx: &Transaction<'_>,
    invariant: Invariant,
    sql: &str,
) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(invariant);
    let mut select = tx.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        check.add(format!("profile {}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    }
    Ok(check)
}

/// Profiles whose document is missing, or cannot be read, or is that of another one.
pub fn profiles(tx: &Transaction<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::Profiles);
    let sql = "SELECT p.id, d.document FROM profile p LEFT JOIN profile_document d ON d.profile = p.seq";
    let mut select = tx.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let document = columns::text(row, 1).map_err(|_| "it has no document".to_owned());
        let why = match document.and_then(columns::profile) {
            Ok(profile) if columns::text(row, 0) == Ok(profile.id.as_str()) => continue,
            Ok(profile) => format!("it has the document of {}", profile.id),
            Err(why) => why,
        };
        check.add(format!("{}: {why}", columns::named("profile", row)));
    }
    Ok(check)
}
