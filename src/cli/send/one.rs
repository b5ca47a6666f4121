//! One event, reported from its first attempt to its end.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Map, Value};

use super::report::{accepted, repeated};
use crate::callback::Values;
use crate::cli::blocked;
use crate::cli::error::{CommandError, FAILED};
use crate::cli::interrupt::Interrupts;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::set_value::set_value;
use crate::cli::test::{self, Lines, Sending};
use crate::cli::test_values::members;
use crate::cli::unused_values;
use crate::cli::value_enum::choices;
use crate::delivery::Transport;
use crate::documents::tested_delivery;
use crate::intake::rules::{event_meant, taking};
use crate::intake::{PreparedEvent, id_in_use};
use crate::profile::{Event, Profile, catalogue};
use crate::record::{BadEventId, DeliveryId, EventId};
use crate::storage::{Opened, Storage, SubmissionResult};

/// Options that describe the event. A later one has precedence.
#[derive(Debug, clap::Args)]
pub struct EventArgs {
    /// Event; required if the profile has several
    #[arg(long, value_parser = choices::<Event>(), ignore_case = true, conflicts_with = "from")]
    event: Option<Event>,
    /// Read values from a JSON object; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    values: Option<PathBuf>,
    /// Set a variable to a string, or with := to JSON; overrides --values
    #[arg(long, value_name = "NAME=TEXT|NAME:=JSON", value_parser = set_value, conflicts_with = "from")]
    set: Vec<(String, Value)>,
    /// Your own ID of the event: an event of the profile with the same ID is accepted once within 24 hours
    #[arg(long, value_name = "ID", value_parser = event_id, conflicts_with = "from")]
    event_id: Option<EventId>,
}

fn event_id(text: &str) -> Result<EventId, BadEventId> {
    EventId::parse(text.to_owned())
}

/// Sends an event.
///
/// # Errors
/// The profile does not accept the event, the values cannot be read, the database fails, or a signal arrived.
pub async fn run(
    store: &Opened,
    profile: &Profile,
    args: &EventArgs,
    transport: Option<Transport>,
    json: bool,
) -> Result<ExitCode, CommandError> {
    let refused = |why: String| CommandError::Input(format!("{why}; nothing was sent"));
    taking(profile).map_err(refused)?;
    let event = event_meant(profile, args.event).map_err(refused)?;
    let values = args.values(&**store, profile, event).await?;
    // Only now: the values may come from a pipe without a writer, where a signal must end the wait.
    let mut interrupts = Interrupts::watch()?;
    let mut prepared = PreparedEvent::new(profile, event, args.event_id.clone(), values).map_err(refused)?;
    let missing = std::mem::take(&mut prepared.note.missing);
    let (id, heading) = (prepared.delivery.id, test::heading(&prepared.delivery));
    let no_request = prepared.delivery.request.as_ref().err().map(ToString::to_string);
    let sending = transport.map(|transport| Sending::prepare(store, transport));
    let result = match test::accept(store, prepared.into_submission()).await {
        Ok(SubmissionResult::New(_)) => Ok(None),
        Ok(SubmissionResult::Again(earlier)) => Ok(Some(earlier)),
        Ok(SubmissionResult::Conflict) => {
            Err(refused(args.event_id.as_ref().map(id_in_use).unwrap_or_default()))
        }
        Err(error) => Err(error),
    };
    let sending = match (&result, sending) {
        (Ok(None), sending) => sending,
        (_, sending) => {
            if let Some(sending) = sending {
                sending.give_up(&mut interrupts).await;
            }
            None
        }
    };
    if let Some(earlier) = result? {
        return already_accepted(earlier, json);
    }
    unused_values::warn_about_missing(missing.iter().map(String::as_str));

    let mut out = Lines::default();
    if json {
        out.line(&accepted(None, id).to_string());
    } else {
        out.line(&format!("{heading}\naccepted as {id}"));
    }
    if let Some(why) = no_request.filter(|_| json || sending.is_none()) {
        eprint_line(&format!("ringback: cannot build the request: {why}"));
        if sending.is_none() {
            return Ok(FAILED.into());
        }
    }
    let Some(sending) = sending else {
        let blocks = store.blocks().await?;
        if let Some(block) = blocks.of_events(&profile.id) {
            eprint_line(&format!("ringback: it is blocked: {}", blocked::sentence(block)));
        }
        return out.end().map(|()| ExitCode::SUCCESS);
    };
    let reported = |line: &str| {
        if !json {
            out.line(line);
        }
    };
    let ended = test::see_through(store, id, sending, &mut interrupts, reported).await?;
    if json {
        // As with the lines before, a closed pipe is not reported.
        out.line(&tested_delivery(&ended.details).to_string());
    } else {
        out.line(&test::ending(&ended.details.summary));
    }
    if let Some(block) = &ended.blocked {
        eprint_line(&format!("ringback: it is blocked: {}", blocked::sentence(block)));
    }
    let code = test::code(&ended.details);
    ended.stop_sending(&mut interrupts).await?;
    out.end().map(|()| code)
}

/// Reports an event that was accepted before: nothing was done now.
fn already_accepted(earlier: DeliveryId, json: bool) -> Result<ExitCode, CommandError> {
    if json {
        print_json(&repeated(None, earlier))?;
    } else {
        print(&format!("repeated: already accepted within 24 hours as {earlier}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl EventArgs {
    async fn values(
        &self,
        store: &dyn Storage,
        profile: &Profile,
        event: Option<Event>,
    ) -> Result<Values, CommandError> {
        let mut values = match &self.values {
            Some(file) => {
                let members = members(file)?;
                let known = catalogue::offered(event, &store.own_variables().await?);
                unused_values::warn_about_file(profile, file, &members, &known);
                Values::new(members)
            }
            None => Values::new(Map::new()),
        };
        for (name, value) in &self.set {
            unused_values::warn_about_setting(profile, name);
            values.set(name.as_str(), value.clone());
        }
        Ok(values)
    }
}
