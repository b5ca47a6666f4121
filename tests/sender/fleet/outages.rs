//! The database goes away, and comes back.

use super::*;
use crate::support::cli::On;
use crate::support::postgres::{QUICK, binaries};

/// A server of this test's own: others need theirs.
pub fn own_server() -> Option<&'static Cluster> {
    cluster()?;
    binaries().map(|bin| &*Box::leak(Box::new(Cluster::start(&bin, &QUICK))))
}

/// Kills a process of the server. It then ends all others, and recovers the database from its log: waits for that.
fn crash(database: &Database) {
    let checkpointer = || {
        let sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
        database.cluster().try_sql(database.name(), sql).unwrap_or_default()
    };
    let before = checkpointer();
    let pid = database.sql("SELECT min(pid) FROM pg_stat_activity WHERE application_name LIKE 'ringback/%'");
    let killed = Command::new("kill").args(["-9", &pid]).status().unwrap();
    assert!(killed.success(), "kill -9 {pid}");
    wait("the server recovers", || !["", &before].contains(&checkpointer().as_str()));
}

const EVENTS: usize = 800;

/// Every process of the server loses its connections, and the server recovers as after a crash.
#[test]
fn senders_resume_by_themselves_after_a_crash_of_the_server() {
    let Some(server) = own_server() else { return };
    let fleet = Fleet::on(server, Duration::from_millis(20));
    let _senders = (fleet.join(1), fleet.join(2));
    fleet.accept("a-", EVENTS);
    fleet.wait_for_requests(EVENTS / 4);
    crash(&fleet.database);
    fleet.wait_until_idle();
    fleet.accept("b-", EVENTS / 4);
    fleet.wait_until_idle();
    fleet.wait_for_senders(2);
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    assert_eq!(counts.times.len(), EVENTS + EVENTS / 4, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    // A claim that the crash has lost is made again while its request is in flight.
    assert!(counts.repeated() <= u32::try_from(4 * SLOTS).unwrap(), "{} were repeated", counts.repeated());
}

/// For how long the server is stopped: longer than a lease, and than what is repeated without a word.
const STOPPED: Duration = Duration::from_secs(20);

/// Events that are pending when it is stopped.
const PENDING: usize = 2000;

#[test]
fn all_wait_for_a_server_that_is_stopped_say_why_and_continue() {
    let Some(server) = own_server() else { return };
    let fleet = Fleet::on(server, Duration::from_millis(20));
    fleet.accept("a-", PENDING);
    let mut senders = [fleet.join(1), Running::start(fleet.command(&["work", "--until-idle", "--json"]))];
    fleet.wait_for_senders(2);
    let intake = Intake::start(&fleet);
    fleet.wait_for_requests(EVENTS / 4);
    fleet.wait_for_accepted(PENDING + 1);
    server.stop();
    let stopped_at = Instant::now();
    for sender in &senders {
        println!("{}", sender.line(On::Err, "cannot be reached"));
    }
    println!("{}", intake.says("waiting for the database: postgres://"));
    std::thread::sleep(STOPPED.saturating_sub(stopped_at.elapsed()));
    server.start_again();
    intake.says("the database can be used again");
    for sender in &senders {
        sender.line(On::Err, "sender recovered");
    }
    let said = intake.end();
    assert_eq!((said.code, said.accepted.len()), (Some(0), said.written), "{:#?}", said.errors);
    assert_eq!(senders[1].code(), Some(0), "{:#?}", senders[1].rest_of_errors());
    fleet.wait_until_idle();
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    assert!(said.accepted.iter().all(|id| counts.times.contains_key(id)), "something is lost");
    assert_eq!(counts.times.len(), PENDING + said.written, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    assert!(counts.repeated() <= u32::try_from(4 * SLOTS).unwrap(), "{} were repeated", counts.repeated());
}
