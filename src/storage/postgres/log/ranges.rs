//! The parts of the log that an index leads to, each in the order of acceptance.

use tokio_postgres::types::ToSql;

use crate::profile::{Choice as _, ProfileId};
use crate::record::{DeliveryState, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::log::counts::BoundedCount;
use crate::storage::log::filter::Filter;
use crate::storage::log::status_filter::StatusFilter;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::bounds::Bounds;
use crate::storage::postgres::log::statuses;

/// The status of most successes: those with others have an index.
const USUAL: u16 = 200;

/// A part of the log. Its rows are looked at from the newest on; some of them may be others than are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    part: Part,
    /// What the last attempt must have been: one of each of these.
    statuses: Vec<Vec<StatusFilter>>,
}

/// Which part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    All,
    /// What a bulk action has retried or made, whatever the profiles and states.
    Bulk(i64),
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
    /// What was delivered with a status that is not usual.
    DeliveredWith(u16),
    /// What has failed, or was cancelled.
    Ended(Stopped),
    /// The same of one lane.
    EndedOf(Stopped, i32),
    /// The same where the last attempt ended so, and not in one of the other ways.
    EndedWith(Stopped, StatusFilter, Vec<StatusFilter>),
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
    /// Its number in the database.
    fn number(self) -> u8 {
        match self {
            Self::Failed => 3,
            Self::Cancelled => 4,
        }
    }

    /// Its condition. A value of the statement would not say which index is meant.
    fn condition(self) -> &'static str {
        match self {
            Self::Failed => "state = 3",
            Self::Cancelled => "state = 4",
        }
    }
}

impl From<Part> for Range {
    fn from(part: Part) -> Self {
        Self { part, statuses: Vec::new() }
    }
}

impl Range {
    /// The parts of the log that a filter leaves. Together they are all, and none is in two; what is pending comes
    /// first, so that what ends meanwhile is found twice and never missed.
    pub async fn of(db: Db<'_>, filter: &Filter) -> Result<Vec<Self>, StoreError> {
        if let Some(bulk) = filter.bulk {
            return Ok(vec![Part::Bulk(bulk.number()).into()]);
        }
        let lanes = match filter.only_profile() {
            Some(profile) => Some(lanes_of(db, &profile).await?),
            None => None,
        };
        let statuses = statuses::of(filter);
        let parts = Part::of(&filter.states(), lanes, statuses.first());
        Ok(parts.into_iter().map(|part| Self { part, statuses: statuses.clone() }).collect())
    }

    /// The parts of the log with the deliveries of a profile in these states.
    pub async fn of_profile(
        db: Db<'_>,
        profile: &ProfileId,
        states: &[DeliveryState],
    ) -> Result<Vec<Self>, StoreError> {
        let lanes = lanes_of(db, profile).await?;
        Ok(Part::of(states, Some(lanes), None).into_iter().map(Self::from).collect())
    }

    /// Whether its rows are of any profile and in any state, whatever the filter says.
    pub fn is_mixed(&self) -> bool {
        matches!(self.part, Part::Bulk(_))
    }

    /// Whether its rows are those of the table of deliveries, with all that it has of them.
    pub fn is_of_deliveries(&self) -> bool {
        matches!(self.part, Part::All | Part::Lane(_) | Part::DeliveredOf(_))
    }

    /// Its rows before `$1` and from `$2` on, each with whether it is meant, and with these columns where it is of
    /// deliveries. `$3` is what [`Range::third`] has.
    fn rows(&self, columns: &str) -> String {
        let wanted = statuses::all_of(&self.statuses);
        // For deliveries that ended, the row has it.
        let ended = wanted.as_ref().map_or("true".to_owned(), |wanted| format!("coalesce({wanted}, false)"));
        let (columns, table, is_meant, rows) = match &self.part {
            Part::All => (columns, "delivery", "true".to_owned(), "true".to_owned()),
            Part::Lane(_) => (columns, "delivery", "true".to_owned(), "lane = $3".to_owned()),
            Part::Bulk(_) => ("", "bulk_member", "true".to_owned(), "bulk = $3".to_owned()),
            Part::Pending { queued, waiting, lanes } => {
                let mut is_meant = vec![match (queued, waiting) {
                    (true, false) => "attempts = 0".to_owned(),
                    _ => "true".to_owned(),
                }];
                is_meant.extend(lanes.is_some().then(|| "lane = ANY($3)".to_owned()));
                is_meant.extend(wanted.map(|wanted| {
                    format!(
                        "coalesce((SELECT {wanted} FROM attempt a
                           WHERE a.seq = CASE WHEN pending.attempts > 0 THEN pending.seq END
                           ORDER BY n DESC LIMIT 1), false)"
                    )
                }));
                let rows = if *queued { "true" } else { "attempts > 0" };
                ("", "pending", is_meant.join(" AND "), rows.to_owned())
            }
            Part::Delivered => ("", "ended", format!("state = 2 AND {ended}"), "true".to_owned()),
            Part::DeliveredOf(_) => {
                let has_ended = format!(
                    "coalesce((SELECT state = 2 AND {ended} FROM ended e WHERE e.seq = delivery.seq LIMIT 1), false)"
                );
                (columns, "delivery", has_ended, "lane = $3".to_owned())
            }
            Part::DeliveredWith(code) => {
                let rows = format!("state * 1000 + status = 2{code:03} AND (state > 2 OR status <> 200)");
                ("", "ended", ended, rows)
            }
            Part::Ended(stopped) => ("", "ended", ended, stopped.condition().to_owned()),
            Part::EndedOf(stopped, _) => {
                ("", "ended", ended, format!("lane = $3 AND {}", stopped.condition()))
            }
            Part::EndedWith(stopped, status, others) => {
                let state = stopped.number();
                // As the indexes have it.
                let rows = match status {
                    StatusFilter::Code(code) => {
                        format!("state * 1000 + status = {state}{code:03} AND (state > 2 OR status <> 200)")
                    }
                    StatusFilter::Hundred(n) => {
                        format!("state * 10 + status / 100 = {state}{n} AND state > 2")
                    }
                    StatusFilter::Error(_) => {
                        format!("{} AND {}", stopped.condition(), statuses::condition(*status))
                    }
                };
                let is_meant = match &others[..] {
                    [] => ended,
                    others => format!("{ended} AND NOT coalesce({}, false)", statuses::any(others)),
                };
                ("", "ended", is_meant, rows)
            }
        };
        format!(
            "SELECT seq, {is_meant} AS is_meant{columns} FROM {table} WHERE {rows} AND seq < $1 AND seq >= $2"
        )
    }

    /// This many of the newest of these rows. The number is in the statement, since a plan for any number is one for a
    /// tenth of the log.
    pub fn newest(&self, columns: &str, most: usize) -> String {
        format!("{} ORDER BY seq DESC LIMIT {most}", self.rows(columns))
    }

    /// How many values its statements have.
    pub fn values(&self) -> usize {
        2 + usize::from(self.third().is_some())
    }

    /// How many of its rows are meant.
    fn count(&self) -> String {
        format!("SELECT count(*) FROM ({}) r WHERE is_meant", self.rows(""))
    }

    /// The value of `$3`, where there is one: the lane, the lanes or the bulk action.
    pub fn third(&self) -> Option<&(dyn ToSql + Sync)> {
        match &self.part {
            Part::Bulk(bulk) => Some(bulk),
            Part::Lane(lane) | Part::DeliveredOf(lane) | Part::EndedOf(_, lane) => Some(lane),
            Part::Pending { lanes: Some(lanes), .. } => Some(lanes),
            _ => None,
        }
    }

    /// How many of its newest rows are meant, of this many or fewer.
    pub async fn count_newest(&self, db: Db<'_>, most: usize) -> Result<BoundedCount, StoreError> {
        // What was delivered has no index of its own: each row is looked up.
        let most = if matches!(self.part, Part::DeliveredOf(_)) { most / 10 } else { most }.saturating_add(1);
        let sql = format!(
            "SELECT count(*) FILTER (WHERE is_meant), count(*) < {most} FROM ({}) r",
            self.newest("", most)
        );
        let (before, from) = (LogPosition::END.number(), LogPosition::FIRST.number());
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&before, &from];
        params.extend(self.third());
        let Some(row) = db.row(&sql, &params).await? else { return Ok(BoundedCount::default()) };
        let (n, is_exact): (i64, bool) = (row.try_get(0)?, row.try_get(1)?);
        Ok(BoundedCount { n: u64::try_from(n).unwrap_or(0), is_exact })
    }

    /// How many of its rows within bounds are meant. Takes time for each.
    pub async fn count_within(&self, db: Db<'_>, bounds: Bounds) -> Result<u64, StoreError> {
        let (before, from) = (bounds.before.number(), bounds.from.number());
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&before, &from];
        params.extend(self.third());
        let n = db.value::<i64>(&self.count(), &params).await?.unwrap_or(0);
        Ok(u64::try_from(n).unwrap_or(0))
    }
}

impl Part {
    /// The parts for these states: of these lanes, or of all; and where the last attempt ended in one of these ways,
    /// if that is asked for.
    fn of(
        states: &[DeliveryState],
        lanes: Option<Vec<i32>>,
        statuses: Option<&Vec<StatusFilter>>,
    ) -> Vec<Self> {
        if states == DeliveryState::ALL {
            return match lanes {
                Some(lanes) => lanes.into_iter().map(Self::Lane).collect(),
                None => vec![Self::All],
            };
        }
        let mut parts = Vec::new();
        let has = |state| states.contains(&state);
        let (queued, waiting) = (has(DeliveryState::Queued), has(DeliveryState::Waiting));
        if queued || waiting {
            parts.push(Self::Pending { queued, waiting, lanes: lanes.clone() });
        }
        if has(DeliveryState::Delivered) {
            match &lanes {
                Some(lanes) => parts.extend(lanes.iter().copied().map(Self::DeliveredOf)),
                None => parts.extend(Self::delivered(statuses)),
            }
        }
        let stopped =
            [(DeliveryState::Failed, Stopped::Failed), (DeliveryState::Cancelled, Stopped::Cancelled)];
        for (_, stopped) in stopped.into_iter().filter(|(state, _)| has(*state)) {
            match (&lanes, statuses) {
                (Some(lanes), _) => parts.extend(lanes.iter().map(|lane| Self::EndedOf(stopped, *lane))),
                (None, None) => parts.push(Self::Ended(stopped)),
                (None, Some(statuses)) => parts.extend(statuses.iter().enumerate().map(|(place, status)| {
                    let before = statuses.iter().take(place).copied().collect();
                    Self::EndedWith(stopped, *status, before)
                })),
            }
        }
        parts
    }

    /// What was delivered with one of these statuses.
    fn delivered(statuses: Option<&Vec<StatusFilter>>) -> Vec<Self> {
        let Some(statuses) = statuses else { return vec![Self::Delivered] };
        // Nothing is delivered with an error.
        let mut codes = Vec::new();
        for status in statuses.iter().filter(|status| !matches!(status, StatusFilter::Error(_))) {
            match status {
                StatusFilter::Code(code) if *code != USUAL => codes.push(*code),
                _ => return vec![Self::Delivered],
            }
        }
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().map(Self::DeliveredWith).collect()
    }
}

/// The lanes that a profile has or had.
pub async fn lanes_of(db: Db<'_>, profile: &ProfileId) -> Result<Vec<i32>, StoreError> {
    let rows =
        db.rows("SELECT seq FROM lane WHERE profile_id = $1 ORDER BY seq", &[&profile.as_str()]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
