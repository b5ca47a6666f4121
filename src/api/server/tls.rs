//! The certificate and the key of the server, reloaded when their files change.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::files::pem::{certificates, key};
use crate::threads;

/// How often the files are checked.
const CHECK: Duration = Duration::from_secs(1);

/// The certificate or the key cannot be used. The message says which file, why, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

/// The names of the two files, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those between it and its authority.
    pub certificate: String,
    /// Its private key, without a passphrase.
    pub key: String,
}

/// What happened to the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsNews {
    /// New connections use the new certificate.
    Reloaded,
    /// The new files cannot be used: the old certificate stays in use.
    Kept(TlsError),
}

/// The current configuration, for as long as this exists.
#[derive(Debug)]
pub struct ServerTls {
    current: watch::Receiver<Arc<ServerConfig>>,
    watching: JoinHandle<()>,
}

impl ServerTls {
    /// Reads the files, and watches them from then on; `report` learns what happens to them. Needs a tokio runtime.
    ///
    /// # Errors
    /// The files cannot be used.
    pub async fn start(
        files: TlsFiles,
        report: impl Fn(TlsNews) + Send + Sync + 'static,
    ) -> Result<Self, TlsError> {
        let (stamps, config) = load(files.clone()).await;
        let (sender, current) = watch::channel(config?);
        Ok(Self { current, watching: tokio::spawn(keep_up(files, stamps, sender, report)) })
    }

    /// The configuration for a new connection.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.borrow())
    }
}

impl Drop for ServerTls {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

/// The attributes of a file that change when it is written or replaced. None if it cannot be inspected.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

async fn keep_up(
    files: TlsFiles,
    mut known: [Stamp; 2],
    current: watch::Sender<Arc<ServerConfig>>,
    report: impl Fn(TlsNews) + Send + Sync + 'static,
) {
    loop {
        tokio::time::sleep(CHECK).await;
        let own = files.clone();
        let Ok(now) = threads::blocking(move || stamps(&own)).await else { continue };
        if now == known {
            continue;
        }
        let (stamps, loaded) = load(files.clone()).await;
        known = stamps;
        match loaded {
            Ok(config) => {
                current.send_replace(config);
                report(TlsNews::Reloaded);
            }
            Err(why) => report(TlsNews::Kept(why)),
        }
    }
}

/// Reads the files. They are inspected before: later changes are seen at the next check.
async fn load(files: TlsFiles) -> ([Stamp; 2], Result<Arc<ServerConfig>, TlsError>) {
    let read = threads::blocking(move || (stamps(&files), config(&files)));
    read.await
        .unwrap_or_else(|error| ([None; 2], Err(TlsError(format!("cannot read certificates: {error}")))))
}

fn stamps(files: &TlsFiles) -> [Stamp; 2] {
    [&files.certificate, &files.key].map(|path| {
        let facts = fs::metadata(path).ok()?;
        Some((facts.dev(), facts.ino(), facts.size(), facts.ctime(), facts.ctime_nsec()))
    })
}

fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates(&files.certificate).map_err(TlsError)?;
    let secret = key(&files.key).map_err(TlsError)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(OurClock))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| TlsError(unfit(files, &error)))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn unfit(files: &TlsFiles, error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("{}: the key does not match the certificate in {}", files.key, files.certificate)
        }
        other => format!("{}: cannot be used ({other})", files.certificate),
    }
}

/// The time of handshakes.
#[derive(Debug)]
struct OurClock;

impl TimeProvider for OurClock {
    fn current_time(&self) -> Option<UnixTime> {
        let since_1970 = Duration::try_from(clock::now().as_duration()).unwrap_or_default();
        Some(UnixTime::since_unix_epoch(since_1970))
    }
}
