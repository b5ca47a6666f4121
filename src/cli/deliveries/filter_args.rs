//! Selects deliveries: by ID, or by a filter.

use jiff::Timestamp;

use crate::cli::error::CommandError;
use crate::cli::output::eprint_line;
use crate::cli::{passed_over, resolve_profile};
use crate::documents::{
    DeliveryFilter, GivenTime, bulk_id, delivery_id, given_time, state_filter, status_filter,
};
use crate::record::{BulkId, DeliveryId, Summary};
use crate::storage::{Filter, Opened, StateFilter, StatusFilter, is_short_delivery_id};
use crate::text::escape_controls;

use super::row;

/// The options of the filter.
#[derive(Debug, clap::Args)]
pub(super) struct FilterArgs {
    /// Only of this profile: ID, unique ID prefix, or title
    #[arg(long)]
    pub profile: Option<String>,
    /// Only those that this bulk action retried, or made as resends: its ID
    #[arg(long, value_name = "ID", value_parser = bulk_id)]
    pub bulk: Option<BulkId>,
    /// Only in this state: queued, waiting, delivered, failed, cancelled; or pending, ended, expired
    #[arg(long, value_parser = state_filter, ignore_case = true)]
    pub state: Option<StateFilter>,
    /// Only if the last attempt ended like this: 404, 5xx, or a class such as `timeout`; any of several with
    /// commas (503,504), or repeat it
    #[arg(long, value_parser = status_filter, value_delimiter = ',')]
    pub status: Vec<StatusFilter>,
    /// Only accepted since then: 2h (ago), today, yesterday, monday, 2025-04-17, 2025-04-17T14:02:10Z, or
    /// 2025-04-17T14:02[Europe/Rome]; UTC without offset and zone
    #[arg(long, value_name = "TIME", value_parser = given_time)]
    pub since: Option<GivenTime>,
    /// Only accepted before then
    #[arg(long, value_name = "TIME", value_parser = given_time)]
    pub until: Option<GivenTime>,
    /// Only if each word matches (case-insensitive): a state, a status, the start of an ID or of the
    /// date accepted, or text in title, event, URL, headers, body, values, error or response; a quoted
    /// word matches text only; fields: state:, status:, class:, profile:, event:, id:, url:, since:,
    /// until:, value.PATH=, body.PATH=
    #[arg(long)]
    pub text: Option<String>,
    /// Only accepted before this delivery: the next page
    #[arg(long, value_name = "ID", value_parser = delivery_id)]
    pub before: Option<DeliveryId>,
}

impl FilterArgs {
    /// Whether everything matches.
    pub fn is_empty(&self) -> bool {
        let Self { profile, bulk, state, status, since, until, text, before } = self;
        profile.is_none()
            && bulk.is_none()
            && state.is_none()
            && status.is_empty()
            && since.is_none()
            && until.is_none()
            && text.is_none()
            && before.is_none()
    }

    /// The filter, as of `now`.
    pub async fn filter(&self, store: &Opened, now: Timestamp) -> Result<Filter, CommandError> {
        let profile = match &self.profile {
            Some(text) => Some(resolve_profile::logged(Some(store), text).await?),
            None => None,
        };
        for (option, time) in [("--since", self.since), ("--until", self.until)] {
            if let Some(note) = time.and_then(GivenTime::note) {
                eprint_line(&format!("ringback: note: {option}: {note}"));
            }
        }
        let before = match self.before {
            Some(id) => Some(store.position(id).await?),
            None => None,
        };
        let mut given = DeliveryFilter {
            state: self.state,
            profile,
            bulk: self.bulk,
            statuses: self.status.clone(),
            since: self.since,
            until: self.until,
            text: None,
        };
        if let Some(line) = &self.text {
            given.search(line).map_err(|why| CommandError::Input(format!("--text: {why}")))?;
        }
        Ok(Filter { before, ..given.filter(now) })
    }
}

/// The delivery that a text names: by ID or unique ID prefix.
///
/// # Errors
/// No delivery matches, or several do, which are listed.
pub(super) async fn delivery(store: Option<&Opened>, text: &str) -> Result<(Opened, Summary), CommandError> {
    let none = || {
        let text = escape_controls(text);
        CommandError::Input(format!("no delivery '{text}'; `ringback deliveries list` lists all"))
    };
    if is_short_delivery_id(text) {
        let text = escape_controls(text);
        let why = "give a full delivery ID, or at least its first four characters";
        return Err(CommandError::Input(format!(
            "'{text}' is too short for the start of a delivery ID: {why}; `ringback deliveries list` lists all"
        )));
    }
    let store = store.ok_or_else(none)?;
    let (found, passed_over) = store.find_deliveries(text).await?;
    match &found[..] {
        [] if passed_over.all == 0 => Err(none()),
        [] => Err(CommandError::Unreadable(passed_over)),
        // An unreadable row may match as well.
        [one] if passed_over.all == 0 => Ok((store.clone(), one.clone())),
        several => {
            let text = escape_controls(text);
            let lines = row::table_of(several, &store.blocks().await?);
            passed_over::report(&passed_over);
            Err(CommandError::Input(format!(
                "'{text}' matches more than one delivery, so nothing was done; use a longer prefix:\n{}",
                lines.trim_end()
            )))
        }
    }
}
