//! Resolves names: on separate threads, one look-up per name at a time, since the system's look-up blocks its thread
//! for as long as a name server is silent.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::descriptors::Shares;
use super::single_flight::{NotRun, SingleFlight};

/// Finds the addresses of names.
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of a host, in dialling order.
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>>;
}

/// Why a name has no addresses.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LookupError {
    /// There is no such name, or it has no address.
    #[error("it does not resolve")]
    NoSuchName,
    /// No name server returned a result. The system does not say whether they were silent, or reported a failure,
    /// possibly for this one name.
    #[error("its name servers do not respond, or report a failure (SERVFAIL, REFUSED)")]
    NoServer,
    /// This machine lacks the resources for a look-up: descriptors, memory, threads.
    #[error("it cannot be looked up: {0}")]
    Local(#[source] Arc<io::Error>),
}

/// The result of a look-up.
type Found = Result<Vec<IpAddr>, LookupError>;

impl From<NotRun> for LookupError {
    fn from(why: NotRun) -> Self {
        Self::Local(match why {
            NotRun::NoThread(error) => Arc::new(error.errno().into()),
            NotRun::BrokeOff => Arc::new(io::Error::other("the look-up was aborted")),
        })
    }
}

/// The system's resolver. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SystemResolver(SingleFlight<String, Vec<IpAddr>, LookupError>);

impl Default for SystemResolver {
    fn default() -> Self {
        Self(SingleFlight::new("look-up", Shares::now().lookups, |host: &String| system(host)))
    }
}

impl Resolver for SystemResolver {
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Found> {
        Box::pin(async move { self.0.get(&host.to_owned()).await })
    }
}

/// Asks the system. Blocks.
fn system(host: &str) -> Found {
    use dns_lookup::{AddrInfoHints, LookupErrorKind as Kind, SockType, getaddrinfo};

    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    match getaddrinfo(Some(host), None, Some(hints)) {
        Ok(found) => {
            let mut addresses = Vec::new();
            for info in found {
                let ip = info.map_err(|error| LookupError::Local(Arc::new(error)))?.sockaddr.ip();
                if !addresses.contains(&ip) {
                    addresses.push(ip);
                }
            }
            Ok(addresses)
        }
        Err(error) => Err(match error.kind() {
            Kind::Again => LookupError::NoServer,
            Kind::Memory | Kind::System | Kind::IO => LookupError::Local(Arc::new(error.into())),
            _ => LookupError::NoSuchName,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_is_asked() {
        let found = SystemResolver::default().find("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
        let mut once = found.clone();
        once.dedup();
        assert_eq!(found, once);
    }
}
