//! The hosts of an address: each is tried on its own, with its own time limit.
//!
//! The library tries hosts one after the other, too, but waits without an end for a server that accepts a connection
//! and says nothing, and does not say which one it has connected to.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::config::{Host, LoadBalanceHosts};
use tokio_postgres::{Client, Config, Connection, Socket};

use crate::clock;
use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::address::{self, Address};
use crate::storage::postgres::connection::tls::{self, TlsStream};
use crate::storage::server_problem::ServerProblem;
use crate::threads;

/// No host was connected to yet.
const NONE: usize = usize::MAX;

/// The hosts of an address.
pub struct Hosts {
    address: Address,
    all: Vec<OneHost>,
    /// The one that was connected to last, which is tried first.
    last: AtomicUsize,
}

/// A connection that was made.
pub struct Reached {
    /// For statements.
    pub client: Client,
    /// Its other half, which must be polled.
    pub connection: Connection<Socket, TlsStream>,
    /// The place of its host in the address.
    pub host: usize,
}

struct OneHost {
    config: Config,
    name: String,
}

impl Hosts {
    /// Those of this address, in its order.
    pub fn of(address: Address) -> Self {
        let config = &address.config;
        let names = address::hosts(config);
        let all = names.into_iter().enumerate();
        let all = all.map(|(at, name)| OneHost { config: only(config, at), name }).collect();
        Self { address, all, last: AtomicUsize::new(NONE) }
    }

    /// The name of the one that was connected to last.
    pub fn connected(&self) -> Option<&str> {
        self.all.get(self.last.load(Ordering::Relaxed)).map(|host| &*host.name)
    }

    /// The address of all of them.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A connection to the first one that can be used. Nothing of it is set.
    ///
    /// # Errors
    /// None can be used. Of several reasons the one that says most.
    pub async fn open(&self) -> Result<Reached, StoreError> {
        let mut failed: Option<StoreError> = None;
        for at in self.order() {
            let error = match self.open_at(at).await {
                Ok(reached) => {
                    self.last.store(at, Ordering::Relaxed);
                    return Ok(reached);
                }
                Err(error) => error,
            };
            if failed.as_ref().is_none_or(|known| is_vague(known) || !is_vague(&error)) {
                failed = Some(error);
            }
        }
        Err(failed.unwrap_or_else(no_host))
    }

    /// A connection to the host at this place in the address.
    ///
    /// # Errors
    /// It cannot be used.
    pub async fn open_at(&self, host: usize) -> Result<Reached, StoreError> {
        // Looking up a name takes a thread of the runtime, which panics where the system gives none.
        threads::probe().map_err(Problem::NoThread)?;
        let connector = tls::connector(&self.address)?;
        let Some(OneHost { config, .. }) = self.all.get(host) else { return Err(no_host()) };
        let connecting = tokio::time::timeout(self.address.ready, config.connect(connector));
        let (client, connection) = connecting.await.map_err(|_| ServerProblem::NoSession)??;
        Ok(Reached { client, connection, host })
    }

    /// The one that was connected to last, and all others in their order, or from any one on where that is wished.
    fn order(&self) -> impl Iterator<Item = usize> {
        let last = self.last.load(Ordering::Relaxed);
        let count = self.all.len();
        let is_spread = self
            .all
            .first()
            .is_some_and(|host| host.config.get_load_balance_hosts() == LoadBalanceHosts::Random);
        let chance = usize::try_from(clock::now().subsec_nanosecond()).unwrap_or(0) / 1000;
        let start = if is_spread { chance.checked_rem(count).unwrap_or(0) } else { 0 };
        let others = (start..count).chain(0..start).filter(move |at| *at != last);
        (last != NONE).then_some(last).into_iter().chain(others)
    }
}

fn no_host() -> StoreError {
    ServerProblem::Url("it names no host".to_owned()).into()
}

/// Whether an error says only that a host cannot be reached.
fn is_vague(error: &StoreError) -> bool {
    matches!(error.problem, Problem::Server(ServerProblem::Away(_) | ServerProblem::NoSession))
}

/// The same configuration with this host alone.
fn only(config: &Config, at: usize) -> Config {
    let mut one = Config::new();
    match config.get_hosts().get(at) {
        Some(Host::Tcp(name)) => one.host(name),
        Some(Host::Unix(path)) => one.host_path(path),
        None => &mut one,
    };
    if let Some(address) = config.get_hostaddrs().get(at) {
        one.hostaddr(*address);
    }
    let ports = config.get_ports();
    if let Some(port) = ports.get(at).or(ports.first()) {
        one.port(*port);
    }
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(database) = config.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(application) = config.get_application_name() {
        one.application_name(application);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(timeout) = config.get_connect_timeout() {
        one.connect_timeout(*timeout);
    }
    if let Some(timeout) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs())
        .load_balance_hosts(config.get_load_balance_hosts());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        text.parse().unwrap()
    }

    fn hosts(url: &str) -> Hosts {
        Hosts::of(Address::parse(url).unwrap())
    }

    #[test]
    fn each_host_has_all_that_is_set() {
        let options = "connect_timeout=7&keepalives_idle=11&target_session_attrs=read-write&application_name=x\
                       &options=-c%20jit%3Doff&channel_binding=require&load_balance_hosts=random&sslmode=require";
        let all = config(&format!("postgres://me:s3cret@db1,db2:6432,%2Frun%2Fpg/log?{options}"));
        for (at, of) in ["db1:5432", "db2:6432", "%2Frun%2Fpg:5432"].into_iter().enumerate() {
            // The library compares everything that is set.
            assert_eq!(only(&all, at), config(&format!("postgres://me:s3cret@{of}/log?{options}")), "{of}");
        }
        assert_eq!(only(&config("host=db1,db2 port=7777 user=me"), 1), config("host=db2 port=7777 user=me"));
        let addresses = config("hostaddr=10.0.0.1,10.0.0.2 host=db1,db2 user=me");
        assert_eq!(only(&addresses, 1), config("hostaddr=10.0.0.2 host=db2 user=me"));
    }

    #[test]
    fn the_host_that_was_connected_to_last_is_first() {
        let three = hosts("postgres://me@db1,db2:6432,db3/log");
        assert_eq!((three.order().collect::<Vec<_>>(), three.connected()), (vec![0, 1, 2], None));
        three.last.store(1, Ordering::Relaxed);
        assert_eq!((three.order().collect::<Vec<_>>(), three.connected()), (vec![1, 0, 2], Some("db2:6432")));
        let spread = hosts("postgres://me@db1,db2/log?load_balance_hosts=random");
        let mut order: Vec<usize> = spread.order().collect();
        order.sort_unstable();
        assert_eq!(order, [0, 1]);
    }
}
