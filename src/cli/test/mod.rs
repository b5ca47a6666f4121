//! `ringback test`: a profile's callback, sent for real, each attempt told as it happens.

mod lines;
mod report;
mod trial;
mod values;

use std::process::ExitCode;

use serde_json::Value;

use super::choices::choices;
use super::choose;
use super::error::{CommandError, FAILED};
use super::interrupt::Interrupts;
use super::output::{print, print_json, tell};
use super::session::Session;
use crate::delivery::{Details, NewDelivery, State};
use crate::profile::{Event, Profile};

pub(super) use lines::{heading, last_line};
pub(super) use trial::carry_out;
pub(super) use values::{chosen_values, sample_values, setting};

#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// An id, an id's unique start, or a title
    profile: String,
    /// The event to test; the profile's first unless named
    #[arg(long, value_parser = choices::<Event>(), ignore_case = true)]
    event: Option<Event>,
    /// Give a variable this text, or with := this JSON, in place of its sample
    #[arg(long, value_name = "NAME=TEXT|NAME:=JSON", value_parser = setting)]
    set: Vec<(String, Value)>,
    /// Print one JSON object at the end instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &TestArgs) -> Result<ExitCode, CommandError> {
    let store = session.store_if_there()?;
    let (store, profile) = choose::profile(store.as_ref(), &args.profile).await?;
    let event = event_of(&profile, args.event)?;
    let (values, _) = chosen_values(&profile, event, &store.own_variables().await?, &args.set);
    let mut interrupts = Interrupts::watch()?;
    let delivery = NewDelivery::test(profile, event, values);
    if args.json {
        let details = carry_out(&store, delivery, &mut interrupts, |_| ()).await?;
        if let (None, Some(error)) = (&details.callback, &details.summary.last_error) {
            tell(&format!("ringback: no request can be made: {error}"));
        }
        print_json(&report::document(&details))?;
        return Ok(code(&details));
    }
    let mut out = Lines { unread: false };
    out.line(&heading(&delivery));
    let details = carry_out(&store, delivery, &mut interrupts, |line| out.line(line)).await?;
    out.line(&last_line(&details.summary));
    Ok(code(&details))
}

/// 0 delivered, 1 not (design, section 3).
pub(super) fn code(details: &Details) -> ExitCode {
    match details.summary.state {
        State::Delivered => ExitCode::SUCCESS,
        _ => FAILED.into(),
    }
}

/// The event that was asked for, or the profile's first; none with Default.
pub(super) fn event_of(profile: &Profile, asked: Option<Event>) -> Result<Option<Event>, CommandError> {
    use crate::profile::Choice as _;
    match asked {
        Some(event) if !profile.events.contains(&event) => {
            let names: Vec<&str> = profile.events.iter().map(|event| event.name()).collect();
            let has = if names.is_empty() { "no events".to_owned() } else { names.join(", ") };
            let (title, name) = (&profile.title, event.name());
            Err(CommandError::Input(format!("'{title}' is not told of {name}: it has {has}")))
        }
        Some(event) => Ok(Some(event)),
        None => Ok(profile.events.first().copied()),
    }
}

/// Standard output, a line at a time. A reader that has gone does not end the test: the exit code
/// still tells what came of it.
struct Lines {
    unread: bool,
}

impl Lines {
    fn line(&mut self, text: &str) {
        if !self.unread {
            self.unread = print(&format!("{text}\n")).is_err();
        }
    }
}
