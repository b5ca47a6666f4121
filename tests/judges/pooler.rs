//! `PgBouncer` between the program and `PostgreSQL`: everything works in session mode, and in the other modes nothing
//! is done, and said why.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::cli::{Place, Ran, Running, ran};
use crate::support::console::PROGRAM;
use crate::support::needs;
use crate::support::postgres::{Database, as_nobody, cluster, free_port};
use crate::support::recorder::{Recorder, events};
use crate::support::terminal::{Launch, Terminal};
use serde_json::json;
use tokio_postgres::{Client, NoTls};

/// How long the pooler may take to start.
const START: Duration = Duration::from_secs(30);

/// A database, and a pooler before it.
struct Pooled {
    place: Place,
    database: Database,
    port: u16,
    pooler: Child,
}

impl Pooled {
    /// A database with the schema, behind a pooler with these settings. None where a program is missing.
    fn start(settings: &str) -> Option<Self> {
        let (cluster, program) = (cluster()?, needs::program("pgbouncer")?);
        let (place, port) = (Place::new(), free_port());
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=ringback\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\n{settings}\n",
            cluster.port(),
        );
        // It runs as somebody who cannot look into the folder of the test.
        let script = r#"
            settings=$1; shift
            "$@" -q /dev/fd/3 3<"$settings" &
            pooler=$!
            read -r _ || :
            kill $pooler
            wait $pooler
        "#;
        let settings = place.file("pgbouncer.ini", &settings);
        let pooler = as_nobody(&program);
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh", &settings]).arg(pooler.get_program()).args(pooler.get_args());
        let pooler = shell.current_dir("/").stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let site = Self { place, database: cluster.database("template0"), port, pooler };
        let until = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "the pooler does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut direct = site.command(&["doctor", "--migrate"]);
        direct.env("RINGBACK_DB", site.database.url());
        assert_eq!(ran(direct).code, Some(0));
        Some(site)
    }

    fn url(&self) -> String {
        format!("postgres://ringback@127.0.0.1:{}/{}", self.port, self.database.name())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", self.url());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args))
    }

    fn console(&self) -> Terminal {
        // Nobody listens on the first of its addresses.
        let url = self.url().replace('@', "@127.0.0.1:1,");
        Terminal::start(Launch::new(PROGRAM).args(["--db", &url]).size(120, 36))
    }

    /// A connection of another program through the pooler.
    async fn stranger(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        drop(self.pooler.stdin.take());
        let _ = self.pooler.wait();
    }
}

#[test]
fn everything_works_through_a_pooler_in_session_mode() {
    let Some(pooled) = Pooled::start("pool_mode = session") else { return };
    let endpoint = Recorder::taking();
    let file = pooled.place.file("profile.json", &endpoint.profile(0).to_string());
    let applied = pooled.run(&["profiles", "apply", &file]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let id = applied.out.trim();
    let file = pooled.place.file("events.ndjson", &events(id, "a-", 300));
    let sent = pooled.run(&["send", "--from", &file, "--no-wait"]);
    assert!(sent.out.starts_with("300 accepted: ") && sent.code == Some(0), "{sent:?}");
    let _sender = Running::start(pooled.command(&["work", "--json"]));
    endpoint.wait("all deliveries", |book| book.len() == 300);
    let senders = pooled.run(&["senders", "--json"]).json();
    assert_eq!(senders.as_array().map(Vec::len), Some(1), "{senders}");
    // The command waits until the sender has delivered it.
    let sent = pooled.run(&["send", id]);
    assert!(sent.out.ends_with("delivered\n") && sent.code == Some(0), "{sent:?}");
    let found = pooled.run(&["doctor", "--json"]).json();
    let database = found["findings"].as_array().unwrap().iter().find(|found| found["topic"] == "database");
    assert_eq!(database.unwrap()["state"], json!("ok"), "{found:#}");
    let migrated = pooled.run(&["doctor", "--migrate"]);
    assert!(migrated.out.contains("nothing to migrate"), "{migrated:?}");
    // Commands that send leave before they end.
    let senders = pooled.run(&["senders", "--json"]).json();
    assert_eq!(senders.as_array().map(Vec::len), Some(1), "{senders}");
    let console = pooled.console();
    console.wait_for("Order SMS");
    console.wait_for("sender ●");
    console.wait_for(&format!(" on 127.0.0.1:{} ", pooled.port));
}

#[tokio::test]
async fn a_pooler_that_shares_sessions_is_refused_before_anything_is_set() {
    for mode in ["transaction", "statement"] {
        let Some(pooled) = Pooled::start(&format!("pool_mode = {mode}")) else { return };
        // Others use it at the same time.
        let other = pooled.stranger().await;
        other.simple_query("SELECT 1").await.unwrap();
        let why =
            ["is behind a connection pooler in transaction or statement mode", "set pool_mode = session"];
        for args in [
            &["work"][..],
            &["send", "IN_00000000000000000000000000000000"],
            &["senders"],
            &["deliveries", "list"],
        ] {
            pooled.run(args).refused(2, &why);
        }
        let found = pooled.run(&["doctor"]);
        assert_eq!(found.code, Some(1), "{found:?}");
        assert!(why.iter().all(|why| found.out.contains(why)), "{found:?}");
        let console = pooled.console();
        console.wait_for("✗ no database");
        console.wait_for("is behind a");
        // The sessions that were used are as they were.
        let changed = "SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'session' AND name NOT IN \
                       ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')";
        for _ in 0..10 {
            let rows = other.simple_query(changed).await.unwrap();
            let set = rows.iter().find_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            });
            assert_eq!(set, None, "{mode}");
        }
    }
}

#[tokio::test]
async fn a_pooler_without_a_free_session_is_not_waited_for() {
    let Some(pooled) = Pooled::start("pool_mode = session\ndefault_pool_size = 1") else { return };
    let other = pooled.stranger().await;
    other.simple_query("SELECT 1").await.unwrap();
    pooled.run(&["senders"]).refused(1, &["serves none of them: check its host, raise the pool size"]);
}
