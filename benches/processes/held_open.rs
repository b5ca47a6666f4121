//! A transaction that is held open, as by a backup: nothing that ended can be vacuumed meanwhile.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::figures::Figure;
use super::postgres::Database;
use super::program::{Output, Site};

/// For how long it is held open at least.
const HELD: Duration = Duration::from_mins(1);

/// Events of a run.
const EVENTS: usize = 50_000;

/// Deliveries a second once a transaction was held open for a minute of work, against those before it.
pub fn measure(database: &Database, site: &Site) -> Figure {
    // The first run also fills caches.
    let _ = rate(site);
    let before = rate(site);
    let mut session = begin(database);
    let began = Instant::now();
    let held = loop {
        let rate = rate(site);
        if began.elapsed() >= HELD {
            break rate;
        }
    };
    session.kill().unwrap();
    session.wait().unwrap();
    Figure::new("deliveries with a transaction held open, against without", held / before, Some(">= 0.8"))
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
fn rate(site: &Site) -> f64 {
    let events = site.events(EVENTS);
    site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], Output::File);
    EVENTS as f64 / site.run(&["work", "--until-idle"], Output::File).seconds
}

/// A session with a snapshot, idle in its transaction.
fn begin(database: &Database) -> Child {
    let mut psql = database.cluster().psql(database.name());
    let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM ringback.meta;\n";
    child.stdin.as_mut().unwrap().write_all(sql.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child
}
