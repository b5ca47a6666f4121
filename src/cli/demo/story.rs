//! The demo as text, if there is no terminal to draw on.

use std::process::ExitCode;
use std::sync::Arc;

use super::Stage;
use super::samples::TESTED;
use crate::callback::Values;
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::print;
use crate::cli::profiles::listed;
use crate::cli::{resolve_profile, test};
use crate::delivery::Transport;
use crate::receiver::describe;
use crate::record::NewDelivery;
use crate::storage::FailingProfiles;

/// Creates profiles, tests one whose first attempt fails, and prints the requests that arrived.
pub(super) async fn run(stage: Stage) -> Result<ExitCode, CommandError> {
    let mut interrupts = Interrupts::watch()?;
    let Stage { store, receiver, .. } = &stage;
    let rows = store.profiles().await?;
    print(&format!(
        "Ringback demo: a throwaway database\n\n\
         A receiver on http://{}: the first attempt of each delivery fails\n\n\
         {} profiles\n{}\n",
        receiver.addr(),
        rows.len(),
        listed(&rows, &FailingProfiles::default())
    ))?;
    let (_, profile) = resolve_profile::profile(Some(store), TESTED).await?;
    let event = profile.events.first().copied();
    let delivery = NewDelivery::test(profile, event, Values::samples(event, &[]));
    print(&format!("{}\n", test::heading(&delivery)))?;
    let mut requests = receiver.requests();
    let mut unread = Ok(());
    let line = |line: &str| {
        if unread.is_ok() {
            unread = print(&format!("{line}\n"));
        }
    };
    let tested =
        test::carry_out(store, Transport::new(Arc::default()), delivery, &mut interrupts, line).await;
    let ended = tested.map_err(thrown_away)?;
    unread?;
    print(&format!("{}\n\nWhat the receiver saw\n", test::last_line(&ended.details.summary)))?;
    while let Ok(request) = requests.try_recv() {
        print(&describe(&request))?;
    }
    print(
        "\nIn a terminal `ringback demo` opens the console on the same; `ringback --help` lists all commands\n",
    )?;
    let code = test::code(&ended.details);
    let stopped = ended.stop_sending(&mut interrupts).await;
    stage.receiver.stop().await;
    stopped.map(|()| code)
}

/// Nothing of the demo is kept, even if requests are in flight.
fn thrown_away(error: CommandError) -> CommandError {
    match error {
        CommandError::Interrupted { code, .. } => CommandError::Interrupted {
            code,
            left: "the demo has ended; its database was removed".to_owned(),
        },
        other => other,
    }
}
