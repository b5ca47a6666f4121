//! One client for each way in which profiles secure their connections.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ClientConfig;
use tokio_rustls::TlsConnector;

use super::client::Client;
use super::connector::Connector;
use super::reachability::Reachability;
use super::sockets::Sockets;
use crate::delivery::guard::Guard;
use crate::delivery::tls::{Configs, TlsFault};
use crate::profile::Tls;

/// Kept at most.
const MOST: usize = 256;

/// The clients of one runtime.
pub(in crate::delivery) struct Clients {
    guard: Guard,
    configs: Arc<Configs>,
    /// Those of all runtimes, and so is what follows.
    sockets: Arc<Sockets>,
    reachability: Arc<Reachability>,
    /// For http.
    plain: Client,
    /// For https; each with what it secures its connections with.
    secure: Mutex<HashMap<(Tls, bool), Secure>>,
}

type Secure = (Arc<ClientConfig>, Client);

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Clients {
    pub fn new(guard: Guard) -> Self {
        Self::with(guard, Arc::default(), Arc::default(), Arc::default())
    }

    /// Those that read the files of profiles so.
    #[cfg(test)]
    pub fn with_configs(guard: Guard, configs: Configs) -> Self {
        Self::with(guard, Arc::new(configs), Arc::default(), Arc::default())
    }

    /// Others with connections of their own, within the same bound.
    pub fn beside(&self) -> Self {
        let (sockets, reachability) = (Arc::clone(&self.sockets), Arc::clone(&self.reachability));
        Self::with(self.guard.clone(), Arc::clone(&self.configs), sockets, reachability)
    }

    fn with(
        guard: Guard,
        configs: Arc<Configs>,
        sockets: Arc<Sockets>,
        reachability: Arc<Reachability>,
    ) -> Self {
        let connector = Connector { guard, sockets, reachability, tls: None };
        let plain = Client::new(&connector);
        let Connector { guard, sockets, reachability, .. } = connector;
        Self { guard, configs, sockets, reachability, plain, secure: Mutex::default() }
    }

    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    pub fn reachability(&self) -> &Reachability {
        &self.reachability
    }

    /// The client for plain connections.
    pub fn plain(&self) -> &Client {
        &self.plain
    }

    /// The client for secured connections. When a file of the profile's TLS has changed it is a new
    /// one, with new connections; the old ones end with what is under way over them.
    pub async fn secure(&self, tls: &Tls, http2: bool) -> Result<Client, TlsFault> {
        let config = self.configs.get(tls, http2).await?;
        let mut all = self.secure.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tls.clone(), http2);
        if let Some((made_with, client)) = all.get(&key)
            && Arc::ptr_eq(made_with, &config)
        {
            return Ok(client.clone());
        }
        if all.len() >= MOST {
            all.clear();
        }
        let tls = Some(TlsConnector::from(Arc::clone(&config)));
        let (sockets, reachability) = (Arc::clone(&self.sockets), Arc::clone(&self.reachability));
        let client = Client::new(&Connector { guard: self.guard.clone(), sockets, reachability, tls });
        all.insert(key, (config, client.clone()));
        Ok(client)
    }
}
