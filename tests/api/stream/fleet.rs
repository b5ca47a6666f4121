//! The stream of a database on a server, on which several processes send.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};

use super::{STREAM, Stream, attempt_id};
use crate::on_server::OnServer;
use crate::support::cli::Running;
use crate::support::postgres::{Database, cluster};
use crate::support::recorder::{Recorder, events};

/// A session with the server that stays open.
struct Session {
    psql: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Session {
    fn open(database: &Database) -> Self {
        let mut command = database.cluster().psql(database.name());
        command.args(["-qAtX"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = command.spawn().unwrap();
        let (input, output) = (psql.stdin.take().unwrap(), BufReader::new(psql.stdout.take().unwrap()));
        Self { psql, input, output }
    }

    /// Runs statements, to the end.
    fn run(&mut self, sql: &str) {
        writeln!(self.input, "{sql}; SELECT 'done';").unwrap();
        let mut line = String::new();
        while line.trim() != "done" {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it has ended");
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.psql.kill();
        let _ = self.psql.wait();
    }
}

#[test]
fn what_is_committed_late_is_streamed_and_an_open_transaction_stops_nothing() {
    let Some(cluster) = cluster() else { return };
    let (on, endpoint) = (OnServer::new(cluster), Recorder::taking());
    let database = &on.database;
    let (held, free) = (on.apply(&endpoint.profile(0)), on.apply(&endpoint.profile(0)));
    // A sender that ends a delivery of the first profile waits for a lock that a session has.
    database.sql(&format!(
        "SET search_path = ringback;
         CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS
           'BEGIN IF EXISTS (SELECT FROM ringback.lane WHERE seq = NEW.lane AND profile_id = ''{held}'') THEN
              PERFORM pg_advisory_xact_lock(4711); END IF; RETURN NEW; END';
         CREATE TRIGGER hold_up BEFORE INSERT ON ended FOR EACH ROW EXECUTE FUNCTION hold_up()"
    ));
    let mut lock = Session::open(database);
    lock.run("BEGIN; SELECT pg_advisory_xact_lock(4711)");
    // And one that has a number, and is open throughout.
    let mut open = Session::open(database);
    open.run("BEGIN; SELECT pg_current_xact_id()");

    let serving = on.serve(&["--insecure-no-auth"]);
    let _worker = Running::start(on.command(&["work"]));
    while database.sql("SELECT count(*) FROM ringback.sender WHERE seen_until > now()") != "2" {
        std::thread::yield_now();
    }
    let path = format!("{STREAM}?event=attempt");
    let mut stream = Stream::open(&serving.addr, &path, &[]);
    assert_eq!(stream.status, 200);
    let post = |profile: &str, start: &str, count: usize| {
        let headers = [("content-type", "application/x-ndjson")];
        let body = events(profile, start, count);
        let response = serving.request("POST", "/v1/shop/callback/events", &headers, body);
        assert_eq!(response.status, 202, "{response:?}");
    };
    post(&held, "h", 1);
    // Its record has a number, and waits.
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    while database.sql(waits) == "0" {
        std::thread::yield_now();
    }
    // What the other sender records is committed later, and is streamed. The one that waits has some of them, too.
    let mut accepted = 1;
    let logged = || database.sql("SELECT count(*) FROM ringback.attempt").parse::<usize>().unwrap();
    let (mut read, mut last) = (BTreeSet::new(), None);
    for round in 0..3 {
        let before = read.len();
        loop {
            let logged = logged();
            if logged > before && read.len() >= logged {
                break;
            }
            if logged == before {
                // Until the other one gets some.
                post(&free, &format!("f{round}-{accepted}-"), 5);
                accepted += 5;
            }
            if read.len() < logged {
                let event = stream.next().unwrap();
                assert_eq!(event.data["profile_id"].as_str(), Some(&*free), "{event:?}");
                read.insert(attempt_id(&event));
                last = event.id;
            }
        }
    }
    while database.sql(waits) == "0" {
        std::thread::yield_now();
    }
    // One client goes on, another one has connected again.
    let mut resumed = Stream::open(&serving.addr, &path, &[("last-event-id", last.as_deref().unwrap())]);
    lock.run("COMMIT");
    let mut late = BTreeSet::new();
    while read.len() < accepted {
        read.insert(attempt_id(&stream.next().unwrap()));
        late.insert(attempt_id(&resumed.next().unwrap()));
    }
    assert!(late.is_subset(&read), "both have read the same since");
    open.run("COMMIT");
    post(&held, "h2", 1);
    let event = stream.next().unwrap();
    assert_eq!(event.data["profile_id"].as_str(), Some(&*held), "{event:?}");
    read.insert(attempt_id(&event));
    assert_eq!(read.len(), logged());
}
