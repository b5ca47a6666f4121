//! Several senders of one PostgreSQL, as real processes: one joins, one is killed, one is stopped, the database goes
//! away. Counted at the endpoint: nothing is lost, what was in flight is repeated and no more, and there are never
//! more requests at once than an endpoint has slots.

mod alerts;
mod clocks;
mod counting;
mod expiry;
mod failover;
mod full_disk;
mod intake;
mod on_terminal;
mod orphans;
mod outages;
mod pacing;
mod probes;
mod rounds;
mod shares;
mod silence;
mod snapshot;
mod tls;
mod troubles;
mod versions;

use std::process::Command;
use std::time::{Duration, Instant};

use ringback::storage::postgres::{Address, PgStore};
use serde_json::Value;

use crate::support::cli::{Place, Running, ran};
use crate::support::postgres::{Cluster, Database, cluster};
use crate::support::recorder::events;
use counting::Counting;
use intake::Intake;

/// How long a sender may send unless it renews its lease. Shorter than usual: what a test waits for is mostly that.
const LEASE: Duration = Duration::from_secs(2);

/// The requests that one endpoint may have at once.
const SLOTS: usize = 16;

/// The longest that anything is waited for.
const DEADLINE: Duration = Duration::from_mins(1);

/// A database, an endpoint, and the program on them.
struct Fleet {
    place: Place,
    database: Database,
    /// The address that the program is given.
    url: String,
    /// The server that has the database now.
    primary: &'static Cluster,
    endpoint: Counting,
    profile: String,
}

impl Fleet {
    /// Nobody sends yet. None where PostgreSQL is not installed.
    fn new(delay: Duration) -> Option<Self> {
        cluster().map(|cluster| Self::on(cluster, delay))
    }

    /// The same on this server.
    fn on(cluster: &'static Cluster, delay: Duration) -> Self {
        Self::with(cluster, Counting::start(delay))
    }

    /// The same with this endpoint.
    fn with(cluster: &'static Cluster, endpoint: Counting) -> Self {
        Self::of(cluster, new_database(cluster, "template0"), endpoint)
    }

    /// The same with this database.
    fn of(cluster: &'static Cluster, database: Database, endpoint: Counting) -> Self {
        database.sql(&format!("UPDATE ringback.meta SET lease_ms = {}", LEASE.as_millis()));
        let (place, primary) = (Place::new(), cluster);
        let (url, profile) = (database.url(), String::new());
        let mut fleet = Self { place, database, url, primary, endpoint, profile };
        let file = fleet.place.file("profile.json", &fleet.endpoint.profile().to_string());
        let applied = ran(fleet.command(&["profiles", "apply", &file]));
        assert_eq!(applied.code, Some(0), "{applied:?}");
        applied.out.trim().clone_into(&mut fleet.profile);
        fleet
    }

    /// The program on this database.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", &self.url);
        command
    }

    /// What statements print.
    fn sql(&self, text: &str) -> String {
        self.primary.sql(self.database.name(), text)
    }

    /// Accepts so many events.
    fn accept(&self, start: &str, count: usize) {
        let file = self.place.file(&format!("{start}.ndjson"), &events(&self.profile, start, count));
        let sent = ran(self.command(&["send", "--from", &file, "--no-wait"]));
        assert!(sent.out.starts_with(&format!("{count} accepted: ")) && sent.code == Some(0), "{sent:?}");
    }

    /// Starts a sender, and waits until it is one of so many.
    fn join(&self, senders: usize) -> Running {
        let sender = Running::start(self.command(&["work", "--json"]));
        self.wait_for_senders(senders);
        sender
    }

    fn senders(&self) -> Vec<Value> {
        let listed = ran(self.command(&["senders", "--json"]));
        assert_eq!(listed.code, Some(0), "{listed:?}");
        listed.json().as_array().cloned().unwrap()
    }

    fn wait_for_senders(&self, count: usize) {
        wait(&format!("{count} senders"), || {
            self.sql("SELECT count(*) FROM ringback.sender WHERE seen_until > now()") == count.to_string()
        });
    }

    fn pending(&self) -> String {
        self.sql("SELECT count(*) FROM ringback.pending")
    }

    /// Waits until so many deliveries have arrived.
    #[track_caller]
    fn wait_for_requests(&self, count: usize) {
        wait(&format!("{count} deliveries arrive"), || self.endpoint.counts().times.len() >= count);
    }

    /// Waits until so many deliveries have been accepted.
    #[track_caller]
    fn wait_for_accepted(&self, count: usize) {
        wait(&format!("{count} deliveries are accepted"), || {
            self.sql("SELECT count(*) FROM ringback.delivery").parse::<usize>().unwrap() >= count
        });
    }

    /// The numbers of the command are those of a scan of the log.
    #[track_caller]
    fn check_numbers(&self) {
        let stats = ran(self.command(&["stats", "--since", "1d", "--by", "total", "--json"]));
        assert_eq!(stats.code, Some(0), "{stats:?}");
        let row = stats.json()["rows"][0].clone();
        let scanned = self.sql(
            "SELECT (SELECT count(*) FROM ringback.delivery), (SELECT count(*) FROM ringback.ended WHERE state = 2),
                 (SELECT count(*) FROM ringback.ended WHERE state = 3), (SELECT count(*) FROM ringback.ended WHERE state = 4),
                 (SELECT count(*) FROM ringback.pending), (SELECT count(*) FROM ringback.attempt)",
        );
        let numbers = ["accepted", "delivered", "failed", "cancelled", "pending", "attempts"];
        let told = numbers.map(|number| row[number].to_string()).join("|");
        assert_eq!(told, scanned, "{row}");
        let folded = self.sql("SELECT count(*) FROM ringback.rollup");
        println!("{told} in {folded} rollups");
    }

    /// Waits until all that was accepted has ended.
    fn wait_until_idle(&self) {
        wait("all deliveries end", || self.pending() == "0");
    }
}

/// A new database with the schema, as a copy of this one.
fn new_database(cluster: &'static Cluster, template: &str) -> Database {
    let database = cluster.database(template);
    let drafts = tempfile::tempdir().unwrap();
    let store = PgStore::new(Address::parse(&database.url()).unwrap(), Some(drafts.path().join("drafts.db")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(store.migrate()).unwrap();
    database
}

/// Waits until it is so.
#[track_caller]
fn wait(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}: not within {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
