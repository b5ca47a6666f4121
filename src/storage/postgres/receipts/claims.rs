//! Keys that a transaction claims for what it accepts.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::receipts::row::{find, read};
use crate::storage::postgres::rows::get_or_default;
use crate::storage::receipts::accept_request::{EventKey, RequestKey, Submission, SubmissionResult};
use crate::storage::receipts::stored_receipt::StoredReceipt;
use crate::storage::receipts::{counted_since, event_owner, request_owner};
use crate::storage::server_problem::ServerProblem;

pub use crate::storage::postgres::receipts::row::unreadable;

/// Inserts the receipt of a request without its results, or replaces one that no longer counts. Waits for another
/// transaction that has the key, and locks the row that is there.
const CLAIM_REQUEST: &str = "
INSERT INTO receipt AS r (owner, key, fingerprint, made_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint, made_at = excluded.made_at, seed = NULL,
  response = NULL
WHERE r.made_at < $5";

/// The same for events, each with its delivery, in one order. Those that were claimed.
const CLAIM_EVENTS: &str = r#"
INSERT INTO receipt AS r (owner, key, fingerprint, made_at, response)
SELECT owner, key, fingerprint, $5::bigint, response
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) n(owner, key, fingerprint, response)
ORDER BY owner COLLATE "C", key COLLATE "C"
ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint, made_at = excluded.made_at, seed = NULL,
  response = excluded.response
WHERE r.made_at < $6
RETURNING owner, key"#;

/// The receipts of these keys.
const FIND_EVENTS: &str = "
SELECT owner, key, fingerprint, seed, response FROM receipt
JOIN unnest($1::text[], $2::text[]) n(owner, key) USING (owner, key)";

/// Owner and key of a receipt.
type ReceiptKey = (String, String);

/// Claims the key of a request. The receipt that has it, if there is one.
pub async fn request(
    db: Db<'_>,
    key: &RequestKey,
    at: Timestamp,
) -> Result<Option<StoredReceipt>, StoreError> {
    let owner = request_owner(&key.owner);
    let (made_at, since) = (millis(at), millis(counted_since(at)));
    let content: &[u8] = key.content.bytes();
    if db.execute(CLAIM_REQUEST, &[&owner, &key.key, &content, &made_at, &since]).await? > 0 {
        return Ok(None);
    }
    // It is locked, so it is there.
    find(db, &owner, &key.key).await?.ok_or_else(|| ServerProblem::Conflict.into()).map(Some)
}

/// Keeps the results of a request whose key was claimed.
pub async fn fill(db: Db<'_>, key: &RequestKey, response: &[u8]) -> Result<(), StoreError> {
    let sql = "UPDATE receipt SET response = $3 WHERE owner = $1 AND key = $2";
    db.execute(sql, &[&request_owner(&key.owner), &key.key, &response]).await?;
    Ok(())
}

/// Claims the ids of events. The result of each submission.
pub async fn events(
    db: Db<'_>,
    submissions: &[Submission],
    at: Timestamp,
) -> Result<Vec<SubmissionResult>, StoreError> {
    let mut first: BTreeMap<ReceiptKey, &Submission> = BTreeMap::new();
    for submission in submissions {
        if let Some(event) = &submission.event {
            first.entry(receipt_key(event)).or_insert(submission);
        }
    }
    let mut stored = if first.is_empty() { HashMap::new() } else { claim(db, &first, at).await? };
    let mut results = Vec::new();
    for Submission { delivery, event } in submissions {
        results.push(match event {
            None => SubmissionResult::New(delivery.id),
            Some(event) => {
                let key = receipt_key(event);
                // One that was claimed is that of the first submission with it.
                let receipt = stored.entry(key).or_insert_with(|| StoredReceipt {
                    content: event.content,
                    seed: None,
                    response: Some(delivery.id.bytes().to_vec()),
                });
                let result = receipt.submission(event.content, delivery.id);
                result.map_err(|why| unreadable(event.id.as_str(), why))?
            }
        });
    }
    Ok(results)
}

fn receipt_key(event: &EventKey) -> ReceiptKey {
    (event_owner(&event.owner), event.id.as_str().to_owned())
}

/// Claims these keys. The receipts of those that could not be.
async fn claim(
    db: Db<'_>,
    events: &BTreeMap<ReceiptKey, &Submission>,
    at: Timestamp,
) -> Result<HashMap<ReceiptKey, StoredReceipt>, StoreError> {
    let (owners, keys): (Vec<&str>, Vec<&str>) =
        events.keys().map(|(owner, key)| (owner.as_str(), key.as_str())).unzip();
    let content = |one: &&Submission| one.event.as_ref().map(|event| event.content.bytes().to_vec());
    let contents: Vec<Vec<u8>> = events.values().filter_map(content).collect();
    let deliveries: Vec<Vec<u8>> = events.values().map(|one| one.delivery.id.bytes().to_vec()).collect();
    let (made_at, since) = (millis(at), millis(counted_since(at)));
    let claimed = db.rows(CLAIM_EVENTS, &[&owners, &keys, &contents, &deliveries, &made_at, &since]).await?;
    if claimed.len() == events.len() {
        return Ok(HashMap::new());
    }
    let key = |row: &tokio_postgres::Row| -> ReceiptKey {
        (get_or_default(row, "owner"), get_or_default(row, "key"))
    };
    let claimed: Vec<ReceiptKey> = claimed.iter().map(key).collect();
    let mut stored = HashMap::new();
    for row in &db.rows(FIND_EVENTS, &[&owners, &keys]).await? {
        let receipt = read(row).map_err(|why| unreadable(&key(row).1, why))?;
        stored.insert(key(row), receipt);
    }
    for key in &claimed {
        stored.remove(key);
    }
    // Those that were not claimed are locked, so they are there.
    let is_whole = claimed.len().saturating_add(stored.len()) == events.len();
    if is_whole { Ok(stored) } else { Err(ServerProblem::Conflict.into()) }
}
