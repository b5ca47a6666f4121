//! `ringback deliveries bulk`: bulk retries and resends, and what became of them.

use std::process::ExitCode;

use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::clock;
use crate::documents::{bulk_action, bulk_id, bulk_result};
use crate::record::BulkId;
use crate::storage::BulkAction;
use crate::text::{escape_controls, rfc3339};

use super::bulk_wait;

/// How many are listed without `--limit`.
const USUAL_LIMIT: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct BulkArgs {
    /// Only this bulk action: its ID, as `deliveries resend` and `retry` print it
    #[arg(value_parser = bulk_id)]
    id: Option<BulkId>,
    /// Wait until all of its deliveries have ended; exits with 1 unless all were delivered
    #[arg(long, requires = "id")]
    wait: bool,
    /// Maximum number to list; 0 lists all
    #[arg(long, value_name = "N", default_value_t = USUAL_LIMIT, conflicts_with = "id")]
    limit: usize,
}

pub(super) async fn run(session: &Session, args: &BulkArgs, json: bool) -> Result<ExitCode, CommandError> {
    let Some(store) = session.store_if_there()? else {
        return match args.id {
            Some(id) => Err(unknown(id)),
            None if json => print_json(&serde_json::json!([])).map(|()| ExitCode::SUCCESS),
            None => Ok(none()),
        };
    };
    let Some(id) = args.id else {
        let limit = if args.limit == 0 { usize::MAX } else { args.limit };
        let actions = store.bulk_actions(limit).await?;
        if json {
            let now = clock::now();
            print_json(&actions.iter().map(|action| bulk_action(action, now)).collect())?;
        } else if actions.is_empty() {
            return Ok(none());
        } else {
            print(&actions.iter().map(line).collect::<String>())?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let action = store.bulk_action(id).await?.ok_or_else(|| unknown(id))?;
    let action = if args.wait { bulk_wait::wait(&*store, action).await? } else { action };
    if json {
        print_json(&bulk_action(&action, clock::now()))?;
    } else {
        print(&line(&action))?;
    }
    let is_good = !args.wait || action.counts.delivered == action.changed();
    Ok(if is_good { ExitCode::SUCCESS } else { FAILED.into() })
}

fn none() -> ExitCode {
    eprint_line("no bulk retries or resends yet: `ringback deliveries resend --state failed` begins one");
    ExitCode::SUCCESS
}

fn unknown(id: BulkId) -> CommandError {
    CommandError::Input(format!("no bulk action {id}: `ringback deliveries bulk` lists all"))
}

/// Such as `00c3a91f5e20  2026-12-01T04:35:10.250Z  133 resent: 120 delivered, 13 failed  (failed deliveries)`.
fn line(action: &BulkAction) -> String {
    let BulkAction { id, begun_at, what, .. } = action;
    format!("{id}  {}  {}  ({})\n", rfc3339(*begun_at), bulk_result(action), escape_controls(what))
}
