//! Checks every address before it is dialled.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use url::Url;

use super::known_names::KnownNames;
use super::resolver::{LookupError, Resolver, SystemResolver};
use crate::profile::network::{Network, Refused};

/// Why no address of a host is dialled.
#[derive(Debug, thiserror::Error)]
pub enum NoAddress {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the name {0} does not resolve")]
    Unresolved(String),
    /// No name server returned a result for it.
    #[error("the name servers for {0} do not respond, or report a failure (SERVFAIL, REFUSED)")]
    NoResolver(String),
    /// This machine lacks the resources for a look-up.
    #[error("the name {0} cannot be looked up: {1}")]
    Local(String, #[source] Arc<io::Error>),
}

/// Checks addresses according to the settings. Cheap to clone.
#[derive(Clone)]
pub struct EgressFilter {
    network: Arc<Network>,
    resolver: Arc<dyn Resolver>,
    known: Arc<KnownNames>,
}

impl fmt::Debug for EgressFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressFilter").field("network", &self.network).finish_non_exhaustive()
    }
}

impl EgressFilter {
    pub fn new(network: Arc<Network>) -> Self {
        Self::with_resolver(network, Arc::new(SystemResolver::default()))
    }

    pub fn with_resolver(network: Arc<Network>, resolver: Arc<dyn Resolver>) -> Self {
        Self { network, resolver, known: Arc::default() }
    }

    /// The names that resolved recently.
    pub fn known_names(&self) -> Arc<KnownNames> {
        Arc::clone(&self.known)
    }

    /// Checks the address in a URL; a name as such.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        self.network.judge_url(url)
    }

    /// The addresses of a host, given as an address or a name, that may be dialled.
    ///
    /// # Errors
    /// There is none.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NoAddress> {
        if let Ok(address) = host.parse::<IpAddr>() {
            self.network.judge(None, address)?;
            return Ok(vec![address]);
        }
        self.network.judge_name(host)?;
        let unresolved = || NoAddress::Unresolved(host.to_owned());
        let asking = self.known.ask(host, Instant::now());
        let found = self.resolver.find(host).await.map_err(|error| match error {
            LookupError::NoSuchName => unresolved(),
            LookupError::NoServer => NoAddress::NoResolver(host.to_owned()),
            LookupError::Local(error) => NoAddress::Local(host.to_owned(), error),
        })?;
        asking.resolved(Instant::now());
        let mut refused = None;
        let mut open = Vec::new();
        for address in found {
            match self.network.judge(Some(host), address) {
                Ok(()) => open.push(address),
                Err(why) => refused = Some(why),
            }
        }
        match (open.is_empty(), refused) {
            (false, _) => Ok(open),
            (true, Some(why)) => Err(why.into()),
            (true, None) => Err(unresolved()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::future::BoxFuture;

    use super::*;
    use crate::profile::network::{NetworkEntry, Reach};

    /// Names as served by the owner of a domain.
    struct Zone(Mutex<Vec<IpAddr>>);

    impl Resolver for Zone {
        fn find<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
            Box::pin(async { Ok(self.0.lock().unwrap().clone()) })
        }
    }

    async fn dialled(network: &Network, host: &str, found: &[&str]) -> Result<Vec<String>, String> {
        let found = found.iter().map(|text| text.parse().unwrap()).collect();
        let egress =
            EgressFilter::with_resolver(Arc::new(network.clone()), Arc::new(Zone(Mutex::new(found))));
        let open = egress.addresses(host).await.map_err(|no_address| no_address.to_string())?;
        Ok(open.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn only_what_may_be_dialled_is_left_of_an_answer() {
        let operator = Network::default();
        let public = Network {
            reach: Reach::Public,
            allow: vec![NetworkEntry::parse("intern.example").unwrap()],
            deny: vec![NetworkEntry::parse(".bad.example").unwrap()],
        };
        let mixed = ["8.8.8.8", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"];
        assert_eq!(
            dialled(&operator, "x.example", &mixed).await.unwrap(),
            ["8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1"]
        );
        assert_eq!(dialled(&public, "x.example", &mixed).await.unwrap(), ["8.8.8.8"]);
        assert_eq!(dialled(&public, "intern.example", &mixed).await.unwrap().len(), 3);
        let why = dialled(&public, "x.example", &mixed[1..]).await.unwrap_err();
        assert!(why.contains("loopback"), "the last one is told: {why}");
        let why = dialled(&public, "x.bad.example", &["8.8.8.8"]).await.unwrap_err();
        assert_eq!(why, "x.bad.example is refused: network_deny has \".bad.example\"");
        let why = dialled(&public, "x.example", &[]).await.unwrap_err();
        assert_eq!(why, "the name x.example does not resolve");
    }

    #[tokio::test]
    async fn an_address_is_judged_without_asking_for_it() {
        let why = dialled(&Network::default(), "fe80::1", &["8.8.8.8"]).await.unwrap_err();
        assert_eq!(why, "fe80::1 is link-local, which is never dialled");
    }
}
