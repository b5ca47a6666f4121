//! Makes the connections of a client: looks up, judges, dials, secures.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::course::{Stage, Stages};
use super::dial::{Dialled, dial};
use super::reachability::Reachability;
use super::sockets::{Slot, Sockets};
use super::wire::Wire;
use crate::delivery::guard::{Closed, Guard};
use crate::delivery::local_trouble::LocalTrouble;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(in crate::delivery) enum NotConnected {
    #[error(transparent)]
    Closed(#[from] Closed),
    #[error("no connection to {0}")]
    Dial(SocketAddr, #[source] std::io::Error),
    #[error("no secure connection to {0}")]
    Secure(SocketAddr, #[source] std::io::Error),
    #[error("{0} cannot be the name of a server")]
    Name(String),
    /// It is not the endpoint's fault.
    #[error(transparent)]
    Local(#[from] LocalTrouble),
}

/// Makes connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Connector {
    pub guard: Guard,
    pub sockets: Arc<Sockets>,
    pub reachability: Arc<Reachability>,
    /// For https; plain connections only without it.
    pub tls: Option<TlsConnector>,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Wire>;
    type Error = NotConnected;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        // Here, and not when it is polled: that may be done for another request's sake.
        let stages = Stages::of_this_request();
        let connector = self.clone();
        Box::pin(async move { connector.connect(&to, &stages).await.map(TokioIo::new) })
    }
}

impl Connector {
    /// Whether a connection may speak HTTP/2.
    pub fn offers_http2(&self) -> bool {
        let offered = self.tls.iter().flat_map(|tls| &tls.config().alpn_protocols);
        offered.into_iter().any(|protocol| protocol == b"h2")
    }

    /// The addresses of a host, unless this machine is in trouble.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NotConnected> {
        let began = Instant::now();
        match self.guard.addresses(host).await {
            Ok(addresses) => {
                if host.parse::<IpAddr>().is_err() {
                    self.reachability.resolved(host, &addresses);
                }
                Ok(addresses)
            }
            Err(closed) => {
                let trouble = self.reachability.of_lookup(host, began, &closed, &self.guard).await;
                Err(trouble.map_or(NotConnected::Closed(closed), NotConnected::Local))
            }
        }
    }

    async fn connect(&self, to: &Uri, stages: &Stages) -> Result<Wire, NotConnected> {
        let is_secure = to.scheme_str() == Some("https");
        // An IPv6 address stands in brackets.
        let host = to.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = to.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        stages.set(Stage::Looking);
        let addresses = self.addresses(host).await?;
        stages.set(Stage::Room);
        let dialling = |address| stages.set(Stage::Dialling(address));
        let dialled = dial(&addresses, port, &self.sockets, dialling).await;
        let Dialled { stream, address, room } = dialled.map_err(|failed| {
            match self.reachability.of_dial(host, failed.address, &failed.error) {
                Some(trouble) => NotConnected::Local(trouble),
                None => NotConnected::Dial(failed.address, failed.error),
            }
        })?;
        self.reachability.reached(address.ip());
        let slot = Slot::new(&self.sockets, room);
        let Some(tls) = self.tls.as_ref().filter(|_| is_secure) else {
            return Ok(Wire::plain(stream, address, slot));
        };
        stages.set(Stage::Securing(address));
        // A certificate names no dot at the end.
        let name = host.strip_suffix('.').unwrap_or(host).to_owned();
        let name = ServerName::try_from(name).map_err(|_| NotConnected::Name(host.to_owned()))?;
        let secured = tls.connect(name, stream).await;
        let stream = secured.map_err(|error| NotConnected::Secure(address, error))?;
        Ok(Wire::secured(stream, address, slot))
    }
}
