//! `ringback alerts list`.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::alerting::alert_turn;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::cli::{blocked, health_text};
use crate::profile::Choice as _;
use crate::storage::health::course::PROBE_DELIVERED;
use crate::storage::{GivenTurn, HealthTurn, HealthTurnKind};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Show at most this many; 0: all that are kept
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

pub(super) async fn run(session: &Session, args: &ListArgs, json: bool) -> Result<(), CommandError> {
    let most = if args.limit == 0 { usize::MAX } else { args.limit };
    let (turns, given, waiting) = match session.store_if_there()? {
        Some(store) => {
            let turns = store.health_turns(None, most).await?;
            let ids: Vec<Uuid> = turns.iter().map(|turn| turn.id).collect();
            let given = store.given_alerts(ids.clone()).await?;
            (turns, given, store.waiting_turns(ids).await?)
        }
        None => Default::default(),
    };
    let given: HashMap<Uuid, GivenTurn> = given.into_iter().map(|given| (given.turn, given)).collect();
    let waiting: HashSet<Uuid> = waiting.into_iter().collect();
    if json {
        let each = |turn| document(turn, &given, &waiting);
        return print_json(&turns.iter().map(each).collect());
    }
    if turns.is_empty() {
        eprint_line("no profile has turned failing yet");
        return Ok(());
    }
    let rows: Vec<[String; 5]> = turns
        .iter()
        .map(|turn| {
            let why = match turn.kind {
                // By any delivered event, or by one that says what it was.
                HealthTurnKind::Recovered if turn.cause.message == PROBE_DELIVERED => {
                    turn.cause.message.clone()
                }
                HealthTurnKind::Recovered => String::new(),
                HealthTurnKind::Failing | HealthTurnKind::AutoDisabled => health_text::reason(&turn.cause),
            };
            let waits = if waiting.contains(&turn.id) { "waiting" } else { "" };
            let given = given.get(&turn.id).map_or(waits, status).to_owned();
            [blocked::clock(turn.at), turn.title.clone(), turn.kind.name().to_owned(), given, why]
        })
        .collect();
    print(&table(["TIME", "PROFILE", "TURN", "ALERT", "WHY"], &rows))
}

/// What became of the alert of a turn.
fn status(given: &GivenTurn) -> &'static str {
    match (given.has_ended, &given.failure) {
        (false, _) => "taken",
        (true, None) => "given",
        (true, Some(_)) => "failed",
    }
}

/// A turn, with `alert`: null if it was not to be given, or is not yet; `waiting` distinguishes the two.
fn document(turn: &HealthTurn, given: &HashMap<Uuid, GivenTurn>, waiting: &HashSet<Uuid>) -> Value {
    let mut all = alert_turn(turn);
    all["waiting"] = json!(waiting.contains(&turn.id));
    all["alert"] = given.get(&turn.id).map_or(
        Value::Null,
        |given| json!({"alert_id": given.alert.to_string(), "state": status(given), "error": given.failure}),
    );
    all
}
