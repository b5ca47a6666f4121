use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::*;
use crate::delivery::http::resolver::{LookupError, Resolver};

/// The internet is reachable.
const CONNECTED: Routes = Routes { any: || true, to: |_| true };

/// It is not.
const OFFLINE: Routes = Routes { any: || false, to: |_| false };

/// A network without a route to the internet.
const ISLAND: Routes = Routes { any: || false, to: |_| true };

fn dial(reachability: &Reachability, host: &str, address: &str, errno: Errno) -> Option<LocalTrouble> {
    reachability.of_dial(host, address.parse().unwrap(), &errno.into())
}

#[test]
fn what_has_run_out_is_trouble_of_this_machine() {
    let reachability = Reachability::with(CONNECTED);
    let found = |errno| dial(&reachability, "a.example", "8.8.8.8:80", errno);
    assert_eq!(found(Errno::MFILE), Some(LocalTrouble::Descriptors));
    assert_eq!(found(Errno::NFILE), Some(LocalTrouble::Descriptors));
    assert_eq!(found(Errno::NOBUFS), Some(LocalTrouble::Memory));
    assert_eq!(found(Errno::NOMEM), Some(LocalTrouble::Memory));
    assert_eq!(found(Errno::TIMEDOUT), None);
    let ports = dial(&reachability, "127.0.0.1", "127.0.0.1:80", Errno::ADDRNOTAVAIL);
    assert_eq!(ports, Some(LocalTrouble::Ports), "there is a way to that address");
}

#[test]
fn without_a_route_no_host_is_to_blame() {
    let reachability = Reachability::with(OFFLINE);
    let errors = [
        Errno::NETUNREACH,
        Errno::NETDOWN,
        Errno::ADDRNOTAVAIL,
        Errno::HOSTUNREACH,
        Errno::ACCESS,
        Errno::PERM,
        Errno::INVAL,
    ];
    for errno in errors {
        for address in ["8.8.8.8:80", "[2001:db8::1]:80"] {
            let found = dial(&reachability, "a", address, errno);
            assert_eq!(found, Some(LocalTrouble::NoRoute), "{errno:?} of {address}");
        }
    }
    assert_eq!(
        dial(&Reachability::with(ISLAND), "a", "192.168.0.9:80", Errno::HOSTUNREACH),
        None,
        "one host of a network without a way out may be off"
    );
    assert_eq!(dial(&reachability, "b", "127.0.0.1:80", Errno::NETUNREACH), Some(LocalTrouble::NoRoute));
}

#[test]
fn one_host_that_is_off_has_failed_and_two_without_another_that_responds_have_not() {
    let reachability = Reachability::with(CONNECTED);
    let off = |host| dial(&reachability, host, "192.168.0.9:80", Errno::HOSTUNREACH);
    assert_eq!((off("a"), off("a")), (None, None));
    assert_eq!((off("b"), off("a")), (Some(LocalTrouble::NoRoute), Some(LocalTrouble::NoRoute)));
    reachability.reached([127, 0, 0, 1].into());
    assert_eq!(off("a"), Some(LocalTrouble::NoRoute), "this machine itself says nothing");
    reachability.reached([192, 168, 0, 7].into());
    assert_eq!(off("a"), None);
    assert_eq!(dial(&reachability, "c", "192.168.0.7:80", Errno::CONNREFUSED), None);
    assert_eq!(off("b"), None, "a host that refuses was reached");
}

/// IPv4 works: a host with only IPv6 does fail.
#[test]
fn a_machine_without_ipv6_reaches_no_host_that_has_nothing_else() {
    let reachability = Reachability::with(Routes { any: || true, to: |address| address.is_ipv4() });
    for errno in [Errno::NETUNREACH, Errno::ADDRNOTAVAIL] {
        for host in ["a", "b", "c"] {
            assert_eq!(dial(&reachability, host, "[2001:db8::1]:80", errno), None, "{errno:?}");
        }
    }
    let itself = |reachability| dial(reachability, "localhost", "[::1]:80", Errno::ADDRNOTAVAIL);
    assert_eq!(itself(&reachability), None, "IPv6 is turned off");
    let down = Reachability::with(OFFLINE);
    assert_eq!(itself(&down), Some(LocalTrouble::NoRoute), "the loopback interface is down");
}

#[test]
fn a_firewall_that_lets_nothing_out_is_trouble_of_this_machine() {
    for errno in [Errno::PERM, Errno::ACCESS] {
        let reachability = Reachability::with(CONNECTED);
        let refused = |host| dial(&reachability, host, "8.8.8.8:80", errno);
        assert_eq!(refused("a"), None, "it may be about that host");
        assert_eq!(refused("b"), Some(LocalTrouble::NoRoute));
        assert_eq!(dial(&reachability, "c", "127.0.0.1:80", errno), Some(LocalTrouble::NoRoute));
    }
    let reachability = Reachability::with(CONNECTED);
    let senseless = |host| dial(&reachability, host, "[fe80::1]:80", Errno::INVAL);
    assert_eq!((senseless("a"), senseless("b")), (None, None));
}

/// A name server: unknown names get no response.
struct Zone(Mutex<HashMap<String, IpAddr>>);

impl Resolver for Zone {
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        let found = self.0.lock().unwrap().get(host).map(|ip| vec![*ip]);
        Box::pin(async move { found.ok_or(LookupError::NoServer) })
    }
}

#[tokio::test]
async fn a_name_without_response_is_to_blame_only_if_others_resolve() {
    let (here, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([8, 8, 8, 8]));
    let zone = Arc::new(Zone(Mutex::new([("other.example".to_owned(), other)].into())));
    let egress = EgressFilter::with_resolver(Arc::default(), Arc::clone(&zone) as Arc<dyn Resolver>);
    let reachability = Reachability::with(CONNECTED);
    let began = Instant::now();
    let silent = || reachability.of_silence("silent.example", began, &egress);
    assert_eq!(silent().await, Some(LocalTrouble::NoResolver), "nothing has ever resolved");
    reachability.resolved("localhost", &[here]);
    assert_eq!(silent().await, Some(LocalTrouble::NoResolver), "that needs no name server");
    reachability.resolved("other.example", &[other]);
    assert_eq!(silent().await, None, "it has resolved since");
    let later = reachability.of_silence("silent.example", Instant::now(), &egress);
    assert_eq!(later.await, None, "it resolves again");
    zone.0.lock().unwrap().clear();
    let later = reachability.of_silence("silent.example", Instant::now(), &egress);
    assert_eq!(later.await, Some(LocalTrouble::NoResolver), "it no longer does");
    let offline = Reachability::with(OFFLINE);
    assert_eq!(offline.of_silence("silent.example", began, &egress).await, Some(LocalTrouble::NoRoute));
}
