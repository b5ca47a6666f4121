//! Changes become rollups.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::rollups::fold::{Folding, RollupSlot};
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::mark_list;
use crate::storage::rollups::range::RollupStep;
use crate::storage::rollups::rollup::Rollup;

/// One process at a time folds. The lock ends with the transaction.
const LOCK: i64 = 7_242_905_117_300_303;

/// So many changes go into one transaction.
const MOST: i64 = 2048;

/// Takes the oldest changes out. Nobody else removes any.
const TAKE: &str = "
DELETE FROM rollup_change WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_change LIMIT $1))
RETURNING lanes, marks, times";

/// The rollups that are stored of these.
const STORED: &str = "
SELECT r.step, r.at, r.profile_id, r.counts
FROM unnest($1::smallint[], $2::bigint[], $3::text[]) k(step, at, profile_id)
JOIN rollup r ON r.step = k.step AND r.at = k.at::int AND r.profile_id = k.profile_id";

const STORE: &str = "
INSERT INTO rollup (step, at, profile_id, counts)
SELECT step, at::int, profile_id, counts FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::bytea[])
  s(step, at, profile_id, counts)
ON CONFLICT (step, at, profile_id) DO UPDATE SET counts = excluded.counts";

impl PgStore {
    /// Adds all changes to the rollups, unless another process does.
    pub(super) async fn fold(&self) -> Result<(), StoreError> {
        loop {
            let mut acquired = self.write().await?;
            let transaction = acquired.begin().await?;
            let taken = fold_some(transaction.db()).await?;
            transaction.commit().await?;
            if taken < MOST {
                return Ok(());
            }
        }
    }
}

/// Adds all changes to the rollups, in this transaction, where no other process has the database.
pub async fn fold_all(db: Db<'_>) -> Result<(), StoreError> {
    while fold_some(db).await? >= MOST {}
    Ok(())
}

/// Folds as many as fit. How many these were; 0 as well where another process does it.
async fn fold_some(db: Db<'_>) -> Result<i64, StoreError> {
    if db.value::<bool>("SELECT pg_try_advisory_xact_lock($1)", &[&LOCK]).await? != Some(true) {
        return Ok(0);
    }
    let rows = db.rows(TAKE, &[&MOST]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut folding = Folding::default();
    for row in &rows {
        each_mark(row, |lane, mark, times| folding.add(lane, mark, times));
    }
    let slots = folding.slots(&profiles(db, &folding.lanes()).await?);
    store(db, slots).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(MOST))
}

/// Hands over what a change has, and how often.
pub fn each_mark(row: &Row, mut then: impl FnMut(i64, RollupMark, i64)) {
    let (lanes, marks): (Vec<i32>, Vec<i64>) = (get_or_default(row, "lanes"), get_or_default(row, "marks"));
    for (lane, mark) in lanes.into_iter().zip(marks) {
        then(lane.into(), RollupMark::from_number(mark), 1);
    }
    let times: Option<Vec<u8>> = get_or_default(row, "times");
    mark_list::each(&times.unwrap_or_default(), then);
}

/// The profiles of lanes.
pub async fn profiles(db: Db<'_>, lanes: &[i64]) -> Result<BTreeMap<i64, String>, StoreError> {
    let numbers: Vec<i32> = lanes.iter().filter_map(|lane| i32::try_from(*lane).ok()).collect();
    let rows = db.rows("SELECT seq, profile_id FROM lane WHERE seq = ANY($1)", &[&numbers]).await?;
    let profile =
        |row: &Row| (i64::from(get_or_default::<i32>(row, "seq")), get_or_default(row, "profile_id"));
    Ok(rows.iter().map(profile).collect())
}

async fn store(db: Db<'_>, mut slots: BTreeMap<RollupSlot, Rollup>) -> Result<(), StoreError> {
    let steps: Vec<i16> = slots.keys().map(|(step, ..)| step.number()).collect();
    let numbers: Vec<i64> = slots.keys().map(|(_, at, _)| i64::from(*at)).collect();
    let profiles: Vec<String> = slots.keys().map(|(.., profile)| profile.clone()).collect();
    for row in db.rows(STORED, &[&steps, &numbers, &profiles]).await? {
        let step: i16 = get_or_default(&row, "step");
        let at = u32::try_from(get_or_default::<i32>(&row, "at")).unwrap_or(0);
        let Some(step) = RollupStep::ALL.into_iter().find(|known| known.number() == step) else { continue };
        if let Some(rollup) = slots.get_mut(&(step, at, get_or_default(&row, "profile_id"))) {
            // A damaged one begins anew.
            let _ = rollup.add_encoded(&get_or_default::<Vec<u8>>(&row, "counts"));
        }
    }
    // In the order of the slots, which is that of the key.
    let counts: Vec<Vec<u8>> = slots.values().map(Rollup::encode).collect();
    db.execute(STORE, &[&steps, &numbers, &profiles, &counts]).await?;
    Ok(())
}
