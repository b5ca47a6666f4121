//! Decides whether a failure is the endpoint's or this machine's: an unreachable host looks the same as no network,
//! and an unresolvable name the same as no name server.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::egress_filter::{EgressFilter, NoAddress};
use super::local_trouble::LocalTrouble;

/// This many different unreachable hosts, with none reached in between, mean that the network is unreachable.
const HOSTS: usize = 2;

/// How long a control name, which resolved before, may take to resolve again.
const CONTROL: Duration = Duration::from_secs(2);

/// The state of the network, for all threads.
#[derive(Debug)]
pub struct Reachability {
    state: Mutex<State>,
    /// A host could not be reached since the last one was.
    doubted: AtomicBool,
    routes: Routes,
}

/// Queries the system for routes.
#[derive(Debug, Clone, Copy)]
struct Routes {
    /// Whether there is a route to the internet.
    any: fn() -> bool,
    /// Whether there is a route to this address.
    to: fn(SocketAddr) -> bool,
}

#[derive(Debug, Default)]
struct State {
    /// Hosts that could not be reached since the last one was.
    unreachable: HashSet<String>,
    /// The last two names that resolved, and when; the latest one last.
    resolved: VecDeque<(String, Instant)>,
}

impl Default for Reachability {
    fn default() -> Self {
        Self::with(Routes { any: has_route, to: leads_to })
    }
}

impl Reachability {
    fn with(routes: Routes) -> Self {
        Self { state: Mutex::default(), doubted: AtomicBool::new(false), routes }
    }

    /// Something at this address has responded.
    pub fn reached(&self, ip: IpAddr) {
        if self.doubted.load(Ordering::Relaxed) && !is_own(ip) {
            self.state().unreachable.clear();
            self.doubted.store(false, Ordering::Relaxed);
        }
    }

    /// A name resolved to these addresses. Names of this machine need no name server.
    pub fn resolved(&self, host: &str, addresses: &[IpAddr]) {
        if addresses.iter().all(|ip| is_own(*ip)) {
            return;
        }
        let mut state = self.state();
        state.resolved.retain(|(name, _)| name != host);
        state.resolved.push_back((host.to_owned(), Instant::now()));
        if state.resolved.len() > 2 {
            state.resolved.pop_front();
        }
    }

    /// The problem of this machine behind a connection to a host that failed at all of its addresses; this is the
    /// most informative error.
    pub fn of_dial(&self, host: &str, address: SocketAddr, error: &io::Error) -> Option<LocalTrouble> {
        if let Some(trouble) = LocalTrouble::of(error) {
            return Some(trouble);
        }
        match Errno::from_io_error(error)? {
            // TCP ports are exhausted. Without a source address, UDP gets the same error.
            Errno::ADDRNOTAVAIL if (self.routes.to)(address) => Some(LocalTrouble::Ports),
            Errno::CONNREFUSED | Errno::CONNRESET => {
                self.reached(address.ip());
                None
            }
            // Of these, a route with reject, prohibit or blackhole gives HOSTUNREACH, ACCESS and INVAL, and a
            // firewall ACCESS and PERM. IPv6 without a source address gives ADDRNOTAVAIL.
            errno @ (Errno::NETUNREACH
            | Errno::NETDOWN
            | Errno::ADDRNOTAVAIL
            | Errno::HOSTUNREACH
            | Errno::ACCESS
            | Errno::PERM
            | Errno::INVAL) => {
                // In a network without a route to the internet one host may be down, and the others not.
                let is_off = errno == Errno::HOSTUNREACH && (self.routes.to)(address);
                let no_route = if is_own(address.ip()) {
                    // With IPv6 disabled, this machine reaches itself over IPv4 only.
                    errno != Errno::ADDRNOTAVAIL || !(self.routes.to)((Ipv4Addr::LOCALHOST, 9).into())
                } else {
                    !is_off && !(self.routes.any)()
                };
                let counts = match errno {
                    // A machine without IPv6 reaches no host that has only IPv6.
                    Errno::NETUNREACH | Errno::NETDOWN | Errno::ADDRNOTAVAIL => address.is_ipv4(),
                    // A meaningless address, such as a link-local one without a link, gives it too.
                    Errno::INVAL => false,
                    _ => true,
                };
                (no_route || counts && self.is_alone(host)).then_some(LocalTrouble::NoRoute)
            }
            _ => None,
        }
    }

    /// Records an unreachable host, and returns whether it is the only one.
    fn is_alone(&self, host: &str) -> bool {
        self.doubted.store(true, Ordering::Relaxed);
        let mut state = self.state();
        if state.unreachable.len() < HOSTS {
            state.unreachable.insert(host.to_owned());
        }
        state.unreachable.len() >= HOSTS
    }

    /// The problem of this machine behind a failed look-up that started at this time.
    pub async fn of_lookup(
        &self,
        host: &str,
        began: Instant,
        no_address: &NoAddress,
        egress: &EgressFilter,
    ) -> Option<LocalTrouble> {
        match no_address {
            NoAddress::NoResolver(_) => self.of_silence(host, began, egress).await,
            NoAddress::Local(_, error) => LocalTrouble::of(error).or_else(|| {
                (Errno::from_io_error(error) == Some(Errno::AGAIN)).then_some(LocalTrouble::Threads)
            }),
            NoAddress::Refused(_) | NoAddress::Unresolved(_) => None,
        }
    }

    /// The problem of this machine behind a look-up without a response that started at this time. It is the name's
    /// own if other names resolve: one that resolved before is resolved again to find out.
    pub async fn of_silence(
        &self,
        host: &str,
        began: Instant,
        egress: &EgressFilter,
    ) -> Option<LocalTrouble> {
        if !(self.routes.any)() {
            return Some(LocalTrouble::NoRoute);
        }
        let other = self.state().resolved.iter().rev().find(|(name, _)| name != host).cloned();
        let Some((other, at)) = other else { return Some(LocalTrouble::NoResolver) };
        if at >= began {
            return None;
        }
        let found = tokio::time::timeout(CONTROL, egress.addresses(&other)).await;
        match found {
            Ok(Ok(_) | Err(NoAddress::Refused(_) | NoAddress::Unresolved(_))) => None,
            Ok(Err(NoAddress::NoResolver(_) | NoAddress::Local(..))) | Err(_) => {
                Some(LocalTrouble::NoResolver)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an address belongs to this machine, so that reaching it says nothing about the network.
fn is_own(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Whether there is a route to the internet, over IPv4 or IPv6: the system is asked for one to documentation
/// addresses (RFC 5737, RFC 3849), and nothing is sent.
fn has_route() -> bool {
    leads_to((Ipv4Addr::new(192, 0, 2, 1), 9).into())
        || leads_to((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into())
}

/// Whether there is a route to an address, and a source address. True if that cannot be determined.
fn leads_to(address: SocketAddr) -> bool {
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    match UdpSocket::bind((any, 0)) {
        Ok(socket) => socket.connect(address).is_ok(),
        Err(error) => LocalTrouble::of(&error).is_some(),
    }
}

#[cfg(test)]
mod tests;
