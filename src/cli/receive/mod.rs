//! `ringback receive`: runs the built-in endpoint, and prints each request until it is stopped.

mod decryption;
pub mod error;

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
use super::session::Session;
use super::streams::{self, eprint_line};
use crate::receiver::{Behaviour, Decryption, NoRequest, Received, Receiver, Requests, describe_in};
use crate::threads;
use decryption::DecryptionArgs;
use error::ReceiveError;

/// How long the last requests may take to be written after a stop was requested. Without this limit, a reader that
/// stopped reading would keep the program running.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Run the built-in receiver and print each request
#[derive(Debug, clap::Args)]
pub struct ReceiveArgs {
    /// Address and port to listen on; a port alone listens on 127.0.0.1, port 0 is any free port
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9977", value_parser = listen_address)]
    listen: SocketAddr,
    /// Response status, 200 to 599
    #[arg(long, value_name = "STATUS", default_value_t = 200, value_parser = status)]
    status: u16,
    /// Fail the first N attempts of each delivery: with 500, or with --hang or --reset if given
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count)]
    fail_first: u32,
    /// Delay before each response, such as 250ms or 2s
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = delay)]
    delay: Duration,
    /// Never respond
    #[arg(long, conflicts_with = "reset")]
    hang: bool,
    /// Close the connection without a response
    #[arg(long)]
    reset: bool,
    #[command(flatten)]
    decryption: DecryptionArgs,
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
    args: ReceiveArgs,
    signals: Option<BlockedSignals>,
) -> Result<ExitCode, CommandError> {
    let mut interrupts = Interrupts::watch()?;
    drop(signals);
    let decryption = tokio::select! {
        read = args.decryption.read(session) => read?,
        _ = interrupts.next() => return Ok(ExitCode::SUCCESS),
    };
    let receiver = Receiver::start(args.listen, args.behaviour()).await.map_err(ReceiveError::Listen)?;
    let (addr, requests) = (receiver.addr(), receiver.requests());
    let (ended, mut writer_ended) = oneshot::channel();
    let output = Output { runtime: Handle::current(), json: args.json, decryption };
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

impl ReceiveArgs {
    fn behaviour(&self) -> Behaviour {
        Behaviour {
            status: self.status,
            fail_first: self.fail_first,
            delay: self.delay,
            hang: self.hang,
            reset: self.reset,
            ..Behaviour::default()
        }
    }
}

/// How requests are written.
struct Output {
    runtime: Handle,
    json: bool,
    decryption: Option<Decryption>,
}

impl Output {
    fn announce(&self, addr: SocketAddr) -> io::Result<()> {
        if !addr.ip().is_loopback() {
            eprint_line(&format!(
                "warning: {addr} is open to other machines: anyone who can reach it can send to it"
            ));
        }
        let with = self.decryption.as_ref().map(decryption::announced);
        if self.json {
            eprint_line(&format!("listening on http://{addr}"));
            if let Some(with) = with {
                eprint_line(&with);
            }
            return Ok(());
        }
        let with = with.map_or_else(String::new, |with| format!("{with}\n"));
        streams::write(&format!("listening on http://{addr} (Ctrl+C ends)\n{with}"))
    }

    /// Writes each request as it arrives, until the receiver has ended.
    fn show(&self, mut requests: Requests) -> io::Result<()> {
        loop {
            match self.runtime.block_on(requests.recv()) {
                Ok(request) => streams::write(&self.text(&request)?)?,
                Err(dropped @ NoRequest::Dropped(_)) => eprint_line(&dropped.to_string()),
                Err(NoRequest::NotYet | NoRequest::Ended) => return Ok(()),
            }
        }
    }

    fn text(&self, request: &Received) -> io::Result<String> {
        let with = self.decryption.as_ref();
        if self.json {
            return Ok(request.to_json(with)? + "\n");
        }
        Ok(describe_in(request, &TimeZone::system(), with))
    }
}

fn status(text: &str) -> Result<u16, &'static str> {
    let status = text.parse().ok().filter(|status| (200..=599).contains(status));
    status.ok_or("use a status from 200 to 599")
}

fn count(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "use a whole number such as 2")
}

/// `250ms`, `2s`, `1.5s`, or `0`. Any other number without a unit could be either.
fn delay(text: &str) -> Result<Duration, String> {
    /// A day: longer delays are typing errors.
    const MOST_MS: f64 = 86_400_000.0;
    /// Any number but 0 exceeds the maximum then.
    const NO_UNIT: f64 = f64::MAX;
    let text = text.trim();
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => text.strip_suffix('s').map_or((text, NO_UNIT), |number| (number, 1000.0)),
    };
    let ms = number.trim_end().parse::<f64>().map(|number| number * unit_ms);
    match ms {
        Ok(ms) if (0.0..=MOST_MS).contains(&ms) => Ok(Duration::from_secs_f64(ms / 1000.0)),
        _ => Err("use a duration with its unit, such as 250ms or 2s, one day at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_numbers_name_the_valid_range() {
        assert_eq!((status("200"), status("599")), (Ok(200), Ok(599)));
        for bad in ["", "99", "199", "600", "70000", "ok"] {
            assert_eq!(status(bad), Err("use a status from 200 to 599"), "{bad}");
        }
        assert_eq!((count("2"), count("two")), (Ok(2), Err("use a whole number such as 2")));
    }

    #[test]
    fn delays() {
        for (text, ms) in [("250ms", 250), ("2s", 2000), ("1.5s", 1500), ("0", 0), ("3 s", 3000)] {
            assert_eq!(delay(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for bad in ["", "s", "ms", "5", "40", "0.5", "-1", "1h", "nan", "inf", "1e300", "90000s"] {
            assert!(delay(bad).is_err(), "{bad}");
        }
    }
}
