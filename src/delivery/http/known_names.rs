//! Names that resolved recently. An attempt to any other name may wait for a silent name server until it times out,
//! so the scheduler starts only one of them at a time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// How long a name is known after it resolved. Connections in use are replaced sooner, and their names resolved for
/// that.
const LATELY: Duration = Duration::from_mins(2);

/// After this time, a pending look-up makes a known name doubtful.
const DOUBT: Duration = Duration::from_secs(1);

/// The maximum number of entries.
const MAX_ENTRIES: usize = 1 << 16;

/// The names, shared by resolvers and the scheduler.
#[derive(Debug)]
pub struct KnownNames {
    names: Mutex<HashMap<String, Name>>,
    /// Changes when a name becomes known.
    changes: watch::Sender<()>,
}

#[derive(Debug, Clone, Copy)]
struct Name {
    resolved_at: Instant,
    /// Since when it is being resolved again.
    asked_at: Option<Instant>,
}

impl Name {
    fn is_known(&self, now: Instant) -> bool {
        let since = |at: Instant| now.saturating_duration_since(at);
        since(self.resolved_at) < LATELY && self.asked_at.is_none_or(|at| since(at) < DOUBT)
    }
}

impl Default for KnownNames {
    fn default() -> Self {
        Self { names: Mutex::default(), changes: watch::Sender::new(()) }
    }
}

impl KnownNames {
    /// Whether a name resolved recently, and no look-up of it has been pending for long.
    pub fn contains(&self, name: &str, now: Instant) -> bool {
        self.names().get(name).is_some_and(|name| name.is_known(now))
    }

    /// Changes when a name becomes known.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Starts a look-up. If it is dropped without an address, the name is no longer known.
    pub fn ask<'a>(&'a self, name: &'a str, now: Instant) -> Asking<'a> {
        if let Some(name) = self.names().get_mut(name) {
            name.asked_at.get_or_insert(now);
        }
        Asking { known: self, name, resolved: false }
    }

    fn learn(&self, name: &str, now: Instant) {
        let mut names = self.names();
        if names.len() >= MAX_ENTRIES && !names.contains_key(name) {
            names.retain(|_, name| name.is_known(now));
            if names.len() >= MAX_ENTRIES {
                names.clear();
            }
        }
        let learned = Name { resolved_at: now, asked_at: None };
        let before = match names.get_mut(name) {
            Some(known) => Some(std::mem::replace(known, learned)),
            None => names.insert(name.to_owned(), learned),
        };
        drop(names);
        if !before.is_some_and(|name| name.is_known(now)) {
            self.changes.send_replace(());
        }
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look-up in flight.
pub struct Asking<'a> {
    known: &'a KnownNames,
    name: &'a str,
    resolved: bool,
}

impl Asking<'_> {
    /// It has found an address.
    pub fn resolved(mut self, now: Instant) {
        self.resolved = true;
        self.known.learn(self.name, now);
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.resolved {
            self.known.names().remove(self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_name_is_known_from_its_first_address_on_until_a_look_up_fails_or_takes_long() {
        let (known, now) = (KnownNames::default(), Instant::now());
        let mut changes = known.changes();
        let asking = known.ask("a.example", now);
        assert!(!known.contains("a.example", now));
        asking.resolved(now + MS);
        assert!(known.contains("a.example", now + MS) && changes.has_changed().unwrap());
        changes.mark_unchanged();
        let asking = known.ask("a.example", now + MS * 10);
        assert!(known.contains("a.example", now + MS * 900), "it is looked up");
        assert!(!known.contains("a.example", now + MS * 1010), "and takes long");
        asking.resolved(now + MS * 900);
        assert!(known.contains("a.example", now + MS * 1010) && !changes.has_changed().unwrap());
        assert!(!known.contains("a.example", now + MS * 900 + LATELY), "that was long ago");
        drop(known.ask("a.example", now + MS * 1100));
        assert!(!known.contains("a.example", now + MS * 1100), "it failed");
        known.ask("a.example", now).resolved(now);
        assert!(changes.has_changed().unwrap());
    }

    #[test]
    fn few_are_kept() {
        let (known, now) = (KnownNames::default(), Instant::now());
        for n in 0..=MAX_ENTRIES {
            known.ask(&n.to_string(), now).resolved(now);
        }
        assert!(known.names().len() <= MAX_ENTRIES && known.contains(&MAX_ENTRIES.to_string(), now));
    }
}
