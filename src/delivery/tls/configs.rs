//! What connections are secured with, by profile's TLS: made once, and again when a file changes.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use super::{TlsFault, config};
use crate::profile::Tls;

/// How long files are taken to be unchanged before they are looked at again.
const LOOK: Duration = Duration::from_secs(1);
/// Kept at most; a person who types paths in the editor and tests them makes many.
const MOST: usize = 256;

/// Shared by all that send.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Configs {
    made: Mutex<HashMap<(Tls, bool), Made>>,
}

#[derive(Debug, Clone)]
struct Made {
    config: Arc<ClientConfig>,
    stamps: Vec<Stamp>,
    looked_at: Instant,
}

/// What of a file changes when it is written or replaced: device, inode, size, time of change in
/// seconds and nanoseconds. None where it cannot be looked at.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

impl Configs {
    /// What connections are made with for a profile; the same as before while its files are the same.
    pub async fn get(&self, tls: &Tls, http2: bool) -> Result<Arc<ClientConfig>, TlsFault> {
        let key = (tls.clone(), http2);
        let known = self.made().get(&key).cloned();
        if let Some(made) = &known
            && (tls.is_usual() || made.looked_at.elapsed() < LOOK)
        {
            return Ok(Arc::clone(&made.config));
        }
        let tls = tls.clone();
        // Files may answer late.
        let made = tokio::task::spawn_blocking(move || look(&tls, http2, known)).await;
        let made = made.map_err(|error| TlsFault::System(error.to_string()))??;
        let config = Arc::clone(&made.config);
        let mut all = self.made();
        if all.len() >= MOST && !all.contains_key(&key) {
            all.clear();
        }
        all.insert(key, made);
        Ok(config)
    }

    /// As if the time until the next look had passed.
    #[cfg(test)]
    pub(super) fn look_again(&self) {
        for made in self.made().values_mut() {
            made.looked_at -= LOOK;
        }
    }

    fn made(&self) -> MutexGuard<'_, HashMap<(Tls, bool), Made>> {
        // The map is whole after every step, also where a thread panicked between two.
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(tls: &Tls, http2: bool, known: Option<Made>) -> Result<Made, TlsFault> {
    // Before they are read: what changes meanwhile is seen at the next look.
    let (looked_at, stamps) = (Instant::now(), stamps(tls));
    match known {
        Some(made) if made.stamps == stamps => Ok(Made { looked_at, ..made }),
        _ => Ok(Made { config: Arc::new(config(tls, http2)?), stamps, looked_at }),
    }
}

fn stamps(tls: &Tls) -> Vec<Stamp> {
    let identity =
        tls.identity.iter().flat_map(|identity| [Some(&identity.certificate), identity.key.as_ref()]);
    tls.ca_file.iter().chain(identity.flatten()).map(|path| stamp(path)).collect()
}

fn stamp(path: &str) -> Stamp {
    let facts = fs::metadata(path).ok()?;
    Some((facts.dev(), facts.ino(), facts.size(), facts.ctime(), facts.ctime_nsec()))
}
