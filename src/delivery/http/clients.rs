//! The HTTP clients of one thread, each with connections of its own.
//!
//! Over HTTP/1.1 nothing says which request a response is for. An endpoint that sends one unasked, at the
//! moment when the next request is written, is taken for the response of that one. So each profile has a
//! client of its own: its endpoint can deceive no other profile, whatever host they share. Over HTTP/2 a
//! response names its request, and profiles share connections.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rustls::ClientConfig;
use tokio_rustls::TlsConnector;

use super::bounds::IDLE_TIMEOUT;
use super::client::Client;
use super::connection_limit::ConnectionLimit;
use super::connector::Connector;
use super::egress_filter::EgressFilter;
use super::http1_hosts::Http1Hosts;
use super::reachability::Reachability;
use super::target::Target;
use super::tls::{Configs, TlsFault};
use crate::profile::{ProfileId, Tls};

/// So many clients are kept before those that are not in use are looked for.
const FEW: usize = 64;

/// The clients of one runtime.
pub struct Clients {
    egress: EgressFilter,
    configs: Arc<Configs>,
    /// Those of all runtimes, and so is what follows.
    connections: Arc<ConnectionLimit>,
    reachability: Arc<Reachability>,
    http1_hosts: Arc<Http1Hosts>,
    kept: Mutex<Kept>,
}

/// The clients that are kept.
struct Kept {
    all: HashMap<Key, Entry>,
    /// When there are so many, those that are not in use are dropped.
    sweep_at: usize,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    /// Whose requests it sends; none where all profiles share it.
    owner: Option<ProfileId>,
    /// For https, and whether HTTP/2 is offered.
    secured: Option<(Tls, bool)>,
}

struct Entry {
    client: Arc<Client>,
    /// What its connections are secured with.
    config: Option<Arc<ClientConfig>>,
    used_at: Instant,
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").field("egress", &self.egress).finish_non_exhaustive()
    }
}

impl Clients {
    pub fn new(egress: EgressFilter) -> Self {
        Self::reading(egress, Configs::default())
    }

    /// Those that secure their connections with what is read so.
    pub fn reading(egress: EgressFilter, configs: Configs) -> Self {
        Self {
            egress,
            configs: Arc::new(configs),
            connections: Arc::default(),
            reachability: Arc::default(),
            http1_hosts: Arc::default(),
            kept: Mutex::new(Kept { all: HashMap::new(), sweep_at: FEW }),
        }
    }

    /// Others with connections of their own, within the same bound.
    pub fn beside(&self) -> Self {
        Self {
            egress: self.egress.clone(),
            configs: Arc::clone(&self.configs),
            connections: Arc::clone(&self.connections),
            reachability: Arc::clone(&self.reachability),
            http1_hosts: Arc::clone(&self.http1_hosts),
            kept: Mutex::new(Kept { all: HashMap::new(), sweep_at: FEW }),
        }
    }

    pub fn egress(&self) -> &EgressFilter {
        &self.egress
    }

    pub fn reachability(&self) -> &Reachability {
        &self.reachability
    }

    /// The client for requests of this owner to its endpoint, and whether it may offer HTTP/2. When a file
    /// of its TLS has changed it is a new one, with new connections; the old ones end with what is in flight
    /// over them.
    pub async fn of(
        &self,
        owner: &ProfileId,
        (tls, http2): (&Tls, bool),
        to: &Target,
    ) -> Result<Arc<Client>, TlsFault> {
        let is_secure = to.is_secure;
        let config = if is_secure { Some(self.configs.get(tls, http2).await?) } else { None };
        let is_shared = is_secure && http2 && !self.http1_hosts.contains(&to.authority);
        let key = Key {
            owner: (!is_shared).then(|| owner.clone()),
            secured: is_secure.then(|| (tls.clone(), http2)),
        };
        Ok(self.kept(key, config))
    }

    /// A client for one request over HTTP/1.1 that is no profile's own, such as for a token that several
    /// profiles use.
    pub async fn for_one_request(&self, tls: &Tls, to: &Target) -> Result<Client, TlsFault> {
        let config = if to.is_secure { Some(self.configs.get(tls, false).await?) } else { None };
        Ok(Client::keeping_none(&self.connector(config)))
    }

    fn kept(&self, key: Key, config: Option<Arc<ClientConfig>>) -> Arc<Client> {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let made_with = |entry: &Entry| entry.config.as_ref().map(Arc::as_ptr);
        if let Some(entry) = kept.all.get_mut(&key)
            && made_with(entry) == config.as_ref().map(Arc::as_ptr)
        {
            entry.used_at = now;
            return Arc::clone(&entry.client);
        }
        if kept.all.len() >= kept.sweep_at {
            // Their connections are closed by now.
            kept.all.retain(|_, entry| now.saturating_duration_since(entry.used_at) < IDLE_TIMEOUT);
            kept.sweep_at = (kept.all.len() * 2).max(FEW);
        }
        let connector = self.connector(config.clone());
        let client = Arc::new(match &key.owner {
            Some(_) => Client::new(&connector),
            None => Client::shared(&connector, &self.http1_hosts),
        });
        kept.all.insert(key, Entry { client: Arc::clone(&client), config, used_at: now });
        client
    }

    fn connector(&self, config: Option<Arc<ClientConfig>>) -> Connector {
        Connector {
            egress: self.egress.clone(),
            connections: Arc::clone(&self.connections),
            reachability: Arc::clone(&self.reachability),
            tls: config.map(TlsConnector::from),
        }
    }
}
