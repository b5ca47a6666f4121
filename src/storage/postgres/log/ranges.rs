//! The parts of the log that an index leads to, each in the order of acceptance.

use tokio_postgres::types::ToSql;

use crate::profile::{Choice as _, ProfileId};
use crate::record::{DeliveryState, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::postgres::connection::db::Db;

/// A part of the log. Its rows are looked at from the newest on; some of them may be in other states than are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// Everything.
    All,
    /// Everything of one lane.
    Lane(i32),
    /// What is to be sent: queued, waiting or both; of these lanes, or of all.
    Pending {
        /// Without attempts.
        queued: bool,
        /// With attempts.
        waiting: bool,
        /// Of these lanes only.
        lanes: Option<Vec<i32>>,
    },
    /// What was delivered, which no index has apart.
    Delivered,
    /// The same of one lane.
    DeliveredOf(i32),
    /// What has failed, or was cancelled.
    Ended(Stopped),
    /// The same of one lane.
    EndedOf(Stopped, i32),
}

/// The states that have an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It has failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl Stopped {
    /// Its condition. A value of the statement would not say which index is meant.
    fn condition(self) -> &'static str {
        match self {
            Self::Failed => "state = 3",
            Self::Cancelled => "state = 4",
        }
    }
}

impl Range {
    /// The parts of the log that a filter leaves. Together they are all, and none is in two; what is pending comes
    /// first, so that what ends meanwhile is found twice and never missed.
    pub async fn of(db: Db<'_>, filter: &Filter) -> Result<Vec<Self>, StoreError> {
        let states = filter.states();
        let lanes = match &filter.profile {
            Some(profile) => Some(lanes_of(db, profile).await?),
            None => None,
        };
        if states == DeliveryState::ALL {
            return Ok(match lanes {
                Some(lanes) => lanes.into_iter().map(Self::Lane).collect(),
                None => vec![Self::All],
            });
        }
        let mut ranges = Vec::new();
        let has = |state| states.contains(&state);
        let (queued, waiting) = (has(DeliveryState::Queued), has(DeliveryState::Waiting));
        if queued || waiting {
            ranges.push(Self::Pending { queued, waiting, lanes: lanes.clone() });
        }
        if has(DeliveryState::Delivered) {
            match &lanes {
                Some(lanes) => ranges.extend(lanes.iter().copied().map(Self::DeliveredOf)),
                None => ranges.push(Self::Delivered),
            }
        }
        let stopped =
            [(DeliveryState::Failed, Stopped::Failed), (DeliveryState::Cancelled, Stopped::Cancelled)];
        for (_, stopped) in stopped.into_iter().filter(|(state, _)| has(*state)) {
            match &lanes {
                Some(lanes) => ranges.extend(lanes.iter().map(|lane| Self::EndedOf(stopped, *lane))),
                None => ranges.push(Self::Ended(stopped)),
            }
        }
        Ok(ranges)
    }

    /// Its rows before `$1`, each with whether it is in a state that is meant. `$2` is the lane or the lanes, where
    /// [`Range::lanes`] has them.
    fn rows(&self) -> String {
        match self {
            Self::All => "SELECT seq, true AS is_meant FROM delivery WHERE seq < $1".to_owned(),
            Self::Lane(_) => {
                "SELECT seq, true AS is_meant FROM delivery WHERE lane = $2 AND seq < $1".to_owned()
            }
            Self::Pending { queued, waiting, lanes } => {
                let state = match (queued, waiting) {
                    (true, true) => "true",
                    (true, false) => "attempts = 0",
                    (false, _) => "attempts > 0",
                };
                let lane = if lanes.is_some() { " AND lane = ANY($2)" } else { "" };
                format!("SELECT seq, {state}{lane} AS is_meant FROM pending WHERE seq < $1")
            }
            Self::Delivered => "SELECT seq, state = 2 AS is_meant FROM ended WHERE seq < $1".to_owned(),
            Self::DeliveredOf(_) => {
                "SELECT d.seq, coalesce((SELECT state = 2 FROM ended WHERE seq = d.seq LIMIT 1), false)
                     AS is_meant FROM delivery d WHERE lane = $2 AND seq < $1"
                    .to_owned()
            }
            Self::Ended(stopped) => {
                format!("SELECT seq, true AS is_meant FROM ended WHERE {} AND seq < $1", stopped.condition())
            }
            Self::EndedOf(stopped, _) => format!(
                "SELECT seq, true AS is_meant FROM ended WHERE lane = $2 AND {} AND seq < $1",
                stopped.condition()
            ),
        }
    }

    /// The newest of its rows before `$1`: so many. The number is in the statement, since a plan for any number is one
    /// for a tenth of the log.
    pub fn newest(&self, most: usize) -> String {
        format!("{} ORDER BY seq DESC LIMIT {most}", self.rows())
    }

    /// How many values its statements have.
    pub fn values(&self) -> usize {
        1 + usize::from(self.lanes().is_some())
    }

    /// How many of its rows before `$1` are meant.
    fn count(&self) -> String {
        format!("SELECT count(*) FROM ({}) r WHERE is_meant", self.rows())
    }

    /// The value of `$2`, where there is one.
    pub fn lanes(&self) -> Option<&(dyn ToSql + Sync)> {
        match self {
            Self::Lane(lane) | Self::DeliveredOf(lane) | Self::EndedOf(_, lane) => Some(lane),
            Self::Pending { lanes: Some(lanes), .. } => Some(lanes),
            Self::All | Self::Pending { lanes: None, .. } | Self::Delivered | Self::Ended(_) => None,
        }
    }

    /// How many of its rows before a position are meant. Takes time for each.
    pub async fn count_before(&self, db: Db<'_>, before: LogPosition) -> Result<u64, StoreError> {
        let before = before.number();
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&before];
        params.extend(self.lanes());
        let n = db.value::<i64>(&self.count(), &params).await?.unwrap_or(0);
        Ok(u64::try_from(n).unwrap_or(0))
    }
}

/// The lanes that a profile has or had.
pub async fn lanes_of(db: Db<'_>, profile: &ProfileId) -> Result<Vec<i32>, StoreError> {
    let rows =
        db.rows("SELECT seq FROM lane WHERE profile_id = $1 ORDER BY seq", &[&profile.as_str()]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
