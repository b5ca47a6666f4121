//! Opens the connections of a client: resolves, checks, dials, secures.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::connect_stage::ConnectStage;
use super::connection::Conn;
use super::connection_limit::{ConnectionLimit, Slot};
use super::dial::{Dialled, dial};
use super::egress_filter::{EgressFilter, NoAddress};
use super::local_trouble::LocalTrouble;
use super::reachability::Reachability;
use super::request_tracker::RequestTracker;
use super::target::Target;
use crate::record::Phase;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NotConnected {
    #[error(transparent)]
    NoAddress(#[from] NoAddress),
    #[error("no connection to {0}")]
    Dial(SocketAddr, #[source] std::io::Error),
    #[error("no secure connection to {0}")]
    Secure(SocketAddr, #[source] std::io::Error),
    #[error("{0} cannot be the name of a server")]
    Name(String),
    /// The endpoint is not at fault.
    #[error(transparent)]
    Local(#[from] LocalTrouble),
}

/// Opens connections. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    pub egress: EgressFilter,
    pub connections: Arc<ConnectionLimit>,
    pub reachability: Arc<Reachability>,
    /// For https; without it only plain connections.
    pub tls: Option<TlsConnector>,
}

impl Connector {
    /// Whether a connection may use HTTP/2.
    pub fn offers_http2(&self) -> bool {
        let offered = self.tls.iter().flat_map(|tls| &tls.config().alpn_protocols);
        offered.into_iter().any(|protocol| protocol == b"h2")
    }

    /// The addresses of a host, unless this machine has a problem.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NotConnected> {
        let began = Instant::now();
        match self.egress.addresses(host).await {
            Ok(addresses) => {
                if host.parse::<IpAddr>().is_err() {
                    self.reachability.resolved(host, &addresses);
                }
                Ok(addresses)
            }
            Err(no_address) => {
                let trouble = self.reachability.of_lookup(host, began, &no_address, &self.egress).await;
                Err(trouble.map_or(NotConnected::NoAddress(no_address), NotConnected::Local))
            }
        }
    }

    /// A new connection. `tracker` records the progress.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn connect(&self, to: &Target, tracker: &mut RequestTracker) -> Result<Conn, NotConnected> {
        let RequestTracker { stage, clock, .. } = tracker;
        // An IPv6 address is in brackets.
        let host = to.authority.host().trim_matches(['[', ']']);
        *stage = ConnectStage::Looking;
        if host.parse::<IpAddr>().is_err() {
            clock.begin(Phase::Dns);
        }
        let addresses = self.addresses(host).await?;
        *stage = ConnectStage::Room;
        clock.end();
        // Until one of them is connected, the head start of those before it included: it is time that they cost.
        let dialling = |address| {
            *stage = ConnectStage::Dialling(address);
            clock.begin(Phase::Connect);
        };
        let dialled = dial(&addresses, to.port(), &self.connections, dialling).await;
        let Dialled { stream, address, room } = dialled.map_err(|failed| {
            match self.reachability.of_dial(host, failed.address, &failed.error) {
                Some(trouble) => NotConnected::Local(trouble),
                None => NotConnected::Dial(failed.address, failed.error),
            }
        })?;
        self.reachability.reached(address.ip());
        let slot = Slot::new(&self.connections, room);
        let Some(tls) = self.tls.as_ref().filter(|_| to.is_secure) else {
            return Ok(Conn::plain(stream, address, slot));
        };
        *stage = ConnectStage::Securing(address);
        clock.begin(Phase::Tls);
        // Certificates contain no trailing dot.
        let name = host.strip_suffix('.').unwrap_or(host).to_owned();
        let name = ServerName::try_from(name).map_err(|_| NotConnected::Name(host.to_owned()))?;
        let secured = tls.connect(name, stream).await;
        let stream = secured.map_err(|error| NotConnected::Secure(address, error))?;
        Ok(Conn::secured(stream, address, slot))
    }
}
