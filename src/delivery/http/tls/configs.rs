//! TLS configurations by profile settings: built once, and rebuilt when a file changes.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::delivery::http::single_flight::SingleFlight;
use crate::delivery::http::tls::{TlsFault, config};
use crate::profile::Tls;

/// How long files are assumed to be unchanged before they are checked again.
const CHECK: Duration = Duration::from_secs(1);
/// The maximum number of entries; a person who types paths in the editor and tests them creates many.
const MAX_ENTRIES: usize = 256;
/// The maximum number of profiles whose files are read concurrently: each also reads the system's certificates, and a
/// hanging file blocks a thread.
const READING: usize = 8;

/// Shared by all senders.
#[derive(Debug)]
pub struct Configs {
    made: Arc<Mutex<HashMap<Tls, Made>>>,
    checks: SingleFlight<Tls, Made, TlsFault>,
}

#[derive(Debug, Clone)]
struct Made {
    http1: Arc<ClientConfig>,
    /// The same, offering HTTP/2.
    http2: Arc<ClientConfig>,
    stamps: Vec<Stamp>,
    checked_at: Instant,
}

/// The attributes of a file that change when it is written or replaced: device, inode, size, change time in seconds
/// and nanoseconds. None if it cannot be inspected.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

impl Default for Configs {
    fn default() -> Self {
        Self::reading(config)
    }
}

impl Configs {
    /// Configurations that `read` builds from a profile's files.
    pub fn reading(read: impl Fn(&Tls) -> Result<ClientConfig, TlsFault> + Send + Sync + 'static) -> Self {
        let made: Arc<Mutex<HashMap<Tls, Made>>> = Arc::default();
        let all = Arc::clone(&made);
        let check = move |tls: &Tls| {
            let known = lock(&all).get(tls).cloned();
            let made = load(tls, known, &read)?;
            let mut all = lock(&all);
            if all.len() >= MAX_ENTRIES && !all.contains_key(tls) {
                all.clear();
            }
            all.insert(tls.clone(), made.clone());
            Ok(made)
        };
        let checks = SingleFlight::new("tls-files", READING, check);
        // The system's certificates alone: hanging files of profiles do not block these.
        checks.trust(Tls::default());
        Self { made, checks }
    }

    /// The configuration for a profile; reused while its files are unchanged. Concurrent callers share one check of
    /// the files.
    pub async fn get(&self, tls: &Tls, http2: bool) -> Result<Arc<ClientConfig>, TlsFault> {
        let choose = |made: &Made| Arc::clone(if http2 { &made.http2 } else { &made.http1 });
        let is_fresh = |made: &&Made| tls.is_usual() || made.checked_at.elapsed() < CHECK;
        let known = lock(&self.made).get(tls).filter(is_fresh).map(choose);
        match known {
            Some(config) => Ok(config),
            None => self.checks.get(tls).await.map(|made| choose(&made)),
        }
    }

    /// As if the time until the next check had passed.
    #[cfg(test)]
    pub fn expire_check(&self) {
        for made in lock(&self.made).values_mut() {
            made.checked_at -= CHECK;
        }
    }
}

fn lock(made: &Mutex<HashMap<Tls, Made>>) -> MutexGuard<'_, HashMap<Tls, Made>> {
    // The map is consistent after every step, even if a thread panicked in between.
    made.lock().unwrap_or_else(PoisonError::into_inner)
}

fn load(
    tls: &Tls,
    known: Option<Made>,
    read: impl Fn(&Tls) -> Result<ClientConfig, TlsFault>,
) -> Result<Made, TlsFault> {
    // Before they are read: later changes are seen at the next check.
    let (checked_at, stamps) = (Instant::now(), stamps(tls));
    if let Some(made) = known.filter(|made| made.stamps == stamps) {
        return Ok(Made { checked_at, ..made });
    }
    let http1 = read(tls)?;
    // A session of one is not resumed with the other.
    let mut http2 = http1.clone();
    http2.resumption = Resumption::default();
    http2.alpn_protocols.insert(0, b"h2".to_vec());
    Ok(Made { http1: Arc::new(http1), http2: Arc::new(http2), stamps, checked_at })
}

fn stamps(tls: &Tls) -> Vec<Stamp> {
    tls.files().map(stamp).collect()
}

fn stamp(path: &str) -> Stamp {
    let facts = fs::metadata(path).ok()?;
    Some((facts.dev(), facts.ino(), facts.size(), facts.ctime(), facts.ctime_nsec()))
}
