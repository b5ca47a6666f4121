//! `ringback serve`: the HTTP API, and the sender beside it.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use tokio::net::TcpListener;

use super::blocked;
use super::console::keep;
use super::error::{CommandError, FAILED};
use super::interrupt::{BlockedSignals, Interrupts};
use super::listen_address::listen_address;
use super::output::{eprint_line, print_if_read};
use super::sending::{SenderReports, stop, warn_of_clock};
use super::session::Session;
use crate::api::{Api, ApiParts, Server, ServerLimits, SystemdState, activated, listen, router};
use crate::delivery::{Limits, OutcomeStream, RetentionTask, Sender, Transport};

/// Run the HTTP API and the sender
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address and port to listen on; a port alone listens on 127.0.0.1, port 0 is any free port
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9979", value_parser = listen_address)]
    listen: SocketAddr,
    /// Accept requests without a key, on a loopback address only
    #[arg(long)]
    insecure_no_auth: bool,
}

/// Serves until a signal arrives.
///
/// # Errors
/// The API may not or cannot listen, the database cannot be used, or the sender stopped unexpectedly.
pub(super) async fn run(
    session: &Session,
    args: &ServeArgs,
    signals: Option<BlockedSignals>,
) -> Result<ExitCode, CommandError> {
    let mut interrupts = Interrupts::watch()?;
    drop(signals);
    args.check()?;
    let settings = session.settings();
    let network = settings.addresses.for_sending()?;
    let store = session.store()?;
    // The first use of the database: what prevents that is reported before anything listens.
    blocked::report(&store.blocked(None).await?);
    let listener = match activated().map_err(|error| system("cannot use the socket of systemd", error))? {
        Some(listener) => ServeArgs::check_activated(listener)?,
        None => listen(args.listen).await?,
    };
    let stream = OutcomeStream::default();
    let sender = Sender::start_on(&store, Transport::new(network), Limits::default(), stream.clone());
    let _retention = RetentionTask::start(store.storage(), keep(settings), sender.status(), warn_of_clock);
    let api = Api::new(ApiParts {
        store: store.storage(),
        settings: settings.clone(),
        sender: sender.status(),
        outcomes: stream,
    });
    let mut news = SenderReports::of(&sender, store.upkeep());
    let mut server = Server::start(listener, None, router(api), ServerLimits::default())
        .map_err(|error| system("cannot listen", error))?;
    print_if_read(&format!("listening on http://{} (Ctrl+C ends)\n", server.addr()))?;
    report_state(SystemdState::Ready);
    let ended = until_ended(&mut server, &mut news, &mut interrupts).await;
    report_state(SystemdState::Stopping);
    eprint_line("ringback: stopping; waiting for requests in progress (Ctrl+C again to abort)");
    let aborted = tokio::select! {
        () = server.stop() => false,
        _ = interrupts.next() => true,
    };
    if aborted {
        drop(sender);
        return ended.map(|()| ExitCode::SUCCESS);
    }
    if let Some(why) = stop(sender, &mut interrupts).await {
        eprint_line(&format!("ringback: {why}"));
        return Ok(FAILED.into());
    }
    ended.map(|()| ExitCode::SUCCESS)
}

impl ServeArgs {
    /// Whether it may listen there.
    fn check(&self) -> Result<(), CommandError> {
        if !self.insecure_no_auth {
            return Err(CommandError::Input(
                "API keys do not exist yet: start it with --insecure-no-auth on a loopback address"
                    .to_owned(),
            ));
        }
        allowed(self.listen)
    }

    /// The socket of systemd, if it may be used.
    fn check_activated(listener: TcpListener) -> Result<TcpListener, CommandError> {
        let addr =
            listener.local_addr().map_err(|error| system("cannot use the socket of systemd", error))?;
        allowed(addr).map(|()| listener)
    }
}

/// Whether this may be an address without keys.
fn allowed(addr: SocketAddr) -> Result<(), CommandError> {
    if addr.ip().is_loopback() {
        return Ok(());
    }
    Err(CommandError::Input(format!(
        "--insecure-no-auth is allowed on a loopback address only, and {} is none: use 127.0.0.1",
        addr.ip()
    )))
}

fn system(what: &str, error: io::Error) -> CommandError {
    CommandError::System(what.to_owned(), error)
}

/// Reports a state to systemd. Serving does not depend on it.
fn report_state(state: SystemdState) {
    if let Err(error) = state.notify() {
        eprint_line(&format!("ringback: cannot report to systemd ({error})"));
    }
}

/// Reports on the sender until a signal arrives.
async fn until_ended(
    server: &mut Server,
    news: &mut SenderReports,
    interrupts: &mut Interrupts,
) -> Result<(), CommandError> {
    loop {
        tokio::select! {
            biased;
            _ = interrupts.next() => return Ok(()),
            () = server.ended() => {
                return Err(CommandError::ApiEnded);
            }
            changed = news.changed() => {
                for news in news.next("waiting for it to end") {
                    eprint_line(&format!("ringback: {news}"));
                }
                changed?;
            }
        }
    }
}
