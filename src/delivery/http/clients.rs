//! The HTTP clients of one thread, with their own connections.
//!
//! Over HTTP/1.1 a response does not say which request it belongs to. If an endpoint sends an unsolicited one at the
//! moment when the next request is written, it is taken for the response to that request. So each profile has its own
//! client: its endpoint can deceive no other profile, whatever host they share. Over HTTP/2 a response identifies its
//! request, and profiles share connections.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ClientConfig;
use tokio_rustls::TlsConnector;

use super::client::Client;
use super::connection_limit::ConnectionLimit;
use super::connector::{Connector, NotConnected};
use super::egress_filter::EgressFilter;
use super::http1_hosts::Http1Hosts;
use super::reachability::Reachability;
use super::request_tracker::RequestTracker;
use super::target::Target;
use super::tls::{Configs, TlsFault};
use super::tls_session::TlsSession;
use crate::delivery::hash::FastMap;
use crate::profile::{ProfileId, Tls};

/// Unused clients are looked for when there are more than this.
const FEW: usize = 64;

/// Why nothing is known about TLS with an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum NoSession {
    /// The TLS settings cannot be used.
    #[error(transparent)]
    Fault(#[from] TlsFault),
    /// There is no connection.
    #[error(transparent)]
    NotConnected(#[from] NotConnected),
}

/// The clients of one runtime.
pub struct Clients {
    egress: EgressFilter,
    configs: Arc<Configs>,
    /// Shared by all runtimes, like the fields below.
    connections: Arc<ConnectionLimit>,
    reachability: Arc<Reachability>,
    http1_hosts: Arc<Http1Hosts>,
    kept: Mutex<Kept>,
}

/// The clients that are kept.
#[derive(Default)]
struct Kept {
    /// Clients of one profile each.
    own: FastMap<ProfileId, Vec<Entry>>,
    /// Clients shared by all profiles.
    shared: Vec<Entry>,
    /// Their number, and the number at which unused ones are dropped.
    count: usize,
    sweep_at: usize,
}

/// For https: the TLS settings, and whether HTTP/2 is offered.
type Secured<'a> = Option<(&'a Tls, bool)>;

struct Entry {
    secured: Option<(Tls, bool)>,
    client: Arc<Client>,
    /// Built from its TLS files.
    config: Option<Arc<ClientConfig>>,
}

impl Entry {
    fn is_for(&self, secured: Secured<'_>) -> bool {
        self.secured.as_ref().map(|(tls, http2)| (tls, *http2)) == secured
    }

    /// Whether a request uses it, or it keeps connections for the next.
    fn is_used(&self) -> bool {
        Arc::strong_count(&self.client) > 1 || self.client.keeps_connections()
    }

    fn is_made_with(&self, config: Option<&Arc<ClientConfig>>) -> bool {
        self.config.as_ref().map(Arc::as_ptr) == config.map(Arc::as_ptr)
    }
}

impl Kept {
    /// Drops unused ones: their connections are closed by now.
    fn sweep(&mut self) {
        self.shared.retain(Entry::is_used);
        self.own.values_mut().for_each(|all| all.retain(Entry::is_used));
        self.own.retain(|_, all| !all.is_empty());
        self.count = self.shared.len() + self.own.values().map(Vec::len).sum::<usize>();
        self.sweep_at = (self.count * 2).max(FEW);
    }
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

    /// Clients with this filter and these TLS configurations.
    pub fn reading(egress: EgressFilter, configs: Configs) -> Self {
        Self {
            egress,
            configs: Arc::new(configs),
            connections: Arc::default(),
            reachability: Arc::default(),
            http1_hosts: Arc::default(),
            kept: Mutex::new(Kept { sweep_at: FEW, ..Kept::default() }),
        }
    }

    /// Others with their own connections, within the same limit.
    pub fn beside(&self) -> Self {
        Self {
            egress: self.egress.clone(),
            configs: Arc::clone(&self.configs),
            connections: Arc::clone(&self.connections),
            reachability: Arc::clone(&self.reachability),
            http1_hosts: Arc::clone(&self.http1_hosts),
            kept: Mutex::new(Kept { sweep_at: FEW, ..Kept::default() }),
        }
    }

    pub fn egress(&self) -> &EgressFilter {
        &self.egress
    }

    pub fn reachability(&self) -> &Reachability {
        &self.reachability
    }

    /// The client for requests of this owner to its endpoint, and whether it may offer HTTP/2. When one of its TLS
    /// files has changed it is a new one, with new connections; the old ones end with their requests in flight.
    pub async fn of(
        &self,
        owner: &ProfileId,
        (tls, http2): (&Tls, bool),
        to: &Target,
    ) -> Result<Arc<Client>, TlsFault> {
        let is_secure = to.is_secure;
        let config = if is_secure { Some(Box::pin(self.configs.get(tls, http2)).await?) } else { None };
        let is_shared = is_secure && http2 && !self.http1_hosts.contains(&to.authority);
        let secured = is_secure.then_some((tls, http2));
        Ok(self.kept((!is_shared).then_some(owner), secured, config))
    }

    /// A client for one request over HTTP/1.1 that does not belong to a profile, such as for a token shared by
    /// several profiles.
    pub async fn for_one_request(&self, tls: &Tls, to: &Target) -> Result<Client, TlsFault> {
        let config = if to.is_secure { Some(self.configs.get(tls, false).await?) } else { None };
        Ok(Client::keeping_none(&self.connector(config)))
    }

    /// Opens a connection as for a request of a profile, and closes it: what was negotiated; none without TLS.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn tls_session(
        &self,
        (tls, http2): (&Tls, bool),
        to: &Target,
    ) -> Result<Option<TlsSession>, NoSession> {
        let config = if to.is_secure { Some(self.configs.get(tls, http2).await?) } else { return Ok(None) };
        let connection = self.connector(config).connect(to, &mut RequestTracker::default()).await?;
        Ok(connection.tls_session())
    }

    /// The client of an owner, or the shared one.
    fn kept(
        &self,
        owner: Option<&ProfileId>,
        secured: Secured<'_>,
        config: Option<Arc<ClientConfig>>,
    ) -> Arc<Client> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { own, shared, .. } = &mut *kept;
        let mut of_owner = match owner {
            Some(owner) => own.get_mut(owner),
            None => Some(shared),
        };
        let known = of_owner.as_mut().and_then(|all| all.iter_mut().find(|entry| entry.is_for(secured)));
        if let Some(entry) = known {
            if !entry.is_made_with(config.as_ref()) {
                // The old one ends with its requests in flight.
                entry.client = self.client(owner.is_some(), config.clone());
                entry.config = config;
            }
            return Arc::clone(&entry.client);
        }
        if kept.count >= kept.sweep_at {
            kept.sweep();
        }
        let client = self.client(owner.is_some(), config.clone());
        let secured = secured.map(|(tls, http2)| (tls.clone(), http2));
        let entry = Entry { secured, client: Arc::clone(&client), config };
        match owner {
            Some(owner) => kept.own.entry(owner.clone()).or_default().push(entry),
            None => kept.shared.push(entry),
        }
        kept.count += 1;
        client
    }

    fn client(&self, is_own: bool, config: Option<Arc<ClientConfig>>) -> Arc<Client> {
        let connector = self.connector(config);
        Arc::new(if is_own { Client::new(&connector) } else { Client::shared(&connector, &self.http1_hosts) })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Region;

    #[tokio::test]
    async fn a_client_that_is_in_use_is_kept_and_others_without_connections_are_not() {
        let clients = Clients::new(EgressFilter::new(Arc::default()));
        let owner = || ProfileId::new(Region::In, uuid::Uuid::new_v4());
        let used_by = owner();
        let used = clients.kept(Some(&used_by), None, None);
        for _ in 0..10 * FEW {
            clients.kept(Some(&owner()), None, None);
        }
        assert!(clients.kept.lock().unwrap().count <= 2 * FEW);
        assert!(Arc::ptr_eq(&used, &clients.kept(Some(&used_by), None, None)));
    }
}
