//! `work` and `send --from` on a terminal while the server refuses it or is silent: the progress line neither ends nor delays anything.

use super::silence::{Network, over};
use super::*;
use crate::support::terminal::{Launch, Terminal};

/// Events that are accepted afterwards.
const EVENTS: usize = 20;

/// The role of the sender; the server asks it for a password.
const ROLE: &str = "on_terminal";

/// So many that they are not all sent when all are accepted.
const MANY: usize = 4000;

fn start(args: &[&str], url: &str) -> Terminal {
    let launch = Launch::new(env!("CARGO_BIN_EXE_ringback")).args(args).env("RINGBACK_DB", url);
    Terminal::start(launch.size(250, 24).patience(Duration::from_secs(30)))
}

fn work(url: &str) -> Terminal {
    let terminal = start(&["work"], url);
    terminal.wait_for("0 queued · 0 waiting · 0 in flight");
    terminal
}

#[test]
fn work_on_a_terminal_continues_after_the_server_refused_it() {
    let Some(cluster) = cluster() else { return };
    let fleet = Fleet::on(cluster, Duration::ZERO);
    let name = fleet.database.name().to_owned();
    fleet.sql(&format!(
        "CREATE ROLE {ROLE} LOGIN PASSWORD 's3cret';
         GRANT ALL ON SCHEMA ringback TO {ROLE};
         GRANT ALL ON ALL TABLES IN SCHEMA ringback TO {ROLE};
         GRANT ALL ON ALL SEQUENCES IN SCHEMA ringback TO {ROLE}"
    ));
    let terminal =
        work(&format!("postgres://{ROLE}:s3cret@127.0.0.1:{}/{name}?sslmode=disable", cluster.port()));
    cluster.sql("postgres", &format!("ALTER ROLE {ROLE} PASSWORD 'another'"));
    let cut =
        format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '{ROLE}'");
    // Something is to be counted.
    fleet.accept("b-", 1);
    wait("the refusal is reported", || {
        // One that was just connecting is not among them.
        cluster.sql("postgres", &cut);
        terminal.find("refused the user (password authentication failed").is_some()
    });
    terminal.wait_for("counts unknown");
    cluster.sql("postgres", &format!("ALTER ROLE {ROLE} PASSWORD 's3cret'"));
    terminal.wait_for("sender recovered");
    fleet.wait_until_idle();
    fleet.accept("a-", EVENTS);
    fleet.wait_until_idle();
    terminal.wait_for("0 queued · 0 waiting");
    assert!(fleet.endpoint.counts().times.len() == EVENTS + 1, "nothing is lost");
    terminal.signal("TERM");
    assert_eq!(terminal.wait_exit(), 0, "{}", terminal.screen());
    fleet.sql(&format!("DROP OWNED BY {ROLE}; DROP ROLE {ROLE}"));
}

#[test]
fn work_on_a_terminal_reports_a_silent_server_meanwhile() {
    let Some(cluster) = cluster() else { return };
    let network = Network::to(cluster.port());
    let Some(fleet) = over(&[&network]) else { return };
    let terminal = work(&fleet.url);
    network.falls_silent();
    terminal.wait_for("ringback: ");
    terminal.wait_for("counts unknown");
    network.works();
    terminal.wait_for("sender recovered");
    terminal.wait_for("0 queued · 0 waiting");
    fleet.accept("a-", EVENTS);
    terminal.wait_for(&format!("{EVENTS} delivered"));
    terminal.signal("TERM");
    assert_eq!(terminal.wait_exit(), 0, "{}", terminal.screen());
}

#[test]
fn send_on_a_terminal_reports_a_silent_server_meanwhile() {
    let Some(cluster) = cluster() else { return };
    let network = Network::to(cluster.port());
    let Some(fleet) = over(&[&network]) else { return };
    let file = fleet.place.file("many.ndjson", &events(&fleet.profile, "a-", MANY));
    let terminal = start(&["send", "--from", &file], &fleet.url);
    // All were accepted: nothing but its polls needs the database, besides the sender.
    terminal.wait_for(&format!("of {MANY}"));
    network.falls_silent();
    terminal.wait_for("ringback: ");
    network.works();
    terminal.wait_for(&format!("{MANY} delivered"));
    assert_eq!(terminal.wait_exit(), 0, "{}", terminal.screen());
}
