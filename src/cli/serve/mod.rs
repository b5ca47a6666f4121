//! `ringback serve`: the HTTP API, and the sender beside it.

mod access_log;
mod options;

use std::io;
use std::process::ExitCode;

use tokio::net::TcpListener;

use super::blocked;
use super::command_sender::{SenderReports, stop};
use super::error::{CommandError, FAILED};
use super::interrupt::{BlockedSignals, Interrupts, SIGINT_CODE, again};
use super::output::{eprint_line, print_if_read};
use super::session::Session;
use super::upkeep::Upkeep;
use crate::api::{Api, ApiParts, Server, ServerLimits, ServerTls, SystemdState, TlsNews, activated, app};
use crate::clock;
use crate::delivery::{Limits, OutcomeStream, Sender, Transport};
use crate::listening::listen;
use crate::storage::{KeyState, Storage};

pub use options::ServeArgs;
use options::ServeOptions;

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
    let settings = session.settings();
    let options = ServeOptions::new(args, &settings.api)?;
    let listener = activated().map_err(|error| system("cannot use the socket of systemd", error))?;
    let addr = listener.as_ref().map_or(Ok(options.listen), TcpListener::local_addr);
    options.check(addr.map_err(|error| system("cannot use the socket of systemd", error))?)?;
    let network = settings.addresses.for_sending()?;
    let store = session.store()?;
    // The first use of the database: what prevents that is reported before anything listens.
    blocked::report(&store.blocked(None).await?);
    if !options.is_open {
        needs_key(&*store).await?;
    }
    let tls = match &options.tls {
        Some(files) => Some(ServerTls::start(files.clone(), report_tls).await?),
        None => None,
    };
    let access_log = options.access_log.as_deref().map(access_log::start).transpose()?;
    let listener = match listener {
        Some(listener) => listener,
        None => listen(options.listen).await?,
    };
    let stream = OutcomeStream::default();
    let outcomes = stream.complete();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let addr = listener.local_addr().map_err(|error| system("cannot listen", error))?;
    announce(&*store, Some(format!("{scheme}://{addr}"))).await;
    let sender = Sender::start_on(&store, Transport::new(network), Limits::default(), stream.clone());
    let mut upkeep = Upkeep::of(settings);
    upkeep.start(&store, sender.status());
    let api = Api::new(ApiParts {
        store: store.storage(),
        settings: settings.clone(),
        sender: sender.status(),
        outcomes: stream,
        access_log,
        is_open: options.is_open,
    });
    let counting = api.clone();
    // It ends with the process, and no attempt is recorded after that.
    tokio::spawn(async move { counting.count_attempts(outcomes).await });
    let mut news = SenderReports::of(&sender, store.upkeep());
    let limits = ServerLimits::of(settings.api.connections);
    let mut server = Server::start(listener, tls, app(api.clone()), limits)
        .map_err(|error| system("cannot listen", error))?;
    print_if_read(&format!("listening on {scheme}://{} (Ctrl+C ends)\n", server.addr()))?;
    report_state(SystemdState::Ready);
    let (ended, code) = match until_ended(&mut server, &mut news, &mut interrupts).await {
        Ok(code) => (Ok(()), code),
        Err(error) => (Err(error), SIGINT_CODE),
    };
    report_state(SystemdState::Stopping);
    announce(&*store, None).await;
    eprint_line(&format!("ringback: stopping; waiting for requests in progress ({} to abort)", again(code)));
    api.end_streams();
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

/// Refuses to serve if nobody could use the API.
async fn needs_key(store: &dyn Storage) -> Result<(), CommandError> {
    let now = clock::now();
    let (keys, _) = store.api_keys().await?;
    if keys.iter().any(|key| key.state(now) == KeyState::Active) {
        return Ok(());
    }
    Err(CommandError::Input(
        "there is no usable API key: create one with `ringback keys create NAME --scope manage`, or try the API with \
         --insecure-no-auth"
            .to_owned(),
    ))
}

/// Makes known to consoles where the API listens; none: that it stops. Serving does not depend on it.
async fn announce(store: &dyn Storage, url: Option<String>) {
    if let Err(error) = store.announce_api(url).await {
        eprint_line(&format!("ringback: the console does not show this API: {error}"));
    }
}

fn system(what: &str, error: io::Error) -> CommandError {
    CommandError::System(what.to_owned(), error)
}

fn report_tls(news: TlsNews) {
    let text = match news {
        TlsNews::Reloaded => "new connections use the new certificate".to_owned(),
        TlsNews::Kept(why) => format!("{why}: the old certificate stays in use"),
    };
    eprint_line(&format!("ringback: {text}"));
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
) -> Result<u8, CommandError> {
    loop {
        tokio::select! {
            biased;
            code = interrupts.next() => return Ok(code),
            () = server.ended() => return Err(CommandError::ApiEnded),
            changed = news.changed() => {
                for news in news.next("waiting for it to end") {
                    eprint_line(&format!("ringback: {news}"));
                }
                changed?;
            }
        }
    }
}
