//! `ringback receive`: runs the built-in endpoint, and prints each request until it is stopped.

mod decryption;
pub mod error;
mod kept;
mod replay;
mod responses;
pub(super) mod stored;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::error::CommandError;
use super::interrupt::{BlockedSignals, Interrupts};
use super::listen_address::listen_address;
use super::resolve_profile;
use super::session::Session;
use super::streams::{self, eprint_line};
use crate::receiver::{
    Decryption, Examined, KeptRequests, NoRequest, PathFilter, Received, Receiver, Requests, Verifier,
    describe_in,
};
use crate::text::escape_controls;
use crate::threads;
use decryption::DecryptionArgs;
use error::ReceiveError;
use responses::ResponseArgs;

/// How long the last requests may take to be written after a stop was requested. Without this limit, a reader that
/// stopped reading would keep the program running.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Run the built-in receiver and print each request
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReceiveArgs {
    #[command(subcommand)]
    kept: Option<kept::Verb>,
    /// Address and port to listen on; a port alone listens on 127.0.0.1, port 0 is any free port
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9977", value_parser = listen_address)]
    listen: SocketAddr,
    #[command(flatten)]
    responses: ResponseArgs,
    #[command(flatten)]
    decryption: DecryptionArgs,
    /// Verify signature, timestamp and credentials and decrypt values with the secrets of a profile: ID, unique prefix
    /// of an ID, or title. Says of each request that it is verified, or what is wrong
    #[arg(long, value_name = "PROFILE", conflicts_with = "DecryptionArgs")]
    profile: Option<String>,
    /// Show and keep only requests whose path begins with this; can be repeated. Others get responses too
    #[arg(long, value_name = "PREFIX")]
    path: Vec<String>,
    /// Do not keep requests for `ringback receive list`, `show` and `replay`
    #[arg(long)]
    no_keep: bool,
    /// Print one line of JSON per request; the address goes to standard error
    #[arg(long)]
    json: bool,
}

/// Runs until Ctrl+C, SIGTERM, or until its output is closed.
///
/// # Errors
/// The decryption options are invalid, it cannot listen, or cannot print a request.
pub(super) async fn run(
    session: &Session,
    mut args: ReceiveArgs,
    signals: Option<BlockedSignals>,
) -> Result<ExitCode, CommandError> {
    if let Some(verb) = args.kept.take() {
        drop(signals);
        return kept::run(session, verb).await;
    }
    let mut interrupts = Interrupts::watch()?;
    drop(signals);
    let read = async {
        let decryption = args.decryption.read(session).await?;
        let verifier = match &args.profile {
            Some(name) => Some(verifier(session, name).await?),
            None => None,
        };
        Ok::<_, CommandError>((args.responses.read().await?, decryption, verifier))
    };
    let (behaviour, decryption, verifier) = tokio::select! {
        read = read => read?,
        _ = interrupts.next() => return Ok(ExitCode::SUCCESS),
    };
    let receiver = Receiver::start(args.listen, behaviour).await.map_err(ReceiveError::Listen)?;
    let (addr, requests) = (receiver.addr(), receiver.requests());
    let (ended, mut writer_ended) = oneshot::channel();
    let mut kept = if args.no_keep { None } else { Some(KeptRequests::at(stored::file(session)?)) };
    if let Some(kept) = &mut kept {
        kept.leave_out(verifier.as_ref().and_then(Verifier::credential_header));
    }
    let paths = PathFilter::new(args.path);
    let output = Output { runtime: Handle::current(), json: args.json, decryption, verifier, paths, kept };
    // On a separate thread: writing blocks when the reader stops reading, and Ctrl+C must still end the program.
    let write = move || ended.send(output.announce(addr).and_then(|()| output.show(requests)));
    threads::spawn("receive", write).map_err(ReceiveError::NoThread)?;

    let early = tokio::select! {
        _ = interrupts.next() => None,
        written = &mut writer_ended => Some(written),
    };
    receiver.stop().await;
    let written = match early {
        Some(written) => written,
        None => match tokio::time::timeout(LAST_WORDS, writer_ended).await {
            Ok(written) => written,
            Err(_elapsed) => return Ok(ExitCode::SUCCESS),
        },
    };
    match written {
        Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(ReceiveError::Output(error).into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// What the requests of a profile are verified with.
async fn verifier(session: &Session, name: &str) -> Result<Verifier, CommandError> {
    let store = session.store_if_there()?;
    let (_, profile) = resolve_profile::profile(store.as_ref(), name).await?;
    Ok(Verifier::from(&profile))
}

/// How requests are written.
struct Output {
    runtime: Handle,
    json: bool,
    decryption: Option<Decryption>,
    verifier: Option<Verifier>,
    /// Which requests are shown and kept.
    paths: PathFilter,
    /// None once they cannot be kept.
    kept: Option<KeptRequests>,
}

impl Output {
    fn announce(&self, addr: SocketAddr) -> io::Result<()> {
        if !addr.ip().is_loopback() {
            eprint_line(&format!(
                "warning: {addr} is open to other machines: anyone who can reach it can send to it"
            ));
        }
        let verifying = self.verifier.as_ref().map(verification_announced);
        let decrypting = self.decryption().map(decryption::announced);
        let filtering = (!self.paths.is_for_all()).then(|| paths_announced(&self.paths));
        let with = verifying.into_iter().chain(decrypting).chain(filtering);
        if self.json {
            eprint_line(&format!("listening on http://{addr}"));
            with.for_each(|line| eprint_line(&line));
            return Ok(());
        }
        let with: String = with.map(|line| line + "\n").collect();
        streams::write(&format!("listening on http://{addr} (Ctrl+C ends)\n{with}"))
    }

    /// How values are decrypted.
    fn decryption(&self) -> Option<&Decryption> {
        self.decryption.as_ref().or_else(|| self.verifier.as_ref()?.decryption())
    }

    /// Writes each request as it arrives, until the receiver has ended.
    fn show(mut self, mut requests: Requests) -> io::Result<()> {
        loop {
            match self.runtime.block_on(requests.recv()) {
                Ok(request) if !self.paths.takes(&request) => {}
                Ok(request) => {
                    self.keep(&request);
                    streams::write(&self.text(&request)?)?;
                }
                Err(dropped @ NoRequest::Dropped(_)) => eprint_line(&dropped.to_string()),
                Err(NoRequest::NotYet | NoRequest::Ended) => return Ok(()),
            }
        }
    }

    /// Keeps a request over a restart. After an error, reported once, no more are kept.
    fn keep(&mut self, request: &Received) {
        if let Some(kept) = &mut self.kept
            && let Err(error) = kept.add(request)
        {
            let file = escape_controls(&kept.path().to_string_lossy());
            eprint_line(&format!("ringback: warning: requests are not kept: {file}: {error}"));
            self.kept = None;
        }
    }

    fn text(&self, request: &Received) -> io::Result<String> {
        let verification = self.verifier.as_ref().map(|verifier| verifier.verify(request));
        let examined = Examined { decryption: self.decryption(), verification: verification.as_ref() };
        if self.json {
            return Ok(request.to_json(&examined)? + "\n");
        }
        Ok(describe_in(request, &TimeZone::system(), &examined))
    }
}

/// What is verified, before the first request.
fn verification_announced(verifier: &Verifier) -> String {
    let title = escape_controls(verifier.title());
    match verifier.checks().as_str() {
        "" => format!(
            "nothing to verify: profile '{title}' has no signing secret, credentials, headers or encryption"
        ),
        checks => format!("verifying with profile '{title}': {checks}"),
    }
}

/// Which requests are shown.
fn paths_announced(paths: &PathFilter) -> String {
    let paths = escape_controls(&paths.to_string()).replace(' ', "… and ");
    format!("showing requests to {paths}…; others get responses and are not shown")
}
