//! `ringback receive`: the built-in endpoint, telling what arrives until it is ended.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::oneshot;

use super::streams::{self, tell};
use crate::callback::cipher;
use crate::profile::Secret;
use crate::receiver::{Behaviour, Decrypt, Decryption, Received, Receiver, ReceiverError, describe};
use crate::threads::{self, NoThread};

/// How long the last requests may take to be written after the end was asked for. A reader that
/// stands still would keep the program otherwise.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Run the built-in receiver and print each request
#[derive(Debug, clap::Args)]
pub struct ReceiveArgs {
    /// Address and port to listen on; a port alone listens on 127.0.0.1, port 0 is any free port
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9977", value_parser = listen_address)]
    listen: SocketAddr,
    /// Response status
    #[arg(long, value_name = "STATUS", default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599))]
    status: u16,
    /// Fail the first N attempts of each delivery: with 500, or with --hang or --reset if given
    #[arg(long, value_name = "N", default_value_t = 0)]
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
    /// Decrypt values; without :IV, each value starts with its own
    // Read later: what clap refuses it prints, and a key must not be.
    #[arg(long, value_name = "ALGO:KEY:IV", value_parser = secret)]
    decrypt: Option<Secret>,
    /// Print one line of JSON per request; the address goes to standard error
    #[arg(long)]
    json: bool,
}

/// Why receiving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// What `--decrypt` was given has no meaning. The message never holds it.
    #[error("--decrypt: {0}")]
    Decrypt(String),
    /// It could not listen.
    #[error(transparent)]
    Listen(#[from] ReceiverError),
    /// There is no thread to write from.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// Ctrl+C and the like cannot be watched.
    #[error("the system refuses what receiving needs: {0}; free some resources and try again")]
    System(io::Error),
    /// What arrived could not be shown.
    #[error("cannot write what arrived: {0}; look at where standard output goes")]
    Output(io::Error),
}

/// Runs until Ctrl+C, SIGTERM, or until nobody reads its output any more.
///
/// # Errors
/// When the decryption has no meaning, it cannot listen, or cannot write what arrives.
pub async fn run(args: ReceiveArgs) -> Result<ExitCode, ReceiveError> {
    let behaviour = args.behaviour()?;
    let end_asked = end_asked().map_err(ReceiveError::System)?;
    let json = args.json;
    let receiver = Receiver::start(args.listen, behaviour).await?;
    let (addr, requests) = (receiver.addr(), receiver.requests());
    let (ended, mut writer_ended) = oneshot::channel();
    // A thread of its own: writing blocks when the reader stands still, and Ctrl+C must still end us.
    let write = move || ended.send(announce(addr, json).and_then(|()| show(requests, json)));
    threads::spawn("receive", write)?;

    let early = tokio::select! {
        () = end_asked => None,
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
        Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(ReceiveError::Output(error)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

impl ReceiveArgs {
    fn behaviour(&self) -> Result<Behaviour, ReceiveError> {
        let with = self.decrypt.as_ref().map(|text| Decryption::parse(text.reveal())).transpose();
        let decrypt = with
            .map_err(ReceiveError::Decrypt)?
            .map(|with| Arc::new(move |text: &str| plain(&with, text)) as Decrypt);
        Ok(Behaviour {
            status: self.status,
            fail_first: self.fail_first,
            delay: self.delay,
            hang: self.hang,
            reset: self.reset,
            decrypt,
            ..Behaviour::default()
        })
    }
}

/// The plain text of a value. CFB makes some bytes of any base64, so what is no readable text is
/// taken for a value that was not encrypted.
fn plain(with: &Decryption, text: &str) -> Option<String> {
    let iv = with.iv.as_ref().map(|iv| iv.reveal().as_bytes());
    let bytes = cipher::decrypt(with.algorithm, with.key.reveal().as_bytes(), iv, text).ok()?;
    let readable = |text: &String| !text.chars().any(|c| c.is_control() && !c.is_whitespace());
    String::from_utf8(bytes).ok().filter(readable)
}

fn announce(addr: SocketAddr, json: bool) -> io::Result<()> {
    if !addr.ip().is_loopback() {
        tell(&format!("warning: {addr} is open to other machines: whoever reaches it can send to it"));
    }
    if json {
        tell(&format!("listening on http://{addr}"));
        return Ok(());
    }
    streams::write(&format!("listening on http://{addr} (Ctrl+C ends)\n"))
}

/// Writes each request as it arrives, until the receiver is gone.
fn show(mut requests: broadcast::Receiver<Arc<Received>>, json: bool) -> io::Result<()> {
    loop {
        let text = match requests.blocking_recv() {
            Ok(received) if json => format!("{}\n", received.to_json()),
            Ok(received) => describe(&received),
            Err(RecvError::Lagged(missed)) => {
                tell(&format!("{missed} requests are not shown: they came faster than they were read"));
                continue;
            }
            Err(RecvError::Closed) => return Ok(()),
        };
        streams::write(&text)?;
    }
}

#[cfg(unix)]
fn end_asked() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn end_asked() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Any text: what it means is told later.
#[allow(clippy::unnecessary_wraps, reason = "a value parser gives a result")]
fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// `ADDR:PORT`, `localhost:PORT`, or a port of this machine.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "write an address and a port, such as 127.0.0.1:9977 or [::1]:9977".to_owned())
}

/// `250ms`, `2s`, `1.5s`, or a number of milliseconds.
fn delay(text: &str) -> Result<Duration, String> {
    /// A day: longer is a slip of the keyboard.
    const MOST_MS: f64 = 86_400_000.0;
    let text = text.trim();
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => text.strip_suffix('s').map_or((text, 1.0), |number| (number, 1000.0)),
    };
    let ms = number.trim_end().parse::<f64>().map(|number| number * unit_ms);
    match ms {
        Ok(ms) if (0.0..=MOST_MS).contains(&ms) => Ok(Duration::from_secs_f64(ms / 1000.0)),
        _ => Err("write a time such as 250ms, 2s or 250 (milliseconds), a day at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays() {
        for (text, ms) in [("250ms", 250), ("2s", 2000), ("1.5s", 1500), ("40", 40), ("0", 0), ("3 s", 3000)]
        {
            assert_eq!(delay(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for bad in ["", "s", "ms", "-1", "1h", "nan", "inf", "1e300", "90000s"] {
            assert!(delay(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses() {
        for (text, addr) in [
            ("9977", "127.0.0.1:9977"),
            ("localhost:0", "127.0.0.1:0"),
            ("[::1]:80", "[::1]:80"),
            ("0.0.0.0:1", "0.0.0.0:1"),
        ] {
            assert_eq!(listen_address(text), Ok(addr.parse().unwrap()), "{text}");
        }
        for bad in ["", "99999", "hooks.example:80", "127.0.0.1"] {
            assert!(listen_address(bad).unwrap_err().contains("127.0.0.1:9977"), "{bad}");
        }
    }

    #[test]
    fn values_are_decrypted_and_others_left_alone() {
        for (with, sent) in [
            ("AES-128-CFB:K1abcdefghijkl2P:POabcdefghijklLY", "6+sHPg0LMg=="),
            (
                "AES-256-GCM:K1abcdefghijkl2Pmnopqrstuvwxyz01:POabcdefghijklLY",
                "nu/Sw5YNZbs5Z9MTJ7XvxVJAq/j6Xk4=",
            ),
        ] {
            let with = Decryption::parse(with).unwrap();
            assert_eq!(plain(&with, sent).as_deref(), Some("DELIVRD"));
            assert_eq!(plain(&with, "not base64"), None);
            assert_eq!(plain(&with, "DeliveredToTheRecipient0"), None);
        }
    }
}
