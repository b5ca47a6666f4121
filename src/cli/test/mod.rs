//! `ringback test`: sends a profile's callback, and reports each attempt as it happens.

mod lines;
mod watch;

use std::process::ExitCode;

use super::error::{CommandError, FAILED};
use super::interrupt::Interrupts;
use super::other_endpoint::EndpointArg;
use super::output::{eprint_line, print, print_json};
use super::resolve_profile;
use super::session::Session;
use super::test_values::{TestValues, ValueArgs};
use super::unused_values;
use crate::delivery::Transport;
use crate::documents::tested_delivery;
use crate::intake::missing;
use crate::record::{DeliveryState, Details, NewDelivery};

pub(super) use lines::{
    attempt_label_of, attempt_line, ending, heading, last_line, phases_line, push_outcome, wait_until,
};
pub(super) use watch::{Sending, accept, carry_out, see_through};

#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// Profile ID, unique ID prefix, or title
    profile: String,
    #[command(flatten)]
    endpoint: EndpointArg,
    #[command(flatten)]
    values: ValueArgs,
    /// Print one JSON object at the end instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &TestArgs) -> Result<ExitCode, CommandError> {
    let network = session.settings().addresses.for_sending()?;
    let store = session.store_if_there()?;
    let (store, profile) = resolve_profile::profile(store.as_ref(), &args.profile).await?;
    let profile = args.endpoint.of(session, profile)?;
    let TestValues { event, values, .. } = args.values.choose(&*store, &profile).await?;
    unused_values::warn_about_missing(missing::paths(&profile, &values));
    let endpoint = profile.endpoint.template().to_string();
    let transport = Transport::new(network);
    let mut interrupts = Interrupts::watch()?;
    let delivery = NewDelivery::test(profile, event, values);
    if args.json {
        let ended = carry_out(&store, transport, delivery, &mut interrupts, |_| ()).await?;
        let details = &ended.details;
        if let (None, Some(error)) = (&details.callback, &details.summary.last_error) {
            eprint_line(&format!("ringback: cannot build the request: {error}"));
        }
        let mut document = tested_delivery(details);
        document["endpoint"] = endpoint.into();
        print_json(&document)?;
        let code = code(details);
        return ended.stop_sending(&mut interrupts).await.map(|()| code);
    }
    let mut out = Lines::default();
    out.line(&heading(&delivery));
    let ended = carry_out(&store, transport, delivery, &mut interrupts, |line| out.line(line)).await?;
    out.line(&last_line(&ended.details.summary));
    let code = code(&ended.details);
    ended.stop_sending(&mut interrupts).await?;
    out.end().map(|()| code)
}

/// 0 if delivered, otherwise 1 (docs/commands.md).
pub(super) fn code(details: &Details) -> ExitCode {
    match details.summary.state {
        DeliveryState::Delivered => ExitCode::SUCCESS,
        _ => FAILED.into(),
    }
}

/// Standard output, line by line. A closed pipe does not end the test: the exit code still shows the result. An
/// output error fails the command at its end.
#[derive(Default)]
pub(super) struct Lines {
    failed: Option<CommandError>,
}

impl Lines {
    pub(super) fn line(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = print(&format!("{text}\n")).err();
        }
    }

    /// Whether all lines were written, unless the pipe was closed.
    ///
    /// # Errors
    /// The output error.
    pub(super) fn end(self) -> Result<(), CommandError> {
        match self.failed {
            None | Some(CommandError::Unread) => Ok(()),
            Some(error) => Err(error),
        }
    }
}
