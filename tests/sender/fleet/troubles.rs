//! What a server may refuse while a sender works: each is a sentence of its own, and the sender continues once it is
//! over.

use std::cell::Cell;

use super::*;
use crate::support::cli::On;

/// Events that are pending when one of these begins.
const EVENTS: usize = 200;

/// The role of the sender; the server asks it for a password.
const ROLE: &str = "guarded";

/// Closes the connections of the sender: it must connect anew.
const CUT: &str = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'guarded'";

#[test]
fn a_sender_says_what_the_server_refuses_and_continues_afterwards() {
    let Some(cluster) = cluster() else { return };
    let mut fleet = Fleet::on(cluster, Duration::from_millis(20));
    let name = fleet.database.name().to_owned();
    fleet.sql(&format!(
        "CREATE ROLE {ROLE} LOGIN PASSWORD 's3cret';
         GRANT ALL ON SCHEMA ringback TO {ROLE};
         GRANT ALL ON ALL TABLES IN SCHEMA ringback TO {ROLE};
         GRANT ALL ON ALL SEQUENCES IN SCHEMA ringback TO {ROLE}"
    ));
    fleet.url = format!("postgres://{ROLE}:s3cret@127.0.0.1:{}/{name}?sslmode=disable", cluster.port());
    let sender = fleet.join(1);
    let admin = |sql: &str| cluster.sql("postgres", sql);
    let accepted = Cell::new(0);
    let accept = || {
        fleet.accept(&format!("{}-", accepted.get()), EVENTS);
        accepted.set(accepted.get() + EVENTS);
    };
    let meet = |begin: &str, sentence: &str, end: &str| {
        accept();
        admin(begin);
        admin(CUT);
        let line = sender.line(On::Err, sentence);
        println!("{line}");
        assert!(!line.contains("s3cret") && !line.contains("please report"), "{line}");
        admin(end);
        sender.line(On::Err, "sender recovered");
    };
    let database = |what: &str| format!("ALTER DATABASE {name} {what}");
    meet(
        &database("SET default_transaction_read_only = on"),
        "can only be read: it is a standby, or set to read-only",
        &database("RESET default_transaction_read_only"),
    );
    meet(
        &database("CONNECTION LIMIT 0"),
        "has no connection left: close other programs",
        &database("CONNECTION LIMIT -1"),
    );
    meet(
        &database("ALLOW_CONNECTIONS false"),
        "takes no connections now (database",
        &database("ALLOW_CONNECTIONS true"),
    );
    meet(
        &format!("ALTER ROLE {ROLE} PASSWORD 'another'"),
        "refused the user (password authentication failed",
        &format!("ALTER ROLE {ROLE} PASSWORD 's3cret'"),
    );
    fleet.sql(&format!("REVOKE UPDATE ON ringback.pending FROM {ROLE}"));
    accept();
    sender.line(On::Err, "does not allow this user enough (permission denied for table pending)");
    fleet.sql(&format!("GRANT UPDATE ON ringback.pending TO {ROLE}"));
    sender.line(On::Err, "sender recovered");
    fleet.wait_until_idle();
    {
        let counts = fleet.endpoint.counts();
        println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
        assert_eq!(counts.times.len(), accepted.get(), "nothing is lost");
        assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
        let most = u32::try_from(5 * SLOTS).unwrap();
        assert!(counts.repeated() <= most, "{} were repeated", counts.repeated());
    }
    drop(sender);
    fleet.sql(&format!("DROP OWNED BY {ROLE}; DROP ROLE {ROLE}"));
}
